"""Service standards: each step measured against its requirement, in points."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from salesrules.core import Decision, PolicyReference, Reason, UnknownName, to_decimal
from salesrules.service import reasons as codes
from salesrules.service.model import StandardResult, StandardScore
from salesrules.service.policy import ServicePolicy, ServiceStandard
from salesrules.service.rules.life import decide_by

__all__ = ["calculate_service_score", "check_standards"]


def calculate_service_score(measured: Mapping[str, Decimal | int], policy: ServicePolicy) -> StandardScore:
    """Every standard of the policy with what was measured of it (by the standard's id), and the weighted points.

    What was not measured has no points and no weight. Raises `UnknownName` for a measure of no standard, `InvalidValue`
    for one that is no exact number.
    """
    known = {standard.id: standard for standard in policy.standards}
    for id in measured:
        if id not in known:
            raise UnknownName("service standard", id, tuple(difflib.get_close_matches(id, known)))
    numbers = {id: to_decimal(value, f"measured[{id}]") for id, value in measured.items()}
    return StandardScore(results=tuple(_result(standard, numbers.get(standard.id)) for standard in policy.standards))


def _result(standard: ServiceStandard, measured: Decimal | None) -> StandardResult:
    return StandardResult(
        standard=standard.id,
        unit=standard.unit,
        measured=measured,
        required=standard.required,
        is_met=measured is not None and standard.is_met_by(measured),
        points=None if measured is None else standard.points.at(measured),
        weight=standard.weight,
    )


def check_standards(score: StandardScore, policy: ServicePolicy, as_of: date) -> Decision:
    """Whether every standard was measured and met; warns of each that was not."""
    return decide_by(policy, as_of, _findings(score))


def _findings(score: StandardScore) -> Iterator[Reason]:
    for result in score.results:
        path, entry = f"measured[{result.standard}]", PolicyReference("ServiceStandard", result.standard, "required")
        if result.measured is None:
            yield codes.STANDARD_NOT_MEASURED(standard=result.standard, path=path, policy=entry)
        elif not result.is_met:
            yield codes.STANDARD_MISSED(
                standard=result.standard,
                measured=result.measured,
                required=result.required,
                unit=result.unit,
                score=result.points,
                path=path,
                policy=entry,
            )
