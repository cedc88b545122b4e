"""Budget lines as they are stored: opened, confirmed, closed; room moved between them and into the next period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import attrs

from salesrules.core import (
    AggregateStore,
    ApprovalEvidence,
    ChangeLimit,
    CloseAccount,
    Decision,
    LedgerBatch,
    LedgerCommand,
    LedgerStore,
    Money,
    OpenAccount,
    Reason,
    decide,
    describe_purpose,
    find_replay,
)
from salesrules.expenses import reasons as codes
from salesrules.expenses.model import BudgetBook, BudgetLine, BudgetStatus, Usage
from salesrules.expenses.policy import BudgetPolicy, ExpensePolicy
from salesrules.expenses.rules import (
    Gate,
    check_confirmation,
    check_transfer,
    decide_carry,
    demand,
    line_gate,
    month_gates,
    move_amount,
)
from salesrules.expenses.service.reading import load_book, load_usage, load_versions, use_of

__all__ = ["carry_forward_budget", "close_budget", "confirm_budget", "open_budgets", "renew_limits", "transfer_budget"]


def open_budgets(
    lines: Sequence[BudgetLine],
    *,
    key: str,
    budgets: AggregateStore[BudgetLine],
    ledger: LedgerStore,
    policy: ExpensePolicy,
    as_of: datetime,
) -> Decision:
    """Store new lines, under each other or under stored ones, and open their accounts; all or none.

    The ledger's limits are where the controls stop; a line that is not confirmed has none of its room yet. Where a
    later rulebook brings controls by month, `renew_limits` opens their accounts. Raises `InvalidDocument` where the
    lines make no tree, `IdempotencyConflict` where the key came with other lines.
    """
    rules, purpose = demand(policy.budgets, "budgets"), describe_purpose("open_budgets", lines=lines)
    replayed = find_replay(ledger, key, purpose)
    if replayed is not None:
        return replayed
    own = {line.id for line in lines}
    above = load_book((line.parent for line in lines if line.parent and line.parent not in own), budgets)
    book = BudgetBook(lines=[*above.lines, *lines])
    commands = [
        command
        for line in book.top_down()
        if line.id in own
        for command in _openings(line, book.level(line.id), rules, key, as_of)
    ]
    decision = ledger.execute(LedgerBatch(key=key, at=as_of, commands=commands, purpose=purpose))
    if decision.is_allowed:
        for line in lines:
            budgets.put(line.id, line, 0)
    return decision


def _openings(line: BudgetLine, level: int, policy: BudgetPolicy, key: str, at: datetime) -> Iterator[LedgerCommand]:
    currency = line.amount.currency
    gate = line_gate(line, level, policy)
    yield OpenAccount(
        key=f"{key}:{line.id}",
        at=at,
        account=line.id,
        unit=currency,
        limit=_limit(gate),
        parent=line.parent,
    )
    yield from _open_months(month_gates(line, level, policy), key, at)


def _open_months(months: Sequence[Gate], key: str, at: datetime) -> Iterator[LedgerCommand]:
    """The accounts of a line's months, each under the next, so that what counts in one counts in all later ones."""
    later = None
    for gate in reversed(months):
        yield OpenAccount(
            key=f"{key}:{gate.account}",
            at=at,
            account=gate.account,
            unit=gate.line.amount.currency,
            limit=_limit(gate),
            parent=later,
        )
        later = gate.account


def _limit(gate: Gate) -> Money | None:
    return gate.limit if gate.line.is_confirmed else Money.zero(gate.line.amount.currency)


def confirm_budget(
    line: str,
    evidence: ApprovalEvidence | None,
    *,
    key: str,
    budgets: AggregateStore[BudgetLine],
    ledger: LedgerStore,
    policy: ExpensePolicy,
    as_of: datetime,
) -> Decision:
    """Confirm a stored line with evidence, so that it can be spent from.

    The key sent again gives the ledger's first decision again. Raises `MissingAggregate`, and `IdempotencyConflict`
    where the key came with another line, other evidence or for another act.
    """
    purpose = describe_purpose("confirm_budget", line=line, evidence=evidence)
    replayed = find_replay(ledger, key, purpose)
    if replayed is not None:
        return replayed
    stored = budgets.get(line)
    found = stored.value
    if found.status is not BudgetStatus.DRAFT:
        return decide([codes.NOT_DRAFT(line=line, status=found.status, path="status")])
    decision = check_confirmation(found, evidence, policy, as_of)
    if not decision.is_allowed:
        return decision
    confirmed = attrs.evolve(found, status=BudgetStatus.CONFIRMED, evidence=evidence)
    _set_limits([confirmed], load_book([line], budgets), ledger, policy, key, as_of, purpose).require()
    budgets.put(line, confirmed, stored.version)
    return decision


def close_budget(
    line: str,
    *,
    key: str,
    budgets: AggregateStore[BudgetLine],
    ledger: LedgerStore,
    policy: ExpensePolicy,
    as_of: datetime,
) -> Decision:
    """Close a stored line to further use; denied while something is committed on it, or an open line stands under it.

    Refunds still come in. The key sent again gives the first decision again. Raises `MissingAggregate`, and
    `IdempotencyConflict` where the key came with another line or for another act.
    """
    purpose = describe_purpose("close_budget", line=line)
    replayed = find_replay(ledger, key, purpose)
    if replayed is not None:
        return replayed
    stored = budgets.get(line)
    book = load_book([line], budgets)
    rules = demand(policy.budgets, "budgets")
    months = month_gates(stored.value, book.level(line), rules)
    accounts = [line, *(gate.account for gate in months)]
    commands = [CloseAccount(key=f"{key}:{account}", at=as_of, account=account) for account in accounts]
    decision = ledger.execute(LedgerBatch(key=key, at=as_of, commands=commands, purpose=purpose))
    if decision.is_allowed:
        budgets.put(line, attrs.evolve(stored.value, status=BudgetStatus.CLOSED), stored.version)
    return decision


