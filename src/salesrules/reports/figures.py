"""The curves of a report as figures: a picture with what is proved of it below."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import attrs

from salesrules.commissions import CurveUnit, LeftOutReason, PlanProof, report_curve, report_left_out
from salesrules.core import Reason, Severity
from salesrules.messages import render
from salesrules.reports.content import PlanCurve, ReportContent
from salesrules.reports.pictures import curve_title, draw_payout_curve
from salesrules.reports.words import Names

__all__ = ["Figure", "figures"]

#: What is not said: the picture shows it, or it is for those who write the plan (`salesrules check` tells them).
_UNSAID = ("proof_jump", "proof_flat", "proof_gain", "proof_ruled_out", "proof_undecided")


@attrs.frozen(kw_only=True)
class Figure:
    """A curve's picture with what stands above and below it; `warnings` are what nobody may have meant."""

    plan: str
    component: str
    column: str
    mode: str
    svg: str
    warnings: tuple[str, ...]
    note: str


def figures(content: ReportContent, names: Names) -> tuple[Figure, ...]:
    """The figure of each curve."""
    return tuple(_figure(curve, content, names) for curve in content.curves)


def _figure(curve: PlanCurve, content: ReportContent, names: Names) -> Figure:
    words, plan = names.words, names.plan(curve.plan)
    found = list(_said(curve))

    def sentences(severity: Severity) -> tuple[str, ...]:
        said = (render(each, words.locale, words.currencies) for each in found if each.severity is severity)
        return tuple(sentence[:1].upper() + sentence[1:] for sentence in said)

    return Figure(
        plan=plan,
        component=curve.component,
        column=curve.column,
        mode=words.say("by_formula") if curve.mode is None else words.choice(curve.mode),
        svg=draw_payout_curve(
            curve, words.locale, title=curve_title(curve, plan, words), marks=list(_standings(curve, content))
        ),
        warnings=sentences(Severity.WARNING),
        note=("" if words.language.startswith("zh") else " ").join(sentences(Severity.INFO)),
    )


def _said(curve: PlanCurve) -> Iterator[Reason]:
    """Where a curve falls, tiers that pay nobody, how far it goes, and what of the earnings is not in it."""
    missing = [
        attrs.evolve(entry, component="")  # which stands above the picture
        for entry in curve.left_out
        if entry.reason is not LeftOutReason.PAID_LATER
    ]
    left_out = PlanProof(plan=curve.plan, currency=curve.currency, curves=[], left_out=missing)
    for reason in (*report_curve(curve.proof, curve.currency), *report_left_out(left_out)):
        if not reason.code.rpartition(".")[2].startswith(_UNSAID):
            yield reason


def _standings(curve: PlanCurve, content: ReportContent) -> Iterator[Fraction]:
    """Where payees stand on a curve by attainment; in none of its columns alone, where it has them."""
    if curve.proof.measured_in is CurveUnit.QUOTA and not curve.column:
        for statement in content.run.statements:
            for measurement in statement.measurements:
                of_curve = (measurement.plan, measurement.component) == (curve.plan, curve.component)
                if of_curve and measurement.attainment is not None:
                    yield measurement.attainment
