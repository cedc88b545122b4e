"""The largest gain of two measures apart or together, beside all pairs of a fine grid."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise, product

import pytest

from salesrules.commissions.rules.proofs.cells import best_in_cell
from salesrules.commissions.rules.proofs.pairs import largest_pair
from salesrules.commissions.rules.proofs.pieces import Piece, Pieces

STEP = Fraction(1, 4)
NEAR = Fraction(1, 10**6)


def random_pieces(chance):
    """Up to four pieces with their bounds between them, which jump and turn, and a constant without end."""
    bounds = [0, *sorted(chance.sample(range(1, 9), chance.randint(0, 4)))]
    found = []
    for low, high in pairwise(bounds):
        curvature = chance.choice([0, 0, -3, -1, 1, 2])
        found += [
            Piece(low, high, chance.randint(-20, 20), chance.randint(-9, 9), curvature),
            Piece(high, high, chance.randint(-20, 20), 0, 0),
        ]
    return [*found, Piece(bounds[-1], None, chance.randint(-20, 20), 0, 0)], bounds[-1]


def paid(pieces, x):
    """What is paid at a measure above zero: at a bound by the bound itself."""
    for piece in pieces:
        if piece.lo == piece.hi == x or (piece.lo < x and (piece.hi is None or x < piece.hi)):
            return piece.constant + piece.slope * x + piece.curvature * x * x
    raise AssertionError(x)


def gain(pieces, y, z, *, together):
    apart = paid(pieces, y) + paid(pieces, z) - paid(pieces, y + z)
    return -apart if together else apart


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("seed", range(24))
def test_no_pair_gains_more_and_pairs_come_as_near_as_one_likes(seed, together):
    chance = random.Random(seed)
    pieces, last = random_pieces(chance)
    unit, pay_unit = chance.randint(1, 3), chance.randint(1, 3)
    found = largest_pair(Pieces(pieces, unit, pay_unit), together=together)
    most, one, other = found.gain * pay_unit, found.one * unit, found.other * unit
    measures = [Fraction(k, 2) for k in range(1, 2 * last + 4)]
    for y, z in product(measures, repeat=2):
        if y <= z:
            assert gain(pieces, y, z, together=together) <= most
    around = [
        (one + a, other + b)
        for a, b in product((-2 * NEAR, -NEAR, 0, NEAR, 2 * NEAR), repeat=2)
        if one + a > 0 < other + b
    ]
    assert max(gain(pieces, y, z, together=together) for y, z in around) > most - Fraction(1, 1000)


def random_cell(chance):
    def piece(low):
        high = low + chance.choice([0, 1, 3, 4])
        return Piece(low, high, chance.randint(-9, 9), chance.randint(-9, 9), chance.choice([-3, -2, -1, 0, 1, 2]))

    one, other = piece(chance.randint(0, 4)), piece(chance.randint(0, 4))
    whole = piece(chance.randint(one.lo + other.lo, one.hi + other.hi))
    return one, other, whole


@pytest.mark.parametrize("seed", range(60))
def test_the_best_of_a_cell_is_paid_there_and_beats_a_fine_grid(seed):
    one, other, whole = random_cell(random.Random(seed))
    found = best_in_cell(one, other, whole)
    places = [
        (one.lo + STEP * i, other.lo + STEP * j)
        for i in range(4 * (one.hi - one.lo) + 1)
        for j in range(4 * (other.hi - other.lo) + 1)
    ]
    inside = [(y, z) for y, z in places if is_in(one, y) and is_in(other, z) and is_in(whole, y + z)]
    if found is None:
        assert not inside
        return
    most, y, z = found
    assert one.holds(y)
    assert other.holds(z)
    assert whole.holds(y + z)
    assert most == worth(one, other, whole, y, z)
    assert all(worth(one, other, whole, *place) <= most for place in inside)


@pytest.mark.parametrize(
    ("one", "other", "whole", "best"),
    [
        # 4y − 3y² + 6z − 3z² − 2s − s² turns where 8y + 2z = 2 and 2y + 8z = 4
        ((0, 1, 0, 4, -3), (0, 1, 0, 6, -3), (0, 2, 0, 2, 1), (Fraction(16, 15), Fraction(2, 15), Fraction(7, 15))),
        # the first rises by 5 up to its end 1; there 6z − 3z² − (1 + z)² turns at a half
        ((0, 1, 0, 5, 0), (0, 1, 0, 6, -3), (0, 2, 0, 0, 1), (5, 1, Fraction(1, 2))),
        ((0, 1, 0, 6, -3), (0, 1, 0, 5, 0), (0, 2, 0, 0, 1), (5, Fraction(1, 2), 1)),
        # the sum ends at 1; there 11y − 3y² + 10z − 2z² turns where 11 − 6y = 10 − 4z
        ((0, 1, 0, 11, -3), (0, 1, 0, 10, -2), (0, 1, 0, 0, 0), (Fraction(37, 4), Fraction(1, 2), Fraction(1, 2))),
        # as straight lines they are largest in a corner
        ((0, 1, 3, 2, 0), (0, 2, 1, -1, 0), (0, 3, 0, 0, 0), (6, 1, 0)),
    ],
)
def test_the_best_of_a_cell_is_where_calculus_says(one, other, whole, best):
    assert best_in_cell(Piece(*one), Piece(*other), Piece(*whole)) == best


def is_in(piece, x):
    return piece.lo < x < piece.hi or x == piece.lo == piece.hi


def worth(one, other, whole, y, z):
    def at(piece, x):
        return piece.constant + piece.slope * x + piece.curvature * x * x

    return at(one, y) + at(other, z) - at(whole, y + z)
