"""From transactions to credits in bulk, equal to `credit_transactions`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from salesrules.commissions import CommissionPolicy, Measure, OverrideCredit, Trigger
from salesrules.core import CurrencyTable, Dated, Fault, InvalidDocument
from salesrules.frames.crediting.attributes import events_of, measures_of, of_crediting, of_paying
from salesrules.frames.crediting.chains import AMBIGUOUS, MISSING, Chains, Reporting
from salesrules.frames.crediting.columns import Coded, Codes, Columns, Flags, Places
from salesrules.frames.crediting.credited import Credited
from salesrules.frames.crediting.measuring import measure
from salesrules.frames.crediting.occurrences import Payments, read_payments
from salesrules.frames.crediting.people import People
from salesrules.frames.crediting.receivers import find_clashes, find_receivers, share_digits
from salesrules.frames.crediting.sharing import find_kinds, share_out
from salesrules.frames.crediting.splits import Lines, make_lines
from salesrules.frames.crediting.table import CreditTable
from salesrules.frames.crediting.transactions import Transactions, read_transactions
from salesrules.org import Hierarchy

__all__ = ["credit_in_bulk"]


def credit_in_bulk(
    policy: CommissionPolicy,
    transactions: pa.Table,
    *,
    hierarchy: Dated[Hierarchy] | Hierarchy | pa.Table | None = None,
    payees: pa.Table | None = None,
    splits: pa.Table | None = None,
    payments: pa.Table | None = None,
    columns: Mapping[str, str] | None = None,
    currencies: CurrencyTable | None = None,
) -> Credited:
    """All sales credits of a table of transactions, as `credit_transactions` gives them one by one.

    `transactions` has `id`, `day`, `payee`, `amount` (decimals in the policy's one currency, or whole numbers of its
    least unit) and, as far as they are needed, `cost`, `quantity`, `original` (the sale that a return takes back;
    returns are zero or less), `delivered`, `invoiced`, `currency`, and the attributes that the policy speaks of;
    `columns` gives the table's own names. `hierarchy` says who reports to whom on which day: a table has `employee`,
    `manager`, `start`, `end`. `payees` (`payee`, `position`) are those who can be paid, everybody where there are none.
    `splits` has `transaction`, `payee`, `share` (0.5 or 50%); `payments` has `transaction`, `day`, `amount`, `due`.

    The policy is one in which `check_policy` finds no fault. Raises `InvalidDocument` with every fault of the tables,
    with counts and the first offenders: what `check_facts`, `check_credit_facts` and `credit_transactions` find, by
    the same codes, columns that are missing or of a wrong type, and numbers for which 64 bits are short.

    >>> from datetime import date
    >>> from salesrules.commissions import DirectCredit
    >>> from salesrules.testing import simple_plan
    >>> plan = simple_plan({0: "2%"})
    >>> policy = CommissionPolicy(life=plan.life, pay_period="month", carry_shortfall=True, plans=[plan],
    ...                           crediting=[DirectCredit(id="seller", effective=plan.life.effective)], assignments=[])
    >>> sold = pa.table({"id": ["s"], "day": [date(2020, 1, 1)], "payee": ["ana"], "amount": [1000]})
    >>> credit_in_bulk(policy, sold).credits.select(["payee", "role", "amount"]).to_pylist()
    [{'payee': 'ana', 'role': 'direct', 'amount': 1000}]
    """
    people = People(payees)
    reporting = Reporting(hierarchy, people)
    reader = Columns(transactions, "transactions", columns)
    digits = _money_digits(policy, CurrencyTable.iso() if currencies is None else currencies, reader)
    words, numbers = of_paying(policy)
    named = dict.fromkeys((*of_crediting(policy), *words))
    found = read_transactions(reader, people, digits, named, events_of(policy), measures_of(policy))
    for name in numbers:
        if not reader.has(name):
            reader.fault("frames.missing_column", name, "the column is missing", f"add it, or map {name!r} in columns")
    _raise(people.faults, reporting.faults, reader.faults)
    assert found is not None
    lines, split_readers = make_lines(found, splits, people, policy.maximum_split)
    paid: Payments | None = None
    payment_readers: tuple[Columns, ...] = ()
    if any(rule.trigger.on is Trigger.CASH for rule in policy.crediting):
        paid, payment_readers = read_payments(found, payments, digits)
    _raise(*(each.faults for each in (*split_readers, *payment_readers)))
    credited = _Crediting(policy, found, lines, people, reporting, reader).table(paid)
    attributes = {name: coded(found.attributes[name]) for name in words}
    attributes |= {name: reader.given(name) for name in numbers}
    return Credited(
        credits=credited.credits(people, attributes),
        digits=credited.digits,
        waiting=credited.waiting(people),
        uncredited=credited.uncredited(),
    )


def coded(column: Coded) -> pa.DictionaryArray:
    """A column of text as a dictionary."""
    indices = pa.array(column.codes, pa.int32(), mask=column.codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(column.values, pa.string()))


def _raise(*faults: Sequence[Fault]) -> None:
    found = tuple(fault for each in faults for fault in each)
    if found:
        raise InvalidDocument(found)


def _money_digits(policy: CommissionPolicy, currencies: CurrencyTable, reader: Columns) -> int:
    """The digits of the policy's one currency, in which all transactions are."""
    used = [*dict.fromkeys([*(plan.currency for plan in policy.plans), *(pool.currency for pool in policy.pools)])]
    if len(used) > 1:
        problem = "the plans and pools pay in several currencies; the bulk engine converts nothing"
        reader.fault("frames.several_currencies", "currency", problem, "calculate each currency apart", used)
    if used and reader.has("currency"):
        given = reader.coded("currency")
        if given is not None:
            others = [place for place, value in enumerate(given.values) if value != used[0]]
            problem = f"{{count}} transaction(s) are in another currency than {used[0]}, in which the plans pay"
            reader.rows_fault(
                "frames.several_currencies", "currency", problem, "convert them", np.isin(given.codes, others),
                lambda row: given.values[given.codes[row]],
            )  # fmt: skip
    return currencies.digits(used[0]) if used else 2


