import copy
import decimal
import pickle
import time
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import Band, BandTable, InvalidValue, Side


def table(*starts, side=Side.LOWER, end=None, sides=None):
    sides = sides or [None] * len(starts)
    bands = [
        Band(start=start, value=index, side=own) for index, (start, own) in enumerate(zip(starts, sides, strict=True))
    ]
    return BandTable(bands=bands, side=side, end=end)


def scan(bands: BandTable, value) -> int | None:
    """The literal reading: walk the bands and ask of each bound on which side of it the value lies."""

    def at_or_above(bound, side) -> bool:
        return value > bound or (value == bound and side is Side.LOWER)

    owner = None
    for index, band in enumerate(bands.bands):
        if band.start is None or at_or_above(band.start, band.side or bands.side):
            owner = index
    if bands.end is not None and at_or_above(bands.end, bands.side):
        return None
    return owner


bounds = st.one_of(
    st.integers(-20, 20),
    st.fractions(min_value=-20, max_value=20, max_denominator=6),
    st.decimals(min_value=-20, max_value=20, places=2, allow_nan=False, allow_infinity=False),
)


@st.composite
def tables(draw):
    given_bounds = sorted(draw(st.lists(bounds, min_size=1, max_size=6, unique_by=Fraction)))
    starts = given_bounds[:-1] if len(given_bounds) > 1 and draw(st.booleans()) else given_bounds
    end = given_bounds[-1] if len(starts) < len(given_bounds) else None
    if draw(st.booleans()):
        starts = [None, *starts]
    sides = [draw(st.sampled_from([None, *Side])) for _ in starts]
    return table(*starts, side=draw(st.sampled_from(Side)), end=end, sides=sides)


@given(tables(), st.data())
def test_a_look_up_equals_a_literal_scan_on_and_around_every_bound(bands, data):
    edges = [band.start for band in bands.bands if band.start is not None]
    if bands.end is not None:
        edges.append(bands.end)
    values = [Fraction(edge) + step for edge in edges for step in (0, -1, 1, Fraction(1, 1000), -Fraction(1, 1000))]
    values += [Decimal(edge) for edge in edges if not isinstance(edge, Fraction)]
    values.append(data.draw(bounds))
    for value in values:
        expected = scan(bands, value)
        if expected is None:
            with pytest.raises(InvalidValue):
                bands.index_at(value)
        else:
            assert bands.index_at(value) == expected
            assert bands.at(value) == bands.bands[expected].value


@pytest.mark.parametrize(
    ("side", "value", "grade"),
    [
        (Side.LOWER, Decimal("59.99"), "C"),
        (Side.LOWER, 60, "B"),
        (Side.LOWER, Decimal("60.01"), "B"),
        (Side.UPPER, Decimal("59.99"), "C"),
        (Side.UPPER, 60, "C"),
        (Side.UPPER, Decimal("60.01"), "B"),
        (Side.LOWER, -(10**50), "C"),
        (Side.UPPER, 10**50, "A"),
        (Side.LOWER, 80, "A"),
        (Side.UPPER, Fraction(80), "B"),
    ],
)
def test_the_declared_side_owns_the_bound(side, value, grade):
    bands = (Band(start=None, value="C"), Band(start=60, value="B"), Band(start=80, value="A"))
    assert BandTable(bands=bands, side=side).at(value) == grade


def test_a_bound_may_have_a_side_of_its_own():
    mixed = table(0, 10, 20, sides=[None, Side.UPPER, None])
    assert [mixed.at(value) for value in (0, 10, 11, 19, 20)] == [0, 0, 1, 1, 2]
    other = table(0, 10, 20, side="upper", sides=[Side.LOWER, "lower", None])
    assert [other.at(value) for value in (0, 9, 10, 20, 21)] == [0, 0, 1, 1, 2]


def test_a_table_is_read_the_same_under_any_ambient_context():
    fine = table(Decimal("1.00001"), Decimal("1.00002"))
    with decimal.localcontext(decimal.Context(prec=2, traps=[decimal.Inexact, decimal.FloatOperation])):
        assert fine.at(Decimal("1.000015")) == 0
        assert fine.at(Decimal("1.00002")) == 1


