"""What must be true of a plan's modifiers, payouts, clawbacks and draws beyond the type of each field."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from salesrules.commissions.policy import (
    Assignment,
    Clawback,
    Coefficient,
    CommissionPolicy,
    Deferral,
    EarningsCap,
    EarningsFloor,
    Excess,
    Gate,
    Instalments,
    Kicker,
    LimitSpan,
    Modifier,
    Multiplier,
    Observed,
    Payout,
    Plan,
)
from salesrules.commissions.rules.table_curves import needed_quota
from salesrules.core import BandTable, Fault, Money, Rate, exact_sum

__all__ = ["check_modifiers"]

_WHOLE = Rate(1)
_NOTHING = Rate(0)


def check_modifiers(policy: CommissionPolicy) -> Iterator[Fault]:
    """Every fault of modifiers, payouts, clawbacks and minimum payments, and of how draws are recovered."""
    for index, plan in enumerate(policy.plans):
        path = f"plans[{index}]"
        components = {component.id for component in plan.components}
        yield from _ids(plan, path)
        for place, modifier in enumerate(plan.modifiers):
            where = f"{path}.modifiers[{place}]"
            yield from _scope(modifier.applies_to, components, where)
            yield from _modifier(modifier, plan, where)
        for place, payout in enumerate(plan.payouts):
            where = f"{path}.payouts[{place}]"
            yield from _scope(payout.applies_to, components, where)
            yield from _payout(payout, where)
            yield from _hidden(payout, plan.payouts[:place], components, where)
        yield from _clawbacks(plan, path)
        if plan.minimum_payment is not None:
            yield from _money(plan.minimum_payment, plan, f"{path}.minimum_payment")
    for index, assignment in enumerate(policy.assignments):
        yield from _draw(assignment, f"assignments[{index}].draw")


def _fault(code: str, path: str, problem: str, remedy: str, value: object = None, severity: str = "error") -> Fault:
    name = f"commissions.{code}"
    return Fault(code=name, path=path, problem=problem, remedy=remedy, value=value, severity=severity)


def _ids(plan: Plan, path: str) -> Iterator[Fault]:
    for name, entries in (("modifiers", plan.modifiers), ("payouts", plan.payouts), ("clawbacks", plan.clawbacks)):
        ids = [entry.id for entry in entries]
        for index, id in enumerate(ids):
            if id in ids[:index]:
                where = f"{path}.{name}[{index}].id"
                yield _fault("repeated_id", where, "this id stands already above", "give it its own", id)


def _scope(names: Sequence[str], components: Iterable[str], path: str) -> Iterator[Fault]:
    for index, name in enumerate(names):
        yield from _known(name, components, f"{path}.applies_to[{index}]")


def _known(name: str, components: Iterable[str], path: str) -> Iterator[Fault]:
    known = sorted(components)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        remedy = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known) or 'none'}"
        yield _fault("unknown_component", path, "the plan has no such component", remedy, name)


def _modifier(modifier: Modifier, plan: Plan, path: str) -> Iterator[Fault]:
    if isinstance(modifier, Gate | Kicker | Multiplier):
        yield from _condition(modifier, plan, path)
    match modifier:
        case Gate():
            yield from _share(modifier.otherwise, f"{path}.otherwise")
        case Kicker():
            if modifier.amount is None and modifier.share is None:
                yield _fault("empty_kicker", path, "it pays nothing", "give an amount, a share, or both")
            if modifier.amount is not None:
                yield from _money(modifier.amount, plan, f"{path}.amount")
            if modifier.share is not None and modifier.share < _NOTHING:
                yield _fault("negative", f"{path}.share", "it is below zero", "give 0% or more", str(modifier.share))
        case Multiplier():
            yield from _factors(modifier.factors, path)
        case Coefficient():
            if modifier.factors is not None:
                yield from _factors(modifier.factors, path)
        case _:
            yield from _limit(modifier, plan, path)


def _condition(modifier: Gate | Kicker | Multiplier, plan: Plan, path: str) -> Iterator[Fault]:
    yield from _known(modifier.component, (component.id for component in plan.components), f"{path}.component")
    for component in plan.components:
        by_amount = needed_quota(component.table) is None
        if component.id == modifier.component and by_amount and modifier.observe is Observed.ATTAINMENT:
            yield _fault(
                "no_attainment",
                f"{path}.observe",
                f"component {component.id} pays by amount, so it has no attainment",
                "observe 'measured', or name a component with a table by attainment",
                modifier.observe.value,
            )


def _factors(table: BandTable[Rate], path: str) -> Iterator[Fault]:
    for index, band in enumerate(table.bands):
        if band.value < _NOTHING:
            where = f"{path}.factors.bands[{index}].value"
            yield _fault("negative_rate", where, "a factor is below zero", "give 0% or more", str(band.value))


def _limit(modifier: EarningsCap | EarningsFloor, plan: Plan, path: str) -> Iterator[Fault]:
    yield from _money(modifier.amount, plan, f"{path}.amount")
    if isinstance(modifier, EarningsFloor):
        if modifier.per not in (LimitSpan.TRANSACTION, LimitSpan.PERIOD):
            remedy = "choose 'transaction' or 'period'"
            yield _fault("floor_span", f"{path}.per", "a floor cannot look ahead", remedy, modifier.per.value)
    elif modifier.per is LimitSpan.TRANSACTION and modifier.excess is Excess.CARRIED:
        problem = "a transaction has no next period to carry into"
        yield _fault("carried_excess", f"{path}.excess", problem, "choose 'forfeited'", modifier.excess.value)


def _money(amount: Money, plan: Plan, path: str) -> Iterator[Fault]:
    if amount.currency != plan.currency:
        yield _fault("currency", path, f"the plan pays in {plan.currency}", "state it in that", str(amount))
    if amount.amount < 0:
        yield _fault("negative", path, "it is below zero", "give zero or more", str(amount))


def _share(share: Rate, path: str) -> Iterator[Fault]:
    if not _NOTHING <= share <= _WHOLE:
        yield _fault("share", path, "a share lies between 0% and 100%", "correct it", str(share))


def _payout(payout: Payout, path: str) -> Iterator[Fault]:
    match payout:
        case Deferral():
            whole = exact_sum(part.share.value for part in payout.parts)
            if whole != 1:
                problem = "the shares do not total 100%"
                yield _fault("deferral", f"{path}.parts", problem, "let them total 100%", str(Rate(whole)))
            for index, part in enumerate(payout.parts):
                where = f"{path}.parts[{index}]"
                yield from _share(part.share, f"{where}.share")
                if part.after_months < 0:
                    problem = "nothing is paid before it is earned"
                    yield _fault("months", f"{where}.after_months", problem, "give zero or more", part.after_months)
        case Instalments():
            for name, number in (("count", payout.count), ("every_months", payout.every_months)):
                if number < 1:
                    yield _fault("instalments", f"{path}.{name}", "it is below one", "give one or more", number)
        case _:
            yield from _share(payout.share, f"{path}.share")
            if (payout.after_periods is None) is not bool(payout.on_event):
                problem = "it is released after periods or on an event"
                yield _fault("holdback", path, problem, "give exactly one of after_periods and on_event")
            if payout.after_periods is not None and payout.after_periods < 1:
                where = f"{path}.after_periods"
                yield _fault("holdback", where, "it would hold nothing", "give one or more", payout.after_periods)


def _hidden(payout: Payout, earlier: Sequence[Payout], components: set[str], path: str) -> Iterator[Fault]:
    """A payout that never pays anything, since earlier ones pay all of its components."""
    taken: set[str] = set()
    for other in earlier:
        taken |= set(other.applies_to) or components | {""}
    if (set(payout.applies_to) or components | {""}) <= taken:
        yield _fault("hidden_payout", path, "earlier payouts pay all its components", "remove it", payout.id)


def _clawbacks(plan: Plan, path: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, clawback in enumerate(plan.clawbacks):
        where = f"{path}.clawbacks[{index}]"
        if not clawback.events:
            yield _fault("clawback", f"{where}.events", "nothing triggers it", "name events, such as 'lapse'")
        for place, event in enumerate(clawback.events):
            if event in seen:
                problem = "this event is decided above"
                yield _fault("clawback", f"{where}.events[{place}]", problem, "name it once", event)
        seen |= set(clawback.events)
        if isinstance(clawback, Clawback):
            for place, band in enumerate(clawback.shares.bands):
                yield from _share(band.value, f"{where}.shares.bands[{place}].value")
        elif clawback.months < 1:
            yield _fault("months", f"{where}.months", "it is below one", "give one or more", clawback.months)


def _draw(assignment: Assignment, path: str) -> Iterator[Fault]:
    draw = assignment.draw
    if draw is None:
        return
    for name, number in (("recovery_starts", draw.recovery_starts), ("recovery_periods", draw.recovery_periods)):
        if number is not None and number < 1:
            yield _fault("recovery", f"{path}.{name}", "periods count from 1", "give one or more", number)
    limit = draw.recovery_limit
    if limit is None:
        return
    if limit.currency != draw.amount.currency:
        remedy = "state it in the draw's currency"
        yield _fault("currency", f"{path}.recovery_limit", f"the draw is in {draw.amount.currency}", remedy, str(limit))
    if limit.amount < 0:
        yield _fault("negative", f"{path}.recovery_limit", "it is below zero", "give zero or more", str(limit))
