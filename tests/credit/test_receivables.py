"""Ageing, allowance, dunning, collection and revenue postings, each at its bounds."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import (
    DateRange,
    ExchangeRate,
    ExchangeRates,
    InvalidDocument,
    InvalidValue,
    MissingDay,
    Money,
    PolicyLife,
    Rate,
    Rounding,
)
from salesrules.credit import (
    AgeingPolicy,
    Allocation,
    AllowancePolicy,
    CollectionClass,
    CustomerAccount,
    DunningLevel,
    DunningPolicy,
    Receipt,
    RevenueEntry,
    calculate_ageing,
    calculate_allowance,
    calculate_collection,
    calculate_dunning,
    check_collection,
    check_postings,
    find_next_dunning,
    find_overdue,
)

DAY = date(2026, 6, 1)
DRAFT = PolicyLife(status="draft", scope="s", owner="o", effective=DateRange(date(2010, 1, 1)))


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


def shown(ageing) -> dict[str, tuple[int, str]]:
    return {bucket.name: (bucket.count, str(bucket.amount.amount)) for bucket in ageing.buckets if bucket.count}


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(-5, "current"), (0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (90, "61-90"), (91, "over 90")],
)
def test_buckets_at_their_bounds(policy, make_item, days, bucket) -> None:
    ageing = calculate_ageing([make_item(due=DAY - timedelta(days=days))], policy, DAY)
    assert shown(ageing) == {bucket: (1, "100")}
    assert ageing.overdue == cny(100 if days > 0 else 0)
    assert [one.name for one in ageing.buckets] == ["current", "1-30", "31-60", "61-90", "over 90"]
    assert ageing.to_records()[0] == {
        "bucket": "current",
        "is_overdue": False,
        "count": int(bucket == "current"),
        "amount": 100 if bucket == "current" else 0,
        "currency": "CNY",
    }


@pytest.mark.parametrize(("days", "is_overdue"), [(3, False), (4, True)])
def test_within_the_margin_nothing_is_overdue(make_policy, policy, make_item, days, is_overdue) -> None:
    margin = make_policy(ageing=attrs.evolve(policy.ageing, margin_days=3))
    items = [make_item(due=DAY - timedelta(days=days))]
    assert calculate_ageing(items, margin, DAY).overdue == cny(100 if is_overdue else 0)
    assert find_overdue(items, margin, DAY) == (tuple(items) if is_overdue else ())


def test_ageing_since_the_day_of_issue(make_policy, policy, make_item) -> None:
    issued = make_policy(ageing=attrs.evolve(policy.ageing, basis="issued"))
    item = make_item(due=DAY - timedelta(days=1), issued=DAY - timedelta(days=61))
    assert shown(calculate_ageing([item], issued, DAY)) == {"61-90": (1, "100")}
    assert shown(calculate_ageing([item], policy, DAY)) == {"1-30": (1, "100")}
    not_due = attrs.evolve(item, due=DAY)
    assert shown(calculate_ageing([not_due], issued, DAY)) == {"current": (1, "100")}


def test_ageing_in_the_policys_currency(policy, make_item) -> None:
    rates = ExchangeRates.of([ExchangeRate(source="USD", target="CNY", effective=DateRange(DAY), rate="7.2")])
    dollars = attrs.evolve(make_item("x"), amount=Money("0.5", "USD"))
    assert shown(calculate_ageing([dollars, make_item()], policy, DAY, rates=rates)) == {"current": (2, "103.60")}
    with pytest.raises(MissingDay):
        calculate_ageing([dollars], policy, DAY)


items = st.lists(st.tuples(st.integers(-200, 200), st.integers(-50_000, 90_000)), max_size=30)


@given(items=items, margin=st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_buckets_sum_to_all_items_in_any_order(make_policy, make_item, policy, items, margin) -> None:
    made = [
        make_item(str(number), Decimal(amount) / 100, DAY + timedelta(days=days))
        for number, (days, amount) in enumerate(items)
    ]
    rule = make_policy(ageing=attrs.evolve(policy.ageing, margin_days=margin))
    ageing = calculate_ageing(made, rule, DAY)
    assert ageing.total.amount == sum((item.amount.amount for item in made), Decimal(0))
    assert ageing.overdue.amount == sum((one.amount.amount for one in find_overdue(made, rule, DAY)), Decimal(0))
    assert sum(bucket.count for bucket in ageing.buckets) == len(made)
    assert calculate_ageing(made[::-1], rule, DAY) == ageing


@pytest.mark.parametrize(
    ("issued", "rate"),
    [
        (date(2026, 6, 1), 5), (date(2025, 6, 2), 5), (date(2025, 6, 1), 20), (date(2024, 6, 2), 20),
        (date(2024, 6, 1), 50), (date(2023, 6, 2), 50), (date(2023, 6, 1), 100), (date(2026, 7, 1), 5),
    ],
)  # fmt: skip
def test_the_allowance_grows_with_each_year(policy, make_item, issued, rate) -> None:
    allowance = calculate_allowance([make_item(issued=issued, due=date(2026, 7, 1))], policy, DAY)
    assert allowance.amount == cny(rate)
    assert allowance.derivation().recompute() == rate


def test_the_allowance_sums_band_by_band(make_policy, policy, make_item) -> None:
    items = [make_item("a", "0.10"), make_item("b", "0.19"), make_item("c", 100, date(2024, 1, 1))]
    items.append(make_item("d", -500, date(2020, 1, 1)))
    allowance = calculate_allowance(items, policy, DAY)
    # 5 % of 0.29 is 0.0145; credits of four years ago set nothing aside
    assert [(str(line.amount.amount), str(line.allowance.amount)) for line in allowance.lines] == [
        ("0.29", "0.01"),
        ("100", "50.00"),
        ("-500", "0.00"),
    ]
    assert allowance.derivation().recompute() == allowance.amount.amount == Decimal("50.01")
    by_days = attrs.evolve(policy.allowance, unit="days", basis="due", rates=policy.ageing and policy.allowance.rates)
    days = make_policy(allowance=by_days)
    assert calculate_allowance([make_item(due=DAY - timedelta(days=12))], days, DAY).amount == cny(20)
    assert calculate_allowance([make_item(due=DAY - timedelta(days=11))], days, DAY).amount == cny(5)
    assert calculate_allowance([make_item(due=DAY + timedelta(days=90))], days, DAY).amount == cny(5)
    assert calculate_allowance([], policy, DAY).derivation().recompute() == 0
    with pytest.raises(InvalidValue, match=r"credit\.allowance"):
        calculate_allowance([], make_policy(allowance=None), DAY)


def notice(policy, item, day: date) -> int | None:
    found = calculate_dunning([item], policy, day)
    next_day = find_next_dunning(item, policy)
    assert bool(found) == (next_day is not None and next_day <= day and item.amount >= cny(10))
    return found[0].level if found else None


def test_the_ladder_goes_one_step_at_a_time(policy, make_item) -> None:
    item = make_item(due=DAY)
    assert notice(policy, item, DAY + timedelta(days=6)) is None
    assert notice(policy, item, DAY + timedelta(days=7)) == 1
    assert notice(policy, item, DAY + timedelta(days=400)) == 1  # however late it is
    first = attrs.evolve(item, dunning_level=1, dunned_on=DAY + timedelta(days=15))
    assert notice(policy, first, DAY + timedelta(days=24)) is None  # ten days after the letter
    assert notice(policy, first, DAY + timedelta(days=25)) == 2
    early = attrs.evolve(first, dunned_on=DAY + timedelta(days=7))
    assert notice(policy, early, DAY + timedelta(days=20)) is None
    assert notice(policy, early, DAY + timedelta(days=21)) == 2
    last = attrs.evolve(item, dunning_level=3)
    assert notice(policy, last, DAY + timedelta(days=400)) is None
    (found,) = calculate_dunning([early], policy, DAY + timedelta(days=21))
    assert (found.level_before, found.action, found.fee, found.days_overdue) == (1, "call", cny(50), 21)


def test_what_is_disputed_small_or_a_credit_is_left_alone(make_policy, policy, make_item) -> None:
    late = DAY + timedelta(days=60)
    for item, level in (
        (make_item(amount="9.99"), None), (make_item(amount=10), 1), (make_item(amount=-10), None),
        (make_item(is_disputed=True), None),
    ):  # fmt: skip
        assert notice(policy, item, late) == level
    free = make_policy(dunning=attrs.evolve(policy.dunning, minimum=None))
    assert len(calculate_dunning([make_item(amount="0.01")], free, late)) == 1
    margin = make_policy(ageing=attrs.evolve(policy.ageing, margin_days=9))
    assert find_next_dunning(make_item(due=DAY), margin) == DAY + timedelta(days=10)
    with pytest.raises(InvalidValue, match=r"credit\.dunning"):
        calculate_dunning([make_item()], make_policy(dunning=None), late)


@pytest.fixture
def year_accounts(make_invoice):
    """Last year's 1,000, of which 400 were paid then; this year 500 due and 300 not due; a credit note on each year."""
    old = make_invoice("old", 1000, day=date(2025, 11, 1), due=date(2025, 12, 1))
    due = make_invoice("due", 500, day=date(2026, 2, 1), due=DAY)
    later = make_invoice("later", 300, day=date(2026, 5, 20), due=date(2026, 6, 2))
    void = make_invoice("void", 7, day=date(2026, 2, 1), is_cancelled=True)
    notes = [
        make_invoice("n1", 100, day=date(2026, 1, 5), is_credit_note=True, corrects="old"),
        make_invoice("n2", 50, day=date(2026, 3, 5), is_credit_note=True, corrects="due"),
    ]

    def paid(id: str, day: date, **parts: object) -> Receipt:
        return Receipt(
            id=id, customer="c1", day=day, amount=cny(10_000),
            allocations=[Allocation(invoice=name, amount=cny(amount)) for name, amount in parts.items()],
        )  # fmt: skip

    receipts = [
        paid("r1", date(2025, 12, 31), old=400),
        paid("r2", date(2026, 1, 1), old=325),
        paid("r3", DAY, due=450, later=269),
        paid("r4", date(2026, 6, 2), later=31, old=100),
    ]
    return [CustomerAccount(customer="c1", invoices=[old, due, later, void, *notes], receipts=receipts)]


