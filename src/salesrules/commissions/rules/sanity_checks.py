"""Rates that are allowed but hardly meant: a warning for each above the bound that the policy states."""

from __future__ import annotations

from collections.abc import Iterator

from salesrules.commissions.policy import (
    AmountTable,
    AttainmentTable,
    CommissionPolicy,
    Component,
    GridTable,
    Measure,
    MultiplierTable,
)
from salesrules.core import EXACT, Fault, Rate

__all__ = ["check_sanity"]

_MONEY = (Measure.AMOUNT, Measure.MARGIN)


def check_sanity(policy: CommissionPolicy) -> Iterator[Fault]:
    """A warning for each rate on money, of plans and of team pools, above `sanity_rate`; none where it is not stated.

    The bound itself is still usual. What is paid per unit, fixed amounts, targets and formulas have no such rate.
    """
    bound = policy.sanity_rate
    if bound is None:
        return
    if bound <= Rate(0):
        yield Fault(
            code="commissions.sanity_rate",
            path="sanity_rate",
            problem="every rate would lie above it",
            remedy="give a rate above 0%, such as the highest that is still usual, or leave it out",
            value=str(bound),
        )
        return
    places = [
        (f"plans[{index}].components[{place}].table", component)
        for index, plan in enumerate(policy.plans)
        for place, component in enumerate(plan.components)
    ]
    places += [(f"pools[{index}].component.table", pool.component) for index, pool in enumerate(policy.pools)]
    for path, component in places:
        for where, rate in _rates(component):
            if rate > bound:
                yield Fault(
                    code="commissions.unusual_rate",
                    path=f"{path}.{where}",
                    problem=f"it pays {rate} of the {component.measure.value}, above the bound of {bound}",
                    remedy="correct the rate (2% is 0.02), or raise sanity_rate if it is meant",
                    value=str(rate),
                    severity="warning",
                )


def _rates(component: Component) -> Iterator[tuple[str, Rate]]:
    """Each rate on money that a component's table pays, and where in the table it stands."""
    table = component.table
    if component.measure not in _MONEY:
        return
    match table:
        case AmountTable() | AttainmentTable():
            for index, band in enumerate(table.tiers.bands):
                yield f"tiers.bands[{index}].value", band.value
        case MultiplierTable(base_rate=Rate() as base):
            for index, band in enumerate(table.tiers.bands):
                yield f"tiers.bands[{index}].value", Rate(EXACT.multiply(base.value, band.value.value))
        case GridTable():
            for index, row in enumerate(table.tiers.bands):
                for column, rate in row.value.items():
                    yield f"tiers.bands[{index}].value.{column}", rate
