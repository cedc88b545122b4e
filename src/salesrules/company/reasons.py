"""The codes by which a company's folder reports what was changed on the way from files to facts."""

from __future__ import annotations

from salesrules.core import ReasonCode, Severity

__all__ = ["REASONS"]

ROWS_READ = ReasonCode("company.rows_read", ("file", "count"), Severity.INFO)
TEXT_TRIMMED = ReasonCode("company.text_trimmed", ("file", "column", "count"), Severity.INFO)
NUMBER_ROUNDED = ReasonCode("company.number_rounded", ("file", "column", "count", "total"), Severity.INFO)
DATE_CONVERTED = ReasonCode("company.date_converted", ("file", "column", "count", "format"), Severity.INFO)

REASONS: tuple[ReasonCode, ...] = (ROWS_READ, TEXT_TRIMMED, NUMBER_ROUNDED, DATE_CONVERTED)
