"""Running measures: what one has come to over its span, and what a credit that moves it earns by its table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, Protocol

import attrs

from salesrules.commissions.model import FormulaUse, SupportsPieces, TableBase, TierShare
from salesrules.commissions.policy import RateMode
from salesrules.commissions.rules.curve import PayoutCurve
from salesrules.commissions.rules.formula import evaluate_formula
from salesrules.core import EXACT, Exact, exact_sum, minus, narrowed, plus

__all__ = ["Account", "CurveAccount", "FormulaAccount", "GridAccount", "Move", "Moving"]

_ZERO = Decimal(0)


class Moving(NamedTuple):
    """A credit as an account sees it: its measure, the column that it falls into, and each measure by name."""

    measured: Decimal
    column: str = ""
    measures: Mapping[str, Decimal] = {}


class Move(NamedTuple):
    """What a credit did to a running measure, and what it earned."""

    before: Decimal
    after: Decimal
    earned: Exact
    pieces: tuple[TierShare, ...] | SupportsPieces = ()
    formula: FormulaUse | None = None

    @property
    def tiers(self) -> tuple[TierShare, ...]:
        """The pieces themselves."""
        return self.pieces if isinstance(self.pieces, tuple) else self.pieces.pieces(self.before, self.after)


class Account(Protocol):
    """What a running measure has come to; `quota` and `base` are what its table's bounds and multiples are of."""

    measured: Decimal
    quota: Decimal | None
    base: TableBase | None

    def move(self, credit: Moving) -> Move:
        """Move the measure by a credit; what it did."""
        ...


def _sum(pieces: tuple[TierShare, ...]) -> Exact:
    earned = pieces[0].earned
    for piece in pieces[1:]:
        earned = plus(earned, piece.earned)
    return earned


class CurveAccount:
    """Pays F(after) − F(before); where each transaction is measured alone, F of it."""

    __slots__ = ("_alone", "_curve", "_reached", "base", "measured", "quota")

    def __init__(
        self, curve: PayoutCurve, *, opening: Decimal, alone: bool, quota: Decimal | None, base: TableBase | None
    ) -> None:
        self._curve = curve
        self._alone = alone
        self._reached = curve.at(_ZERO if alone else opening)
        self.measured = opening
        self.quota = quota
        self.base = base

    def move(self, credit: Moving) -> Move:
        """Move the measure by a credit; what it did."""
        before = self.measured
        after = self.measured = EXACT.add(before, credit.measured)
        if self._alone:
            after = credit.measured
            return Move(_ZERO, after, minus(self._curve.at(after), self._reached), self._curve)
        paid, self._reached = self._reached, self._curve.at(after)
        return Move(before, after, minus(self._reached, paid), self._curve)


class GridAccount:
    """Pays by a curve for each column.

    `reached` gives the column that another component has reached, where that decides; it then pays the whole span.
    """

    __slots__ = ("_alone", "_by_column", "_column", "_curves", "_mode", "_reached", "base", "measured", "quota")

    def __init__(
        self,
        curves: Mapping[str, PayoutCurve],
        *,
        openings: Mapping[str, Decimal],
        alone: bool,
        quota: Decimal | None,
        reached: Callable[[], str] | None,
    ) -> None:
        self._curves = curves
        self._mode = next(iter(curves.values())).mode
        self._alone = alone
        self._reached = reached
        self._by_column: dict[str, Decimal] = defaultdict(Decimal, openings)
        self._column: str | None = None
        self.measured = exact_sum(openings.values())
        self.quota = quota
        self.base: TableBase | None = None

    def move(self, credit: Moving) -> Move:
        """Move the measure by a credit; what it did."""
        before = self.measured
        after = self.measured = EXACT.add(before, credit.measured)
        if self._reached is not None:
            pieces = self._by_reached(before, after, self._reached())
        elif self._alone:
            before, after = _ZERO, credit.measured
            pieces = self._of(credit.column, before, after)
        elif self._mode is RateMode.MARGINAL:
            pieces = self._of(credit.column, before, after)
        else:
            pieces = self._whole(before, after, credit)
        return Move(before, after, _sum(pieces), pieces)

    def _of(self, column: str, before: Decimal, after: Decimal) -> tuple[TierShare, ...]:
        return tuple(attrs.evolve(piece, column=column) for piece in self._curves[column].pieces(before, after))

    def _by_reached(self, before: Decimal, after: Decimal, column: str) -> tuple[TierShare, ...]:
        """Where another column is reached, all is taken back by the old one and paid by the new one."""
        old = self._column or column
        self._column = column
        if old == column:
            return self._of(column, before, after)
        gone = self._of(old, before, _ZERO) if before else ()
        return tuple(attrs.evolve(piece, whole=True) for piece in (*gone, *self._of(column, _ZERO, after)))

    def _whole(self, before: Decimal, after: Decimal, credit: Moving) -> tuple[TierShare, ...]:
        """The reached row pays what was measured in every column."""
        own, was = credit.column, dict(self._by_column)
        self._by_column[own] = EXACT.add(self._by_column[own], credit.measured)
        curve = self._curves[own]
        if curve.position_at(before) == curve.position_at(after):
            return self._of(own, before, after)
        found: list[TierShare] = []
        for point, sign, measured in ((before, -1, was), (after, 1, self._by_column)):
            for column, amount in measured.items():
                if not amount:
                    continue
                [*_, piece] = self._curves[column].pieces(_ZERO, point)
                part = EXACT.multiply(amount, Decimal(sign))
                found.append(
                    attrs.evolve(
                        piece,
                        column=column,
                        measure=part,
                        earned=EXACT.multiply(part, _rate(piece)),
                        whole=True,
                        opening=was.get(own, _ZERO) if sign > 0 and column == own else None,
                    )
                )
        return tuple(found)


def _rate(piece: TierShare) -> Decimal:
    assert isinstance(piece.rate, Decimal)  # a grid's rates are decimals
    return piece.rate


class FormulaAccount:
    """Pays what the formula comes to after a credit less what it came to before; nothing where nothing was measured."""

    __slots__ = ("_alone", "_formula", "_measures", "base", "measured", "quota")

    def __init__(
        self, formula: str, *, openings: Mapping[str, Decimal], measure: str, alone: bool, quota: Decimal | None
    ) -> None:
        self._formula = formula
        self._measures = dict(openings)
        self._alone = alone
        self.measured = openings.get(measure, _ZERO)
        self.quota = quota
        self.base: TableBase | None = None

    def move(self, credit: Moving) -> Move:
        """Move the measures by a credit; what it did."""
        before, was = self.measured, self._measures
        after = self.measured = EXACT.add(before, credit.measured)
        if self._alone:
            before, after, was = _ZERO, credit.measured, {}
        was = {name: was.get(name, _ZERO) for name in credit.measures}  # an opening may speak of one of them alone
        now = {name: EXACT.add(was[name], value) for name, value in credit.measures.items()}
        self._measures = now
        values = [
            self._values(measures, reached) if any(measures.values()) else {}
            for measures, reached in ((was, before), (now, after))
        ]
        start, end = (evaluate_formula(self._formula, known) if known else _ZERO for known in values)
        use = FormulaUse(formula=self._formula, before=values[0], after=values[1])
        return Move(before, after, minus(end, start), (), use)

    def _values(self, measures: Mapping[str, Decimal], reached: Decimal) -> dict[str, Exact]:
        """The values of the names that a formula can speak of here."""
        found: dict[str, Exact] = dict(measures)
        if self.quota is not None:
            found["quota"] = self.quota
            found["attainment"] = narrowed(Fraction(reached) / Fraction(self.quota))
        return found
