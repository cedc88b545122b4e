"""Open a company's folder: the analyst's door."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from decimal import Inexact
from os import PathLike
from pathlib import Path
from typing import Final

import attrs

from salesrules.commissions import (
    CommissionFacts,
    CommissionPolicy,
    CommissionRun,
    FormulaTable,
    Measure,
    Transaction,
    TransactionKind,
    calculate_commissions,
    check_policy,
    prove_plan,
)
from salesrules.company.bulk import BULK_REMEDY, BULK_ROWS, RefusedInBulk, find_bulk_faults, pay_in_bulk
from salesrules.company.columns import UncleanTable
from salesrules.company.comparing import PayComparison, compare_pay
from salesrules.company.facts import CompanyFacts, read_facts
from salesrules.company.mapping import CompanyDocument
from salesrules.company.paths import inside
from salesrules.company.places import placed
from salesrules.company.ramps import check_ramps_of, ramp_quotas
from salesrules.company.reading import FolderReader, is_parquet
from salesrules.company.results import CompanyResult
from salesrules.company.rollups import roll_up_people, roll_up_regions
from salesrules.company.sold import SoldColumns, read_sold
from salesrules.core import Fault, FiscalCalendar, InvalidDocument, Period, SalesRulesError
from salesrules.quotas import QuotaPolicy
from salesrules.reports import PlanCurve, ReportContent
from salesrules.rulebook import Rulebook
from salesrules.wire import find_lines, load_document, load_rulebook

__all__ = ["REPORT_LINES", "Company", "load", "looks_large"]

DOCUMENT = "company.toml"
#: Lines that the report of a run in bulk shows at most, statement by statement; the other files have all of them.
REPORT_LINES: Final = 50_000
#: Transactions up to which faults that the bulk engine finds are looked for again row by row, with their places.
_TOLD_ROWS: Final = 1_000_000


@attrs.frozen(kw_only=True)
class Company:
    """A company's folder, read: its rulebook and its facts, ready to run for any period.

    Where it was read for runs in bulk, its transactions are in the columns of `sold`, and `facts` has none.
    """

    folder: Path
    document: CompanyDocument
    rulebook: Rulebook
    facts: CompanyFacts = attrs.field(repr=False)
    sold: SoldColumns | None = attrs.field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The company's name."""
        return self.document.company.name

    def run(self, period: str, *, on_progress: Callable[[int, int], None] | None = None) -> CompanyResult:
        """Everybody's pay for a period such as `2020-Q1`, with sales rolled up by region and by manager.

        Raises `InvalidDocument` with all faults of facts and policies at once, `InvalidValue` for a label that the
        rulebook's calendar does not know or a kind of period that its plans do not pay by. `on_progress` is told after
        each payee how many of how many are done.
        """
        rulebook, facts = self.rulebook, self._commissions()
        found = rulebook.calendar.period(period)
        faults = list(check_ramps_of(facts.quotas, rulebook, found))
        try:
            run = calculate_commissions(
                attrs.evolve(facts, quotas=ramp_quotas(facts.quotas, rulebook)),
                rulebook.policy(CommissionPolicy),
                period=found,
                quota_policy=rulebook.policy(QuotaPolicy),
                calendar=rulebook.calendar,
                currencies=rulebook.currencies,
                working_time=rulebook.working_time,
                version=rulebook.version,
                on_progress=on_progress,
            )
        except InvalidDocument as error:
            raise InvalidDocument(self._placed((*faults, *error.faults))) from None
        if faults:
            raise InvalidDocument(self._placed(faults))
        sales = sum(transaction.kind is TransactionKind.SALE for transaction in facts.transactions)
        return self._result(run, facts, sales)

    def run_in_bulk(self, period: str, *, on_progress: Callable[[int, int], None] | None = None) -> CompanyResult:
        """Everybody's pay for a period such as `2020-Q1` with the bulk engine (extra `frames`): the same result.

        The engine pays everything ever sold; the lines of the period are then written from what they reach back to, and
        compared with what the engine paid. The report shows the statements of the first payees, `REPORT_LINES` lines at
        most. Raises as `run` does, and `InvalidDocument` with everything that `find_bulk_faults` names.
        """
        rulebook, facts, sold = self.rulebook, self.facts.commissions, self._sold()
        found = rulebook.calendar.period(period)
        faults = [*check_ramps_of(facts.quotas, rulebook, found), *_errors(rulebook.policy(CommissionPolicy))]
        try:
            if faults:
                raise InvalidDocument(tuple(faults))
            if _has_unfit_openings(facts, found, rulebook.calendar):  # said before anything is paid
                without = attrs.evolve(self.facts, commissions=attrs.evolve(facts, transactions=(), pay_events=()))
                attrs.evolve(self, facts=without, sold=None).run(period)
            ramped = attrs.evolve(facts, transactions=(), quotas=ramp_quotas(facts.quotas, rulebook))
            run, near = pay_in_bulk(ramped, sold, rulebook, found, on_progress=on_progress)
        except RefusedInBulk as error:
            raise InvalidDocument(self._placed(error.faults)) from None
        except InvalidDocument as error:
            if len(sold) <= _TOLD_ROWS:
                self.run(period)  # its faults say where each stands
            faults = [attrs.evolve(fault, remedy=f"{fault.remedy}; or {BULK_REMEDY}") for fault in error.faults]
            raise InvalidDocument(self._placed(faults)) from None
        return self._result(run, near, sold.sales, REPORT_LINES)

    def find_bulk_faults(self) -> tuple[Fault, ...]:
        """Everything of this company that a run in bulk does not do; nothing where it does all."""
        return find_bulk_faults(self.facts.commissions, self.rulebook.policy(CommissionPolicy), self._sold())

    @property
    def transactions(self) -> int:
        """How many transactions were read."""
        return len(self.facts.commissions.transactions) if self.sold is None else len(self.sold)

    def _sold(self) -> SoldColumns:
        return SoldColumns.of(self.facts.commissions.transactions) if self.sold is None else self.sold

    def _commissions(self) -> CommissionFacts:
        """The facts with their transactions as objects."""
        facts, sold = self.facts.commissions, self.sold
        return facts if sold is None else attrs.evolve(facts, transactions=sold.transactions(range(len(sold))))

    @property
    def has_parquet(self) -> bool:
        """Whether transactions come from a Parquet file."""
        return any(is_parquet(table) for table in self.document.transactions)

    def why(self, period: str, payee: str, *, against: str | None = None) -> PayComparison:
        """Why a payee's pay for a period differs from that for another, the one before where none is given.

        Both are computed from today's files. Raises as `run` does, and `UnknownName` for a payee who has a statement
        in neither period.

        >>> from salesrules import company
        >>> found = company.load(company.sample_folder()).why("2020-Q1", "758596752")
        >>> before, after = found.paid
        >>> found.earlier_period.label, sum(change.amount.amount for change in found.changes) == (after - before).amount
        ('2019-Q4', True)
        """
        return compare_pay(lambda label: self.run(label).commissions, self.rulebook.calendar, period, payee, against)

    def _placed(self, faults: Sequence[Fault]) -> tuple[Fault, ...]:
        """The faults, those of policies with the rulebook's file and line, those of facts at their cells."""
        path = inside(self.folder, self.document.company.rulebook)
        ours = [fault.path for fault in faults if fault.path.partition(".")[0] in self.rulebook.sections]
        lines = find_lines(path, ours) if ours else {}
        return tuple(
            attrs.evolve(fault, file=str(path), line=lines[fault.path])
            if fault.path in lines
            else placed(fault, self.facts.places)
            for fault in faults
        )

    def _result(
        self, run: CommissionRun, commissions: CommissionFacts, sales: int, most_lines: int | None = None
    ) -> CompanyResult:
        """The result of a run over facts, of all of whose transactions `sales` are sales."""
        facts = attrs.evolve(self.facts, commissions=commissions)
        policy, currency = self.rulebook.policy(CommissionPolicy), self.document.company.currency
        payees = facts.commissions.payees
        content = ReportContent(
            company=self.name,
            note=self.document.company.note,
            rulebook=self.rulebook.name,
            run=run,
            people={id: payee.name for id, payee in payees.items()},
            positions={id: payee.position for id, payee in payees.items()},
            plans={plan.id: {**plan.labels, "en": plan.name} for plan in policy.plans},
            customers=facts.customers,
            regions={id: region.name for id, region in facts.regions.items()},
            tables=[
                *([roll_up_regions(facts, run, currency)] if facts.regions else []),
                roll_up_people(facts, run, currency),
            ],
            curves=_curves(policy, run),
            sales=sales,
            changes=facts.changes,
            most_lines=most_lines,
        )
        return CompanyResult(content=content, version=run.version, currency=currency)


