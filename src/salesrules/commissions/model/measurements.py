"""What a component has measured of a payee's credits over a span."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs

__all__ = ["Measurement"]


@attrs.frozen(kw_only=True)
class Measurement:
    """A component's measure over its accumulation span: total credited, quota and attainment where it has one.

    `start` is the first day on which it was measured: that of the span, or that on which the plan version began.
    """

    plan: str
    component: str
    label: str
    measured: Decimal
    unit: str = ""
    quota: Decimal | None = None
    start: date | None = None

    @property
    def attainment(self) -> Fraction | None:
        """The credited measure over the quota; `None` without a quota."""
        return None if self.quota is None else Fraction(self.measured) / Fraction(self.quota)
