"""Moves between spans: a deal booked in another span than its own, a return held back, a sale that only comes back.

With f, the curve less its rate in the long run, a deal d moved from a span at m to one at n gains
f(m) + f(n + d) − f(m + d) − f(n). That is what m and d gain apart and what n and d gain together, so that the two
largest such gains add up to a limit; where one of them is nothing, the other is the exact answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from salesrules.commissions.model import Incentive, IncentiveKind
from salesrules.commissions.policy import ReturnTerms
from salesrules.commissions.rules.proofs.elements import changed, levelled
from salesrules.commissions.rules.proofs.examples import Move
from salesrules.commissions.rules.proofs.pairs import Pair
from salesrules.commissions.rules.proofs.returning import largest_climb
from salesrules.commissions.rules.proofs.study import Study

__all__ = ["moves_of_spans"]

_ZERO, _ONE = Fraction(0), Fraction(1)
_Way = tuple[Pair, Move]


def moves_of_spans(study: Study) -> tuple[list[Incentive | None], list[IncentiveKind]]:
    """The moves of a curve whose measure runs over a span, and those of which nothing is proved."""
    ways = _ways(study)
    most = max(study.apart.gain, _ZERO) + max(study.together.gain, _ZERO)
    pair, move = max(ways, key=lambda way: way[0].gain)
    found = [study.incentive(IncentiveKind.MOVE_DEAL, pair, move, at_most=most)]
    undecided: list[IncentiveKind] = []
    kinds = [IncentiveKind.HOLD_RETURN, IncentiveKind.SELL_AND_RETURN]
    if study.declared.returns is ReturnTerms.CURRENT_MEASURE:
        if len([element for element in study.whole if element.hi is not None and element.hi <= 0]) > 2:
            return found, kinds  # below zero too the curve has bounds
        return [*found, *(_taken_back(study, kind, ways) for kind in kinds)], undecided
    if study.declared.is_modified:
        return found, [IncentiveKind.SELL_AND_RETURN]  # what modifiers give the sale is settled with the whole span
    found.append(_lifted(study))
    if found[-1] is None and not _is_concave(study):
        undecided.append(IncentiveKind.SELL_AND_RETURN)
    return found, undecided


def _ways(study: Study) -> list[_Way]:
    """Moves of a deal from the second span to the first, with what each gains at most: into an empty one, out of one
    where it is all there is, and, large as one likes, between the measures that pay the least and the most.
    """
    far = study.far
    ends = [
        (element.pay.at(end), end)
        for element in levelled(study.outline, study.long_run)
        for end in (element.lo, element.hi)
        if end is not None
    ]
    (high, top), (low, bottom) = max(ends), min(ends)
    return [
        (study.apart, lambda y, z: ((_ZERO, y + z), (y, z))),
        (study.together, lambda y, z: ((y, z), (y + z, _ZERO))),
        (Pair(high - low, bottom, top), lambda n, m: ((n, m + far), (n + far, m))),
    ]


def _from_empty(measured: Fraction, returned: Fraction) -> tuple[Sequence[Fraction], Sequence[Fraction]]:
    return (measured, _ZERO), (measured + returned, -returned)


def _taken_back(study: Study, kind: IncentiveKind, ways: list[_Way]) -> Incentive | None:
    """A return in the next span takes back what the top of that span's measure pays, even below zero.

    From an empty span it takes the rate below zero, which gains as much as the curve climbs above that rate.
    """
    below = study.whole[0].pay
    far = study.far
    if study.long_run > below.slope:
        return study.incentive(
            kind, Pair(_ZERO, far, far), _from_empty, per_unit=study.long_run - below.slope, is_bounded=False
        )
    gain, *where = largest_climb(study.outline, below.slope)
    climb = Pair(gain + below.constant - study.at_zero, *where)
    pair, move = max([*ways, (climb, _from_empty)], key=lambda way: way[0].gain)
    together, apart = max(study.together.gain, _ZERO), max(study.apart.gain, _ZERO)
    return study.incentive(kind, pair, move, at_most=together + max(apart, climb.gain))


def _lifted(study: Study) -> Incentive | None:
    """A sale that comes back under `original_terms` has lifted what came after it, and takes nothing of that back."""
    far, rate = study.far, study.long_run
    drop = largest_climb(changed(study.outline, lambda element: element.pay.scaled(-_ONE)), -rate)
    ways: list[_Way] = [
        (study.together, lambda y, z: ((y, z), (y + z, _ZERO))),
        (drop, lambda m, e: ((m + far, m + e), (m, m + e + far))),
    ]
    pair, move = max(ways, key=lambda way: way[0].gain)
    most = max(study.apart.gain, _ZERO) + max(study.together.gain, _ZERO)
    return study.incentive(IncentiveKind.SELL_AND_RETURN, pair, move, at_most=most)


def _is_concave(study: Study) -> bool:
    """Whether no further unit pays more than the one before it, so that nothing is lifted by what precedes."""
    before: Fraction | None = None
    pay = _ZERO
    for element in study.outline[1:]:
        lo, hi, polynomial, _ = element
        assert lo is not None  # elements from zero on
        if polynomial.at(lo) != pay:
            return False
        if element.is_point:
            continue
        if (before is not None and polynomial.rate_at(lo) > before) or polynomial.curvature > 0:
            return False
        if hi is not None:
            before, pay = polynomial.rate_at(hi), polynomial.at(hi)
    return True
