"""Random modifiers on random plans: bulk pays each line and each statement what the scalar rules pay, to the cent."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import product

import attrs
import numpy as np
import pyarrow as pa
import pytest
from bulk_cases import as_case, tables
from drawn_modifiers import CLIENTS, KINDS, ModifierDrawing

from salesrules.commissions import (
    Coefficient,
    EarningsCap,
    EarningsFloor,
    Kicker,
    Multiplier,
    calculate_commissions,
    needed_quota,
)
from salesrules.core import (
    Band,
    BandTable,
    CurrencyTable,
    DateRange,
    InvalidDocument,
    InvalidValue,
    Money,
    PeriodKind,
    Rate,
    SalesRulesError,
    Side,
)
from salesrules.frames import BulkJob, blocks, calculate, calculate_to_parquet
from salesrules.frames.kernel import Runs, paying
from salesrules.frames.kernel.modifiers import conditions, grid, limits
from salesrules.frames.kernel.modifiers.items import sums
from salesrules.quotas import calculate_quota
from salesrules.testing import simple_plan
from salesrules.testing.cases import PAYEE, plain_quota_policy, policy_around
from salesrules.testing.chooser import SeededChooser
from salesrules.testing.drawn_cases import seeded_cases

_ZERO = Decimal(0)
#: Who has all credits, and who those from the middle of the list on.
PEOPLE = ("ana", "zoe")


@attrs.frozen
class Drawn:
    """A case with modifiers: the credits and first pay day of each person, and scores."""

    case: object
    credits: dict
    scores: list

    def start(self, payee):
        day = min(credit.day for credit in self.credits[payee])
        return self.case.calendar.at(self.case.pay_period, day).start

    @property
    def last(self):
        days = [credit.day for credits in self.credits.values() for credit in credits]
        return self.case.calendar.at(self.case.pay_period, max(days))


def drawn(seed, plans, **options):
    for number, case in enumerate(seeded_cases(seed, plans=plans, **options)):
        case = as_case(case)
        if case is None:
            continue
        chooser = SeededChooser(f"{seed}/{number}/modifiers")
        level, residual = chooser.pick(
            [("line", "running")] * 3
            + [("tier", "running"), ("cumulative", "running"), ("cumulative", "largest_remainder")]
        )
        rounding = attrs.evolve(case.plan.rounding, level=level, residual=residual)
        credits = [
            attrs.evolve(
                credit, attributes={**credit.attributes, "client": chooser.pick(CLIENTS), "shop": chooser.pick("ab")}
            )
            for credit in case.credits
        ]
        plan = attrs.evolve(case.plan, rounding=rounding)
        if len(plan.components) == 1:
            longer = chooser.pick((plan.components[0].accumulate, "quarter", "year"))
            plan = attrs.evolve(plan, components=[attrs.evolve(plan.components[0], accumulate=longer)])
        parts = [getattr(part.table, "target_measure", "") or needed_quota(part.table) for part in plan.components]
        short = "month" if any(parts) else "week"  # quotas are given for months
        pay_period = PeriodKind(chooser.pick((case.pay_period, "month", short)))  # much runs on between statements
        case = attrs.evolve(case, credits=credits, plan=plan, pay_period=pay_period)
        try:
            drawing = ModifierDrawing(chooser, case)
        except SalesRulesError:  # what the rules themselves refuse is not for this test
            continue
        plan = drawing.draw(chooser.number(1, 4))
        late = case.credits[len(case.credits) // 2 :]
        ids = {credit.id for credit in late}
        late = [credit for credit in late if not credit.original or credit.original in ids] or case.credits
        credits = dict(zip(PEOPLE, (case.credits, late), strict=True))
        yield Drawn(attrs.evolve(case, plan=plan), credits, drawing.scores())


def by_the_rules(drawn):
    """What lines and statements come to, and what stands on no line, by the scalar rules."""
    case, lines, statements = drawn.case, defaultdict(Decimal), {}
    for payee, credits in drawn.credits.items():
        own = attrs.evolve(case, credits=credits)
        share = credits[0].share
        facts = attrs.evolve(own.facts(), appraisal_scores=drawn.scores)
        run = calculate_commissions(
            facts,
            policy_around(case.plan, case.pay_period, (PAYEE,), drawn.start(payee), share),
            period=drawn.last,
            quota_policy=plain_quota_policy(),
            calendar=case.calendar,
            currencies=CurrencyTable.iso(),
        )
        for statement in (*run.earlier, *run.statements):
            keys = {}
            for line in statement.lines:
                key = (payee, line.credit.transaction.id, line.component)
                keys[line.id] = key
                lines[key] += line.amount.amount
            beside = _ZERO
            for adjustment in statement.adjustments:
                for part in adjustment.parts:
                    if part.line:
                        lines[keys[part.line]] += part.amount
                    else:
                        beside += part.amount
            count = sum(1 for credit in credits if credit.day in statement.period.span)
            statements[payee, statement.period.label] = (count, statement.earned.amount, beside)
    return lines, statements


def frames_of(drawn, shuffle=0):
    case = drawn.case
    given = tables(case, shuffle)
    found = given["credits"]
    late = {credit.id for credit in drawn.credits[PEOPLE[1]]}
    keep = [
        payee == PEOPLE[0] or id in late
        for payee, id in zip(*(found[n].to_pylist() for n in ("payee", "id")), strict=True)
    ]
    rows = [(payee, score) for payee in PEOPLE for score in drawn.scores]
    scores = pa.table(
        {
            "payee": [payee for payee, _ in rows],
            "period": [case.calendar.at(case.pay_period, score.span.start).label for _, score in rows],
            "subject": [score.subject for _, score in rows],
            "score": pa.array([score.score for _, score in rows], pa.decimal128(20, 4)),
        }
    )
    return {**given, "credits": found.filter(pa.array(keep)), "quotas": quotas_of(drawn), "scores": scores}


def quotas_of(drawn):
    """Each person's quotas over the spans that are measured, from the first pay period on."""
    case, found = drawn.case, set()
    for part in case.plan.components:
        wanted = {needed_quota(part.table), getattr(part.table, "target_measure", None)} - {None, ""}
        word = part.accumulate.value
        kind = case.pay_period if word in ("transaction", "period") else PeriodKind(word)
        for measure, payee in product(wanted, PEOPLE):
            days = DateRange(drawn.start(payee), drawn.last.end)
            for period in case.calendar.periods(kind, days):
                span = DateRange(max(period.start, days.start), period.end)
                quota = calculate_quota(PAYEE, span, case.quotas, plain_quota_policy(), case.calendar, measure=measure)
                if quota.amount:
                    found.add((payee, measure, period.label, quota.amount))
    names = ("payee", "measure", "period")
    texts = {name: pa.array([row[place] for row in found], pa.string()) for place, name in enumerate(names)}
    return pa.table({**texts, "amount": pa.array([row[3] for row in found], pa.decimal128(38, 9))})


