"""The nearest known names of one that is unknown, for errors that help."""

from __future__ import annotations

import difflib
from collections.abc import Collection

__all__ = ["nearest_names"]

#: Above these the search for neighbours is left out, since it would take seconds.
_SEARCHED = 10_000
_LONGEST = 200


def nearest_names(name: object, known: Collection[str], most: int = 3) -> tuple[str, ...]:
    """The known names that resemble a name, the nearest first; none where there is too much to search.

    >>> nearest_names("nort", ["north", "south"])
    ('north',)
    """
    wanted = str(name)
    if len(known) > _SEARCHED or len(wanted) > _LONGEST:
        return ()
    return tuple(difflib.get_close_matches(wanted, [one for one in known if len(one) <= _LONGEST], most))
