"""The command line: `salesrules demo`, `run`, `explain`, `check`, `diff`, `schema`, `diagram`, `init`.

>>> from salesrules.cli import main
>>> main(["--version"])
0.1.0
0
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]

_NEEDED = frozenset({"cyclopts", "rich", "plotext", "jinja2", "altair", "vl_convert"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code: 0 fine, 1 findings or a denial, 2 input that cannot be read."""
    try:
        from salesrules.cli.app import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _NEEDED:
            raise
        print(f"the command line needs {error.name}; install it with: pip install 'salesrules[all]'", file=sys.stderr)
        return 2
    return run(sys.argv[1:] if arguments is None else list(arguments))
