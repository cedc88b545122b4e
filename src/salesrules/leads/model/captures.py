"""Captures of leads from several sources, and the leads that they are merged into."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from salesrules.core import as_parameters, as_tuple, is_aware, is_named
from salesrules.customers import Match
from salesrules.leads.model.leads import as_instant

__all__ = ["Capture", "FieldConflict", "MergedLead"]


@attrs.frozen(kw_only=True)
class Capture:
    """What one business unit captured of a lead, from one source, at an instant."""

    id: str = attrs.field(validator=is_named)
    source: str = attrs.field(validator=is_named)
    kind: str = attrs.field(validator=is_named)
    unit: str = ""
    at: datetime = attrs.field(converter=as_instant, validator=is_aware)
    values: Mapping[str, Any] = attrs.field(factory=dict, converter=as_parameters)


@attrs.frozen(kw_only=True)
class FieldConflict:
    """A field of which captures say different things: whose value was kept, and whose were not."""

    field: str
    kept: str
    dropped: tuple[tuple[str, Any], ...] = attrs.field(converter=as_tuple)


@attrs.frozen(kw_only=True)
class MergedLead:
    """One lead of several captures: the surviving one, all of them, and where each value came from.

    `members` stand in the order of the survivor rule, the survivor first; `matches` say why they are one lead.
    """

    survivor: Capture
    members: tuple[str, ...] = attrs.field(converter=as_tuple)
    values: Mapping[str, Any] = attrs.field(converter=as_parameters)
    origins: Mapping[str, str] = attrs.field(converter=as_parameters)
    matches: tuple[Match, ...] = attrs.field(default=(), converter=as_tuple)
    conflicts: tuple[FieldConflict, ...] = attrs.field(default=(), converter=as_tuple)
