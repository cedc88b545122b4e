"""Who must say yes, in which order: the matrix, the route, the workflow over it, the evidence that comes of it.

>>> from salesrules.approvals import build_approval_workflow
>>> build_approval_workflow().commands_in("draft")
('submit', 'withdraw')
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salesrules.approvals.model import (
        ApprovalFile,
        ApprovalRequest,
        ApprovalStep,
        Approver,
        AuthorityApprover,
        BodyApprover,
        ChosenRow,
        Directory,
        FunctionApprover,
        FunctionSeat,
        ManagerApprover,
        PersonApprover,
        PositionApprover,
        RankApprover,
        RequestBundle,
        Review,
        ReviewVote,
        Route,
        RoutedStep,
        Seat,
        StepDeadline,
        StepFacts,
        StepOutcome,
        UnitHeadApprover,
        Verdict,
        request_of,
    )
    from salesrules.approvals.policy import (
        AmountCondition,
        ApprovalMatrix,
        ApprovalPolicy,
        ApprovalRow,
        ApprovalRule,
        Condition,
        MeasureCondition,
        SameReviewer,
        UnitCondition,
        WhenMissing,
        WordCondition,
        check_policy,
    )
    from salesrules.approvals.reasons import REASONS
    from salesrules.approvals.rules.bundles import bundle_key
    from salesrules.approvals.rules.evidence import check_evidence, find_evidence_faults
    from salesrules.approvals.rules.routing import route
    from salesrules.approvals.service import (
        expire_approval,
        review_approval,
        revise_approval,
        submit_approval,
        withdraw_approval,
    )
    from salesrules.approvals.workflow import (
        WORKFLOWS,
        build_approval_workflow,
        edit_request,
        expire_request,
        find_reviewers,
        make_evidence,
        open_request,
        review_request,
        revise_request,
        submit_request,
        withdraw_request,
    )

__all__ = [
    "REASONS",
    "WORKFLOWS",
    "AmountCondition",
    "ApprovalFile",
    "ApprovalMatrix",
    "ApprovalPolicy",
    "ApprovalRequest",
    "ApprovalRow",
    "ApprovalRule",
    "ApprovalStep",
    "Approver",
    "AuthorityApprover",
    "BodyApprover",
    "ChosenRow",
    "Condition",
    "Directory",
    "FunctionApprover",
    "FunctionSeat",
    "ManagerApprover",
    "MeasureCondition",
    "PersonApprover",
    "PositionApprover",
    "RankApprover",
    "RequestBundle",
    "Review",
    "ReviewVote",
    "Route",
    "RoutedStep",
    "SameReviewer",
    "Seat",
    "StepDeadline",
    "StepFacts",
    "StepOutcome",
    "UnitCondition",
    "UnitHeadApprover",
    "Verdict",
    "WhenMissing",
    "WordCondition",
    "build_approval_workflow",
    "bundle_key",
    "check_evidence",
    "check_policy",
    "edit_request",
    "expire_approval",
    "expire_request",
    "find_evidence_faults",
    "find_reviewers",
    "make_evidence",
    "open_request",
    "request_of",
    "review_approval",
    "review_request",
    "revise_approval",
    "revise_request",
    "route",
    "submit_approval",
    "submit_request",
    "withdraw_approval",
    "withdraw_request",
]

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> object:
        """Names load when they are first asked for, since other rooms often judge evidence and no more."""
        if name not in __all__:
            raise AttributeError(f"module 'salesrules.approvals' has no attribute {name!r}")
        from salesrules.approvals.rules import evidence

        if name in evidence.__all__:
            return getattr(evidence, name)
        from salesrules.approvals import model, policy, reasons, service, workflow
        from salesrules.approvals.rules import bundles, routing

        shelves = (model, policy, reasons, bundles, routing, workflow, service)
        return next(getattr(shelf, name) for shelf in shelves if name in shelf.__all__)


def __dir__() -> list[str]:
    return sorted(__all__)
