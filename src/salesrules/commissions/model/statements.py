"""Results: lines that lead back to transaction, tier, rate and rounding; statements whose lines sum to the total."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from salesrules.commissions.model.credits import PendingCredit
from salesrules.commissions.model.lines import StatementLine
from salesrules.commissions.model.measurements import Measurement
from salesrules.commissions.model.modifiers import Adjustment
from salesrules.core import (
    CurrencyTable,
    Money,
    Period,
    Reason,
    Rounding,
    WordEnum,
    as_tuple,
    exact_sum,
    total,
)

__all__ = [
    "BalanceEntry",
    "BalanceKind",
    "CommissionRun",
    "PaymentConversion",
    "PoolPart",
    "PoolResult",
    "PoolShare",
    "Restatement",
    "RestatementCause",
    "Statement",
]


class BalanceKind(WordEnum):
    """Why pay differs from what was earned."""

    HELD = "held"
    RELEASED = "released"
    HELD_CANCELLED = "held_cancelled"
    HELD_FORFEITED = "held_forfeited"
    CLAWED_BACK = "clawed_back"
    CLAWBACK_OFFSET = "clawback_offset"
    DRAW_PAID = "draw_paid"
    SHORTFALL_CARRIED = "shortfall_carried"
    BALANCE_RECOVERED = "balance_recovered"
    RESTATEMENT_CARRIED = "restatement_carried"
    RESTATEMENT_RECOVERED = "restatement_recovered"
    MINIMUM_CARRIED = "minimum_carried"
    POOL_PART = "pool_part"


@attrs.frozen(kw_only=True)
class PoolShare:
    """A member's weight in the split of a pool and the part that it gives; all weights of a split sum to `total`."""

    payee: str
    weight: Fraction
    total: Fraction
    amount: Money