def in_bulk(drawn, shuffle=0, **options):
    given = frames_of(drawn, shuffle)
    credits = given.pop("credits")
    result = calculate(drawn.case.plan, credits, **given, **options)
    names = [part.id for part in drawn.case.plan.components]
    columns = {name: f"commission:{name}" if len(names) > 1 else "commission" for name in names}
    lines = {}
    for row in result.credits.to_pylist():
        for name, column in columns.items():
            lines[row["payee"], row["id"], name] = row[column]
        assert row["commission"] == sum((row[column] for column in columns.values()), _ZERO)
    statements = {
        (row["payee"], row["period"]): (row["credits"], row["commission"], row["adjustments"])
        for row in result.statements.to_pylist()
    }
    assert sum(lines.values(), _ZERO) + sum((each[2] for each in statements.values()), _ZERO) == sum(
        (each[1] for each in statements.values()), _ZERO
    )
    return lines, statements


def differences(drawn, wanted, shuffle=0, **options):
    """Lines and statements on which both disagree; `None` where bulk refuses the size of the numbers."""
    try:
        lines, statements = in_bulk(drawn, shuffle, **options)
    except InvalidDocument as error:
        if {fault.code for fault in error.faults} <= {"frames.out_of_range", "frames.numbers_too_fine"}:
            return None
        raise
    found = [(key, wanted[0].get(key, _ZERO), paid) for key, paid in lines.items() if wanted[0].get(key, _ZERO) != paid]
    keys = wanted[1].keys() | statements.keys()
    return found + [
        (key, wanted[1].get(key), statements.get(key))
        for key in sorted(keys)
        if wanted[1].get(key) != statements.get(key)
    ]


