"""Whether evidence carries an act: there, for this act and subject, by somebody else, in time and large enough."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime

from salesrules.approvals import reasons as codes
from salesrules.core import ApprovalEvidence, Decision, Money, PolicyReference, Reason, decide

__all__ = ["check_evidence", "find_evidence_faults"]


def check_evidence(
    evidence: ApprovalEvidence | None,
    *,
    act: str,
    subject: str,
    interested: Collection[str],
    as_of: date | datetime,
    amount: Money | None = None,
    path: str = "evidence",
) -> Decision:
    """Whether evidence carries an act on a subject, with every reason against it (`find_evidence_faults`).

    >>> check_evidence(None, act="contract.sign", subject="C-1", interested=["li"], as_of=date(2026, 1, 5)).is_allowed
    False
    """
    return decide(
        find_evidence_faults(
            evidence, act=act, subject=subject, interested=interested, as_of=as_of, amount=amount, path=path
        )
    )


def find_evidence_faults(
    evidence: ApprovalEvidence | None,
    *,
    act: str,
    subject: str,
    interested: Collection[str],
    as_of: date | datetime,
    amount: Money | None = None,
    path: str = "evidence",
    policy: PolicyReference | None = None,
) -> Iterator[Reason]:
    """Every reason why evidence does not carry an act on a subject; none where it does.

    `interested` are those who may not have approved it, on no step. Where `as_of` is a day, the approval's own local
    day counts; where it is an instant, the instant. With an `amount`, evidence that says up to which amount must reach
    it, in the same currency.
    """
    if isinstance(interested, str):
        interested = (interested,)
    if evidence is None:
        yield codes.EVIDENCE_MISSING(act=act, subject=subject, path=path, policy=policy)
        return
    if not evidence.covers(act, subject):
        yield codes.EVIDENCE_OTHER(
            act=act, subject=subject, given_act=evidence.act, given_subject=evidence.subject, path=path, policy=policy
        )
    for approver in evidence.given_by(interested):
        place = f"{path}.approver" if approver == evidence.approver else f"{path}.reviewers"
        yield codes.EVIDENCE_OWN(approver=approver, subject=subject, path=place)
    if evidence.is_later_than(as_of):
        yield codes.EVIDENCE_NOT_YET(subject=subject, at=evidence.at, as_of=as_of, path=f"{path}.at")
    if evidence.falls_short_of(amount):
        yield codes.EVIDENCE_EXCEEDED(subject=subject, amount=amount, approved=evidence.amount, path=f"{path}.amount")
