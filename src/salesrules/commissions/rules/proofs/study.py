"""A curve under study: what two measures gain apart or together, and incentives with examples on the grid."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from salesrules.commissions.model import Incentive, IncentiveKind, SpanCurve
from salesrules.commissions.policy import Accumulation, ReturnTerms
from salesrules.commissions.rules.proofs.averages import average_falls, average_rises
from salesrules.commissions.rules.proofs.elements import Outline, changed, from_zero
from salesrules.commissions.rules.proofs.examples import Move, nearest_example
from salesrules.commissions.rules.proofs.grid import Grid
from salesrules.commissions.rules.proofs.pairs import Pair, largest_pair
from salesrules.commissions.rules.proofs.pieces import Pieces, whole_pieces
from salesrules.core import narrowed

__all__ = ["Declared", "Study"]

_ZERO = Fraction(0)
_NONE = Pair(_ZERO, _ZERO, _ZERO)


class Declared(NamedTuple):
    """What a plan declares of a curve: over what its measure runs, what returns take back, and whether the measure
    counts deals; `is_modified` where modifiers are composed into the curve.
    """

    accumulate: Accumulation
    returns: ReturnTerms
    counts_deals: bool = False
    is_modified: bool = False


class Study:
    """A curve and its outline over all measures; pairs are measured from what nothing pays where spans begin anew."""

    def __init__(self, outline: Outline, curve: SpanCurve, grid: Grid, declared: Declared) -> None:
        self.whole = outline
        self.curve = curve
        self.grid = grid
        self.declared = declared
        self.outline = from_zero(outline)
        self.at_zero = self.outline[0].pay.constant
        if declared.accumulate is not Accumulation.TRANSACTION and self.at_zero:
            self.outline = changed(self.outline, lambda element: element.pay.plus(-self.at_zero))

    @property
    def long_run(self) -> Fraction:
        """What one more unit pays in the long run."""
        return self.outline[-1].pay.slope

    @property
    def least(self) -> Fraction:
        """The least measure that a move may make: a deal is above zero, a span may be empty."""
        return self.grid.unit if self.declared.accumulate is Accumulation.TRANSACTION else _ZERO

    @property
    def far(self) -> Fraction:
        """The first measure of the grid behind the last bound."""
        return self.grid.after(self.outline[-1].lo or _ZERO)

    @cached_property
    def pieces(self) -> Pieces:
        """The curve in whole numbers."""
        return whole_pieces(self.outline)

    @cached_property
    def apart(self) -> Pair:
        """The most that two measures gain apart."""
        return _NONE if average_rises(self.outline) else largest_pair(self.pieces, together=False)

    @cached_property
    def together(self) -> Pair:
        """The most that two measures gain together."""
        return _NONE if average_falls(self.outline) else largest_pair(self.pieces, together=True)

    def incentive(
        self,
        kind: IncentiveKind,
        pair: Pair,
        move: Move,
        *,
        per_unit: Fraction = _ZERO,
        at_most: Fraction | None = None,
        is_bounded: bool = True,
    ) -> Incentive | None:
        """The incentive of a pair with an example next to it; `None` where it gains nothing."""
        if pair.gain <= 0 and is_bounded:
            return None
        before, after, gain = nearest_example(self.curve, self.grid, pair, move, self.least)
        most = pair.gain if at_most is None else max(pair.gain, at_most)
        return Incentive(
            kind=kind,
            gain=narrowed(pair.gain) if is_bounded else None,
            at_most=narrowed(most) if is_bounded else None,
            per_unit=narrowed(max(per_unit, _ZERO)),
            before=before,
            after=after,
            example_gain=gain,
        )
