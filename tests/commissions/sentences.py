"""What the room says, in two lists that are read and kept by hand.

`cases/faults.txt` has every fault that any test of this room meets, word for word: severity, code, path, problem, value
and remedy. `cases/explanations.txt` has every step of every explanation that a test asks for: its label, operation and
unit, the kinds of its parameters, and the steps that it is computed from (`+` where there may be several in a row).
What is new is written there by running the tests with `SALESRULES_SENTENCES=add`, and then read. Examples that chance
draws are not looked up.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from hypothesis import currently_in_test_context

from salesrules.core import Derivation, Fault, InvalidDocument, InvalidValue

ADD = os.environ.get("SALESRULES_SENTENCES") == "add"


class Known:
    """A list that is kept in a file."""

    def __init__(self, name):
        self._file = Path(__file__).parent / "cases" / name
        self._lines = set(self._file.read_text("utf-8").splitlines()) if self._file.exists() else set()

    def look_up(self, lines):
        """Fail on lines that are not known."""
        if currently_in_test_context():  # chance would meet ever new ones
            return
        new = set(lines) - self._lines
        if new and ADD:
            self._lines |= new
            self._file.write_text("".join(f"{line}\n" for line in sorted(self._lines)), "utf-8")
        else:
            assert not new, new


FAULTS, EXPLANATIONS = Known("faults.txt"), Known("explanations.txt")


def look_up(found):
    """Look up whatever a function of the room gave, or the error that it raised."""
    if isinstance(found, Derivation):
        EXPLANATIONS.look_up(line for node in every_node(found) for line in steps(node))
    elif isinstance(found, InvalidDocument):
        FAULTS.look_up(map(sentence, found.faults))
    elif isinstance(found, InvalidValue):
        FAULTS.look_up([f"invalid value: {found}"])
    elif isinstance(found, tuple | list):
        FAULTS.look_up([sentence(each) for each in found if isinstance(each, Fault)])


def sentence(fault):
    """A fault as one line."""
    return f"{fault.severity} {fault.code}: {fault}".replace("\n", " / ")


def every_node(derivation):
    yield derivation
    for term in derivation.terms:
        yield from every_node(term)


def steps(node):
    """A step of an explanation as one line, without its numbers; one line for each kind of part of a statement."""
    kinds = ", ".join(f"{name}: {type(value).__name__}" for name, value in sorted(node.parameters.items()))
    head = f"{short(node.label)} ({kinds}) {node.unit or '-'} = {node.operation.value}"
    if short(node.label) in ("paid", "earned_in_period"):
        return [head, *(f"{head} of {short(term.label)} and others" for term in node.terms)]
    terms = [(label, len(list(same))) for label, same in itertools.groupby(term.label for term in node.terms)]
    parts = ", ".join(short(label) + ("+" if count > 1 else "") for label, count in terms)
    return [f"{head} of {parts}" if parts else head]


def short(label):
    return label.removeprefix("commissions.label.")