def load(
    folder: str | PathLike[str], *, in_bulk: bool = False, on_rows: Callable[[int], object] | None = None
) -> Company:
    """Open the company in a folder that holds `company.toml`, the rulebook and the files that it names.

    `in_bulk` reads transactions, splits and payments column by column, for runs in bulk; `on_rows` is told then how
    many rows came. Raises `InvalidDocument` with all faults of the documents, or of the files, at once; nothing outside
    the folder is read.

    >>> from salesrules import company
    >>> company.load(company.sample_folder()).run("2019-Q4").commissions.totals()["USD"].currency
    'USD'
    """
    root = Path(folder)
    document = load_document(inside(root, DOCUMENT), CompanyDocument)
    rulebook = load_rulebook(inside(root, document.company.rulebook))
    sold: list[SoldColumns] = []

    def read(reader: FolderReader, document: CompanyDocument) -> tuple[Transaction, ...]:
        sold.append(read_sold(reader, document, on_rows))
        return ()

    facts = None
    if in_bulk:
        with contextlib.suppress(UncleanTable):
            facts = read_facts(root, document, rulebook.calendar, read=read)
    if facts is None:
        facts = read_facts(root, document, rulebook.calendar)
        if in_bulk:
            commissions = facts.commissions
            sold = [SoldColumns.of(commissions.transactions)]
            facts = attrs.evolve(facts, commissions=attrs.evolve(commissions, transactions=()))
    return Company(folder=root, document=document, rulebook=rulebook, facts=facts, sold=sold[0] if sold else None)


