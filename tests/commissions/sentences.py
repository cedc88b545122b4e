"""What the room says, in lists that are read and kept by hand.

`words/faults.txt` has every fault that any test of this room meets, word for word: severity, code, path, problem, value
and remedy. `words/explanations.txt` has every step of every explanation that a test asks for: its label, operation and
unit, the kinds of its parameters, and the steps that it is computed from (`+` where there may be several in a row).
`words/findings.txt` has every finding of a run, with its place, policy entry and values, amounts by their kind.
What is new is written there by running the tests with `SALESRULES_SENTENCES=add`, and then read. Examples that chance
draws are not looked up.
"""

from __future__ import annotations

import itertools
import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from hypothesis import currently_in_test_context

from salesrules.commissions import CommissionRun, RestatedRun
from salesrules.core import Decision, Derivation, Fault, InvalidDocument, InvalidValue, Money, Rate, Reason

ADD = os.environ.get("SALESRULES_SENTENCES") == "add"


class Known:
    """A list that is kept in a file."""

    def __init__(self, name):
        self._file = Path(__file__).parent / "words" / name
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


FAULTS, EXPLANATIONS, FINDINGS = Known("faults.txt"), Known("explanations.txt"), Known("findings.txt")


def look_up(found):
    """Look up whatever a function of the room gave, or the error that it raised."""
    if isinstance(found, Derivation):
        nodes = [] if currently_in_test_context() else list(every_node(found))
        assert all(node.recompute() == Fraction(node.value) for node in nodes)
        EXPLANATIONS.look_up(line for node in nodes for line in steps(node))
    elif isinstance(found, Decision):
        FINDINGS.look_up(map(told, found.reasons))
    elif isinstance(found, CommissionRun):
        FINDINGS.look_up(map(told, found.findings))
    elif isinstance(found, RestatedRun):
        FINDINGS.look_up(map(told, found.run.findings))
    elif isinstance(found, InvalidDocument):
        FAULTS.look_up(map(sentence, found.faults))
    elif isinstance(found, InvalidValue):
        FAULTS.look_up([f"invalid value: {found}"])
    elif isinstance(found, tuple | list):
        FAULTS.look_up([sentence(each) for each in found if isinstance(each, Fault)])
        FINDINGS.look_up([told(each) for each in found if isinstance(each, Reason)])


def sentence(fault):
    """A fault as one line."""
    return f"{fault.severity} {fault.code}: {fault}".replace("\n", " / ")


def told(reason):
    """A finding as one line."""
    values = ", ".join(f"{name}: {shown(value)}" for name, value in sorted(reason.parameters.items()))
    entry = "" if reason.policy is None else f" by {reason.policy}"
    return f"{reason.severity.value} {reason.code}{entry} at {reason.path or '-'}: {values}"


def shown(value):
    """Names and counts as they are; of amounts only what they are of, since tests of their own say how much."""
    if isinstance(value, tuple):
        return f"({', '.join(map(shown, value))})"
    if isinstance(value, Money):
        return f"money in {value.currency}"
    return type(value).__name__ if isinstance(value, Decimal | Fraction | Rate) else str(value)


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
