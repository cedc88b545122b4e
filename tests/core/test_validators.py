import attrs
import pytest

from salesrules.core import InvalidValue, is_aware, is_named


@attrs.frozen
class Card:
    name: str = attrs.field(validator=is_named)
    at: object = attrs.field(default=None, validator=attrs.validators.optional(is_aware))


def test_a_name_has_something_in_it():
    assert Card(" a ").name == " a "
    with pytest.raises(InvalidValue, match=r"^name: '' is not valid; name it$"):
        Card("")


def test_an_instant_is_checked_by_its_field():
    with pytest.raises(InvalidValue, match=r"^at: 5 is not valid; give an instant with its time zone$"):
        Card("a", 5)
