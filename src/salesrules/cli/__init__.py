"""The command line: `salesrules demo`, `run`, `explain`, `check`, `diff`, `schema`, `sql`, `diagram`, `replay`, `init`.

>>> from salesrules.cli import main
>>> main(["--version"])
0.1.0
0
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code.

    0 fine; 1 findings of severity error, or a denial; 2 input that cannot be read, nothing is written then; 130
    interrupted by the user.
    """
    try:
        from salesrules.cli.app import run
    except ModuleNotFoundError as error:
        if (error.name or "salesrules").partition(".")[0] == "salesrules":
            raise
        print(f"the command line needs {error.name}; install it with: pip install 'salesrules[cli]'", file=sys.stderr)
        return 2
    return run(sys.argv[1:] if arguments is None else list(arguments))
