import subprocess
import sys

import pytest

from salesrules import expenses


def test_every_name_of_the_door_opens():
    assert [name for name in expenses.__all__ if getattr(expenses, name, None) is None] == []
    assert dir(expenses) == sorted(expenses.__all__)
    with pytest.raises(AttributeError, match=r"^module 'salesrules.expenses' has no attribute 'Expanse'$"):
        expenses.Expanse  # noqa: B018 - asking is the act


def test_nouns_load_alone():
    asks = """
import sys
from salesrules.expenses import Claim
assert "salesrules.expenses.rules" not in sys.modules
from salesrules.expenses import build_claim_workflow
assert "salesrules.expenses.rules" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
