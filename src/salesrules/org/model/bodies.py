"""Bodies beside the tree: committees and project teams, their members, quorum and majority."""

from __future__ import annotations

import math
from decimal import Decimal

import attrs

from salesrules.core import DateRange, InvalidValue, Rate, Side, WordEnum, as_tuple

__all__ = ["Body", "BodyMember", "BodySeat", "Majority", "Threshold", "Vote", "VoteBase"]


class Vote(WordEnum):
    """How a member voted."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


class VoteBase(WordEnum):
    """What a majority is counted of: the votes cast for and against, the members present, or all voting members."""

    CAST = "cast"
    PRESENT = "present"
    MEMBERS = "members"


@attrs.frozen(kw_only=True)
class Threshold:
    """How many are enough: a `count`, or a `share` of a whole; give one of them.

    `side` says where a number that is exactly the threshold belongs: `lower` is enough ("at least"), `upper` is not
    ("more than"). Raises `InvalidValue`.

    >>> half = Rate.parse("50%")
    >>> Threshold(share=half, side="lower").needed(6), Threshold(share=half, side="upper").needed(6)
    (3, 4)
    """

    count: int | None = None
    share: Rate | None = None
    side: Side = attrs.field(converter=Side)

    def __attrs_post_init__(self) -> None:
        if (self.count is None) == (self.share is None):
            raise InvalidValue("count", self.count, "give either a count or a share")
        if self.count is not None and (type(self.count) is not int or self.count < 0):
            raise InvalidValue("count", self.count, "give a whole number of zero or more")
        if self.share is not None and not 0 <= self.share.value <= 1:
            raise InvalidValue("share", self.share, "give a share from 0% to 100%")

    def needed(self, whole: int) -> int:
        """The smallest number out of `whole` that is enough."""
        bound = self.share.of(Decimal(whole)) if self.share is not None else Decimal(self.count or 0)
        least = math.ceil(bound)
        return least + 1 if self.side is Side.UPPER and least == bound else least


@attrs.frozen(kw_only=True)
class Majority:
    """The votes that carry a motion: a threshold and what it is counted of."""

    threshold: Threshold
    base: VoteBase = attrs.field(converter=VoteBase)


@attrs.frozen(kw_only=True)
class BodyMember:
    """A member while its record holds: named (`person`) or by office (`office`, a position id); give one of them.

    Raises `InvalidValue` where both or neither is given.
    """

    effective: DateRange
    person: str | None = None
    office: str | None = None
    is_chair: bool = False
    has_vote: bool = True

    def __attrs_post_init__(self) -> None:
        if (self.person is None) == (self.office is None):
            raise InvalidValue("person", self.person, "a member is either named or sits by office; give one of them")


@attrs.frozen(kw_only=True)
class Body:
    """A committee or a project team; the end of `effective` is the day on which it is dissolved."""

    id: str
    purpose: str
    effective: DateRange
    members: tuple[BodyMember, ...] = attrs.field(converter=as_tuple)
    quorum: Threshold
    majority: Majority
    chair_must_attend: bool
    name: str = ""


@attrs.frozen(kw_only=True)
class BodySeat:
    """Who sits in a body on a day; `office` is set where they sit by office."""

    person: str
    office: str | None
    is_chair: bool
    has_vote: bool
