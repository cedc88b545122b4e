"""What the room says of faults, in a list that is read and kept by hand: `cases/faults.txt`.

Every fault that any test of this room meets must stand there word for word, with its severity, code, path, value and
remedy. A new sentence is written there by running the tests with `SALESRULES_SENTENCES=add`, and then read.
"""

from __future__ import annotations

import os
from pathlib import Path

from salesrules.core import Fault, InvalidDocument, InvalidValue

FILE = Path(__file__).parent / "cases" / "faults.txt"
KNOWN = set(FILE.read_text("utf-8").splitlines()) if FILE.exists() else set()
ADD = os.environ.get("SALESRULES_SENTENCES") == "add"


def look_up(found):
    """Fail on a sentence that is not known."""
    if isinstance(found, InvalidDocument):
        found = found.faults
    if isinstance(found, InvalidValue):
        sentences = [f"invalid value: {found}"]
    elif isinstance(found, tuple | list):
        sentences = [f"{each.severity} {each.code}: {each}" for each in found if isinstance(each, Fault)]
    else:
        return
    sentences = [sentence.replace("\n", " / ") for sentence in sentences]
    new = [sentence for sentence in sentences if sentence not in KNOWN]
    if new and ADD:
        KNOWN.update(new)
        FILE.write_text("".join(f"{line}\n" for line in sorted(KNOWN)), "utf-8")
    else:
        assert not new, new
