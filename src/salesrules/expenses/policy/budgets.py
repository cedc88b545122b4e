"""What a firm sets about budgets: how lines are controlled, transferred and carried forward."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from salesrules.core import BandTable, FiscalCalendar, InvalidValue, Rate, WordEnum, as_tuple, is_named

__all__ = [
    "BudgetControl",
    "BudgetPolicy",
    "CarryPolicy",
    "ControlAction",
    "ControlSpan",
    "SameField",
    "TransferPolicy",
]


class ControlAction(WordEnum):
    """What happens when use reaches a tolerance, in the order of severity."""

    IGNORE = "ignore"
    INFORM = "inform"
    WARN = "warn"
    STOP = "stop"

    @property
    def weight(self) -> int:
        """The place in the order ignore, inform, warn, stop."""
        return tuple(ControlAction).index(self)


class ControlSpan(WordEnum):
    """Against what use is held: the line's whole amount, or what its months up to the charge's month add up to."""

    ANNUAL = "annual"
    ACCUMULATED_MONTHLY = "accumulated_monthly"


def _as_actions(table: BandTable[Any]) -> BandTable[ControlAction]:
    return attrs.evolve(table, bands=[attrs.evolve(band, value=ControlAction(band.value)) for band in table.bands])


@attrs.frozen(kw_only=True)
class BudgetControl:
    """One control of budget lines: at which share of the amount it informs, warns and stops.

    It holds for lines that match all of what it names: ids, units, categories, and levels of the tree (1 is a root);
    what it leaves out matches every line. Of the controls of one span that match a line, the one that names `lines`
    wins, then the one that names more of the others. `tolerances` bands the used share of the amount (0.7 is 70 %);
    its first band is open below.
    """

    id: str = attrs.field(validator=is_named)
    span: ControlSpan = attrs.field(default=ControlSpan.ANNUAL, converter=ControlSpan)
    tolerances: BandTable[ControlAction] = attrs.field(converter=_as_actions)
    lines: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    units: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    categories: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    levels: tuple[int, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def specificity(self) -> tuple[bool, int]:
        """How closely it says what it is for; the higher wins."""
        return bool(self.lines), sum(map(bool, (self.units, self.categories, self.levels)))

    def matches(self, line: str, unit: str, category: str, level: int) -> bool:
        """Whether it holds for a line."""
        asked = ((line, self.lines), (unit, self.units), (category, self.categories), (level, self.levels))
        return all(not named or value in named for value, named in asked)


class SameField(WordEnum):
    """What source and target of a transfer must have in common."""

    UNIT = "unit"
    CATEGORY = "category"
    SPAN = "span"


def _as_fields(fields: Iterable[str]) -> tuple[SameField, ...]:
    return tuple(SameField(field) for field in fields)


@attrs.frozen(kw_only=True)
class TransferPolicy:
    """When room moves from one line to another: with evidence of the act `act`, within what `same` says."""

    id: str = attrs.field(validator=is_named)
    act: str = "budget.transfer"
    same: tuple[SameField, ...] = attrs.field(default=(), converter=_as_fields)


@attrs.frozen(kw_only=True)
class CarryPolicy:
    """How much of what a line leaves unused may be carried into the next period: a `share` of it, from 0 to 1."""

    id: str = attrs.field(validator=is_named)
    share: Rate = attrs.field(default=Rate(1))

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.share.value <= 1:
            raise InvalidValue("share", str(self.share), "give a share from 0% to 100%")


@attrs.frozen(kw_only=True)
class BudgetPolicy:
    """How budgets are kept: their controls, the fiscal months, and what confirming, moving and carrying asks.

    `confirm_act` is the act that evidence names where a line is confirmed.
    """

    id: str = attrs.field(default="budgets", validator=is_named)
    calendar: FiscalCalendar = attrs.field(factory=FiscalCalendar)
    controls: tuple[BudgetControl, ...] = attrs.field(default=(), converter=as_tuple)
    confirm_act: str = "budget.confirm"
    transfers: TransferPolicy | None = None
    carry: CarryPolicy | None = None
