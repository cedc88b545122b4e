"""Shared by the tests of this room: `commissions.firm` makes small firms, `commissions.oracle` pays a second time."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
