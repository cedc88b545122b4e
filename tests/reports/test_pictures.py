"""Payout curves: what is drawn lies where the exact curve does, knots and jumps marked, labels beside each other."""

from __future__ import annotations

import itertools
import re
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from html_reading import Element, read_html
from made_content import curve_of

from salesrules.core import Rate
from salesrules.messages import LOCALES
from salesrules.reports import PlanCurve, draw_payout_curve

STEEP = (("0", "0.5%"), ("0.4", "0.9%"), ("0.75", "1.5%"), ("1", "2%"), ("1.25", "2.5%"))
WIDTH, HEIGHT = 320, 170
SHADES, STROKES, LABELS, BOUNDS, KNOTS, JUMPS, PEAKS, RETURNS, MARKS = range(9)


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
    segments = curve.proof.curve.segments
    for segment, (x1, y1, x2, y2) in zip(segments, drawn_lines(layers(picture)[STROKES]), strict=True):
        end = segment.end or Decimal(reach)
        for x, y, measure in ((x1, y1, segment.start), (x2, y2, end)):
            pay = segment.base + segment.slope * (measure - segment.start)
            assert abs(x - float(measure / Decimal(reach)) * WIDTH) < 0.01
            assert abs(y - float(pay / top) * HEIGHT) < 0.01


def test_pieces_are_drawn_where_the_curve_is() -> None:
    curve = curve_of(*STEEP)
    assert_on_curve(curve, "1.75", curve.proof.curve.at(Decimal("1.75")), draw_payout_curve(curve))


def test_a_whole_amount_table_is_drawn_with_its_jumps() -> None:
    curve = curve_of(("0", "2%"), ("100", "3%"), unit="money", mode="whole_amount")
    picture = draw_payout_curve(curve)
    assert_on_curve(curve, "140", Decimal("4.2"), picture)
    [(x1, y1, x2, y2)] = drawn_lines(layers(picture)[JUMPS])
    assert x1 == x2 == pytest.approx(WIDTH * 100 / 140)
    assert sorted((y1, y2)) == [pytest.approx(HEIGHT * 2 / 4.2), pytest.approx(HEIGHT * 3 / 4.2)]


@pytest.mark.parametrize(("side", "pay"), [("lower", 3.0), ("upper", 2.0)])
def test_a_jump_s_knot_stands_where_its_owner_pays(side: str, pay: float) -> None:
    curve = curve_of(("0", "2%"), ("100", "3%"), unit="money", mode="whole_amount", side=side)
    [(x, y)] = [shift(path) for path in layers(draw_payout_curve(curve))[KNOTS].all("path")]
    assert (x, HEIGHT - y) == (pytest.approx(WIDTH * 100 / 140), pytest.approx(HEIGHT * pay / 4.2))


def test_a_marginal_table_has_no_jumps() -> None:
    assert drawn_lines(layers(draw_payout_curve(curve_of(*STEEP)))[JUMPS]) == []


def test_tiers_are_bounded_and_named() -> None:
    picture = draw_payout_curve(curve_of(*STEEP), title="A curve")
    bounds = [x1 for x1, _, x2, _ in drawn_lines(layers(picture)[BOUNDS]) if x1 == x2]
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
    low, high = curve.proof.curve.at(Decimal("-0.1")), curve.proof.curve.at(Decimal("1.95"))
    points = [shift(path) for path in layers(picture)[MARKS].all("path")]
    assert len(points) == 3
    for mark, (x, y) in zip(marks, points, strict=True):
        measure = Decimal("0.333333") if mark == Fraction(1, 3) else mark
        assert x == pytest.approx(float((measure + Decimal("0.1")) / Decimal("2.05")) * WIDTH, abs=0.01)
        assert HEIGHT - y == pytest.approx(
            float((curve.proof.curve.at(measure) - low) / (high - low)) * HEIGHT, abs=0.01
        )
    assert {"-10%", "195%"} <= set(labels(picture))


