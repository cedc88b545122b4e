"""Modifiers in bulk: gates, kickers, multipliers, coefficients, caps and floors over the lines of a block."""

from salesrules.frames.kernel.modifiers.adjusting import Adjusted, Lacking, adjust
from salesrules.frames.kernel.modifiers.grid import Roster
from salesrules.frames.kernel.modifiers.setting import Modifier, Modifying, Observing, Scores

__all__ = ["Adjusted", "Lacking", "Modifier", "Modifying", "Observing", "Roster", "Scores", "adjust"]
