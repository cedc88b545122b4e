"""The nearest known names of one that is unknown."""

from __future__ import annotations

import difflib
from collections.abc import Collection

__all__ = ["nearest_names"]

#: Above this many names the search for neighbours is left out: it would take seconds.
_SEARCHED = 10_000


def nearest_names(name: object, known: Collection[str]) -> tuple[str, ...]:
    """The known names that resemble a name; none where there are too many to search.

    >>> nearest_names("nort", ["north", "south"])
    ('north',)
    """
    return tuple(difflib.get_close_matches(str(name), known)) if len(known) <= _SEARCHED else ()
