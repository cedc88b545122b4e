"""Whether an approval covers an act: there, for this act and subject, by somebody else, and not of the future."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from salesrules.core import ApprovalEvidence, PolicyReference, Reason
from salesrules.expenses import reasons as codes

__all__ = ["find_objections"]


def find_objections(
    evidence: ApprovalEvidence | None,
    *,
    act: str,
    subject: str,
    interested: str,
    as_of: date | datetime,
    path: str,
    policy: PolicyReference | None = None,
) -> Iterator[Reason]:
    """Every reason why evidence does not carry an act on a subject; none where it does.

    `interested` is who may not approve it, on no step. Where `as_of` is a day, the approval's own local day counts;
    where it is an instant, the instant.
    """
    if evidence is None:
        yield codes.EVIDENCE_MISSING(act=act, subject=subject, path=path, policy=policy)
        return
    if not evidence.covers(act, subject):
        yield codes.EVIDENCE_OTHER(
            act=act,
            subject=subject,
            given_act=evidence.act,
            given_subject=evidence.subject,
            path=path,
            policy=policy,
        )
    for approver in evidence.given_by((interested,)):
        place = f"{path}.approver" if approver == evidence.approver else f"{path}.reviewers"
        yield codes.EVIDENCE_OWN(approver=approver, subject=subject, path=place)
    if evidence.is_later_than(as_of):
        yield codes.EVIDENCE_NOT_YET(subject=subject, at=evidence.at, as_of=as_of, path=f"{path}.at")
