"""Payout curves as pictures: SVG without script, the same for the same curve and locale."""

from __future__ import annotations

import functools
import html
import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from salesrules.commissions import CurveUnit
from salesrules.core import RoundingMode, round_exactly
from salesrules.reports.content import PlanCurve
from salesrules.reports.extras import MissingExtra, svg_of
from salesrules.reports.shapes import Point, Shape
from salesrules.reports.tier_labels import tier_labels, write_measure, write_pay
from salesrules.reports.words import Words

__all__ = ["curve_title", "draw_payout_curve"]

_WIDTH, _HEIGHT = 320, 170
_PADDING = {"left": 86, "right": 34, "top": 26, "bottom": 48}
_INK, _CURVE, _RULE, _FAINT = "#1a1f24", "#1f5fa8", "#8a939c", "#e3e6e9"
_FALL = "#b23a12"
_SHARES = (CurveUnit.QUOTA, CurveUnit.TARGET)
#: Vega describes every mark to screen readers in English; the picture's own title says what it shows.
_ARIA = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


def draw_payout_curve(
    curve: PlanCurve,
    locale: str = "en",
    *,
    title: str = "",
    marks: Sequence[Decimal | Fraction] = (),
) -> str:
    """The picture of a curve as SVG: the measure to the right, pay upwards; bounds, jumps and falls marked.

    `title` says what is shown (plan, component and column where it is empty), and `marks` are measures to be dotted on
    the curve, such as where payees stand. Shaded is where more pays less than the broken line; at its diamond pay is as
    much again.

    Raises `MissingExtra` where altair or vl-convert is not installed.
    """
    words = Words(locale)
    title = title or curve_title(curve, curve.plan, words)
    shape = Shape.of(curve.proof, [round_exactly(mark, 6, RoundingMode.HALF_EVEN) for mark in marks])
    svg = _ARIA.sub("", svg_of(_specification(curve, shape, words)))
    name = html.escape(title)
    head, _, rest = svg.partition(">")
    return f'{head} role="img" aria-label="{name}"><title>{name}</title>{rest}'


def curve_title(curve: PlanCurve, plan: str, words: Words) -> str:
    """What a picture shows: the plan by its name, the component, and the column where the table has them."""
    if curve.column:
        return words.say("curve_of_column", plan=plan, component=curve.component, column=curve.column)
    return words.say("curve_of", plan=plan, component=curve.component)


