"""Whether somebody may go below a price: by authority of their own, or by evidence of another's approval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction

import attrs

from salesrules.core import (
    ApprovalEvidence,
    Decision,
    Outcome,
    Rate,
    Reason,
    RoundingMode,
    decide,
    round_exactly,
)
from salesrules.org import Act
from salesrules.pricing import reasons as codes

__all__ = ["Asker", "Authority"]

#: Who answers whether somebody may decide an act: `salesrules.org.check_authority` with its person, say.
Authority = Callable[[Act], Decision]

#: A discount may be no decimal; an act needs one, so authority is asked for one that is not smaller.
_DIGITS = 12


@attrs.frozen(kw_only=True)
class Asker:
    """Who wants to give a price, what their own authority says, and what others approved of the subject."""

    seller: str
    authority: Authority | None
    evidence: tuple[ApprovalEvidence, ...]
    subject: str
    as_of: date

    def ask(self, refused: Reason, act: str | None, depth: Fraction, product: str) -> Decision:
        """Allowed by evidence or the seller's authority; else referred to whom authority names, or denied.

        `refused` is why asking is needed, `depth` how far the price is below what needs no asking.
        """
        if act is None:
            return decide([refused])
        objections: list[Reason] = []
        for one in self.evidence:
            if not one.covers(act, self.subject):
                continue
            faults = list(self._faults(one))
            if not faults:
                return decide(
                    [codes.DISCOUNT_APPROVED(product=product, approver=one.approver, act=act, path=refused.path)]
                )
            objections += faults
        if self.authority is None:
            return decide([refused, *objections])
        answer = self.authority(Act(kind=act, rate=Rate(round_exactly(depth, _DIGITS, RoundingMode.UP))))
        if answer.is_allowed:
            return answer
        outcome = Outcome.REFER if answer.outcome is Outcome.REFER else Outcome.DENY
        reasons = (refused, *objections, *answer.reasons)
        return Decision(outcome=outcome, reasons=reasons, approvals=answer.approvals)

    def _faults(self, one: ApprovalEvidence) -> Iterator[Reason]:
        for approver in one.given_by((self.seller,)):
            place = "evidence.approver" if approver == one.approver else "evidence.reviewers"
            yield codes.EVIDENCE_OWN(approver=approver, subject=self.subject, path=place)
        if one.is_later_than(self.as_of):
            yield codes.EVIDENCE_NOT_YET(subject=self.subject, at=one.at, as_of=self.as_of, path="evidence.at")
