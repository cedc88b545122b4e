"""Shared by the tests of the ledger: `core.ledger.oracle` answers a second time, from a plain list of what happened."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))