class _Crediting:
    """One run: from lines of transactions to the table of credits."""

    def __init__(
        self,
        policy: CommissionPolicy,
        found: Transactions,
        lines: Lines,
        people: People,
        reporting: Reporting,
        reader: Columns,
    ) -> None:
        self._policy = policy
        self._rules = policy.crediting
        self._found = found
        self._lines = lines
        self._people = people
        self._reader = reader
        self._sold = found.of_sale(found.day)
        of_sale = {name: Coded(found.of_sale(each.codes), each.values) for name, each in found.attributes.items()}
        self._kinds = find_kinds(self._rules, self._sold, of_sale)
        self._levels = max((rule.level for rule in self._rules if isinstance(rule, OverrideCredit)), default=0)
        self._chains = Chains([], np.zeros(0, dtype=np.int32), 0)
        self._places: Places | None = None
        kind_of_line = self._by_line(self._kinds.of_row)
        depth = self._look_up(reporting, kind_of_line) if self._levels else None
        self._sharing = share_out(self._rules, self._kinds, kind_of_line, depth, self._levels, len(lines.seller))

    def _by_line(self, values: Codes | None) -> Codes | None:
        return values if values is None or self._lines.rows is None else values[self._lines.rows]

    def _look_up(self, reporting: Reporting, kind_of_line: Codes | None) -> Codes:
        """How many managers the seller of each line has, as far as rules ask for them."""
        versions = reporting.versions_of(self._sold)
        used = np.flatnonzero(np.bincount(np.maximum(versions, -1) + 1)[1:]) if len(versions) else versions
        self._chains = reporting.chains(self._levels, used.tolist())
        by_line = self._by_line(versions)
        assert by_line is not None
        self._places = self._chains.places(by_line, self._lines.seller)
        depth = self._chains.depth[self._places] if len(self._chains.depth) else np.full(len(by_line), -1, np.int32)
        asking = np.array(
            [any(isinstance(self._rules[rule], OverrideCredit) for rule in rules) for rules in self._kinds.rules]
        )
        asks = np.full(len(by_line), asking[0]) if kind_of_line is None else asking[kind_of_line]
        self._unknown("no table of reporting lines covers the day", asks & (by_line == MISSING))
        self._unknown("several tables of reporting lines cover the day", asks & (by_line == AMBIGUOUS))
        self._unknown("the reporting lines of the day do not know who sold", asks & (by_line >= 0) & (depth < 0))
        return np.maximum(depth, 0)

    def _unknown(self, problem: str, bad: Flags) -> None:
        if bad.any():
            remedy = "let one table of reporting lines cover this day and person"
            self._fault("commissions.unknown_manager", f"{problem} of {{count}} transaction(s)", remedy, bad)

    def _fault(self, code: str, problem: str, remedy: str, bad: Flags) -> None:
        """A fault of the transactions of lines."""
        ids = self._found.ids
        rows = np.flatnonzero(bad) if self._lines.rows is None else np.unique(self._lines.rows[bad])
        self._reader.rows_fault(code, "id", problem, remedy, rows, lambda row: ids[row])

    def _check_clashes(self) -> None:
        clashes = find_clashes(self._rules, self._sharing, self._people)
        for rules in dict.fromkeys(clashes.values()):
            classes = [place for place, found in clashes.items() if found == rules]
            of_line = self._sharing.of_line
            bad = np.ones(len(self._lines.seller), np.bool_) if of_line is None else np.isin(of_line, classes)
            remedy = f"let one of the rules {rules[0]} and {rules[1]} not apply to them"
            problem = "two rules credit one payee in one role for {count} transaction(s)"
            self._fault("commissions.credited_twice", problem, remedy, bad)

    def table(self, payments: Payments | None) -> CreditTable:
        """The credits of all rules; raises `InvalidDocument`."""
        self._check_clashes()
        _raise(self._reader.faults)
        found = self._found
        digits = share_digits(self._sharing, self._lines)
        terms = [self._rules[number].trigger for number in self._sharing.shares]
        measured = measure(found, counts=Measure.COUNT in measures_of(self._policy))
        table = CreditTable(found, measured, digits, terms, payments)
        for each in find_receivers(
            self._rules, self._sharing, self._lines, self._kinds, self._chains, self._places, self._people, digits,
            found.rows,
        ):  # fmt: skip
            table.add(each)
        self._check_receivers(table.receivers())
        _raise(self._reader.faults, [*table.faults()])
        return table

    def _check_receivers(self, payees: Codes) -> None:
        if not self._people.is_closed or self._people.is_known.all():
            return
        counts = np.bincount(payees, minlength=len(self._people.names))
        strange = np.flatnonzero((counts > 0) & ~self._people.is_known)
        problem = "{count} of those who are credited are not among the people"
        names = self._people.names
        self._reader.rows_fault(
            "commissions.unknown_payee", "payee", problem, "add them", strange, lambda code: names[code]
        )
