"""The review of a contract on the command line: the documents read, the findings shown with their paths."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from salesrules.approvals import ApprovalPolicy
from salesrules.cli import output
from salesrules.contracts import Contract, ContractPolicy, review
from salesrules.core import Decision, Reason
from salesrules.messages import render_decision
from salesrules.pricing import PricingPolicy, Quotation
from salesrules.rulebook import Rulebook
from salesrules.wire import dump, load_document

__all__ = ["review_contract", "review_record", "show_review"]


def review_contract(
    contract: Path, book: Rulebook, as_of: date, quotation: Path | None, related: list[Path]
) -> Decision:
    """The review of a contract's document by a rulebook, at the start of a day in UTC.

    The sections `pricing` and `approvals` are asked where the rulebook has them; without an organisation the steps of
    the matrix are named, not the people. Raises `InvalidDocument` with all faults of a document, and `UnknownName` for
    a rulebook without the section `contracts`.
    """
    policy: ContractPolicy = book.section("contracts")
    pricing: PricingPolicy | None = book.section("pricing") if "pricing" in book.sections else None
    approvals: ApprovalPolicy | None = book.section("approvals") if "approvals" in book.sections else None
    return review(
        load_document(contract, Contract),
        policy,
        as_of=datetime.combine(as_of, time(tzinfo=UTC)),
        pricing=pricing,
        approvals=approvals,
        quotation=None if quotation is None else load_document(quotation, Quotation),
        related=[load_document(path, Contract) for path in related],
    )


def show_review(decision: Decision, book: Rulebook, locale: str) -> None:
    """Print the outcome, each finding after its path in the document, and what would change the answer."""
    lines = render_decision(decision, locale, book.currencies)
    for index, line in enumerate(lines):
        path = decision.reasons[index - 1].path if 0 < index <= len(decision.reasons) else ""
        output.write(f"{path}: {line}\n" if path else f"{line}\n")


def review_record(decision: Decision, contract: Path, as_of: date, book: Rulebook) -> Mapping[str, Any]:
    """The review as the reference documents it, `salesrules.review/1`."""
    return {
        "format": "salesrules.review/1",
        "contract": str(contract),
        "as_of": as_of.isoformat(),
        "rulebook": book.version,
        "outcome": decision.outcome.value,
        "findings": [_finding(reason) for reason in decision.reasons],
        "approvals": [{"approver": need.approver, "act": need.act} for need in decision.approvals],
        "headroom": None if decision.headroom is None else dump(decision.headroom),
        "changes_at": None if decision.changes_at is None else decision.changes_at.isoformat(),
    }


def _finding(reason: Reason) -> Mapping[str, Any]:
    policy = reason.policy
    return {
        "code": reason.code,
        "severity": reason.severity.value,
        "parameters": {name: _plain(value) for name, value in reason.parameters.items()},
        "path": reason.path or None,
        "policy": None if policy is None else {"type": policy.type, "id": policy.id, "field": policy.field},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | frozenset):
        return [_plain(item) for item in (value if isinstance(value, tuple) else sorted(value, key=str))]
    return None if value is None else value if isinstance(value, bool | int | str) else str(value)
