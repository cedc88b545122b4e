"""What rows carry along in one number: all of it comes back, and what does not fit is not carried."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.commissions import Measure
from salesrules.frames.carrying import Carrying
from salesrules.frames.reading import Names


def carried(ids, **measures):
    given = {Measure(name): np.array(values, dtype=np.int64) for name, values in measures.items()}
    found = Carrying.of(ids, given)
    if found is not None:
        rows = len(ids.given)
        found.fill(slice(0, rows // 2))
        found.fill(slice(rows // 2, rows))
    return found


def numbered(*ids):
    return Names(np.array(ids), None, min(ids))


rows = st.lists(
    st.tuples(st.integers(-50, 2**20), st.integers(-(2**20), 2**20), st.integers(-3, 3)), min_size=1, max_size=20
)


@given(rows)
def test_ids_and_measures_come_back(rows):
    ids, amounts, quantities = zip(*rows, strict=True)
    names = numbered(*ids)
    found = carried(names, amount=amounts, quantity=quantities)
    assert found.id_codes(found.numbers).tolist() == names.codes.tolist()
    measured = found.measured(found.numbers[::-1])
    assert measured[Measure.AMOUNT].tolist() == [*reversed(amounts)]
    assert measured[Measure.QUANTITY].tolist() == [*reversed(quantities)]


@pytest.mark.parametrize(("largest", "fits"), [(2**40 - 1, True), (2**40, False)])
def test_what_takes_more_than_63_bits_is_not_carried(largest, fits):
    ids = numbered(0, 2**23 - 1)  # 23 bits and 40 more
    found = carried(ids, amount=[0, largest])
    assert (found is not None) is fits
    if fits:
        assert found.numbers[1] == 2**63 - 1
        assert found.measured(found.numbers)[Measure.AMOUNT].tolist() == [0, largest]


def test_texts_are_carried_by_their_codes_unless_some_are_missing():
    texts = pa.array(["b", "a"])
    found = carried(Names(np.array([1, 0, 1], dtype=np.int32), texts), amount=[5, 6, 7])
    assert found.id_codes(found.numbers).tolist() == [1, 0, 1]
    assert carried(Names(np.array([1, -1], dtype=np.int32), texts), amount=[5, 6]) is None


def test_nothing_and_numbers_of_any_size_are_not_carried():
    assert carried(numbered(1, 2)) is None
    assert Carrying.of(numbered(1), {Measure.AMOUNT: np.array([2**70], dtype=object)}) is None
