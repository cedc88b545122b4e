"""Which of a plan's payouts pays what: by component, and in the order in which a credit's lines are made."""

from __future__ import annotations

from salesrules.commissions.policy import Plan
from salesrules.commissions.rules.columns import in_order

__all__ = ["payout_place", "payout_places"]


def payout_place(plan: Plan, component: str) -> int | None:
    """Which of a plan's payouts a component is paid by: the first that names it, or names none.

    What stands beside the lines is paid by the first that names none (`component` empty).
    """
    names = (payout.applies_to for payout in plan.payouts)
    return next((place for place, named in enumerate(names) if not named or component in named), None)


def payout_places(plan: Plan) -> tuple[int | None, ...]:
    """The places of the payouts of all components, in the order in which these make a credit's lines."""
    return tuple(payout_place(plan, component.id) for component in in_order(plan))
