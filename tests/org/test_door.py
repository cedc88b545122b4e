import subprocess
import sys

import pytest

from salesrules import org


def test_every_name_of_the_door_opens() -> None:
    assert [name for name in org.__all__ if getattr(org, name, None) is None] == []
    assert dir(org) == sorted(org.__all__)
    with pytest.raises(AttributeError, match=r"^module 'salesrules.org' has no attribute 'Orgnisation'$"):
        org.Orgnisation  # noqa: B018 - asking is the act


def test_a_tree_loads_nothing_else() -> None:
    asks = """
import sys
from salesrules.org import Hierarchy
assert "salesrules.org.model" not in sys.modules
assert "salesrules.org.policy" not in sys.modules
from salesrules.org import Organisation, OrgPolicy, check_structure
assert {kind.__module__.split(".")[2] for kind in (Organisation, OrgPolicy, check_structure)} == {
    "model", "policy", "rules"
}
"""
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
