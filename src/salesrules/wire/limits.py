"""The limits of what is read: a document beyond them is refused before it can exhaust the reader."""

from __future__ import annotations

from typing import Final

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_FAULTS_SHOWN",
    "MAX_FIELD_CHARACTERS",
    "MAX_FINDINGS",
    "MAX_ITEMS",
    "MAX_KEY_PARTS",
    "MAX_TABLE_BYTES",
]

#: Bytes of a document; a rulebook with a thousand tiers has a tenth of it.
MAX_BYTES: Final = 1024 * 1024
#: Tables and lists inside each other.
MAX_DEPTH: Final = 32
#: Tables, lists, keys and values in all.
MAX_ITEMS: Final = 100_000
#: Parts of a dotted TOML key; the time that `tomllib` takes grows with their square.
MAX_KEY_PARTS: Final = 32
#: Bytes of a CSV file.
MAX_TABLE_BYTES: Final = 512 * 1024 * 1024
#: Characters of one cell of a CSV file.
MAX_FIELD_CHARACTERS: Final = 100_000
#: Findings in one list or table after which the rest of it is not looked at.
MAX_FINDINGS: Final = 1_000
#: Faults that one error lists; it says how many more there are.
MAX_FAULTS_SHOWN: Final = 50
