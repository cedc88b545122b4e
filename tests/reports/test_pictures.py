"""Payout curves: what is drawn lies where the exact curve does, knots and jumps marked, labels beside each other."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from html_reading import Element, read_html
from made_content import curve_of

from salesrules.messages import LOCALES
from salesrules.reports import PlanCurve, draw_payout_curve

STEEP = (("0", "0.5%"), ("0.4", "0.9%"), ("0.75", "1.5%"), ("1", "2%"), ("1.25", "2.5%"))
WIDTH, HEIGHT = 320, 170


def layers(picture: str) -> list[Element]:
    """The groups of marks, in the order in which they are drawn."""
    svg = read_html(picture).one("svg")
    return [g for g in svg.all("g") if re.search(r"role-mark layer_\d+_marks", g.attributes.get("class") or "")]


def shift(element: Element) -> tuple[float, float]:
    x, y = re.match(r"translate\(([-\d.e]+),([-\d.e]+)\)", element.attributes["transform"] or "").groups()  # type: ignore[union-attr]  # every mark is placed
    return float(x), float(y)


def drawn_lines(layer: Element) -> list[tuple[float, float, float, float]]:
    """Start and end of each line, to the right and up from where both axes are zero."""
    found = []
    for line in layer.all("line"):
        x, y = shift(line)
        dx, dy = float(line.attributes.get("x2") or 0), float(line.attributes.get("y2") or 0)
        found.append((x, HEIGHT - y, x + dx, HEIGHT - y - dy))
    return found


def labels(picture: str) -> list[str]:
    return [text.text for text in read_html(picture).all("text")]


def assert_on_curve(curve: PlanCurve, reach: str, top: Decimal, picture: str) -> None:
    """Every drawn piece starts and ends where the curve is, to a pixel's hundredth."""
    segments = curve.curve.segments
    for segment, (x1, y1, x2, y2) in zip(segments, drawn_lines(layers(picture)[0]), strict=True):
        end = segment.end or Decimal(reach)
        for x, y, measure in ((x1, y1, segment.start), (x2, y2, end)):
            pay = segment.base + segment.slope * (measure - segment.start)
            assert abs(x - float(measure / Decimal(reach)) * WIDTH) < 0.01
            assert abs(y - float(pay / top) * HEIGHT) < 0.01


def test_pieces_are_drawn_where_the_curve_is() -> None:
    curve = curve_of(*STEEP)
    assert_on_curve(curve, "1.75", curve.curve.at(Decimal("1.75")), draw_payout_curve(curve))


def test_a_whole_amount_table_is_drawn_with_its_jumps() -> None:
    curve = curve_of(("0", "2%"), ("100", "3%"), basis="amount", mode="whole_amount")
    picture = draw_payout_curve(curve)
    assert_on_curve(curve, "140", Decimal("4.2"), picture)
    [(x1, y1, x2, y2)] = drawn_lines(layers(picture)[4])
    assert x1 == x2 == pytest.approx(WIDTH * 100 / 140)
    assert sorted((y1, y2)) == [pytest.approx(HEIGHT * 2 / 4.2), pytest.approx(HEIGHT * 3 / 4.2)]


@pytest.mark.parametrize(("side", "pay"), [("lower", 3.0), ("upper", 2.0)])
def test_a_jump_s_knot_stands_where_its_owner_pays(side: str, pay: float) -> None:
    curve = curve_of(("0", "2%"), ("100", "3%"), basis="amount", mode="whole_amount", side=side)
    [(x, y)] = [shift(path) for path in layers(draw_payout_curve(curve))[3].all("path")]
    assert (x, HEIGHT - y) == (pytest.approx(WIDTH * 100 / 140), pytest.approx(HEIGHT * pay / 4.2))


def test_a_marginal_table_has_no_jumps() -> None:
    assert drawn_lines(layers(draw_payout_curve(curve_of(*STEEP)))[4]) == []


