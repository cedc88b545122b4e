"""The reason codes that analytics can give."""

from __future__ import annotations

from salesrules.core import ReasonCode

__all__ = ["DOES_NOT_TIE", "REASONS"]

#: The parts do not add up to the total; `difference` is the sum of the parts less the total.
DOES_NOT_TIE = ReasonCode("analytics.does_not_tie", ("parts", "total", "difference"))

REASONS = (DOES_NOT_TIE,)