@pytest.mark.parametrize(
    ("tiers", "unit", "marks", "last"),
    [
        ([("0", "1%")], "quota", [], "140%"),
        ([("0", "1%")], "quota", [Decimal("1.401")], "145%"),
        ([("0", "1%")], "money", [], "100,000"),
        ([("0", "1%")], "money", [Decimal(0)], "100,000"),
        ([("0", "1%")], "money", [Decimal(7_160_000)], "7,200,000"),
        ([("0", "1%"), ("5000000", "2%")], "money", [], "7,000,000"),
        ([("0", "0%"), ("10", "0%")], "money", [], "14"),
    ],
)
def test_a_curve_is_drawn_beyond_its_last_knot(tiers: list, unit: str, marks: list, last: str) -> None:
    shown = labels(draw_payout_curve(curve_of(*tiers, unit=unit), marks=marks))
    assert last in shown


def test_a_first_bound_above_zero_is_drawn_from_zero_on() -> None:
    curve = curve_of(("50", "2%"), ("100", "4%"), unit="money")
    first, *_ = drawn_lines(layers(draw_payout_curve(curve))[STROKES])
    assert first[0] == 0
    assert {"-1", "0", "50", "100", "140"} - set(labels(draw_payout_curve(curve))) == {"50"}


def test_a_parabola_is_drawn_on_the_curve_and_exactly_at_its_bounds() -> None:
    """Between 2 % at 0 and 4 % at 100 the rate at x is 2 % + x/50 of a per cent, on all that was measured."""
    picture = draw_payout_curve(curve_of(("0", "2%"), ("100", "4%"), unit="money", mode="interpolated_rate"))
    strokes = drawn_lines(layers(picture)[STROKES])
    assert len(strokes) > 20
    top = 140 * 0.04
    for before, after in itertools.pairwise(strokes):
        assert before[2:] == pytest.approx(after[:2], abs=0.01)  # no gap
    for x, y, *_ in strokes:
        measure = x / WIDTH * 140
        rate = min(0.02 + measure * 0.0002, 0.04)
        assert y == pytest.approx(measure * rate / top * HEIGHT, abs=0.02)
    assert strokes[-1] == pytest.approx((WIDTH * 100 / 140, HEIGHT * 4 / top, WIDTH, HEIGHT), abs=0.01)
    assert captions(picture) == ["2% to 4%", "4%"]


def captions(picture: str) -> list[str]:
    """What stands above the tiers."""
    return [text.text for text in layers(picture)[LABELS].all("text")]


def test_a_fall_is_shaded_until_pay_is_as_much_again() -> None:
    """8 % of 200,000 are 16,000; 7.5 % of 213,333.33… are as much."""
    picture = draw_payout_curve(curve_of(("0", "8%"), ("200000", "7.5%"), unit="money", mode="whole_amount"))
    at, back, peak = (WIDTH * 20 / 28, WIDTH * 64 / 3 / 28, HEIGHT * 16 / 21)
    [shade] = layers(picture)[SHADES].all("path")
    x, width, height = map(float, re.match(r"M([\d.]+),0h([\d.]+)v([\d.]+)h", shade.attributes["d"] or "").groups())  # type: ignore[union-attr]  # a rectangle
    assert (x, x + width, height) == (pytest.approx(at, abs=0.01), pytest.approx(back, abs=0.01), HEIGHT)
    assert drawn_lines(layers(picture)[PEAKS]) == [pytest.approx((at, peak, back, peak), abs=0.01)]
    [(x, y)] = [shift(path) for path in layers(picture)[RETURNS].all("path")]
    assert (x, HEIGHT - y) == (pytest.approx(back, abs=0.01), pytest.approx(peak, abs=0.01))
    [jump] = layers(picture)[JUMPS].all("line")
    assert jump.attributes["stroke"] == "#b23a12"


def test_a_fall_without_return_is_shaded_to_the_end_and_a_rise_is_none() -> None:
    picture = draw_payout_curve(curve_of(("0", "500"), ("100", "400"), unit="money", mode="fixed"))
    [(x1, _, x2, _)] = drawn_lines(layers(picture)[PEAKS])
    assert (x1, x2) == (pytest.approx(WIDTH * 100 / 140), WIDTH)
    assert layers(picture)[RETURNS].all("path") == []
    rising = draw_payout_curve(curve_of(("0", "400"), ("100", "500"), unit="money", mode="fixed"))
    assert drawn_lines(layers(rising)[PEAKS]) + layers(rising)[SHADES].all("path") == []
    assert {line.attributes["stroke"] for line in layers(rising)[JUMPS].all("line")} == {"#1f5fa8"}


