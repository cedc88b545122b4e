"""The bytes of a file, within limits, as text."""

from __future__ import annotations

import stat
from enum import StrEnum
from os import PathLike
from pathlib import Path

from salesrules.wire.findings import refuse
from salesrules.wire.limits import MAX_BYTES

__all__ = ["Format", "decode", "format_of", "read_bytes", "read_text"]


class Format(StrEnum):
    """How a document is written."""

    TOML = "toml"
    JSON = "json"
    YAML = "yaml"


_SUFFIXES = {".toml": Format.TOML, ".json": Format.JSON, ".yaml": Format.YAML, ".yml": Format.YAML}


def format_of(path: str | PathLike[str]) -> Format:
    """The format that a file's suffix names; raises `InvalidDocument` for another."""
    suffix = Path(path).suffix.lower()
    if suffix not in _SUFFIXES:
        remedy = "name it .toml, .json, .yaml or .yml, or give its format"
        raise refuse(str(path), "wire.unknown_format", "its suffix names no known format", remedy, value=suffix)
    return _SUFFIXES[suffix]


def read_bytes(path: str | PathLike[str], limit: int) -> bytes:
    """The content of a regular file; raises `InvalidDocument` where it cannot be read or is larger than the limit."""
    try:
        file = Path(path)
        if not stat.S_ISREG(file.stat().st_mode):
            raise refuse(str(path), "wire.unreadable_file", "it is not a plain file", "give the path of a file")
        with file.open("rb") as stream:
            content = stream.read(limit + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL character
        problem = f"it cannot be read: {getattr(error, 'strerror', None) or error}"
        raise refuse(str(path), "wire.unreadable_file", problem, "give the path of a readable file") from error
    if len(content) > limit:
        raise refuse(
            str(path), "wire.too_large", f"it has more than {limit} bytes", "split it or leave out what is unused"
        )
    return content


def decode(content: bytes, file: str) -> str:
    """The text of UTF-8 bytes; a byte-order mark at the start is dropped, since editors write it unasked.

    Raises `InvalidDocument` with the line for bytes that are not UTF-8, and for an empty text.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = f"0x{content[error.start]:02x}"
        remedy = "save it as UTF-8"
        raise refuse(file, "wire.encoding", "it is not UTF-8", remedy, value=byte, line=line) from error
    if not text.strip():
        raise refuse(file, "wire.empty", "it is empty", "fill it, or give the path of another file")
    return text


def read_text(path: str | PathLike[str], limit: int = MAX_BYTES) -> str:
    """The text of a UTF-8 file; raises `InvalidDocument`."""
    return decode(read_bytes(path, limit), str(path))
