"""Right and wrong uses of org, quotas, commissions and company, as a type checker sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, assert_type

from salesrules import company
from salesrules.commissions import (
    CommissionFacts,
    CommissionPolicy,
    CommissionRun,
    Payee,
    PayoutCurve,
    RateMode,
    Statement,
    StatementLine,
    Transaction,
    calculate_commissions,
    check_facts,
    explain_line,
    explain_statement,
)
from salesrules.commissions import check_policy as check_commission_policy
from salesrules.core import (
    Band,
    BandTable,
    CurrencyTable,
    Dated,
    DatedValue,
    DateRange,
    Decision,
    Derivation,
    Fault,
    FiscalCalendar,
    Money,
    Rate,
    Side,
    WorkflowTable,
)
from salesrules.org import Hierarchy, Organisation, OrgPolicy, RollUp, Structure, check_structure, resolve_structure
from salesrules.quotas import (
    WORKFLOWS,
    Attainment,
    HeldQuota,
    Quota,
    QuotaPolicy,
    apply_ramps,
    build_quota_workflow,
    calculate_attainment,
    calculate_quota,
)

DAY = date(2020, 1, 1)
QUARTER = DateRange(DAY, date(2020, 4, 1))


# org: trees over ids, exact sums.
tree = Hierarchy.from_parents({"head": None, "north": "head"})
assert_type(tree.chain("north"), tuple[str, ...])
assert_type(tree.parent("north"), str | None)
assert_type(tree.roll_up({"north": Decimal(5)}), RollUp)
assert_type(tree.roll_up({"north": Decimal(5)}).of("head"), Decimal)
Hierarchy.from_parents({"north": 1})  # type: ignore[dict-item]  # an id is text
tree.roll_up({"north": 0.5})  # type: ignore[dict-item]  # a float is no amount
tree.subtree(7)  # type: ignore[arg-type]  # an id is text


def ask_org(organisation: Organisation, policy: OrgPolicy) -> None:
    """A structure is asked for as of a day, and checked against a policy."""
    assert_type(resolve_structure(organisation, DAY), Structure)
    assert_type(check_structure(organisation, policy, DAY), Decision)
    check_structure(organisation, policy)  # type: ignore[call-arg]  # time is given
    check_structure(organisation, policy, "2020-01-01")  # type: ignore[arg-type]  # text is no day


# quotas: a holder, a closed span, an exact amount.
line = Quota(id="q1", holder="ana", span=QUARTER, amount=Decimal(500), unit="USD")
assert_type(line.amount, Decimal)
Quota("q1", "ana", QUARTER, Decimal(500), "USD")  # type: ignore[call-arg]  # by name only
line.amount = Decimal(1)  # type: ignore[misc]  # frozen


def ask_quotas(policy: QuotaPolicy, calendar: FiscalCalendar) -> None:
    """A quota over a span, its attainment, ramps."""
    held = calculate_quota("ana", QUARTER, [line], policy, calendar)
    assert_type(held, HeldQuota)
    assert_type(calculate_attainment(held, Decimal(600)), Attainment)
    assert_type(apply_ramps([line], policy, calendar), tuple[Quota, ...])
    calculate_quota("ana", QUARTER, [line])  # type: ignore[call-arg]  # policy and calendar are given
    calculate_attainment(held, 0.9)  # type: ignore[arg-type]  # a float is no measure
    apply_ramps(["q1"], policy, calendar)  # type: ignore[list-item]  # an id is no quota


assert_type(build_quota_workflow(), WorkflowTable)
assert_type(WORKFLOWS, Mapping[str, Callable[[], WorkflowTable]])
WORKFLOWS["quota"] = build_quota_workflow  # type: ignore[index]  # a door's mapping never changes

# commissions: facts and a policy in, statements out.
sale = Transaction(id="t1", day=DAY, payee="ana", amount=Money("100", "USD"))
facts = CommissionFacts(
    transactions=[sale],
    payees=[Payee(id="ana", name="Ana")],
    hierarchies=Dated(subject="lines", entries=[DatedValue(effective=DateRange(DAY), value=tree)]),
)
assert_type(facts.transactions, tuple[Transaction, ...])
assert_type(facts.payees, Mapping[str, Payee])
assert_type(check_facts(facts), tuple[Fault, ...])
Transaction(id="t1", day=DAY, payee="ana", amount=Decimal(100))  # type: ignore[arg-type]  # an amount has a currency
Transaction(id="t1", day="2020-01-01", payee="ana", amount=Money("1", "USD"))  # type: ignore[arg-type]  # text is no day
CommissionFacts(transactions=[], payees=[])  # type: ignore[call-arg]  # who reports to whom is given
sale.amount = Money("1", "USD")  # type: ignore[misc]  # frozen

tiers = BandTable(bands=(Band(start=0, value=Rate.parse("2%")),), side=Side.LOWER)
curve = PayoutCurve.of(tiers, RateMode.MARGINAL)
assert_type(curve.at(Decimal(100)), Decimal | Fraction)
PayoutCurve.of(tiers)  # type: ignore[call-arg]  # how tiers pay is never guessed
curve.at(0.5)  # type: ignore[arg-type]  # a float is no measure


def pay(policy: CommissionPolicy, quota_policy: QuotaPolicy, calendar: FiscalCalendar) -> None:
    """A run has statements, statements have lines, lines explain themselves."""
    run = calculate_commissions(
        facts,
        policy,
        period=calendar.period("2020-Q1"),
        quota_policy=quota_policy,
        calendar=calendar,
        currencies=CurrencyTable.iso(),
    )
    assert_type(run, CommissionRun)
    assert_type(run.totals(), dict[str, Money])
    assert_type(run.statement_of("ana"), Statement | None)
    assert_type(run.statements[0].lines, tuple[StatementLine, ...])
    assert_type(run.statements[0].measurements[0].attainment, Fraction | None)
    assert_type(explain_statement(run.statements[0]), Derivation)
    assert_type(explain_line(run.statements[0].lines[0]), Derivation)
    assert_type(check_commission_policy(policy), tuple[Fault, ...])
    explain_line(run.statements[0])  # type: ignore[arg-type]  # a statement is no line
    run.statement_of("ana").paid  # type: ignore[union-attr]  # noqa: B018  # perhaps there is none
    calculate_commissions(facts, policy, period="2020-Q1")  # type: ignore[call-arg, arg-type]  # a label is no period


# company: a folder in, results out.
firm = company.load("examples/adventureworks")
assert_type(firm, company.Company)
assert_type(company.load(Path("examples")), company.Company)
result = firm.run("2020-Q1", on_progress=lambda done, of: print(done / of))
assert_type(result, company.CompanyResult)
assert_type(result.commissions, CommissionRun)
assert_type(result.to_records(), list[dict[str, Any]])
assert_type(result.explain("ana", "t1"), tuple[Derivation, ...])
assert_type(result.write("pay", "zh_CN"), tuple[Path, ...])
assert_type(company.start_folder("firm"), tuple[Path, ...])
company.load(b"examples")  # type: ignore[arg-type]  # bytes are no path
firm.run()  # type: ignore[call-arg]  # the period is given
firm.run(DAY)  # type: ignore[arg-type]  # a day is no period's label
firm.run("2020-Q1", lambda done, of: None)  # type: ignore[call-arg]  # by name only
result.explain()  # type: ignore[call-arg]  # whose pay?
