"""Random modifiers on random plans: bulk pays each line and each statement what the scalar rules pay, to the cent."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import attrs
import pyarrow as pa
import pytest
from bulk_cases import as_case, tables
from drawn_modifiers import CLIENTS, KINDS, ModifierDrawing

from salesrules.commissions import calculate_commissions, needed_quota
from salesrules.core import CurrencyTable, InvalidDocument, PeriodKind, SalesRulesError
from salesrules.frames import calculate
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


def drawn(seed, plans, *, kinds=None, modifiers=None, **options):
    for number, case in enumerate(seeded_cases(seed, plans=plans, **options)):
        case = as_case(case)
        if case is None:
            continue
        chooser = SeededChooser(f"{seed}/{number}/modifiers")
        level, residual = chooser.pick(
            [("line", "running")] * 3 + [("tier", "running"), ("cumulative", "running"), ("cumulative", "largest_remainder")]
        )
        rounding = attrs.evolve(case.plan.rounding, level=level, residual=residual)
        credits = [
            attrs.evolve(
                credit, attributes={**credit.attributes, "client": chooser.pick(CLIENTS), "shop": chooser.pick("ab")}
            )
            for credit in case.credits
        ]
        case = attrs.evolve(case, credits=credits, plan=attrs.evolve(case.plan, rounding=rounding))
        try:
            drawing = ModifierDrawing(chooser, case)
        except SalesRulesError:  # what the rules themselves refuse is not for this test
            continue
        plan = drawing.draw(chooser.number(1, 4)) if modifiers is None else attrs.evolve(case.plan, modifiers=modifiers)
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
    keep = [payee == PEOPLE[0] or id in late for payee, id in zip(*(found[n].to_pylist() for n in ("payee", "id")), strict=True)]
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
    """Quotas from each person's first pay period on."""
    case, found = drawn.case, set()
    for part in case.plan.components:
        wanted = {needed_quota(part.table), getattr(part.table, "target_measure", None)} - {None, ""}
        word = part.accumulate.value
        kind = case.pay_period if word in ("transaction", "period") else PeriodKind(word)
        for measure in wanted:
            for payee in PEOPLE:
                for quota in case.quotas:
                    period = case.calendar.at(kind, quota.span.start)
                    inside = [
                        other.amount
                        for other in case.quotas
                        if other.measure == measure
                        and period.start <= other.span.start < period.end
                        and other.span.start >= drawn.start(payee)
                    ]
                    if inside and drawn.start(payee) <= quota.span.start:
                        found.add((payee, measure, period.label, sum(inside, _ZERO)))
    rows = sorted(found)
    columns = dict(zip(("payee", "measure", "period"), zip(*(row[:3] for row in rows), strict=True), strict=False))
    names = ("payee", "measure", "period")
    table = {name: pa.array(list(columns.get(name, ())), pa.string()) for name in names}
    return pa.table({**table, "amount": pa.array([row[3] for row in rows], pa.decimal128(38, 9))})


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


def differences(drawn, shuffle=0, expected=None, **options):
    """Lines and statements on which both disagree; `None` where one of them refuses."""
    try:
        wanted = by_the_rules(drawn) if expected is None else expected
    except SalesRulesError:
        return None
    try:
        lines, statements = in_bulk(drawn, shuffle, **options)
    except InvalidDocument as error:
        if {fault.code for fault in error.faults} <= {"frames.out_of_range", "frames.numbers_too_fine"}:
            return None
        raise
    found = [(key, wanted[0].get(key, _ZERO), paid) for key, paid in lines.items() if wanted[0].get(key, _ZERO) != paid]
    keys = wanted[1].keys() | statements.keys()
    return found + [(key, wanted[1].get(key), statements.get(key)) for key in sorted(keys) if wanted[1].get(key) != statements.get(key)]