@pytest.mark.parametrize(
    ("side", "inside", "outside"),
    [(Side.LOWER, [0, Decimal("99.99")], [Decimal("-0.01"), 100]), (Side.UPPER, [Decimal("0.01"), 100], [0, 101])],
)
def test_outside_the_table_raises_with_the_bound(side, inside, outside):
    closed = table(0, 50, side=side, end=100)
    assert [closed.at(value) for value in inside] == [0, 1]
    for value, remedy in zip(outside, ["the table starts at 0", "the table ends at 100"], strict=True):
        with pytest.raises(InvalidValue) as caught:
            closed.index_at(value)
        assert (caught.value.field, caught.value.value, caught.value.remedy) == ("value", value, remedy)


def test_the_first_bound_may_have_a_side_of_its_own():
    assert table(0, sides=[Side.LOWER], side=Side.UPPER).at(0) == 0
    with pytest.raises(InvalidValue):
        table(0, sides=[Side.UPPER], side=Side.LOWER).at(0)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), 0.5, True, "5", None])
def test_only_exact_finite_numbers_are_looked_up(value):
    with pytest.raises(InvalidValue) as caught:
        table(0, 10).at(value)
    assert (caught.value.field, caught.value.remedy) == ("value", "give an exact, finite number")


def test_a_table_needs_a_band():
    with pytest.raises(InvalidValue) as caught:
        BandTable(bands=[])
    assert (caught.value.field, caught.value.value, caught.value.remedy) == ("bands", (), "give at least one band")


@pytest.mark.parametrize(
    ("starts", "end", "field", "value", "remedy"),
    [
        ((0, 0), None, "bands[1].start", 0, "bounds ascend; give more than 0"),
        ((0, 5, 3), None, "bands[2].start", 3, "bounds ascend; give more than 5"),
        ((0, 5), 5, "end", 5, "bounds ascend; give more than 5"),
        ((5,), 4, "end", 4, "bounds ascend; give more than 5"),
        ((None, 5, 5), None, "bands[2].start", 5, "bounds ascend; give more than 5"),
        ((None, None), None, "bands[1].start", None, "give an exact, finite number"),
        ((0, None), None, "bands[1].start", None, "give an exact, finite number"),
        ((0.5,), None, "bands[0].start", 0.5, "give an exact, finite number"),
        ((0, True), None, "bands[1].start", True, "give an exact, finite number"),
        ((0,), False, "end", False, "give an exact, finite number"),
        ((0, "5"), None, "bands[1].start", "5", "give an exact, finite number"),
        ((0,), Decimal("Infinity"), "end", Decimal("Infinity"), "give an exact, finite number"),
    ],
)
def test_a_faulty_bound_is_named_with_its_place(starts, end, field, value, remedy):
    with pytest.raises(InvalidValue) as caught:
        table(*starts, end=end)
    assert (caught.value.field, caught.value.value, caught.value.remedy) == (field, value, remedy)


def test_a_hostile_bound_is_refused_at_once():
    started = time.perf_counter()
    for starts, end, field in [((0, Decimal("1E+999999")), None, "bands[1].start"), ((0,), Decimal("1E+99"), "end")]:
        with pytest.raises(InvalidValue) as caught:
            table(*starts, end=end)
        assert caught.value.field == field
    with pytest.raises(InvalidValue):
        table(0, Decimal("NaN"))
    assert time.perf_counter() - started < 1


def test_sides_are_words_and_an_unknown_word_is_refused():
    assert table(0, side="upper").side is Side.UPPER
    assert Band(start=0, value=1, side="upper").side is Side.UPPER
    for make in (lambda: table(0, side="left"), lambda: Band(start=0, value=1, side="left")):
        with pytest.raises(InvalidValue, match="side: 'left' is not valid; choose one of 'lower', 'upper'"):
            make()


def test_limits_are_the_bounds_on_either_side():
    assert [table(None, 5, 8, end=9).limits(index) for index in range(3)] == [(None, 5), (5, 8), (8, 9)]
    assert table(1).limits(0) == (1, None)


def test_a_table_is_a_frozen_value():
    bands = table(0, Fraction(1, 3), Decimal("2.5"), end=7)
    twins = [copy.copy(bands), copy.deepcopy(bands), pickle.loads(pickle.dumps(bands)), attrs.evolve(bands)]
    assert twins == [bands] * 4
    assert len({*twins, bands}) == 1
    assert [twin.at(2) for twin in twins] == [1] * 4
    assert table(0) != table(0, side=Side.UPPER)
    assert table(0) != table(0, end=5)
    assert "_keys" not in repr(bands)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        bands.end = None


def test_a_changed_copy_is_looked_up_by_its_own_bounds():
    changed = attrs.evolve(table(0, 10), bands=table(0, 20).bands)
    assert changed.at(15) == 0
