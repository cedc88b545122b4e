"""Limits: the most that the firm bears per line, head, day or claim; the excess split between person and firm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from salesrules.core import Exact, Money, days_after, minus, narrowed, plus, times
from salesrules.expenses.model import Claim, ClaimLine, LineAssessment
from salesrules.expenses.policy import ClaimPolicy, ExpenseLimit, LimitPer
from salesrules.expenses.rules.amounts import Converted
from salesrules.expenses.rules.papers import find_category, has_prior_approval

__all__ = ["Excess", "assess_line", "calculate_excesses", "find_limits", "split_line"]


class Excess(NamedTuple):
    """What of a line lies above a limit, exactly, in the currency of claims, and that limit."""

    amount: Exact
    limit: ExpenseLimit | None


_NOTHING, _ONE = Decimal(0), Decimal(1)
_NONE = Excess(_NOTHING, None)
#: Members that are looked up through their class take as long as a call.
_LINE, _HEAD, _CLAIM = LimitPer.LINE, LimitPer.HEAD, LimitPer.CLAIM


def find_limits(line: ClaimLine, claim: Claim, policy: ClaimPolicy) -> tuple[ExpenseLimit, ...]:
    """The limits of a line: of each kind the one that says most closely whom it is for, by rank and class of city.

    The day of the expense decides which version of a limit is in effect.
    """
    day = line.day
    best: dict[LimitPer, ExpenseLimit] = {}
    for limit in policy.limits_for(line.category, claim.rank, policy.class_of(line.city)):  # the closest come first
        if limit.per not in best and day in limit.effective:
            best[limit.per] = limit
    return tuple(best.values())


def calculate_excesses(
    claim: Claim,
    converted: Mapping[str, Converted],
    policy: ClaimPolicy,
    earlier: Iterable[tuple[Claim, Mapping[str, Converted]]] = (),
) -> dict[str, Excess]:
    """What of each line lies above its limits, by the line's id; where several cut it, the largest counts.

    Lines use up a limit that they share in their order, so the later ones are cut. An amount for several days spreads
    evenly over them. `earlier` are the claimant's other claims: their days count first.
    """
    used: dict[tuple[str, ...], Exact] = {}
    for other, amounts in earlier:
        if other.claimant == claim.claimant and other.id != claim.id:
            _take(other, amounts, policy, used, only=LimitPer.DAY)
    return _take(claim, converted, policy, used)


def _take(
    claim: Claim,
    converted: Mapping[str, Converted],
    policy: ClaimPolicy,
    used: dict[tuple[str, ...], Exact],
    only: LimitPer | None = None,
) -> dict[str, Excess]:
    """Let a claim's lines use up the limits; what finds no room is excess."""
    found: dict[str, Excess] = {}
    for line in claim.lines:
        amount = converted.get(line.id)
        if amount is None:
            continue
        worst, claimed = _NONE, amount.rounded.amount
        for limit in find_limits(line, claim, policy):
            if only is not None and limit.per is not only:
                continue
            over = _over(line, claim, claimed, limit, used)
            if over > worst.amount:
                worst = Excess(over, limit)
        found[line.id] = worst
    return found


def _over(
    line: ClaimLine, claim: Claim, amount: Decimal, limit: ExpenseLimit, used: dict[tuple[str, ...], Exact]
) -> Exact:
    """What of a line finds no room under a limit, whose room it takes."""
    most, per = limit.amount.amount, limit.per
    if per is _LINE:
        return _above(amount, most)
    if per is _HEAD:
        return _above(amount, times(most, Decimal(max(line.heads, 1))))
    if per is _CLAIM:
        return _fill((limit.id, claim.id), most, amount, used)
    days = max(line.days, 1)
    part = amount if days == 1 else narrowed(Fraction(amount) / days)
    over: Exact = _NOTHING
    for after in range(days):
        bucket = (limit.id, days_after(line.day, after).isoformat())
        over = plus(over, _fill(bucket, most, part, used))
    return over


def _fill(bucket: tuple[str, ...], most: Decimal, part: Exact, used: dict[tuple[str, ...], Exact]) -> Exact:
    """What of a part finds no room in a bucket, which holds it from now on."""
    before = used.get(bucket, _NOTHING)
    used[bucket] = plus(before, part)
    return _above(part, _above(most, before))


def _above(value: Exact, other: Exact) -> Exact:
    """By how much a number is above another; zero where it is not."""
    return minus(value, other) if value > other else _NOTHING


def assess_line(
    line: ClaimLine, claim: Claim, amounts: Mapping[str, Converted], excess: Excess, policy: ClaimPolicy
) -> LineAssessment:
    """What a line comes to, with the person's part of what lies above a limit; without prior approval all of it.

    The person's part is rounded as policy says, and the firm bears the rest, so that both sum to the claimed amount.
    """
    amount = amounts[line.id]
    over, person, limit = split_line(line, claim, amounts, excess, policy)
    return LineAssessment(
        line=line.id,
        category=line.category,
        budget=line.budget,
        claimed=amount.rounded,
        exact=amount.exact,
        excess=over,
        person=person,
        limit=limit.id if limit else "",
    )


def split_line(
    line: ClaimLine, claim: Claim, amounts: Mapping[str, Converted], excess: Excess, policy: ClaimPolicy
) -> tuple[Money, Money, ExpenseLimit | None]:
    """What of a line is not simply the firm's, what of that the person bears, and the limit that says so, if any."""
    claimed, category = amounts[line.id].rounded, find_category(line, policy)
    act = None if category is None else category.prior_act
    if act and not has_prior_approval(line, claim, act, policy, amounts):
        return claimed, claimed, None
    limit = excess.limit
    if limit is None:
        nothing = claimed.with_amount(_NOTHING)
        return nothing, nothing, None
    over = claimed.with_amount(_rounded(excess.amount, policy))
    if policy.excess is None:
        return over, over if over.amount <= claimed.amount else claimed, limit
    person = _rounded(times(excess.amount, minus(_ONE, policy.excess.firm_share.value)), policy)
    return over, claimed.with_amount(min(person, claimed.amount)), limit


def _rounded(value: Exact, policy: ClaimPolicy) -> Decimal:
    """A number as policy rounds it; one with no more digits stays as it is."""
    if isinstance(value, Decimal):
        exponent, digits = value.as_tuple().exponent, policy.rounding.digits
        if isinstance(exponent, int) and exponent >= -digits:
            return value
    return policy.rounding(value)
