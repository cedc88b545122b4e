"""Restatement: closed periods stay as they are; what they would pay otherwise today is posted into the open one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise, zip_longest

import attrs

from salesrules.commissions.model import (
    BalanceEntry,
    BalanceKind,
    CommissionRun,
    PeriodVersion,
    Restatement,
    RestatementCause,
    Statement,
    StatementLine,
)
from salesrules.commissions.policy import CommissionPolicy
from salesrules.commissions.reasons import BALANCE_OWED, RESTATED
from salesrules.commissions.rules.closing import ClosedPeriod, CommissionInputs, RestatedRun
from salesrules.commissions.rules.input_changes import InputChange, input_changes
from salesrules.commissions.rules.settlement import add_payments
from salesrules.commissions.rules.standings import (
    Key,
    Standing,
    carried_balances,
    posted_standings,
    recomputed_standings,
)
from salesrules.core import (
    EXACT,
    Fault,
    InvalidDocument,
    InvalidValue,
    Money,
    Period,
    Reason,
    Rounding,
    RoundingMode,
    SalesRulesError,
    exact_sum,
)

__all__ = ["restate_commissions"]

_ZERO = Decimal(0)
_Standings = Mapping[Key, Standing]


def restate_commissions(closed: Sequence[ClosedPeriod], now: CommissionInputs, *, period: Period) -> RestatedRun:
    """The run of the open period from today's inputs, with what the closed periods would pay otherwise today.

    `closed` are all closed periods in order; `period` follows the last of them. Closed statements stay as they are.
    For each of them, today's pay less what was paid for it so far is posted as restatements into the open period, one
    for each payee, closed period and cause. Causes are told by replacing the inputs of the last close by today's, one
    kind after the other in the order of `RestatementCause`; where inputs can only be computed after several kinds are
    replaced, these are the causes together. So the restatements sum to the whole difference, whatever the order in
    which inputs were changed, and what was paid in all, restatements included, is what recomputing pays today.

    Restatements are paid with the period. Where shortfalls are carried, they lower its pay at most by
    `closing.maximum_recovery` of it; what is left is carried as a balance and recovered from later pay in the same
    way. Otherwise all is charged at once. Who is paid in another currency gets them at the open period's rate.

    Raises `InvalidValue` where `closed` has a gap, does not end before the open period, lacks the inputs of the last
    close, or was closed by another calendar; `InvalidDocument` where today's inputs have faults.
    """
    base = _checked(closed, now, period)
    run = now.calculate(period)
    if base is None:
        return RestatedRun(run=run, inputs=now)
    labels = [each.period.label for each in closed]
    statements = [statement for each in closed for statement in each.run.statements]
    entries = _restatements(closed, base, now, [*run.earlier, *run.statements])
    order = {cause: place for place, cause in enumerate(RestatementCause)}
    entries.sort(key=lambda entry: (labels.index(entry.period.label), order[entry.causes[0]]))
    carried = carried_balances(statements)
    faults: list[Fault] = []
    posted = _posted(run, entries, carried, recomputed_standings(run.earlier, labels), now.policy)
    restated = tuple(add_payments(posted, now.facts, now.policy, now.currencies, faults))
    if faults:
        raise InvalidDocument(tuple(faults))
    return RestatedRun(
        run=attrs.evolve(
            run,
            statements=restated,
            earlier=statements,
            findings=_findings(run, restated, carried),
        ),
        inputs=now,
        closed=[PeriodVersion(period=each.period, version=each.version) for each in closed],
    )


def _checked(closed: Sequence[ClosedPeriod], now: CommissionInputs, period: Period) -> CommissionInputs | None:
    """The inputs of the last close, `None` where nothing is closed."""
    chain = [*(each.period for each in closed), period]
    for one, following in pairwise(chain):
        if now.calendar.period(one.label) != one:
            raise InvalidValue("closed", one.label, "the calendar gives this period other days now; keep the calendar")
        if now.calendar.next(one) != following:
            raise InvalidValue("closed", one.label, f"{following.label} does not follow it; give every period in order")
    if not closed:
        return None
    if closed[-1].inputs is None:
        raise InvalidValue("closed", closed[-1].period.label, "keep the inputs of the last closed period")
    return closed[-1].inputs


def _restatements(
    closed: Sequence[ClosedPeriod], base: CommissionInputs, now: CommissionInputs, today: Sequence[Statement]
) -> list[Restatement]:
    """The differences that each step of the replacement makes, from what was posted so far to what today gives."""
    periods = {each.period.label: each.period for each in closed}
    last = closed[-1].period
    changes = [InputChange(cause=RestatementCause.COMPUTATION, inputs=base), *input_changes(base, now)]
    before = posted_standings([statement for each in closed for statement in each.run.statements])
    waiting: list[InputChange] = []
    found: list[Restatement] = []
    for change in changes:
        waiting.append(change)
        if change is changes[-1]:
            after = recomputed_standings(today, periods)
        else:
            try:
                run = change.inputs.calculate(last)
            except SalesRulesError:
                continue  # these inputs do not fit together; they do with the next
            after = recomputed_standings([*run.earlier, *run.statements], periods)
        found += _differences(before, after, waiting, periods)
        before, waiting = after, []
    return found


def _differences(
    before: _Standings, after: _Standings, changes: Sequence[InputChange], periods: Mapping[str, Period]
) -> Iterator[Restatement]:
    credited: dict[str, set[str]] = defaultdict(set)
    for standings in (before, after):
        for key, standing in standings.items():
            credited[key.payee].update(line.credit.transaction.id for line in standing.lines or ())
    causes = tuple(dict.fromkeys(change.cause for change in changes))
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key, Standing()), after.get(key, Standing())
        earned, amount, owed, held = map(EXACT.subtract, new[:4], old[:4])
        if not (amount or owed or held):
            continue
        lines_before, lines_after = _changed_lines(old, new)
        subjects = [id for change in changes for id in change.subjects_of(key.payee, credited[key.payee])]
        yield Restatement(
            payee=key.payee,
            period=periods[key.period],
            causes=causes,
            subjects=tuple(dict.fromkeys(subjects)),
            amount=Money(amount, key.currency),
            earned=Money(earned, key.currency),
            owed=Money(owed, key.currency),
            held=Money(held, key.currency) if held else None,
            lines_before=lines_before,
            lines_after=lines_after,
        )


def _changed_lines(old: Standing, new: Standing) -> tuple[list[StatementLine], list[StatementLine]]:
    """The lines that differ, before and after; none where the lines of before are not told."""
    if old.lines is None or new.lines is None:
        return [], []
    before, after = ({line.id: line for line in standing.lines or ()} for standing in (old, new))
    return (
        [line for id, line in before.items() if after.get(id) != line],
        [line for id, line in after.items() if before.get(id) != line],
    )


def _posted(
    run: CommissionRun,
    entries: Iterable[Restatement],
    carried: Mapping[tuple[str, str], Decimal],
    today: _Standings,
    policy: CommissionPolicy,
) -> Iterator[Statement]:
    """The open period's statements with their restatements; one more for whoever has these alone."""
    posted: dict[tuple[str, str], list[Restatement]] = defaultdict(list)
    for entry in entries:
        posted[entry.payee, entry.amount.currency].append(entry)
    for statement in run.statements:
        whose = statement.payee, statement.currency
        digits = run.currencies.digits(statement.currency)
        yield _settled(statement, posted.pop(whose, []), carried.get(whose, _ZERO), policy, digits)
    for (payee, currency), own in sorted(posted.items()):
        standings = [s for key, s in today.items() if (key.payee, key.currency) == (payee, currency)]
        held = exact_sum(standing.held for standing in standings)
        zero, opening = Money.zero(currency), Money(exact_sum(standing.owed for standing in standings), currency)
        bare = Statement(
            payee=payee,
            period=run.period,
            currency=currency,
            plans=(),
            lines=(),
            earned=zero,
            paid=zero,
            opening=opening,
            closing=opening,
            held=Money(held, currency) if held else None,
        )
        yield _settled(bare, own, carried.get((payee, currency), _ZERO), policy, run.currencies.digits(currency))