def transfer_budget(
    source: str,
    target: str,
    amount: Money,
    *,
    key: str,
    budgets: AggregateStore[BudgetLine],
    ledger: LedgerStore,
    policy: ExpensePolicy,
    as_of: datetime,
    evidence: ApprovalEvidence | None = None,
) -> Decision:
    """Move room between stored lines, and between the lines above them that they do not share.

    The key is the transfer's id, which the evidence names; sent again, it gives the ledger's first decision again and
    moves nothing twice. Only what nobody uses moves: where the controls stop, the ledger sees to it, whoever spends
    meanwhile. Raises `IdempotencyConflict` where the key came with other lines, another amount or other evidence.
    """
    purpose = describe_purpose("transfer_budget", source=source, target=target, amount=amount, evidence=evidence)
    replayed = find_replay(ledger, key, purpose)
    if replayed is not None:
        return replayed
    book, versions = load_versions([source, target], budgets)
    usage = load_usage(book, ledger, demand(policy.budgets, "budgets"))
    decision = check_transfer(source, target, amount, book, usage, policy, as_of, transfer=key, evidence=evidence)
    if not decision.is_allowed:
        return decision
    changed = move_amount(source, target, amount, book)
    return _change(changed, decision, book, versions, budgets, ledger, policy, key, as_of, purpose)


def carry_forward_budget(
    source: str,
    target: str,
    *,
    key: str,
    budgets: AggregateStore[BudgetLine],
    ledger: LedgerStore,
    policy: ExpensePolicy,
    as_of: datetime,
) -> Decision:
    """Carry what a stored line left unused into one of the next period, once, however often it is asked.

    Raises `IdempotencyConflict` where the key came with other lines.
    """
    purpose = describe_purpose("carry_forward_budget", source=source, target=target)
    replayed = find_replay(ledger, key, purpose)
    if replayed is not None:
        return replayed
    book, versions = load_versions([source, target], budgets)
    usage = load_usage(book, ledger, demand(policy.budgets, "budgets"))
    decision, changed = decide_carry(source, target, book, usage, policy, as_of.date())
    if not changed:
        return decision
    return _change(changed, decision, book, versions, budgets, ledger, policy, key, as_of, purpose)


def _change(
    lines: Sequence[BudgetLine],
    decision: Decision,
    book: BudgetBook,
    versions: Mapping[str, int],
    budgets: AggregateStore[BudgetLine],
    ledger: LedgerStore,
    policy: ExpensePolicy,
    key: str,
    as_of: datetime,
    purpose: str,
) -> Decision:
    """Save lines as they are now, where the ledger lets their limits follow.

    Where it does not, they are saved as they were: who has not seen their latest versions hears that, and asks again.
    """
    written = _set_limits(lines, book, ledger, policy, key, as_of, purpose)
    for line in lines:
        budgets.put(line.id, line if written.is_allowed else book.line(line.id), versions[line.id])
    return decision if written.is_allowed else written


def renew_limits(
    lines: Iterable[str],
    *,
    key: str,
    budgets: AggregateStore[BudgetLine],
    ledger: LedgerStore,
    policy: ExpensePolicy,
    as_of: datetime,
) -> Decision:
    """Let the ledger's limits of stored lines, and of all above them, follow the controls of a new rulebook.

    A control by month that is new to a line opens its months. Denied, all of it, where a new limit lies below what is
    used, and where a line was used before its months were kept: nobody knows any more in which months. Renew before
    anybody reserves under the new rulebook. Raises `IdempotencyConflict` where the key came with other lines or
    controls.
    """
    named, rules = tuple(lines), demand(policy.budgets, "budgets")
    purpose = describe_purpose("renew_limits", lines=named, controls=rules)
    replayed = find_replay(ledger, key, purpose)
    if replayed is not None:
        return replayed
    book = load_book(named, budgets)
    found: list[Reason] = []
    commands: list[LedgerCommand] = []
    for line in book.top_down():
        level = book.level(line.id)
        gate, months = line_gate(line, level, rules), month_gates(line, level, rules)
        commands.append(_change_limit(gate, key, as_of))
        if months:
            used, kept = use_of(line.id, ledger), use_of(months[-1].account, ledger)
            if kept is None:
                commands += _open_months(months, key, as_of)
            else:
                commands += [_change_limit(gate, key, as_of) for gate in months]
            # Every charge counts in the last month too, so the two differ where some were made without months.
            if used is not None and used != (kept or Usage.none(line.amount.currency)):
                found.append(codes.MONTHS_NOT_KEPT(line=line.id, used=used.used, path=f"budgets.{line.id}"))
    if found:
        return decide(found)
    return ledger.execute(LedgerBatch(key=key, at=as_of, commands=commands, purpose=purpose))


def _change_limit(gate: Gate, key: str, at: datetime) -> ChangeLimit:
    return ChangeLimit(key=f"{key}:{gate.account}", at=at, account=gate.account, limit=_limit(gate))


def _set_limits(
    lines: Iterable[BudgetLine],
    book: BudgetBook,
    ledger: LedgerStore,
    policy: ExpensePolicy,
    key: str,
    at: datetime,
    purpose: str,
) -> Decision:
    """Let the ledger's limits follow the amounts of lines."""
    rules = demand(policy.budgets, "budgets")
    commands = [
        _change_limit(gate, key, at)
        for line in lines
        for level in [book.level(line.id)]
        for gate in (line_gate(line, level, rules), *month_gates(line, level, rules))
    ]
    return ledger.execute(LedgerBatch(key=key, at=at, commands=commands, purpose=purpose))
