"""What must be true of the facts before anybody is paid: every fault at once, each with its place and remedy."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction

from salesrules.commissions.model import CommissionFacts, Transaction, TransactionKind
from salesrules.commissions.rules.pay_fact_checks import check_open_days, check_pay_facts
from salesrules.core import Fault, FiscalCalendar, MissingDay, PeriodKind, SalesRulesError

__all__ = ["check_facts", "check_opening_days", "place_of", "returned_shares", "unmeasurable"]


def check_facts(facts: CommissionFacts) -> tuple[Fault, ...]:
    """Every fault of the facts: duplicate ids, unknown payees, and returns that do not fit their originals."""
    return (
        *_duplicates(facts),
        *_unknown_payees(facts),
        *_unfit_returns(facts),
        *_unfit_openings(facts),
        *check_pay_facts(facts),
    )


def returned_shares(transactions: Mapping[str, Transaction]) -> dict[str, Fraction]:
    """The share of its original that each return takes back, by the return's id.

    The share is that of the amounts; where the original's amount is zero, that of the quantities.
    """
    return {
        t.id: _share(t, transactions[t.original])
        for t in transactions.values()
        if t.original is not None and t.original in transactions
    }


def _share(back: Transaction, sale: Transaction) -> Fraction:
    if sale.amount.amount:
        return -Fraction(back.amount.amount) / Fraction(sale.amount.amount)
    return -Fraction(back.quantity) / Fraction(sale.quantity) if sale.quantity else Fraction(1)


def place_of(transaction: Transaction) -> str:
    """Where a transaction stands: the line of its file, or its id."""
    return transaction.source or f"transactions[{transaction.id}]"


def unmeasurable(transaction: Transaction, error: SalesRulesError) -> Fault:
    """The fault of a transaction that a plan cannot measure; `error` says why."""
    value, remedy = transaction.id, "mend the facts, or let no plan measure this"
    if isinstance(error, MissingDay):
        value, remedy = str(transaction.amount), f"give the {error.subject} of that day"
    place = place_of(transaction)
    return Fault(code="commissions.unmeasurable", path=place, problem=str(error), value=value, remedy=remedy)


def _duplicates(facts: CommissionFacts) -> Iterator[Fault]:
    first: dict[str, Transaction] = {}
    for transaction in facts.transactions:
        earlier = first.setdefault(transaction.id, transaction)
        if earlier is not transaction:
            yield Fault(
                code="commissions.duplicate_transaction",
                path=place_of(transaction),
                problem=f"a transaction with this id stands already at {place_of(earlier)}",
                value=transaction.id,
                remedy="remove one of them, or map a key that tells them apart",
            )


def _unknown_payees(facts: CommissionFacts) -> Iterator[Fault]:
    for transaction in facts.transactions:
        if transaction.payee not in facts.payees:
            near = difflib.get_close_matches(transaction.payee, facts.payees, n=1)
            yield Fault(
                code="commissions.unknown_payee",
                path=place_of(transaction),
                problem="nobody with this id is among the people",
                value=transaction.payee,
                remedy=f"add the person{f', or did you mean {near[0]!r}' if near else ''}",
            )


def _unfit_returns(facts: CommissionFacts) -> Iterator[Fault]:
    sales = {t.id: t for t in facts.transactions if t.kind is TransactionKind.SALE}
    returned: dict[str, Fraction] = defaultdict(Fraction)
    value: str | None
    for back in sorted(facts.transactions, key=lambda t: (t.day, t.id)):
        if back.kind is TransactionKind.SALE:
            continue
        sale = sales.get(back.original or "")
        if sale is None:
            problem, value = "a return needs the sale that it takes back", back.original
            remedy = "give the id of a sale among the transactions"
        elif back.day < sale.day:
            problem, value = f"a return cannot precede its sale of {sale.day}", str(back.day)
            remedy = "correct the date"
        elif back.amount.currency != sale.amount.currency:
            problem, value = f"the sale was in {sale.amount.currency}", back.amount.currency
            remedy = "enter the return in the currency of its sale"
        else:
            share = returned[sale.id] + _share(back, sale)
            if share <= 1:
                returned[sale.id] = share
                continue
            problem, value = f"more is returned than was sold by {sale.id} ({sale.amount})", str(back.amount)
            remedy = "lower the return, or enter the rest against another sale"
        yield Fault(code="commissions.unfit_return", path=place_of(back), problem=problem, value=value, remedy=remedy)


def _unfit_openings(facts: CommissionFacts) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, opening in enumerate(facts.opening_balances):
        path = f"opening_balances[{index}].payee"
        if opening.payee in seen:
            yield Fault(
                code="commissions.duplicate_opening_balance",
                path=path,
                problem="this payee has an opening balance already",
                value=opening.payee,
                remedy="keep one per payee",
            )
        seen.add(opening.payee)
        if opening.payee not in facts.payees:
            yield Fault(
                code="commissions.unknown_payee",
                path=path,
                problem="nobody with this id is among the people",
                value=opening.payee,
                remedy="add the person",
            )


def check_opening_days(facts: CommissionFacts, kind: PeriodKind, calendar: FiscalCalendar) -> Iterator[Fault]:
    """A fault for each opening balance whose day does not begin a pay period, since it would open none."""
    for index, opening in enumerate(facts.opening_balances):
        start = calendar.at(kind, opening.day).start
        if start != opening.day:
            yield Fault(
                code="commissions.opening_day",
                path=f"opening_balances[{index}].day",
                problem=f"a balance is opened on the first day of a {kind.value}",
                value=str(opening.day),
                remedy=f"give such a day, as {start}",
            )
    yield from check_open_days(facts, kind, calendar)
