"""One credit of a bulk result, worked out again by the scalar rules: line by line, tier by tier, and equal."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import narwhals as nw

from salesrules.commissions import (
    DIRECT,
    Accumulation,
    Adjustment,
    AppraisalScore,
    Assignment,
    CommissionFacts,
    CommissionPolicy,
    DirectCredit,
    Filter,
    Measure,
    MultiplierTable,
    OverlayCredit,
    Payee,
    Plan,
    Statement,
    StatementLine,
    Transaction,
    TransactionKind,
    calculate_commissions,
    explain_adjustment,
    explain_line,
    needed_quota,
)
from salesrules.core import (
    CurrencyTable,
    Dated,
    DatedValue,
    DateRange,
    Derivation,
    InvalidValue,
    Money,
    PeriodKind,
    Rounding,
    SalesRulesError,
    as_tuple,
    exact_sum,
)
from salesrules.frames.job import BulkJob
from salesrules.frames.periods import kind_of
from salesrules.org import Hierarchy
from salesrules.quotas import Quota, QuotaPolicy

__all__ = ["BulkDisagreement", "BulkExplanation", "explain_credit"]

_ROLE = "bulk role"
_ZERO = Decimal(0)
_AMOUNT, _QUANTITY = Measure.AMOUNT, Measure.QUANTITY


class BulkDisagreement(SalesRulesError):
    """The scalar rules pay a credit something else than the bulk engine did: a fault of ours, please report it."""

    def __init__(self, credit: str, bulk: Decimal, scalar: Decimal) -> None:
        super().__init__(f"credit {credit} was paid {bulk} in bulk, but the scalar rules pay {scalar}; report it")
        self.credit = credit
        self.bulk = bulk
        self.scalar = scalar


@attrs.frozen(kw_only=True)
class BulkExplanation:
    """What a credit pays, with the scalar rules' lines that say why, and what modifiers changed of them.

    `derivations` are theirs, step by step.
    """

    credit: str
    payee: str
    amount: Decimal
    lines: tuple[StatementLine, ...] = attrs.field(converter=as_tuple)
    adjustments: tuple[Adjustment, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def derivations(self) -> tuple[Derivation, ...]:
        """How each line's amount came about, and each change of it."""
        return (*map(explain_line, self.lines), *map(explain_adjustment, self.adjustments))


def explain_credit(
    job: BulkJob, given: Any, paid: Any, credit_id: str | int, payee: str | int | None
) -> BulkExplanation:
    """Work a credit out again from the given credits of its payee; `paid` is what the bulk engine gave."""
    names = {name: job.columns.get(name, name) for name in ("id", "payee", "day", "role", "amount", "cost")}
    results = _rows(paid, nw.col("id") == credit_id)
    if payee is not None:
        results = [row for row in results if row["payee"] == payee]
    payees = sorted({str(row["payee"]) for row in results})
    if len(payees) != 1:
        remedy = f"name one of its payees: {', '.join(payees)}" if payees else "give the id of a credit"
        raise InvalidValue("credit_id", credit_id, remedy)
    whose = results[0]["payee"]
    rows = _rows(given, nw.col(names["payee"]) == whose)
    run = _Again(job, rows, payees[0])
    statements = run.statements()
    found = [line for each in statements for line in each.lines if run.key_of(line) == credit_id]
    adjustments = list(_adjustments(statements, {line.id for line in found}))
    bulk = sum((row["commission"] for row in results), _ZERO)
    amounts = [*(line.amount for line in found), *(entry.amount for entry in adjustments)]
    scalar = sum((amount.amount for amount in amounts), _ZERO)
    if bulk != scalar:
        raise BulkDisagreement(str(credit_id), bulk, scalar)
    return BulkExplanation(credit=str(credit_id), payee=payees[0], amount=scalar, lines=found, adjustments=adjustments)


def _adjustments(statements: Iterable[Statement], lines: Container[str]) -> Iterator[Adjustment]:
    """What modifiers changed of some lines, without what they changed of others."""
    for statement in statements:
        for adjustment in statement.adjustments:
            parts = [part for part in adjustment.parts if part.line and part.line in lines]
            if parts:
                amount = Money(exact_sum(part.amount for part in parts), statement.currency)
                yield attrs.evolve(adjustment, parts=parts, amount=amount)


def _rows(frame: Any, wanted: nw.Expr) -> list[dict[str, Any]]:
    found = nw.from_native(frame).filter(wanted)
    table = found.collect() if isinstance(found, nw.LazyFrame) else found
    rows: list[dict[str, Any]] = table.to_arrow().to_pylist()
    return rows