def test_collection_by_class_up_to_a_day(policy, year_accounts) -> None:
    year = DateRange(date(2026, 1, 1), date(2027, 1, 1))
    found = calculate_collection(year_accounts, year, policy, DAY)
    assert [(line.kind.value, line.owed, line.collected) for line in found.lines] == [
        ("last_year", cny(500), cny(325)),
        ("matured", cny(450), cny(450)),
        ("current", cny(300), cny(269)),
    ]
    last_year = found.line(CollectionClass.LAST_YEAR)
    assert (last_year.ratio, last_year.is_met, last_year.missing) == (Fraction(65, 100), True, cny(0))
    decision = check_collection(found, policy, DAY)
    assert [reason.parameters["kind"] for reason in decision.reasons] == ["current"]
    assert decision.reasons[0].parameters["missing"] == cny("1.00")
    assert decision.outcome.value == "warn"
    # a day later the last matured, and more came in
    after = calculate_collection(year_accounts, year, policy, date(2026, 6, 2))
    assert [line.owed for line in after.lines] == [cny(500), cny(750), cny(0)]
    assert check_collection(after, policy, DAY).reasons == ()
    assert after.line(CollectionClass.CURRENT).ratio is None


def test_collection_asks_for_its_year_and_policy(policy, make_policy, year_accounts) -> None:
    year = DateRange(date(2026, 1, 1), date(2027, 1, 1))
    with pytest.raises(InvalidValue, match="give a day of the year"):
        calculate_collection(year_accounts, year, policy, date(2027, 1, 1))
    with pytest.raises(InvalidValue, match=r"credit\.collection"):
        calculate_collection(year_accounts, year, make_policy(collection=None), DAY)
    found = calculate_collection(year_accounts, year, policy, DAY)
    assert check_collection(found, make_policy(life=DRAFT), DAY).reasons[0].code == "core.policy_not_in_force"


