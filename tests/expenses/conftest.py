"""Fixtures of the room's tests; what they are made with stands in `expense_kit`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pytest
from expense_kit import make_policy

from salesrules.expenses import ExpensePolicy


@pytest.fixture
def policy() -> ExpensePolicy:
    return make_policy()
