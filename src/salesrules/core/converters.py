"""Converters for the fields of frozen values, typed so that checkers see what a caller may give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from salesrules.core.parameters import Parameters

__all__ = ["as_parameters", "as_tuple"]


def as_tuple(values: Iterable[Any]) -> tuple[Any, ...]:
    """The values as a tuple, so that a frozen value stays frozen.

    >>> as_tuple([1, 2])
    (1, 2)
    """
    return tuple(values)


def as_parameters(mapping: Mapping[str, Any]) -> Parameters:
    """The mapping as immutable parameters; what is already immutable is kept.

    >>> as_parameters({"limit": 5})
    Parameters(limit=5)
    """
    return mapping if isinstance(mapping, Parameters) else Parameters(mapping)
