"""Findings on the lives of policies: an overdue or missing review, an unapproved version on a day it would hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from salesrules.core import PolicyStatus, Reason
from salesrules.rulebook.entries import Entry
from salesrules.rulebook.reasons import NOT_APPROVED, REVIEW_MISSING, REVIEW_OVERDUE

__all__ = ["life_findings"]

_UNAPPROVED = (PolicyStatus.DRAFT, PolicyStatus.REVIEWED)


def life_findings(entries: Iterable[Entry], day: date | None = None) -> tuple[Reason, ...]:
    """The findings as reasons with their path; without a day only those that hold on every day."""
    return tuple(_findings(entries, day))


def _findings(entries: Iterable[Entry], day: date | None) -> Iterator[Reason]:
    for entry in entries:
        life = entry.life
        if life is None:
            continue
        path, place, owner, policy = f"{entry.path}.life", entry.stable_path, life.owner, entry.reference
        if day is not None and life.status in _UNAPPROVED and day in life.effective:
            yield NOT_APPROVED(path=f"{path}.status", policy=policy, place=place, status=life.status, owner=owner)
        if life.next_review is None and life.status is not PolicyStatus.SUPERSEDED:
            yield REVIEW_MISSING(path=f"{path}.next_review", policy=policy, place=place, owner=owner)
        if day is not None and life.review_is_overdue(day):
            path = f"{path}.next_review"
            yield REVIEW_OVERDUE(path=path, policy=policy, place=place, next_review=life.next_review, owner=owner)
