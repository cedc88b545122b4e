"""What must be true of amounts and measures that stand open, by the plans that they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator

from salesrules.commissions.model import CommissionFacts, OpeningMeasure
from salesrules.commissions.policy import (
    AcrossComponent,
    CommissionPolicy,
    Component,
    EarningsCap,
    FormulaTable,
    GridTable,
    Measure,
)
from salesrules.core import Fault, nearest_names

__all__ = ["check_openings"]


def check_openings(facts: CommissionFacts, policy: CommissionPolicy) -> Iterator[Fault]:
    """Faults of what openings name: entries that no plan has, another currency than its plan's, one thing twice."""
    yield from _uses(facts, policy)
    payouts = {payout.id for plan in policy.plans for payout in plan.payouts} | {plan.id for plan in policy.plans}
    for index, hold in enumerate(facts.opening_holds):
        if hold.policy:
            path = f"opening_holds[{index}].policy"
            yield from _known(hold.policy, payouts, path, "no plan holds anything back by this entry")
    yield from _measures(facts, policy)


def _uses(facts: CommissionFacts, policy: CommissionPolicy) -> Iterator[Fault]:
    currencies: dict[str, set[str]] = defaultdict(set)
    attributes: dict[str, set[str]] = defaultdict(set)
    for plan in policy.plans:
        for modifier in plan.modifiers:
            if isinstance(modifier, EarningsCap):
                currencies[modifier.id].add(plan.currency)
                attributes[modifier.id].add(modifier.by)
    seen: set[Hashable] = set()
    for index, use in enumerate(facts.opening_uses):
        path = f"opening_uses[{index}]"
        yield from _known(use.policy, currencies, f"{path}.policy", "no plan has a cap with this id")
        for money in (use.used, use.carried):
            known = currencies.get(use.policy)
            if money is not None and known and money.currency not in known:
                problem, remedy = (
                    "it is not in the currency of the cap's plan",
                    f"give it in {' or '.join(sorted(known))}",
                )
                yield _fault("opening_currency", f"{path}.currency", problem, remedy, money.currency)
                break
        if use.by and attributes.get(use.policy) == {""}:
            problem, remedy = "the cap holds for everything together, by no attribute", "leave it out"
            yield _fault("opening_by", f"{path}.by", problem, remedy, use.by)
        yield from _twice(seen, (use.payee, use.policy, use.by, use.day), f"{path}.policy", use.policy)


def _measures(facts: CommissionFacts, policy: CommissionPolicy) -> Iterator[Fault]:
    components: dict[str, list[Component]] = defaultdict(list)
    for plan in policy.plans:
        for component in plan.components:
            components[component.id].append(component)
    seen: set[Hashable] = set()
    for index, opening in enumerate(facts.opening_measures):
        path = f"opening_measures[{index}]"
        if opening.payee not in facts.payees:
            problem = "nobody with this id is among the people"
            yield _fault("unknown_payee", f"{path}.payee", problem, "add the person", opening.payee)
        yield from _known(opening.component, components, f"{path}.component", "no plan has such a component")
        if opening.component in components:
            yield from _unfit(opening, components[opening.component], path)
        key = (opening.payee, opening.component, opening.measure, opening.column, opening.day)
        yield from _twice(seen, key, f"{path}.component", opening.component)


def _unfit(opening: OpeningMeasure, components: Collection[Component], path: str) -> Iterator[Fault]:
    """A measure or a column that none of the versions of a component has."""
    measures: set[str] = set()
    columns: set[str] = set()
    for component in components:
        measures |= set(map(str, Measure)) if isinstance(component.table, FormulaTable) else {component.measure.value}
        columns |= set(_columns(component))
    if opening.measure:
        yield from _known(opening.measure, measures, f"{path}.measure", "the component does not measure this")
    if opening.column or all(map(_columns, components)):
        yield from _known(opening.column, columns, f"{path}.column", "the component's table has no such column")


def _columns(component: Component) -> tuple[str, ...]:
    """The columns in which a component measures; none where another component's measure names the column for all."""
    table = component.table
    return table.columns if isinstance(table, GridTable) and not isinstance(table.across, AcrossComponent) else ()


def _known(name: str, known: Collection[str], path: str, problem: str) -> Iterator[Fault]:
    if name not in known:
        near = nearest_names(name, known, 1)
        remedy = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known)) or 'none'}"
        yield _fault("unknown_entry", path, problem, remedy, name)


def _twice(seen: set[Hashable], key: Hashable, path: str, value: str) -> Iterator[Fault]:
    if key in seen:
        yield _fault("duplicate_opening", path, "this stands open already for the payee", "keep one of them", value)
    seen.add(key)


def _fault(code: str, path: str, problem: str, remedy: str, value: str) -> Fault:
    return Fault(code=f"commissions.{code}", path=path, problem=problem, remedy=remedy, value=value)