@lru_cache
def campaign():
    """Cases with what the rules pay for them; those that the rules refuse are left out."""
    found = []
    for case in drawn(3, 56, credits=32):
        with suppress(SalesRulesError):
            found.append((case, by_the_rules(case)))
    return found


def compared(**options):
    found = [(case, differences(case, wanted, **options)) for case, wanted in campaign()]
    return [(case, each) for case, each in found if each is not None]


def test_any_modifiers_pay_in_bulk_what_they_pay_by_the_rules():
    found = compared(shuffle=5)
    assert [each for _, each in found if each] == []
    modifiers = [modifier for drawn, _ in found for modifier in drawn.case.plan.modifiers]
    assert {modifier.kind for modifier in modifiers} == set(KINDS)
    caps = [modifier for modifier in modifiers if modifier.kind == "cap"]
    assert {cap.per.value for cap in caps} == {"transaction", "period", "quarter", "year", "plan"}
    assert {cap.excess.value for cap in caps} == {"forfeited", "carried"}
    assert any(cap.by for cap in caps)
    assert {modifier.per.value for modifier in modifiers if modifier.kind == "floor"} == {"transaction", "period"}
    plans = [drawn.case.plan for drawn, _ in found]
    assert {plan.modifier_base.value for plan in plans} == {"rounded", "unrounded"}
    assert {plan.rounding.level.value for plan in plans} == {"line", "tier", "cumulative"}
    assert {plan.rounding.residual.value for plan in plans} == {"running", "largest_remainder"}
    assert {plan.returns.value for plan in plans} == {"original_terms", "current_measure"}
    lines = sum(len(credits) for drawn, _ in found for credits in drawn.credits.values())
    assert lines > 2_000
    assert len(found) > 40


def test_numbers_of_any_size_and_single_blocks_pay_the_same(monkeypatch):
    monkeypatch.setattr(blocks, "_ROWS", 1)
    found = compared(wide=True, threads=1)
    assert [each for _, each in found if each] == []
    assert len(found) > 45


@pytest.mark.parametrize("fault", ["gate side", "cap order", "kicker twice", "carried anew", "return of modifiers"])
def test_a_planted_fault_is_caught(fault, monkeypatch):
    match fault:
        case "gate side":
            real, other = conditions.reaches, {Side.LOWER: Side.UPPER, Side.UPPER: Side.LOWER}
            monkeypatch.setattr(conditions, "reaches", lambda *given: real(*given[:3], other[given[3]]))
        case "cap order":  # the last line of a span first

            def backwards(values, runs):
                turned = Runs(runs.rows - (runs.starts + runs.lengths)[::-1], runs.rows)
                return sums(values[::-1], turned)[::-1]

            monkeypatch.setattr(limits, "sums", backwards)
        case "kicker twice":
            monkeypatch.setattr(grid.Grid, "continues", property(lambda self: np.zeros(self.size, dtype=np.bool_)))
        case "carried anew":
            monkeypatch.setattr(limits.Limits, "carry_in", lambda *given: None)
        case _:
            real_back, calls = paying.give_back, []

            def once(paid, *rest):
                calls.append(paid)
                given = real_back(paid, *rest)
                return given if len(calls) % 2 else [each * 0 for each in given]

            monkeypatch.setattr(paying, "give_back", once)
    assert any(differences(case, wanted, threads=1) for case, wanted in campaign())


