import subprocess
import sys

import pytest

from salesrules import approvals


def test_every_name_of_the_door_opens():
    assert [name for name in approvals.__all__ if getattr(approvals, name, None) is None] == []
    assert dir(approvals) == sorted(approvals.__all__)
    with pytest.raises(AttributeError, match=r"^module 'salesrules.approvals' has no attribute 'Rout'$"):
        approvals.Rout  # noqa: B018 - asking is the act


def test_who_judges_evidence_loads_nothing_else():
    asks = """
import sys
from salesrules.approvals import find_evidence_faults
assert "salesrules.core.workflow" not in sys.modules
assert "salesrules.org" not in sys.modules
from salesrules.approvals import route
assert "salesrules.org" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
