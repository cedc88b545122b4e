"""The review of a contract on the command line: the documents read, the findings shown with their paths."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import attrs

from salesrules.approvals import ApprovalPolicy, Directory
from salesrules.cli import output
from salesrules.contracts import Contract, ContractPolicy, review
from salesrules.core import ApprovalEvidence, Decision, InvalidValue, Money, Outcome, Reason, RequiredApproval, Severity
from salesrules.messages import render_decision
from salesrules.org import Organisation, resolve_structure
from salesrules.pricing import PricingPolicy, Quotation
from salesrules.rulebook import Rulebook
from salesrules.wire import dump, load_document

__all__ = ["CreditDocument", "Papers", "review_contract", "review_record", "show_review"]


@attrs.frozen(kw_only=True)
class CreditFinding:
    """One reason of a credit decision as a document holds it: its parameters are texts."""

    code: str
    severity: Severity = attrs.field(default=Severity.ERROR, converter=Severity)
    parameters: Mapping[str, str] = attrs.field(factory=dict)
    path: str = ""


@attrs.frozen(kw_only=True)
class CreditDocument:
    """What the credit desk said of the order behind a contract, as a document: the decision of `check_credit`."""

    outcome: Outcome = attrs.field(converter=Outcome)
    reasons: tuple[CreditFinding, ...] = attrs.field(default=(), converter=tuple)
    approvals: tuple[RequiredApproval, ...] = attrs.field(default=(), converter=tuple)
    headroom: Money | None = None
    changes_at: date | None = None

    def to_decision(self) -> Decision:
        """The decision that the document stands for."""
        return Decision(
            outcome=self.outcome,
            reasons=[
                Reason(one.code, one.severity, {name: _value(text) for name, text in one.parameters.items()}, one.path)
                for one in self.reasons
            ],
            approvals=self.approvals,
            headroom=self.headroom,
            changes_at=self.changes_at,
        )


def _value(text: str) -> Money | str:
    """Money where a text is some, so that it is shown as the reader's language writes it."""
    try:
        return Money.parse(text)
    except InvalidValue:
        return text


@attrs.frozen(kw_only=True)
class Papers:
    """The documents beside a contract, by path; what is not there is not asked for."""

    quotation: Path | None = None
    related: tuple[Path, ...] = ()
    organisation: Path | None = None
    credit: Path | None = None
    evidence: tuple[Path, ...] = ()


def review_contract(contract: Path, book: Rulebook, as_of: date, papers: Papers) -> Decision:
    """The review of a contract's document by a rulebook, at the start of a day in UTC.

    The sections `pricing` and `approvals` are asked where the rulebook has them, and with an organisation `org`;
    without an organisation the steps of the matrix are named, not the people. Raises `InvalidDocument` with all faults
    of a document, and `UnknownName` for a rulebook without the section `contracts`.
    """
    policy: ContractPolicy = book.section("contracts")
    pricing: PricingPolicy | None = _section(book, "pricing")
    approvals: ApprovalPolicy | None = _section(book, "approvals")
    return review(
        load_document(contract, Contract),
        policy,
        as_of=datetime.combine(as_of, time(tzinfo=UTC)),
        pricing=pricing,
        approvals=approvals,
        directory=None if papers.organisation is None else _directory(papers.organisation, book, as_of),
        quotation=None if papers.quotation is None else load_document(papers.quotation, Quotation),
        related=[load_document(path, Contract) for path in papers.related],
        evidence=[load_document(path, ApprovalEvidence) for path in papers.evidence],
        credit=None if papers.credit is None else load_document(papers.credit, CreditDocument).to_decision(),
    )


def _section(book: Rulebook, name: str) -> Any:
    return book.section(name) if name in book.sections else None


def _directory(path: Path, book: Rulebook, as_of: date) -> Directory:
    """Who could say yes on the day; the section `org` knows the ranks and the authority to sign."""
    organisation = load_document(path, Organisation)
    return Directory(structure=resolve_structure(organisation, as_of), policy=_section(book, "org"))


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
