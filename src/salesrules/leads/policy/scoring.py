"""How an opportunity is scored, and what its score means."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs

from salesrules.core import BandTable, InvalidValue, as_parameters, as_tuple, is_named, to_decimal

__all__ = ["ScoreFactor", "ScoringPolicy"]


def _positive(instance: object, attribute: attrs.Attribute[Any], value: Decimal) -> None:
    if value <= 0:
        raise InvalidValue(attribute.name, value, "a weight is above zero")


@attrs.frozen(kw_only=True)
class ScoreFactor:
    """A factor such as need, budget, competitor or win chance: its weight, and the points for what was found.

    Either `words` gives the points of each word, or `bands` those of a number. Raises `InvalidValue` for both or
    neither.
    """

    id: str = attrs.field(validator=is_named)
    weight: Decimal = attrs.field(converter=to_decimal, validator=_positive)
    words: Mapping[str, Decimal] = attrs.field(factory=dict, converter=as_parameters)
    bands: BandTable[Decimal] | None = None

    def __attrs_post_init__(self) -> None:
        if bool(self.words) == (self.bands is not None):
            raise InvalidValue("words", self.words, "give either the points of words, or bands of a number")


@attrs.frozen(kw_only=True)
class ScoringPolicy:
    """The factors of the score, its grades, and from which score on an opportunity is worth pursuing.

    The score is the weighted mean of the factors' points; `pursue_from` itself is worth it.
    """

    id: str = attrs.field(validator=is_named)
    factors: tuple[ScoreFactor, ...] = attrs.field(converter=as_tuple)
    grades: BandTable[str]
    pursue_from: Decimal = attrs.field(converter=to_decimal)

    def __attrs_post_init__(self) -> None:
        if not self.factors:
            raise InvalidValue("factors", self.factors, "give at least one")
