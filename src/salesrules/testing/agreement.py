"""Another system's results held against a plan, exactly, with everything that differs told at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import attrs

from salesrules.commissions import (
    Adjustment,
    CommissionFacts,
    CommissionPolicy,
    CommissionRun,
    Plan,
    Statement,
    StatementLine,
)
from salesrules.core import CurrencyTable, Fault, FiscalCalendar, InvalidDocument, PeriodKind, exact_sum, to_decimal
from salesrules.messages import negotiate
from salesrules.quotas import Quota, QuotaPolicy
from salesrules.testing.agreement_runs import Setting, needed_words, run_plan
from salesrules.testing.cases import PlanCase
from salesrules.testing.disagreement import Disagreement, PaidDifference
from salesrules.testing.repetition import repeat
from salesrules.testing.their_rows import Rows, TheirRow, TheirRows, read_rows

if TYPE_CHECKING:
    from salesrules.company import CompanyResult

__all__ = ["assert_agrees"]

_ZERO = Decimal(0)
_NO_CURRENCY = "XTS"  # the code that ISO 4217 keeps for tests
_CALENDAR, _CURRENCIES = FiscalCalendar(), CurrencyTable.iso()


class _Line(NamedTuple):
    """A line of ours with what it and the modifiers paid for it."""

    line: StatementLine
    paid: Decimal
    adjustments: tuple[Adjustment, ...]


def assert_agrees(
    their_rows: Rows,
    plan: Plan | CommissionPolicy | CommissionRun | CompanyResult | PlanCase,
    *,
    columns: Mapping[str, str] | None = None,
    tolerance: Decimal | int | str = 0,
    float_digits: int | None = None,
    pay_period: PeriodKind | str | None = None,
    period: str | None = None,
    quotas: Iterable[Quota] = (),
    facts: CommissionFacts | None = None,
    quota_policy: QuotaPolicy | None = None,
    calendar: FiscalCalendar = _CALENDAR,
    currencies: CurrencyTable = _CURRENCIES,
    only: Iterable[str] = (),
    locale: str = "en",
    shown: int = 10,
) -> None:
    """Assert that another system pays what a plan pays.

    `their_rows` are mappings, such as `frame.to_dict("records")` or `frame.to_dicts()` give, or the path of a CSV file.
    Each says what was paid (`paid`) for a `transaction`; where rows have a `payee`, a `component` or a `role` as well,
    these tell rows apart. A row is compared with the sum of the lines that it names, modifiers included; draws and
    other balances belong to no transaction and are not compared. A row that one side lacks counts as nothing paid.

    `plan` is what must have been paid: a run or a company's result that was computed already; or a policy, or one plan
    that pays everybody for what they sold, which is computed here. Then, without `facts`, the rows are the transactions
    too: they need `payee`, `day` and `amount`, and may have `original` (of a return), `cost`, `quantity` and
    `currency`; every other column is an attribute.

    - `columns`: our word for their column, where it has another name: `{"transaction": "OrderNo"}`;
    - `tolerance`: how far amounts may lie apart; nothing, unless one is given;
    - `float_digits`: how many digits a column of floats has; without it a float cannot be read;
    - `pay_period`: how often a plan pays, such as `"month"`; a policy says so itself;
    - `period`: the label of the one pay period that is compared; else all are, to that of the last transaction;
    - `quotas`: quotas and target incentives of the payees;
    - `facts`: people, reporting lines, transactions and quotas, where the rows alone do not say them;
    - `quota_policy`: how quotas are prorated and rounded; by days and to cents, unless one is given;
    - `calendar`: the fiscal calendar; the calendar year, unless one is given;
    - `currencies`: the digits of currencies; ISO 4217, unless a table is given;
    - `only`: the ids of the transactions that are compared, where not all are; the others still count before them;
    - `locale`: the language of the message: `"en"`, `"zh_CN"` or `"zh_TW"`;
    - `shown`: how many differences the message shows; the error has all.

    Raises `Disagreement`, an `AssertionError`, with everything at once: rows that are paid otherwise, missing or
    surplus, that stand twice or cannot be read. Raises `InvalidDocument` where nothing can be compared, with every
    fault of columns, of facts and of the policy; and `InvalidValue` where there are no rows, since these would agree
    with any plan.

    >>> from salesrules.testing import simple_plan
    >>> sold = {"transaction": "s1", "payee": "ana", "day": "2020-01-31", "amount": "150"}
    >>> assert_agrees([{**sold, "paid": "4.00"}], simple_plan({0: "2%", 100: "4%"}), pay_period="month")
    """
    __tracebackhide__ = True
    allowed, chosen, wanted = to_decimal(tolerance, "tolerance"), negotiate(locale), frozenset(only)
    rows = read_rows(their_rows, columns or {}, needed_words(plan, facts), float_digits)
    setting = Setting(
        pay_period=pay_period,
        period=period,
        quotas=quotas,
        facts=facts,
        quota_policy=quota_policy,
        calendar=calendar,
        currencies=currencies,
    )
    faults: list[Fault] = []
    theirs = _theirs(rows, faults)
    try:
        run, statements = run_plan(plan, rows, setting)
    except InvalidDocument as error:
        found_twice = {(fault.path, fault.problem) for fault in error.faults}
        rest = [fault for fault in faults if (fault.path, fault.problem) not in found_twice]
        raise InvalidDocument((*error.faults, *rest)) from None
    ours = _by_key(statements, rows.key)
    passed_over = _by_key(run.earlier, rows.key).keys() - ours.keys()
    for found in (ours, theirs):
        for key in [key for key in found if (wanted and key[0] not in wanted) or key in passed_over]:
            del found[key]
    currency = next((statement.currency for statement in (*statements, *run.statements)), _NO_CURRENCY)
    differences = _differences(theirs, ours, allowed, currency)
    if not differences and not faults:
        return
    options = {
        "columns": dict(columns or {}),
        "tolerance": None if tolerance == 0 else tolerance,
        "float_digits": float_digits,
        "pay_period": pay_period,
        "period": period,
        "quotas": setting.quotas,
        "facts": facts,
        "quota_policy": quota_policy,
        "calendar": None if calendar is _CALENDAR else calendar,
        "currencies": None if currencies is _CURRENCIES else currencies,
    }
    code = ""
    if differences:
        first = differences[0].key
        code = repeat(first[0], theirs[first].row if first in theirs else None, plan, rows, options)
    raise Disagreement(differences, tuple(faults), len(theirs), rows.key, code, chosen, shown, run.currencies)


def _by_key(statements: Sequence[Statement], key: Sequence[str]) -> dict[tuple[str, ...], list[_Line]]:
    """Our lines by what names a row of theirs, in the order of days."""
    found: dict[tuple[str, ...], list[_Line]] = defaultdict(list)
    for statement in sorted(statements, key=lambda statement: statement.period.start):
        for each in sorted(_paid_lines(statement), key=lambda each: each.line.credit.day):
            line = each.line
            names = {
                "transaction": line.credit.transaction.id,
                "payee": line.credit.payee,
                "component": line.component,
                "role": line.credit.role,
            }
            found[tuple(names[word] for word in key)].append(each)
    return dict(found)


def _paid_lines(statement: Statement) -> list[_Line]:
    """The lines of a statement, each with what modifiers added to it."""
    parts: dict[str, list[Adjustment]] = defaultdict(list)
    for adjustment in statement.adjustments:
        for part in adjustment.parts:
            amount = attrs.evolve(adjustment.amount, amount=part.amount)
            parts[part.line].append(attrs.evolve(adjustment, parts=[part], amount=amount))
    return [
        _Line(
            line,
            exact_sum([line.amount.amount, *(part.amount.amount for part in parts[line.id])]),
            tuple(parts[line.id]),
        )
        for line in statement.lines
    ]


class _Paid(NamedTuple):
    """A row of theirs and what it paid: `None` where the cell is empty, or could not be read."""

    row: TheirRow
    paid: Decimal | None
    is_read: bool


def _theirs(rows: TheirRows, faults: list[Fault]) -> dict[tuple[str, ...], _Paid]:
    """What they paid, by what names a row; one that stands twice is a fault, and counts once."""
    found: dict[tuple[str, ...], _Paid] = {}
    for row in rows.rows:
        before = len(faults)
        key, paid = rows.key_of(row, faults), rows.number(row, "paid", faults)
        first = found.setdefault(key, _Paid(row, paid, len(faults) == before)).row
        if first is not row:
            place = f"{first.file}:{first.line}" if first.file else first.place
            problem = f"a row with the same {', '.join(rows.key)} stands already at {place}"
            remedy = "remove one, or map a column that tells them apart (payee, component or role)"
            faults.append(row.fault("transaction", rows.columns["transaction"], problem, remedy, "duplicate_row"))
    return found


def _differences(
    theirs: Mapping[tuple[str, ...], _Paid],
    ours: Mapping[tuple[str, ...], list[_Line]],
    allowed: Decimal,
    currency: str,
) -> tuple[PaidDifference, ...]:
    """What differs by more than is allowed: ours in the order of days, then what only they have, in a currency."""
    found = []
    for key in dict.fromkeys((*ours, *theirs)):
        lines, their = ours.get(key, []), theirs.get(key)
        if their is not None and not their.is_read:
            continue  # told as a fault
        paid, due = their.paid if their else None, exact_sum(each.paid for each in lines)
        if abs((paid or _ZERO) - due) > allowed:
            found.append(
                PaidDifference(
                    key=key,
                    currency=lines[0].line.amount.currency if lines else currency,
                    theirs=paid,
                    ours=due if lines else None,
                    place=their.row.place if their else "",
                    lines=[each.line for each in lines],
                    adjustments=[adjustment for each in lines for adjustment in each.adjustments],
                )
            )
    return tuple(found)
