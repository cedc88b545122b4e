"""Closing: whether a closed period may be opened again, and how fast restating may take pay back."""

from __future__ import annotations

import attrs

from salesrules.core import InvalidValue, Rate, Side, as_tuple

__all__ = ["ClosingPolicy"]

_WHOLE = Rate(1)


@attrs.frozen(kw_only=True)
class ClosingPolicy:
    """What holds for a period after its close.

    It may be opened again for one of `reopening_reasons`, up to `days_to_reopen` calendar days after the day of its
    close; 0 means never. `side` owns the last of these days: `LOWER`, it is too late then; `UPPER`, still in time.
    What restating takes back, and what of it was carried, lowers the pay of a period by at most `maximum_recovery` of
    it where shortfalls are carried; the rest is carried on.
    """

    id: str
    days_to_reopen: int = 0
    reopening_reasons: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    side: Side = attrs.field(default=Side.LOWER, converter=Side)
    maximum_recovery: Rate = _WHOLE

    def __attrs_post_init__(self) -> None:
        if self.days_to_reopen < 0:
            raise InvalidValue("days_to_reopen", self.days_to_reopen, "give 0 for never, or a number of days")
        if not 0 < self.maximum_recovery.value <= 1:
            raise InvalidValue("maximum_recovery", self.maximum_recovery, "give a share above 0 % and up to 100 %")
