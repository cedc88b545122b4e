"""Room that moves: from line to line with approval, and from one period into the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

import attrs

from salesrules.approvals import find_evidence_faults
from salesrules.core import (
    ApprovalEvidence,
    Decision,
    Money,
    PolicyReference,
    Reason,
    RoundingMode,
    decide,
    round_exactly,
)
from salesrules.expenses import reasons as codes
from salesrules.expenses.model import BudgetBook, BudgetLine, Commitment, Usage
from salesrules.expenses.policy import ExpensePolicy, TransferPolicy
from salesrules.expenses.rules.amounts import has_more_digits
from salesrules.expenses.rules.gates import digits_of
from salesrules.expenses.rules.life import decide_by, demand
from salesrules.expenses.rules.usage import used_of

__all__ = [
    "calculate_carry_forward",
    "carry_forward",
    "check_transfer",
    "decide_carry",
    "find_forwardable",
    "forward_commitments",
    "move_amount",
    "transfer_amount",
]


def check_transfer(
    source: str,
    target: str,
    amount: Money,
    book: BudgetBook,
    usage: Mapping[str, Usage],
    policy: ExpensePolicy,
    as_of: date | datetime,
    *,
    transfer: str,
    evidence: ApprovalEvidence | None = None,
) -> Decision:
    """Whether an amount may move from one line to another, with every reason against it; `transfer` is its id.

    Denied: to the line itself, of nothing or less, from or to an unknown or closed line, in another currency, with
    more decimals than the currency has, to a line that differs in what policy asks to be the same, of more than is
    unused at the source (and at every line above it that is not above the target too), and without evidence for that
    much by somebody other than the source's owner. The headroom is what could move.
    """
    rule = demand(demand(policy.budgets, "budgets").transfers, "budgets.transfers")
    day = as_of.date() if isinstance(as_of, datetime) else as_of
    found = book.find(source)
    objections = find_evidence_faults(
        evidence,
        act=rule.act,
        subject=transfer,
        interested=[found.owner] if found else (),
        as_of=as_of,
        amount=amount,
        policy=PolicyReference("TransferPolicy", rule.id, "act"),
    )
    reasons = (*_transfer_reasons(source, target, amount, book, usage, rule), *objections)
    decision = decide_by(policy, day, reasons)
    if found is None or book.find(target) is None:
        return decision
    return attrs.evolve(decision, headroom=_free(source, target, book, usage))


def _transfer_reasons(
    source: str, target: str, amount: Money, book: BudgetBook, usage: Mapping[str, Usage], rule: TransferPolicy
) -> Iterator[Reason]:
    if amount.amount <= 0:
        yield codes.NOT_POSITIVE(amount=amount, path="amount")
    if source == target:
        yield codes.TRANSFER_TO_ITSELF(line=source, path="target")
    ends = {}
    for path, id in (("source", source), ("target", target)):
        line = ends[path] = book.find(id)
        if line is None:
            yield codes.UNKNOWN_LINE(line=id, nearest=book.nearest(id), path=path)
        elif not line.is_confirmed:
            yield codes.NOT_CONFIRMED(line=id, status=line.status, path=path)
    giving, taking = ends["source"], ends["target"]
    if giving is None or taking is None:
        return
    for field in rule.same:
        if getattr(giving, field.value) != getattr(taking, field.value):
            policy = PolicyReference("TransferPolicy", rule.id, "same")
            yield codes.TRANSFER_DIFFERS(
                source=source, target=target, field=field, path=f"target.{field.value}", policy=policy
            )
    for line in (giving, taking):
        if line.amount.currency != amount.currency:
            yield codes.OTHER_CURRENCY(line=line.id, currency=line.amount.currency, asked=amount, path="amount")
            return
    digits = digits_of(amount.currency)
    if has_more_digits(amount, digits):
        yield codes.TOO_PRECISE(amount=amount, digits=digits, path="amount")
    free = _free(source, target, book, usage)
    if amount > free:
        yield codes.TRANSFER_NOT_FREE(line=source, asked=amount, headroom=free, path="amount")


def _apart(source: str, target: str, book: BudgetBook) -> tuple[list[BudgetLine], list[BudgetLine]]:
    """The lines that a move lowers, and those that it raises: each side up to, and without, what is above both."""
    giving, taking = book.chain(source), book.chain(target)
    above_both = {line.id for line in giving} & {line.id for line in taking}
    return [one for one in giving if one.id not in above_both], [one for one in taking if one.id not in above_both]


def _free(source: str, target: str, book: BudgetBook, usage: Mapping[str, Usage]) -> Money:
    """What is unused at the source and at every line above it that is not above the target, never below zero."""
    giving, _ = _apart(source, target, book)
    rests = [line.amount - used_of(usage, line.id, line.amount.currency).used for line in giving]
    nothing = Money.zero(book.line(source).amount.currency)
    return max(min(rests, default=nothing), nothing)


def move_amount(source: str, target: str, amount: Money, book: BudgetBook) -> tuple[BudgetLine, ...]:
    """The lines that change where an amount moves, as they are afterwards; those above both ends keep theirs.

    What the source and the lines above it lose, the target and those above it gain, so that the target can use it. The
    lowered ones come first.
    """
    lowered, raised = _apart(source, target, book)
    return (
        *(attrs.evolve(line, amount=line.amount - amount) for line in lowered),
        *(attrs.evolve(line, amount=line.amount + amount) for line in raised),
    )


def transfer_amount(
    source: str,
    target: str,
    amount: Money,
    book: BudgetBook,
    usage: Mapping[str, Usage],
    policy: ExpensePolicy,
    as_of: date | datetime,
    *,
    transfer: str,
    evidence: ApprovalEvidence | None = None,
) -> BudgetBook:
    """The book after a transfer; raises `Denied` with the decision of `check_transfer` where it may not be."""
    found = check_transfer(source, target, amount, book, usage, policy, as_of, transfer=transfer, evidence=evidence)
    found.require()
    return replace_lines(book, move_amount(source, target, amount, book))


def replace_lines(book: BudgetBook, changed: Iterable[BudgetLine]) -> BudgetBook:
    """The book with some lines as they are now."""
    by_id = {line.id: line for line in changed}
    return BudgetBook(lines=[by_id.get(line.id, line) for line in book.lines])


def calculate_carry_forward(line: BudgetLine, usage: Mapping[str, Usage], policy: ExpensePolicy) -> Money:
    """What of a line may be carried into the next period: policy's share of what is unused, floored, never below zero.

    What is committed counts as used; forward it with `forward_commitments`.
    """
    rule = demand(demand(policy.budgets, "budgets").carry, "budgets.carry")
    currency = line.amount.currency
    unused = line.amount - used_of(usage, line.id, currency).used
    if unused.amount <= 0:
        return Money.zero(currency)
    share = rule.share.of(unused.amount)
    return Money(round_exactly(share, digits_of(currency), RoundingMode.FLOOR), currency)


def carry_forward(
    source: str, target: str, book: BudgetBook, usage: Mapping[str, Usage], policy: ExpensePolicy, as_of: date
) -> tuple[Decision, BudgetBook]:
    """Carry what a line left unused into one of the next period: the decision, and the book afterwards.

    Once only: where the source was carried into the target before, nothing changes and the decision says so; likewise
    where nothing is left. Denied before the source's span is over, and where a line is unknown or not confirmed.
    """
    decision, changed = decide_carry(source, target, book, usage, policy, as_of)
    return decision, replace_lines(book, changed)


def decide_carry(
    source: str, target: str, book: BudgetBook, usage: Mapping[str, Usage], policy: ExpensePolicy, as_of: date
) -> tuple[Decision, tuple[BudgetLine, ...]]:
    """As `carry_forward`, with the lines that change."""
    found = decide_by(policy, as_of, _carry_reasons(source, target, book, as_of))
    if not found.is_allowed:
        return found, ()
    giving, taking = book.line(source), book.line(target)
    if source in taking.carried:
        return decide([*found.reasons, codes.CARRIED_BEFORE(source=source, target=target, path="target.carried")]), ()
    amount = calculate_carry_forward(giving, usage, policy)
    amount = min(amount, _free(source, target, book, usage))
    if not amount:
        return decide([*found.reasons, codes.NOTHING_TO_CARRY(line=source, path="source.amount")]), ()
    moved = {line.id: line for line in move_amount(source, target, amount, book)}
    moved[target] = attrs.evolve(moved.get(target, taking), carried=(*taking.carried, source))
    return found, tuple(moved.values())


def _carry_reasons(source: str, target: str, book: BudgetBook, as_of: date) -> Iterator[Reason]:
    """What speaks against carrying from one line into another."""
    giving, taking = book.find(source), book.find(target)
    for path, id, line in (("source", source, giving), ("target", target, taking)):
        if line is None:
            yield codes.UNKNOWN_LINE(line=id, nearest=book.nearest(id), path=path)
        elif not line.is_confirmed:
            yield codes.NOT_CONFIRMED(line=id, status=line.status, path=path)
    if source == target:
        yield codes.TRANSFER_TO_ITSELF(line=source, path="target")
    if giving is None or taking is None:
        return
    currency, end = taking.amount.currency, giving.span.end
    if giving.amount.currency != currency:
        yield codes.OTHER_CURRENCY(line=target, currency=currency, asked=giving.amount, path="target.amount")
    if end is not None and as_of < end:
        yield codes.NOT_YET_OVER(line=source, end=end, path="source.span")


def find_forwardable(commitments: Iterable[Commitment], to: date) -> tuple[Commitment, ...]:
    """The commitments that move to a period that begins on a day: open, made before it, and not moved to it already.

    Source: OCA account-budgeting, budget_commit_forward.
    """
    return tuple(one for one in commitments if one.amount and one.day < to and one.forwarded != to)


def forward_commitments(
    commitments: Iterable[Commitment], to: date, lines: Mapping[str, str]
) -> tuple[Commitment, ...]:
    """The commitments with those that move on the new period's line and first day; doing it twice changes nothing.

    `lines` says for each line its successor; a commitment of a line without one stays.
    """
    given = tuple(commitments)
    moving = {one.id for one in find_forwardable(given, to) if one.line in lines}
    return tuple(
        attrs.evolve(one, line=lines[one.line], day=to, forwarded=to) if one.id in moving else one for one in given
    )
