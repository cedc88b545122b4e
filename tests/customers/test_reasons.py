"""The codes and labels of the room: complete, unique, and used."""

from __future__ import annotations

import re
from pathlib import Path

from salesrules import customers
from salesrules.core import Severity
from salesrules.customers import (
    LABELS,
    REASONS,
    calculate_completeness,
    classify_key_account,
)

SOURCES = "\n".join(path.read_text("utf-8") for path in Path(customers.__file__).parent.rglob("*.py"))


def test_codes_are_unique_and_given_somewhere() -> None:
    names = [reason.code for reason in REASONS]
    assert len(set(names)) == len(names) == 21
    assert [name for name in names if f"codes.{name.removeprefix('customers.').upper()}" not in SOURCES] == []


def test_derivations_use_every_label_with_its_parameters(policy, customer) -> None:
    def walk(node):
        yield node
        for term in node.terms:
            yield from walk(term)

    scores = {"volume": 1, "growth": 2, "margin": 3, "payment": 4}
    found = classify_key_account("c", scores, {"share_of_purchases": 1, "relationship": 2, "satisfaction": 3}, policy)
    profile = calculate_completeness(customer(values={"name": "x"}), policy)
    nodes = [node for top in (found.attractiveness, found.position, profile.derivation()) for node in walk(top)]
    assert {node.label for node in nodes} == LABELS.keys()
    assert all(set(node.parameters) == set(LABELS[node.label]) for node in nodes)
    assert set(re.findall(r'"(customers\.label\.\w+)"', SOURCES)) == LABELS.keys()


def test_what_only_warns() -> None:
    assert {reason.code.removeprefix("customers.") for reason in REASONS if reason.severity is Severity.WARNING} == {
        "profile_incomplete", "duplicate_customer", "handover_not_accepted", "contact_due", "low_satisfaction",
        "low_response", "low_repeat_rate",
    }  # fmt: skip


def test_every_name_of_the_door_opens() -> None:
    assert [name for name in customers.__all__ if getattr(customers, name, None) is None] == []
