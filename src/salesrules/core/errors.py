"""The errors of the house: data in fields, a sentence that names the value and the remedy.

Exceptions keep positional fields, because keyword-only frozen exceptions can neither be pickled nor copied.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from salesrules.core.decisions import Decision

__all__ = [
    "AmbiguousDay",
    "BackendUnavailable",
    "CurrencyMismatch",
    "Denied",
    "Fault",
    "IdempotencyConflict",
    "InvalidDocument",
    "InvalidValue",
    "MissingAggregate",
    "MissingDay",
    "PrecisionExceeded",
    "SalesRulesError",
    "StaleVersion",
    "UnknownName",
]


class SalesRulesError(Exception):
    """The root of every error that this library raises on purpose."""

    def __reduce__(self) -> str | tuple[Any, ...]:
        """As any exception; that it stands here tells those who send errors between workers to keep the fields."""
        return super().__reduce__()


@attrs.define
class InvalidValue(SalesRulesError, ValueError):
    """A value that a field cannot hold: names the field, the value and the remedy."""

    field: str
    value: Any
    remedy: str

    def __str__(self) -> str:
        return f"{self.field}: {_shown(self.value)} is not valid; {self.remedy}"


@attrs.define
class CurrencyMismatch(SalesRulesError, ValueError):
    """Two currencies met in one operation that needs a single one."""

    left: str
    right: str

    def __str__(self) -> str:
        return f"cannot combine {self.left} with {self.right}; convert one of them at a declared rate first"


@attrs.define
class PrecisionExceeded(SalesRulesError, ArithmeticError):
    """An exact operation would have needed more digits than the exact context holds."""

    operation: str
    digits: int

    def __str__(self) -> str:
        return f"{self.operation} needs more than {self.digits} digits to stay exact; round its operands first"


@attrs.define
class MissingDay(SalesRulesError, LookupError):
    """No dated entry covers a day; the neighbours before and after it are named."""

    subject: str
    day: Any
    before: str | None = None
    after: str | None = None

    def __str__(self) -> str:
        near = "; ".join(
            part
            for part in (
                f"the entry before it is {self.before}" if self.before else "",
                f"the entry after it is {self.after}" if self.after else "",
            )
            if part
        )
        return f"{self.subject}: no entry on {self.day}; {near or 'there is no entry at all'}; add one that covers it"


@attrs.define
class AmbiguousDay(SalesRulesError, LookupError):
    """More than one dated entry covers a day."""

    subject: str
    day: Any
    entries: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.subject}: {len(self.entries)} entries on {self.day} ({', '.join(self.entries)}); end one of them"


@attrs.define
class UnknownName(SalesRulesError, LookupError):
    """A name that stands for nothing known, with the nearest known names."""

    kind: str
    name: Any
    nearest: tuple[str, ...] = ()

    def __str__(self) -> str:
        hint = f"; did you mean {' or '.join(map(repr, self.nearest))}?" if self.nearest else ""
        return f"unknown {self.kind} {_shown(self.name)}{hint}"


@attrs.define
class Denied(SalesRulesError):
    """A function that acts was asked to do what its decision denies."""

    decision: Decision

    def __str__(self) -> str:
        codes = ", ".join(reason.code for reason in self.decision.reasons)
        return f"{self.decision.outcome.value}: {codes or 'no reason given'}"


@attrs.define
class IdempotencyConflict(SalesRulesError, ValueError):
    """One idempotency key was sent with two payloads; shows both."""

    key: str
    first: Any
    second: Any

    def __str__(self) -> str:
        first, second = _shown(self.first, 500), _shown(self.second, 500)
        return f"the key {self.key!r} came first with {first}, now with {second}; repeat the first, or take a new key"


@attrs.define
class StaleVersion(SalesRulesError):
    """What should be changed was changed by somebody else since it was read: version 0 is before it was there."""

    kind: str
    id: str
    expected: int
    found: int

    def __str__(self) -> str:
        versions = f"expected version {self.expected}, found {self.found}"
        return f"{self.kind} {self.id!r}: {versions}; read it again and decide anew"


@attrs.define
class MissingAggregate(SalesRulesError, LookupError):
    """Nothing of that kind is stored under an id."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"no {self.kind} {self.id!r} is stored; put it there first, with the expected version 0"


@attrs.define
class BackendUnavailable(SalesRulesError):
    """The backend of a storage did not answer, or gave up.

    `may_have_committed` says that the fault came while a unit of work was being committed, so that nobody knows.
    """

    backend: str
    problem: str
    may_have_committed: bool = False

    def __str__(self) -> str:
        known = "it may have been saved all the same" if self.may_have_committed else "nothing was saved"
        return f"{self.backend} is unavailable: {self.problem}; {known}; send the same command again"


@attrs.frozen(kw_only=True)
class Fault:
    """One fault of a document or an input file: where it is, what stands there, and how to mend it.

    `path` is the place in the document (`commissions.plans[2].tiers[0].rate`) or in a table (`orders.csv:sales`);
    `line` counts from 1; `severity` is `"error"` or `"warning"`.
    """

    code: str
    path: str
    problem: str
    remedy: str
    value: Any = None
    file: str | None = None
    line: int | None = None
    severity: str = "error"

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        shown = "" if self.value is None else f" (found {_shown(self.value)})"
        return f"{place + ': ' if place else ''}{self.path}: {self.problem}{shown}; {self.remedy}"


@attrs.define
class InvalidDocument(SalesRulesError, ValueError):
    """A document or input file that cannot be used, with all its faults at once."""

    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


def _shown(value: Any, limit: int = 80) -> str:
    plain = isinstance(value, Decimal | Fraction | date)
    try:
        text = str(value) if plain else repr(value)
    except Exception:  # an error must be able to speak: an int of 5,000 digits, for one, has no repr
        text = f"an unprintable {type(value).__name__}"
    return text if len(text) <= limit else text[: limit - 1] + "…"
