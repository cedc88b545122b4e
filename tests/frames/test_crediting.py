"""Crediting in bulk: on any facts what `credit_transactions` gives, row by row, and its faults by the same codes."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import attrs
import numpy as np
import pyarrow as pa
import pytest
from campaign import TIMES
from drawn_facts import ALWAYS, MEASURES, draw_facts, draw_policy, measuring_plan, reporting_table, tables

from salesrules import company
from salesrules.commissions import (
    CommissionFacts,
    CommissionPolicy,
    DirectCredit,
    Filter,
    Measure,
    OverlayCredit,
    OverrideCredit,
    Payee,
    Payment,
    Split,
    Transaction,
    TransactionKind,
    TriggerTerms,
    check_credit_facts,
    check_facts,
    credit_transactions,
    list_pending,
    measure_credit,
    report_pending,
    report_uncredited,
)
from salesrules.commissions.rules.fact_checks import returned_shares
from salesrules.core import (
    Dated,
    DatedValue,
    DateRange,
    ExchangeRates,
    FiscalCalendar,
    InvalidDocument,
    Money,
    Rate,
)
from salesrules.frames.compiled import LIMIT
from salesrules.frames.crediting import credit_in_bulk, receivers, table
from salesrules.frames.crediting.chains import Reporting
from salesrules.org import Hierarchy

CALENDAR = FiscalCalendar()
COMPONENTS = {part.measure: part for part in measuring_plan().components}


def scalar_rows(facts, policy):
    """The scalar credits as plain tuples."""
    assert not (*check_facts(facts), *check_credit_facts(facts, policy))
    sales = {t.id: t for t in facts.transactions}
    shares = returned_shares(sales)
    rows = []
    for credit in credit_transactions(facts, policy):
        t = credit.transaction
        measures = [
            measure_credit(COMPONENTS[Measure(name)], credit, "USD", ExchangeRates()).value for name in MEASURES
        ]
        returned = shares.get(t.id) if credit.returned is None else credit.returned
        sold = sales[t.original].day if t.original else t.day
        number = credit.part.number if credit.part else 0
        rows.append(
            (t.id, credit.payee, credit.role, credit.rule, credit.day, sold, t.original, returned, number,
             credit.returned is not None, t.attributes["region"], *measures)
        )  # fmt: skip
    return rows


def bulk_rows(credited):
    """Bulk credits as the same tuples."""
    table = credited.credits
    columns = {name: table[name].to_pylist() for name in table.column_names}
    count = table.num_rows
    found = []
    for row in range(count):

        def of(name, default=None, row=row):
            return columns[name][row] if name in columns else default

        units = {name: Decimal(of(name)) for name in ("amount", "cost", "quantity", "count")}
        units["margin"] = units["amount"] - units["cost"]
        returned = None if of("returned") is None else Fraction(of("returned"), of("returned_of"))
        measures = [units[name].scaleb(-credited.digits[Measure(name)]) for name in MEASURES]
        found.append(
            (of("id"), of("payee"), of("role"), of("rule"), of("day"), of("sold"), of("original"), returned,
             of("part", 0), of("of_kept", False), of("region"), *measures)
        )  # fmt: skip
    return found


def differences(seed, count, cash, as_table=False):
    rng = random.Random(seed)
    facts, policy = draw_facts(rng, count, cash), draw_policy(rng, cash)
    given = tables(facts)
    hierarchy = reporting_table(facts.hierarchies) if as_table else facts.hierarchies
    credited = credit_in_bulk(policy, given.pop("transactions"), hierarchy=hierarchy, **given)
    expected, found = Counter(scalar_rows(facts, policy)), Counter(bulk_rows(credited))
    wrong = [*(expected - found), *(found - expected)]
    wrong += [
        until
        for until in (date(2020, 3, 1), date(2020, 7, 1))
        if credited.report_pending(until) != report_pending(list_pending(facts, policy, until))
    ]
    period = CALENDAR.period("2020-M03")
    if credited.report_uncredited(period) != report_uncredited(facts, policy, period):
        wrong.append(period)
    return wrong, len(expected)


@pytest.mark.parametrize("seed", range(18 * TIMES))
def test_random_facts_are_credited_as_the_scalar_rules_do(seed):
    wrong, _ = differences(seed, 120, cash=seed % 3 == 2, as_table=seed % 2 == 1)
    assert wrong == []


def test_the_draws_reach_every_case():
    kinds, numbers = set(), 0
    for seed in range(18 * TIMES):
        rng = random.Random(seed)
        facts, policy = draw_facts(rng, 120, cash=seed % 3 == 2), draw_policy(rng, cash=seed % 3 == 2)
        for credit in credit_transactions(facts, policy):
            t = credit.transaction
            kinds |= {credit.role, type(t.original), f"{len(t.splits)} splits", credit.part is None}
            kinds |= {"refund"} if credit.returned is not None else set()
            kinds |= {"completes"} if credit.completes else set()
            kinds |= {"late"} if credit.day > t.day else set()
            numbers += len(MEASURES)
    assert {"direct", "override_1", "override_2", "override_3", "overlay-0", "overlay-1"} <= kinds
    assert {str, type(None), "0 splits", "2 splits", "3 splits", True, False, "refund", "completes", "late"} <= kinds
    assert numbers > 18_000 * TIMES


def test_a_hundred_thousand_credits_agree():
    rng = random.Random("many")
    drawn = draw_facts(rng, 1_300)
    copies = [
        attrs.evolve(t, id=f"{copy} {t.id}", original=t.original and f"{copy} {t.original}")
        for copy in range(10)
        for t in drawn.transactions
    ]
    facts = attrs.evolve(drawn, transactions=copies)  # each copy is credited as what it was copied from
    rules = [
        DirectCredit(id="seller", effective=ALWAYS, share=Rate.parse("90%")),
        OverrideCredit(id="first", effective=ALWAYS, level=1, share=Rate.parse("10%")),
        OverrideCredit(id="second", effective=ALWAYS, level=2, base="remaining", trigger=TriggerTerms(on="delivery")),
        OverlayCredit(id="engineers", effective=ALWAYS, positions=["engineer"], share=Rate.parse("2.5%")),
        OverlayCredit(id="managers", effective=ALWAYS, positions=["manager"], role="helper", share=Rate.parse("1%")),
    ]
    policy = attrs.evolve(draw_policy(rng), crediting=rules)
    credited = bulk(facts, policy)
    expected = credit_transactions(drawn, policy)
    assert credited.credits.num_rows == 10 * len(expected) > 100_000
    units = Counter()
    for credit in expected:
        own = int(credit.transaction.amount.amount * credit.share.value * 10 ** credited.digits[Measure.AMOUNT])
        for copy in range(10):
            units[f"{copy} {credit.transaction.id}", credit.payee, credit.role, credit.day] += own
    columns = [credited.credits[name].to_pylist() for name in ("id", "payee", "role", "day", "amount")]
    assert {(*key,): amount for *key, amount in zip(*columns, strict=True)} == units


@pytest.mark.parametrize("planted", ["level", "share", "day"])
def test_a_planted_fault_is_caught(planted, monkeypatch):
    match planted:
        case "level":
            real = Reporting.chains

            def chains(self, levels, used):
                found = real(self, levels, used)
                first, *others = found.above
                skipped = np.where(others[0] < 0, first, others[0]) if others else first
                return attrs.evolve(found, above=[skipped, *others])

            monkeypatch.setattr(Reporting, "chains", chains)
        case "share":
            monkeypatch.setattr(receivers, "_merged", lambda found: found)
        case _:
            monkeypatch.setattr(table, "find_days", lambda found, terms: found.day)
    assert any(differences(seed, 60, cash=False)[0] for seed in range(12))


CHAIN = {"p0": "p1", "p1": "p2", "p2": None, "p3": None}
FIRM = [Payee(id=person, name=person, position="engineer" if person == "p3" else "") for person in CHAIN]


def line(id, day="2020-01-10", amount="100", payee="p0", **changes):
    given = {"attributes": {"region": "north", "class": "a"}, "cost": Money(Decimal(0), "USD")} | changes
    amount = Money(Decimal(amount), "USD")
    return Transaction(id=id, day=date.fromisoformat(day), payee=payee, amount=amount, **given)


def back(id, original, day="2020-01-20", amount="-100", **changes):
    return line(id, day, amount, kind=TransactionKind.RETURN, original=original, **changes)


def small(*transactions, parents=CHAIN, spans=(ALWAYS,)):
    tree = Hierarchy.from_parents(parents)
    entries = [DatedValue(effective=span, value=tree) for span in spans]
    return CommissionFacts(
        transactions=transactions, payees=FIRM, hierarchies=Dated(subject="reporting lines", entries=entries)
    )


def ruled(*rules):
    return attrs.evolve(draw_policy(random.Random(0)), crediting=rules, maximum_split=Rate.parse("120%"))


SELLER = DirectCredit(id="seller", effective=ALWAYS)
MANAGER = OverrideCredit(id="manager", effective=ALWAYS, level=1)
CASH = DirectCredit(id="cash", effective=ALWAYS, trigger=TriggerTerms(on="cash"))


def bulk(facts, policy, **changes):
    given = tables(facts) | {"hierarchy": facts.hierarchies} | changes
    return credit_in_bulk(policy, given.pop("transactions"), **given)


def scalar_codes(facts, policy):
    found = [*check_facts(facts), *check_credit_facts(facts, policy)]
    if not found:
        with pytest.raises(InvalidDocument) as error:
            credit_transactions(facts, policy)
        found = error.value.faults
    return {fault.code for fault in found}


def split(*shares):
    return [Split(payee=payee, share=Rate.parse(share)) for payee, share in shares]


def paid(*amounts, day=date(2020, 2, 1)):
    return [Payment(day=day, amount=Money(Decimal(amount), "USD")) for amount in amounts]


NORTH = Filter(attribute="region", one_of=["north"])
WRONG = {
    "duplicate": ([line("a"), line("a")], [SELLER]),
    "stranger": ([line("a", payee="nobody")], [SELLER]),
    "no sale": ([line("a"), back("r", "lost")], [SELLER]),
    "return of a return": ([line("a"), back("r", "a", amount="-1"), back("s", "r", amount="-1")], [SELLER]),
    "early": ([line("a"), back("r", "a", day="2020-01-09")], [SELLER]),
    "too much": ([line("a"), back("r", "a", amount="-60"), back("s", "a", amount="-40.01")], [SELLER]),
    "by quantity": (
        [line("a", amount="0", quantity=2), back("r", "a", amount="0", quantity=-3)],
        [SELLER],
    ),
    "split twice": ([line("a", splits=split(("p0", "50%"), ("p0", "50%")))], [SELLER]),
    "split of nothing": ([line("a", splits=split(("p0", "100%"), ("p1", "0%")))], [SELLER]),
    "split under": ([line("a", splits=split(("p0", "50%"), ("p1", "49.99%")))], [SELLER]),
    "split over": ([line("a", splits=split(("p0", "100%"), ("p1", "20.01%")))], [SELLER]),
    "split of a stranger": ([line("a", splits=split(("p0", "50%"), ("nobody", "50%")))], [SELLER]),
    "sign": ([line("a", payments=paid("-1"))], [CASH]),
    "sign of a return": ([line("a", payments=paid("100")), back("r", "a", payments=paid("1"))], [CASH]),
    "overpaid": ([line("a", payments=paid("60", "40.01"))], [CASH]),
    "refunded": ([line("a", payments=paid("50")), back("r", "a", payments=paid("-50.01"))], [CASH]),
    "unknown manager": ([line("a", payee="p3")], [SELLER, MANAGER], {"parents": {"p0": None}}),
    "no version": ([line("a")], [SELLER, MANAGER], {"spans": [DateRange(date(2020, 2, 1))]}),
    "two versions": ([line("a")], [SELLER, MANAGER], {"spans": [ALWAYS, DateRange(date(2020, 1, 10))]}),
    "two direct": ([line("a")], [SELLER, attrs.evolve(SELLER, id="again", filters=[NORTH])]),
    "two overrides": ([line("a")], [MANAGER, attrs.evolve(MANAGER, id="again", filters=[NORTH])]),
    "two overlays": (
        [line("a")],
        [
            OverlayCredit(id="by-name", effective=ALWAYS, payees=["p3"]),
            OverlayCredit(id="by-position", effective=ALWAYS, positions=["engineer"], filters=[NORTH]),
        ],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_has_the_codes_of_the_scalar_rules(case):
    transactions, rules, *changes = WRONG[case]
    facts, policy = small(*transactions, **(changes[0] if changes else {})), ruled(*rules)
    with pytest.raises(InvalidDocument) as error:
        bulk(facts, policy)
    assert {fault.code for fault in error.value.faults} == scalar_codes(facts, policy)
    assert all(fault.value for fault in error.value.faults), "the first offenders are named"


def test_just_inside_every_bound_nothing_is_wrong():
    facts = small(
        line("a", splits=split(("p0", "100%"), ("p1", "20%")), payments=paid("60", "40")),
        back("r", "a", day="2020-01-10", amount="-60", payments=paid("-60")),
        back("s", "a", amount="-40", payments=paid("-40")),
        line("top", payee="p3"),
    )
    rules = [CASH, MANAGER, OverlayCredit(id="one", effective=ALWAYS, payees=["p3"], role="one"),
             OverlayCredit(id="two", effective=ALWAYS, payees=["p3"], role="two")]  # fmt: skip
    policy = ruled(*rules)
    assert Counter(bulk_rows(bulk(facts, policy))) == Counter(scalar_rows(facts, policy))


def test_clashing_rules_that_never_meet_are_fine():
    south = Filter(attribute="region", none_of=["north"])
    facts = small(line("a"), line("b", payee="p2"), line("c", attributes={"region": "south", "class": "a"}))
    rules = [attrs.evolve(SELLER, filters=[NORTH]), attrs.evolve(SELLER, id="south", filters=[south])]
    rules += [attrs.evolve(MANAGER, level=2), attrs.evolve(MANAGER, id="second", level=2, filters=[south])]
    with pytest.raises(InvalidDocument, match="for 1 transaction"):
        bulk(facts, ruled(*rules))
    assert bulk(small(line("b", payee="p2")), ruled(*rules)).credits.num_rows == 1


def test_a_manager_who_is_not_among_the_people_is_named():
    given = tables(small(line("a")))["payees"].slice(2)
    facts = small(line("a", payee="p2"), parents={"p2": "boss", "boss": None})
    with pytest.raises(InvalidDocument, match="found 'boss'") as error:
        bulk(facts, ruled(SELLER, MANAGER), payees=given)
    assert [fault.code for fault in error.value.faults] == ["commissions.unknown_payee"]
    assert bulk(facts, ruled(SELLER, MANAGER), payees=None).credits["payee"].to_pylist() == ["p2", "boss"]


def test_faults_of_columns_come_at_once():
    bad = pa.table({"id": ["a", None], "payee": [1.5, 2.5], "amount": [0.5, 1.0]})
    with pytest.raises(InvalidDocument) as error:
        credit_in_bulk(ruled(SELLER), bad)
    assert {fault.path: fault.code for fault in error.value.faults} == {
        "transactions.id": "frames.null",
        "transactions.payee": "frames.wrong_type",
        "transactions.day": "frames.missing_column",
        "transactions.amount": "frames.wrong_type",
        "transactions.cost": "frames.missing_column",
        "transactions.quantity": "frames.missing_column",
        "transactions.region": "frames.missing_column",
    }


def plain(**columns):
    given = {"id": [1, 2], "payee": ["p0", "p1"], "day": [date(2020, 1, 1)] * 2, "amount": [100, 200]}
    return pa.table(given | {"cost": [0, 0], "quantity": [0, 0], "region": ["north", None]} | columns)


def test_ids_may_be_numbers_and_columns_have_any_name():
    table = plain(sum=[1, 2]).drop_columns("amount")
    credited = credit_in_bulk(ruled(SELLER), table, columns={"amount": "sum"})
    assert credited.credits["id"].to_pylist() == ["1", "2"]
    assert credited.credits["amount"].to_pylist() == [1, 2]
    assert credited.credits["region"].to_pylist() == ["north", None]
    assert credited.digits[Measure.AMOUNT] == 2


def test_decimals_have_as_many_digits_as_they_need():
    for text, digits, units in (("1.5", 2, 150), ("1.500", 2, 150), ("0.001", 3, 1), ("1E+2", 2, 10_000)):
        amount = pa.array([Decimal(text), Decimal(0)], pa.decimal128(38, 12))
        credited = credit_in_bulk(ruled(attrs.evolve(SELLER, share=Rate.parse("50%"))), plain(amount=amount))
        assert credited.digits[Measure.AMOUNT] == digits + 1
        assert credited.credits["amount"].to_pylist() == [units * 5, 0]
    for kind in (pa.decimal32(9, 3), pa.decimal64(18, 3), pa.decimal256(76, 3)):
        amount = pa.array([Decimal("1.005"), Decimal("-0")], kind)
        assert credit_in_bulk(ruled(SELLER), plain(amount=amount)).credits["amount"].to_pylist() == [1005, 0]


def test_the_guard_stands_exactly_at_its_bound():
    half = attrs.evolve(SELLER, share=Rate.parse("80%"))  # eight tenths
    for amount, fits in ((LIMIT // 8, True), (LIMIT // 8 + 1, False)):
        given = plain(amount=[amount, 1])
        if fits:
            assert credit_in_bulk(ruled(half), given).credits["amount"].to_pylist() == [amount * 8, 8]
            continue
        with pytest.raises(InvalidDocument) as error:
            credit_in_bulk(ruled(half), given)
        assert {fault.code for fault in error.value.faults} == {"frames.out_of_range"}
    with pytest.raises(InvalidDocument, match="too large"):
        credit_in_bulk(ruled(SELLER), plain(amount=pa.array([Decimal(2**61) / 10, Decimal(0)], pa.decimal128(38, 1))))


def test_a_margin_without_a_cost_stays_empty():
    cost = pa.array([30, None])
    assert credit_in_bulk(ruled(SELLER), plain(cost=cost)).credits["cost"].to_pylist() == [30, None]


def test_one_currency_is_credited_at_a_time():
    given = plain(currency=["USD", "EUR"])
    with pytest.raises(InvalidDocument, match="1 transaction") as error:
        credit_in_bulk(ruled(SELLER), given)
    assert [fault.code for fault in error.value.faults] == ["frames.several_currencies"]
    policy = attrs.evolve(ruled(SELLER), plans=[measuring_plan(), measuring_plan(id="euro", currency="EUR")])
    with pytest.raises(InvalidDocument, match="convert"):
        credit_in_bulk(policy, plain())


def test_no_rows_and_nobody_credited():
    empty = credit_in_bulk(ruled(SELLER, MANAGER), plain().slice(0, 0))
    assert empty.credits.num_rows == 0
    assert {"id", "payee", "day", "role", "amount"} <= set(empty.credits.column_names)
    nobody = credit_in_bulk(ruled(), plain())
    assert nobody.credits.num_rows == 0
    assert nobody.uncredited.to_pylist() == [date(2020, 1, 1)] * 2


def lines_of(*rows):
    names = {"employee": pa.string(), "manager": pa.string(), "start": pa.date32(), "end": pa.date32()}
    return pa.table({name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(names.items())})


FIRST, SECOND = date(2020, 1, 1), date(2020, 1, 2)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("p0", "p1", FIRST, None), ("p0", None, SECOND, None), ("p1", None, None, None)], "frames.ambiguous_line"),
        ([("p0", "p1", FIRST, None), ("p1", None, None, SECOND)], "org.orphan"),
        ([("p0", "p1", FIRST, None), ("p1", "p0", None, None), ("p2", "p1", None, None)], "org.cycle"),
        ([("p0", "p0", FIRST, None)], "org.cycle"),
        ([("p0", None, SECOND, FIRST)], "frames.out_of_range"),
    ],
)
def test_a_table_of_lines_that_is_no_forest_on_some_day_is_refused(rows, code):
    with pytest.raises(InvalidDocument) as error:
        credit_in_bulk(ruled(SELLER, MANAGER), plain(), hierarchy=lines_of(*rows))
    assert code in {fault.code for fault in error.value.faults}
    if code == "org.cycle":
        [fault] = [fault for fault in error.value.faults if fault.code == code]
        assert "p2" not in fault.value, "who stands below a cycle is not on it"


def test_lines_hold_from_their_start_until_before_their_end():
    hierarchy = lines_of(("p0", "p1", None, SECOND), ("p0", "p2", SECOND, None), ("p1", None, None, None),
                         ("p2", None, None, None))  # fmt: skip
    given = plain(payee=["p0", "p0"], day=[FIRST, SECOND])
    found = credit_in_bulk(ruled(MANAGER), given, hierarchy=hierarchy).credits
    assert found["payee"].to_pylist() == ["p1", "p2"]
    always = Hierarchy.from_parents(CHAIN)
    assert credit_in_bulk(ruled(MANAGER), given, hierarchy=always).credits["payee"].to_pylist() == ["p1", "p1"]


def test_splits_are_shares_in_words_or_decimals_of_known_sales():
    shares = pa.table({"transaction": ["1", "1"], "payee": ["p1", "p2"], "share": ["33.3%", "0.667"]})
    found = credit_in_bulk(ruled(SELLER), plain(), splits=shares)
    assert found.credits.select(["id", "payee", "amount"]).to_pylist() == [
        {"id": "1", "payee": "p1", "amount": 33_300},
        {"id": "1", "payee": "p2", "amount": 66_700},
        {"id": "2", "payee": "p1", "amount": 200_000},
    ]
    for share, code in (("half", "frames.wrong_type"), ("0." + "1" * 30, "frames.out_of_range")):
        bad = pa.table({"transaction": ["1"], "payee": ["p1"], "share": [share]})
        with pytest.raises(InvalidDocument) as error:
            credit_in_bulk(ruled(SELLER), plain(), splits=bad)
        assert [fault.code for fault in error.value.faults] == [code]
    lost = pa.table({"transaction": ["7"], "payee": ["p1"], "share": ["100%"]})
    with pytest.raises(InvalidDocument, match="of no transaction"):
        credit_in_bulk(ruled(SELLER), plain(), splits=lost)
    of_return = pa.table({"transaction": ["2"], "payee": ["p1"], "share": ["100%"]})
    with pytest.raises(InvalidDocument, match="of returns"):
        credit_in_bulk(ruled(SELLER), plain(amount=[100, -100], original=[None, "1"]), splits=of_return)


def test_below_zero_is_a_return_and_a_return_is_not_above():
    for columns in ({"amount": [100, -1]}, {"amount": [100, 1], "original": [None, "1"]}):
        with pytest.raises(InvalidDocument) as error:
            credit_in_bulk(ruled(SELLER), plain(**columns))
        assert [fault.code for fault in error.value.faults] == ["commissions.unfit_return"]


def test_parts_of_large_amounts_are_exact():
    """What 64 bits cannot multiply is worked out in whole numbers without a bound."""
    amount = Decimal("9000000000000000.01")
    part = Decimal("3333333333333333.33")
    facts = small(
        line(
            "a", amount=str(amount), cost=Money(Decimal("1000000000000000.02"), "USD"), quantity=3, payments=paid(part)
        )
    )
    policy = ruled(CASH)
    assert Counter(bulk_rows(bulk(facts, policy))) == Counter(scalar_rows(facts, policy))


def test_the_sample_company_is_credited_as_by_the_scalar_rules():
    sample = company.load(Path(__file__).parents[2] / "examples" / "adventureworks")
    facts, policy = sample.facts.commissions, sample.rulebook.policy(CommissionPolicy)
    given = tables(facts, attributes=["category"])
    credited = credit_in_bulk(policy, given.pop("transactions"), hierarchy=facts.hierarchies, **given)
    found = credited.credits
    columns = [found[name].to_pylist() for name in ("id", "payee", "role", "rule", "day", "amount")]
    digits = credited.digits[Measure.AMOUNT]
    expected = [
        (
            c.transaction.id,
            c.payee,
            c.role,
            c.rule,
            c.day,
            int(c.transaction.amount.amount * c.share.value * 10**digits),
        )
        for c in credit_transactions(facts, policy)
    ]
    assert len(expected) > 9_000
    assert sorted(zip(*columns, strict=True)) == sorted(expected)
