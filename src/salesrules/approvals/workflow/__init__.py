"""The life of a request: its table, and the commands of requesters and reviewers."""

from salesrules.approvals.workflow.requests import (
    edit_request,
    expire_request,
    open_request,
    revise_request,
    submit_request,
    withdraw_request,
)
from salesrules.approvals.workflow.reviews import find_reviewers, make_evidence, review_request
from salesrules.approvals.workflow.table import WORKFLOWS, build_approval_workflow

__all__ = [
    "WORKFLOWS",
    "build_approval_workflow",
    "edit_request",
    "expire_request",
    "find_reviewers",
    "make_evidence",
    "open_request",
    "review_request",
    "revise_request",
    "submit_request",
    "withdraw_request",
]
