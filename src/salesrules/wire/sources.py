"""The bytes of a file, within limits, as text."""

from __future__ import annotations

import codecs
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


#: Codecs that Python offers beside the encodings of files, and one that nobody should write any more.
_NO_ENCODINGS = frozenset(
    {"base64", "bz2", "hex", "idna", "mbcs", "oem", "punycode", "quopri", "raw-unicode-escape", "rot-13", "undefined"}
    | {"unicode-escape", "utf-7", "uu", "zlib"}
)


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


def decode(content: bytes, file: str, encoding: str = "utf-8") -> str:
    """The text of bytes in a declared encoding; a byte-order mark at the start is dropped, since editors write it.

    Raises `InvalidDocument` for a name that is no encoding of text, with the line for bytes that are not in that
    encoding, and for an empty text.
    """
    name = _encoding_name(encoding, file)
    try:
        text = content.decode(name).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content[: error.start].decode(name, "ignore").count("\n") + 1
        byte = f"0x{content[error.start]:02x}" if error.start < len(content) else None
        remedy = "save it as UTF-8" if encoding == "utf-8" else "declare the encoding that it has, or save it as UTF-8"
        problem = f"it is not {'UTF-8' if encoding == 'utf-8' else encoding}"
        raise refuse(file, "wire.encoding", problem, remedy, value=byte, line=line) from error
    if not text.strip():
        raise refuse(file, "wire.empty", "it is empty", "fill it, or give the path of another file")
    return text


def _encoding_name(encoding: str, file: str) -> str:
    """Python's name of an encoding of text; its codecs of other things (escapes, domain names) are none."""
    try:
        found = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        found = ""
    if not found or found in _NO_ENCODINGS:
        remedy = "give the name of an encoding, such as 'utf-8', 'gb18030', 'big5', 'shift_jis' or 'cp1252'"
        raise refuse(file, "wire.unknown_encoding", "its declared encoding is unknown", remedy, value=encoding)
    return found


def read_text(path: str | PathLike[str], limit: int = MAX_BYTES) -> str:
    """The text of a UTF-8 file; raises `InvalidDocument`."""
    return decode(read_bytes(path, limit), str(path))
