"""What a firm sets about how guests are spoken to: scripts, wording, manners of contact."""

from __future__ import annotations

import unicodedata
from datetime import time
from decimal import Decimal
from typing import Any

import attrs

from salesrules.core import InvalidValue, WordEnum, as_tuple, hours_as_duration, is_named, to_decimal

__all__ = ["ContactPolicy", "ForbiddenPhrase", "PhraseFault", "QuietHours", "ScriptPolicy", "folded"]

_INVISIBLE = frozenset({"Cc", "Cf"})


def is_hours(instance: object, attribute: attrs.Attribute[Any], value: Decimal) -> None:
    """Refuse hours that make no duration: a validator."""
    hours_as_duration(value, attribute.name)


def folded(text: str) -> str:
    r"""A text as phrases are sought in it: compatible forms alike, no case, no invisible characters, single blanks.

    >>> folded("ＢＥＳＴ\u200b  price")
    'best price'
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    seen = (char for char in plain if char.isspace() or unicodedata.category(char) not in _INVISIBLE)
    return " ".join("".join(seen).split())


@attrs.frozen(kw_only=True)
class ScriptPolicy:
    """What every script must and may have places for, and how long a value may be (characters)."""

    id: str
    required: tuple[str, ...] = attrs.field(converter=as_tuple)
    optional: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    longest_value: int = 500

    def __attrs_post_init__(self) -> None:
        for index, name in enumerate(self.known):
            if not (name.isidentifier() and name.isascii()):
                raise InvalidValue(f"required[{index}]", name, "name a place with letters, digits and underscores")
        if self.longest_value < 1:
            raise InvalidValue("longest_value", self.longest_value, "give one character or more")

    @property
    def known(self) -> tuple[str, ...]:
        """Every place that a script may have."""
        return (*self.required, *self.optional)


class PhraseFault(WordEnum):
    """Why a phrase is refused: it pushes, induces, exaggerates, or is false."""

    PUSHING = "pushing"
    INDUCING = "inducing"
    EXAGGERATING = "exaggerating"
    FALSE = "false"


@attrs.frozen(kw_only=True)
class ForbiddenPhrase:
    """A phrase that no script may say, and what is wrong with it."""

    id: str
    phrase: str = attrs.field(validator=is_named)
    fault: PhraseFault = attrs.field(converter=PhraseFault)

    def __attrs_post_init__(self) -> None:
        if not folded(self.phrase):
            raise InvalidValue("phrase", self.phrase, "give a phrase with something to read in it")


@attrs.frozen(kw_only=True)
class QuietHours:
    """Hours of the guest's own clock in which nobody is contacted, from `starts` until, but without, `ends`.

    Where they end at or before they start, they run over midnight.
    """

    starts: time
    ends: time

    def __attrs_post_init__(self) -> None:
        for name in ("starts", "ends"):
            value = getattr(self, name)
            if not isinstance(value, time) or value.tzinfo is not None:
                raise InvalidValue(name, value, "give a time of day without a zone; it is that of the guest")
        if self.starts == self.ends:
            raise InvalidValue("ends", self.ends, "give another time than the start, or no quiet hours")

    def holds_at(self, clock: time) -> bool:
        """Whether a time of day is quiet."""
        if self.starts < self.ends:
            return self.starts <= clock < self.ends
        return clock >= self.starts or clock < self.ends


@attrs.frozen(kw_only=True)
class ContactPolicy:
    """How often and when a guest may be contacted about one event.

    `minimum_gap_hours` are elapsed hours between two attempts, the end included; `channels` are those the firm uses.
    An opt-out holds for ever, so there is nothing to set about it.
    """

    id: str
    channels: tuple[str, ...] = attrs.field(converter=as_tuple)
    maximum_attempts: int
    minimum_gap_hours: Decimal = attrs.field(default=Decimal(0), converter=to_decimal, validator=is_hours)
    quiet_hours: tuple[QuietHours, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        if self.maximum_attempts < 1:
            raise InvalidValue("maximum_attempts", self.maximum_attempts, "give one attempt or more")
