"""What `salesrules check` prints of plans: what is proved of each curve, the curve, and what no proof speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from salesrules.cli import output
from salesrules.cli.curves import draw_curve
from salesrules.commissions import (
    CommissionPolicy,
    CurveProof,
    CurveUnit,
    PlanProof,
    prove_plan,
    report_curve,
    report_left_out,
)
from salesrules.core import CurrencyTable, Reason
from salesrules.messages import render, text
from salesrules.rulebook import Rulebook
from salesrules.wire import dump

__all__ = ["proof_records", "prove_rulebook", "show_proofs"]


def prove_rulebook(book: Rulebook, quota: Decimal | None, target: Decimal | None) -> tuple[PlanProof, ...]:
    """The proofs of all plans of a rulebook; none where it has no commissions."""
    if "commissions" not in book.sections:
        return ()
    policy = book.policy(CommissionPolicy)
    return tuple(
        prove_plan(
            plan,
            quota=quota,
            target=target,
            digits=book.currencies.digits(plan.currency),
            pay_period=policy.pay_period,
        )
        for plan in policy.plans
    )


def show_proofs(proofs: tuple[PlanProof, ...], currencies: CurrencyTable, locale: str) -> None:
    """Print each plan's proofs with its curves."""
    for proof in proofs:
        output.write(f"{text('cli.label.proved', locale, plan=proof.plan)}\n")
        for curve in proof.curves:
            output.write(f"  {_heading(curve, locale)}\n")
            if curve.measured_in is CurveUnit.QUOTA:
                output.write(f"    {text('cli.label.proved_in_shares', locale)}\n")
            for reason in report_curve(curve, proof.currency):
                output.write(f"  {_mark(reason)} {_sentence(reason, locale, currencies)}\n")
            if len(curve.curve.segments) > 1:  # one straight line from zero shows nothing
                output.write("".join(f"    {line}\n" for line in draw_curve(curve, locale).splitlines()))
        for reason in report_left_out(proof):
            output.write(f"  · {_sentence(reason, locale, currencies)}\n")
        output.write("\n")


def _heading(curve: CurveProof, locale: str) -> str:
    if curve.column:
        return text("cli.label.proved_column", locale, component=curve.component, column=curve.column)
    return text("cli.label.proved_curve", locale, component=curve.component)


def _mark(reason: Reason) -> str:
    return "!" if reason.severity.value == "warning" else "·"


def _sentence(reason: Reason, locale: str, currencies: CurrencyTable) -> str:
    said = render(reason, locale, currencies)
    return said[:1].upper() + said[1:]


def proof_records(proofs: tuple[PlanProof, ...]) -> Iterator[dict[str, Any]]:
    """The proofs as plain data: codes with their values, and the segments of each curve."""
    for proof in proofs:
        yield {
            "plan": proof.plan,
            "currency": proof.currency,
            "curves": [
                {
                    "component": curve.component,
                    "column": curve.column,
                    "measured_in": curve.measured_in.value,
                    "paid_in": curve.paid_in.value,
                    "is_monotone": curve.is_monotone,
                    "findings": [_record(reason) for reason in report_curve(curve, proof.currency)],
                    "segments": [
                        {
                            "start": str(segment.start),
                            "base": str(segment.base),
                            "slope": str(segment.slope),
                            "curvature": str(segment.curvature),
                        }
                        for segment in curve.curve.segments
                    ],
                }
                for curve in proof.curves
            ],
            "left_out": [_record(reason) for reason in report_left_out(proof)],
        }


def _record(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "severity": reason.severity.value,
        "parameters": {name: dump(value) for name, value in reason.parameters.items()},
    }
