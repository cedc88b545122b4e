"""Payout curves as pictures: SVG without script, the same for the same curve and locale."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core import EXACT, RoundingMode, round_exactly
from salesrules.messages import format_number, format_rate
from salesrules.reports.content import CurveBasis, PlanCurve
from salesrules.reports.extras import MissingExtra, svg_of
from salesrules.reports.words import Words

__all__ = ["draw_payout_curve"]

_WIDTH, _HEIGHT = 430, 190
_PADDING = {"left": 86, "right": 22, "top": 26, "bottom": 44}
_INK, _CURVE, _RULE, _FAINT = "#1a1f24", "#1f5fa8", "#8a939c", "#e3e6e9"
_FIRST_REACH = Decimal(100_000)
_BEYOND = Decimal("1.4")


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
    svg = svg_of(_specification(shape, words, currency))
    name = html.escape(title)
    head, _, rest = svg.partition(">")
    return f'{head} role="img" aria-label="{name}"><title>{name}</title>{rest}'


@attrs.frozen(kw_only=True)
class _Shape:
    """What is drawn of a curve, exactly: straight pieces, jumps between them, marks; `reach` ends the picture."""

    basis: CurveBasis
    reach: Decimal
    pieces: tuple[tuple[Decimal, Decimal, Decimal, Decimal, Decimal], ...]
    jumps: tuple[tuple[Decimal, Decimal, Decimal], ...]
    marks: tuple[tuple[Decimal, Decimal], ...]

    @classmethod
    def of(cls, plan_curve: PlanCurve, marks: Sequence[Decimal]) -> _Shape:
        curve, basis = plan_curve.curve, plan_curve.basis
        segments = curve.segments
        last = segments[-1].start
        least = EXACT.multiply(last, _BEYOND) if last > 0 else _first_reach(basis, marks)
        reach = max([least, *marks])
        pieces, jumps = [], []
        for before, segment in zip((None, *segments), segments, strict=False):
            end = reach if segment.end is None else segment.end
            top = EXACT.add(segment.base, EXACT.multiply(segment.slope, EXACT.subtract(end, segment.start)))
            pieces.append((segment.start, segment.base, end, top, segment.slope))
            if before is not None and pieces[-2][3] != segment.base:
                jumps.append((segment.start, pieces[-2][3], segment.base))
        return cls(
            basis=basis,
            reach=reach,
            pieces=tuple(pieces),
            jumps=tuple(jumps),
            marks=tuple((mark, curve.at(mark)) for mark in marks),
        )

    def stops(self) -> list[Decimal]:
        """Where the axis of the measure is labelled: at each tier's start and at the end."""
        return sorted({piece[0] for piece in self.pieces} | {self.reach})

    def pays(self) -> list[Decimal]:
        """Where the axis of pay is labelled: at each knot, from nothing on."""
        return sorted({Decimal(0)} | {pay for _, low, _, high, _ in self.pieces for pay in (low, high)})


def _first_reach(basis: CurveBasis, marks: Sequence[Decimal]) -> Decimal:
    """How far a curve without a knot is drawn: a little beyond the quota, or to the largest mark."""
    if basis is CurveBasis.ATTAINMENT:
        return _BEYOND
    return max([Decimal(0), *marks]) or _FIRST_REACH


def _specification(shape: _Shape, words: Words, currency: str) -> dict[str, Any]:
    try:
        import altair as alt
    except ImportError as error:
        raise MissingExtra("altair", "report") from error

    def label(number: Decimal) -> str:
        show = format_rate if shape.basis is CurveBasis.ATTAINMENT else format_number
        return show(round_exactly(number, 6, RoundingMode.HALF_EVEN), words.locale)

    def axis(values: Sequence[Decimal], title: str, **options: Any) -> alt.Axis:
        labels, places = json.dumps([label(value) for value in values]), json.dumps([float(v) for v in values])
        expression = f"{labels}[indexof({places}, datum.value)]"
        return alt.Axis(values=[float(v) for v in values], labelExpr=expression, title=title, **options)

    def layer(rows: Sequence[dict[str, Any]]) -> alt.Chart:
        return alt.Chart(alt.InlineData(values=list(rows)))

    by_attainment = shape.basis is CurveBasis.ATTAINMENT
    across, up = words.say("attainment" if by_attainment else "measure"), _pay_title(words, by_attainment, currency)
    pays = shape.pays()
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[0, float(shape.reach)], nice=False),
        axis=axis(shape.stops(), across, minExtent=30, maxExtent=30),
    )
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[float(pays[0]), float(pays[-1]) or 1], nice=False),
        axis=axis(pays, up, minExtent=70, maxExtent=70),
    )
    rows = [
        {"x": float(x1), "y": float(y1), "x2": float(x2), "y2": float(y2), "middle": float((x1 + x2) / 2), "rate": rate}
        for x1, y1, x2, y2, slope in shape.pieces
        for rate in [format_rate(slope, words.locale)]
    ]
    layers = [
        layer(rows).mark_rule(color=_CURVE, strokeWidth=2.2, strokeCap="round").encode(x=x, y=y, x2="x2:Q", y2="y2:Q"),
        layer(rows)
        .mark_text(color=_INK, fontSize=10.5, baseline="bottom", dy=-6)
        .encode(x=alt.X("middle:Q"), y=alt.value(0), text="rate:N"),
        layer(rows[1:]).mark_rule(color=_RULE, strokeDash=[3, 3]).encode(x="x:Q"),
        layer(rows[1:]).mark_point(color=_CURVE, filled=True, opacity=1, size=28).encode(x="x:Q", y="y:Q"),
        layer([{"x": float(at), "y": float(low), "y2": float(high)} for at, low, high in shape.jumps])
        .mark_rule(color=_CURVE, strokeDash=[1, 3], strokeWidth=2)
        .encode(x="x:Q", y="y:Q", y2="y2:Q"),
        layer([{"x": float(at), "y": float(pay)} for at, pay in shape.marks])
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
            labelOverlap="greedy",
        )
    )
    return dict(chart.to_dict())


def _pay_title(words: Words, by_attainment: bool, currency: str) -> str:
    if by_attainment:
        return words.say("pay_of_quota")
    return words.say("pay_in", currency=currency) if currency else words.say("pay")
