"""Payout curves in the terminal, drawn by plotext without colours, so that a log or a mail shows them too."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import plotext

from salesrules.commissions import CurveProof, CurveUnit
from salesrules.core import Exact, RoundingMode, round_exactly
from salesrules.messages import format_number, format_rate, text

__all__ = ["draw_curve"]

_WIDTH, _HEIGHT = 76, 17
#: Points along a bend; straight pieces need only their ends.
_BEND = 24
_BEYOND = Fraction(3, 2)
_LABELS = 6


def draw_curve(proof: CurveProof, locale: str) -> str:
    """The curve of a proof as lines of text: the measure to the right, pay upwards, labelled at the bounds."""
    points = _points(proof)
    across = _places([x for x, _ in points])
    up = _places([y for _, y in points])
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(_WIDTH, _HEIGHT)
    figure.draw(figure.signal([float(x) for x, _ in points], [float(y) for _, y in points]).lines(True))
    figure.ruler("x").ticks(list(map(float, across)), [_shown(x, proof.measured_in, locale) for x in across])
    figure.ruler("y").ticks(list(map(float, up)), [_shown(y, proof.paid_in, locale) for y in up])
    measured = "curve_attainment" if proof.measured_in is CurveUnit.QUOTA else "curve_measure"
    paid = "curve_pay_of_quota" if proof.paid_in is CurveUnit.QUOTA else "curve_pay"
    drawn = str(plotext.uncolorize(str(figure.build())))
    title = f"{text(f'cli.label.{paid}', locale)} ↑   {text(f'cli.label.{measured}', locale)} →"
    return "\n".join([title, *(line.rstrip() for line in drawn.splitlines())])


def _points(proof: CurveProof) -> list[tuple[Fraction, Fraction]]:
    """Points of the curve from zero to beyond its last bound; two at a bound where pay jumps, several along a bend."""
    segments = proof.curve.segments
    far = max([Fraction(segment.start) for segment in segments], default=Fraction(0)) * _BEYOND or _far(proof)
    found: list[tuple[Fraction, Fraction]] = []
    for place, segment in enumerate(segments):
        start = max(Fraction(segment.start), Fraction(0)) if place else Fraction(0)
        end = far if place + 1 == len(segments) else Fraction(segments[place + 1].start)
        steps = _BEND if segment.curvature else 1
        if start < end:
            along = [start + (end - start) * step / steps for step in range(steps + 1)]
            found += [(x, Fraction(segment.at(x))) for x in along]
    return found


def _far(proof: CurveProof) -> Fraction:
    return Fraction(100_000) if proof.measured_in is CurveUnit.MONEY else Fraction(2)


def _places(values: Sequence[Fraction]) -> list[Fraction]:
    """Where an axis is labelled: at its ends and at places between them that leave room for each other."""
    distinct = sorted(set(values))
    low, high = distinct[0], distinct[-1]
    room = (high - low) / _LABELS
    shown = [low]
    for value in distinct[1:]:
        if value - shown[-1] >= room and (high - value >= room or value == high):
            shown.append(value)
    return shown if shown[-1] == high else [*shown, high]


def _shown(value: Exact, unit: CurveUnit, locale: str) -> str:
    if unit in (CurveUnit.QUOTA, CurveUnit.TARGET):
        return format_rate(_rounded(value, 4), locale)
    return format_number(_rounded(value, 2), locale)


def _rounded(value: Exact, digits: int) -> Decimal:
    return round_exactly(value, digits, RoundingMode.HALF_EVEN)
