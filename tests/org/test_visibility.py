"""Who may see what others hold."""

from __future__ import annotations

import pytest

from salesrules.org import Hierarchy, check_visibility

PEOPLE = Hierarchy.from_parents({"top": None, "manager": "top", "rep": "manager", "peer": "manager"})


@pytest.mark.parametrize(
    ("viewer", "holders", "allowed"),
    [
        ("rep", ("rep",), True), ("manager", ("rep",), True), ("top", ("rep",), True),
        ("peer", ("rep",), False), ("rep", ("manager",), False), ("manager", (), False),
        ("manager", ("outsider", "rep"), True), ("outsider", ("outsider",), True), ("top", ("outsider",), False),
    ],
)  # fmt: skip
def test_holders_and_those_above_them_see(viewer: str, holders: tuple[str, ...], allowed: bool) -> None:
    decision = check_visibility(PEOPLE, viewer, holders)
    assert decision.is_allowed is allowed
    assert [(r.code, dict(r.parameters)) for r in decision.reasons] == (
        [] if allowed else [("org.not_in_line", {"viewer": viewer, "holders": holders})]
    )
