"""A claim on its way, and a budget line on its own: what is stored, and what the guards are asked about."""

from __future__ import annotations

import attrs

from salesrules.approvals import ApprovalRequest
from salesrules.core import ApprovalEvidence, Decision, Money, WorkflowCase, as_tuple, total
from salesrules.expenses.model.budgets import BudgetLine
from salesrules.expenses.model.claims import Claim, Sanction
from salesrules.expenses.model.results import LineAssessment

__all__ = ["BudgetFacts", "ClaimFacts", "ClaimFile"]


@attrs.frozen(kw_only=True)
class ClaimFile:
    """A claim with its life so far: the case, its lines as they were assessed, and what the reviewers sanctioned.

    `reserved` is the key under which the budgets' ledger holds what the firm would bear, `posted` the one under which
    it was spent; `""` where nothing was. `asked` is what the firm's approval matrix wants a yes to before it is paid.
    """

    claim: Claim
    case: WorkflowCase
    lines: tuple[LineAssessment, ...] = attrs.field(default=(), converter=as_tuple)
    sanctions: tuple[Sanction, ...] = attrs.field(default=(), converter=as_tuple)
    reserved: str = ""
    posted: str = ""
    asked: tuple[ApprovalRequest, ...] = attrs.field(default=(), converter=as_tuple)

    def claimed(self, currency: str) -> Money:
        """What was claimed in all, in the currency of claims."""
        return total((line.claimed for line in self.lines), currency)

    @property
    def granted(self) -> dict[str, Money]:
        """What the firm bears of each line as things stand: what was sanctioned, else its part after the limits."""
        allowed = {line.line: line.firm for line in self.lines}
        return allowed | {sanction.line: sanction.amount for sanction in self.sanctions}


@attrs.frozen(kw_only=True)
class ClaimFacts:
    """What a step of a claim is decided on: the file, who acts, what they sanction, and what `check_claim` said.

    `finding` is needed to submit, `sanctions` where a reviewer allows less than was claimed; a claimant who takes note
    of a refusal either `gives_up` or goes back to the draft; `evidence` is of what the matrix asked for, to be paid.
    """

    file: ClaimFile
    actor: str
    finding: Decision | None = None
    sanctions: tuple[Sanction, ...] = attrs.field(default=(), converter=as_tuple)
    gives_up: bool = False
    evidence: tuple[ApprovalEvidence, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class BudgetFacts:
    """A budget line on its way: the line as it will be, with the evidence for confirming it."""

    line: BudgetLine
    evidence: ApprovalEvidence | None = None
