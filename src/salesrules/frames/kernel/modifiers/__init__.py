"""Modifiers in bulk: gates, kickers, multipliers, coefficients, caps and floors over the lines of a block."""

from salesrules.frames.kernel.modifiers.adjusting import Adjusted, Lacking, adjust
from salesrules.frames.kernel.modifiers.grid import Roster
from salesrules.frames.kernel.modifiers.limits import Kept
from salesrules.frames.kernel.modifiers.setting import Modifier, Modifying, Observing, OpenedCap, Scores, Standing

__all__ = [
    "Adjusted",
    "Kept",
    "Lacking",
    "Modifier",
    "Modifying",
    "Observing",
    "OpenedCap",
    "Roster",
    "Scores",
    "Standing",
    "adjust",
]
