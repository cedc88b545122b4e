import subprocess
import sys

import pytest

from salesrules import core


def test_every_name_of_the_door_opens():
    assert len(set(core.__all__)) == len(core.__all__)
    assert [name for name in core.__all__ if getattr(core, name, None) is None] == []
    assert dir(core) == sorted(core.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"^module 'salesrules.core' has no attribute 'Mony'$"):
        core.Mony  # noqa: B018 - asking is the act


def test_what_most_rules_do_not_need_loads_when_it_is_asked_for():
    asks = """
import sys
from salesrules.core import Money
late = {"salesrules.core.workflow", "salesrules.core.working_time"}
assert not late & sys.modules.keys()
from salesrules.core import WorkingTime
assert late & sys.modules.keys() == {"salesrules.core.working_time"}
from salesrules.core import WorkflowTable
assert late <= sys.modules.keys()
"""
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
