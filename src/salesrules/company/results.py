"""What a run gives: statements as rows, as documents and as a page."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import attrs

from salesrules.commissions import BalanceEntry, CommissionRun, Statement, StatementLine
from salesrules.core import InvalidValue
from salesrules.reports import MissingExtra, ReportContent, render_report, render_summary
from salesrules.wire import dump, render_csv, render_json, write_text

__all__ = ["COLUMNS", "CompanyResult"]

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
    "line",
    "source",
)


@attrs.frozen(kw_only=True)
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

    def to_records(self) -> list[dict[str, Any]]:
        """One row per statement line and balance entry; the `amount` of all rows sums to what is paid."""
        return [
            row
            for statement in self.commissions.statements
            for row in (
                *(self._line(statement, line) for line in statement.lines),
                *(self._entry(statement, entry) for entry in statement.balances),
            )
        ]

    def summary_records(self) -> list[dict[str, Any]]:
        """One row per payee: earned, balances and paid."""
        return [
            {"name": self.content.people.get(s.payee, s.payee), **s.to_record()} for s in self.commissions.statements
        ]

    def to_document(self) -> dict[str, Any]:
        """The whole result as plain data: the head, totals, and each statement with lines, balances and measures."""
        run = self.commissions
        return {
            "format": "salesrules.statements/1",
            "company": self.content.company,
            "period": run.period.label,
            "rulebook": {"name": self.content.rulebook, "version": run.version},
            "totals": {code: dump(money.amount) for code, money in run.totals().items()},
            "statements": [self._statement(statement) for statement in run.statements],
        }

    def write(self, folder: str | PathLike[str], locale: str = "en") -> tuple[Path, ...]:
        """Write `statements.csv`, `statements.json` and `report.html` into a folder; the paths written.

        All are made before the first is written, each is written whole or not at all. Raises `InvalidValue` where the
        folder cannot be written.
        """
        target = Path(folder)
        texts = {
            "statements.csv": render_csv(COLUMNS, self.to_records()),
            "statements.json": render_json(self.to_document()),
            "report.html": render_report(self.content, locale),
        }
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidValue("folder", str(folder), f"give a folder that can be written ({error})") from error
        for name, text in texts.items():
            write_text(target / name, text)
        return tuple(target / name for name in texts)

    def _statement(self, statement: Statement) -> dict[str, Any]:
        return {
            "payee": statement.payee,
            "name": self.content.people.get(statement.payee, statement.payee),
            "plans": list(statement.plans),
            "currency": statement.currency,
            "earned": dump(statement.earned.amount),
            "paid": dump(statement.paid.amount),
            "opening": dump(statement.opening.amount),
            "closing": dump(statement.closing.amount),
            "measurements": [
                {
                    "component": m.component,
                    "span": m.label,
                    "measured": dump(m.measured),
                    "quota": dump(m.quota),
                }
                for m in statement.measurements
            ],
            "lines": [{name: dump(value) for name, value in line.to_record().items()} for line in statement.lines],
            "balances": [
                {"kind": entry.kind.value, "amount": dump(entry.amount.amount), "policy": entry.policy}
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

    def _entry(self, statement: Statement, entry: BalanceEntry) -> dict[str, Any]:
        return {
            "period": statement.period.label,
            "name": self.content.people.get(statement.payee, statement.payee),
            "entry": entry.kind.value,
            "payee": statement.payee,
            "plan": entry.policy,
            "amount": entry.amount.amount,
            "currency": entry.amount.currency,
        }
