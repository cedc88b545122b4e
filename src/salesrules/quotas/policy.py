"""What a firm sets about quotas: rounding, splitting, seasons, ramps, revisions, pace, goals and plans."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import attrs

from salesrules.core import (
    InvalidValue,
    PolicyLife,
    Rate,
    Rounding,
    TieOrder,
    as_parameters,
    as_tuple,
)

__all__ = ["Proration", "QuotaPolicy", "Ramp", "RampBase"]


class Proration(StrEnum):
    """What happens where a span covers only a part of a quota line: its days' share counts, or the span is refused."""

    PRORATE_BY_DAYS = "prorate_by_days"
    REFUSE = "refuse"


class RampBase(StrEnum):
    """What a ramp's shares are shares of.

    `OWN`: of the month's own quota. `NEXT`: a month without a quota gets the share of the holder's next month that
    has one; months with a quota of their own keep it.
    """

    OWN = "own"
    NEXT = "next"


@attrs.frozen(kw_only=True)
class Ramp:
    """A ramp for new hires: the first months count only in part.

    `shares[n]` holds in the n-th month after the month that contains `starts` (both as the fiscal calendar cuts
    them).
    """

    id: str
    holders: tuple[str, ...] = attrs.field(converter=as_tuple)
    starts: date
    shares: tuple[Rate, ...] = attrs.field(converter=as_tuple)
    base: RampBase = attrs.field(default=RampBase.OWN, converter=RampBase)

    def __attrs_post_init__(self) -> None:
        if not self.holders:
            raise InvalidValue("holders", self.holders, "name who ramps up")
        if not self.shares:
            raise InvalidValue("shares", self.shares, 'give one share per month, such as ["50%", "75%"]')
        for index, share in enumerate(self.shares):
            if share.value < 0:
                raise InvalidValue(f"shares[{index}]", str(share), "a share of a quota is zero or more")


@attrs.frozen(kw_only=True)
class QuotaPolicy:
    """The section `quotas` of a rulebook.

    `rounding` holds for every unit that `unit_roundings` does not name (`{"count": …}`); its digits are also the
    smallest unit that is split. `ties` says who gets the last unit of a split.
    """

    life: PolicyLife
    rounding: Rounding
    unit_roundings: Mapping[str, Rounding] = attrs.field(factory=dict, converter=as_parameters)
    ties: TieOrder = attrs.field(default=TieOrder.FIRST, converter=TieOrder)
    proration: Proration = attrs.field(default=Proration.REFUSE, converter=Proration)
    ramps: tuple[Ramp, ...] = attrs.field(default=(), converter=as_tuple)

    def rounding_of(self, unit: str) -> Rounding:
        """The rounding of amounts in a unit."""
        return self.unit_roundings.get(unit, self.rounding)
