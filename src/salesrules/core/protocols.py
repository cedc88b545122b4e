"""Shared Protocols of results; those of storage are in `storage_ports`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

__all__ = ["SupportsRecords"]


@runtime_checkable
class SupportsRecords(Protocol):
    """A result that goes into a frame: one plain mapping per row."""

    def to_records(self) -> Sequence[Mapping[str, Any]]:
        """The rows, each a mapping of column names to plain values."""
        ...
