import copy
import itertools
import pickle
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.analytics import REASONS, Total, Totals, calculate_totals, check_tie_out
from salesrules.core import ALLOW, CurrencyMismatch, InvalidValue, Money, Outcome, SupportsRecords, UnknownName

ROWS = [
    {"region": "south", "product": "bike", "sales": Decimal("10.50")},
    {"region": "north", "product": "bike", "sales": Decimal("2.25")},
    {"region": "south", "product": "helmet", "sales": Decimal("-0.50")},
    {"region": "south", "product": "bike", "sales": Decimal("1.00")},
]


def column(name):
    return lambda row: row[name]


def sums(*columns, rows=ROWS):
    return calculate_totals(rows, amount=column("sales"), by={name: column(name) for name in columns})


def test_sums_and_counts_by_one_key_in_the_order_of_the_keys():
    assert list(sums("region")) == [
        Total(key=("north",), amount=Decimal("2.25"), count=1),
        Total(key=("south",), amount=Decimal("11.00"), count=3),
    ]


def test_sums_by_several_keys_in_their_order():
    table = sums("product", "region")
    assert [(entry.key, entry.amount, entry.count) for entry in table] == [
        (("bike", "north"), Decimal("2.25"), 1),
        (("bike", "south"), Decimal("11.50"), 2),
        (("helmet", "south"), Decimal("-0.50"), 1),
    ]
    assert table.of("bike", "south").amount == Decimal("11.50")
    assert table.columns == ("product", "region")
    assert (table.total, table.count, len(table)) == (Decimal("13.25"), 4, 3)


def test_no_key_sums_everything():
    assert [(entry.key, entry.amount) for entry in sums()] == [((), Decimal("13.25"))]


def test_no_rows_sum_to_nothing():
    table = sums("region", rows=[])
    assert (table.entries, table.total, table.count, table.unit) == ((), 0, 0, "")


def test_moneys_give_their_currency():
    rows = [("a", Money("1.10", "EUR")), ("a", Money("2.20", "EUR"))]
    table = calculate_totals(iter(rows), amount=lambda row: row[1], by={"key": lambda row: row[0]})
    assert (table.of("a").amount, table.unit, table.total) == (Decimal("3.30"), "EUR", Decimal("3.30"))


def test_mixed_currencies_raise():
    rows = [Money(1, "EUR"), Money(1, "USD")]
    with pytest.raises(CurrencyMismatch) as caught:
        calculate_totals(rows, amount=lambda money: money, by={})
    assert (caught.value.left, caught.value.right) == ("EUR", "USD")


@pytest.mark.parametrize("rows", [[Money(1, "EUR"), 1], [1, Money(1, "EUR")]])
def test_moneys_and_numbers_do_not_mix(rows):
    with pytest.raises(InvalidValue) as caught:
        calculate_totals(rows, amount=lambda row: row, by={})
    assert (caught.value.field, caught.value.value) == ("rows[1].amount", rows[1])
    assert caught.value.remedy == "give either moneys of one currency or plain numbers, not both"


@pytest.mark.parametrize("amount", [1.5, Decimal("NaN"), Decimal("Infinity"), None, True])
def test_an_amount_that_is_not_exact_is_named(amount):
    with pytest.raises(InvalidValue) as caught:
        calculate_totals([1, amount], amount=lambda row: row, by={})
    assert caught.value.field == "rows[1].amount"


@pytest.mark.parametrize("key", [None, 5, ("a",)])
def test_a_key_is_text(key):
    with pytest.raises(InvalidValue) as caught:
        calculate_totals([1], amount=lambda row: row, by={"a": lambda row: "x", "b": lambda row: key})
    assert (caught.value.field, caught.value.value) == ("rows[0].b", key)
    assert caught.value.remedy == "give the key as text"


@pytest.mark.parametrize("name", ["amount", "count", "unit"])
def test_a_column_cannot_be_named_as_one_of_the_sums(name):
    with pytest.raises(InvalidValue) as caught:
        calculate_totals([], amount=lambda row: row, by={"a": str, name: str})
    assert (caught.value.field, caught.value.value) == ("by", [name])
    assert caught.value.remedy == ("the records have ['amount', 'count', 'unit'] already; name it otherwise")


names = st.sampled_from(["a", "b", "c", ""])
rows_of = st.lists(st.tuples(names, names, st.integers(-(10**6), 10**6)))


