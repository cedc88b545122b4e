"""The codes and labels of the room: complete, unique, and used."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from salesrules import leads
from salesrules.core import Money, Rate, Severity
from salesrules.leads import LABELS, REASONS, WORKFLOWS, Opportunity, calculate_score

SOURCES = "\n".join(path.read_text("utf-8") for path in Path(leads.__file__).parent.rglob("*.py"))


def test_codes_are_unique_and_given_somewhere() -> None:
    names = [reason.code for reason in REASONS]
    assert len(set(names)) == len(names) == 29
    assert [name for name in names if f"codes.{name.removeprefix('leads.').upper()}" not in SOURCES] == []


def test_derivations_use_every_label_with_its_parameters(policy) -> None:
    def walk(node):
        yield node
        for term in node.terms:
            yield from walk(term)

    found = {"need": "vague", "budget": "none", "competitor": "none", "win_chance": Decimal("0.3")}
    score = calculate_score(Opportunity(id="o", found=found, value=Money(5, "CNY"), win_chance=Rate("0.3")), policy)
    nodes = [node for top in (score.derivation, score.expected_value) for node in walk(top)]
    assert {node.label for node in nodes} == LABELS.keys()
    for node in nodes:
        assert set(node.parameters) == set(LABELS[node.label])
        assert node.recompute() == node.value
    assert set(re.findall(r'"(leads\.label\.\w+)"', SOURCES)) == LABELS.keys()


def test_what_does_not_deny() -> None:
    mild = {reason.code.removeprefix("leads."): reason.severity for reason in REASONS}
    assert {code for code, severity in mild.items() if severity is Severity.WARNING} == {
        "recall_near", "deadline_near", "not_worth_pursuing"
    }  # fmt: skip
    assert {code for code, severity in mild.items() if severity is Severity.INFO} == {
        "kept", "locked", "won", "in_pool", "no_pool_rule", "does_not_fit", "absent", "not_inducted", "at_capacity",
        "quota_used",
    }  # fmt: skip


def test_every_name_of_the_door_opens_and_workflows_are_built_without_arguments() -> None:
    assert [name for name in leads.__all__ if getattr(leads, name, None) is None] == []
    assert {name: build().id for name, build in WORKFLOWS.items()} == {"lead": "lead"}
