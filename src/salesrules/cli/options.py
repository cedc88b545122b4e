"""What several commands share: their options and their exit codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["DEMO_FOLDER", "FINE", "FOUND", "INTERRUPTED", "UNREADABLE", "Json", "Locale", "Out"]

DEMO_FOLDER = Path("salesrules-demo")
FINE, FOUND, UNREADABLE, INTERRUPTED = 0, 1, 2, 130

Locale = Annotated[str, Parameter(name="--locale", help="Language of the output: en, zh_CN or zh_TW.")]
Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON, as the reference documents it.")]
Out = Annotated[Path | None, Parameter(name="--out", help="Folder for statements.csv, statements.json, report.html.")]