@attrs.frozen(kw_only=True)
class PoolResult:
    """A team pool in one period: its lines sum to `amount`, and so do the shares of its members.

    `measured` is what fed it in the period; below `gate` nothing is paid, and `amount` is zero whatever lines earned.
    """

    pool: str
    period: str
    measured: Decimal
    gate: Decimal | None = None
    lines: tuple[StatementLine, ...] = attrs.field(converter=as_tuple)
    amount: Money
    digits: int
    shares: tuple[PoolShare, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def is_open(self) -> bool:
        """Whether the gate, if there is one, was reached."""
        return self.gate is None or self.measured >= self.gate


@attrs.frozen(kw_only=True)
class PoolPart:
    """One member's part of a pool, which leads back to the pool."""

    result: PoolResult
    share: PoolShare


@attrs.frozen(kw_only=True)
class PaymentConversion:
    """What is paid, in the payee's own currency: the total times the rate of a day, rounded once."""

    paid: Money
    rate: Decimal
    day: date
    rounding: Rounding
    amount: Money


@attrs.frozen(kw_only=True)
class BalanceEntry:
    """An amount added to the pay of a period (below zero: held back), the policy entry behind it, and what it adds to
    what the payee owes and to what is held for the payee (nothing where it is `None`), of which `transaction`.
    `part` leads from a part of a team pool back to the pool.
    """

    kind: BalanceKind
    amount: Money
    policy: str
    owed: Money
    held: Money | None = None
    transaction: str = ""
    part: PoolPart | None = None


class RestatementCause(WordEnum):
    """The kinds of input that are replaced one after the other, in this order, to tell why a closed period changed.

    `COMPUTATION` is what differs although no input does: the closed period was not computed as this library does.
    `POLICY` is the rulebook except who is assigned when; `PERSON` is that, people and reporting lines; `FACT` is any
    other fact.
    """

    COMPUTATION = "computation"
    EXCHANGE_RATE = "exchange_rate"
    QUOTA = "quota"
    OPENING_BALANCE = "opening_balance"
    POLICY = "policy"
    PERSON = "person"
    FACT = "fact"
    TRANSACTION_REMOVED = "transaction_removed"
    TRANSACTION_CHANGED = "transaction_changed"
    TRANSACTION_NEW = "transaction_new"


def _as_causes(causes: Iterable[str]) -> tuple[RestatementCause, ...]:
    return tuple(map(RestatementCause, causes))


@attrs.frozen(kw_only=True)
class Restatement:
    """What a closed period would pay otherwise today, posted into the open period.

    `period` is the closed period; `amount` is added to pay, `owed` to what the payee owes, `held` to what is held for
    the payee (nothing where it is `None`). `earned` is how much more is earned; the rest of `amount` comes from
    balances. `causes` is one kind of input, or several that could only be replaced together; `subjects` are the ids of
    what changed. `lines_before` and `lines_after` are the closed period's lines that differ, as they were and as they
    would be.
    """

    payee: str
    period: Period
    causes: tuple[RestatementCause, ...] = attrs.field(converter=_as_causes)
    subjects: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    amount: Money
    earned: Money
    owed: Money
    held: Money | None = None
    lines_before: tuple[StatementLine, ...] = attrs.field(default=(), converter=as_tuple)
    lines_after: tuple[StatementLine, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class Statement:
    """One payee's pay for one period: lines and adjustments sum to `earned`, with restatements and balance entries to
    `paid`.

    `opening` and `closing` are what the payee owes before and after the period, `held` what is held for the payee after
    it. `restatements` are what closed periods would pay otherwise today.
    `payment` is what is paid in the payee's own currency, where that is another.
    """

    payee: str
    period: Period
    currency: str
    plans: tuple[str, ...] = attrs.field(converter=as_tuple)
    lines: tuple[StatementLine, ...] = attrs.field(converter=as_tuple)
    measurements: tuple[Measurement, ...] = attrs.field(default=(), converter=as_tuple)
    adjustments: tuple[Adjustment, ...] = attrs.field(default=(), converter=as_tuple)
    balances: tuple[BalanceEntry, ...] = attrs.field(default=(), converter=as_tuple)
    restatements: tuple[Restatement, ...] = attrs.field(default=(), converter=as_tuple)
    earned: Money
    paid: Money
    opening: Money
    closing: Money
    held: Money | None = None
    payment: PaymentConversion | None = None

    @property
    def payable(self) -> Money:
        """What is handed over: `paid`, in the payee's own currency."""
        return self.paid if self.payment is None else self.payment.amount

    @property
    def restated(self) -> Money:
        """What the restatements add to pay."""
        return total([entry.amount for entry in self.restatements], self.currency)

    def line_of(self, transaction: str) -> tuple[StatementLine, ...]:
        """The lines of one transaction, possibly none."""
        return tuple(line for line in self.lines if line.credit.transaction.id == transaction)

    def to_record(self) -> dict[str, Any]:
        """The statement's totals as one flat row."""
        return {
            "payee": self.payee,
            "period": self.period.label,
            "plans": ", ".join(self.plans),
            "lines": len(self.lines),
            "earned": self.earned.amount,
            "opening": self.opening.amount,
            "restated": self.restated.amount,
            "balances": exact_sum(entry.amount.amount for entry in self.balances),
            "closing": self.closing.amount,
            "paid": self.paid.amount,
            "currency": self.currency,
        }


@attrs.frozen(kw_only=True)
class CommissionRun:
    """Everybody's statements for one period, with what earlier periods led to it.

    `pending` are the credits whose trigger had not fallen by the end of the period, `pools` what team pools came to.
    `version` is the rulebook's content hash and `currencies` the table of digits: with the facts they repeat the run.
    """

    period: Period
    statements: tuple[Statement, ...] = attrs.field(converter=as_tuple)
    earlier: tuple[Statement, ...] = attrs.field(default=(), converter=as_tuple)
    findings: tuple[Reason, ...] = attrs.field(default=(), converter=as_tuple)
    currencies: CurrencyTable
    version: str = ""
    pending: tuple[PendingCredit, ...] = attrs.field(default=(), converter=as_tuple)
    pools: tuple[PoolResult, ...] = attrs.field(default=(), converter=as_tuple)

    def statement_of(self, payee: str) -> Statement | None:
        """The payee's statement of this period, `None` where there is none."""
        return next((statement for statement in self.statements if statement.payee == payee), None)

    def totals(self) -> dict[str, Money]:
        """What is paid in all, per currency."""
        codes = sorted({statement.currency for statement in self.statements})
        return {code: total([s.paid for s in self.statements if s.currency == code], code) for code in codes}

    def payments(self) -> dict[str, Money]:
        """What is handed over in all, per currency in which people are paid."""
        codes = sorted({statement.payable.currency for statement in self.statements})
        handed = [statement.payable for statement in self.statements]
        return {code: total([money for money in handed if money.currency == code], code) for code in codes}

    def lines(self) -> Iterator[StatementLine]:
        """Every line of every statement, in the order of the statements."""
        for statement in self.statements:
            yield from statement.lines

    def to_records(self) -> list[dict[str, Any]]:
        """Every line as one flat row, ready for a frame."""
        return [line.to_record() for line in self.lines()]
