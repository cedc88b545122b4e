"""Pages and views: a report as one file that needs nothing else, and the pieces that a notebook shows."""

from __future__ import annotations

from typing import Any

from salesrules.core import Derivation
from salesrules.messages import derivation_lines
from salesrules.reports import summaries
from salesrules.reports.content import ReportContent
from salesrules.reports.extras import environment
from salesrules.reports.figures import figures
from salesrules.reports.statements import statement_view
from salesrules.reports.words import Names, Words

__all__ = ["render_derivation", "render_report", "render_statement", "render_summary"]


def render_report(content: ReportContent, locale: str = "en") -> str:
    """A run as one HTML file: totals, payees, roll-ups, curves, every statement line by line, findings, sources.

    It holds no script and asks for nothing over a network. Names are escaped.

    Raises `UnknownName` for a locale that is not served, `MissingExtra` where the extra `report` is not installed.
    """
    names = _names(content, locale)
    views = [
        statement_view(content, statement, names, f"statement-{number}")
        for number, statement in enumerate(content.shown(), 1)
    ]
    return _render(
        "report.html.j2",
        names.words,
        **_summary(content, names),
        figures=figures(content, names),
        statements=views,
        left_out=_left_out(content, names.words),
        findings=summaries.findings(content, names),
        changes=[names.sentence(reason) for reason in content.changes],
    )


def render_summary(content: ReportContent, locale: str = "en") -> str:
    """A run's totals and table of payees as a piece of HTML for a notebook.

    Raises as `render_report` does.
    """
    names = _names(content, locale)
    return _render("summary.html.j2", names.words, **_summary(content, names))


def render_statement(content: ReportContent, payee: str, locale: str = "en") -> str:
    """A payee's statements of the run, line by line, as a piece of HTML for a notebook; it says so where there is none.

    Raises as `render_report` does.
    """
    names = _names(content, locale)
    views = [
        statement_view(content, statement, names, "")
        for statement in content.run.statements
        if statement.payee == payee
    ]
    return _render("statement.html.j2", names.words, statements=views, payee=names.person(payee))


def render_derivation(derivation: Derivation, locale: str = "en") -> str:
    """How a number came about, as nested HTML for a notebook.

    Raises as `render_report` does.
    """
    words = Words(locale)
    return _render("derivation.html.j2", words, lines=derivation_lines(derivation, words.locale))


def _names(content: ReportContent, locale: str) -> Names:
    return Names(content, Words(locale, content.run.currencies))


def _render(template: str, words: Words, **values: Any) -> str:
    return environment().get_template(template).render(words=words, say=words.say, **values)


def _left_out(content: ReportContent, words: Words) -> str:
    """That only the first statements are shown; empty where all are."""
    shown, of = content.shown(), content.run.statements
    if len(shown) == len(of):
        return ""
    lines = sum(len(statement.lines) for statement in shown)
    of_lines = sum(len(statement.lines) for statement in of)
    counts = {"shown": len(shown), "of": len(of), "lines": lines, "of_lines": of_lines}
    return words.say("first_statements", **{name: words.number(count) for name, count in counts.items()})


def _summary(content: ReportContent, names: Names) -> dict[str, Any]:
    return {
        "content": content,
        "period": names.words.period(content.run.period.label),
        "totals": summaries.totals(content, names),
        "payees": summaries.payee_rows(content, names),
        "roll_ups": summaries.roll_ups(content, names),
        "ties": summaries.ties(content, names),
        "outside": summaries.outside_territory(content, names),
    }
