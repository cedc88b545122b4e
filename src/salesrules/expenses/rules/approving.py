"""Who must approve a claim: its lines as requests to the firm's approval matrix, and the routes that it gives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from fractions import Fraction

from salesrules.approvals import ApprovalPolicy, ApprovalRequest, Directory, Route, route
from salesrules.core import ExchangeRates, Money, RoundingMode, round_exactly, total
from salesrules.expenses.model import Claim, ClaimLine
from salesrules.expenses.policy import ExpenseCategory, ExpensePolicy
from salesrules.expenses.rules.amounts import NO_RATES, convert_lines
from salesrules.expenses.rules.life import demand
from salesrules.expenses.rules.papers import find_category

__all__ = ["find_approval_requests", "route_claim"]


def find_approval_requests(
    claim: Claim, policy: ExpensePolicy, *, rates: ExchangeRates = NO_RATES
) -> tuple[ApprovalRequest, ...]:
    """What a claim asks the approval matrix: for each act the sum of its lines, or each line where these are events.

    A request's id is `claim:act` or `claim:line`. It says the category (where all its lines have one), the claimant's
    rank, the claim's unit and purpose, and for an event the party and what it cost a head, rounded up to the digits of
    claims so that no limit is missed by a part of a cent. Amounts are as claimed, in the currency of claims; a line
    that cannot be converted is left out, since `check_claim` denies it.
    """
    rules = demand(policy.claims, "claims")
    amounts = convert_lines(claim, rules, rates)
    together: dict[str, list[ClaimLine]] = {}
    requests: list[ApprovalRequest] = []
    for line in claim.lines:
        category = find_category(line, rules)
        if category is None or category.claim_act is None or line.id not in amounts:
            continue
        if category.is_per_line:
            requests.append(_event(line, claim, category, amounts[line.id].rounded, rules.rounding.digits))
        else:
            together.setdefault(category.claim_act, []).append(line)
    for act, lines in together.items():
        categories = {line.category for line in lines}
        requests.append(
            ApprovalRequest(
                id=f"{claim.id}:{act}",
                act=act,
                subject=claim.id,
                requester=claim.claimant,
                day=_day(claim, lines),
                amount=total(amounts[line.id].rounded for line in lines),
                unit=claim.unit or None,
                matter=claim.purpose or None,
                attributes=_attributes(claim, categories.pop() if len(categories) == 1 else None),
            )
        )
    return tuple(requests)


def _event(line: ClaimLine, claim: Claim, category: ExpenseCategory, amount: Money, digits: int) -> ApprovalRequest:
    per_head = round_exactly(Fraction(amount.amount) / max(line.heads, 1), digits, RoundingMode.CEILING)
    return ApprovalRequest(
        id=f"{claim.id}:{line.id}",
        act=category.claim_act or "",
        subject=line.id,
        requester=claim.claimant,
        day=line.day,
        amount=amount,
        unit=claim.unit or None,
        party=line.party or None,
        matter=claim.purpose or None,
        attributes=_attributes(claim, line.category),
        amounts={"per_head": amount.with_amount(per_head)},
    )


def _attributes(claim: Claim, category: str | None) -> dict[str, str]:
    return {name: text for name, text in (("category", category), ("rank", claim.rank)) if text}


def _day(claim: Claim, lines: Iterable[ClaimLine]) -> date:
    return claim.submitted_on or max(line.day for line in lines)


def route_claim(
    claim: Claim,
    policy: ExpensePolicy,
    approvals: ApprovalPolicy,
    directory: Directory,
    *,
    as_of: datetime,
    rates: ExchangeRates = NO_RATES,
    related: Iterable[ApprovalRequest] = (),
) -> tuple[Route, ...]:
    """Who must approve a claim, in which order, and why: a route for each of its requests, for `check_claim`.

    Requests of one claim that belong together by the firm's rule add up, with those of other claims in `related`; so a
    sum that was split over lines or claims finds its band. Raises as `salesrules.approvals.route` does.
    """
    asked, others = find_approval_requests(claim, policy, rates=rates), tuple(related)
    return tuple(
        route(
            one,
            approvals,
            directory,
            as_of=as_of,
            related=[*others, *(other for other in asked if other is not one)],
            rates=rates,
        )
        for one in asked
    )
