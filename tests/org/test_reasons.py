"""The codes of the room: unique, in its namespace, all listed."""

from __future__ import annotations

from salesrules.core import ReasonCode
from salesrules.org import LABELS, REASONS, reasons


def test_codes_are_unique_and_in_the_namespace_of_the_room() -> None:
    codes = [reason.code for reason in REASONS]
    assert len(set(codes)) == len(codes) > 60
    assert all(code.startswith("org.") for code in codes)
    assert {name for name in vars(reasons) if isinstance(getattr(reasons, name), ReasonCode)} == {
        code.removeprefix("org.").upper() for code in codes
    }
    assert all(label.startswith("org.label.") for label in LABELS)