def test_what_modifiers_changed_of_a_credit_is_explained():
    explained = adjusted = 0
    for drawn, _ in campaign()[::4]:
        credits, given = (lambda each: (each.pop("credits"), each))(frames_of(drawn))
        if any(share != 1 for share in credits["share"].to_pylist()):
            continue
        with suppress(InvalidDocument):  # what is out of range is compared above
            result = calculate(drawn.case.plan, credits, **given)
            for id in credits["id"].to_pylist()[:6:2]:
                found = result.explain(id, PEOPLE[0])
                assert [each.value for each in found.derivations] == [
                    each.amount.amount for each in (*found.lines, *found.adjustments)
                ]
                explained, adjusted = explained + 1, adjusted + bool(found.adjustments)
    assert explained > 10
    assert adjusted > 5


def credits_of(*rows):
    """Credits by id: payee, day of 2020, amount."""
    return pa.table(
        {
            "id": [f"c{number}" for number in range(len(rows))],
            "payee": [payee for payee, _, _ in rows],
            "day": [date(2020, month, 1) for _, month, _ in rows],
            "amount": pa.array([Decimal(amount) for _, _, amount in rows], pa.decimal128(12, 2)),
        }
    )


def paid(plan, credits, **options):
    result = calculate(plan, credits, pay_period="month", **options)
    statements = [
        (row["payee"], row["period"], row["credits"], str(row["commission"]), str(row["adjustments"]))
        for row in result.statements.to_pylist()
    ]
    return [str(amount) for amount in result.credits["commission"].to_pylist()], statements


PLAN = simple_plan({0: "10%"})


def with_modifiers(*modifiers, **changes):
    return attrs.evolve(PLAN, modifiers=modifiers, **changes)


def usd(amount):
    return Money(Decimal(amount), "USD")


def test_statements_run_on_where_nothing_is_credited():
    floor = EarningsFloor(id="least", amount=usd(30), per="period")
    lines, statements = paid(with_modifiers(floor), credits_of(("ana", 1, 100), ("bo", 3, 500)), until=date(2020, 4, 9))
    assert lines == ["10.00", "50.00"]
    assert statements == [
        ("ana", "2020-M01", 1, "30.00", "20.00"),
        ("ana", "2020-M02", 0, "30.00", "30.00"),
        ("ana", "2020-M03", 0, "30.00", "30.00"),
        ("ana", "2020-M04", 0, "30.00", "30.00"),
        ("bo", "2020-M03", 1, "50.00", "0.00"),
        ("bo", "2020-M04", 0, "30.00", "30.00"),
    ]


def test_statements_end_with_the_plan_and_a_limit_shrinks_with_its_days():
    life = attrs.evolve(PLAN.life, effective=DateRange(date(2020, 1, 1), date(2020, 2, 16)))
    floor = EarningsFloor(id="least", amount=usd(29), per="period")
    plan = with_modifiers(floor, life=life, proration="by_days")
    _, statements = paid(plan, credits_of(("ana", 1, 100)), until=date(2020, 12, 31))
    assert statements == [("ana", "2020-M01", 1, "29.00", "19.00"), ("ana", "2020-M02", 0, "15.00", "15.00")]


def test_what_a_cap_carries_is_earned_anew_without_a_credit():
    cap = EarningsCap(id="most", amount=usd(40), per="period", excess="carried")
    lines, statements = paid(with_modifiers(cap), credits_of(("ana", 1, 900), ("bo", 3, 10)))
    assert lines == ["40.00", "1.00"]
    assert [(row[1], row[3]) for row in statements if row[0] == "ana"] == [
        ("2020-M01", "40.00"), ("2020-M02", "40.00"), ("2020-M03", "10.00")
    ]  # fmt: skip


