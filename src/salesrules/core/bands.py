"""One type for every threshold table: ascending bounds, each with a declared side, looked up by bisection."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Generic, TypeVar

import attrs

from salesrules.core.errors import InvalidValue
from salesrules.core.exact import to_decimal
from salesrules.core.word_enum import WordEnum

__all__ = ["Band", "BandTable", "Side"]

T = TypeVar("T")
Number = Decimal | Fraction | int


class Side(WordEnum):
    """Which band owns a value that lies exactly on a bound.

    `LOWER`: bands are `[lower, upper)`, the value belongs to the band above; `UPPER`: `(lower, upper]`, to the one
    below.
    """

    LOWER = "lower"
    UPPER = "upper"


@attrs.frozen(kw_only=True)
class Band(Generic[T]):
    """One band: where it starts (`None`: unbounded below), its value, and the side of its start where it differs."""

    start: Decimal | Fraction | int | None
    value: T
    side: Side | None = attrs.field(default=None, converter=attrs.converters.optional(Side))


def _as_bands(bands: Iterable[Band[T]]) -> tuple[Band[T], ...]:
    return tuple(bands)


@attrs.frozen(kw_only=True)
class BandTable(Generic[T]):
    """Bands in ascending order without gap or overlap, since each ends where the next one starts.

    `side` is the default for every bound; `end` closes the last band (`None`: unbounded above).

    >>> grades = BandTable(bands=(Band(start=0, value="C"), Band(start=60, value="B"), Band(start=80, value="A")))
    >>> grades.at(80), grades.at(Decimal("79.99"))
    ('A', 'B')
    """

    bands: tuple[Band[T], ...] = attrs.field(converter=_as_bands)
    side: Side = attrs.field(default=Side.LOWER, converter=Side)
    end: Decimal | Fraction | int | None = None
    _starts: tuple[Number, ...] = attrs.field(init=False, repr=False, eq=False)
    _below: tuple[int, ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if not self.bands:
            raise InvalidValue("bands", self.bands, "give at least one band")
        starts = [band.start for band in self.bands]
        for index, start in enumerate(starts):
            _check_bound(f"bands[{index}].start", start, may_be_open=index == 0)
        _check_bound("end", self.end, may_be_open=True)
        bounds = [*starts, self.end]
        for index in range(1, len(bounds)):
            lower, upper = bounds[index - 1], bounds[index]
            if lower is not None and upper is not None and not lower < upper:
                place = f"bands[{index}].start" if index < len(starts) else "end"
                raise InvalidValue(place, upper, f"bounds ascend; give more than {lower}")
        # Decimals compare with each other in a third of the time that they need for a whole number.
        inner = (Decimal(start) if isinstance(start, int) else start for start in starts[1:])
        object.__setattr__(self, "_starts", tuple(inner))
        object.__setattr__(self, "_below", tuple(map(self._belongs_below, self.bands[1:])))

    def _belongs_below(self, band: Band[T]) -> int:
        """1 where a value on the band's start stays in the band below, else 0: the tie-break of the bisection."""
        return int((band.side or self.side) is Side.UPPER)

    def index_at(self, value: Number) -> int:
        """The position of the band that owns the value; raises `InvalidValue` outside the table or if not exact."""
        if type(value) is not Decimal or not value.is_finite():
            _check_exact("value", value)
        first = self.bands[0]
        start = first.start
        if start is not None and value <= start and (value < start or self._belongs_below(first)):
            raise InvalidValue("value", value, f"the table starts at {first.start}")
        if self.end is not None and (value, 1) > (self.end, int(self.side is Side.UPPER)):
            raise InvalidValue("value", value, f"the table ends at {self.end}")
        index = bisect.bisect_right(self._starts, value)
        if index and self._below[index - 1] and self._starts[index - 1] == value:
            index -= 1  # exactly on a bound that belongs to the band below
        return index

    def at(self, value: Number) -> T:
        """The value of the band that owns `value`; raises `InvalidValue` outside the table."""
        return self.bands[self.index_at(value)].value

    def limits(self, index: int) -> tuple[Number | None, Number | None]:
        """The lower and the upper bound of a band; `None` where it is open."""
        upper = self.bands[index + 1].start if index + 1 < len(self.bands) else self.end
        return self.bands[index].start, upper


def _check_bound(field: str, bound: object, *, may_be_open: bool) -> None:
    if bound is None and may_be_open:
        return
    _check_exact(field, bound)
    if isinstance(bound, Decimal):
        to_decimal(bound, field)  # refuses what would take long to expand


def _check_exact(field: str, value: object) -> None:
    exact = value.is_finite() if isinstance(value, Decimal) else isinstance(value, int | Fraction)
    if not exact or isinstance(value, bool):
        raise InvalidValue(field, value, "give an exact, finite number")
