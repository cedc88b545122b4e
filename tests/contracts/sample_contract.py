"""The contract, the quotation and the rulebook of `examples/contracts`, and short ways to change them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import attrs

from salesrules.contracts import Contract, ContractPolicy, review
from salesrules.core import Decision, Severity
from salesrules.pricing import Quotation
from salesrules.wire import load_document, load_rulebook

FOLDER = Path(__file__).parents[2] / "examples" / "contracts"
BOOK = load_rulebook(FOLDER / "rulebook.toml")
POLICY: ContractPolicy = BOOK.section("contracts")
PRICING = BOOK.section("pricing")
APPROVALS = BOOK.section("approvals")
CONTRACT = load_document(FOLDER / "contract.json", Contract)
QUOTATION = load_document(FOLDER / "quotation.json", Quotation)
DAY = date(2026, 6, 1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
#: The contract without a quotation to follow.
ALONE = attrs.evolve(CONTRACT, quotation=None)


def found(contract: Contract, policy: ContractPolicy = POLICY, **given: Any) -> list[tuple[str, str]]:
    """The codes and paths of all errors and warnings of a review."""
    decision = review(contract, policy, as_of=given.pop("as_of", NOON), **given)
    return told(decision)


def told(decision: Decision) -> list[tuple[str, str]]:
    reasons = [reason for reason in decision.reasons if reason.severity is not Severity.INFO]
    return [(reason.code.removeprefix("contracts."), reason.path.removeprefix("contract.")) for reason in reasons]


def line(index: int = 0, contract: Contract = ALONE, **changes: Any) -> Contract:
    """The contract with one line changed."""
    lines = [attrs.evolve(one, **changes) if place == index else one for place, one in enumerate(contract.lines)]
    return attrs.evolve(contract, lines=lines)
