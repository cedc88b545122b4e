"""Our answers beside those of others that share nothing with us; `commissions.firm` makes small firms."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
