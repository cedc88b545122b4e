import subprocess
import sys

import pytest

from salesrules import quotas


def test_every_name_of_the_door_opens():
    assert [name for name in quotas.__all__ if getattr(quotas, name, None) is None] == []
    assert dir(quotas) == sorted(quotas.__all__)
    with pytest.raises(AttributeError, match=r"^module 'salesrules.quotas' has no attribute 'Quotum'$"):
        quotas.Quotum  # noqa: B018 - asking is the act


def test_workflows_load_when_they_are_asked_for():
    asks = """
import sys
from salesrules.quotas import Quota
assert "salesrules.core.workflow" not in sys.modules
from salesrules.quotas import build_quota_workflow
assert "salesrules.core.workflow" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
