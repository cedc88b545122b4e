"""Lines of a statement: each leads from one credit to its pay, and shows how the measure fell across the tiers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter
from typing import Any

import attrs

from salesrules.commissions.model.credits import SalesCredit
from salesrules.commissions.model.tiers import FormulaUse, SupportsPieces, TableBase, TierShare
from salesrules.core import Exact, Money, Rounding, RoundingMode, minus, plus, round_exactly

__all__ = ["CapUse", "Reversal", "StatementLine"]


@attrs.frozen(kw_only=True)
class CapUse:
    """How a cap met a line: the policy entry, its limit, and what the plan had earned in the period before the line."""

    policy: str
    limit: Decimal
    earned_before: Exact

    def room(self, earned: Exact) -> Exact:
        """How much of `earned` still fits under the limit; below zero where the line gives capped pay back."""
        after = plus(self.earned_before, earned)
        return minus(min(self.limit, after), min(self.limit, self.earned_before))


@attrs.frozen(kw_only=True)
class Reversal:
    """A return at original terms: the line it takes back, and the share of it returned before and after this one."""

    line: str
    paid: Money
    share_before: Fraction
    share_after: Fraction


def _as_pieces(given: Iterable[TierShare] | SupportsPieces) -> tuple[TierShare, ...] | SupportsPieces:
    return tuple(given) if isinstance(given, Iterable) else given


@attrs.frozen(kw_only=True, eq=False)
class StatementLine:
    """What one credit earned in one component of a plan.

    `measured` is the credited measure in `unit`, the plan's currency or empty for quantities and counts; `before` and
    `after` are the running measure around it, `quota` what a table by attainment takes its bounds' shares of, `base`
    what a table of multiples multiplies, `pieces` how the measure fell across the tiers, `formula` what stands in their
    place where a formula pays. `earned` is exact, `payable` what is left of it under the cap.
    `amount`, what is paid, is the rounding of the plan's running total less what was already paid:
    `running` and `running_paid` are those before this line, both zero where each line is rounded alone.
    `is_rounded_by_tier` marks a line whose pieces are rounded each on its own; `spare` is the unit that a line rounded
    down gets of what the rounded total leaves over.
    """

    id: str
    credit: SalesCredit
    plan: str
    component: str
    measured: Decimal
    unit: str = ""
    exchange_rate: Decimal = Decimal(1)
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    quota: Decimal | None = None
    base: TableBase | None = None
    _pieces: tuple[TierShare, ...] | SupportsPieces = attrs.field(default=(), converter=_as_pieces, alias="pieces")
    formula: FormulaUse | None = None
    earned: Exact
    payable: Exact
    cap: CapUse | None = None
    rounding: Rounding
    running: Exact = Decimal(0)
    running_paid: Decimal = Decimal(0)
    is_rounded_by_tier: bool = False
    spare: Decimal = Decimal(0)
    amount: Money
    reversal: Reversal | None = None

    @property
    def pieces(self) -> tuple[TierShare, ...]:
        """How the measure fell across the tiers; where a curve pays, it is asked only now."""
        return self._pieces if isinstance(self._pieces, tuple) else self._pieces.pieces(self.before, self.after)

    @property
    def capped(self) -> Exact:
        """What the cap took."""
        return minus(self.earned, self.payable)

    def __eq__(self, other: object) -> bool:
        """Whether the lines show the same, whether a curve pays or the pieces were kept."""
        if type(other) is not StatementLine:
            return NotImplemented
        return _kept(self) == _kept(other) and (self._pieces == other._pieces or self.pieces == other.pieces)

    def __hash__(self) -> int:
        return hash(_kept(self))

    def to_record(self) -> dict[str, Any]:
        """The line as one flat row of plain values; a fraction that no decimal equals is given to twelve places."""
        transaction = self.credit.transaction
        return {
            "line": self.id,
            "payee": self.credit.payee,
            "transaction": transaction.id,
            "day": self.credit.day,
            "kind": transaction.kind.value,
            "role": self.credit.role,
            "plan": self.plan,
            "component": self.component,
            "measured": self.measured,
            "before": self.before,
            "after": self.after,
            "tiers": self.formula.formula if self.formula else "; ".join(map(_tier, self.pieces)),
            "earned": _plain(self.earned),
            "capped": _plain(self.capped),
            "amount": self.amount.amount,
            "currency": self.amount.currency,
        }


#: The fields of a line but its pieces.
_kept = attrgetter(*(field.name for field in attrs.fields(StatementLine) if field.name != "_pieces"))


def _tier(piece: TierShare) -> str:
    column = f" {piece.column}" if piece.column else ""
    paid = str(_plain(piece.earned)) if piece.is_amount else f"{_plain(piece.measure)} @ {_plain(piece.rate)}"
    return f"{piece.tier + 1}{column}: {paid}"


def _plain(value: Exact) -> Decimal:
    return value if isinstance(value, Decimal) else round_exactly(value, 12, RoundingMode.HALF_EVEN)
