"""Whether an approval covers an act: there, for this act and subject, by somebody else, and not of the future."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from salesrules.core import ApprovalEvidence, PolicyReference, Reason, is_before
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

    `interested` is who may not approve it. Where `as_of` is a day, the approval's own local day counts; where it is an
    instant, the instant.
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
    if interested and evidence.approver == interested:
        yield codes.EVIDENCE_OWN(approver=evidence.approver, subject=subject, path=f"{path}.approver")
    is_later = is_before(as_of, evidence.at) if isinstance(as_of, datetime) else evidence.at.date() > as_of
    if is_later:
        yield codes.EVIDENCE_NOT_YET(subject=subject, at=evidence.at, as_of=as_of, path=f"{path}.at")
