"""Quotas in bulk: on any lines and spans what `calculate_quota` gives, and its faults counted."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import attrs
import pyarrow as pa
import pytest
from drawn_facts import PEOPLE

from salesrules.core import DateRange, FiscalCalendar, InvalidDocument, PeriodKind, PolicyLife, Rounding
from salesrules.frames.quoting import BulkQuotas
from salesrules.quotas import Quota, QuotaPolicy, calculate_quota

CALENDAR = FiscalCalendar()
YEAR = DateRange(date(2020, 1, 1), date(2021, 1, 1))
KINDS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.YEAR)
LIFE = PolicyLife(status="draft", scope="all", owner="ops", effective=DateRange(date(2019, 1, 1)))
PRORATING = QuotaPolicy(life=LIFE, rounding=Rounding(digits=2, mode="half_up"), proration="prorate_by_days")
REFUSING = attrs.evolve(PRORATING, proration="refuse")


def draw_quotas(rng):
    """Lines of months or quarters for most, with holes, some lines that overlap, zeros and strange units."""
    found = []
    for person in PEOPLE[:-2]:
        for measure in ("amount", "visits"):
            for period in CALENDAR.periods(rng.choice(KINDS), YEAR):
                if rng.random() < 0.05:
                    continue
                unit = "USD" if measure == "amount" else "count"
                unit = rng.choice(("EUR", "count")) if rng.random() < 0.03 else unit
                amount = Decimal(0 if rng.random() < 0.05 else rng.randrange(1, 10**6)).scaleb(-2)
                found.append((person, measure, period.span, amount if measure == "amount" else round(amount), unit))
            if rng.random() < 0.2:
                found.append((person, measure, rng.choice(CALENDAR.periods(PeriodKind.MONTH, YEAR)).span, 1, unit))
    rng.shuffle(found)
    return [
        Quota(id=f"q{at}", holder=who, measure=measure, span=span, amount=amount, unit=unit)
        for at, (who, measure, span, amount, unit) in enumerate(found)
    ]


def draw_needs(rng, count):
    found = []
    for _ in range(count):
        period = rng.choice(CALENDAR.periods(rng.choice(KINDS), YEAR)).span
        if rng.random() < 0.3:
            days = sorted(rng.sample(range(period.start.toordinal(), period.end.toordinal() + 1), 2))
            period = DateRange(*map(date.fromordinal, days))
        found.append((rng.choice([*PEOPLE, "stranger"]), period))
    return found


def needs_table(needs):
    return pa.table(
        {
            "payee": [payee for payee, _ in needs],
            "start": pa.array([span.start for _, span in needs], pa.date32()),
            "end": pa.array([span.end for _, span in needs], pa.date32()),
        }
    )


def scalar(payee, span, quotas, policy, measure):
    """The amount, or the codes of what is wrong."""
    unit = "USD" if measure == "amount" else ""
    try:
        held = calculate_quota(payee, span, quotas, policy, CALENDAR, measure=measure)
    except InvalidDocument as error:
        return None, {fault.code for fault in error.faults}
    if not held.amount:
        return None, {"commissions.zero_quota"}
    if (held.unit == "USD") != bool(unit):
        return None, {"commissions.quota_unit"}
    return held.amount, set()


@pytest.mark.parametrize("policy", [PRORATING, REFUSING], ids=["prorating", "refusing"])
@pytest.mark.parametrize("measure", ["amount", "visits"])
@pytest.mark.parametrize("seed", range(4))
def test_random_quotas_are_those_of_the_scalar_rules(seed, measure, policy):
    rng = random.Random(seed)
    quotas, needs = draw_quotas(rng), draw_needs(rng, 150)
    by_holder = {}
    for quota in quotas:
        by_holder.setdefault(quota.holder, []).append(quota)
    expected = [scalar(payee, span, by_holder.get(payee, []), policy, measure) for payee, span in needs]
    book = BulkQuotas(quotas, currency="USD", quota_policy=policy)
    found = book.over(needs_table(needs), measure=measure, unit="USD" if measure == "amount" else "", digits=4)
    for amount, (wanted, _) in zip(found.amounts.tolist(), expected, strict=True):
        assert amount == (1 if wanted is None else int(wanted * 10**4))
    counts = {}
    for _, codes in expected:
        for code in codes:
            counts[code] = counts.get(code, 0) + 1
    assert {fault.code: fault.problem.split()[-4] for fault in found.faults} == {
        code: str(count) for code, count in counts.items()
    }
    assert any(wanted for wanted, _ in expected)


def test_the_draws_reach_every_fault():
    codes = set()
    for seed in range(4):
        rng = random.Random(seed)
        quotas, needs = draw_quotas(rng), draw_needs(rng, 150)
        for policy in (PRORATING, REFUSING):
            for payee, span in needs:
                codes |= scalar(payee, span, [q for q in quotas if q.holder == payee], policy, "amount")[1]
    assert codes == {
        "quotas.missing", "quotas.overlapping_lines", "quotas.mixed_units", "quotas.partial_line",
        "commissions.zero_quota", "commissions.quota_unit",
    }  # fmt: skip


def table_of(quotas, **changes):
    columns = {
        "payee": [quota.holder for quota in quotas],
        "measure": [quota.measure for quota in quotas],
        "start": pa.array([quota.span.start for quota in quotas], pa.date32()),
        "end": pa.array([quota.span.end for quota in quotas], pa.date32()),
        "amount": pa.array([quota.amount for quota in quotas], pa.decimal128(20, 6)),
        "unit": [quota.unit for quota in quotas],
    }
    return pa.table(columns | changes)


def test_a_table_gives_what_facts_give():
    rng = random.Random(5)
    quotas, needs = draw_quotas(rng), needs_table(draw_needs(rng, 200))
    held = {(q.holder, q.measure, q.span) for q in quotas}
    quotas = [q for q in quotas if (q.holder, q.measure, q.span) in held]  # overlaps of one span are refused by both
    for measure, unit in (("amount", "USD"), ("visits", "")):
        by_facts, by_table = (
            BulkQuotas(given, currency="USD", quota_policy=PRORATING).over(needs, measure=measure, unit=unit, digits=2)
            for given in (quotas, table_of(quotas))
        )
        same = by_facts.amounts == by_table.amounts
        # A line that is just the span asked for goes before others that overlap it.
        assert same.mean() > 0.9
        assert (by_facts.amounts[~same] == 1).all()


def ask(quotas, *spans, unit="USD", digits=2, measure="amount", **options):
    book = BulkQuotas(quotas, currency="USD", **options)
    return book.over(
        needs_table([("ana", CALENDAR.period(span).span) for span in spans]), measure=measure, unit=unit, digits=digits
    )


def test_labels_whole_numbers_and_quarters_beside_their_year():
    table = pa.table({"payee": ["ana"] * 3, "period": ["2020-Q1", "2020-Q2", "2020"], "amount": [100, 250, 900]})
    found = ask(table, "2020-Q1", "2020-Q2", "2020", digits=4)
    assert found.amounts.tolist() == [100_00, 250_00, 900_00]
    assert found.faults == ()
    assert ask(table, "2020-Q1", unit="", digits=1).amounts.tolist() == [1000]
    half = ask(table, "2020-H1")
    assert [fault.code for fault in half.faults] == ["quotas.overlapping_lines", "quotas.partial_line"]
    alone = pa.table({"payee": ["ana"] * 2, "period": ["2020-Q1", "2020-Q2"], "amount": [100, 250]})
    assert ask(alone, "2020-H1").amounts.tolist() == [350]


def test_what_is_finer_or_larger_than_what_is_measured_is_refused():
    table = pa.table({"payee": ["ana"], "period": ["2020"], "amount": [Decimal("0.005")]})
    assert BulkQuotas(table, currency="USD").digits_of("amount", "USD") == 3
    assert ask(table, "2020", digits=3).amounts.tolist() == [5]
    assert [fault.code for fault in ask(table, "2020").faults] == ["frames.out_of_range"]
    large = pa.table({"payee": ["ana"], "period": ["2020"], "amount": [2**61]})
    assert ask(large, "2020").faults == ()
    assert [fault.code for fault in ask(large, "2020", digits=3).faults] == ["frames.out_of_range"]
    part = Quota(id="q", holder="ana", span=YEAR, amount="100.01", unit="USD")
    found = ask([part], "2020-Q1", digits=1, quota_policy=PRORATING)
    assert [fault.code for fault in found.faults] == ["frames.out_of_range"]


def test_faults_of_a_table_come_at_once():
    bad = pa.table({"payee": ["ana", "bo"], "period": ["2020-Q5", "2020"], "amount": [1.5, 2.5]})
    with pytest.raises(InvalidDocument) as error:
        BulkQuotas(bad, currency="USD")
    assert [fault.code for fault in error.value.faults] == ["frames.wrong_type", "frames.unknown_period"]
    low = pa.table({"payee": ["ana", "bo"], "period": ["2020", "2020"], "amount": [-1, 2]})
    with pytest.raises(InvalidDocument, match="1 quota"):
        BulkQuotas(low, currency="USD")
    with pytest.raises(InvalidDocument, match="end before they begin"):
        BulkQuotas(table_of([Quota(id="q", holder="ana", span=YEAR, amount=1, unit="USD")],
                            start=pa.array([date(2022, 1, 1)])), currency="USD")  # fmt: skip
    with pytest.raises(InvalidDocument, match="dates are needed"):
        BulkQuotas([], currency="USD").over(
            pa.table({"payee": ["ana"], "start": ["x"], "end": ["y"]}), measure="amount", unit="USD", digits=2
        )


def test_nobody_has_a_quota_of_a_measure_without_lines():
    found = ask([], "2020", "2020-Q1")
    [fault] = found.faults
    assert (fault.code, found.amounts.tolist()) == ("quotas.missing", [1, 1])
    assert "2 payee(s)" in fault.problem
    assert fault.value == "ana [2020-01-01, 2021-01-01), ana [2020-01-01, 2020-04-01)"


def test_market_shares_are_averaged_not_added():
    quarters = [
        Quota(id=label, holder="ana", span=CALENDAR.period(label).span, amount=share, unit="share",
              measure="market_share")
        for label, share in (("2020-M01", "0.10"), ("2020-M03", "0.40"))
    ]  # fmt: skip
    months = [attrs.evolve(quarters[0], id="feb", span=CALENDAR.period("2020-M02").span), *quarters]
    expected = calculate_quota(
        "ana", CALENDAR.period("2020-M01").span, months, PRORATING, CALENDAR, measure="market_share"
    )
    found = ask(months, "2020-M01", unit="", digits=2, measure="market_share", quota_policy=PRORATING)
    assert found.amounts.tolist() == [int(expected.amount * 100)] == [10]


def test_a_table_without_days_is_refused():
    for columns, code in (
        ({"period": [0.5]}, "frames.wrong_type"),
        ({"start": [date(2020, 1, 1)]}, "frames.missing_column"),
    ):
        with pytest.raises(InvalidDocument) as error:
            BulkQuotas(pa.table({"payee": ["ana"], "amount": [1]} | columns), currency="USD")
        assert [fault.code for fault in error.value.faults] == [code]
