"""What `salesrules solve` answers: what must be sold to be paid so much, and the next threshold from here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import attrs

from salesrules.cli import output
from salesrules.commissions import (
    CommissionPolicy,
    CurveProof,
    CurveUnit,
    NextThreshold,
    Plan,
    Solution,
    find_next_threshold,
    prove_plan,
    solve_measure,
)
from salesrules.core import Exact, InvalidValue, Money, Rate, RoundingMode, UnknownName, nearest_names, round_exactly
from salesrules.messages import format_value, text
from salesrules.rulebook import Rulebook
from salesrules.wire import dump

__all__ = ["Answer", "find_plan", "show_answer", "solve_plan"]


@attrs.frozen(kw_only=True)
class Answer:
    """The answer for one curve of a plan."""

    plan: str
    currency: str
    proof: CurveProof
    solution: Solution
    threshold: NextThreshold | None

    def to_document(self) -> dict[str, Any]:
        """The answer as plain data."""
        reached, threshold = self.solution.reached, self.threshold
        return {
            "format": "salesrules.solve/1",
            "plan": self.plan,
            "component": self.proof.component,
            "column": self.proof.column,
            "currency": self.currency,
            "measured_in": self.proof.measured_in.value,
            "paid_in": self.proof.paid_in.value,
            "wanted": _plain(self.solution.wanted),
            "measured": _plain(self.solution.measured),
            "reached": None if reached is None else {"measure": _plain(reached.measure), "pay": _plain(reached.pay)},
            "more": None if self.solution.more is None else _plain(self.solution.more),
            "highest": None if self.solution.highest is None else _plain(self.solution.highest),
            "next_threshold": None
            if threshold is None
            else {
                "at": _plain(threshold.at),
                "distance": _plain(threshold.distance),
                "pay": _plain(threshold.pay_there),
                "rate": _plain(threshold.rate_there),
            },
        }


def _plain(value: Exact) -> Any:
    return dump(value) if isinstance(value, Decimal) else str(value)


def find_plan(policy: CommissionPolicy, name: str) -> Plan:
    """The plan with an id, or the only version of a family; raises `UnknownName` with the nearest names."""
    own = [plan for plan in policy.plans if plan.id == name]
    versions = own or [plan for plan in policy.plans if plan.family == name]
    if not versions:
        known = dict.fromkeys([plan.id for plan in policy.plans] + [plan.family for plan in policy.plans])
        raise UnknownName("plan", name, tuple(nearest_names(name, known)))
    if len(versions) > 1:
        raise InvalidValue("plan", name, f"name one version: {', '.join(plan.id for plan in versions)}")
    return versions[0]


def solve_plan(
    book: Rulebook,
    plan: Plan,
    pay: Decimal,
    *,
    component: str = "",
    column: str = "",
    measured: Decimal = Decimal(0),
    quota: Decimal | None = None,
    target: Decimal | None = None,
) -> Answer:
    """What one component must measure to pay so much, its plan's caps, gates and kickers included.

    Raises `InvalidValue` where several components or columns could be meant, `UnknownName` for one that is not there.
    """
    pay_period = book.policy(CommissionPolicy).pay_period
    digits = book.currencies.digits(plan.currency)
    curves = prove_plan(plan, quota=quota, target=target, digits=digits, pay_period=pay_period).curves
    proof = _chosen(_chosen(curves, "component", component), "column", column)[0]
    if proof.measured_in is CurveUnit.QUOTA and quota is None:
        raise InvalidValue("quota", None, "this component pays by attainment; say at which quota")
    return Answer(
        plan=plan.id,
        currency=plan.currency,
        proof=proof,
        solution=solve_measure(proof.curve, pay, digits=proof.digits, measured=measured),
        threshold=find_next_threshold(proof.curve, measured, digits=proof.digits),
    )


def _chosen(curves: Sequence[CurveProof], field: str, name: str) -> list[CurveProof]:
    names = list(dict.fromkeys(getattr(curve, field) for curve in curves))
    if name and name not in names:
        raise UnknownName(field, name, tuple(nearest_names(name, names)))
    if not name and len(names) > 1:
        raise InvalidValue(field, None, f"name one of {', '.join(names)}")
    if not names:
        raise InvalidValue(field, None, "the plan has no payout curve: it pays by formulas of several measures alone")
    return [curve for curve in curves if getattr(curve, field) == (name or names[0])]


def show_answer(answer: Answer, locale: str) -> None:
    """Print the answer in sentences."""
    proof, solution = answer.proof, answer.solution

    def measure(value: Exact) -> str:
        return format_value(_in_unit(value, proof.measured_in, answer.currency), locale)

    def pay(value: Exact) -> str:
        return format_value(_in_unit(value, proof.paid_in, answer.currency), locale)

    def say(label: str, **values: str) -> None:
        output.write(text(f"cli.label.{label}", locale, **values) + "\n")

    wanted, measured = pay(solution.wanted), measure(solution.measured)
    if solution.reached is None or solution.more is None:
        say("never_paid", pay=wanted, most=pay(solution.highest or Decimal(0)))
    elif not solution.more:
        say("already_paid", pay=wanted, measured=measured)
    else:
        say("solved", pay=wanted, measure=measure(solution.reached.measure))
        if solution.measured:
            now = pay(proof.curve.at(solution.measured))
            say("solved_from", measured=measured, now=now, more=measure(solution.more))
    threshold = answer.threshold
    if threshold is None:
        say("no_threshold")
        return
    rate = threshold.rate_there
    units = proof.measured_in is CurveUnit.UNITS
    shown = pay(rate) if units else format_value(Rate(_rounded(rate, 6)), locale)
    say(
        "next_threshold",
        at=measure(threshold.at),
        distance=measure(threshold.distance),
        pay=pay(threshold.pay_there),
        rate=shown,
    )


def _in_unit(value: Exact, unit: CurveUnit, currency: str) -> object:
    match unit:
        case CurveUnit.MONEY:
            return Money(_rounded(value, 4), currency)
        case CurveUnit.UNITS:
            return value
        case _:
            return Rate(_rounded(value, 6))


def _rounded(value: Exact, digits: int) -> Decimal:
    return value if isinstance(value, Decimal) else round_exactly(value, digits, RoundingMode.HALF_EVEN)
