"""Commands about documents: rulebooks checked, solved and compared, contracts reviewed, schemas."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from salesrules import company
from salesrules import rulebook as rulebooks
from salesrules.cli import output, proofs, solving, tables
from salesrules.cli.options import FINE, FOUND, Json, Locale
from salesrules.cli.reviewing import Papers, review_contract, review_record, show_review
from salesrules.commissions import CommissionPolicy
from salesrules.core import Fault, Outcome, to_decimal
from salesrules.messages import negotiate, render_change, text
from salesrules.wire import check_rulebook, document_schema, dump, load_rulebook, rulebook_schema

__all__ = ["check", "diff", "review_document", "schema", "solve"]


def check(
    rulebook: Path,
    *,
    as_of: date | None = None,
    quota: str | None = None,
    target: str | None = None,
    locale: Locale = "en",
    json: Json = False,
) -> int:
    """Check a rulebook: every fault and warning with its place and remedy, and what is proved of its plans.

    Parameters
    ----------
    rulebook
        A rulebook in TOML, JSON or YAML.
    as_of
        A day; then overdue reviews and versions that nobody approved are reported too.
    quota
        A quota to prove tables by attainment at; without it they are proved in shares of the quota.
    target
        A target incentive to prove tables at that multiply one held by the payee.
    """
    language = negotiate(locale)
    faults = check_rulebook(rulebook, as_of)
    is_wrong = any(fault.severity == "error" for fault in faults)
    book = None if is_wrong else load_rulebook(rulebook)
    found = () if book is None else proofs.prove_rulebook(book, _number(quota, "quota"), _number(target, "target"))
    if json:
        records = {"faults": [_fault_record(fault) for fault in faults], "proofs": [*proofs.proof_records(found)]}
        output.write_json({"format": "salesrules.check/1", **records})
    else:
        if book is not None:
            proofs.show_proofs(found, book.currencies, language)
        tables.show_faults(faults, str(rulebook))  # last, where they are seen
    return FOUND if is_wrong else FINE


def review_document(
    contract: Path,
    *,
    rulebook: Path,
    as_of: date,
    quotation: Path | None = None,
    related: tuple[Path, ...] = (),
    organisation: Path | None = None,
    credit: Path | None = None,
    evidence: tuple[Path, ...] = (),
    locale: Locale = "en",
    json: Json = False,
) -> int:
    """Review a contract: every finding with its path in the document, and who must approve it.

    Parameters
    ----------
    contract
        The contract in JSON, TOML or YAML.
    rulebook
        A rulebook with a section contracts; its sections pricing and approvals are asked too where it has them.
    as_of
        The day for which it is asked.
    quotation
        The quotation that the contract follows.
    related
        Another contract that stands, of which parts may belong to the same matter; give it once for each.
    organisation
        The units, positions and people of the firm; then the people behind each step are named, and it is asked
        whether the signatory may sign, by the rulebook's section org.
    credit
        What the credit desk decided on the order.
    evidence
        An approval that was given, of the contract, a price or its signature; give it once for each.
    """
    book = load_rulebook(rulebook)
    papers = Papers(quotation=quotation, related=related, organisation=organisation, credit=credit, evidence=evidence)
    decision = review_contract(contract, book, as_of, papers)
    if json:
        output.write_json(review_record(decision, contract, as_of, book))
    else:
        show_review(decision, book, negotiate(locale))
    return FOUND if decision.outcome is Outcome.DENY else FINE


def solve(
    rulebook: Path,
    *,
    plan: str,
    pay: str,
    component: str = "",
    column: str = "",
    measured: str = "0",
    quota: str | None = None,
    target: str | None = None,
    locale: Locale = "en",
    json: Json = False,
) -> int:
    """Say what must be sold to be paid so much, and what the next threshold is worth.

    Parameters
    ----------
    rulebook
        A rulebook in TOML, JSON or YAML.
    plan
        The id of a plan, or its family where that has one version.
    pay
        What is to be paid in one span, in the plan's currency.
    component
        The component that pays; needed where the plan has several.
    column
        The column of a table in two dimensions.
    measured
        What is measured already.
    quota
        The quota, where the component pays by attainment.
    target
        The target incentive, where the payee holds it.
    """
    book = load_rulebook(rulebook)
    answer = solving.solve_plan(
        book,
        solving.find_plan(book.policy(CommissionPolicy), plan),
        to_decimal(pay, "pay"),
        component=component,
        column=column,
        measured=to_decimal(measured, "measured"),
        quota=_number(quota, "quota"),
        target=_number(target, "target"),
    )
    if json:
        output.write_json(answer.to_document())
    else:
        solving.show_answer(answer, negotiate(locale))
    return FINE if answer.solution.reached is not None else FOUND


def _number(value: str | None, field: str) -> Decimal | None:
    return None if value is None else to_decimal(value, field)


def _fault_record(fault: Fault) -> dict[str, object]:
    return {
        "code": fault.code,
        "severity": fault.severity,
        "path": fault.path,
        "file": fault.file,
        "line": fault.line,
        "value": None if fault.value is None else str(fault.value),
        "problem": fault.problem,
        "remedy": fault.remedy,
    }


def diff(old: Path, new: Path, *, locale: Locale = "en", json: Json = False) -> int:
    """Say in words what changed from one rulebook to another.

    Parameters
    ----------
    old
        The rulebook before.
    new
        The rulebook after.
    """
    language = negotiate(locale)
    changes = rulebooks.diff(load_rulebook(old), load_rulebook(new))
    if json:
        records = [{"code": c.code, "path": c.path, "old": dump(c.old), "new": dump(c.new)} for c in changes]
        output.write_json({"format": "salesrules.diff/1", "changes": records})
    else:
        output.write("".join(f"{render_change(change.to_reason(), language)}\n" for change in changes))
        if not changes:
            output.write(text("cli.label.no_change", language) + "\n")
    return FINE


def schema(document: Literal["rulebook", "company"] = "rulebook") -> int:
    """Print the JSON Schema of a rulebook, or of company.toml, for editors that complete and check it.

    Parameters
    ----------
    document
        What the schema is for.
    """
    if document == "company":
        output.write_json(document_schema(company.CompanyDocument, "Company"))
    else:
        output.write_json(rulebook_schema())
    return FINE
