"""Care after delivery: the schedule that a delivery starts, and how its tasks stand."""

from __future__ import annotations

from datetime import date

import attrs

from salesrules.core import InvalidValue, as_tuple, is_day, is_named

__all__ = ["CareDone", "CareTask", "Delivery"]


@attrs.frozen(kw_only=True)
class Delivery:
    """What was delivered to a customer, on which day; the customer's class selects the schedule."""

    id: str = attrs.field(validator=is_named)
    customer: str = attrs.field(validator=is_named)
    customer_class: str = attrs.field(validator=is_named)
    day: date = attrs.field(validator=is_day)


@attrs.frozen(kw_only=True)
class CareTask:
    """One task of a delivery: the step of the schedule, the day it falls due, and the last day on which it is in time.

    `owner` is the function that does it.
    """

    delivery: str
    customer: str
    step: str
    kind: str
    owner: str
    due: date
    last_day: date

    @property
    def id(self) -> str:
        """The task's id: the delivery and the step."""
        return f"{self.delivery}/{self.step}"


@attrs.frozen(kw_only=True)
class CareDone:
    """That a task was done, on a day; `notes` are what the customer said."""

    task: str = attrs.field(validator=is_named)
    day: date = attrs.field(validator=is_day)
    notes: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)

    def check_after(self, delivery: Delivery) -> None:
        """Nothing where it was done on or after the day of delivery; raises `InvalidValue` otherwise."""
        if self.day < delivery.day:
            raise InvalidValue("done.day", self.day, f"the delivery {delivery.id} came on {delivery.day}; care follows")