def looks_large(folder: str | PathLike[str], rows: int = BULK_ROWS) -> bool:
    """Whether a folder has transactions in Parquet, or more lines of them than so many rows; no row is read for it.

    Where its documents cannot be read it does not: `load` says why.
    """
    root = Path(folder)
    try:
        tables = load_document(inside(root, DOCUMENT), CompanyDocument).transactions
    except InvalidDocument:
        return False
    return any(is_parquet(table) for table in tables) or sum(_count_lines(root, table.file) for table in tables) > rows


def _count_lines(folder: Path, name: str) -> int:
    """The line ends of a file; none where it cannot be read, which reading it says."""
    try:
        with inside(folder, name).open("rb") as file:
            return sum(part.count(b"\n") + part.count(b"\r") for part in iter(lambda: file.read(1 << 20), b""))
    except (OSError, ValueError, InvalidDocument):
        return 0


def _has_unfit_openings(facts: CommissionFacts, period: Period, calendar: FiscalCalendar) -> bool:
    """Whether an opening balance is of nobody, of somebody who has another, or of a day on which no period begins."""
    payees = [opening.payee for opening in facts.opening_balances]
    return len({*payees}) < len(payees) or any(
        opening.payee not in facts.payees or calendar.at(period.kind, opening.day).start != opening.day
        for opening in facts.opening_balances
    )


def _errors(policy: CommissionPolicy) -> list[Fault]:
    """The faults of the policy for which a run is refused, at their places in the rulebook."""
    return [
        attrs.evolve(fault, path=f"commissions.{fault.path}")
        for fault in check_policy(policy)
        if fault.severity == "error"
    ]


def _curves(policy: CommissionPolicy, run: CommissionRun) -> Iterator[PlanCurve]:
    """What each component of the plans that paid in the run pays by its measure, with what is proved of it."""
    paid = {plan for statement in run.statements for plan in statement.plans}
    for plan in policy.plans:
        if plan.id not in paid:
            continue
        try:
            proof = prove_plan(plan, digits=run.currencies.digits(plan.currency), pay_period=policy.pay_period)
        except (SalesRulesError, Inexact):  # too many digits, of which the rulebook's check warns
            continue
        components = {component.id: component for component in plan.components}
        for curve in proof.curves:
            component = components[curve.component]
            yield PlanCurve(
                plan=plan.id,
                component=component.id,
                column=curve.column,
                currency=plan.currency,
                mode=None if isinstance(component.table, FormulaTable) else component.table.mode,
                is_in_units=component.measure in (Measure.QUANTITY, Measure.COUNT),
                proof=curve,
                left_out=[entry for entry in proof.left_out if entry.component == component.id],
            )
