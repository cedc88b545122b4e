"""Where output goes: plain text to standard output, faults to standard error, progress only to a terminal."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from salesrules.core import Fault
from salesrules.wire import render_json

__all__ = ["console", "error", "faults", "forgiving", "progress", "silence", "visible", "write", "write_json"]

#: What a terminal would obey instead of showing it: control characters, and those that turn the direction of writing.
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NOT_ASCII = re.compile(r"[^\x00-\x7e]")
_WIDE = 1000


def visible(text: str) -> str:
    r"""A text with escapes for what a terminal would obey; names come from files, and anybody may have written those.

    >>> print(visible("Ann\x1b[2J"))
    Ann\x1b[2J
    """
    return _OBEYED.sub(lambda found: ascii(found.group())[1:-1], text)


def console() -> Console:
    """The console of standard output as it is now; where it is not a terminal, so wide that nothing is broken up."""
    return Console() if sys.stdout.isatty() else Console(width=_WIDE)


def write(text: str) -> None:
    """Print text to standard output."""
    sys.stdout.write(visible(text))


def write_json(value: Any) -> None:
    """Print JSON; where standard output is not in UTF-8, with escapes for all that is not ASCII."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    escaped = _OBEYED if encoding == "utf8" else _NOT_ASCII
    sys.stdout.write(escaped.sub(lambda found: json.dumps(found.group())[1:-1], render_json(value)))


def error(text: str) -> None:
    """Print a sentence to standard error."""
    sys.stderr.write(visible(text.rstrip("\n")) + "\n")


def faults(found: Iterable[Fault]) -> None:
    """Print every fault to standard error, one after the other."""
    for fault in found:
        error(str(fault))


@contextlib.contextmanager
def forgiving() -> Iterator[None]:
    """While the block runs, a character that standard output cannot encode is escaped instead of being an error."""
    stream = sys.stdout
    if not isinstance(stream, io.TextIOWrapper):
        yield
        return
    before = stream.errors
    stream.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        with contextlib.suppress(BrokenPipeError):
            stream.reconfigure(errors=before)


def silence() -> None:
    """Let what is still waiting to be printed go nowhere, since whoever read standard output has gone."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def progress(label: str) -> Iterator[Callable[[int, int | None], None]]:
    """A progress bar on standard error while the block runs; silent where standard error is not a terminal."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    silent = not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=silent) as bar:
        task = bar.add_task(visible(label), total=None)

        def advance(done: int, of: int | None) -> None:
            counted = visible(label) if of is not None else f"{visible(label)} ({done:,})"
            bar.update(task, completed=done, total=of, description=counted)

        yield advance
