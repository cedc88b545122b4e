"""Payout curves as pictures: SVG without script, the same for the same curve and locale."""

from __future__ import annotations

import html
import itertools
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from salesrules.commissions import Segment
from salesrules.core import EXACT, Exact, RoundingMode, round_exactly
from salesrules.messages import format_number, format_rate
from salesrules.reports.content import CurveBasis, PlanCurve
from salesrules.reports.extras import MissingExtra, svg_of
from salesrules.reports.words import Words

__all__ = ["draw_payout_curve"]

_WIDTH, _HEIGHT = 320, 170
_PADDING = {"left": 86, "right": 34, "top": 26, "bottom": 48}
_INK, _CURVE, _RULE, _FAINT = "#1a1f24", "#1f5fa8", "#8a939c", "#e3e6e9"
#: Vega describes every mark to screen readers in English; the picture's own title says what it shows.
_ARIA = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
_FIRST_REACH = Decimal(100_000)
_BEYOND = Decimal("1.4")
_TWENTY, _TWENTIETH = Decimal(20), Decimal("0.05")


def draw_payout_curve(
    curve: PlanCurve,
    locale: str = "en",
    *,
    title: str = "",
    currency: str = "",
    marks: Sequence[Decimal | Fraction] = (),
) -> str:
    """The picture of a curve as SVG: the measure or attainment to the right, pay upwards, knots and tiers marked.

    `title` says what is shown (plan and component where it is empty), `currency` is named at the axis of pay, and
    `marks` are measures to be dotted on the curve, such as where payees stand.

    Raises `MissingExtra` where altair or vl-convert is not installed.
    """
    words = Words(locale)
    title = title or words.say("curve_of", plan=curve.plan, component=curve.component)
    shape = _Shape.of(curve, [round_exactly(mark, 6, RoundingMode.HALF_EVEN) for mark in marks])
    svg = _ARIA.sub("", svg_of(_specification(shape, words, currency)))
    name = html.escape(title)
    head, _, rest = svg.partition(">")
    return f'{head} role="img" aria-label="{name}"><title>{name}</title>{rest}'


@attrs.frozen(kw_only=True)
class _Piece:
    """A straight piece of a curve from one point to another, and its rate."""

    x1: Decimal
    y1: Decimal
    x2: Decimal
    y2: Decimal
    rate: Decimal


@attrs.frozen(kw_only=True)
class _Shape:
    """What is drawn of a curve, exactly: straight pieces, knots and jumps between them, marks on them.

    A knot is what is paid at a tier's start itself, by whichever tier owns it.
    """

    basis: CurveBasis
    pieces: tuple[_Piece, ...]
    knots: tuple[tuple[Decimal, Decimal], ...]
    jumps: tuple[tuple[Decimal, Decimal, Decimal], ...]
    marks: tuple[tuple[Decimal, Decimal], ...]

    @classmethod
    def of(cls, plan_curve: PlanCurve, marks: Sequence[Decimal]) -> _Shape:
        curve = plan_curve.curve
        segments = curve.segments
        starts = [min(Decimal(0), _shown(segments[0].start), *marks), *(_shown(s.start) for s in segments[1:])]
        ends = [*starts[1:], _reach(plan_curve.basis, _shown(segments[-1].start), marks)]
        pieces = tuple(
            _Piece(x1=start, y1=_pay(segment, start), x2=end, y2=_pay(segment, end), rate=_shown(segment.slope))
            for segment, start, end in zip(segments, starts, ends, strict=True)
        )
        return cls(
            basis=plan_curve.basis,
            pieces=pieces,
            knots=tuple((piece.x1, _shown(curve.at(piece.x1))) for piece in pieces[1:]),
            jumps=tuple((new.x1, old.y2, new.y1) for old, new in itertools.pairwise(pieces) if old.y2 != new.y1),
            marks=tuple((mark, _shown(curve.at(mark))) for mark in marks),
        )

    def stops(self) -> list[Decimal]:
        """Where the axis of the measure is labelled: at zero, at each tier's start and at the end."""
        return sorted({Decimal(0), self.pieces[-1].x2, *(piece.x1 for piece in self.pieces)})

    def pays(self) -> list[Decimal]:
        """Where the axis of pay is labelled: at zero and at each knot."""
        return sorted({Decimal(0)} | {pay for piece in self.pieces for pay in (piece.y1, piece.y2)})


