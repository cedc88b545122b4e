"""The commands: thin; they call company, rulebook, wire and reports, and print."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, CycloptsError, Parameter

import salesrules
from salesrules import company, rulebook
from salesrules.cli import output, proofs, replaying, solving, tables
from salesrules.cli.diagrams import draw_diagrams
from salesrules.commissions import CommissionPolicy
from salesrules.core import Denied, Fault, InvalidDocument, InvalidValue, SalesRulesError, Severity, to_decimal
from salesrules.messages import negotiate, render_change, render_decision, render_derivation, text
from salesrules.wire import check_rulebook, document_schema, dump, load_rulebook, rulebook_schema

__all__ = ["app", "run"]

DEMO_FOLDER = Path("salesrules-demo")
FINE, FOUND, UNREADABLE, INTERRUPTED = 0, 1, 2, 130

Locale = Annotated[str, Parameter(name="--locale", help="Language of the output: en, zh_CN or zh_TW.")]
Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON, as the reference documents it.")]
Out = Annotated[Path | None, Parameter(name="--out", help="Folder for statements.csv, statements.json, report.html.")]

app = App(
    name="salesrules",
    help="The rules of a sales organisation: pay, proved and explained.",
    version=salesrules.__version__,
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)


def run(arguments: Sequence[str]) -> int:
    """Run a command line; every fault goes to standard error, never a traceback."""
    with output.forgiving():
        try:
            result = app(arguments, exit_on_error=False, print_error=False)
            sys.stdout.flush()
        except CycloptsError as error:
            output.error(f"{error}\nsee: salesrules --help")
            return UNREADABLE
        except InvalidDocument as error:
            output.faults(error.faults)
            return UNREADABLE
        except Denied as error:
            output.error("\n".join(render_decision(error.decision)))
            return FOUND
        except SalesRulesError as error:
            output.error(str(error))
            return UNREADABLE
        except BrokenPipeError:  # whoever read our output has seen enough
            output.silence()
            return FINE
        except KeyboardInterrupt:
            output.error("interrupted")
            return INTERRUPTED
    return result if isinstance(result, int) else FINE


@app.command
def demo(*, period: str = "2020-Q1", out: Out = DEMO_FOLDER, locale: Locale = "en", json: Json = False) -> int:
    """Pay the eighteen salespeople of the sample company; files go to `salesrules-demo`, or where --out says.

    Parameters
    ----------
    period
        The quarter to pay, from 2017-Q3 to 2020-Q2.
    """
    return _pay(company.sample_folder(), period, out, locale, json)


@app.command(name="run")
def run_folder(folder: Path, *, period: str, out: Out = None, locale: Locale = "en", json: Json = False) -> int:
    """Pay everybody in a company's folder for a period.

    Parameters
    ----------
    folder
        A folder with company.toml, the rulebook and the files that it names; `demo` stands for the sample company.
    period
        A label such as 2020-Q1.
    """
    return _pay(_root(folder), period, out, locale, json)


def _root(folder: Path) -> Path:
    return company.sample_folder() if str(folder) == "demo" and not folder.exists() else folder


def _pay(folder: Path, period: str, out: Path | None, locale: str, json: bool) -> int:
    language = negotiate(locale)
    with output.progress(text("cli.label.reading", language, folder=folder.name)) as advance:
        opened = company.load(folder)
        result = opened.run(period, on_progress=advance)
    written = () if out is None else result.write(out, language)
    if json:
        output.write_json(result.to_document())
    else:
        tables.show_result(result, language)
        for path in written:
            output.write(text("cli.label.written", language, path=str(path)) + "\n")
    errors = [finding for finding in result.content.findings() if finding.severity is Severity.ERROR]
    return FOUND if errors else FINE


@app.command
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


@app.command
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


@app.command
def check(
    rulebook: Path,
    *,
    as_of: date | None = None,
    quota: str | None = None,
    target: str | None = None,
    locale: Locale = "en",
    json: Json = False,
) -> int:
    """Check a rulebook: every fault and warning with its place and remedy, and what is proved of its plans.

    Parameters
    ----------
    rulebook
        A rulebook in TOML, JSON or YAML.
    as_of
        A day; then overdue reviews and versions that nobody approved are reported too.
    quota
        A quota to prove tables by attainment at; without it they are proved in shares of the quota.
    target
        A target incentive to prove tables at that multiply one held by the payee.
    """
    language = negotiate(locale)
    faults = check_rulebook(rulebook, as_of)
    is_wrong = any(fault.severity == "error" for fault in faults)
    book = None if is_wrong else load_rulebook(rulebook)
    found = () if book is None else proofs.prove_rulebook(book, _number(quota, "quota"), _number(target, "target"))
    if json:
        records = {"faults": [_fault_record(fault) for fault in faults], "proofs": [*proofs.proof_records(found)]}
        output.write_json({"format": "salesrules.check/1", **records})
    else:
        if book is not None:
            proofs.show_proofs(found, book.currencies, language)
        tables.show_faults(faults, str(rulebook))  # last, where they are seen
    return FOUND if is_wrong else FINE


@app.command
def solve(
    rulebook: Path,
    *,
    plan: str,
    pay: str,
    component: str = "",
    column: str = "",
    measured: str = "0",
    quota: str | None = None,
    target: str | None = None,
    locale: Locale = "en",
    json: Json = False,
) -> int:
    """Say what must be sold to be paid so much, and what the next threshold is worth.

    Parameters
    ----------
    rulebook
        A rulebook in TOML, JSON or YAML.
    plan
        The id of a plan, or its family where that has one version.
    pay
        What is to be paid in one span, in the plan's currency.
    component
        The component that pays; needed where the plan has several.
    column
        The column of a table in two dimensions.
    measured
        What is measured already.
    quota
        The quota, where the component pays by attainment.
    target
        The target incentive, where the payee holds it.
    """
    book = load_rulebook(rulebook)
    answer = solving.solve_plan(
        book,
        solving.find_plan(book.policy(CommissionPolicy), plan),
        to_decimal(pay, "pay"),
        component=component,
        column=column,
        measured=to_decimal(measured, "measured"),
        quota=_number(quota, "quota"),
        target=_number(target, "target"),
    )
    if json:
        output.write_json(answer.to_document())
    else:
        solving.show_answer(answer, negotiate(locale))
    return FINE if answer.solution.reached is not None else FOUND


def _number(value: str | None, field: str) -> Decimal | None:
    return None if value is None else to_decimal(value, field)


def _fault_record(fault: Fault) -> dict[str, object]:
    return {
        "code": fault.code,
        "severity": fault.severity,
        "path": fault.path,
        "file": fault.file,
        "line": fault.line,
        "value": None if fault.value is None else str(fault.value),
        "problem": fault.problem,
        "remedy": fault.remedy,
    }


@app.command
def diff(old: Path, new: Path, *, locale: Locale = "en", json: Json = False) -> int:
    """Say in words what changed from one rulebook to another.

    Parameters
    ----------
    old
        The rulebook before.
    new
        The rulebook after.
    """
    language = negotiate(locale)
    changes = rulebook.diff(load_rulebook(old), load_rulebook(new))
    if json:
        records = [{"code": c.code, "path": c.path, "old": dump(c.old), "new": dump(c.new)} for c in changes]
        output.write_json({"format": "salesrules.diff/1", "changes": records})
    else:
        output.write("".join(f"{render_change(change.to_reason(), language)}\n" for change in changes))
        if not changes:
            output.write(text("cli.label.no_change", language) + "\n")
    return FINE


@app.command
def schema(document: Literal["rulebook", "company"] = "rulebook") -> int:
    """Print the JSON Schema of a rulebook, or of company.toml, for editors that complete and check it.

    Parameters
    ----------
    document
        What the schema is for.
    """
    if document == "company":
        output.write_json(document_schema(company.CompanyDocument, "Company"))
    else:
        output.write_json(rulebook_schema())
    return FINE


@app.command
def diagram(
    room: str, workflow: str | None = None, *, form: Annotated[str, Parameter(name="--format")] = "mermaid"
) -> int:
    """Print the workflows of a room as diagrams.

    Parameters
    ----------
    room
        A room with workflows, such as quotas.
    workflow
        One of the room's workflows, such as quota; without it all of them.
    form
        `mermaid` or `scxml`.
    """
    output.write("\n".join(draw_diagrams(room, workflow, form)))
    return FINE


@app.command
def replay(
    room: str,
    log: Path,
    *,
    mapping: Annotated[Path, Parameter(name="--map")],
    workflow: str | None = None,
    rulebook: Path | None = None,
    as_of: str | None = None,
    locale: Locale = "en",
    json: Json = False,
) -> int:
    """Hold an event log of another system against a room's workflow: every deviation, and the paths as a diagram.

    Parameters
    ----------
    room
        A room with workflows, such as leads.
    log
        A CSV file with a row for everything that was done: case, activity, instant, role.
    mapping
        A document (TOML, JSON or YAML) that names the log's columns, and what its activities and roles stand for.
    workflow
        One of the room's workflows; needed where it has several.
    rulebook
        A rulebook whose numbers the workflow has; without it there are no deadlines and no coded reasons.
    as_of
        An instant with its offset; then unfinished cases that are overdue by then are named too.
    """
    found = replaying.replay_file(room, log, mapping, workflow, rulebook, _instant(as_of))
    if json:
        output.write_json(found.to_document())
    else:
        replaying.show_replay(found, negotiate(locale))
    return FOUND if found.found.deviations else FINE


def _instant(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise InvalidValue("as_of", value, "write it as 2020-01-31T12:30:00+08:00") from None


@app.command
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
