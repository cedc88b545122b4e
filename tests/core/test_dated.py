import copy
import pickle
from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import AmbiguousDay, Dated, DatedValue, DateRange, MissingDay

DAY = timedelta(days=1)
JANUARY = DateRange(date(2020, 1, 1), date(2020, 2, 1))
MARCH = DateRange(date(2020, 3, 1), date(2020, 4, 1))
ALWAYS = DateRange(date(2020, 6, 1))


def dated(*entries):
    return Dated(subject="fee", entries=[DatedValue(effective=span, value=value) for span, value in entries])


FEE = dated((MARCH, "march"), (JANUARY, "january"), (ALWAYS, "always"))


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2020, 1, 1), "january"),
        (date(2020, 1, 31), "january"),
        (date(2020, 3, 1), "march"),
        (date(2020, 3, 31), "march"),
        (date(2020, 6, 1), "always"),
        (date(2999, 1, 1), "always"),
    ],
)
def test_the_one_value_that_holds_on_a_day(day, value):
    assert FEE.at(day) == value


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        (date(2019, 12, 31), None, str(JANUARY)),
        (date(2020, 2, 1), str(JANUARY), str(MARCH)),
        (date(2020, 2, 29), str(JANUARY), str(MARCH)),
        (date(2020, 4, 1), str(MARCH), str(ALWAYS)),
        (date(2020, 5, 31), str(MARCH), str(ALWAYS)),
    ],
)
def test_a_missing_day_names_its_neighbours(day, before, after):
    with pytest.raises(MissingDay) as caught:
        FEE.at(day)
    error = caught.value
    assert (error.subject, error.day, error.before, error.after) == ("fee", day, before, after)


def test_after_the_last_entry_only_the_one_before_is_named():
    with pytest.raises(MissingDay) as caught:
        dated((JANUARY, 1)).at(date(2020, 2, 1))
    assert (caught.value.before, caught.value.after) == (str(JANUARY), None)


def test_the_neighbour_before_is_the_one_that_ended_last():
    long = DateRange(date(2020, 1, 1), date(2020, 6, 1))
    short = DateRange(date(2020, 2, 1), date(2020, 3, 1))
    with pytest.raises(MissingDay) as caught:
        dated((long, 1), (short, 2)).at(date(2020, 7, 1))
    assert caught.value.before == str(long)


def test_nothing_dated_misses_every_day():
    with pytest.raises(MissingDay) as caught:
        dated().at(date(2020, 1, 1))
    assert (caught.value.before, caught.value.after) == (None, None)


def test_a_day_with_two_values_is_ambiguous_and_names_them():
    half = DateRange(date(2020, 1, 15), date(2020, 3, 1))
    both = dated((half, 2), (JANUARY, 1))
    assert both.at(date(2020, 1, 14)) == 1
    assert both.at(date(2020, 2, 1)) == 2
    for day in (date(2020, 1, 15), date(2020, 1, 31)):
        with pytest.raises(AmbiguousDay) as caught:
            both.at(day)
        error = caught.value
        assert (error.subject, error.day, error.entries) == ("fee", day, (str(JANUARY), str(half)))
        assert [entry.value for entry in both.covering(day)] == [1, 2]


@st.composite
def disjoint(draw):
    day, entries = date(2020, 1, 1), []
    for number in range(draw(st.integers(0, 5))):
        start = day + draw(st.integers(0, 5)) * DAY
        day = start + draw(st.integers(1, 9)) * DAY
        entries.append((DateRange(start, day), number))
    if draw(st.booleans()):
        entries.append((DateRange(day), len(entries)))
    return dated(*draw(st.permutations(entries)))


@given(disjoint(), st.integers(-3, 70), st.integers(1, 40))
def test_pieces_cover_exactly_the_days_with_a_value(values, offset, length):
    span = DateRange(date(2020, 1, 1) + offset * DAY, date(2020, 1, 1) + (offset + length) * DAY)
    by_day = {}
    for piece in values.pieces(span):
        for number in range(piece.effective.days):
            by_day[piece.effective.start + number * DAY] = piece.value
    expected = {}
    for number in range(length):
        day = span.start + number * DAY
        try:
            expected[day] = values.at(day)
        except MissingDay:
            continue
    assert by_day == expected
    starts = [piece.effective.start for piece in values.pieces(span)]
    assert starts == sorted(starts)


def test_pieces_of_a_span_with_contradicting_entries_raise():
    half = DateRange(date(2020, 1, 15), date(2020, 3, 1))
    both = dated((JANUARY, 1), (half, 2))
    for span in (JANUARY, DateRange(date(2020, 1, 31), date(2020, 2, 2)), DateRange(date(2019, 1, 1))):
        with pytest.raises(AmbiguousDay):
            both.pieces(span)
    clear = both.pieces(DateRange(date(2020, 2, 1), date(2020, 2, 3)))
    assert [piece.value for piece in clear] == [2]


def test_entries_are_kept_in_the_order_of_their_start():
    assert [entry.value for entry in FEE.entries] == ["january", "march", "always"]


def test_dated_values_are_frozen_values():
    for twin in (copy.copy(FEE), copy.deepcopy(FEE), pickle.loads(pickle.dumps(FEE))):
        assert twin == FEE
        assert hash(twin) == hash(FEE)
    assert dated((JANUARY, 1), (MARCH, 2)) == dated((MARCH, 2), (JANUARY, 1))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        FEE.subject = "other"
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        FEE.entries[0].value = 1
