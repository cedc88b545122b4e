"""A credit desk under random acts: the ledger's exposure is that of the documents, and never over the limit unreleased.

The machine keeps documents in plain lists, acts through the services, and after every step asks both: what documents
amount to (`calculate_exposure`), and what the ledger holds. Orders are closed, reopened, copied, changed, billed in
parts and beyond, paid and released in any order.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from salesrules.core import (
    ApprovalEvidence,
    Band,
    BandTable,
    DateRange,
    Money,
    Outcome,
    PolicyLife,
    Rate,
    Rounding,
)
from salesrules.credit import (
    AgeingPolicy,
    Allocation,
    BilledLine,
    CreditLimit,
    CreditOrder,
    CreditPolicy,
    CreditRelease,
    CreditRequest,
    CreditRule,
    CreditStanding,
    CustomerAccount,
    GradeTerms,
    GradingPolicy,
    Invoice,
    LimitPolicy,
    OrderCredit,
    OrderLine,
    Receipt,
    ReleasePolicy,
    ScoreFactor,
    calculate_exposure,
    commit_credit,
    credit_account,
    release_credit,
    reserve_credit,
    set_credit_limit,
    settle_credit,
)
from salesrules.storage import MemoryStorage, run_unit
from salesrules.wire import stored_kind

DAY = date(2026, 6, 1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ALWAYS = DateRange(date(2020, 1, 1))
ORDERS = stored_kind(OrderCredit, name="order_credit")


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


def bands(*steps: tuple[Any, Any]) -> BandTable[Any]:
    return BandTable(bands=[Band(start=start, value=value) for start, value in steps], side="upper")


POLICY = CreditPolicy(
    life=PolicyLife(status="in_force", scope="s", owner="o", approver="a", effective=ALWAYS),
    currency="CNY",
    rounding=Rounding(digits=2, mode="half_up"),
    grading=GradingPolicy(id="g", factors=[ScoreFactor(id="x", weight=Rate(1))], grades=bands((None, "A"))),
    limits=LimitPolicy(
        id="l", average_months=12, terms=[GradeTerms(grade="A", factor=Rate(1), term_days=30)],
        maximum_season=Rate(0), rounding=Rounding(digits=2, mode="down"), review_months=6,
    ),
    rules=[
        CreditRule(
            id="limit", measure="limit", effective=ALWAYS, approver="boss",
            levels=bands((None, Outcome.ALLOW), (1, Outcome.REFER)),
        )
    ],
    releases=ReleasePolicy(id="r", valid_days=9, maximum_deviation=Rate(0)),
    ageing=AgeingPolicy(id="a", buckets=bands((None, "all"))),
)  # fmt: skip
LIMIT = CreditLimit(customer="c", amount=cny(1000), effective=ALWAYS, review_due=date(2027, 1, 1))
STANDING = CreditStanding(customer="c", grade="A", limit=LIMIT, exposure=cny(0))
pieces = st.integers(1, 60)


class CreditDesk(RuleBasedStateMachine):
    """Orders of pieces at ten each; what the service allows is done to the documents too."""

    orders = Bundle("orders")

    @initialize()
    def open(self) -> None:
        self.storage = MemoryStorage()
        self.orders_held: dict[str, CreditOrder] = {}
        self.billed: dict[str, list[tuple[str, int]]] = {}
        self.paid: list[Receipt] = []
        self.released: set[str] = set()
        self.number = 0
        run_unit(
            self.storage, lambda work: set_credit_limit(LIMIT, "A", POLICY, ledger=work.ledger, as_of=NOON, key="l")
        )

    def next(self, letter: str) -> str:
        self.number += 1
        return f"{letter}{self.number}"

    def do(self, function: Any, *asked: Any, **more: Any) -> Any:
        key = self.next("k")
        return run_unit(
            self.storage,
            lambda work: function(
                *asked, orders=work.aggregates(ORDERS), ledger=work.ledger, as_of=NOON, key=key, **more
            ),
        )

    def unbilled(self, order: CreditOrder) -> Money:
        rest = order.lines[0].quantity - sum(count for _, count in self.billed.get(order.id, ()))
        return cny(max(rest, Decimal(0)) * 10)

    def submit(self, order: CreditOrder, release: CreditRelease | None = None) -> None:
        """Ask for credit on an order that is to be open; where it passes, it is."""
        asked = CreditRequest(order=order.id, customer="c", amount=self.unbilled(order), requested_by="li")
        before = self.lent()
        held = self.unbilled(order) if self.is_open(order.id) else cny(0)
        decision = self.do(reserve_credit, asked, STANDING, POLICY, release=release)
        after = before - held.amount + asked.amount.amount
        assert decision.is_allowed == (after <= 1000 or release is not None)
        if decision.is_allowed:
            self.orders_held[order.id] = attrs.evolve(order, status="open")
            if after > 1000:
                self.released.add(order.id)

    def is_open(self, id: str) -> bool:
        return id in self.orders_held and self.orders_held[id].status.value == "open"

    def lent(self) -> Decimal:
        return run_unit(self.storage, lambda work: work.ledger.balance(credit_account("c")).used.amount)

    @rule(target=orders, count=pieces)
    def order(self, count: int) -> str:
        id = self.next("o")
        line = OrderLine(id="1", quantity=count, unit_price=cny(10))
        self.submit(CreditOrder(id=id, customer="c", day=DAY, lines=[line]))
        return id

    @rule(id=orders)
    def close(self, id: str) -> None:
        decision = self.do(release_credit, id)
        holds = self.is_open(id) and bool(self.unbilled(self.orders_held[id]))
        assert decision.is_allowed == holds
        if self.is_open(id):
            self.orders_held[id] = attrs.evolve(self.orders_held[id], status="closed")

    @rule(id=orders)
    def reopen(self, id: str) -> None:
        if id in self.orders_held and not self.is_open(id):
            self.submit(self.orders_held[id])

    @rule(target=orders, id=orders)
    def copy(self, id: str) -> str:
        new = self.next("o")
        if id in self.orders_held:
            self.submit(attrs.evolve(self.orders_held[id], id=new, copied_from=id))
        return new

    @rule(id=orders, count=pieces)
    def release_beyond(self, id: str, count: int) -> None:
        """A new order beyond any limit, with an approval for just so much."""
        new = self.next("o")
        line = OrderLine(id="1", quantity=count + 100, unit_price=cny(10))
        order = CreditOrder(id=new, customer="c", day=DAY, lines=[line])
        evidence = ApprovalEvidence(approver="boss", act="credit.release", subject=new, route="r", at=NOON)
        self.submit(order, CreditRelease(order=new, amount=cny((count + 100) * 10), evidence=evidence))

    @rule(id=orders, count=pieces)
    def bill(self, id: str, count: int) -> None:
        if not self.is_open(id):
            return
        invoice = self.next("i")
        decision = self.do(commit_credit, id, invoice, cny(count * 10))
        assert decision.is_allowed, decision
        self.billed.setdefault(id, []).append((invoice, count))

    @rule(id=orders, data=st.data())
    def pay(self, id: str, data: Any) -> None:
        invoices = self.billed.get(id)
        if not invoices:
            return
        invoice, count = data.draw(st.sampled_from(invoices))
        open_amount = count * 10 - sum(
            part.amount.amount for receipt in self.paid for part in receipt.allocations if part.invoice == invoice
        )
        amount = cny(data.draw(st.integers(1, count * 10)))
        decision = self.do(settle_credit, id, invoice, amount)
        assert decision.is_allowed == (amount.amount <= open_amount)
        if decision.is_allowed:
            part = Allocation(invoice=invoice, amount=amount)
            self.paid.append(Receipt(id=self.next("r"), customer="c", day=DAY, amount=amount, allocations=[part]))

    @rule(id=consumes(orders))
    def forget(self, id: str) -> None:
        """Let fewer orders take part from here on."""

    @invariant()
    def the_ledger_holds_what_the_documents_amount_to(self) -> None:
        invoices = [
            Invoice(
                id=invoice, customer="c", day=DAY, due=DAY,
                lines=[BilledLine(order=id, line="1", quantity=count, amount=cny(count * 10))],
            )
            for id, parts in self.billed.items()
            for invoice, count in parts
        ]  # fmt: skip
        account = CustomerAccount(customer="c", orders=self.orders_held.values(), invoices=invoices, receipts=self.paid)
        assert calculate_exposure(account, POLICY, DAY).amount.amount == self.lent()

    @invariant()
    def nothing_is_beyond_the_limit_but_by_a_release_or_an_invoice_beyond_its_order(self) -> None:
        over = any(
            sum(count for _, count in parts) > self.orders_held[id].lines[0].quantity
            for id, parts in self.billed.items()
        )
        assert self.lent() <= 1000 or self.released or over


TestCreditDesk = CreditDesk.TestCase
TestCreditDesk.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
