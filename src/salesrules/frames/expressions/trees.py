"""Choosing one of many results by where a value lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw

__all__ = ["choose"]


def choose(value: nw.Expr, starts: Sequence[Any], results: Sequence[Any]) -> nw.Expr:
    """The result whose interval holds a value: `results[0]` below `starts[0]`, `results[1]` from there on, and so on.

    A balanced tree of conditions, of which engines with a lazy CASE walk one path.
    """
    if not starts or all(each == results[0] for each in results):
        return nw.lit(results[0])
    middle = len(starts) // 2
    above = choose(value, starts[middle + 1 :], results[middle + 1 :])
    below = choose(value, starts[:middle], results[: middle + 1])
    found: nw.Expr = nw.when(value >= nw.lit(starts[middle])).then(above).otherwise(below)
    return found
