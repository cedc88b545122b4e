"""The base of every closed list of words, so that an unknown word is an error that names the known ones."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NoReturn

from salesrules.core.errors import InvalidValue

__all__ = ["WordEnum"]


class WordEnum(StrEnum):
    """A `StrEnum` that raises `InvalidValue`, with all its members, where it is given an unknown word.

    >>> class Colour(WordEnum):
    ...     RED = "red"
    >>> Colour("blue")
    Traceback (most recent call last):
    salesrules.core.errors.InvalidValue: colour: 'blue' is not valid; choose one of 'red'
    """

    #: A member equals its word, so it has its hash; that of `Enum` is of the name, and a call of Python.
    __hash__ = str.__hash__

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        field = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()
        raise InvalidValue(field, value, f"choose one of {', '.join(repr(member.value) for member in cls)}")
