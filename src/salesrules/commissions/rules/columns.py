"""Tables in two dimensions: which column a credit falls into, and which components must be measured first."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from salesrules.commissions.model import SalesCredit, Transaction
from salesrules.commissions.policy import AcrossComponent, Component, GridTable, Plan
from salesrules.commissions.rules.measures import counts
from salesrules.core import InvalidValue, to_decimal

__all__ = ["column_named", "in_order", "moves", "number_of", "observed_component"]


def column_named(transaction: Transaction, attribute: str, columns: Sequence[str]) -> str:
    """The column that is named as the transaction's attribute; raises `InvalidValue` where none is."""
    value = transaction.attributes.get(attribute)
    if value not in columns:
        remedy = f"give the table a column for it; it has {', '.join(columns)}"
        raise InvalidValue(attribute, value, remedy)
    return str(value)


def number_of(transaction: Transaction, attribute: str) -> Decimal:
    """The transaction's attribute as a number; raises `InvalidValue` where it is none."""
    return to_decimal(transaction.attributes.get(attribute), attribute)


def observed_component(component: Component, plan: Plan) -> Component | None:
    """The component whose measure names the column of a component's table, where one does."""
    table = component.table
    if not isinstance(table, GridTable) or not isinstance(table.across, AcrossComponent):
        return None
    return next((other for other in plan.components if other.id == table.across.component), None)


def in_order(plan: Plan) -> tuple[Component, ...]:
    """The plan's components, those that observe another one last; none of them is observed itself."""
    return tuple(sorted(plan.components, key=lambda component: observed_component(component, plan) is not None))


def moves(component: Component, credit: SalesCredit, plan: Plan) -> bool:
    """Whether a credit changes what a component has earned: it counts it, or the component that it observes does."""
    if counts(component, credit):
        return True
    other = observed_component(component, plan)
    return other is not None and counts(other, credit)
