"""What is proved of a plan, as findings that every language has a sentence for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from salesrules.commissions import reasons as codes
from salesrules.commissions.model import (
    CurveProof,
    CurveUnit,
    DeadZone,
    Incentive,
    LeftOut,
    PlanProof,
)
from salesrules.core import Exact, Money, Rate, Reason, RoundingMode, Side, round_exactly

__all__ = ["report_curve", "report_left_out"]

_DIGITS = 6


def report_curve(proof: CurveProof, currency: str) -> tuple[Reason, ...]:
    """Everything that is proved of one curve, the good news in a word and the bad news in full.

    Money is in the plan's currency; measures and pay of a curve in shares are per cents of the quota or the target.
    Roots stand as the first measure on the grid after them, fractions to six digits.
    """
    tell = _Teller(proof, currency)
    return tuple(reason for part in (tell.falls(), tell.limits(), tell.stretches(), tell.moves()) for reason in part)


def report_left_out(proof: PlanProof) -> tuple[Reason, ...]:
    """What no proof of the plan speaks of, each with why."""
    return tuple(_left_out(entry) for entry in proof.left_out)


def _left_out(entry: LeftOut) -> Reason:
    if not entry.component:
        return codes.PROOF_LEFT_OUT(part=entry.part, left_out=entry.reason)
    return codes.PROOF_LEFT_OUT_OF(part=entry.part, component=entry.component, left_out=entry.reason)


class _Teller:
    """Puts the parts of one proof into reasons, with numbers in their units."""

    def __init__(self, proof: CurveProof, currency: str) -> None:
        self._proof = proof
        self._currency = currency

    def _measure(self, value: Exact) -> object:
        return _in_unit(value, self._proof.measured_in, self._currency, self._proof.digits)

    def _pay(self, value: Exact) -> object:
        return _in_unit(value, self._proof.paid_in, self._currency, 2)

    def falls(self) -> Iterator[Reason]:
        """Whether pay ever falls, and each interval in which more pays less."""
        if self._proof.is_monotone:
            yield codes.PROOF_MONOTONE()
        for zone in self._proof.dead_zones:
            yield self._zone(zone)

    def _zone(self, zone: DeadZone) -> Reason:
        cliff = next((cliff for cliff in self._proof.cliffs if cliff.at == zone.start), None)
        peak = self._pay(zone.peak)
        start = self._measure(zone.start)
        if cliff is None:
            if zone.end is None:
                return codes.PROOF_SINKS_FOR_GOOD(start=start, peak=peak)
            return codes.PROOF_SINKS(start=start, end=self._measure(zone.end), peak=peak)
        after = self._pay(cliff.after)
        if zone.end is None:
            code = codes.PROOF_FALLS_FOR_GOOD if cliff.side is Side.LOWER else codes.PROOF_FALLS_ABOVE_FOR_GOOD
            return code(start=start, peak=peak, after=after)
        code = codes.PROOF_FALLS if cliff.side is Side.LOWER else codes.PROOF_FALLS_ABOVE
        return code(start=start, peak=peak, after=after, end=self._measure(zone.end))

    def limits(self) -> Iterator[Reason]:
        """The most that is paid, and tiers that nobody is paid by."""
        bound = self._proof.bound
        if bound is None:
            yield codes.PROOF_UNBOUNDED()
        elif bound.is_reached:
            owns = self._proof.curve.at(bound.at) == bound.pay
            code = codes.PROOF_BOUNDED if owns else codes.PROOF_BOUNDED_ABOVE
            yield code(most=self._pay(bound.pay), at=self._measure(bound.at))
        else:
            yield codes.PROOF_NEARLY(most=self._pay(bound.pay), at=self._measure(bound.at))
        for tier in self._proof.unreachable_tiers:
            yield codes.PROOF_UNREACHABLE(tier=tier.tier + 1, unreachable=tier.reason)

    def stretches(self) -> Iterator[Reason]:
        """Bounds at which pay rises at once, and stretches in which more pays nothing more."""
        for jump in self._proof.jumps:
            code = codes.PROOF_JUMP if jump.side is Side.LOWER else codes.PROOF_JUMP_ABOVE
            yield code(at=self._measure(jump.at), before=self._pay(jump.before), after=self._pay(jump.after))
        for stretch in self._proof.flat_stretches:
            start, pay = self._measure(stretch.start), self._pay(stretch.pay)
            if stretch.end is None:
                yield codes.PROOF_FLAT_FOR_GOOD(start=start, pay=pay)
            else:
                yield codes.PROOF_FLAT(start=start, end=self._measure(stretch.end), pay=pay)

    def moves(self) -> Iterator[Reason]:
        """Moves that pay for themselves, those that never do, and those of which nothing is proved."""
        for incentive in self._proof.incentives:
            yield self._incentive(incentive)
        if self._proof.ruled_out:
            yield codes.PROOF_RULED_OUT(kinds=tuple(self._proof.ruled_out))
        if self._proof.undecided:
            yield codes.PROOF_UNDECIDED(kinds=tuple(self._proof.undecided))

    def _incentive(self, incentive: Incentive) -> Reason:
        before, after = (tuple(map(self._measure, each)) for each in (incentive.before, incentive.after))
        example: dict[str, Any] = {"before": before, "after": after, "example": self._pay(incentive.example_gain)}
        if incentive.gain is None:
            per_unit = self._rate(incentive.per_unit)
            return codes.PROOF_GAIN_WITHOUT_BOUND(kind=incentive.kind, per_unit=per_unit, **example)
        if not incentive.is_exact:
            return codes.PROOF_GAIN_AT_LEAST(kind=incentive.kind, gain=self._pay(incentive.gain), **example)
        return codes.PROOF_GAIN(kind=incentive.kind, gain=self._pay(incentive.gain), **example)

    def _rate(self, value: Exact) -> object:
        """Pay for one more unit: a share where both are money or both are shares, else an amount."""
        if self._proof.measured_in is CurveUnit.UNITS:
            return self._pay(value)
        return Rate(_decimal(value, _DIGITS))


def _in_unit(value: Exact, unit: CurveUnit, currency: str, digits: int) -> object:
    match unit:
        case CurveUnit.MONEY:
            return Money(_decimal(value, digits), currency)
        case CurveUnit.UNITS:
            return _decimal(value, _DIGITS)
        case _:
            return Rate(_decimal(value, _DIGITS))


def _decimal(value: Exact, digits: int) -> Decimal:
    """A decimal as it is; a fraction that is none rounded up, so that what is reached there is reached."""
    return value if isinstance(value, Decimal) else round_exactly(value, digits, RoundingMode.CEILING)
