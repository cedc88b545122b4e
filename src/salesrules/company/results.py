"""What a run gives: statements as rows, as documents and as a page."""

from __future__ import annotations

from typing import Any

import attrs

from salesrules.commissions import BalanceEntry, CommissionRun, Statement, StatementLine
from salesrules.reports import MissingExtra, ReportContent, render_summary

__all__ = ["CompanyResult"]


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
            "totals": {code: str(money.amount) for code, money in run.totals().items()},
            "statements": [self._statement(statement) for statement in run.statements],
        }

    def _statement(self, statement: Statement) -> dict[str, Any]:
        return {
            "payee": statement.payee,
            "name": self.content.people.get(statement.payee, statement.payee),
            "plans": list(statement.plans),
            "currency": statement.currency,
            "earned": str(statement.earned.amount),
            "paid": str(statement.paid.amount),
            "opening": str(statement.opening.amount),
            "closing": str(statement.closing.amount),
            "measurements": [
                {
                    "component": m.component,
                    "span": m.label,
                    "measured": str(m.measured),
                    "quota": None if m.quota is None else str(m.quota),
                }
                for m in statement.measurements
            ],
            "lines": [
                {name: value if value is None else str(value) for name, value in line.to_record().items()}
                for line in statement.lines
            ],
            "balances": [
                {"kind": entry.kind.value, "amount": str(entry.amount.amount), "policy": entry.policy}
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
