"""A claim as a whole: every finding at once with its path, who must approve it, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import attrs

from salesrules.approvals import Route
from salesrules.core import (
    ALLOW,
    Decision,
    ExchangeRates,
    InvalidValue,
    Money,
    Outcome,
    Reason,
    Severity,
    check_life,
    combine_decisions,
    decide,
    nearest_names,
    total,
)
from salesrules.expenses import reasons as codes
from salesrules.expenses.model import (
    BudgetBook,
    BudgetCharge,
    Claim,
    ClaimLine,
    LineAssessment,
    Sanction,
    Settlement,
    Usage,
)
from salesrules.expenses.policy import ClaimPolicy, ExpensePolicy
from salesrules.expenses.rules.amounts import (
    NO_RATES,
    Converted,
    convert_line,
    convert_lines,
    find_amount_reasons,
    round_claimed,
)
from salesrules.expenses.rules.control import calculate_headroom, find_charge_reasons
from salesrules.expenses.rules.life import demand
from salesrules.expenses.rules.limits import Excess, assess_line, calculate_excesses, split_line
from salesrules.expenses.rules.papers import (
    CountsWorkingDays,
    find_category_reasons,
    find_day_reasons,
    find_duplicates,
    find_missing_papers,
)

__all__ = [
    "assess_claim",
    "calculate_charges",
    "calculate_settlement",
    "check_claim",
    "check_sanctions",
    "find_sanction_reasons",
]


def check_claim(
    claim: Claim,
    policy: ExpensePolicy,
    as_of: date,
    *,
    rates: ExchangeRates = NO_RATES,
    history: Iterable[Claim] = (),
    book: BudgetBook | None = None,
    usage: Mapping[str, Usage] | None = None,
    working_time: CountsWorkingDays | None = None,
    routes: Iterable[Route] = (),
) -> Decision:
    """Whether a claim is right, with every finding at once, each with its path in the claim.

    What is asked: a purpose; lines, each with an id of its own; a total that matches them; amounts above zero in known
    currencies, no finer than these, with a rate for the day that policy names; known categories, their prior approval,
    the papers that the amount asks for; expenses before the submission, which came in time; no duplicate, in the claim
    or in `history` (the claims that still count, of everybody: for limits per day the claimant's own count); limits,
    whose excess the person bears in part; advances in the currency of claims. Where the lines name budgets, they must
    fit, with `book` and `usage` as for `check_charges`.

    `routes` are what the firm's approval matrix says about the claim, as `route_claim` finds them: where the claim is
    right, they refer it, and the decision's approvals are who must say yes. A claim that did not come in yet is judged
    as if it came in on the day `as_of`.

    Raises `InvalidValue` where the policy counts working days and none are given.
    """
    rules, earlier = demand(policy.claims, "claims"), tuple(history)
    decision = check_life(policy.life, as_of, "ExpensePolicy")
    if decision is ALLOW or decision.is_allowed:
        decision = decide([*decision.reasons, *_find(claim, rules, as_of, rates, earlier, working_time)])
    if book is not None:
        decision = _with_budget(decision, claim, policy, rates, earlier, book, usage or {})
    asked = [_in_claim(route) for route in routes]
    if not asked:
        return decision
    return attrs.evolve(combine_decisions([decision, *asked]), headroom=decision.headroom)


def _in_claim(route: Route) -> Decision:
    """What a route says, with paths that name the request: `approvals[c1:expense.travel].amount`."""
    found = route.decision
    reasons = [
        attrs.evolve(reason, path=f"approvals[{route.request}].{reason.path}".rstrip(".")) for reason in found.reasons
    ]
    return attrs.evolve(found, reasons=reasons)


def _find(
    claim: Claim,
    policy: ClaimPolicy,
    as_of: date,
    rates: ExchangeRates,
    history: tuple[Claim, ...],
    working_time: CountsWorkingDays | None,
) -> list[Reason]:
    lines, submitted_on = claim.lines, claim.submitted_on or as_of
    found = _find_whole(claim, policy, as_of)
    amounts = convert_lines(claim, policy, rates)
    for index, line in enumerate(lines):
        found += find_category_reasons(line, claim, policy, amounts, index)
        found += find_amount_reasons(line, claim, policy, rates, index)
        found += find_day_reasons(line, submitted_on, policy, working_time, index)
        amount = amounts.get(line.id)
        if amount is not None:
            found += find_missing_papers(line, amount.rounded, policy, index)
    if policy.limits:
        found += _find_over_limits(claim, amounts, policy, rates, history)
    if history or len(lines) > 1:
        found += find_duplicates(claim, history, policy)
    return found


def _find_whole(claim: Claim, policy: ClaimPolicy, as_of: date) -> list[Reason]:
    found: list[Reason] = []
    lines, submitted_on, whole = claim.lines, claim.submitted_on, claim.total
    if not claim.purpose.strip():
        found.append(codes.WITHOUT_PURPOSE(claim=claim.id, path="purpose"))
    if not lines:
        found.append(codes.WITHOUT_LINES(claim=claim.id, path="lines"))
    if submitted_on is not None and submitted_on > as_of:
        found.append(codes.SUBMITTED_IN_FUTURE(submitted_on=submitted_on, as_of=as_of, path="submitted_on"))
    if len(lines) > 1:
        found += _find_doubled(lines)
    if whole is not None and lines:
        currencies = tuple(sorted({line.amount.currency for line in lines}))
        if currencies != (whole.currency,):
            found.append(codes.TOTAL_MIXED(total=whole, currencies=currencies, path="total"))
        elif (summed := total(line.amount for line in lines)) != whole:
            found.append(codes.TOTAL_DIFFERS(total=whole, lines=summed, path="total"))
    if claim.advances:
        found += _find_advances(claim, policy)
    return found


def _find_doubled(lines: Sequence[ClaimLine]) -> Iterator[Reason]:
    seen = set[str]()
    for index, line in enumerate(lines):
        if line.id in seen:
            yield codes.DUPLICATE_LINE(line=line.id, path=f"lines[{index}].id")
        seen.add(line.id)


def _find_advances(claim: Claim, policy: ClaimPolicy) -> Iterator[Reason]:
    for index, advance in enumerate(claim.advances):
        if advance.amount.currency != policy.currency:
            yield codes.ADVANCE_CURRENCY(
                advance=advance.id,
                currency=advance.amount.currency,
                expected=policy.currency,
                path=f"advances[{index}].amount",
            )


def _assess(
    claim: Claim, policy: ClaimPolicy, rates: ExchangeRates, history: Iterable[Claim]
) -> tuple[LineAssessment, ...]:
    amounts = convert_lines(claim, policy, rates)
    excesses = _excesses(claim, amounts, policy, rates, history)
    return tuple(
        assess_line(line, claim, amounts, excesses[line.id], policy) for line in claim.lines if line.id in amounts
    )


def _excesses(
    claim: Claim,
    amounts: Mapping[str, Converted],
    policy: ClaimPolicy,
    rates: ExchangeRates,
    history: Iterable[Claim],
) -> dict[str, Excess]:
    """What of each line lies above its limits, beside the claimant's other claims."""
    own = [other for other in history if other.claimant == claim.claimant] if policy.limits and history else ()
    earlier = [(other, convert_lines(other, policy, rates)) for other in own]
    return calculate_excesses(claim, amounts, policy, earlier)


def _find_over_limits(
    claim: Claim,
    amounts: Mapping[str, Converted],
    policy: ClaimPolicy,
    rates: ExchangeRates,
    history: tuple[Claim, ...],
) -> list[Reason]:
    found: list[Reason] = []
    excesses = _excesses(claim, amounts, policy, rates, history)
    for index, line in enumerate(claim.lines):
        excess = excesses.get(line.id)
        if excess is None or excess.limit is None:
            continue
        over, person, limit = split_line(line, claim, amounts, excess, policy)
        if limit is not None:
            reason = codes.OVER_EXPENSE_LIMIT(
                limit=limit.amount,
                per=limit.per,
                amount=amounts[line.id].rounded,
                excess=over,
                firm=over - person,
                person=person,
                path=f"lines[{index}].amount",
                policy=limit.reference,
            )
            found.append(reason)
    return found


def _with_budget(
    decision: Decision,
    claim: Claim,
    policy: ExpensePolicy,
    rates: ExchangeRates,
    history: tuple[Claim, ...],
    book: BudgetBook,
    usage: Mapping[str, Usage],
) -> Decision:
    """The decision with what the budgets say; the firm's part of a line is what its budget bears."""
    budgets, rules = demand(policy.budgets, "budgets"), demand(policy.claims, "claims")
    places = {line.id: index for index, line in enumerate(claim.lines)}
    lines = [line for line in _assess(claim, rules, rates, history) if line.budget is not None and line.firm.amount > 0]
    charges = calculate_charges(lines, claim)
    reasons = [*decision.reasons]
    for reason in find_charge_reasons(charges, book, usage, budgets):
        index, _, field = reason.path.removeprefix("charges[").partition("].")
        own = "budget" if field == "line" else field
        reasons.append(attrs.evolve(reason, path=f"lines[{places[lines[int(index)].line]}].{own}"))
    severities = {reason.severity for reason in reasons}
    outcome = Outcome.DENY if Severity.ERROR in severities else decision.outcome
    if outcome is Outcome.ALLOW and Severity.WARNING in severities:
        outcome = Outcome.WARN
    headroom = None
    if charges:
        is_taken = outcome is not Outcome.DENY
        headroom = calculate_headroom(charges, book, usage, budgets, is_taken=is_taken)
    if outcome is decision.outcome and len(reasons) == len(decision.reasons) and headroom is None:
        return decision
    return attrs.evolve(decision, outcome=outcome, reasons=reasons, headroom=headroom)


def assess_claim(
    claim: Claim, policy: ExpensePolicy, *, rates: ExchangeRates = NO_RATES, history: Iterable[Claim] = ()
) -> tuple[LineAssessment, ...]:
    """What each line comes to: converted, cut at the limits, the excess split between person and firm.

    Raises `MissingDay` or `AmbiguousDay` where a line has not exactly one exchange rate, and `InvalidValue` for a line
    of nothing or less or an id given twice: `check_claim` says these things as findings.
    """
    rules = demand(policy.claims, "claims")
    seen = set[str]()
    for index, line in enumerate(claim.lines):
        if line.id in seen:
            raise InvalidValue(f"lines[{index}].id", line.id, "give each line an id of its own")
        seen.add(line.id)
        if line.amount.amount <= 0:
            raise InvalidValue(f"lines[{index}].amount", line.amount, "give what was spent, above zero")
        convert_line(line, claim, rules, rates)
    return _assess(claim, rules, rates, history)


def calculate_settlement(
    claim: Claim,
    policy: ExpensePolicy,
    *,
    rates: ExchangeRates = NO_RATES,
    history: Iterable[Claim] = (),
    sanctions: Iterable[Sanction] = (),
    is_rejected: bool = False,
) -> Settlement:
    """What a claim comes to: what the firm bears of each line, and what is paid once advances are offset.

    A sanction takes the place of what the firm would bear of its line, up to what was claimed; a rejected claim comes
    to nothing, whatever was sanctioned. Raises as `assess_claim` does, `Denied` where a sanction may not be (see
    `check_sanctions`), and `CurrencyMismatch` for an advance in another currency.
    """
    rules = demand(policy.claims, "claims")
    lines = assess_claim(claim, policy, rates=rates, history=history)
    given = tuple(sanctions)
    check_sanctions(claim, given, policy, rates=rates).require()
    nothing = Money.zero(rules.currency)
    allowed = {line.line: nothing if is_rejected else line.firm for line in lines}
    if not is_rejected:
        allowed |= {sanction.line: sanction.amount for sanction in given}
    return Settlement(
        claim=claim.id,
        lines=lines,
        sanctioned=allowed,
        advances=total((advance.amount for advance in claim.advances), rules.currency),
    )


def check_sanctions(
    claim: Claim, sanctions: Iterable[Sanction], policy: ExpensePolicy, *, rates: ExchangeRates = NO_RATES
) -> Decision:
    """Whether a reviewer may allow these amounts: of lines that are there, zero or more, never above the claims."""
    rules = demand(policy.claims, "claims")
    claimed = {line.id: convert_line(line, claim, rules, rates).rounded for line in claim.lines}
    reasons = tuple(find_sanction_reasons(claimed, sanctions, rules))
    return Decision(outcome=Outcome.DENY, reasons=reasons) if reasons else ALLOW


def find_sanction_reasons(
    claimed: Mapping[str, Money], sanctions: Iterable[Sanction], policy: ClaimPolicy
) -> Iterator[Reason]:
    """What speaks against sanctions, each with its path; `claimed` is what was claimed of each line."""
    for index, sanction in enumerate(sanctions):
        line, path = sanction.line, f"sanctions[{index}]"
        if line not in claimed:
            near = nearest_names(line, claimed)
            yield codes.SANCTION_UNKNOWN_LINE(line=line, nearest=near, path=f"{path}.line")
            continue
        amount, here = sanction.amount, f"{path}.amount"
        if amount.currency != policy.currency:
            yield codes.OTHER_CURRENCY(line=line, currency=policy.currency, asked=amount, path=here)
            continue
        if amount.amount < 0:
            yield codes.SANCTION_NEGATIVE(line=line, sanctioned=amount, path=here)
        if amount != round_claimed(amount, policy):
            yield codes.TOO_PRECISE(amount=amount, digits=policy.rounding.digits, path=here)
        if amount > claimed[line]:
            yield codes.SANCTION_ABOVE_CLAIMED(line=line, sanctioned=amount, claimed=claimed[line], path=here)


def calculate_charges(lines: Iterable[LineAssessment], claim: Claim) -> tuple[BudgetCharge, ...]:
    """What the budgets bear of assessed lines: the firm's part of each that names a budget and is not nothing."""
    days = {line.id: line.day for line in claim.lines}
    return tuple(
        BudgetCharge(line=line.budget, day=days[line.line], amount=line.firm)
        for line in lines
        if line.budget is not None and line.firm.amount > 0
    )
