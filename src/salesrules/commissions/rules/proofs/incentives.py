"""Moves that change what is paid, not what is sold: which of them a curve pays for, and by how much."""

from __future__ import annotations

from typing import NamedTuple

from salesrules.commissions.model import Incentive, IncentiveKind, SpanCurve
from salesrules.commissions.policy import Accumulation
from salesrules.commissions.rules.proofs.deals import count_deals, moves_of_deals
from salesrules.commissions.rules.proofs.elements import Outline
from salesrules.commissions.rules.proofs.grid import Grid
from salesrules.commissions.rules.proofs.spans import moves_of_spans
from salesrules.commissions.rules.proofs.study import Declared, Study

__all__ = ["Found", "find_incentives"]


class Found(NamedTuple):
    """The moves that pay, those that never do, and those of which nothing is proved."""

    incentives: list[Incentive]
    ruled_out: list[IncentiveKind]
    undecided: list[IncentiveKind]


def find_incentives(outline: Outline, curve: SpanCurve, grid: Grid, declared: Declared) -> Found:
    """Every move that the curve pays for; `outline` is its own, over all measures."""
    study = Study(outline, curve, grid, declared)
    undecided: list[IncentiveKind] = []
    if declared.accumulate is Accumulation.TRANSACTION:
        made = moves_of_deals(study)
    else:
        made, undecided = moves_of_spans(study)
        if declared.counts_deals:
            made += count_deals(study)
    found = [incentive for incentive in made if incentive is not None]
    settled = {*(incentive.kind for incentive in found), *undecided}
    return Found(found, [kind for kind in IncentiveKind if kind not in settled], undecided)
