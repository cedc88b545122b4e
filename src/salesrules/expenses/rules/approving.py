"""Who must approve a claim: its lines as requests to the firm's approval matrix, and the routes that it gives."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from fractions import Fraction

import attrs

from salesrules.approvals import ApprovalPolicy, ApprovalRequest, Directory, Route, find_evidence_faults, route
from salesrules.core import (
    ApprovalEvidence,
    ExchangeRates,
    InvalidValue,
    Money,
    Outcome,
    Reason,
    RoundingMode,
    round_exactly,
    total,
)
from salesrules.expenses.model import Claim, ClaimLine
from salesrules.expenses.policy import ExpenseCategory, ExpensePolicy
from salesrules.expenses.rules.amounts import NO_RATES, convert_lines
from salesrules.expenses.rules.life import demand
from salesrules.expenses.rules.papers import find_category, name_line

__all__ = ["find_approval_requests", "find_asked", "find_open_approvals", "route_claim"]


def find_approval_requests(
    claim: Claim, policy: ExpensePolicy, *, rates: ExchangeRates = NO_RATES
) -> tuple[ApprovalRequest, ...]:
    """What a claim asks the approval matrix: for each act the sum of its lines, or each line where these are events.

    A request's id is `claim:act` or `claim:line`, its subject the claim or that id. It says the category (where all its
    lines have one), the claimant's rank, the claim's unit and purpose, and for an event the party and what it cost a
    head, rounded up to the digits of claims so that no limit is missed by a part of a cent. Amounts are as claimed, in
    the currency of claims; a line that cannot be converted is left out, since `check_claim` denies it.
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
        id=name_line(claim, line),
        act=category.claim_act or "",
        subject=name_line(claim, line),
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


def find_asked(
    claim: Claim, policy: ExpensePolicy, routes: Iterable[Route], *, rates: ExchangeRates = NO_RATES
) -> tuple[ApprovalRequest, ...]:
    """The requests that their routes refer, each with the amount that chose its band: what must be approved to be paid.

    Raises `InvalidValue` for a route of something else than this claim.
    """
    requests = {request.id: request for request in find_approval_requests(claim, policy, rates=rates)}
    asked: list[ApprovalRequest] = []
    for found in routes:
        if found.request not in requests:
            raise InvalidValue("routes", found.request, f"give the routes that route_claim finds for {claim.id}")
        if found.decision.outcome is Outcome.REFER:
            asked.append(attrs.evolve(requests[found.request], amount=found.amount))
    return tuple(asked)


def find_open_approvals(
    asked: Iterable[ApprovalRequest], evidence: Collection[ApprovalEvidence], as_of: datetime
) -> Iterator[Reason]:
    """What of it nobody approved: no evidence, or why what there is does not carry it."""
    for request in asked:
        given = [one for one in evidence if one.covers(request.act, request.subject)]
        found = [
            tuple(
                find_evidence_faults(
                    one,
                    act=request.act,
                    subject=request.subject,
                    interested=request.barred,
                    as_of=as_of,
                    amount=request.amount,
                )
            )
            for one in given or (None,)
        ]
        if all(found):
            yield from (fault for faults in found for fault in faults)
