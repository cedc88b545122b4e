"""Commands that pay: the sample company, a folder of your own, and how pay came about."""

from __future__ import annotations

import shlex
from pathlib import Path

from salesrules import company
from salesrules.cli import output, tables
from salesrules.cli.options import DEMO_FOLDER, FINE, FOUND, Json, Locale, Out
from salesrules.core import Severity
from salesrules.messages import negotiate, render_derivation, text

__all__ = ["demo", "explain", "init", "run_folder", "why"]


def demo(*, period: str = "2020-Q1", out: Out = DEMO_FOLDER, locale: Locale = "en", json: Json = False) -> int:
    """Pay the eighteen salespeople of the sample company; files go to `salesrules-demo`, or where --out says.

    Parameters
    ----------
    period
        The quarter to pay, from 2017-Q3 to 2020-Q2.
    """
    return _pay(company.sample_folder(), period, out, locale, json)


def run_folder(
    folder: Path,
    *,
    period: str,
    out: Out = None,
    bulk: bool | None = None,
    locale: Locale = "en",
    json: Json = False,
) -> int:
    """Pay everybody in a company's folder for a period.

    Parameters
    ----------
    folder
        A folder with company.toml, the rulebook and the files that it names; `demo` stands for the sample company.
    period
        A label such as 2020-Q1.
    bulk
        Pay through the bulk engine, or not; without it, Parquet and more than 200,000 transactions are paid in bulk.
    """
    return _pay(_root(folder), period, out, locale, json, bulk)


def _root(folder: Path) -> Path:
    return company.sample_folder() if str(folder) == "demo" and not folder.exists() else folder


def _pay(folder: Path, period: str, out: Path | None, locale: str, json: bool, bulk: bool | None = False) -> int:
    language = negotiate(locale)
    opened = _opened(folder, bulk, language)
    is_bulk, path = _path(opened, bulk, language)
    label = "paying_in_bulk" if is_bulk else "paying"
    with output.progress(text(f"cli.label.{label}", language, transactions=f"{opened.transactions:,}")) as advance:
        run = opened.run_in_bulk if is_bulk else opened.run
        result = run(period, on_progress=advance)
    written = () if out is None else result.write(out, language)
    if json:
        output.write_json(result.to_document())
    else:
        output.write(path)
        tables.show_result(result, language)
        for file in written:
            output.write(text("cli.label.written", language, path=str(file)) + "\n")
    errors = [finding for finding in result.content.findings() if finding.severity is Severity.ERROR]
    return FOUND if errors else FINE


def _opened(folder: Path, bulk: bool | None, language: str) -> company.Company:
    """The company, its transactions in columns where a run may go in bulk."""
    with output.progress(text("cli.label.reading", language, folder=folder.name)) as advance:
        if not bulk and (bulk is not None or not company.looks_large(folder, company.BULK_ROWS)):
            return company.load(folder)
        rows = 0

        def count(more: int) -> None:
            nonlocal rows
            rows += more
            advance(rows, None)

        return company.load(folder, in_bulk=True, on_rows=count)


def _path(opened: company.Company, bulk: bool | None, language: str) -> tuple[bool, str]:
    """Whether a run goes through the bulk engine, and the line that says which path it takes and why."""
    if bulk is None and opened.has_parquet:
        return True, text("cli.label.bulk_parquet", language) + "\n"
    if bulk is None and opened.transactions > company.BULK_ROWS:
        refused = ", ".join(fault.code.removeprefix("company.bulk_") for fault in opened.find_bulk_faults())
        code = "cli.label.bulk_not" if refused else "cli.label.bulk_rows"
        named = {"refused": refused} if refused else {"rows": f"{opened.transactions:,}"}
        return not refused, text(code, language, **named) + "\n"
    return bool(bulk), text("cli.label.bulk_asked", language) + "\n" if bulk else ""


def explain(
    folder: Path,
    *,
    period: str,
    payee: str,
    transaction: str | None = None,
    locale: Locale = "en",
    json: Json = False,
) -> int:
    """Show how a payee's pay came about, or what one transaction paid.

    Parameters
    ----------
    folder
        A company's folder; `demo` stands for the sample company.
    period
        A label such as 2020-Q1.
    payee
        The payee's id.
    transaction
        The transaction's id; without it the whole statement is explained.
    """
    language = negotiate(locale)
    result = company.load(_root(folder)).run(period)
    derivations = result.explain(payee, transaction)
    if json:
        records = [derivation.to_record() for derivation in derivations]
        head = {"format": "salesrules.explanation/1", "period": result.commissions.period.label, "payee": payee}
        output.write_json({**head, "transaction": transaction, "derivations": records})
    else:
        currencies = result.commissions.currencies
        output.write("\n\n".join(render_derivation(found, language, currencies) for found in derivations) + "\n")
    return FINE


def why(
    folder: Path,
    *,
    period: str,
    payee: str,
    against: str | None = None,
    locale: Locale = "en",
    json: Json = False,
) -> int:
    """Say why a payee's pay differs from last time; the reasons sum to the difference.

    Parameters
    ----------
    folder
        A company's folder; `demo` stands for the sample company.
    period
        A label such as 2020-Q1.
    payee
        The payee's id.
    against
        The period to compare with; without it the one before.
    """
    language = negotiate(locale)
    found = company.load(_root(folder)).why(period, payee, against=against)
    if json:
        output.write_json(found.to_document())
    else:
        tables.show_comparison(found, language)
    return FINE


def init(folder: Path) -> int:
    """Make a starter folder that runs at once, to be changed into your own.

    Parameters
    ----------
    folder
        A folder that is new or empty.
    """
    for path in company.start_folder(folder):
        output.write(f"{path}\n")
    output.write(f"salesrules run {shlex.quote(str(folder))} --period {company.STARTER_PERIOD}\n")
    return FINE
