"""The section in a rulebook: faults between its fields, and how it reads."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import attrs
import pytest
from approval_firm import ALWAYS, ladder, make_policy

from salesrules.approvals import (
    ApprovalMatrix,
    ApprovalRow,
    ApprovalRule,
    ApprovalStep,
    BodyApprover,
    ManagerApprover,
    MeasureCondition,
    WordCondition,
    check_policy,
)
from salesrules.core import Band, BandTable, DateRange, InvalidDocument, InvalidValue
from salesrules.org import Threshold
from salesrules.wire import Format, dump_rulebook, load_rulebook, parse_rulebook, render_json

STARTER = Path(__file__).parents[2] / "examples" / "starter-rulebook.toml"


def faults(**changes) -> list[tuple[str, str]]:
    return [(fault.code.removeprefix("approvals."), fault.path) for fault in check_policy(make_policy(**changes))]


def test_the_sample_policy_has_no_fault_but_unused_steps() -> None:
    assert {code for code, _ in faults()} == {"unused_step"}
    assert all(fault.severity == "warning" for fault in check_policy(make_policy()))


BASE = make_policy()
MATRIX, RULE = BASE.matrices[0], BASE.rules[0]


def matrix(**changes) -> list[tuple[str, str]]:
    found = faults(matrices=[attrs.evolve(MATRIX, **changes)])
    return [fault for fault in found if fault[0] != "unused_step"]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (faults(steps=[*BASE.steps, BASE.steps[0]])[:1], [("duplicate_id", "steps[7].id")]),
        (faults(matrices=[MATRIX, MATRIX])[:1], [("duplicate_id", "matrices[1].id")]),
        (faults(rules=[RULE, RULE])[:1], [("duplicate_id", "rules[1].id")]),
        (faults(rules=[RULE, attrs.evolve(RULE, id="b")])[:1], [("contested_act", "rules[1].acts")]),
        (faults(rules=[attrs.evolve(RULE, acts=()), attrs.evolve(RULE, id="b", acts=())])[:1],
         [("contested_act", "rules[1].acts")]),
        (matrix(acts=()), [("no_acts", "matrices[0].acts"), ("act_without_matrix", "rules[0].acts[0]")]),
        (matrix(currency=None), [("currency_missing", "matrices[0].currency")]),
        (matrix(rows=[ApprovalRow(id="a", steps=["head"]), ApprovalRow(id="b", steps=["head"])]),
         [("row_never_reached", "matrices[0].rows[1]")]),
        (matrix(rows=[ApprovalRow(id="a", when=[WordCondition(name="x", values=["y"])], steps=["head"]),
                      ApprovalRow(id="a", steps=["head"])]), [("duplicate_id", "matrices[0].rows[1].id")]),
        (matrix(rows=[ApprovalRow(id="a", when=[WordCondition(name="x", values=["y"])], steps=["head"])]),
         [("no_row_for_the_rest", "matrices[0].rows")]),
        (matrix(is_required=False,
                rows=[ApprovalRow(id="a", when=[WordCondition(name="x", values=["y"])], steps=["head"])]), []),
        (matrix(rows=[ApprovalRow(id="a", steps=["haed", "head", "head"])]),
         [("unknown_step", "matrices[0].rows[0].steps[0]"), ("step_twice", "matrices[0].rows[0].steps[2]")]),
        (matrix(rows=[ApprovalRow(id="a", amounts=ladder((5, ["head"]), (9, ["haed"])))]),
         [("amounts_uncovered", "matrices[0].rows[0].amounts.bands[0].from"),
          ("unknown_step", "matrices[0].rows[0].amounts.bands[1].value[0]")]),
        (matrix(rows=[ApprovalRow(id="a", amounts=BandTable(bands=[Band(start=None, value=("head",))], end=9))]),
         [("amounts_uncovered", "matrices[0].rows[0].amounts.bands[0].to")]),
        (matrix(acts=["contract.sign", "other"]), [("act_without_rule", "matrices[0].acts[1]")]),
    ],
)  # fmt: skip
def test_faults_between_fields(found, expected) -> None:
    assert found == expected


def test_entries_may_follow_each_other_in_time() -> None:
    early, late = DateRange(date(2020, 1, 1), date(2026, 1, 1)), DateRange(date(2026, 1, 1))
    matrices = [attrs.evolve(MATRIX, effective=span) for span in (early, late)]
    rules = [attrs.evolve(RULE, effective=span) for span in (early, late)]
    assert {code for code, _ in faults(matrices=matrices, rules=rules)} == {"unused_step"}
    other = [attrs.evolve(RULE, effective=early), attrs.evolve(RULE, id="b", effective=late)]
    assert {code for code, _ in faults(rules=other)} == {"unused_step"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ApprovalStep(id="approved", approvers=[ManagerApprover()]), "none of approved"),
        (lambda: ApprovalStep(id="a b", approvers=[ManagerApprover()]), "letters, digits"),
        (lambda: ApprovalStep(id="a", approvers=[]), "name at least one"),
        (lambda: ApprovalStep(id="a", approvers=[BodyApprover(body="b"), ManagerApprover()]), "stands alone"),
        (
            lambda: ApprovalStep(id="a", approvers=[BodyApprover(body="b")], quorum=Threshold(count=1, side="lower")),
            "stands alone",
        ),
        (lambda: ApprovalStep(id="a", approvers=[ManagerApprover()], checklist=["x", "x"]), "each item once"),
        (lambda: ManagerApprover(level=0), "one or more"),
        (lambda: ManagerApprover(level=True), "one or more"),
        (lambda: MeasureCondition(name="d", side="lower"), "a start, an end or both"),
        (lambda: MeasureCondition(name="d", start=2, end=2, side="lower"), "more than the start"),
        (lambda: ApprovalRow(id="a"), "give one"),
        (lambda: ApprovalRow(id="a", steps=[], amounts=ladder((0, []))), "give one"),
        (lambda: ApprovalMatrix(id="a", acts=["x"], effective=ALWAYS, rows=[], currency="yuan"), "currency"),
        (
            lambda: ApprovalRule(id="a", effective=ALWAYS, same_reviewer="twice", material_fields=[]),
            "'again', 'once', 'distinct'",
        ),
    ],
)
def test_what_an_entry_cannot_hold(make, message) -> None:
    with pytest.raises(InvalidValue, match=message):
        make()


def test_a_rule_that_names_an_act_comes_before_the_one_for_all() -> None:
    everything = attrs.evolve(RULE, id="all", acts=())
    policy = make_policy(rules=[everything, RULE])
    assert policy.find_rule("contract.sign", date(2026, 6, 1)) == RULE
    assert policy.find_rule("other", date(2026, 6, 1)) == everything


class TestDocument:
    """The section as documents write it."""

    def test_it_comes_back_as_it_was(self) -> None:
        book = load_rulebook(STARTER)
        assert parse_rulebook(render_json(dump_rulebook(book)), format=Format.JSON).section(
            "approvals"
        ) == book.section("approvals")

    def test_a_wrong_document_names_every_fault_with_its_path(self) -> None:
        text = STARTER.read_text("utf-8")
        wrong = re.sub(r'kind = "rank", rank = "president"', 'kind = "rnk"', text, count=1)
        wrong = wrong.replace("to = 2000000, value", "to = 1000000, value")
        wrong = wrong.replace('same_reviewer = "once"', 'same_reviewer = "twice"')
        with pytest.raises(InvalidDocument) as caught:
            parse_rulebook(wrong)
        assert {fault.path for fault in caught.value.faults} == {
            "approvals.steps[4].approvers[0].kind",
            "approvals.matrices[4].rows[0].amounts.bands[2].from",
            "approvals.rules[1].same_reviewer",
            "approvals.rules[2].same_reviewer",
        }

    def test_unknown_steps_are_found_when_it_loads(self) -> None:
        wrong = STARTER.read_text("utf-8").replace('value = ["vice_president"]', 'value = ["vise_president"]', 1)
        with pytest.raises(InvalidDocument, match="did you mean 'vice_president'"):
            parse_rulebook(wrong)
