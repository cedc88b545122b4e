"""Payout curves beside OpenFisca's scales, which compute with floats; and where its scales go wrong on a bound.

OpenFisca-Core 46: github.com/openfisca/openfisca-core, `openfisca_core/taxscales`. A peer for comparison only.
"""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction

import numpy
import pytest
from openfisca_core.taxscales import (
    LinearAverageRateTaxScale,
    MarginalAmountTaxScale,
    MarginalRateTaxScale,
    SingleAmountTaxScale,
)

from salesrules.commissions import FixedTable, PayoutCurve, RateMode, payout_curve
from salesrules.core import Band, BandTable, Rate, Side

SCALES = 300
CENT = Decimal("0.01")


def drawn(seed: int, largest: int = 30_000_000):
    """Bounds in cents from zero on, a number in thousandths for each, and measures on bounds, beside them, anywhere."""
    random_ = random.Random(seed)
    bounds = [Decimal(0), *sorted({random_.randint(1, largest) * CENT for _ in range(random_.randint(0, 7))})]
    values = [Decimal(random_.randint(0, 400)) / 1000 for _ in bounds]
    near = [bound + step * CENT for bound in bounds for step in (-1, 0, 1)]
    anywhere = [random_.randint(0, 2 * largest) * CENT for _ in range(20)]
    return bounds, values, [measure for measure in near + anywhere if measure >= 0]


def rates(bounds, values, side="lower"):
    return BandTable(bands=[Band(start=b, value=Rate(v)) for b, v in zip(bounds, values, strict=True)], side=side)


def amounts(bounds, values, side="lower"):
    return BandTable(bands=[Band(start=b, value=v) for b, v in zip(bounds, values, strict=True)], side=side)


def scale_of(kind, bounds, values):
    scale = kind()
    for bound, value in zip(bounds, values, strict=True):
        scale.add_bracket(float(bound), float(value))
    return scale


def base_of(measures):
    return numpy.array([float(measure) for measure in measures])


def close(theirs: float, ours: Decimal | Fraction, loss: float = 1e-8) -> bool:
    """Equal but for what floats lose over a few steps: a millionth of a cent."""
    return abs(theirs - float(ours)) <= max(loss, 4e-15 * abs(float(ours)))


@pytest.mark.parametrize("side", list(Side))
def test_marginal_scales_pay_alike_whichever_side_owns_the_bound(side):
    compared = 0
    for seed in range(SCALES):
        bounds, values, measures = drawn(seed)
        curve = PayoutCurve.of(rates(bounds, values, side), RateMode.MARGINAL)
        theirs = scale_of(MarginalRateTaxScale, bounds, values).calc(base_of(measures))
        wrong = [(m, t, curve.at(m)) for m, t in zip(measures, theirs, strict=True) if not close(t, curve.at(m))]
        assert wrong == []
        compared += len(measures)
    assert compared > 20 * SCALES


def test_marginal_rates_are_alike_away_from_bounds():
    for seed in range(SCALES):
        bounds, values, measures = drawn(seed)
        tiers = rates(bounds, values)
        away = [measure for measure in measures if measure not in bounds]
        theirs = scale_of(MarginalRateTaxScale, bounds, values).marginal_rates(base_of(away))
        assert [float(tiers.at(measure).value) for measure in away] == list(theirs)


def test_on_a_bound_openfisca_gives_the_rate_of_the_tier_below():
    """Its thresholds are stretched by the least float above one, to keep 0 × ∞ away; so no bound above 0 is met.

    Its own docstrings say that a bracket begins at its threshold, and its scales of single amounts do so.
    """
    scale = scale_of(MarginalRateTaxScale, [Decimal(0), Decimal(100)], [Decimal("0.02"), Decimal("0.04")])
    assert list(scale.marginal_rates(numpy.array([99.99, 100.0, 100.01]))) == [0.02, 0.02, 0.04]
    assert list(scale.rate_from_tax_base(numpy.array([100.0]))) == [0.02]
    tiers = rates([Decimal(0), Decimal(100)], [Decimal("0.02"), Decimal("0.04")])
    assert tiers.at(100) == Rate("0.04")
    assert list(scale.marginal_rates(numpy.array([0.0]))) == [0.02], "zero times anything is met"


def test_rates_between_bounds_pay_alike():
    """An average-rate scale pays nothing from its last threshold on, so that it is given one at infinity."""
    for seed in range(SCALES):
        bounds, values, measures = drawn(seed)
        curve = PayoutCurve.of(rates(bounds, values), RateMode.INTERPOLATED_RATE)
        scale = scale_of(LinearAverageRateTaxScale, [*bounds, Decimal("Infinity")], [*values, values[-1]])
        theirs = scale.calc(base_of(measures))
        # a cent beyond a bound between steep rates, floats lose a ten-thousandth of a cent
        assert [(m, t) for m, t in zip(measures, theirs, strict=True) if not close(t, curve.at(m), 1e-6)] == []


def test_openfisca_pays_nothing_from_the_last_threshold_of_an_average_rate_scale_on():
    bounds, values = [Decimal(0), Decimal(100)], [Decimal("0.02"), Decimal("0.04")]
    scale = scale_of(LinearAverageRateTaxScale, bounds, values)
    assert [round(float(paid), 9) for paid in scale.calc(numpy.array([99.0, 100.0, 200.0]))] == [3.9402, 0.0, 0.0]
    curve = PayoutCurve.of(rates(bounds, values), RateMode.INTERPOLATED_RATE)
    assert [curve.at(Decimal(measure)) for measure in (99, 100, 200)] == [Decimal("3.9402"), 4, 8]


@pytest.mark.parametrize("side", list(Side))
def test_single_amounts_pay_alike_on_either_side(side):
    for seed in range(SCALES):
        bounds, values, measures = drawn(seed)
        curve = payout_curve(FixedTable(mode="fixed", tiers=amounts(bounds, values, side)))
        measures = [measure for measure in measures if measure > 0]  # at zero itself nothing is paid here
        theirs = scale_of(SingleAmountTaxScale, bounds, values).calc(base_of(measures), right=side is Side.UPPER)
        assert [float(curve.at(measure)) for measure in measures] == list(theirs)


def test_amounts_that_add_up_pay_alike_where_the_tier_below_owns_the_bound():
    for seed in range(SCALES):
        bounds, values, measures = drawn(seed)
        curve = payout_curve(FixedTable(mode="cumulative_fixed", tiers=amounts(bounds, values, "upper")))
        theirs = scale_of(MarginalAmountTaxScale, bounds, values).calc(base_of(measures))
        assert [(m, t) for m, t in zip(measures, theirs, strict=True) if not close(t, curve.at(m))] == []
