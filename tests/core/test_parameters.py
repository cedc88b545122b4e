import copy
import pickle
from collections import OrderedDict
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import Money, Parameters

plain = st.one_of(st.integers(), st.text(), st.none(), st.booleans(), st.decimals(allow_nan=False))


@given(st.dictionaries(st.text(), plain))
def test_parameters_are_the_mapping_they_were_made_of(mapping):
    made = Parameters(mapping)
    assert made == mapping
    assert mapping == made
    assert dict(made) == mapping
    assert list(made) == list(mapping)
    assert len(made) == len(mapping)
    assert all(made[name] == value and name in made for name, value in mapping.items())
    twin = Parameters(dict(reversed(mapping.items())))
    assert twin == made
    assert hash(twin) == hash(made)


def test_names_may_be_given_beside_a_mapping_and_win():
    assert Parameters({"a": 1, "b": 2}, b=3, mapping=4) == {"a": 1, "b": 3, "mapping": 4}
    assert Parameters() == {}
    assert Parameters(None, self=1) == {"self": 1}


def test_other_values_are_unequal():
    assert Parameters(a=1) != Parameters(a=2)
    assert Parameters(a=1) != Parameters(b=1)
    assert Parameters(a=1) != [("a", 1)]
    assert Parameters() != None  # noqa: E711 - the comparison is the subject


def test_an_absent_name_is_a_key_error():
    with pytest.raises(KeyError, match="b"):
        Parameters(a=1)["b"]
    assert Parameters(a=1).get("b") is None


def test_parameters_never_change():
    source = {"a": 1}
    made = Parameters(source)
    source["a"] = 2
    assert made["a"] == 1
    for act in (
        lambda: setattr(made, "_items", {}),
        lambda: setattr(made, "new", 1),
        lambda: delattr(made, "_items"),
    ):
        with pytest.raises(AttributeError, match="parameters never change; make new ones"):
            act()
    with pytest.raises(TypeError):
        made["a"] = 3
    assert not hasattr(made, "__dict__")


def test_containers_among_the_values_become_immutable_at_any_depth():
    inner = [1, {"x": [2]}]
    made = Parameters(a=inner, b={"c": {"d"}}, e=OrderedDict(f=[]), g=MappingProxyType({"h": [3]}), i=(4,))
    inner.append(5)
    assert made["a"] == (1, Parameters(x=(2,)))
    assert made["b"] == Parameters(c=frozenset({"d"}))
    assert type(made["b"]["c"]) is frozenset
    assert made["e"]["f"] == ()
    assert made["g"]["h"] == (3,)
    assert made["i"] == (4,)
    assert hash(made) == hash(pickle.loads(pickle.dumps(made)))


def test_parameters_among_the_values_are_kept():
    inner = Parameters(x=1)
    assert Parameters(a=inner)["a"] is inner


def test_a_value_that_cannot_be_hashed_is_held_but_not_hashed():
    class Bare:
        __hash__ = None

    made = Parameters(odd=Bare())
    assert made == made
    with pytest.raises(TypeError, match="unhashable"):
        hash(made)


def test_copies_are_equal_and_of_the_same_type():
    made = Parameters(limit=Decimal("5"), of=Money(1, "CNY"))
    for twin in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert twin == made
        assert type(twin) is Parameters
    assert repr(made) == "Parameters(limit=Decimal('5'), of=Money('1', 'CNY'))"
