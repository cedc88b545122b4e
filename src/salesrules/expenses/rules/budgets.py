"""Budgets before they are spent from: confirmed with amount, basis, plan, approval; parents hold their children."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from salesrules.approvals import find_evidence_faults
from salesrules.core import ApprovalEvidence, Decision, PolicyReference, Reason, UnknownName, total
from salesrules.expenses import reasons as codes
from salesrules.expenses.model import BudgetBook, BudgetLine
from salesrules.expenses.policy import ExpensePolicy
from salesrules.expenses.rules.amounts import has_more_digits
from salesrules.expenses.rules.gates import digits_of
from salesrules.expenses.rules.life import decide_by, demand

__all__ = ["check_allocation", "check_confirmation", "find_budget_line"]


def check_confirmation(
    line: BudgetLine, evidence: ApprovalEvidence | None, policy: ExpensePolicy, as_of: date | datetime
) -> Decision:
    """Whether a line may be confirmed, with every reason against it.

    Denied without an amount, with one finer than its currency, without a basis or a plan of use, where the plan does
    not add up to the amount, and without evidence of the policy's act, by somebody other than the line's owner, for
    this line and no less than its amount.
    """
    budgets = demand(policy.budgets, "budgets")
    day = as_of.date() if isinstance(as_of, datetime) else as_of
    reference = PolicyReference("BudgetPolicy", budgets.id, "confirm_act")
    objections = find_evidence_faults(
        evidence,
        act=budgets.confirm_act,
        subject=line.id,
        interested=[line.owner],
        as_of=as_of,
        amount=line.amount,
        policy=reference,
    )
    return decide_by(policy, day, (*_incomplete(line), *objections))


def _incomplete(line: BudgetLine) -> Iterator[Reason]:
    if not line.amount:
        yield codes.NOT_ALLOCATED(line=line.id, path="amount")
    digits = digits_of(line.amount.currency)
    if has_more_digits(line.amount, digits):
        yield codes.TOO_PRECISE(amount=line.amount, digits=digits, path="amount")
    if not line.basis.strip():
        yield codes.WITHOUT_BASIS(line=line.id, path="basis")
    if not line.plan:
        yield codes.WITHOUT_PLAN(line=line.id, path="plan")
        return
    strangers = [
        codes.OTHER_CURRENCY(
            line=line.id, currency=line.amount.currency, asked=use.amount, path=f"plan[{place}].amount"
        )
        for place, use in enumerate(line.plan)
        if use.amount.currency != line.amount.currency
    ]
    yield from strangers
    if strangers:
        return
    planned = total(use.amount for use in line.plan)
    if planned != line.amount:
        yield codes.PLAN_DIFFERS(line=line.id, planned=planned, amount=line.amount, path="plan")


def check_allocation(book: BudgetBook, policy: ExpensePolicy, as_of: date) -> Decision:
    """Whether every parent holds what its children were given; a warning for each that does not.

    A firm may give out more than there is: a charge must fit at every ancestor all the same.
    """
    return decide_by(policy, as_of, _over_allocated(book))


def _over_allocated(book: BudgetBook) -> Iterator[Reason]:
    for index, line in enumerate(book.lines):
        given = total((child.amount for child in book.children(line.id)), line.amount.currency)
        if given > line.amount:
            path = f"budgets[{index}].amount"
            yield codes.OVER_ALLOCATED(line=line.id, children=given, amount=line.amount, path=path)


def find_budget_line(lines: Iterable[BudgetLine], unit: str, category: str, day: date) -> BudgetLine:
    """The line of a unit and a category whose span holds a day; raises `UnknownName` where none or several do."""
    found = [line for line in lines if line.unit == unit and line.category == category and day in line.span]
    if len(found) != 1:
        raise UnknownName("budget line", f"{unit} / {category} / {day}", tuple(line.id for line in found))
    return found[0]
