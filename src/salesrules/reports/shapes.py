"""What is drawn of a curve, exactly: its pieces, knots and jumps, where pay falls, and where payees stand."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.commissions import CurveProof, CurveUnit, Segment
from salesrules.core import EXACT, Exact, RoundingMode, narrowed, round_exactly

__all__ = ["Fall", "Jump", "Piece", "Point", "Shape"]

#: A parabola is drawn as so many chords: on a picture 320 pixels wide none is a hundredth of a pixel off.
_CHORDS = 48
_FIRST_REACH = {CurveUnit.MONEY: Decimal(100_000), CurveUnit.UNITS: Decimal(100)}
_BEYOND = Decimal("1.4")
_TWENTY, _TWENTIETH = Decimal(20), Decimal("0.05")
_ZERO = Decimal(0)

Point = tuple[Decimal, Decimal]


@attrs.frozen(kw_only=True)
class Piece:
    """A piece of a curve as the points that straight strokes join: two, or more where it is a parabola.

    A piece of no width is in no stroke; it is there so that there is one for each segment of the curve.
    """

    points: tuple[Point, ...]

    @property
    def start(self) -> Point:
        """Where it starts."""
        return self.points[0]

    @property
    def end(self) -> Point:
        """Where it ends, also where the next piece owns that measure."""
        return self.points[-1]

    @property
    def is_wide(self) -> bool:
        """Whether anything is seen of it."""
        return self.start[0] < self.end[0]

    @property
    def strokes(self) -> list[tuple[Point, Point]]:
        """From point to point."""
        return list(itertools.pairwise(self.points)) if self.is_wide else []


@attrs.frozen(kw_only=True)
class Jump:
    """Pay changes at a bound."""

    at: Decimal
    before: Decimal
    after: Decimal

    @property
    def is_fall(self) -> bool:
        """Whether it becomes less."""
        return self.after < self.before


@attrs.frozen(kw_only=True)
class Fall:
    """An interval in which more pays less than `peak`; it ends where pay returns to it, or (`returns` is false) never,
    at the end of the picture.
    """

    start: Decimal
    end: Decimal
    peak: Decimal
    returns: bool


@attrs.frozen(kw_only=True)
class Shape:
    """What is drawn of a curve; a knot is what is paid at a bound itself, by whichever segment owns it."""

    pieces: tuple[Piece, ...]
    knots: tuple[Point, ...]
    jumps: tuple[Jump, ...]
    falls: tuple[Fall, ...]
    marks: tuple[Point, ...]

    @classmethod
    def of(cls, proof: CurveProof, marks: Sequence[Decimal]) -> Shape:
        """What is drawn of a proved curve, from zero (or a mark below it) to beyond its last bound and all marks."""
        curve, segments = proof.curve, proof.curve.segments
        starts: list[Exact] = [min(_ZERO, segments[0].start, *marks), *(segment.start for segment in segments[1:])]
        returns = [_shown(zone.end) for zone in proof.dead_zones if zone.end is not None]
        reach = _reach(proof.measured_in, _shown(starts[-1]), [*marks, *returns])
        ends = [*starts[1:], reach]
        pieces = [_piece(*each) for each in zip(segments, starts, ends, strict=True)]
        return cls(
            pieces=tuple(pieces),
            knots=tuple((_shown(at), _shown(curve.at(at))) for at in dict.fromkeys(starts[1:])),
            jumps=tuple(
                Jump(at=new.start[0], before=old.end[1], after=new.start[1])
                for old, new in itertools.pairwise(pieces)
                if old.end[1] != new.start[1]
            ),
            falls=tuple(
                Fall(
                    start=_shown(zone.start),
                    end=reach if zone.end is None else _shown(zone.end),
                    peak=_shown(zone.peak),
                    returns=zone.end is not None,
                )
                for zone in proof.dead_zones
            ),
            marks=tuple((mark, _shown(curve.at(mark))) for mark in marks),
        )

    @property
    def stops(self) -> list[Decimal]:
        """Where the axis of the measure is labelled: at zero, at each bound, where pay returns, and at the end."""
        places = {_ZERO, self.pieces[-1].end[0], *(piece.start[0] for piece in self.pieces)}
        return sorted(places | {place for fall in self.falls for place in (fall.start, fall.end)})

    @property
    def pays(self) -> list[Decimal]:
        """Where the axis of pay is labelled: at zero, at both ends of each piece, and at the most and the least."""
        ends = {pay for piece in self.pieces for _, pay in (piece.start, piece.end)}
        between = [pay for piece in self.pieces for _, pay in piece.points]
        return sorted({_ZERO, min(between), max(between)} | ends)


def _piece(segment: Segment, start: Exact, end: Exact) -> Piece:
    """What a segment's own line or parabola pays from start to end, exact at both."""
    chords = _CHORDS if segment.curvature and start < end else 1
    first, width = Fraction(start), Fraction(end) - Fraction(start)
    places = [first + width * step / chords for step in range(chords + 1)]
    return Piece(points=tuple((_shown(narrowed(place)), _shown(segment.at(narrowed(place)))) for place in places))


def _shown(number: Exact) -> Decimal:
    """A number for the picture: a fraction to twelve places."""
    return number if isinstance(number, Decimal) else round_exactly(number, 12, RoundingMode.HALF_EVEN)


def _reach(unit: CurveUnit, last: Decimal, others: Sequence[Decimal]) -> Decimal:
    """How far a curve is drawn: beyond its last bound, and to whatever else is to be seen."""
    if unit is CurveUnit.QUOTA:
        far = max([EXACT.multiply(max(last, Decimal(1)), _BEYOND), *others])
        return EXACT.multiply(round_exactly(EXACT.multiply(far, _TWENTY), 0, RoundingMode.CEILING), _TWENTIETH)
    far = max([EXACT.multiply(last, _BEYOND), *others])
    return round_exactly(far, 1 - far.adjusted(), RoundingMode.CEILING) if far > 0 else _FIRST_REACH[unit]
