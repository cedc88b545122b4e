"""The organisation in which somebody must say yes, as of a day."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import attrs

from salesrules.core import as_tuple
from salesrules.org import Body, Delegation, OrgPolicy, Structure

__all__ = ["Directory"]

#: How many findings a directory remembers before its memory is emptied.
_REMEMBERED = 10_000


@attrs.frozen(kw_only=True)
class Directory:
    """Who could say yes on a day: the structure of that day with its policy, the bodies and the delegations.

    Without a `policy` nobody delegates, and no step can go by authority.
    """

    structure: Structure
    policy: OrgPolicy | None = None
    bodies: tuple[Body, ...] = attrs.field(default=(), converter=as_tuple)
    delegations: tuple[Delegation, ...] = attrs.field(default=(), converter=as_tuple)
    _known: dict[Hashable, tuple[object, Any]] = attrs.field(init=False, repr=False, eq=False, factory=dict)

    def recall(self, key: Hashable, under: object) -> Any:
        """What was remembered under a key for the very same policy, `None` where nothing was."""
        known = self._known.get(key)
        return known[1] if known is not None and known[0] is under else None

    def remember(self, key: Hashable, under: object, found: object) -> None:
        """Remember what was found for a policy."""
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[key] = (under, found)

    def body(self, id: str) -> Body | None:
        """The body of that id, `None` where there is none."""
        return next((body for body in self.bodies if body.id == id), None)
