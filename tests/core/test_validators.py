from datetime import date, datetime

import attrs
import pytest

from salesrules.core import InvalidValue, is_aware, is_day, is_named
from salesrules.core.validators import each_is, plain_day


@attrs.frozen
class Card:
    name: str = attrs.field(validator=is_named)
    at: object = attrs.field(default=None, validator=attrs.validators.optional(is_aware))
    day: object = attrs.field(default=None, validator=attrs.validators.optional(is_day))
    notes: tuple[object, ...] = attrs.field(default=(), validator=each_is(str))


def test_a_name_has_something_in_it():
    assert Card(" a ").name == " a "
    with pytest.raises(InvalidValue, match=r"^name: '' is not valid; name it$"):
        Card("")


def test_an_instant_is_checked_by_its_field():
    with pytest.raises(InvalidValue, match=r"^at: 5 is not valid; give an instant with its time zone$"):
        Card("a", 5)


@pytest.mark.parametrize("value", [datetime(2020, 1, 1), "2020-01-01", 5])  # noqa: DTZ001 - a naive one is the case
def test_a_day_is_a_date_without_a_time(value):
    for check in (lambda: Card("a", day=value), lambda: plain_day("day", value)):
        with pytest.raises(InvalidValue) as refused:
            check()
        error = refused.value
        assert (error.field, error.value, error.remedy) == ("day", value, "give a date without a time")
    assert plain_day("day", date(2020, 1, 1)) == date(2020, 1, 1)


def test_each_of_a_tuple_is_of_the_class_and_the_first_that_is_not_is_named():
    assert Card("a", notes=("x", "y")).notes == ("x", "y")
    with pytest.raises(InvalidValue, match=r"^notes\[1\]: 5 is not valid; give a value of the class str$"):
        Card("a", notes=("x", 5, 6))