def _settled(
    statement: Statement, entries: Sequence[Restatement], carried: Decimal, policy: CommissionPolicy, digits: int
) -> Statement:
    """A statement with its restatements, and the entry that carries what its pay does not bear, or recovers it."""
    if not entries and not carried:
        return statement
    currency = statement.currency
    restated = exact_sum(entry.amount.amount for entry in entries)
    owed = exact_sum(entry.owed.amount for entry in entries)
    taken = EXACT.add(carried, max(_ZERO, EXACT.minus(restated)))
    given = EXACT.add(statement.paid.amount, max(_ZERO, restated))
    back = taken
    if policy.carry_shortfall:
        share = Decimal(1) if policy.closing is None else policy.closing.maximum_recovery.value
        bearable = Rounding(digits=digits, mode=RoundingMode.DOWN)(EXACT.multiply(max(_ZERO, given), share))
        back = min(taken, bearable)
    still = EXACT.subtract(taken, back)
    moved = Money(EXACT.subtract(still, carried), currency)
    # What the restatements took is in their amounts already, so that only what is not taken now comes back here.
    balances = [*statement.balances, *_moved(moved, policy)]
    return attrs.evolve(
        statement,
        restatements=entries,
        balances=balances,
        paid=Money(EXACT.subtract(given, back), currency),
        opening=statement.opening - Money(owed, currency) + Money(carried, currency),
        closing=statement.closing + Money(still, currency),
    )


def _moved(amount: Money, policy: CommissionPolicy) -> Iterator[BalanceEntry]:
    """The entry that carries an amount above zero on, or recovers one below zero."""
    if amount:
        carries = amount > Money.zero(amount.currency)
        kind = BalanceKind.RESTATEMENT_CARRIED if carries else BalanceKind.RESTATEMENT_RECOVERED
        entry = "" if policy.closing is None else policy.closing.id
        yield BalanceEntry(kind=kind, amount=amount, policy=entry, owed=amount)


def _findings(
    run: CommissionRun, statements: Sequence[Statement], carried: Mapping[tuple[str, str], Decimal]
) -> Iterator[Reason]:
    """The run's findings, one more for each restated statement, and what is owed where that changed.

    Who has no statement owes what was `carried` besides.
    """
    changed = [new for new, old in zip_longest(statements, run.statements) if new is not old]
    whose = {(statement.payee, statement.currency) for statement in changed}
    here = {(statement.payee, statement.currency) for statement in statements}
    gone = {who: owed for who, owed in carried.items() if owed and who not in here}
    for finding in run.findings:
        if finding.code == BALANCE_OWED.code:
            owed = finding.parameters["amount"]
            who = finding.parameters["payee"], owed.currency
            if who in whose:
                continue
            if who in gone:
                finding = BALANCE_OWED(payee=who[0], amount=owed + Money(gone.pop(who), who[1]))
        yield finding
    for (payee, currency), owed in gone.items():
        yield BALANCE_OWED(payee=payee, amount=Money(owed, currency))
    for statement in changed:
        if statement.restatements:
            entries = len(statement.restatements)
            yield RESTATED(payee=statement.payee, amount=statement.restated, entries=entries)
        if statement.closing:
            yield BALANCE_OWED(payee=statement.payee, amount=statement.closing)
