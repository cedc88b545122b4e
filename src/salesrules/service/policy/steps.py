"""What a firm sets about service requests, service standards and feedback."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs

from salesrules.core import BandTable, InvalidValue, Side, WordEnum, as_tuple, to_decimal
from salesrules.service.policy.limits import HourLimit

__all__ = ["Better", "FeedbackRoute", "RequestRule", "ServiceStandard"]


@attrs.frozen(kw_only=True)
class RequestRule:
    """A kind of service request and its clock, which stands still while the request waits for the customer."""

    id: str
    limit: HourLimit


class Better(WordEnum):
    """Which values of a measure are better: the higher ones, or the lower ones."""

    HIGHER = "higher"
    LOWER = "lower"


def _as_points(table: BandTable[Any]) -> BandTable[Decimal]:
    bands = [attrs.evolve(band, value=to_decimal(band.value, "points")) for band in table.bands]
    return attrs.evolve(table, bands=bands)


def _above_zero(instance: object, attribute: attrs.Attribute[Decimal], value: Decimal) -> None:
    if value <= 0:
        raise InvalidValue(attribute.name, value, "give a weight above zero")


@attrs.frozen(kw_only=True)
class ServiceStandard:
    """A step's measurable requirement and its points.

    The step meets it at `required` in `unit` or better (`side`: `LOWER`, exactly the required value meets it; `UPPER`,
    it does not). `points` bands the measured value; leave its first band open below. `weight` counts in the score.
    """

    id: str
    step: str
    unit: str
    required: Decimal = attrs.field(converter=to_decimal)
    better: Better = attrs.field(converter=Better)
    side: Side = attrs.field(default=Side.LOWER, converter=Side)
    points: BandTable[Decimal] = attrs.field(converter=_as_points)
    weight: Decimal = attrs.field(default=Decimal(1), converter=to_decimal, validator=_above_zero)

    def is_met_by(self, measured: Decimal) -> bool:
        """Whether a value meets the requirement."""
        if measured == self.required:
            return self.side is Side.LOWER
        return (measured > self.required) is (self.better is Better.HIGHER)


@attrs.frozen(kw_only=True)
class FeedbackRoute:
    """Where feedback of some kinds goes: the owning unit, how fast it must arrive, and by when it is answered."""

    id: str
    kinds: tuple[str, ...] = attrs.field(converter=as_tuple)
    owner: str
    forward: HourLimit
    answer: HourLimit