def _pay(segment: Segment, measure: Decimal) -> Decimal:
    """What a segment's line pays at a measure, also at the end that the next segment owns."""
    return _shown(segment.at(measure))


def _shown(number: Exact) -> Decimal:
    """A number for the picture: a fraction to twelve places."""
    return number if isinstance(number, Decimal) else round_exactly(number, 12, RoundingMode.HALF_EVEN)


def _reach(basis: CurveBasis, last: Decimal, marks: Sequence[Decimal]) -> Decimal:
    """How far a curve is drawn: beyond its last knot, and to the largest mark."""
    if basis is CurveBasis.ATTAINMENT:
        far = max([EXACT.multiply(max(last, Decimal(1)), _BEYOND), *marks])
        return EXACT.multiply(round_exactly(EXACT.multiply(far, _TWENTY), 0, RoundingMode.CEILING), _TWENTIETH)
    far = max([EXACT.multiply(last, _BEYOND), *marks])
    return round_exactly(far, 1 - far.adjusted(), RoundingMode.CEILING) if far > 0 else _FIRST_REACH


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


def _specification(shape: _Shape, words: Words, currency: str) -> dict[str, Any]:
    by_attainment = shape.basis is CurveBasis.ATTAINMENT

    def labels(values: Sequence[Decimal]) -> list[str]:
        show = format_rate if by_attainment else format_number
        return [show(round_exactly(value, 6, RoundingMode.HALF_EVEN), words.locale) for value in values]

    stops, pays = shape.stops(), shape.pays()
    across, up = labels(stops), labels(pays)
    x = _Scale.of(
        words.say("attainment" if by_attainment else "measure"),
        stops,
        across,
        [6.6 * len(label) + 8 for label in across],
        _WIDTH,
    )
    y = _Scale.of(_pay_title(words, by_attainment, currency), pays, up, [13] * len(up), _HEIGHT)
    return _chart(shape, x, y, [format_rate(piece.rate, words.locale) for piece in shape.pieces])


def _chart(shape: _Shape, x_scale: _Scale, y_scale: _Scale, rates: Sequence[str]) -> dict[str, Any]:
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
    rows = [
        {
            "x": float(piece.x1),
            "y": float(piece.y1),
            "x2": float(piece.x2),
            "y2": float(piece.y2),
            "middle": float((piece.x1 + piece.x2) / 2),
            "rate": rate,
        }
        for piece, rate in zip(shape.pieces, rates, strict=True)
    ]
    jumps = [{"x": float(at), "y": float(low), "y2": float(high)} for at, low, high in shape.jumps]
    knots, marks = ([{"x": float(at), "y": float(pay)} for at, pay in points] for points in (shape.knots, shape.marks))
    layers = [
        layer(rows).mark_rule(color=_CURVE, strokeWidth=2.2, strokeCap="round").encode(x=x, y=y, x2="x2:Q", y2="y2:Q"),
        layer(rows)
        .mark_text(color=_INK, fontSize=10.5, baseline="bottom", dy=-6)
        .encode(x="middle:Q", y=alt.value(0), text="rate:N"),
        layer(knots).mark_rule(color=_RULE, strokeDash=[3, 3]).encode(x="x:Q"),
        layer(knots).mark_point(color=_CURVE, filled=True, opacity=1, size=28).encode(x="x:Q", y="y:Q"),
        layer(jumps).mark_rule(color=_CURVE, strokeDash=[1, 3], strokeWidth=2).encode(x="x:Q", y="y:Q", y2="y2:Q"),
        layer(marks)
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


def _pay_title(words: Words, by_attainment: bool, currency: str) -> str:
    if by_attainment:
        return words.say("pay_of_quota")
    return words.say("pay_in", currency=currency) if currency else words.say("pay")
