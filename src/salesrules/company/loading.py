"""Open a company's folder: the analyst's door."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Inexact
from os import PathLike
from pathlib import Path

import attrs

from salesrules.commissions import (
    CommissionPolicy,
    CommissionRun,
    FormulaTable,
    Measure,
    TransactionKind,
    calculate_commissions,
    check_policy,
    prove_plan,
)
from salesrules.company.bulk import BulkCompanyResult, find_bulk_faults, pay_in_bulk
from salesrules.company.comparing import PayComparison, compare_pay
from salesrules.company.facts import CompanyFacts, read_facts
from salesrules.company.mapping import CompanyDocument
from salesrules.company.paths import inside
from salesrules.company.places import placed
from salesrules.company.ramps import check_ramps_of, ramp_quotas
from salesrules.company.reading import is_parquet
from salesrules.company.results import CompanyResult
from salesrules.company.rollups import roll_up_people, roll_up_regions
from salesrules.core import Fault, InvalidDocument, SalesRulesError
from salesrules.quotas import QuotaPolicy
from salesrules.reports import PlanCurve, ReportContent
from salesrules.rulebook import Rulebook
from salesrules.wire import find_lines, load_document, load_rulebook

__all__ = ["Company", "load"]

DOCUMENT = "company.toml"


@attrs.frozen(kw_only=True)
class Company:
    """A company's folder, read: its rulebook and its facts, ready to run for any period."""

    folder: Path
    document: CompanyDocument
    rulebook: Rulebook
    facts: CompanyFacts = attrs.field(repr=False)

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
        rulebook, facts = self.rulebook, self.facts.commissions
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
        return CompanyResult(content=self._content(run), version=run.version, currency=self.document.company.currency)

    def run_in_bulk(self, period: str) -> BulkCompanyResult:
        """Everybody's pay for a period such as `2020-Q1` by the bulk engine (extra `frames`), to the same cent.

        Raises as `run` does, and `InvalidDocument` with everything that `find_bulk_faults` names.
        """
        rulebook, facts = self.rulebook, self.facts.commissions
        found = rulebook.calendar.period(period)
        faults = (*check_ramps_of(facts.quotas, rulebook, found), *_errors(rulebook.policy(CommissionPolicy)))
        try:
            if faults:
                raise InvalidDocument(faults)
            return pay_in_bulk(facts, rulebook, found, ramp_quotas(facts.quotas, rulebook), company=self.name)
        except InvalidDocument as error:
            raise InvalidDocument(self._placed(error.faults)) from None

    def find_bulk_faults(self) -> tuple[Fault, ...]:
        """Everything of this company that a run in bulk does not do; nothing where it does all."""
        return find_bulk_faults(self.facts.commissions, self.rulebook.policy(CommissionPolicy))

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

    def _content(self, run: CommissionRun) -> ReportContent:
        facts, policy = self.facts, self.rulebook.policy(CommissionPolicy)
        currency = self.document.company.currency
        payees = facts.commissions.payees
        return ReportContent(
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
            sales=sum(transaction.kind is TransactionKind.SALE for transaction in facts.commissions.transactions),
            changes=facts.changes,
        )


def load(folder: str | PathLike[str]) -> Company:
    """Open the company in a folder that holds `company.toml`, the rulebook and the files that it names.

    Raises `InvalidDocument` with all faults of the documents, or of the files, at once; nothing outside the folder is
    read.

    >>> from salesrules import company
    >>> company.load(company.sample_folder()).run("2019-Q4").commissions.totals()["USD"].currency
    'USD'
    """
    root = Path(folder)
    document = load_document(inside(root, DOCUMENT), CompanyDocument)
    rulebook = load_rulebook(inside(root, document.company.rulebook))
    return Company(
        folder=root, document=document, rulebook=rulebook, facts=read_facts(root, document, rulebook.calendar)
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
