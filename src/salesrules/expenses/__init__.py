"""Expenses: what selling may cost, who bears it, and who says so.

>>> from datetime import date
>>> from salesrules.core import Band, BandTable, DateRange, Money, PolicyLife
>>> from salesrules.expenses import (
...     BudgetBook, BudgetCharge, BudgetControl, BudgetLine, BudgetPolicy, ExpensePolicy, check_charges
... )
>>> year = DateRange(date(2026, 1, 1), date(2027, 1, 1))
>>> tolerances = [("0", "ignore"), ("0.7", "inform"), ("0.85", "warn"), ("1", "stop")]
>>> from decimal import Decimal
>>> bands = [Band(start=Decimal(start), value=action) for start, action in tolerances]
>>> bands[-1] = Band(start=Decimal(1), value="stop", side="upper")
>>> policy = ExpensePolicy(
...     life=PolicyLife(status="in_force", scope="all", owner="finance", approver="cfo", effective=year),
...     budgets=BudgetPolicy(controls=[BudgetControl(id="all", tolerances=BandTable(bands=bands))]),
... )
>>> line = {"span": year, "unit": "north", "status": "confirmed"}
>>> book = BudgetBook(lines=[
...     BudgetLine(id="north", category="all", amount=Money(1000, "CNY"), **line),
...     BudgetLine(id="trips", category="travel", amount=Money(400, "CNY"), parent="north", **line),
... ])
>>> charge = BudgetCharge(line="trips", day=date(2026, 5, 4), amount=Money(350, "CNY"))
>>> decision = check_charges([charge], book, {}, policy, date(2026, 5, 4))
>>> decision.outcome.value, decision.reasons[0].code, decision.headroom
('warn', 'expenses.tolerance_reached', Money('50.00', 'CNY'))
"""

from typing import TYPE_CHECKING

from salesrules.expenses.model import (
    Advance,
    AnalysisRow,
    BudgetAnalysis,
    BudgetBook,
    BudgetCharge,
    BudgetFacts,
    BudgetLine,
    BudgetStatus,
    Claim,
    ClaimFacts,
    ClaimFile,
    ClaimLine,
    Commitment,
    LineAssessment,
    PlannedUse,
    Sanction,
    Settlement,
    Spending,
    Usage,
)

if TYPE_CHECKING:
    from salesrules.expenses.policy import (
        BudgetControl,
        BudgetPolicy,
        CarryPolicy,
        ClaimPolicy,
        ControlAction,
        ControlSpan,
        DayCount,
        DuplicatePolicy,
        EvidencePolicy,
        ExcessPolicy,
        ExpenseCategory,
        ExpenseLimit,
        ExpensePolicy,
        LatePolicy,
        LimitPer,
        PaymentStep,
        Precision,
        RateDay,
        Refusal,
        ReviewPolicy,
        ReviewStep,
        SameField,
        Strictness,
        TransferPolicy,
    )
    from salesrules.expenses.reasons import LABELS, REASONS
    from salesrules.expenses.rules import (
        CountsWorkingDays,
        analyse_budgets,
        assess_claim,
        calculate_carry_forward,
        calculate_charges,
        calculate_elapsed_share,
        calculate_forecast,
        calculate_settlement,
        calculate_theoretical_amount,
        calculate_usage,
        carry_forward,
        check_allocation,
        check_charges,
        check_claim,
        check_confirmation,
        check_policy,
        check_sanctions,
        check_transfer,
        find_approval_requests,
        find_budget_line,
        find_forwardable,
        find_limits,
        find_open_commitments,
        forward_commitments,
        route_claim,
        transfer_amount,
    )
    from salesrules.expenses.service import (
        cancel_actual,
        carry_forward_budget,
        close_budget,
        commit_budget,
        confirm_budget,
        load_book,
        load_usage,
        open_budgets,
        refund_budget,
        release_budget,
        renew_limits,
        reserve_budget,
        review_claim,
        save_claim,
        submit_claim,
        transfer_budget,
    )
    from salesrules.expenses.workflow import (
        STARTER_REVIEWS,
        WORKFLOWS,
        advance_claim,
        build_budget_workflow,
        build_claim_workflow,
    )

__all__ = [
    "LABELS",
    "REASONS",
    "STARTER_REVIEWS",
    "WORKFLOWS",
    "Advance",
    "AnalysisRow",
    "BudgetAnalysis",
    "BudgetBook",
    "BudgetCharge",
    "BudgetControl",
    "BudgetFacts",
    "BudgetLine",
    "BudgetPolicy",
    "BudgetStatus",
    "CarryPolicy",
    "Claim",
    "ClaimFacts",
    "ClaimFile",
    "ClaimLine",
    "ClaimPolicy",
    "Commitment",
    "ControlAction",
    "ControlSpan",
    "CountsWorkingDays",
    "DayCount",
    "DuplicatePolicy",
    "EvidencePolicy",
    "ExcessPolicy",
    "ExpenseCategory",
    "ExpenseLimit",
    "ExpensePolicy",
    "LatePolicy",
    "LimitPer",
    "LineAssessment",
    "PaymentStep",
    "PlannedUse",
    "Precision",
    "RateDay",
    "Refusal",
    "ReviewPolicy",
    "ReviewStep",
    "SameField",
    "Sanction",
    "Settlement",
    "Spending",
    "Strictness",
    "TransferPolicy",
    "Usage",
    "advance_claim",
    "analyse_budgets",
    "assess_claim",
    "build_budget_workflow",
    "build_claim_workflow",
    "calculate_carry_forward",
    "calculate_charges",
    "calculate_elapsed_share",
    "calculate_forecast",
    "calculate_settlement",
    "calculate_theoretical_amount",
    "calculate_usage",
    "cancel_actual",
    "carry_forward",
    "carry_forward_budget",
    "check_allocation",
    "check_charges",
    "check_claim",
    "check_confirmation",
    "check_policy",
    "check_sanctions",
    "check_transfer",
    "close_budget",
    "commit_budget",
    "confirm_budget",
    "find_approval_requests",
    "find_budget_line",
    "find_forwardable",
    "find_limits",
    "find_open_commitments",
    "forward_commitments",
    "load_book",
    "load_usage",
    "open_budgets",
    "refund_budget",
    "release_budget",
    "renew_limits",
    "reserve_budget",
    "review_claim",
    "route_claim",
    "save_claim",
    "submit_claim",
    "transfer_amount",
    "transfer_budget",
]

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> object:
        """All but the nouns load when they are first asked for, since other rooms often need a claim and no more."""
        if name not in __all__:
            raise AttributeError(f"module 'salesrules.expenses' has no attribute {name!r}")
        from salesrules.expenses import policy, reasons, rules, service, workflow

        shelves = (policy, reasons, rules, service, workflow)
        return next(getattr(shelf, name) for shelf in shelves if name in shelf.__all__)


def __dir__() -> list[str]:
    return sorted(__all__)
