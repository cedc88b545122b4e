"""Revenue postings: reported sales, invoices and receipts of a period matched by their reference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from salesrules.core import (
    DateRange,
    Decision,
    Fault,
    InvalidDocument,
    Money,
    PolicyReference,
    Reason,
    check_life,
    days_after,
    decide,
    total,
)
from salesrules.credit import reasons as codes
from salesrules.credit.model import RevenueEntry
from salesrules.credit.policy import CreditPolicy, PostingPolicy
from salesrules.credit.rules.life import demand

__all__ = ["check_postings"]


def check_postings(
    reported: Iterable[RevenueEntry],
    invoices: Iterable[RevenueEntry],
    receipts: Iterable[RevenueEntry],
    period: DateRange,
    policy: CreditPolicy,
    as_of: date,
) -> Decision:
    """Whether the reported sales of a period, its invoices and its receipts agree; every finding at once.

    False: reported, but not invoiced, or more than was. Missing: invoiced but not reported; received but not invoiced.
    Short: reported less than was invoiced; invoiced less than was received. Late: reported or invoiced more than
    policy's calendar days after the invoice or the receipt. An invoice that nobody has paid yet is no finding.

    Raises `InvalidDocument` for entries given twice and references in two currencies.
    """
    kinds = {"report": tuple(reported), "invoice": tuple(invoices), "receipt": tuple(receipts)}
    faults = tuple(_faults(kinds))
    if faults:
        raise InvalidDocument(faults)
    life = check_life(policy.life, as_of, "CreditPolicy")
    if not life.is_allowed:
        return life
    rule = demand(policy.postings, "postings")
    return decide([*life.reasons, *_findings(kinds, period, rule)])


def _faults(kinds: Mapping[str, Sequence[RevenueEntry]]) -> Iterator[Fault]:
    currencies: dict[str, str] = {}
    for kind, entries in kinds.items():
        seen: set[str] = set()
        for index, entry in enumerate(entries):
            if entry.id in seen:
                yield Fault(
                    code="credit.duplicate_document",
                    path=f"{kind}s[{index}].id",
                    problem="an entry before it has the same id",
                    remedy="give each entry once",
                    value=entry.id,
                )
            seen.add(entry.id)
            currency = currencies.setdefault(entry.reference, entry.amount.currency)
            if currency != entry.amount.currency:
                yield Fault(
                    code="credit.other_currency",
                    path=f"{kind}s[{index}].amount",
                    problem=f"the others of {entry.reference} are in {currency}",
                    remedy="convert it at a declared rate first",
                    value=str(entry.amount),
                )


def _findings(kinds: Mapping[str, Sequence[RevenueEntry]], period: DateRange, rule: PostingPolicy) -> Iterator[Reason]:
    for kind, entries in kinds.items():
        for index, entry in enumerate(entries):
            if entry.day not in period:
                yield codes.POSTING_OUTSIDE(
                    reference=entry.reference, kind=kind, day=entry.day, span=period, path=f"{kind}s[{index}].day"
                )
    sums = {kind: _by_reference(entries) for kind, entries in kinds.items()}
    for reference in dict.fromkeys(entry.reference for entries in kinds.values() for entry in entries):
        report, invoice, receipt = (sums[kind].get(reference) for kind in ("report", "invoice", "receipt"))
        if report is not None and (invoice is None or _exceeds(report[0], invoice[0], rule)):
            yield codes.POSTING_FALSE(
                reference=reference,
                reported=report[0],
                invoiced=None if invoice is None else invoice[0],
                path="reports",
                policy=_entry(rule, "tolerance"),
            )
        yield from _behind(reference, "report", report, invoice, rule)
        yield from _behind(reference, "invoice", invoice, receipt, rule)


#: What the entries of one reference amount to, and the day of the first.
Summed = tuple[Money, date]


def _by_reference(entries: Iterable[RevenueEntry]) -> dict[str, Summed]:
    found: dict[str, list[RevenueEntry]] = {}
    for entry in entries:
        found.setdefault(entry.reference, []).append(entry)
    return {
        reference: (total(one.amount for one in group), min(one.day for one in group))
        for reference, group in found.items()
    }


def _behind(
    reference: str, kind: str, posted: Summed | None, expected: Summed | None, rule: PostingPolicy
) -> Iterator[Reason]:
    """What is wrong with postings of a kind, beside the later document that they should have come with."""
    if expected is None:
        return
    path = f"{kind}s"
    if posted is None:
        yield codes.POSTING_MISSING(reference=reference, kind=kind, expected=expected[0], path=path)
        return
    if _exceeds(expected[0], posted[0], rule):
        yield codes.POSTING_SHORT(
            reference=reference,
            kind=kind,
            posted=posted[0],
            expected=expected[0],
            path=path,
            policy=_entry(rule, "tolerance"),
        )
    last = days_after(expected[1], rule.late_days)
    if posted[1] > last:
        yield codes.POSTING_LATE(
            reference=reference, kind=kind, day=posted[1], last_day=last, path=path, policy=_entry(rule, "late_days")
        )


def _exceeds(amount: Money, other: Money, rule: PostingPolicy) -> bool:
    """Whether an amount is more than another and its tolerance."""
    return Fraction(amount.amount) > Fraction(other.amount) * (1 + Fraction(rule.tolerance.value))


def _entry(rule: PostingPolicy, field: str) -> PolicyReference:
    return PolicyReference("PostingPolicy", rule.id, field)