JUNE = DateRange(DAY, date(2026, 7, 1))


def entry(reference: str, amount: object, day: int = 10, id: str | None = None, currency: str = "CNY") -> RevenueEntry:
    return RevenueEntry(
        id=id or f"{reference}:{amount}:{day}",
        reference=reference,
        day=date(2026, 6, day),
        amount=Money(amount, currency),
    )


def postings(policy, reported=(), invoices=(), receipts=()) -> list[tuple[str, str, str | None]]:
    decision = check_postings(reported, invoices, receipts, JUNE, policy, DAY)
    return [
        (reason.code.removeprefix("credit.posting_"), reason.parameters["reference"], reason.parameters.get("kind"))
        for reason in decision.reasons
    ]


def test_postings_that_agree(policy) -> None:
    sale = [entry("s1", 60, 3), entry("s1", 40, 4)]
    assert postings(policy, sale, [entry("s1", 100)], [entry("s1", 100)]) == []
    assert postings(policy, sale, [entry("s1", 100)]) == []  # not paid yet
    assert postings(policy, [entry("s1", 101)], [entry("s1", 100)]) == []  # within one per cent
    assert postings(policy, [entry("s1", "99.01")], [entry("s1", 100)]) == []


def test_false_missing_short_and_late_are_told_apart(policy) -> None:
    assert postings(policy, [entry("s1", 100)]) == [("false", "s1", None)]
    assert postings(policy, [entry("s1", "101.01")], [entry("s1", 100)]) == [("false", "s1", None)]
    assert postings(policy, [], [entry("s1", 100)]) == [("missing", "s1", "report")]
    assert postings(policy, [entry("s1", 99)], [entry("s1", 100)]) == [("short", "s1", "report")]
    assert postings(policy, [entry("s1", 100, 15)], [entry("s1", 100)]) == []
    assert postings(policy, [entry("s1", 100, 16)], [entry("s1", 100)]) == [("late", "s1", "report")]
    assert postings(policy, [entry("s1", 100)], [entry("s1", 100)], [entry("s1", "101.02")]) == [
        ("short", "s1", "invoice")
    ]
    assert postings(policy, [], [], [entry("s1", 100)]) == [("missing", "s1", "invoice")]
    assert postings(policy, [entry("s1", 100)], [], [entry("s1", 100)]) == [
        ("false", "s1", None),
        ("missing", "s1", "invoice"),
    ]
    late = [entry("s1", 100, 9)], [entry("s1", 100, 9)], [entry("s1", 100, 3)]
    assert postings(policy, *late) == [("late", "s1", "invoice")]
    several = postings(policy, [entry("a", 1), entry("b", 5)], [entry("b", 9), entry("c", 1)])
    assert several == [("false", "a", None), ("short", "b", "report"), ("missing", "c", "report")]