@attrs.frozen(kw_only=True)
class _Scale:
    """One axis: its places, the labels that fit beside each other, and what it is called."""

    title: str
    places: tuple[float, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(
        cls, title: str, values: Sequence[Decimal], labels: Sequence[str], sizes: Sequence[float], length: int
    ) -> _Scale:
        """The axis over `values`, in order; `sizes` of the labels along it and its `length` are in pixels.

        The outermost labels always stand; between them the first that fits does.
        """
        places = [float(value) for value in values]
        span = places[-1] - places[0] or 1.0
        at = [length * (place - places[0]) / span for place in places]
        shown, end = [0], len(at) - 1
        for index in range(1, len(at)):
            rivals = {shown[-1], end} - {index}
            if all(abs(at[index] - at[rival]) >= (sizes[index] + sizes[rival]) / 2 for rival in rivals):
                shown.append(index)
        kept = {*shown, end}
        return cls(
            title=title,
            places=tuple(places),
            labels=tuple(label if index in kept else "" for index, label in enumerate(labels)),
        )

    @property
    def domain(self) -> list[float]:
        """From the first place to the last; of some width, also where nothing is paid at all."""
        low, high = self.places[0], self.places[-1]
        return [low, high if high > low else low + 1]

    @property
    def expression(self) -> str:
        """What Vega looks a place's label up with."""
        return f"{json.dumps(self.labels)}[indexof({json.dumps(self.places)}, datum.value)]"


def _specification(curve: PlanCurve, shape: Shape, words: Words) -> dict[str, Any]:
    stops, pays = shape.stops, shape.pays
    across = [_near(stop, curve.proof.measured_in, functools.partial(write_measure, curve), words) for stop in stops]
    up = [_near(pay, curve.proof.paid_in, functools.partial(write_pay, curve), words) for pay in pays]
    x = _Scale.of(_measure_title(curve, words), stops, across, [_length(label) + 8 for label in across], _WIDTH)
    y = _Scale.of(_pay_title(curve, words), pays, up, [13] * len(up), _HEIGHT)
    return _chart(shape, x, y, tier_labels(curve, words))


def _near(value: Decimal, unit: CurveUnit, write: Callable[[Decimal, Words], str], words: Words) -> str:
    """A number at an axis, where there is room for two places of money or units, and four of a per cent."""
    near = round_exactly(value, 6 if unit in _SHARES else 2, RoundingMode.HALF_EVEN)
    return write(near, words) if near == value else f"≈{write(near, words)}"


def _length(label: str) -> float:
    """About how many pixels a label is long."""
    return sum(11.0 if unicodedata.east_asian_width(sign) in "WF" else 6.6 for sign in label)


def _captions(shape: Shape, labels: Sequence[str]) -> list[dict[str, Any]]:
    """The labels above the pieces that have room beside the one before."""
    span = shape.pieces[-1].end[0] - shape.pieces[0].start[0]
    rows: list[dict[str, Any]] = []
    taken = -math.inf
    for piece, label in zip(shape.pieces, labels, strict=True):
        middle = (piece.start[0] + piece.end[0]) / 2
        at = float((middle - shape.pieces[0].start[0]) / span) * _WIDTH
        if piece.is_wide and at - _length(label) / 2 >= taken:
            rows.append({"x": float(middle), "label": label})
            taken = at + _length(label) / 2
    return rows


def _chart(shape: Shape, x_scale: _Scale, y_scale: _Scale, labels: Sequence[str]) -> dict[str, Any]:
    try:
        import altair as alt
    except ImportError as error:
        raise MissingExtra("altair", "report") from error

    def layer(rows: Sequence[dict[str, Any]]) -> alt.Chart:
        return alt.Chart(alt.InlineData(values=list(rows)))

    def axis(scale: _Scale, extent: int) -> alt.Axis:
        return alt.Axis(
            title=scale.title,
            values=list(scale.places),
            tickCount=len(scale.places),  # without it, Vega drops every other value where it finds them many
            labelExpr=scale.expression,
            labelOverlap=False,
            labelFlush=False,
            minExtent=extent,
            maxExtent=extent,
        )

    x = alt.X("x:Q", scale=alt.Scale(domain=x_scale.domain, nice=False), axis=axis(x_scale, 26))
    y = alt.Y("y:Q", scale=alt.Scale(domain=y_scale.domain, nice=False), axis=axis(y_scale, 60))
    strokes = [_stroke(*ends) for piece in shape.pieces for ends in piece.strokes]
    jumps = [
        {
            "x": float(jump.at),
            "y": float(jump.before),
            "y2": float(jump.after),
            "color": _FALL if jump.is_fall else _CURVE,
        }
        for jump in shape.jumps
    ]
    falls = [_stroke((fall.start, fall.peak), (fall.end, fall.peak)) for fall in shape.falls]
    returns = [(fall.end, fall.peak) for fall in shape.falls if fall.returns]
    layers = [
        layer(falls)
        .mark_rect(color=_FALL, opacity=0.13)
        .encode(x="x:Q", x2="x2:Q", y=alt.value(0), y2=alt.value(_HEIGHT)),
        layer(strokes)
        .mark_rule(color=_CURVE, strokeWidth=2.2, strokeCap="round")
        .encode(x=x, y=y, x2="x2:Q", y2="y2:Q"),
        layer(_captions(shape, labels))
        .mark_text(color=_INK, fontSize=10.5, baseline="bottom", dy=-6)
        .encode(x="x:Q", y=alt.value(0), text="label:N"),
        layer(_points(shape.knots)).mark_rule(color=_RULE, strokeDash=[3, 3]).encode(x="x:Q"),
        layer(_points(shape.knots)).mark_point(color=_CURVE, filled=True, opacity=1, size=28).encode(x="x:Q", y="y:Q"),
        layer(jumps)
        .mark_rule(strokeDash=[1, 3], strokeWidth=2)
        .encode(x="x:Q", y="y:Q", y2="y2:Q", color=alt.Color("color:N", scale=None)),
        layer(falls).mark_rule(color=_FALL, strokeDash=[4, 3]).encode(x="x:Q", y="y:Q", x2="x2:Q"),
        layer(_points(returns))
        .mark_point(color=_FALL, shape="diamond", filled=True, opacity=1, size=46)
        .encode(x="x:Q", y="y:Q"),
        layer(_points(shape.marks))
        .mark_point(color=_INK, filled=False, opacity=0.75, size=34, strokeWidth=1.2)
        .encode(x="x:Q", y="y:Q"),
    ]
    chart = (
        alt.layer(*layers)
        .properties(width=_WIDTH, height=_HEIGHT, padding=_PADDING, autosize=alt.AutoSizeParams(type="none"))
        .configure(aria=False, background="transparent", font="sans-serif")
        .configure_view(stroke=None)
        .configure_axis(
            gridColor=_FAINT,
            domainColor=_RULE,
            tickColor=_RULE,
            labelColor=_INK,
            titleColor=_INK,
            titleFontWeight="normal",
            titleFontSize=11.5,
            labelFontSize=10.5,
        )
    )
    return dict(chart.to_dict())


def _stroke(start: Point, end: Point) -> dict[str, Any]:
    return {"x": float(start[0]), "y": float(start[1]), "x2": float(end[0]), "y2": float(end[1])}


def _points(points: Iterable[Point]) -> list[dict[str, Any]]:
    return [{"x": float(at), "y": float(pay)} for at, pay in points]


def _measure_title(curve: PlanCurve, words: Words) -> str:
    match curve.proof.measured_in:
        case CurveUnit.QUOTA:
            return words.say("attainment")
        case CurveUnit.UNITS:
            return words.say("units")
        case _:
            return words.say("measure")


def _pay_title(curve: PlanCurve, words: Words) -> str:
    match curve.proof.paid_in:
        case CurveUnit.QUOTA:
            return words.say("pay_per_unit_of_quota" if curve.is_in_units else "pay_of_quota")
        case CurveUnit.TARGET:
            return words.say("pay_of_target")
        case _:
            return words.say("pay_in", currency=curve.currency) if curve.currency else words.say("pay")
