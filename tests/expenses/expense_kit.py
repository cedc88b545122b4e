"""What the tests of the room are made with: a policy, a small tree of budgets, and short ways to make claims."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from salesrules.core import ApprovalEvidence, Band, BandTable, DateRange, Money, PolicyLife, Rounding
from salesrules.expenses import (
    BudgetBook,
    BudgetCharge,
    BudgetControl,
    BudgetLine,
    BudgetPolicy,
    CarryPolicy,
    Claim,
    ClaimFile,
    ClaimLine,
    ClaimPolicy,
    ExpenseCategory,
    ExpensePolicy,
    PlannedUse,
    ReviewPolicy,
    ReviewStep,
    TransferPolicy,
    open_budgets,
    reserve_budget,
)
from salesrules.storage import MemoryStorage, run_unit
from salesrules.wire import stored_kind

YEAR = DateRange(date(2026, 1, 1), date(2027, 1, 1))
DAY = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def eur(amount: object) -> Money:
    return amount if isinstance(amount, Money) else Money(str(amount), "EUR")


def tolerances(*bands: tuple[Any, ...]) -> BandTable[Any]:
    """Bands of (start, action) or (start, action, side)."""
    made = [
        Band(start=None if start is None else Decimal(str(start)), value=action, side=side[0] if side else None)
        for start, action, *side in bands
    ]
    return BandTable(bands=made)


#: The published ladder; exactly all of a budget is still within.
LADDER = tolerances((None, "ignore"), ("0.7", "inform"), ("0.85", "warn"), (1, "stop", "upper"))
STOP = tolerances((None, "ignore"), (1, "stop", "upper"))
WARN = tolerances((None, "ignore"), (1, "warn", "upper"))


def control(id: str = "year", table: BandTable[Any] = LADDER, **changes: Any) -> BudgetControl:
    return BudgetControl(id=id, tolerances=table, **changes)


def months(table: BandTable[Any] = STOP, id: str = "months", **changes: Any) -> BudgetControl:
    return BudgetControl(id=id, span="accumulated_monthly", tolerances=table, **changes)


def make_policy(*controls: BudgetControl, claims: dict[str, Any] | None = None, **changes: Any) -> ExpensePolicy:
    given: dict[str, Any] = {
        "life": PolicyLife(
            status="in_force",
            scope="sales",
            owner="finance",
            approver="director",
            effective=DateRange(date(2010, 1, 1)),
        ),
        "budgets": BudgetPolicy(
            controls=controls or (control(),),
            transfers=TransferPolicy(id="transfers"),
            carry=CarryPolicy(id="carry"),
        ),
        "claims": ClaimPolicy(
            **{
                "currency": "EUR",
                "rounding": Rounding(digits=2, mode="half_up"),
                "categories": [ExpenseCategory(id=name) for name in ("travel", "lodging", "meals")],
                **(claims or {}),
            }
        ),
        "reviews": ReviewPolicy(
            steps=[
                ReviewStep(id="supervisor", role="supervisor", reasons=["unclear"]),
                ReviewStep(id="finance", role="finance"),
            ]
        ),
    }
    return ExpensePolicy(**(given | changes))


def line(id: str, amount: object, parent: str | None = None, /, **changes: Any) -> BudgetLine:
    given: dict[str, Any] = {
        "id": id,
        "span": YEAR,
        "unit": "north",
        "category": "travel",
        "amount": eur(amount),
        "parent": parent,
        "owner": "olga",
        "basis": "last year",
        "plan": [PlannedUse(purpose="all of it", amount=eur(amount))],
        "status": "confirmed",
    }
    return BudgetLine(**(given | changes))


def book(*lines: BudgetLine) -> BudgetBook:
    return BudgetBook(lines=lines)


#: A root with two lines under it that together were given more than it has.
TREE = book(line("all", 1000, category="all"), line("trips", 600, "all"), line("fairs", 600, "all", category="event"))


def charge(line: str, amount: object, day: date = DAY) -> BudgetCharge:
    return BudgetCharge(line=line, day=day, amount=eur(amount))


def claim_line(id: str = "l1", amount: object = 100, **changes: Any) -> ClaimLine:
    given: dict[str, Any] = {"id": id, "category": "travel", "day": DAY, "amount": eur(amount), "party": f"party {id}"}
    return ClaimLine(**(given | changes))


def claim(*lines: ClaimLine, **changes: Any) -> Claim:
    given: dict[str, Any] = {
        "id": "c1",
        "claimant": "ana",
        "unit": "north",
        "purpose": "visit",
        "submitted_on": DAY,
        "lines": lines or (claim_line(),),
    }
    return Claim(**(given | changes))


def approval(subject: str, act: str, approver: str = "boss", on: date = DAY) -> ApprovalEvidence:
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    return ApprovalEvidence(approver=approver, act=act, subject=subject, route="direct", at=at)


def codes(decision: Any) -> list[str]:
    return [reason.code.removeprefix("expenses.").removeprefix("approvals.") for reason in decision.reasons]


def paths(decision: Any) -> list[str]:
    return [reason.path for reason in decision.reasons]


#: How the room's values are stored.
BUDGETS = stored_kind(BudgetLine, name="budget")
CLAIMS = stored_kind(ClaimFile, name="claim")


class Office:
    """A storage with budgets and claims, asked as a service would: every call is a unit of work of its own."""

    def __init__(self, policy: ExpensePolicy, storage: Any = None, attempts: int = 10) -> None:
        self.policy = policy
        self.storage = MemoryStorage() if storage is None else storage
        self.attempts = attempts
        self.keys = 0
        self.now = NOON

    def run(self, act: Any, *given: Any, ports: str = "budgets ledger", as_of: datetime = NOON, **named: Any) -> Any:
        """What a service decides, in a unit of work that is committed; `key` is made where none is given."""

        def unit(work: Any) -> Any:
            offered = {
                "budgets": work.aggregates(BUDGETS),
                "claims": work.aggregates(CLAIMS),
                "ledger": work.ledger,
                "policy": self.policy,
            }
            return act(*given, **{name: offered[name] for name in ports.split()}, as_of=as_of, **named)

        return run_unit(self.storage, unit, attempts=self.attempts, first_wait=0.001, longest_wait=0.02)

    def open(self, *lines: BudgetLine, key: str = "open", **rest: Any) -> Any:
        return self.run(open_budgets, lines, ports="budgets ledger policy", key=key, **rest)

    def reserve(self, key: str, *charges: BudgetCharge, **rest: Any) -> Any:
        return self.run(reserve_budget, charges, ports="budgets ledger policy", key=key, **rest)

    def used(self, account: str) -> tuple[Money, Money]:
        """What is committed and what is actual at an account."""
        with self.storage.begin() as work:
            balance = work.ledger.balance(account)
        return balance.pending, balance.posted

    def line(self, id: str) -> BudgetLine:
        with self.storage.begin() as work:
            return work.aggregates(BUDGETS).get(id).value

    def file(self, id: str) -> ClaimFile:
        with self.storage.begin() as work:
            return work.aggregates(CLAIMS).get(id).value
