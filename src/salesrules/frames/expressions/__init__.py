"""The expression target: a plan over a lazy frame that stays in its own engine, through narwhals."""

from salesrules.frames.expressions.run import calculate_lazily

__all__ = ["calculate_lazily"]
