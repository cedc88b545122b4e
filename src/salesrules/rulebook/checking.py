"""The lint of a rulebook: every room's check of its policy, and the findings on lives, with full paths."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs

from salesrules.core import Fault, InvalidDocument, InvalidValue
from salesrules.rulebook.lives import life_findings
from salesrules.rulebook.model import Rulebook
from salesrules.rulebook.reasons import NOT_APPROVED, REVIEW_MISSING, REVIEW_OVERDUE
from salesrules.rulebook.sections import HOUSE, PolicyCheck, SectionRegistry

__all__ = ["check", "check_section"]

_WORDS = {
    NOT_APPROVED.code: ("nobody has approved it, so it decides nothing", "have it approved or end its effective days"),
    REVIEW_OVERDUE.code: ("its review is overdue", "review it and set the next day"),
    REVIEW_MISSING.code: ("it has no next review", "give the day of its next review as next_review"),
}


def check(rulebook: Rulebook, as_of: date | None = None, registry: SectionRegistry = HOUSE) -> tuple[Fault, ...]:
    """All faults and warnings of a rulebook, with paths from its top; on a day also what is overdue or unapproved.

    Raises `UnknownName` where a section is not in the registry.
    """
    faults = [
        fault
        for name, policy in rulebook.sections.items()
        for fault in check_section(name, policy, registry.load(name)[1])
    ]
    for finding in life_findings(rulebook.entries, as_of):
        problem, remedy = _WORDS[finding.code]
        faults.append(Fault(code=finding.code, path=finding.path, problem=problem, remedy=remedy, severity="warning"))
    return tuple(faults)


def check_section(name: str, policy: Any, policy_check: PolicyCheck | None) -> tuple[Fault, ...]:
    """The faults that a room's own check finds in its policy, with paths from the top of the document."""
    if policy_check is None:
        return ()
    try:
        found = policy_check(policy)
    except InvalidDocument as error:
        found = error.faults
    except InvalidValue as error:
        found = (_fault_of(error),)
    return tuple(attrs.evolve(fault, path=_below(name, fault.path)) for fault in found)


def _fault_of(error: InvalidValue) -> Fault:
    return Fault(
        code="wire.invalid_value", path=error.field, problem="is not valid", remedy=error.remedy, value=error.value
    )


def _below(section: str, path: str) -> str:
    return f"{section}.{path}" if path and not path.startswith("[") else f"{section}{path}"
