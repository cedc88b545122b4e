"""How much is drawn: the default run draws once what `nox -s campaign` draws several times over."""

from __future__ import annotations

import os

#: How many times over, from the environment.
TIMES = int(os.environ.get("SALESRULES_BULK", "1"))
