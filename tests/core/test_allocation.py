from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import InvalidValue, TieOrder, allocate_units

weights_lists = st.lists(
    st.one_of(
        st.integers(0, 50),
        st.fractions(min_value=0, max_value=50, max_denominator=60),
        st.decimals(min_value=0, max_value=50, places=3, allow_nan=False, allow_infinity=False),
    ),
    min_size=1,
    max_size=9,
).filter(any)


@pytest.mark.parametrize(
    ("units", "weights", "ties", "parts"),
    [
        (10, [1, 1, 1], TieOrder.FIRST, (4, 3, 3)),
        (10, [1, 1, 1], TieOrder.LAST, (3, 3, 4)),
        (11, [1, 1, 1], TieOrder.LAST, (3, 4, 4)),
        # remainders 1/2 and 1/2 with unequal weights: 5 * 1/2, 5 * 3/10, 5 * 2/10
        (5, [5, 3, 2], TieOrder.FIRST, (3, 1, 1)),
        (5, [5, 3, 2], TieOrder.LAST, (2, 2, 1)),
        (5, [3, 5, 2], TieOrder.LARGEST_WEIGHT, (1, 3, 1)),
        (5, [3, 5, 2], TieOrder.FIRST, (2, 2, 1)),
        (5, [5, 3, 2], TieOrder.SMALLEST_WEIGHT, (2, 2, 1)),
        (1, [2, 2], TieOrder.LARGEST_WEIGHT, (1, 0)),
        (1, [2, 2], TieOrder.SMALLEST_WEIGHT, (1, 0)),
        (1, [0, 0, 1], TieOrder.FIRST, (0, 0, 1)),
        (0, [1, 2], TieOrder.FIRST, (0, 0)),
        (-10, [1, 1, 1], TieOrder.FIRST, (-4, -3, -3)),
        (-5, [5, 3, 2], TieOrder.LAST, (-2, -2, -1)),
        (7, [Decimal("0.5"), Fraction(1, 3), 1], TieOrder.FIRST, (2, 1, 4)),
        # Hamilton's method on the populations of Balinski and Young's textbook example: 26 seats
        (26, [9061, 7179, 5259, 3319, 1182], TieOrder.FIRST, (9, 7, 5, 4, 1)),
    ],
)
def test_units_go_to_the_largest_remainders_and_ties_as_declared(units, weights, ties, parts):
    assert allocate_units(units, weights, ties) == parts


def literally(units: int, weights, prefer) -> tuple[int, ...]:
    """The method in words: whole parts first, then one unit after another to whoever is furthest below its quota."""
    exact = [Fraction(weight) for weight in weights]
    quotas = [abs(units) * weight / sum(exact) for weight in exact]
    parts = [int(quota) for quota in quotas]
    while sum(parts) < abs(units):
        furthest = max(quota - part for quota, part in zip(quotas, parts, strict=True))
        tied = [index for index, part in enumerate(parts) if quotas[index] - part == furthest]
        parts[prefer(tied, exact)] += 1
    return tuple(part if units > 0 else -part for part in parts)


PREFER = {
    TieOrder.FIRST: lambda tied, weights: tied[0],
    TieOrder.LAST: lambda tied, weights: tied[-1],
    TieOrder.LARGEST_WEIGHT: lambda tied, weights: max(tied, key=lambda index: weights[index]),
    TieOrder.SMALLEST_WEIGHT: lambda tied, weights: min(tied, key=lambda index: weights[index]),
}


@given(st.integers(-300, 300), weights_lists, st.sampled_from(TieOrder))
def test_it_equals_the_method_in_words(units, weights, ties):
    assert allocate_units(units, weights, ties) == literally(units, weights, PREFER[ties])


@given(st.integers(-(10**30), 10**30), weights_lists, st.sampled_from(TieOrder))
def test_the_parts_conserve_the_whole_and_keep_to_their_quota(units, weights, ties):
    parts = allocate_units(units, weights, ties)
    whole = sum(map(Fraction, weights))
    assert sum(parts) == units
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - units * Fraction(weight) / whole) < 1
        assert weight or not part


@given(st.integers(-300, 300), weights_lists, st.sampled_from(TieOrder))
def test_scaling_the_weights_changes_nothing(units, weights, ties):
    scaled = [Fraction(weight) * Fraction(7, 3) for weight in weights]
    assert allocate_units(units, scaled, ties) == allocate_units(units, weights, ties)


@pytest.mark.parametrize(
    "weight",
    [-1, Fraction(-1, 9), Decimal("-0.1"), Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999"), 0.5, True, None],
)
def test_a_weight_that_is_no_exact_number_from_zero_up_is_refused_by_its_place(weight):
    with pytest.raises(InvalidValue) as caught:
        allocate_units(5, [1, weight])
    assert caught.value.field == "weights[1]"
    assert caught.value.remedy.startswith("give ")


def test_a_negative_weight_has_its_remedy():
    with pytest.raises(InvalidValue, match=r"^weights\[0\]: -1 is not valid; give a number that is zero or more$"):
        allocate_units(5, [-1])


@pytest.mark.parametrize("weights", [[], [0], [0, Decimal(0), Fraction(0)]])
def test_nothing_to_split_by_is_refused(weights):
    with pytest.raises(InvalidValue) as caught:
        allocate_units(5, weights)
    assert (caught.value.field, caught.value.value) == ("weights", weights)
    assert caught.value.remedy == "give at least one weight above zero"


@pytest.mark.parametrize("units", [1.0, Decimal(1), True, "1"])
def test_units_are_whole_numbers(units):
    with pytest.raises(InvalidValue) as caught:
        allocate_units(units, [1])
    assert (caught.value.field, caught.value.remedy) == ("units", "give a whole number")
    assert caught.value.value is units
