"""Opportunities: what was found about need, budget, competitor and win chance, and the score that it makes."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core import Derivation, InvalidValue, Money, Rate, as_parameters, is_named

__all__ = ["Opportunity", "OpportunityScore"]


@attrs.frozen(kw_only=True)
class Opportunity:
    """What was found of an opportunity, by factor: a word or an exact number; its value, and the chance to win it."""

    id: str = attrs.field(validator=is_named)
    found: Mapping[str, Any] = attrs.field(converter=as_parameters)
    value: Money | None = None
    win_chance: Rate | None = None

    def __attrs_post_init__(self) -> None:
        if self.win_chance is not None and not 0 <= self.win_chance.value <= 1:
            raise InvalidValue("win_chance", str(self.win_chance), "a chance is from 0 % to 100 %")


@attrs.frozen(kw_only=True)
class OpportunityScore:
    """The score of an opportunity with its derivation, the grade, and the value times the chance to win it."""

    opportunity: str
    score: Fraction
    grade: str
    derivation: Derivation
    expected_value: Derivation | None = None
