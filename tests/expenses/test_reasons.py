"""The codes and labels of the room: complete, unique, and used with the parameters that they declare."""

from __future__ import annotations

import re
from pathlib import Path

from expense_kit import claim, claim_line, make_policy

from salesrules import expenses
from salesrules.core import Severity
from salesrules.expenses import LABELS, REASONS, calculate_settlement, reasons

SOURCES = "\n".join(path.read_text("utf-8") for path in Path(expenses.__file__).parent.rglob("*.py"))


def test_codes_are_unique_and_of_this_room():
    codes = [reason.code for reason in REASONS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"expenses\.[a-z_]+", code) for code in codes)
    assert all(getattr(reasons, code.removeprefix("expenses.").upper()).code == code for code in codes)


def test_every_code_is_given_somewhere():
    assert [reason.code for reason in REASONS if f"codes.{reason.code[9:].upper()}" not in SOURCES] == []


def test_every_label_is_declared_and_used_with_its_parameters():
    assert set(re.findall(r'label="(expenses\.label\.[a-z_]+)"', SOURCES)) == LABELS.keys()
    waiting, seen = [calculate_settlement(claim(claim_line("a", 5)), make_policy()).derivation()], {}
    while waiting:
        node = waiting.pop()
        seen[node.label] = set(node.parameters)
        waiting += node.terms
    assert seen == {label: set(names) for label, names in LABELS.items()}


def test_warnings_and_informations_do_not_deny():
    mild = {reason.code[9:] for reason in REASONS if reason.severity is not Severity.ERROR}
    assert mild == {
        "tolerance_reached",
        "months_reached",
        "over_allocated",
        "carried_before",
        "nothing_to_carry",
        "commitment_not_restored",
        "amount_rounded",
        "prior_approval_missing",
        "prior_approval_exceeded",
        "over_expense_limit",
    }
