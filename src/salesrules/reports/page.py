"""The report as one page."""

from __future__ import annotations

import html

from salesrules.messages import format_period
from salesrules.reports.content import ReportContent

__all__ = ["render_report"]


def render_report(content: ReportContent, locale: str = "en") -> str:
    """The report as one self-contained page."""
    title = html.escape(f"{content.company} · {format_period(content.run.period.label, locale)}")
    return f"<!doctype html><title>{title}</title><h1>{title}</h1>"
