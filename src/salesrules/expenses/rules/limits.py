"""Limits: the most that the firm bears per line, head, day or claim; the excess split between person and firm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from salesrules.core import Money, Rate
from salesrules.expenses.model import Claim, ClaimLine, LineAssessment
from salesrules.expenses.policy import ClaimPolicy, ExpenseLimit, LimitPer
from salesrules.expenses.rules.amounts import Converted
from salesrules.expenses.rules.papers import find_category, has_prior_approval

__all__ = ["Excess", "assess_line", "calculate_excesses", "find_limits"]


class Excess(NamedTuple):
    """What of a line lies above a limit, exactly, in the currency of claims, and the limit's id."""

    amount: Fraction
    limit: ExpenseLimit | None


def find_limits(line: ClaimLine, claim: Claim, policy: ClaimPolicy) -> tuple[ExpenseLimit, ...]:
    """The limits of a line: of each kind the one that says most closely whom it is for, by rank and class of city.

    The day of the expense decides which version of a limit is in effect.
    """
    city = policy.class_of(line.city)
    best: dict[LimitPer, ExpenseLimit] = {}
    for limit in policy.limits:
        if (
            line.category in limit.categories
            and line.day in limit.effective
            and (not limit.ranks or claim.rank in limit.ranks)
            and (not limit.city_classes or city in limit.city_classes)
            and (limit.per not in best or best[limit.per].specificity < limit.specificity)
        ):
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
    used: dict[tuple[str, ...], Fraction] = {}
    for other, amounts in earlier:
        if other.claimant == claim.claimant and other.id != claim.id:
            _take(other, amounts, policy, used, only=LimitPer.DAY)
    return _take(claim, converted, policy, used)


def _take(
    claim: Claim,
    converted: Mapping[str, Converted],
    policy: ClaimPolicy,
    used: dict[tuple[str, ...], Fraction],
    only: LimitPer | None = None,
) -> dict[str, Excess]:
    """Let a claim's lines use up the limits; what finds no room is excess."""
    found: dict[str, Excess] = {}
    for line in claim.lines:
        amount = converted.get(line.id)
        if amount is None:
            continue
        worst = Excess(Fraction(0), None)
        for limit in find_limits(line, claim, policy):
            if only is not None and limit.per is not only:
                continue
            over = Fraction(0)
            for bucket, most, part in _parts(line, claim, Fraction(amount.rounded.amount), limit):
                room = max(most - used.get(bucket, Fraction(0)), Fraction(0))
                used[bucket] = used.get(bucket, Fraction(0)) + part
                over += max(part - room, Fraction(0))
            if over > worst.amount:
                worst = Excess(over, limit)
        found[line.id] = worst
    return found


def _parts(
    line: ClaimLine, claim: Claim, amount: Fraction, limit: ExpenseLimit
) -> Iterator[tuple[tuple[str, ...], Fraction, Fraction]]:
    """What of a line counts where against a limit: the bucket, the most that it takes, and the part."""
    most = Fraction(limit.amount.amount)
    match limit.per:
        case LimitPer.LINE:
            yield (limit.id, claim.id, line.id), most, amount
        case LimitPer.HEAD:
            yield (limit.id, claim.id, line.id), most * max(line.heads, 1), amount
        case LimitPer.CLAIM:
            yield (limit.id, claim.id), most, amount
        case _:
            days = max(line.days, 1)
            for day in range(days):
                yield (limit.id, _day(line.day, day)), most, amount / days


def _day(start: date, after: int) -> str:
    return (start + timedelta(days=after)).isoformat()


def assess_line(
    line: ClaimLine, claim: Claim, amount: Converted, excess: Excess, policy: ClaimPolicy
) -> LineAssessment:
    """What a line comes to, with the person's part of what lies above a limit; without prior approval all of it.

    The person's part is rounded as policy says, and the firm bears the rest, so that both sum to the claimed amount.
    """
    currency, claimed = policy.currency, amount.rounded
    category = find_category(line, policy)
    if category is not None and category.prior_act and not has_prior_approval(line, claim, category.prior_act):
        return LineAssessment(
            line=line.id,
            category=line.category,
            budget=line.budget,
            claimed=claimed,
            exact=amount.exact,
            excess=claimed,
            person=claimed,
        )
    firm_share = policy.excess.firm_share if policy.excess else Rate(0)
    persons = excess.amount * Fraction(Decimal(1) - firm_share.value)
    person = Money(policy.rounding(persons), currency)
    return LineAssessment(
        line=line.id,
        category=line.category,
        budget=line.budget,
        claimed=claimed,
        exact=amount.exact,
        excess=Money(policy.rounding(excess.amount), currency),
        person=min(person, claimed),
        limit=excess.limit.id if excess.limit else "",
    )
