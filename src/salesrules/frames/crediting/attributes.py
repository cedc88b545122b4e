"""Which columns of transactions a policy speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from salesrules.commissions import (
    AcrossAttribute,
    AcrossNumber,
    CommissionPolicy,
    Component,
    EarningsCap,
    FormulaTable,
    GridTable,
    Measure,
    Trigger,
    names_in,
)

__all__ = ["events_of", "measures_of", "of_crediting", "of_paying"]


def of_crediting(policy: CommissionPolicy) -> tuple[str, ...]:
    """The attributes that crediting rules filter on."""
    return tuple(dict.fromkeys(filter_.attribute for rule in policy.crediting for filter_ in rule.filters))


def of_paying(policy: CommissionPolicy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The attributes that plans and pools speak of: as text, and as numbers."""
    words: dict[str, None] = {}
    numbers: dict[str, None] = {}
    for component in _components(policy):
        words |= dict.fromkeys(filter_.attribute for filter_ in component.filters)
        table = component.table
        if isinstance(table, GridTable):
            match table.across:
                case AcrossAttribute(attribute=name):
                    words[name] = None
                case AcrossNumber(attribute=name) if name:
                    numbers[name] = None
    modifiers = (modifier for plan in policy.plans for modifier in plan.modifiers)
    words |= {each.by: None for each in modifiers if isinstance(each, EarningsCap) and each.by}
    return tuple(words), tuple(name for name in numbers if name not in words)


def measures_of(policy: CommissionPolicy) -> frozenset[Measure]:
    """What plans and pools measure."""
    found: set[Measure] = set()
    for component in _components(policy):
        found.add(component.measure)
        if isinstance(component.table, FormulaTable):
            names = names_in(component.table.formula)
            found |= {measure for measure in Measure if measure.value in names}
    return frozenset(found)


def events_of(policy: CommissionPolicy) -> tuple[str, ...]:
    """The days of sales that triggers wait for."""
    asked = {rule.trigger.on for rule in policy.crediting}
    names = {Trigger.DELIVERY: "delivered", Trigger.INVOICE: "invoiced"}
    return tuple(name for trigger, name in names.items() if trigger in asked)


def _components(policy: CommissionPolicy) -> Iterator[Component]:
    for plan in policy.plans:
        yield from plan.components
    for pool in policy.pools:
        yield pool.component
