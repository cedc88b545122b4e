"""The sample policies that the tests of the rulebook and of its documents share are imported by their name."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "rulebook"))
