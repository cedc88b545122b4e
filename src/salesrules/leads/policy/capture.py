"""How captures of one lead from several sources are recognised and merged."""

from __future__ import annotations

from typing import Any

import attrs

from salesrules.core import InvalidValue, TimeLimit, WordEnum, as_tuple, is_named
from salesrules.customers import DuplicateRule

__all__ = ["FieldSurvivor", "FieldSurvivors", "MergePolicy", "Survivor"]


class Survivor(WordEnum):
    """Which capture of one lead survives: the first, the last, or the one of the best source."""

    EARLIEST = "earliest"
    LATEST = "latest"
    BEST_SOURCE = "best_source"


class FieldSurvivors(WordEnum):
    """Whose value of a field survives, of those that are filled: the survivor's, or by a rule of the field's own."""

    SURVIVOR = "survivor"
    EARLIEST = "earliest"
    LATEST = "latest"
    BEST_SOURCE = "best_source"


@attrs.frozen(kw_only=True)
class FieldSurvivor:
    """A field whose value survives by a rule of its own."""

    field: str = attrs.field(validator=is_named)
    rule: FieldSurvivors = attrs.field(converter=FieldSurvivors)


def _some(instance: object, attribute: attrs.Attribute[Any], value: tuple[Any, ...]) -> None:
    if not value:
        raise InvalidValue(attribute.name, value, "give at least one")


@attrs.frozen(kw_only=True)
class MergePolicy:
    """Which captures are one lead, which of them survives, and what becomes of each field.

    Two captures are one lead where a rule of `duplicates` says so and, with a `window`, the later one comes before
    that is over since the earlier one. `sources` ranks the sources, the best first. A field without a rule of its own
    keeps the survivor's value, or, where the survivor has none, that of the next capture by the survivor rule.
    """

    id: str = attrs.field(validator=is_named)
    duplicates: tuple[DuplicateRule, ...] = attrs.field(converter=as_tuple, validator=_some)
    survivor: Survivor = attrs.field(converter=Survivor)
    sources: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    fields: tuple[FieldSurvivor, ...] = attrs.field(default=(), converter=as_tuple)
    window: TimeLimit | None = None
