"""How much is drawn: the default run draws once what `nox -s campaign` draws several times over."""

from __future__ import annotations

import os

#: How many times over, from the environment.
TIMES = int(os.environ.get("SALESRULES_BULK", "1"))
#: How many rows each target pays that are compared with the literal oracle one by one.
ROWS = int(os.environ.get("SALESRULES_BULK_ROWS", "120000"))