class _Again:
    """The credits of one payee as facts of the scalar rules."""

    def __init__(self, job: BulkJob, rows: list[dict[str, Any]], payee: str) -> None:
        self._job, self._payee = job, payee
        self._compiled = job.compiled()
        self._rows = rows
        self._ids = {self._id(row): row[self._own("id")] for row in rows}

    def key_of(self, line: StatementLine) -> Any:
        """The id of the credit that a line is about, as the frame has it."""
        return self._ids.get(line.credit.transaction.id)  # none where it is the sale of a return that names none

    def statements(self) -> list[Statement]:
        """All statements of the payee, as far as credits go."""
        job, days = self._job, [self._day(row) for row in self._rows]
        # What modifiers pay begins with the first credited pay period; without them whole years do no harm.
        kind = job.pay_period if job.plan.modifiers else PeriodKind.YEAR
        first, last = job.calendar.at(kind, min(days)), job.calendar.at(job.pay_period, max(days))
        measured = DateRange(first.start if job.plan.modifiers else min(days), last.end)
        run = calculate_commissions(
            CommissionFacts(
                transactions=[each for row in self._rows for each in self._transactions(row)],
                payees=[Payee(id=self._payee, name=self._payee)],
                hierarchies=_nobody_above(self._payee, first.start),
                quotas=list(self._quotas(measured, first.start)),
                appraisal_scores=list(self._scores(measured)),
            ),
            self._policy(DateRange(first.start)),
            period=last,
            quota_policy=QuotaPolicy(
                life=job.plan.life, rounding=Rounding(digits=9, mode="half_up"), proration="refuse"
            ),
            calendar=job.calendar,
            currencies=job.currencies or CurrencyTable.iso(),
        )
        return [*run.earlier, *run.statements]

    def _policy(self, effective: DateRange) -> CommissionPolicy:
        roles = {self._role(row) for row in self._rows}
        crediting: list[DirectCredit | OverlayCredit] = [
            OverlayCredit(
                id=role,
                effective=effective,
                role=role,
                payees=[self._payee],
                filters=[Filter(attribute=_ROLE, one_of=[role])],
            )
            for role in sorted(roles - {DIRECT})
        ]
        direct = Filter(attribute=_ROLE, one_of=[DIRECT])
        return CommissionPolicy(
            life=self._job.plan.life,
            pay_period=self._job.pay_period,
            carry_shortfall=False,
            plans=[self._plan()],
            crediting=[DirectCredit(id=DIRECT, effective=effective, filters=[direct]), *crediting],
            assignments=[Assignment(id="all", plan=self._job.plan.family, effective=effective, payees=[self._payee])],
        )

    def _plan(self) -> Plan:
        """The plan, each component with quotas of its own, since they are held by its span."""
        components = []
        for part in self._job.plan.components:
            names: dict[str, Any] = {}
            if needed_quota(part.table) is not None:
                names["quota_measure"] = f"quota of {part.id}"
            if isinstance(part.table, MultiplierTable) and part.table.target_measure:
                names["target_measure"] = f"target of {part.id}"
            table = attrs.evolve(part.table, **names)
            components.append(attrs.evolve(part, table=table, credits=[_overlay(role) for role in part.credits]))
        return attrs.evolve(self._job.plan, components=components)

    def _scores(self, days: DateRange) -> Iterator[AppraisalScore]:
        if self._job.scores is None:
            return
        spans = {each.label: each.span for each in self._job.calendar.periods(self._job.pay_period, days)}
        for row in _rows(self._job.scores, nw.col("payee") == self._rows[0][self._own("payee")]):
            if row["period"] in spans:
                yield AppraisalScore(
                    payee=self._payee,
                    span=spans[row["period"]],
                    score=Decimal(row["score"]),
                    subject=str(row.get("subject", "performance")),
                )

    def _quotas(self, days: DateRange, start: date) -> Iterator[Quota]:
        """Quotas over the spans that touch some days, from the start of the plan's assignment on."""
        if self._job.quotas is None:
            return
        held = _rows(self._job.quotas, nw.col("payee") == self._rows[0][self._own("payee")])
        for part in self._compiled.components:
            kind = kind_of(Accumulation(part.accumulate), self._job.pay_period)
            spans = {
                each.label: DateRange(max(each.start, start), each.end)
                for each in self._job.calendar.periods(kind, days)
            }
            is_money = part.measure.value in ("amount", "margin")
            for name, wanted, digits, unit in (
                ("quota", part.quota_measure, part.digits, self._job.plan.currency if is_money else "pieces"),
                ("target", part.target_measure, self._compiled.digits[_AMOUNT], self._job.plan.currency),
            ):
                for row in held if wanted else ():
                    if row.get("measure", "amount") == wanted and row["period"] in spans:
                        yield Quota(
                            id=f"{name} of {part.id} {row['period']}",
                            holder=self._payee,
                            span=spans[row["period"]],
                            amount=_number(row["amount"], digits),
                            unit=unit,
                            measure=f"{name} of {part.id}",
                        )

    def _transactions(self, row: Mapping[str, Any]) -> Iterator[Transaction]:
        """The transaction of a row; before a return that names no sale, one of nothing, which the scalar rules want."""
        made = self._transaction(row)
        if made.kind is TransactionKind.RETURN and made.original is None:
            if self._compiled.reverses or any(
                each.formula or each.measure is Measure.COUNT for each in self._compiled.components
            ):
                remedy = (
                    "name the sale of each return in the column: the plan pays by it, counts deals or has a formula"
                )
                raise InvalidValue(self._own("original"), None, remedy)
            none = made.amount.with_amount(_ZERO)
            sale = attrs.evolve(
                made,
                id=f"{made.id}\0sale",
                kind=TransactionKind.SALE,
                amount=none,
                cost=None if made.cost is None else none,
                quantity=_ZERO,
            )
            yield sale
            made = attrs.evolve(made, original=sale.id)
        yield made

    def _transaction(self, row: Mapping[str, Any]) -> Transaction:
        currency, digits = self._job.plan.currency, self._compiled.digits
        amount, cost, quantity = (row.get(self._own(name)) for name in ("amount", "cost", "quantity"))
        original = row.get(self._own("original"))
        numbers = [number for number in (amount, cost, quantity) if number is not None]
        is_return = original is not None or any(number < 0 for number in numbers)
        if row.get(self._own("share"), 1) != 1:
            remedy = "shares of deals are not told by one row; ask the scalar rules with the whole deal"
            raise InvalidValue("share", row[self._own("share")], remedy)
        return Transaction(
            id=self._id(row),
            day=self._day(row),
            payee=self._payee,
            kind=TransactionKind.RETURN if is_return else TransactionKind.SALE,
            original=None if original is None else self._id(row, original),
            amount=Money(_number(amount or 0, digits[_AMOUNT]), currency),
            cost=None if cost is None else Money(_number(cost, digits[_AMOUNT]), currency),
            quantity=_number(quantity or 0, digits[_QUANTITY]),
            attributes={_ROLE: self._role(row)} | {name: str(value) for name, value in self._attributes(row)},
        )

    def _attributes(self, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        known = {self._own(name) for name in ("id", "payee", "day", "role", "amount", "cost", "quantity", "original")}
        own = {value: name for name, value in self._job.columns.items()}
        for name, value in row.items():
            if name not in known and value is not None:
                yield own.get(name, name), value

    def _own(self, name: str) -> str:
        return self._job.columns.get(name, name)

    def _role(self, row: Mapping[str, Any]) -> str:
        return _overlay(str(row.get(self._own("role"), DIRECT)))

    def _day(self, row: Mapping[str, Any]) -> date:
        day = row[self._own("day")]
        return date(day.year, day.month, day.day)

    def _id(self, row: Mapping[str, Any], of: Any = None) -> str:
        """An id that stands in the same order as in the frame, numbers as numbers, one for each role."""
        given = row[self._own("id")] if of is None else of
        text = f"{given + 2**63:020d}" if isinstance(given, int) else str(given)
        role = str(row.get(self._own("role"), DIRECT))
        return f"{text}\0{role}"


def _overlay(role: str) -> str:
    """A role that an overlay may have, since nobody's managers are known here."""
    return role if role == DIRECT else f"as {role}"


def _number(value: Any, digits: int) -> Decimal:
    """A decimal as it is, a whole number as so many least units."""
    return Decimal(value).scaleb(-digits) if isinstance(value, int) else Decimal(value)


def _nobody_above(payee: str, since: date) -> Dated[Hierarchy]:
    tree = DatedValue(effective=DateRange(since), value=Hierarchy.from_parents({payee: None}))
    return Dated(subject="reporting lines", entries=[tree])
