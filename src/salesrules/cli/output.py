"""Where output goes: plain text to standard output, faults to standard error, progress only to a terminal."""

from __future__ import annotations

import contextlib
import difflib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from salesrules.core import Fault, UnknownName

__all__ = ["console", "error", "faults", "progress", "unknown", "write"]


def console() -> Console:
    """The console of standard output as it is now; wide enough for tables where it is not a terminal."""
    terminal = Console(soft_wrap=False)
    return terminal if terminal.is_terminal else Console(width=140, soft_wrap=False)


def write(text: str) -> None:
    """Print text as it is."""
    sys.stdout.write(text)


def error(text: str) -> None:
    """Print a sentence to standard error."""
    sys.stderr.write(text.rstrip("\n") + "\n")


def faults(found: Iterable[Fault]) -> None:
    """Print every fault to standard error, one after the other."""
    for fault in found:
        error(str(fault))


def unknown(kind: str, name: str, known: Sequence[str]) -> UnknownName:
    """The error for a name that is not known, with the nearest that are."""
    return UnknownName(kind, name, tuple(difflib.get_close_matches(name, known)) or tuple(sorted(set(known))[:3]))


@contextlib.contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error while the block runs; silent where standard error is not a terminal."""
    screen = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(label, total=None)

        def advance(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield advance