def test_tiers_are_bounded_and_named() -> None:
    picture = draw_payout_curve(curve_of(*STEEP), title="A curve")
    bounds = [x1 for x1, _, x2, _ in drawn_lines(layers(picture)[2]) if x1 == x2]
    assert bounds == [pytest.approx(WIDTH * float(start) / 1.75, abs=0.01) for start, _ in STEEP[1:]]
    shown = labels(picture)
    assert [label for label in shown if label in {"0.5%", "0.9%", "1.5%", "2%", "2.5%"}] == [rate for _, rate in STEEP]
    assert {"0%", "40%", "75%", "100%", "125%", "175%"} <= set(shown)  # attainment, from nothing to the end
    assert {"0.515%", "0.89%", "1.39%", "2.64%"} <= set(shown)  # pay at the knots that have room
    assert "0.2%" not in shown  # too near to zero
    assert {"Attainment", "Pay as a share of the quota"} <= set(shown)


def test_labels_of_near_bounds_give_way_but_not_the_last() -> None:
    near = labels(draw_payout_curve(curve_of(("0", "1%"), ("0.99", "2%"), ("1", "3%"), ("1.38", "4%"), ("1.39", "5%"))))
    assert "99%" in near
    assert "100%" not in near
    assert "195%" in near


def test_marks_stand_on_the_curve_and_stretch_it() -> None:
    curve = curve_of(*STEEP)
    marks = [Fraction(1, 3), Decimal("1.9458"), Decimal("-0.1")]
    picture = draw_payout_curve(curve, marks=marks)
    low, high = curve.curve.at(Decimal("-0.1")), curve.curve.at(Decimal("1.95"))
    points = [shift(path) for path in layers(picture)[5].all("path")]
    assert len(points) == 3
    for mark, (x, y) in zip(marks, points, strict=True):
        measure = Decimal("0.333333") if mark == Fraction(1, 3) else mark
        assert x == pytest.approx(float((measure + Decimal("0.1")) / Decimal("2.05")) * WIDTH, abs=0.01)
        assert HEIGHT - y == pytest.approx(float((curve.curve.at(measure) - low) / (high - low)) * HEIGHT, abs=0.01)
    assert {"-10%", "195%"} <= set(labels(picture))


@pytest.mark.parametrize(
    ("tiers", "basis", "marks", "last"),
    [
        ([("0", "1%")], "attainment", [], "140%"),
        ([("0", "1%")], "attainment", [Decimal("1.401")], "145%"),
        ([("0", "1%")], "amount", [], "100,000"),
        ([("0", "1%")], "amount", [Decimal(0)], "100,000"),
        ([("0", "1%")], "amount", [Decimal(7_160_000)], "7,200,000"),
        ([("0", "1%"), ("5000000", "2%")], "amount", [], "7,000,000"),
        ([("0", "0%"), ("10", "0%")], "amount", [], "14"),
    ],
)
def test_a_curve_is_drawn_beyond_its_last_knot(tiers: list, basis: str, marks: list, last: str) -> None:
    shown = labels(draw_payout_curve(curve_of(*tiers, basis=basis), marks=marks))
    assert last in shown


def test_a_first_bound_above_zero_is_drawn_from_zero_on() -> None:
    curve = curve_of(("50", "2%"), ("100", "4%"), basis="amount")
    first, *_ = drawn_lines(layers(draw_payout_curve(curve))[0])
    assert first[0] == 0
    assert {"-1", "0", "50", "100", "140"} - set(labels(draw_payout_curve(curve))) == {"50"}


def test_pay_of_an_amount_names_its_currency() -> None:
    curve = curve_of(("0", "1%"), basis="amount")
    assert {"Measure", "Pay"} <= set(labels(draw_payout_curve(curve)))
    assert "Pay (CNY)" in labels(draw_payout_curve(curve, currency="CNY"))
    assert "佣金（CNY）" in labels(draw_payout_curve(curve, "zh_CN", currency="CNY"))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_picture_is_the_same_every_time_and_says_what_it_is(locale: str) -> None:
    curve = curve_of(*STEEP)
    picture = draw_payout_curve(curve, locale)
    assert picture == draw_payout_curve(curve, locale)
    svg = read_html(picture).one("svg")
    assert svg.attributes["role"] == "img"
    assert svg.attributes["aria-label"] == svg.one("title").text
    assert "plan-a" in svg.one("title").text
    assert "component-a" in svg.one("title").text
    assert [e.tag for e in svg.walk() if e is not svg and any(n.startswith("aria-") for n in e.attributes)] == []


def test_the_given_title_is_escaped() -> None:
    picture = draw_payout_curve(curve_of(*STEEP), title='"><img onerror=a>')
    assert '"><img' not in picture
    assert read_html(picture).one("title").text == '"><img onerror=a>'
