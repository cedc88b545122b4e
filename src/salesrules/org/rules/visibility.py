"""Who may see what others hold: it flows up the line, from owners and from those it is assigned to."""

from __future__ import annotations

from collections.abc import Collection

from salesrules.core import ALLOW, Decision, decide
from salesrules.org import reasons
from salesrules.org.rules.hierarchy import Hierarchy

__all__ = ["check_visibility"]


def check_visibility(people: Hierarchy, viewer: str, holders: Collection[str]) -> Decision:
    """Whether a viewer is one of the holders of a record (owner, assignees) or stands above one of them.

    `people` is a tree of people by manager; a holder outside it has nobody above.

    >>> team = Hierarchy.from_parents({"manager": None, "rep": "manager"})
    >>> check_visibility(team, "manager", ("outsider", "rep")).is_allowed
    True
    """
    for holder in holders:
        if viewer == holder or (holder in people and viewer in people.chain(holder)):
            return ALLOW
    return decide([reasons.NOT_IN_LINE(viewer=viewer, holders=tuple(holders))])