def test_postings_of_another_period_and_doubles(policy, make_policy) -> None:
    outside = attrs.evolve(entry("s1", 1), day=date(2026, 7, 1))
    assert postings(policy, [outside], [entry("s1", 1, 30)]) == [("outside", "s1", "report")]
    with pytest.raises(InvalidDocument) as caught:
        postings(policy, [entry("s1", 1, id="x"), entry("s2", 1, id="x")], [entry("s1", 1, currency="USD")])
    assert [fault.path for fault in caught.value.faults] == ["reports[1].id", "invoices[0].amount"]
    decision = check_postings([entry("s1", 1)], [], [], JUNE, make_policy(life=DRAFT), DAY)
    assert decision.reasons[0].code == "core.policy_not_in_force"


def test_ladders_and_tables_that_make_no_sense_are_refused(policy) -> None:
    buckets, rates = policy.ageing.buckets, policy.allowance.rates
    late = attrs.evolve(buckets, bands=buckets.bands[1:])
    for bad in (
        lambda: AgeingPolicy(id="a", buckets=late),
        lambda: AgeingPolicy(id="a", buckets=attrs.evolve(buckets, end=500)),
        lambda: AllowancePolicy(id="a", basis="due", unit="days", rates=attrs.evolve(rates, end=500)),
        lambda: AllowancePolicy(id="a", basis="due", unit="days", rates=attrs.evolve(rates, bands=rates.bands[1:])),
        lambda: DunningPolicy(id="d", levels=[DunningLevel(level=2, days_overdue=1, action="x")]),
        lambda: DunningPolicy(
            id="d",
            levels=[
                DunningLevel(level=1, days_overdue=9, action="x"),
                DunningLevel(level=2, days_overdue=8, action="x"),
            ],
        ),
        lambda: AgeingPolicy(id="a", buckets=buckets, margin_days=-1),
    ):
        with pytest.raises(InvalidValue):
            bad()
    assert Rounding(digits=2, mode="half_up")(Decimal("0.0145")) == Decimal("0.01")
    assert Rate.parse("5%").of(Decimal("0.29")) == Decimal("0.0145")
