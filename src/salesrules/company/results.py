"""What a run gives: statements as rows, as documents and as a page."""

from __future__ import annotations

import contextlib
import difflib
import tempfile
from collections.abc import Iterable, Mapping
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import Any

import attrs

from salesrules.commissions import (
    Adjustment,
    BalanceEntry,
    CommissionRun,
    Restatement,
    Statement,
    StatementLine,
    explain_line,
    explain_payment,
)
from salesrules.core import EXACT, Derivation, InvalidValue, Money, UnknownName
from salesrules.reports import MissingExtra, ReportContent, render_report, render_summary
from salesrules.wire import dump, render_csv, render_json, write_text

__all__ = ["COLUMNS", "CompanyResult", "write_files"]

#: The columns of `statements.csv`, in this order.
COLUMNS = (
    "period",
    "payee",
    "name",
    "entry",
    "transaction",
    "day",
    "kind",
    "role",
    "plan",
    "component",
    "measured",
    "before",
    "after",
    "tiers",
    "earned",
    "capped",
    "amount",
    "currency",
    "payable",
    "payable_currency",
    "payment_rate",
    "payment_day",
    "line",
    "source",
)


@attrs.frozen(kw_only=True, repr=False)
class CompanyResult:
    """One period's pay: shows itself in a notebook, goes into a frame, and writes its files.

    `version` is the content hash of the rulebook that decided.
    """

    content: ReportContent
    currency: str
    version: str

    @property
    def commissions(self) -> CommissionRun:
        """The run itself: statements, lines, findings."""
        return self.content.run

    def _repr_html_(self) -> str | None:
        """Totals and payees as a notebook shows them; plain text stands in where the extra `report` is missing."""
        try:
            return render_summary(self.content)
        except MissingExtra:
            return None

    def __repr__(self) -> str:
        paid = ", ".join(str(money) for money in self.commissions.totals().values())
        head = f"{self.content.company} {self.commissions.period.label}"
        return f"<CompanyResult {head}: {len(self.commissions.statements)} statements, paid {paid or 'nothing'}>"

    def explain(self, payee: str, transaction: str | None = None) -> tuple[Derivation, ...]:
        """How a payee's pay came about, in their own currency, or what one transaction paid, line by line.

        Raises `UnknownName` with the nearest names for a payee without a statement, and for a transaction that is not
        on it.

        >>> from salesrules import company
        >>> result = company.load(company.sample_folder()).run("2020-Q1")
        >>> line = result.explain("758596752", "SO61225/Clothing")[0]
        >>> line.value, line.recompute() == line.value
        (Decimal('0.95'), True)
        """
        statement = self.commissions.statement_of(payee)
        if statement is None:
            raise _unknown("payee", payee, (s.payee for s in self.commissions.statements))
        if transaction is None:
            return (explain_payment(statement),)
        lines = statement.line_of(transaction)
        if not lines:
            known = (line.credit.transaction.id for line in statement.lines)
            raise _unknown(f"transaction of {payee} in {statement.period.label}", transaction, known)
        return tuple(explain_line(line) for line in lines)

    def to_records(self) -> list[dict[str, Any]]:
        """One row per line, adjustment, restatement and balance entry, and one per statement for what is handed over.

        The `amount` of all rows sums to what is paid in the plans' currencies. `payable` is what is handed over, in the
        payee's own currency: it stands once for each payee who is paid, in the row `payment`, whose `amount` is zero.
        Every row has the same keys, those of `statements.csv`, with `None` where an entry has no such thing.
        """
        return [
            {name: row.get(name) for name in COLUMNS}
            for statement in self.commissions.statements
            for row in (
                *(self._line(statement, line) for line in statement.lines),
                *(self._adjustment(statement, adjustment) for adjustment in statement.adjustments),
                *(self._restatement(statement, entry) for entry in statement.restatements),
                *(self._entry(statement, entry) for entry in statement.balances),
                *([self._payment(statement)] if statement.paid else []),
            )
        ]

    def summary_records(self) -> list[dict[str, Any]]:
        """One row per payee: earned, balances, paid, and what is handed over in the payee's own currency."""
        return [
            {"name": self.content.people.get(s.payee, s.payee), **s.to_record(), **self._handed_over(s)}
            for s in self.commissions.statements
        ]

    def to_document(self) -> dict[str, Any]:
        """The whole result as plain data: the head, totals, and each statement with lines, balances and measures."""
        run = self.commissions
        return {
            "format": "salesrules.statements/1",
            "company": self.content.company,
            "period": run.period.label,
            "rulebook": {"name": self.content.rulebook, "version": run.version},
            "totals": {code: dump(self._shown(money)) for code, money in run.totals().items()},
            "payments": {code: dump(self._shown(money)) for code, money in run.payments().items()},
            "statements": [self._statement(statement) for statement in run.statements],
        }

    def write(self, folder: str | PathLike[str], locale: str = "en") -> tuple[Path, ...]:
        """Write `statements.csv`, `statements.json` and `report.html` into a folder; the paths written.

        All are made before the first is put there, so that a fault on the way leaves none. Raises `InvalidValue` where
        the folder cannot be written.
        """
        texts = {
            "statements.csv": render_csv(COLUMNS, self.to_records()),
            "statements.json": render_json(self.to_document()),
            "report.html": render_report(self.content, locale),
        }
        return write_files(folder, texts)

    def _statement(self, statement: Statement) -> dict[str, Any]:
        return {
            "payee": statement.payee,
            "name": self.content.people.get(statement.payee, statement.payee),
            "plans": list(statement.plans),
            "currency": statement.currency,
            "earned": dump(self._shown(statement.earned)),
            "paid": dump(self._shown(statement.paid)),
            **{name: dump(value) for name, value in self._handed_over(statement).items()},
            "opening": dump(self._shown(statement.opening)),
            "closing": dump(self._shown(statement.closing)),
            "measurements": [
                {
                    "plan": m.plan,
                    "component": m.component,
                    "span": m.label,
                    "measured": dump(m.measured),
                    "unit": m.unit,
                    "quota": dump(m.quota),
                }
                for m in statement.measurements
            ],
            "lines": [
                {name: dump(value) for name, value in line.to_record().items()}
                | {"source": line.credit.transaction.source}
                for line in statement.lines
            ],
            "restatements": [
                {
                    "period": entry.period.label,
                    "causes": [cause.value for cause in entry.causes],
                    "subjects": list(entry.subjects),
                    "amount": dump(entry.amount.amount),
                    "earned": dump(entry.earned.amount),
                    "owed": dump(entry.owed.amount),
                    "held": None if entry.held is None else dump(entry.held.amount),
                }
                for entry in statement.restatements
            ],
            "adjustments": [
                {name: dump(value) for name, value in adjustment.to_record().items()}
                for adjustment in statement.adjustments
            ],
            "balances": [
                {"kind": entry.kind.value, "amount": dump(self._shown(entry.amount)), "policy": entry.policy}
                for entry in statement.balances
            ],
        }

    def _line(self, statement: Statement, line: StatementLine) -> dict[str, Any]:
        transaction = line.credit.transaction
        return {
            "period": statement.period.label,
            "name": self.content.people.get(statement.payee, statement.payee),
            "entry": "line",
            **line.to_record(),
            "source": transaction.source,
        }

    def _restatement(self, statement: Statement, entry: Restatement) -> dict[str, Any]:
        """The row of a restatement: `kind` are its causes, `line` the closed period that it concerns."""
        return {
            "period": statement.period.label,
            "name": self.content.people.get(statement.payee, statement.payee),
            "entry": "restatement",
            "kind": ", ".join(entry.causes),
            "line": entry.period.label,
            "payee": statement.payee,
            "amount": entry.amount.amount,
            "currency": entry.amount.currency,
        }

    def _adjustment(self, statement: Statement, adjustment: Adjustment) -> dict[str, Any]:
        return {
            "period": statement.period.label,
            "name": self.content.people.get(statement.payee, statement.payee),
            "entry": adjustment.kind.value,
            "payee": statement.payee,
            "plan": adjustment.plan,
            "component": adjustment.policy,
            "amount": adjustment.amount.amount,
            "currency": adjustment.amount.currency,
        }

    def _entry(self, statement: Statement, entry: BalanceEntry) -> dict[str, Any]:
        return {
            "period": statement.period.label,
            "name": self.content.people.get(statement.payee, statement.payee),
            "entry": entry.kind.value,
            "payee": statement.payee,
            "plan": entry.policy,
            "amount": self._shown(entry.amount),
            "currency": entry.amount.currency,
        }

    def _payment(self, statement: Statement) -> dict[str, Any]:
        return {
            "period": statement.period.label,
            "name": self.content.people.get(statement.payee, statement.payee),
            "entry": "payment",
            "payee": statement.payee,
            "amount": Decimal(0),
            "currency": statement.currency,
            **self._handed_over(statement),
        }

    def _handed_over(self, statement: Statement) -> dict[str, Any]:
        """What is handed over and its currency; the rate and its day where it is another than the plan's."""
        payment = statement.payment
        return {
            "payable": self._shown(statement.payable),
            "payable_currency": statement.payable.currency,
            "payment_rate": None if payment is None else payment.rate,
            "payment_day": None if payment is None else payment.day,
        }

    def _shown(self, money: Money) -> Decimal:
        """An amount with the digits of its currency, and with more only where it has more."""
        digits = self.commissions.currencies.digits(money.currency)
        least = EXACT.normalize(money.amount)
        places = max(digits, -int(least.as_tuple().exponent))
        return EXACT.quantize(least, Decimal(1).scaleb(-places))