@given(rows_of, st.randoms())
def test_groups_tie_to_the_total_and_the_order_of_rows_does_not_matter(rows, random):
    by = {"x": lambda row: row[0], "y": lambda row: row[1]}
    table = calculate_totals(rows, amount=lambda row: row[2], by=by)
    assert sum(entry.amount for entry in table) == table.total == sum(row[2] for row in rows)
    assert sum(entry.count for entry in table) == table.count == len(rows)
    for entry in table:
        assert entry.amount == sum(row[2] for row in rows if row[:2] == entry.key)
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert calculate_totals(shuffled, amount=lambda row: row[2], by=by) == table


def test_amounts_by_name_feed_the_other_rules():
    assert sums("region").amounts() == {"north": Decimal("2.25"), "south": Decimal("11.00")}
    assert sums("region", "product").amounts()["south / helmet"] == Decimal("-0.50")
    assert list(sums("product", "region").amounts("|")) == ["bike|north", "bike|south", "helmet|south"]


def test_names_that_would_collide_raise_instead_of_losing_an_amount():
    rows = [{"a": "x / y", "b": "z", "sales": 1}, {"a": "x", "b": "y / z", "sales": 2}]
    table = sums("a", "b", rows=rows)
    assert len(table.amounts("|")) == 2
    with pytest.raises(InvalidValue) as caught:
        table.amounts()
    assert (caught.value.field, caught.value.value) == ("separator", " / ")
    assert caught.value.remedy == "two keys get the same name; join them by another text"


def test_an_unknown_key_names_the_nearest():
    with pytest.raises(UnknownName) as caught:
        sums("region").of("sout")
    assert (caught.value.kind, caught.value.name, caught.value.nearest) == ("key", "sout", ("south",))
    with pytest.raises(UnknownName) as deep:
        sums("region", "product").of("south")
    assert deep.value.name == "south"


def test_records_have_the_columns():
    table = sums("product")
    assert isinstance(table, SupportsRecords)
    assert table.to_records() == [
        {"product": "bike", "amount": Decimal("13.75"), "unit": "", "count": 3},
        {"product": "helmet", "amount": Decimal("-0.50"), "unit": "", "count": 1},
    ]


def test_totals_are_frozen_values():
    table = sums("region")
    table.of("north")
    for twin in (copy.copy(table), copy.deepcopy(table), pickle.loads(pickle.dumps(table))):
        assert twin == table
        assert hash(twin) == hash(table)
        assert twin.of("north") == table.of("north")
    assert isinstance(table, Totals)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        table.total = Decimal(0)


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        ([1, 2], 3),
        ([], 0),
        ([Decimal("0.1")] * 3, Decimal("0.30")),
        ([Money("0.50", "CNY"), Money("-0.50", "CNY")], Money(0, "CNY")),
    ],
)
def test_parts_that_tie_are_allowed(parts, total):
    assert check_tie_out(iter(parts), total) is ALLOW


@pytest.mark.parametrize(
    ("parts", "total", "found", "difference"),
    [
        ([1, 2], 4, 3, -1),
        ([1, 2], Decimal("2.99"), 3, Decimal("0.01")),
        ([], 1, 0, -1),
        ([Money("0.50", "CNY")], Money("0.49", "CNY"), Money("0.50", "CNY"), Money("0.01", "CNY")),
    ],
)
def test_parts_that_do_not_tie_are_denied_with_the_difference(parts, total, found, difference):
    decision = check_tie_out(parts, total)
    assert decision.outcome is Outcome.DENY
    (reason,) = decision.reasons
    assert reason.code == "analytics.does_not_tie"
    assert reason.parameters == {"parts": found, "total": total, "difference": difference}


def test_ties_of_different_units_are_not_asked():
    with pytest.raises(CurrencyMismatch):
        check_tie_out([Money(1, "CNY")], Money(1, "USD"))
    with pytest.raises(InvalidValue, match=r"^parts\[1\]: "):
        check_tie_out([Money(1, "CNY"), 1], Money(1, "CNY"))
    with pytest.raises(InvalidValue, match=r"^total: "):
        check_tie_out([1], 1.0)


def test_every_reason_is_listed_under_the_room():
    assert [reason.code for reason in REASONS] == ["analytics.does_not_tie"]
    assert all(a.code != b.code for a, b in itertools.combinations(REASONS, 2))
