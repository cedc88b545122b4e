"""Names by which a policy speaks of people, and which nobody among them has."""

from __future__ import annotations

from collections.abc import Iterator

from salesrules.commissions.model import CommissionFacts
from salesrules.commissions.policy import CommissionPolicy
from salesrules.commissions.reasons import UNKNOWN_NAMES
from salesrules.core import DateRange, Period, PolicyReference, Reason

__all__ = ["report_unknown_names"]


def report_unknown_names(facts: CommissionFacts, policy: CommissionPolicy, period: Period) -> Iterator[Reason]:
    """One finding for each entry in force in a period with names that no person has, as an id or as a position."""
    positions = {payee.position for payee in facts.payees.values()}
    known = {"payees": {*facts.payees}, "positions": positions, "sources": {*facts.payees, *positions}}
    for kind, id, effective, names in _named(policy):
        unknown = [(name, field) for name, field in names if name not in known[field]]
        if unknown and effective.overlaps(period.span):
            entry = PolicyReference(kind, id, unknown[0][1])
            yield UNKNOWN_NAMES(entry=id, names=tuple(name for name, _ in unknown), policy=entry)


def _named(policy: CommissionPolicy) -> Iterator[tuple[str, str, DateRange, list[tuple[str, str]]]]:
    """Every entry that names people: its type, id and days, and each name with its field."""
    members = [member for pool in policy.pools for member in pool.members]
    for entry in (*policy.crediting, *policy.assignments, *members, *policy.pools):
        names = [(name, field) for field in ("payees", "positions", "sources") for name in getattr(entry, field, ())]
        yield type(entry).__name__, entry.id, entry.effective, names
