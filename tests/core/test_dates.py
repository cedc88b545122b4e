import copy
import pickle
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import DateRange, InvalidValue

DAY = timedelta(days=1)
days = st.dates(date(2020, 1, 1), date(2020, 2, 10))


@st.composite
def ranges(draw):
    start = draw(days)
    length = draw(st.one_of(st.none(), st.integers(1, 20)))
    return DateRange(start, None if length is None else start + length * DAY)


def members(span: DateRange) -> set[date]:
    """The days of a range, one by one, up to a horizon beyond every bound that is drawn."""
    horizon = [date(2019, 12, 1) + n * DAY for n in range(150)]
    return {day for day in horizon if span.start <= day and (span.end is None or not day >= span.end)}


Q1 = DateRange(date(2020, 1, 1), date(2020, 4, 1))


@pytest.mark.parametrize(
    ("day", "inside"),
    [(date(2019, 12, 31), False), (date(2020, 1, 1), True), (date(2020, 3, 31), True), (date(2020, 4, 1), False)],
)
def test_the_start_is_inside_and_the_end_is_not(day, inside):
    assert (day in Q1) is inside


def test_an_open_range_goes_on():
    always = DateRange(date(2020, 1, 1))
    assert date(9999, 12, 31) in always
    assert date(2019, 12, 31) not in always
    assert always.last is None
    with pytest.raises(InvalidValue) as caught:
        always.days  # noqa: B018 - asking is the act
    assert (caught.value.field, caught.value.value) == ("end", None)
    assert caught.value.remedy == "an open range has no number of days; close it first"


def test_days_and_the_last_one():
    assert (Q1.days, Q1.last) == (91, date(2020, 3, 31))
    one = DateRange(date(2020, 2, 29), date(2020, 3, 1))
    assert (one.days, one.last) == (1, one.start)


@pytest.mark.parametrize("end", [date(2020, 1, 1), date(2019, 12, 31)])
def test_a_range_ends_after_its_start(end):
    with pytest.raises(InvalidValue) as caught:
        DateRange(date(2020, 1, 1), end)
    assert (caught.value.field, caught.value.value) == ("end", end)
    assert caught.value.remedy == "a range ends after its start, 2020-01-01; its end is not included"


@pytest.mark.parametrize("wrong", [datetime(2020, 1, 1, tzinfo=UTC), "2020-01-01", 20200101])
@pytest.mark.parametrize("field", ["start", "end"])
def test_bounds_are_dates_without_a_time(field, wrong):
    bounds = {"start": date(2020, 1, 1), "end": date(2021, 1, 1), field: wrong}
    with pytest.raises(InvalidValue) as caught:
        DateRange(**bounds)
    assert (caught.value.field, caught.value.value) == (field, wrong)
    assert caught.value.remedy == "give a date without a time"


def test_a_range_needs_a_start():
    with pytest.raises(InvalidValue, match="start"):
        DateRange(None)


@given(ranges(), ranges())
def test_two_ranges_relate_as_their_sets_of_days(a, b):
    assert a.overlaps(b) == bool(members(a) & members(b)) == b.overlaps(a)
    assert a.encloses(b) == ((members(b) <= members(a)) and (a.end is None or b.end is not None))
    common = a.intersection(b)
    assert (set() if common is None else members(common)) == members(a) & members(b)
    assert common == b.intersection(a)


def test_ranges_that_touch_do_not_overlap():
    q2 = DateRange(date(2020, 4, 1), date(2020, 7, 1))
    assert not Q1.overlaps(q2)
    assert not q2.overlaps(Q1)
    assert Q1.intersection(q2) is None
    day_more = DateRange(date(2020, 3, 31), date(2020, 7, 1))
    assert Q1.intersection(day_more) == DateRange(date(2020, 3, 31), date(2020, 4, 1))


def test_it_prints_as_half_open():
    assert str(Q1) == "[2020-01-01, 2020-04-01)"
    assert str(DateRange(date(2020, 1, 1))) == "[2020-01-01, …)"


def test_a_range_is_a_frozen_value():
    twins = [copy.copy(Q1), copy.deepcopy(Q1), pickle.loads(pickle.dumps(Q1)), attrs.evolve(Q1)]
    assert len({*twins, Q1}) == 1
    assert DateRange(Q1.start) != Q1
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Q1.start = date(2021, 1, 1)
    with pytest.raises(TypeError):
        Q1 < Q1  # noqa: B015 - comparing is the act
