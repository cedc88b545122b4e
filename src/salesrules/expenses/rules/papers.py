"""Papers, prior approvals, days and duplicates: what a claim's lines must show, one by one."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from salesrules.core import (
    DateRange,
    InvalidValue,
    Money,
    PolicyReference,
    Reason,
    Side,
    days_after,
    days_between,
    nearest_names,
    total,
)
from salesrules.expenses import reasons as codes
from salesrules.expenses.model import Claim, ClaimLine
from salesrules.expenses.policy import ClaimPolicy, DayCount, DuplicatePolicy, ExpenseCategory, LatePolicy
from salesrules.expenses.rules.amounts import Converted

__all__ = [
    "CountsWorkingDays",
    "find_category",
    "find_category_reasons",
    "find_day_reasons",
    "find_duplicates",
    "find_missing_papers",
    "has_prior_approval",
    "name_line",
]


class CountsWorkingDays(Protocol):
    """Which days a firm works, as `WorkingTime` says."""

    def working_days(self, span: DateRange) -> tuple[date, ...]:
        """The working days of a span, in order."""
        ...


def find_category(line: ClaimLine, policy: ClaimPolicy) -> ExpenseCategory | None:
    """The category of a line, `None` where the firm has no such one."""
    return policy.category(line.category)


def name_line(claim: Claim, line: ClaimLine) -> str:
    """What an approval of one line names: no line of another claim has this name."""
    return f"{claim.id}:{line.id}"


def has_prior_approval(
    line: ClaimLine, claim: Claim, act: str, policy: ClaimPolicy, amounts: Mapping[str, Converted]
) -> bool:
    """Whether somebody else approved a line's expense, or the whole claim's, by the day it was made, and that much.

    An approval of the whole claim is for all its lines of the act together. An amount approved in the currency of
    claims is held against what the lines are worth there, another against what was spent in its own currency.
    """
    given, covered = line.prior_approval, _approved_lines(line, claim, act, policy)
    return (
        given is not None and bool(covered) and not given.falls_short_of(_worth(covered, given.amount, policy, amounts))
    )


def _approved_lines(line: ClaimLine, claim: Claim, act: str, policy: ClaimPolicy) -> Sequence[ClaimLine]:
    """The lines that the prior approval of one is for; none where somebody had no right to it, or gave it too late."""
    given = line.prior_approval
    if given is None or given.given_by((claim.claimant,)) or given.is_later_than(line.day):
        return ()
    if given.covers(act, line.id) or given.covers(act, name_line(claim, line)):
        return (line,)
    if not given.covers(act, claim.id):
        return ()
    found = ((one, find_category(one, policy)) for one in claim.lines)
    return [one for one, category in found if category is not None and category.prior_act == act]


def _worth(
    lines: Iterable[ClaimLine], approved: Money | None, policy: ClaimPolicy, amounts: Mapping[str, Converted]
) -> Money | None:
    """What was spent, as the amount that was approved is held against it; `None` where none was said."""
    if approved is None:
        return None
    if approved.currency == policy.currency:
        return total((amounts[line.id].rounded for line in lines if line.id in amounts), policy.currency)
    spent = [line.amount for line in lines]
    other = next((amount for amount in spent if amount.currency != approved.currency), None)
    return total(spent) if other is None else other


def find_category_reasons(
    line: ClaimLine, claim: Claim, policy: ClaimPolicy, amounts: Mapping[str, Converted], index: int
) -> Sequence[Reason]:
    """Whether the category is known, its prior approval is there and for enough, and the counts are above zero."""
    category = policy.category(line.category)
    if category is not None and category.prior_act is None and line.heads > 0 and line.days > 0:
        return ()
    return [*_find_category_reasons(line, claim, category, policy, amounts, f"lines[{index}]")]


def _find_category_reasons(
    line: ClaimLine,
    claim: Claim,
    category: ExpenseCategory | None,
    policy: ClaimPolicy,
    amounts: Mapping[str, Converted],
    path: str,
) -> Iterator[Reason]:
    if category is None:
        near = nearest_names(line.category, [one.id for one in policy.categories])
        yield codes.UNKNOWN_CATEGORY(category=line.category, nearest=near, path=f"{path}.category")
    elif category.prior_act is not None:
        yield from _find_prior_approval(line, claim, category, policy, amounts, path)
    for field, count in (("heads", line.heads), ("days", line.days)):
        if count < 1:
            yield codes.COUNT_NOT_POSITIVE(field=field, count=count, path=f"{path}.{field}")


def _find_prior_approval(
    line: ClaimLine,
    claim: Claim,
    category: ExpenseCategory,
    policy: ClaimPolicy,
    amounts: Mapping[str, Converted],
    path: str,
) -> Iterator[Reason]:
    act, given = category.prior_act or "", line.prior_approval
    if has_prior_approval(line, claim, act, policy, amounts):
        return
    where, here = PolicyReference("ExpenseCategory", category.id, "prior_act"), f"{path}.prior_approval"
    covered = _approved_lines(line, claim, act, policy)
    if given is None or not covered:
        yield codes.PRIOR_APPROVAL_MISSING(act=act, amount=line.amount, path=here, policy=where)
        return
    spent = _worth(covered, given.amount, policy, amounts)
    yield codes.PRIOR_APPROVAL_EXCEEDED(
        act=act, amount=spent, approved=given.amount, path=f"{here}.amount", policy=where
    )


def find_missing_papers(line: ClaimLine, amount: Money, policy: ClaimPolicy, index: int) -> Sequence[Reason]:
    """The papers that a line of an amount, in the currency of claims, lacks; one reason per rule that asks for some."""
    given, found = line.evidence, []
    for rule in policy.evidence_for(line.category):
        required = rule.required.at(amount.amount)
        if required and not all(map(given.__contains__, required)):
            reason = codes.PAPER_MISSING(
                missing=tuple(kind for kind in required if kind not in given),
                amount=amount,
                path=f"lines[{index}].evidence",
                severity=rule.strictness.severity,
                policy=PolicyReference("EvidencePolicy", rule.id, "required"),
            )
            found.append(reason)
    return found


def find_day_reasons(
    line: ClaimLine,
    submitted_on: date,
    policy: ClaimPolicy,
    working_time: CountsWorkingDays | None,
    index: int,
) -> Sequence[Reason]:
    """Whether an expense was made before the claim came in, and the claim came in time."""
    day, late = line.day, policy.late
    if day > submitted_on:
        return [codes.EXPENSE_IN_FUTURE(day=day, submitted_on=submitted_on, path=f"lines[{index}].day")]
    if late is None:
        return ()
    days = _days_after(day, submitted_on, late, working_time)
    if days < late.days or (days == late.days and late.side is not Side.LOWER):
        return ()
    reason = codes.SUBMITTED_LATE(
        day=day,
        submitted_on=submitted_on,
        days=days,
        allowed=late.days,
        path=f"lines[{index}].day",
        severity=late.strictness.severity,
        policy=PolicyReference("LatePolicy", late.id, "days"),
    )
    return [reason]


#: A member that is looked up through its class takes as long as a call.
_CALENDAR = DayCount.CALENDAR


def _days_after(start: date, end: date, late: LatePolicy, working_time: CountsWorkingDays | None) -> int:
    """The days after one until and with another, as policy counts them."""
    if late.day_count is _CALENDAR or start == end:
        return days_between(start, end)
    if working_time is None:
        raise InvalidValue("working_time", None, "expenses.claims.late counts working days; give the firm's")
    return len(working_time.working_days(DateRange(days_after(start, 1), days_after(end, 1))))


def find_duplicates(
    claim: Claim, history: Iterable[Claim], policy: ClaimPolicy, path: str = "lines"
) -> Iterator[Reason]:
    """The lines that look like one that came before, in the claim itself or in another of anybody's.

    `history` are the claims that still count; the claim itself, by its id, is left out of it.
    """
    rule = policy.duplicates
    if rule is None:
        return
    by_invoice: dict[tuple[str, ...], tuple[str, str]] = {}
    by_party: dict[str, list[tuple[str, ClaimLine]]] = {}
    for other in history:
        if other.id != claim.id:
            for line in other.lines:
                _remember(other.id, line, _invoice_key(line) if line.invoice else (), by_invoice, by_party)
    for index, line in enumerate(claim.lines):
        here = f"{path}[{index}]"
        own: tuple[str, ...] = ()
        same = None
        if line.invoice:
            key = _invoice_key(line)
            own = (*key, claim.id, line.category)  # within one claim an invoice may be split over categories
            same = by_invoice.get(key) or by_invoice.get(own)
        if same is not None:
            yield codes.SAME_INVOICE(
                party=line.party,
                invoice=line.invoice,
                claim=same[0],
                line=same[1],
                path=f"{here}.invoice",
                severity=rule.same.severity,
                policy=PolicyReference("DuplicatePolicy", rule.id, "same"),
            )
        else:
            yield from _near(line, by_party.get(_plain(line.party), ()), rule, here)
        _remember(claim.id, line, own, by_invoice, by_party)


def _remember(
    claim: str,
    line: ClaimLine,
    key: tuple[str, ...],
    by_invoice: dict[tuple[str, ...], tuple[str, str]],
    by_party: dict[str, list[tuple[str, ClaimLine]]],
) -> None:
    if line.invoice:
        by_invoice.setdefault(key, (claim, line.id))
    party = _plain(line.party)
    if party:
        by_party.setdefault(party, []).append((claim, line))


def _near(
    line: ClaimLine, others: Iterable[tuple[str, ClaimLine]], rule: DuplicatePolicy, path: str
) -> Iterator[Reason]:
    for claim, other in others:
        if line.invoice and other.invoice:
            continue  # two numbers that differ are two invoices
        apart = abs(days_between(other.day, line.day))
        if apart <= rule.days and _is_near(line.amount, other.amount, rule):
            yield codes.NEAR_DUPLICATE(
                party=line.party,
                claim=claim,
                line=other.id,
                amount=line.amount,
                other=other.amount,
                days=apart,
                path=path,
                severity=rule.near.severity,
                policy=PolicyReference("DuplicatePolicy", rule.id, "near"),
            )
            return


def _is_near(one: Money, other: Money, rule: DuplicatePolicy) -> bool:
    if one.currency != other.currency:
        return False
    larger: Decimal = max(abs(one.amount), abs(other.amount))
    return abs((one - other).amount) <= rule.tolerance.of(larger)


def _invoice_key(line: ClaimLine) -> tuple[str, str]:
    return _plain(line.party), _plain(line.invoice or "")


@functools.lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """A text as two people may write it: letters and digits only, full-width ones as narrow, without case."""
    return "".join(mark for mark in unicodedata.normalize("NFKC", text).casefold() if mark.isalnum())
