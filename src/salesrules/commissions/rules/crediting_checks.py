"""What must be true of crediting rules, team pools and exchange rates in a policy: every fault with its path."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from salesrules.commissions.model import DIRECT, override_role
from salesrules.commissions.policy import (
    CommissionPolicy,
    DirectCredit,
    Measure,
    OverlayCredit,
    OverrideBase,
    OverrideCredit,
    PoolSplit,
    RateBasis,
    TeamPool,
    Trigger,
)
from salesrules.commissions.rules.pools import pools_in_order
from salesrules.core import Fault, InvalidValue, Money, Rate

__all__ = ["check_conversion", "check_crediting", "check_pools", "role_of"]

_WHOLE = Rate(1)
_LONGEST_SAFETY = 366

Rule = DirectCredit | OverrideCredit | OverlayCredit


def _fault(code: str, path: str, problem: str, remedy: str, value: object = None, severity: str = "error") -> Fault:
    name = f"commissions.{code}"
    return Fault(code=name, path=path, problem=problem, remedy=remedy, value=value, severity=severity)


def role_of(rule: Rule) -> str:
    """The role in which a rule credits."""
    match rule:
        case DirectCredit():
            return DIRECT
        case OverrideCredit():
            return override_role(rule.level)
        case _:
            return rule.role


def check_crediting(policy: CommissionPolicy) -> Iterator[Fault]:
    """Faults of the crediting rules: levels, shares, roles, filters, triggers, and rules that credit the same twice."""
    if policy.maximum_split < _WHOLE:
        problem, remedy = "splits must total 100%", "give '100%' or more"
        yield _fault("maximum_split", "maximum_split", problem, remedy, str(policy.maximum_split))
    for index, rule in enumerate(policy.crediting):
        path = f"crediting[{index}]"
        yield from _rule(rule, path)
        for other in policy.crediting[:index]:
            if _credits_same(rule, other) and other.effective.overlaps(rule.effective):
                yield _fault(
                    "overlapping_credit",
                    f"{path}.effective",
                    f"{other.id} credits the same role on the same days",
                    "let one end where the other starts, or give both filters that tell sales apart",
                    str(rule.effective),
                )
        if isinstance(rule, OverrideCredit) and rule.base is OverrideBase.REMAINING:
            yield from _nothing_left(rule, path, policy)


def _nothing_left(rule: OverrideCredit, path: str, policy: CommissionPolicy) -> Iterator[Fault]:
    for other in policy.crediting:
        if isinstance(other, DirectCredit) and other.share >= _WHOLE and other.effective.overlaps(rule.effective):
            problem = f"{other.id} credits {other.share}, so nothing is left for it"
            remedy = "let the direct share be what the seller gets, and the plan pay 100% of it"
            yield _fault("nothing_left", f"{path}.base", problem, remedy, rule.base.value, "warning")


def _credits_same(rule: Rule, other: Rule) -> bool:
    """Whether two rules are certain to credit one payee in one role; filters may tell their sales apart."""
    if role_of(rule) != role_of(other) or rule.filters or other.filters:
        return False
    if isinstance(rule, OverlayCredit) and isinstance(other, OverlayCredit):
        return bool({*rule.payees} & {*other.payees} or {*rule.positions} & {*other.positions})
    return True


def _rule(rule: Rule, path: str) -> Iterator[Fault]:
    if isinstance(rule, OverrideCredit) and rule.level < 1:
        yield _fault("level", f"{path}.level", "levels count from 1, the manager", "give 1 or more", rule.level)
    if not Rate(0) < rule.share:
        problem, remedy = "a share is above zero", "give a share such as '100%'"
        yield _fault("share", f"{path}.share", problem, remedy, str(rule.share))
    if isinstance(rule, OverlayCredit):
        if not rule.payees and not rule.positions:
            yield _fault("empty_overlay", path, "it credits nobody", "name payees or positions")
        if rule.role == DIRECT or rule.role.startswith("override_") or rule.role in ("", "pool"):
            problem, remedy = "this role is another's", "give the overlay a role of its own, such as 'overlay'"
            yield _fault("overlay_role", f"{path}.role", problem, remedy, rule.role)
    for place, filter_ in enumerate(rule.filters):
        if not filter_.one_of and not filter_.none_of:
            yield _fault("empty_filter", f"{path}.filters[{place}]", "it lets all through", "name values or remove it")
    terms = rule.trigger
    if not 0 <= terms.safety_days <= _LONGEST_SAFETY or (terms.safety_days and terms.on is not Trigger.CASH):
        problem = f"safety days are 0 to {_LONGEST_SAFETY}, and only for cash"
        yield _fault("safety_days", f"{path}.trigger.safety_days", problem, "give such a number", terms.safety_days)
    if not 0 <= terms.digits <= 12:
        problem = "digits are counted from the point"
        yield _fault("digits", f"{path}.trigger.digits", problem, "give a whole number from 0 to 12", terms.digits)


def check_pools(policy: CommissionPolicy) -> Iterator[Fault]:
    """Faults of the team pools: who feeds them, who has a part, gates, weights, and pools that feed themselves."""
    ids = {pool.id for pool in policy.pools}
    known = [pool for pool in policy.pools if set(pool.pools) <= ids]
    fine = {pool.id for pool in pools_in_order(known)}
    for index, pool in enumerate(policy.pools):
        path = f"pools[{index}]"
        for place, other in enumerate(pool.pools):
            if other not in ids:
                near = difflib.get_close_matches(other, sorted(ids), n=1)
                remedy = f"did you mean {near[0]!r}?" if near else "name a pool of this policy"
                yield _fault("unknown_pool", f"{path}.pools[{place}]", "no pool has this id", remedy, other)
        if set(pool.pools) <= ids and pool.id not in fine and _reaches_itself(pool, policy):
            problem, remedy = "it is fed by itself, directly or through others", "let pools feed in one direction"
            yield _fault("circular_pool", f"{path}.pools", problem, remedy, ", ".join(pool.pools))
        if pool.pools and pool.component.measure is not Measure.AMOUNT:
            problem, remedy = "what other pools pay is an amount", "measure the amount, or leave the pools out"
            yield _fault("pool_measure", f"{path}.component.measure", problem, remedy, pool.component.measure.value)
        for feeding in policy.pools:
            if feeding.id in pool.pools and feeding.currency != pool.currency:
                problem, remedy = (
                    f"{feeding.id} pays in {feeding.currency}",
                    "let pools that feed each other pay in one",
                )
                yield _fault("currency", f"{path}.currency", problem, remedy, pool.currency)
        try:
            Money.zero(pool.currency)
        except InvalidValue as error:
            yield _fault("currency", f"{path}.currency", "this is no currency", error.remedy, pool.currency)
        if pool.gate is not None and pool.gate < 0:
            yield _fault("negative", f"{path}.gate", "it is below zero", "give zero or more", str(pool.gate))
        yield from _members(pool, path)


def _reaches_itself(pool: TeamPool, policy: CommissionPolicy) -> bool:
    by_id = {other.id: other for other in policy.pools}
    reached: set[str] = set()
    ahead = list(pool.pools)
    while ahead:
        other = ahead.pop()
        if other not in reached and other in by_id:
            reached.add(other)
            ahead += by_id[other].pools
    return pool.id in reached


def _members(pool: TeamPool, path: str) -> Iterator[Fault]:
    if not pool.members:
        yield _fault("pool_without_members", f"{path}.members", "nobody has a part in it", "name members")
    for place, member in enumerate(pool.members):
        where = f"{path}.members[{place}]"
        if not member.payees and not member.positions:
            yield _fault("empty_member", where, "it names nobody", "name payees or positions")
        if member.weight < 0 or (pool.split is PoolSplit.WEIGHTED and not member.weight):
            problem, remedy = "a weight is above zero", "give such a weight, or leave the member out"
            yield _fault("weight", f"{where}.weight", problem, remedy, str(member.weight))
        for other in pool.members[:place]:
            same = {*member.payees} & {*other.payees} or {*member.positions} & {*other.positions}
            if same and member.effective.overlaps(other.effective):
                problem = f"{', '.join(sorted(same))} has a part by {other.id} on the same days"
                remedy = "let one end where the other starts"
                yield _fault("member_twice", f"{where}.effective", problem, remedy, str(member.effective))


def check_conversion(policy: CommissionPolicy) -> Iterator[Fault]:
    """Faults of the exchange rates: fixed ones that nobody uses, pairs stated twice, rates not above zero."""
    conversion, path = policy.conversion, "conversion.fixed_rates"
    pairs: list[tuple[str, str]] = []
    if conversion.measure_rate is not RateBasis.FIXED and conversion.fixed_rates:
        problem, remedy = "measures are not converted at fixed rates", "set measure_rate = 'fixed', or remove them"
        yield _fault("unused_rates", path, problem, remedy, conversion.measure_rate.value, "warning")
    for index, fixed in enumerate(conversion.fixed_rates):
        pair = fixed.source, fixed.target
        if pair in pairs:
            problem = f"{fixed.source}/{fixed.target} stands already above"
            yield _fault("rate_twice", f"{path}[{index}]", problem, "keep one of them", fixed.id)
        pairs.append(pair)
        if fixed.rate <= 0:
            yield _fault("rate", f"{path}[{index}].rate", "a rate is above zero", "give such a rate", str(fixed.rate))
        for name, code in (("source", fixed.source), ("target", fixed.target)):
            try:
                Money.zero(code)
            except InvalidValue as error:
                yield _fault("currency", f"{path}[{index}].{name}", "this is no currency", error.remedy, code)
