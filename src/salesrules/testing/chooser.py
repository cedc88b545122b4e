"""Whoever makes the choices while a case is drawn: a seeded generator, or Hypothesis."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

__all__ = ["Chooser", "SeededChooser"]

T = TypeVar("T")


class Chooser(Protocol):
    """Makes every choice of a drawing, so that one drawing serves seeded campaigns and Hypothesis alike."""

    def number(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        ...

    def pick(self, options: Sequence[T]) -> T:
        """One of several; the first is the plainest."""
        ...


class SeededChooser:
    """Choices that are the same whenever the seed is."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)

    def number(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return self._random.randint(low, high)

    def pick(self, options: Sequence[T]) -> T:
        """One of several."""
        return self._random.choice(options)
