"""A goal before it is a quota: it may still lack what the goal check asks for."""

from __future__ import annotations

from decimal import Decimal

import attrs

from salesrules.core import DateRange, InvalidValue, is_named, to_decimal
from salesrules.quotas.model.quotas import Measure, Quota, not_negative

__all__ = ["Goal"]


@attrs.frozen(kw_only=True)
class Goal:
    """What a holder means to reach, as it was written down.

    `subject` says of what (a product, a market, everything), `measured_by` from which figures it will be read,
    `parent` the id of the goal that it serves; only a firm's highest goals are `is_top` and serve none.
    """

    id: str = attrs.field(validator=is_named)
    holder: str = ""
    subject: str = ""
    measure: str = attrs.field(default="", converter=str)
    amount: Decimal | None = attrs.field(
        default=None,
        converter=attrs.converters.optional(to_decimal),
        validator=attrs.validators.optional(not_negative),
    )
    unit: str = ""
    measured_by: str = ""
    span: DateRange | None = None
    parent: str | None = None
    is_top: bool = False

    @property
    def is_share(self) -> bool:
        """Whether it is a share of the market, which does not add up."""
        return self.measure == Measure.MARKET_SHARE

    def to_quota(self) -> Quota:
        """The goal as a quota line with its id; raises `InvalidValue` where holder, amount, unit or span is missing."""
        if self.amount is None or self.span is None:
            field = "amount" if self.amount is None else "span"
            raise InvalidValue(field, None, f"the goal {self.id} needs it to become a quota")
        return Quota(
            id=self.id, holder=self.holder, span=self.span, amount=self.amount, unit=self.unit, measure=self.measure
        )
