"""Files out: CSV that no spreadsheet runs, JSON in a stable order, each written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from enum import Enum
from os import PathLike
from pathlib import Path
from typing import Any

from salesrules.core import InvalidValue, Money, Rate
from salesrules.wire.dumping import dump

__all__ = ["render_csv", "render_json", "write_csv", "write_json", "write_text"]

#: Signs by which a spreadsheet takes a cell for a formula; the wide forms count as well in East Asian settings.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_QUOTE = '"'
_NEEDS_QUOTES = re.compile(r'[",\r\n]|^\s|\s$')
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?%?", re.ASCII)


def render_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """The text of a CSV file with a header; a cell that a spreadsheet would run gets an apostrophe in front.

    Cells may be text, whole numbers, decimals, days, times, money, rates, enums and none (an empty cell). Raises
    `InvalidValue` for anything else, and for a row with a column that the header lacks.

    >>> print(render_csv(["name", "pay"], [{"name": "=1+1", "pay": Decimal("-2.50")}]), end="")
    name,pay
    '=1+1,-2.50
    """
    lines = [_line([_neutral(name) for name in columns])]
    for index, row in enumerate(rows):
        unknown = sorted(row.keys() - set(columns))
        if unknown:
            raise InvalidValue(f"rows[{index}]", unknown, "name these columns in the header")
        lines.append(_line([_cell(row.get(name), f"rows[{index}].{name}") for name in columns]))
    return "".join(lines)


def render_json(value: Any) -> str:
    """The text of a JSON file: keys sorted, decimals, money, rates and days as text; raises `InvalidValue` for floats.

    >>> print(render_json({"b": Decimal("1.50"), "a": (1, None)}), end="")
    {
      "a": [
        1,
        null
      ],
      "b": "1.50"
    }
    """
    try:
        text = json.dumps(dump(value), ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False, default=_refuse)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValue("value", type(value).__name__, f"give plain, exact data ({error})") from error
    return f"{text}\n"


def write_csv(
    path: str | PathLike[str], columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, mark: bool = False
) -> None:
    """Write a CSV file in UTF-8, whole or not at all; `mark` puts a byte-order mark first, which Excel looks for."""
    write_text(path, ("\ufeff" if mark else "") + render_csv(columns, rows))


def write_json(path: str | PathLike[str], value: Any) -> None:
    """Write a JSON file in UTF-8, whole or not at all."""
    write_text(path, render_json(value))


def write_text(path: str | PathLike[str], text: str) -> None:
    """Write a file in UTF-8 beside its place, then put it there in one step; raises `InvalidValue` where it cannot."""
    target = Path(path)
    try:
        content = text.encode("utf-8")
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    except (OSError, ValueError) as error:
        raise InvalidValue("path", str(path), f"give a place that can be written ({error})") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(target.stat().st_mode & 0o777 if target.is_file() else 0o644)
        temporary.replace(target)
    except OSError as error:
        raise InvalidValue("path", str(path), f"give a place that can be written ({error})") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _cell(value: Any, field: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Enum):
        return _neutral(str(value.value))
    if isinstance(value, str):
        return _neutral(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal | date | time | Money | Rate):
        return str(dump(value))
    raise InvalidValue(field, value, "give text, an exact number, a day, money, a rate or none")


def _line(cells: list[str]) -> str:
    """The cells as a line; `csv` leaves a lone carriage return without quotes, and a reader would break the row."""
    if cells == [""]:
        return '""\n'
    quoted = [f'"{cell.replace(_QUOTE, _QUOTE * 2)}"' if _NEEDS_QUOTES.search(cell) else cell for cell in cells]
    return ",".join(quoted) + "\n"


def _neutral(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(text) else text


def _refuse(value: object) -> Any:
    raise InvalidValue("value", value, "give plain, exact data")
