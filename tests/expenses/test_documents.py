"""Claims and budgets as documents from outside: whatever comes, it is a claim, a decision or a `SalesRulesError`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from expense_firm import DIRECTORY, row, with_rows
from expense_kit import DAY, NOON, TREE, claim, claim_line, eur, make_policy
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import InvalidDocument, SalesRulesError
from salesrules.expenses import BudgetLine, Claim, ExpensePolicy, check_claim, route_claim
from salesrules.wire import dump, parse_document, stored_kind

WHOLE = claim(claim_line("a", 12, budget="trips", invoice="7"), claim_line("b", 3), total=eur(15))
PLAIN: dict[str, Any] = json.loads(json.dumps(stored_kind(Claim, name="claim").dump(WHOLE), default=str))
MATRIX = with_rows(row("any", "gm"), act="expense.travel")


def parse(document: object) -> Claim:
    return parse_document(json.dumps(document), Claim, format="json", file="claim.json")


def test_a_claim_comes_in_as_json_and_goes_out_again():
    assert parse(PLAIN) == WHOLE
    assert json.dumps(dump(WHOLE), default=str)


def test_all_faults_of_a_document_come_at_once_with_their_paths():
    bad = {**PLAIN, "purpose": 5, "linez": [], "lines": [{**PLAIN["lines"][0], "amount": 12.5, "day": "soon"}]}
    with pytest.raises(InvalidDocument) as caught:
        parse(bad)
    assert {fault.path for fault in caught.value.faults} == {"purpose", "linez", "lines[0].amount", "lines[0].day"}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.text(max_size=4)
    | st.sampled_from(["EUR 1", "2026-03-10", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        found += places(value, (*path, key))
    return found


def changed(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = changed(node[path[0]], path[1:], value)
    return copy


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(places(PLAIN)[1:]), JSON), min_size=1, max_size=3))
def test_hostile_documents_give_a_decision_or_an_error_of_ours(changes):
    document: Any = PLAIN
    for path, value in changes:
        try:
            document = changed(document, path, value)
        except (KeyError, IndexError, TypeError, ValueError):
            continue  # an earlier change took the place away
    try:
        found = parse(document)
        routes = route_claim(found, make_policy(), MATRIX, DIRECTORY, as_of=NOON)
        decision = check_claim(found, make_policy(), DAY, book=TREE, usage={}, routes=routes)
    except SalesRulesError:
        return
    assert decision.outcome.value in ("allow", "warn", "refer", "deny")


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_hostile_policies_and_lines_are_errors_of_ours(document):
    for kind in (ExpensePolicy, BudgetLine):
        with pytest.raises(SalesRulesError):  # the rest of either is missing
            parse_document(json.dumps({"life": document, "id": document}), kind, format="json")
