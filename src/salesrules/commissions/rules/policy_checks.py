"""What must be true of a commission policy beyond the type of each field: every fault at once, with its path."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from salesrules.commissions.policy import Assignment, CommissionPolicy, Component, Plan, Residual, RoundingLevel
from salesrules.commissions.rules.crediting_checks import check_conversion, check_crediting, check_pools, role_of
from salesrules.commissions.rules.modifier_checks import check_modifiers
from salesrules.commissions.rules.proof_checks import check_proofs
from salesrules.commissions.rules.sanity_checks import check_sanity
from salesrules.commissions.rules.table_checks import check_table
from salesrules.core import DateRange, Fault, InvalidValue, Money, Rate

__all__ = ["check_policy", "policy_faults"]


def check_policy(policy: CommissionPolicy) -> tuple[Fault, ...]:
    """Every fault of the policy, with paths relative to the section, such as `plans[2].components[0].table.tiers`.

    Found are ids used twice, references to what does not exist, versions of a plan or assignments of a payee that
    hold on the same day, tables that do not start at zero or that end, money in another currency than the plan's, and
    modifiers, payouts, clawbacks and draws that cannot work. Warned of are intervals in which selling more pays less,
    and tiers that pay nobody.
    """
    found = policy_faults(policy)
    wrong = {fault.path.partition(".")[0] for fault in found if fault.severity == "error"}
    return (*found, *check_proofs(policy, wrong))


def policy_faults(policy: CommissionPolicy) -> tuple[Fault, ...]:
    """Every fault of the policy but what its plans are warned of when they are proved."""
    return tuple(
        fault
        for check in (
            _repeated_ids,
            _overlapping_versions,
            _assignments,
            check_crediting,
            _plans,
            _pools,
            check_conversion,
            check_modifiers,
            check_sanity,
        )
        for fault in check(policy)
    )


def _fault(code: str, path: str, problem: str, remedy: str, value: object = None, severity: str = "error") -> Fault:
    name = f"commissions.{code}"
    return Fault(code=name, path=path, problem=problem, remedy=remedy, value=value, severity=severity)


def _repeated_ids(policy: CommissionPolicy) -> Iterator[Fault]:
    lists: list[tuple[str, Sequence[str]]] = [
        ("plans", [plan.id for plan in policy.plans]),
        ("crediting", [rule.id for rule in policy.crediting]),
        ("assignments", [assignment.id for assignment in policy.assignments]),
        ("pools", [pool.id for pool in policy.pools]),
        ("conversion.fixed_rates", [fixed.id for fixed in policy.conversion.fixed_rates]),
    ]
    lists += [
        (f"pools[{index}].members", [member.id for member in pool.members]) for index, pool in enumerate(policy.pools)
    ]
    lists += [
        (f"plans[{index}].components", [component.id for component in plan.components])
        for index, plan in enumerate(policy.plans)
    ]
    for path, ids in lists:
        for index, id in enumerate(ids):
            if id in ids[:index]:
                yield _fault(
                    "repeated_id", f"{path}[{index}].id", "this id stands already above", "give it its own", id
                )


def _overlapping_versions(policy: CommissionPolicy) -> Iterator[Fault]:
    deciding = [(index, plan) for index, plan in enumerate(policy.plans) if plan.life.is_approved]
    for place, (index, plan) in enumerate(deciding):
        for _, other in deciding[:place]:
            if plan.family == other.family and plan.life.effective.overlaps(other.life.effective):
                yield _fault(
                    "overlapping_versions",
                    f"plans[{index}].life.effective",
                    f"versions {other.id} and {plan.id} of plan {plan.family} hold on the same days",
                    "end the earlier one where the later one starts",
                    str(plan.life.effective),
                )


def _assignments(policy: CommissionPolicy) -> Iterator[Fault]:
    families = {plan.family for plan in policy.plans}
    held: dict[tuple[str, str], list[tuple[DateRange, str]]] = {}
    for index, assignment in enumerate(policy.assignments):
        path = f"assignments[{index}]"
        if assignment.plan not in families:
            yield _fault(
                "unknown_plan",
                f"{path}.plan",
                "no plan has this family",
                _did_you_mean(assignment.plan, families),
                assignment.plan,
            )
        yield from _draw(assignment, path, {p.currency for p in policy.plans if p.family == assignment.plan})
        if not assignment.payees and not assignment.positions:
            yield _fault("empty_assignment", path, "it assigns nobody", "name payees or positions")
        who = [("payees", payee) for payee in assignment.payees] + [("positions", p) for p in assignment.positions]
        for kind, name in who:
            for effective, other in held.setdefault((kind, name), []):
                if effective.overlaps(assignment.effective):
                    yield _fault(
                        "overlapping_assignments",
                        f"{path}.{kind}",
                        f"{name} is assigned by {other} on the same days",
                        "let one end where the other starts",
                        name,
                    )
            held[kind, name].append((assignment.effective, assignment.id))


def _draw(assignment: Assignment, path: str, currencies: set[str]) -> Iterator[Fault]:
    draw = assignment.draw
    if draw is None:
        return
    place = f"{path}.draw"
    if currencies and draw.amount.currency not in currencies:
        paid = ", ".join(sorted(currencies))
        yield _fault("currency", f"{place}.amount", f"the plan pays in {paid}", "state it in that", str(draw.amount))
    if draw.amount.amount < 0:
        yield _fault("negative", f"{place}.amount", "it is below zero", "give zero or more", str(draw.amount))
    if not Rate(0) <= draw.maximum_recovery <= Rate(1):
        share = str(draw.maximum_recovery)
        yield _fault("recovery", f"{place}.maximum_recovery", "a share lies between 0% and 100%", "correct it", share)
    if draw.effective.end is None:
        span = str(draw.effective)
        yield _fault("endless_draw", f"{place}.effective", "the draw never ends", "give it an 'until'", span, "warning")


def _plans(policy: CommissionPolicy) -> Iterator[Fault]:
    roles = {role_of(rule) for rule in policy.crediting}
    for index, plan in enumerate(policy.plans):
        path = f"plans[{index}]"
        yield from _plan_money(plan, path)
        for place, component in enumerate(plan.components):
            where = f"{path}.components[{place}]"
            yield from _component(component, where, roles)
            yield from check_table(component, where, plan.currency, plan.components)


def _pools(policy: CommissionPolicy) -> Iterator[Fault]:
    roles = {role_of(rule) for rule in policy.crediting}
    yield from check_pools(policy)
    for index, pool in enumerate(policy.pools):
        path = f"pools[{index}].component"
        yield from check_table(pool.component, path, pool.currency)
        for fault in _component(pool.component, path, roles):
            if not (pool.pools and fault.code == "commissions.no_credits"):  # other pools feed it
                yield fault


def _plan_money(plan: Plan, path: str) -> Iterator[Fault]:
    digits = plan.rounding.digits
    if digits is not None and not -12 <= digits <= 12:
        problem = "digits are counted from the point"
        yield _fault("digits", f"{path}.rounding.digits", problem, "give a whole number from -12 to 12", digits)
    rounding = plan.rounding
    if rounding.residual is Residual.LARGEST_REMAINDER and rounding.level is not RoundingLevel.CUMULATIVE:
        problem, remedy = "nothing is left over where each part is rounded alone", "choose the level 'cumulative'"
        yield _fault("residual", f"{path}.rounding.residual", problem, remedy, rounding.residual.value)
    try:
        Money.zero(plan.currency)
    except InvalidValue as error:
        yield _fault("currency", f"{path}.currency", "this is no currency", error.remedy, plan.currency)
    if plan.cap is None:
        return
    place, limit = f"{path}.cap.amount", plan.cap.amount
    if limit.currency != plan.currency:
        yield _fault("currency", place, f"the plan pays in {plan.currency}", "state it in that", str(limit))
    if limit.amount < 0:
        yield _fault("negative", place, "it is below zero", "give zero or more", str(limit))


def _component(component: Component, path: str, roles: Iterable[str]) -> Iterator[Fault]:
    known = set(roles)
    for index, role in enumerate(component.credits):
        if role not in known:
            yield _fault(
                "unknown_role",
                f"{path}.credits[{index}]",
                "no crediting rule gives this role",
                _did_you_mean(role, known),
                role,
            )
    if not component.credits:
        yield _fault("no_credits", f"{path}.credits", "it takes no credits", "name roles, such as 'direct'")
    for index, filter_ in enumerate(component.filters):
        if not filter_.one_of and not filter_.none_of:
            yield _fault("empty_filter", f"{path}.filters[{index}]", "it lets all through", "name values or remove it")


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names) or 'none'}"
