"""Moves with deals: where each is measured alone they are split, joined, or sold and returned; where deals are counted,
one is booked as two.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from salesrules.commissions.model import Incentive, IncentiveKind
from salesrules.commissions.policy import ReturnTerms
from salesrules.commissions.rules.proofs.averages import averages
from salesrules.commissions.rules.proofs.pairs import Pair
from salesrules.commissions.rules.proofs.returning import largest_round_trip
from salesrules.commissions.rules.proofs.study import Study
from salesrules.core import narrowed

__all__ = ["count_deals", "moves_of_deals"]

_ZERO, _ONE = Fraction(0), Fraction(1)


def moves_of_deals(study: Study) -> list[Incentive | None]:
    """The moves of a curve by which each deal is measured alone."""
    if study.declared.counts_deals:
        return _counted_alone(study)
    least, most = averages(study.outline, study.grid)
    found = [
        study.incentive(
            IncentiveKind.SPLIT_DEAL,
            study.apart,
            lambda y, z: ((y + z,), (y, z)),
            per_unit=most - study.long_run,
        ),
        study.incentive(
            IncentiveKind.JOIN_DEALS,
            study.together,
            lambda y, z: ((y, z), (y + z,)),
            per_unit=study.long_run - least,
        ),
    ]
    if study.declared.returns is ReturnTerms.CURRENT_MEASURE:
        found.append(_sold_and_returned(study))
    return found


def _sold_and_returned(study: Study) -> Incentive | None:
    """A return is measured alone too, so it takes back less than its sale was paid where larger deals pay more."""
    pair = largest_round_trip(study.whole)
    return study.incentive(
        IncentiveKind.SELL_AND_RETURN,
        pair or Pair(_ZERO, study.far, study.far),
        lambda y, _: ((), (y, -y)),
        per_unit=_ZERO if pair else study.long_run - study.whole[0].pay.slope,
        is_bounded=pair is not None,
    )


def _counted_alone(study: Study) -> list[Incentive | None]:
    """Every deal counts as one, whatever its size."""
    pay, back = _pay(study, _ONE), _pay(study, -_ONE)
    found = [
        _counted(study, IncentiveKind.SPLIT_DEAL, pay, pay, before=[1], after=[1, 1]),
        _counted(study, IncentiveKind.JOIN_DEALS, -pay, -pay, before=[1, 1], after=[1]),
    ]
    if study.declared.returns is ReturnTerms.CURRENT_MEASURE:
        found.append(_counted(study, IncentiveKind.SELL_AND_RETURN, pay + back, pay + back, before=[], after=[1, -1]))
    return found


def count_deals(study: Study) -> list[Incentive | None]:
    """The moves of a curve that counts deals over a span: one booked as two counts twice, two as one once."""
    bounds = {Fraction(1), study.far}
    for element in study.outline[1:]:
        bounds |= {study.grid.down(element.lo or _ZERO) + step for step in (-2, -1, 0, 1)}
    counts = sorted(bound for bound in bounds if bound >= 1)
    steps = [(_pay(study, n + 1) - _pay(study, n), int(n)) for n in counts]
    (gain, n), (loss, m) = max(steps), min(steps)
    long_run = study.long_run
    return [
        _counted(study, IncentiveKind.SPLIT_DEAL, gain, long_run, before=[n], after=[n + 1]),
        _counted(study, IncentiveKind.JOIN_DEALS, -loss, -long_run, before=[m + 1], after=[m]),
    ]


def _pay(study: Study, count: Fraction) -> Fraction:
    return Fraction(study.curve.at(narrowed(count)))


def _counted(
    study: Study,
    kind: IncentiveKind,
    gain: Fraction,
    per_unit: Fraction,
    before: Iterable[int],
    after: Iterable[int],
) -> Incentive | None:
    if gain <= 0:
        return None
    exact = narrowed(gain)
    return Incentive(
        kind=kind,
        gain=exact,
        at_most=exact,
        per_unit=narrowed(max(per_unit, _ZERO)),
        before=[study.grid.decimal(Fraction(count)) for count in before],
        after=[study.grid.decimal(Fraction(count)) for count in after],
        example_gain=exact,
    )