def write_files(folder: str | PathLike[str], texts: Mapping[str, str]) -> tuple[Path, ...]:
    """Write files into a folder, all or none; the paths written.

    Raises `InvalidValue` where the folder cannot be written.
    """
    target = Path(folder)
    made: list[Path] = []
    try:
        made += [path for path in (target, *target.parents) if not path.exists()]
        target.mkdir(parents=True, exist_ok=True)
        _write_together(target, texts)
    except (OSError, ValueError) as error:
        with contextlib.suppress(OSError):
            for path in made:
                path.rmdir()
        if isinstance(error, InvalidValue):
            raise
        raise InvalidValue("folder", str(folder), f"give a folder that can be written ({error})") from error
    return tuple(target / name for name in texts)


def _write_together(target: Path, texts: Mapping[str, str]) -> None:
    """Write all files into a folder beside their places, then put each there in one step."""
    with tempfile.TemporaryDirectory(prefix=".salesrules-", dir=target) as name:
        beside = Path(name)
        for file, text in texts.items():
            write_text(beside / file, text)
            if (target / file).is_dir():
                raise InvalidValue("folder", str(target), f"move the folder {file} away, which stands in its place")
        for file in texts:
            (beside / file).replace(target / file)


def _unknown(kind: str, name: str, known: Iterable[str]) -> UnknownName:
    """The error for a name that is not known, with the nearest that are, or the first few."""
    names = list(dict.fromkeys(known))
    return UnknownName(kind, name, tuple(difflib.get_close_matches(name, names)) or tuple(names[:3]))