def test_a_kicker_is_paid_once_in_its_span_and_taken_back():
    kicker = Kicker(id="bonus", component="sales", observe="measured", threshold=100, amount=usd("5.005"))
    [part] = PLAN.components
    plan = with_modifiers(kicker, components=[attrs.evolve(part, accumulate="quarter")])
    credits = credits_of(("ana", 1, 100), ("ana", 2, 50), ("ana", 3, -60), ("ana", 4, 100))
    _, statements = paid(plan, credits)
    assert [row[4] for row in statements] == ["5.005", "0.000", "-5.005", "5.005"]  # finer than lines are rounded
    assert [row[3] for row in statements] == ["15.005", "5.000", "-11.005", "15.005"]


def test_a_missing_score_is_a_fault_only_where_something_was_earned():
    plan = with_modifiers(Coefficient(id="merit"))
    credits = credits_of(("ana", 1, 100), ("ana", 3, 100), ("bo", 3, 100), ("cy", 3, 100))
    scores = pa.table({"payee": ["ana", "cy"], "period": ["2020-M01", "2020-M03"], "score": [2, 1]})
    with pytest.raises(
        InvalidDocument, match=r"2 payee\(s\) and period\(s\).*found 'ana 2020-M03, bo 2020-M03'"
    ) as error:
        paid(plan, credits, scores=scores)
    assert [(fault.code, fault.path) for fault in error.value.faults] == [("frames.missing_score", "scores")]
    whole = pa.concat_tables([scores, pa.table({"payee": ["ana", "bo"], "period": ["2020-M03"] * 2, "score": [0, 3]})])
    assert paid(plan, credits, scores=whole)[0] == ["20.00", "0.00", "30.00", "10.00"]
    with pytest.raises(InvalidDocument, match="given again"):
        paid(plan, credits, scores=pa.concat_tables([whole, scores]))
    with pytest.raises(InvalidDocument, match="numbers are needed"):
        paid(plan, credits, scores=whole.set_column(2, "score", pa.array([0.5] * 4)))


def test_what_no_band_owns_is_a_fault():
    bands = BandTable(bands=[Band(start=1, value=Rate(1))], end=80)
    plan = with_modifiers(
        Multiplier(id="pace", component="sales", observe="measured", factors=bands),
        Coefficient(id="merit", factors=bands),
    )
    scores = pa.table({"payee": ["ana", "bo"], "period": ["2020-M01"] * 2, "score": [90, 7]})
    with pytest.raises(InvalidDocument) as error:
        paid(plan, credits_of(("ana", 1, 100), ("bo", 1, 50)), scores=scores)
    assert [(fault.code, fault.path, fault.value) for fault in error.value.faults] == [
        ("frames.outside_bands", "scores", "ana 2020-M01"), ("frames.outside_bands", "credits", "ana 2020-M01")
    ]  # fmt: skip


def test_parts_of_a_run_end_their_statements_together(tmp_path):
    plan = with_modifiers(EarningsFloor(id="least", amount=usd(30), per="period"))
    credits = credits_of(("ana", 1, 100), ("bo", 3, 500))
    with pytest.raises(InvalidValue, match="last credit of all"):
        calculate_to_parquet(
            BulkJob(plan=plan, pay_period="month"), credits, credits_to=tmp_path / "a", statements_to=tmp_path / "b"
        )
    job = BulkJob(plan=plan, pay_period="month", until=date(2020, 3, 1))
    whole = job.run(credits)[1]
    parts = [job.run(credits.slice(place, 1))[1] for place in (0, 1)]
    assert pa.concat_tables(parts).equals(whole)
    assert len(whole) == 4


def test_a_plan_without_components_lifts_all_the_same():
    floor = EarningsFloor(id="least", amount=usd(30), per="period")
    _, statements = paid(with_modifiers(floor, components=()), credits_of(("ana", 1, 100)))
    assert statements == [("ana", "2020-M01", 1, "30.00", "30.00")]


def test_a_frame_without_rows_has_no_statements():
    floor = EarningsFloor(id="least", amount=usd(30), per="period")
    result = calculate(with_modifiers(floor), credits_of(("ana", 1, 100)).slice(0, 0), pay_period="month")
    assert result.statements.column_names == ["payee", "period", "credits", "commission", "adjustments"]
    assert len(result.statements) == 0