def test_a_late_return_is_within_the_picture() -> None:
    """20 % of 100 are 20, which 1 % pays at 2,000."""
    shown = labels(draw_payout_curve(curve_of(("0", "20%"), ("100", "1%"), unit="money", mode="whole_amount")))
    assert "2,000" in shown


AMOUNTS = (("0", "500"), ("0.8", "2000"), ("1", "3000"))


@pytest.mark.parametrize(
    ("tiers", "mode", "others", "above", "axes"),
    [
        (AMOUNTS, "fixed", {}, ["500", "2,000", "3,000"], {"Attainment", "Pay (USD)", "2,000", "80%"}),
        (AMOUNTS, "cumulative_fixed", {}, ["+500", "+2,000", "+3,000"], {"5,500", "2,500"}),
        (AMOUNTS, "interpolated_amount", {}, ["500 to 2,000", "2,000 to 3,000", "3,000"], {"3,000", "140%"}),
        (
            (("0", "500"), ("0.8", "2000"), ("2", "0")),
            "proportional_amount",
            {},
            ["+500", "+2,000", "0"],
            {"500", "2,500", "280%"},
        ),
        ((("0.5", "700"),), "fixed", {}, ["0", "700"], {"50%", "700"}),
        (
            (("0", "0"), ("1", "1.3")),
            "fixed",
            {"paid_in": "target"},
            ["0%", "130%"],
            {"Pay as a share of the target", "130%"},
        ),
        ((("0", "5"), ("10", "7.5")), "marginal_units", {}, ["5 per unit", "7.5 per unit"], {"Units", "Pay (USD)"}),
        (
            (("0", "5"), ("1", "7.5")),
            "marginal_quota_of_units",
            {"is_in_units": True},
            ["5 per unit", "7.5 per unit"],
            {"Attainment", "Pay per unit of the quota", "8"},
        ),
        (
            (("0", "50000"), ("1", "80000")),
            "marginal_target",
            {"paid_in": "money"},
            ["50,000 per 100%", "80,000 per 100%"],
            {"Attainment", "Pay (USD)", "82,000"},
        ),
    ],
)
def test_tiers_say_what_their_numbers_are(
    tiers: tuple, mode: str, others: dict, above: list[str], axes: set[str]
) -> None:
    mode, _, what = mode.partition("marginal_")
    if what:
        mode, tiers = "marginal", tuple((start, Rate(value)) for start, value in tiers)
    curve = curve_of(*tiers, unit="units" if what == "units" else "quota", mode=mode, currency="USD", **others)
    picture = draw_payout_curve(curve)
    assert captions(picture) == above
    assert axes <= set(labels(picture))


def test_nothing_is_paid_before_anything_is_measured() -> None:
    picture = draw_payout_curve(curve_of(*AMOUNTS, mode="fixed"))
    [first, *others] = drawn_lines(layers(picture)[JUMPS])
    assert sorted([first[1], first[3]]) == [0, pytest.approx(HEIGHT * 500 / 3000)]
    assert first[0] == first[2] == 0
    assert len(others) == 2
    assert shift(layers(picture)[KNOTS].all("path")[0]) == (0, HEIGHT)


def test_labels_without_room_above_narrow_tiers_give_way() -> None:
    tiers = (("0", "1000"), ("0.98", "2000"), ("0.99", "2500"), ("1", "3000"))
    assert captions(draw_payout_curve(curve_of(*tiers, mode="fixed"))) == ["1,000", "2,000", "3,000"]


def test_a_column_is_named_in_the_title() -> None:
    picture = draw_payout_curve(attrs.evolve(curve_of(*STEEP), column="Spare parts"))
    assert read_html(picture).one("title").text == "Payout curve of plan-a, component-a, column Spare parts"


def test_a_bound_with_many_digits_is_rounded_at_the_axis_and_marked() -> None:
    curve = curve_of(("0", "7%"), ("142857.142857", "0%"), unit="money")
    assert "≈142,857.14" in labels(draw_payout_curve(curve))


def test_pay_of_an_amount_names_its_currency() -> None:
    assert {"Measure", "Pay"} <= set(labels(draw_payout_curve(curve_of(("0", "1%"), unit="money"))))
    curve = curve_of(("0", "1%"), unit="money", currency="CNY")
    assert "Pay (CNY)" in labels(draw_payout_curve(curve))
    assert "佣金（CNY）" in labels(draw_payout_curve(curve, "zh_CN"))


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
