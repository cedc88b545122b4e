"""What settling reads: what statements come to, what sales earned by payout, debts, events and what is held already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pyarrow as pa

from salesrules.commissions import CommissionPolicy, EarnedOnSale, OpeningHold, Payee, PayEvent
from salesrules.core import EXACT, Fault, InvalidDocument, Money
from salesrules.frames.checked_columns import is_name
from salesrules.frames.payouts import column_of, pays_by_sale
from salesrules.frames.reading import Reader, as_table
from salesrules.frames.sale_earnings import earned_on_sales, places_of

__all__ = ["Earnings", "read_earnings", "read_events", "read_holds", "read_owed", "read_people"]

_ZERO = Decimal(0)


@attrs.frozen
class Earnings:
    """By payee and label of the pay period: what statements come to, what pools pay beside, what sales earned."""

    earned: dict[str, dict[str, Decimal]]
    pools: dict[str, dict[str, Decimal]]
    on_sales: dict[str, dict[str, list[EarnedOnSale]]]


class _Columns:
    """Columns of a table as plain values; raises `InvalidDocument` with all that is wrong at the end of a `with`."""

    def __init__(self, frame: Any, name: str) -> None:
        self.table = as_table(frame, name)
        self.reader = Reader(self.table, name, {})

    def __enter__(self) -> _Columns:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if self.reader.faults:
            raise InvalidDocument(tuple(self.reader.faults)) from None

    def texts(self, name: str, *, optional: bool = False) -> list[str]:
        """Names as text; an `optional` column may be missing or have empty cells."""
        if optional and not self.reader.has(name):
            return [""] * len(self.table)
        found = self.reader.array(name, is_name, "names", optional=optional)
        return [] if found is None else ["" if text is None else str(text) for text in found.to_pylist()]

    def days(self, name: str, *, optional: bool = False) -> list[date | None]:
        """Days; an `optional` column may be missing or have empty cells."""
        if optional and not self.reader.has(name):
            return [None] * len(self.table)
        found = self.reader.array(name, pa.types.is_date, "dates", optional=optional)
        return [] if found is None else found.cast(pa.date32()).to_pylist()

    def amounts(self, name: str) -> list[Decimal]:
        """Decimals."""
        found = self.reader.array(name, pa.types.is_decimal, "decimals")
        return [] if found is None else found.to_pylist()


def read_owed(frame: Any) -> dict[str, dict[date, Decimal]]:
    """What is owed from before, by payee and day."""
    found: dict[str, dict[date, Decimal]] = {}
    if frame is not None:
        with _Columns(frame, "owed") as columns:
            each = columns.texts("payee"), columns.days("day"), columns.amounts("amount")
        for payee, day, amount in zip(*each, strict=True):
            assert day is not None
            found.setdefault(payee, {})[day] = amount
    return found


def read_people(frame: Any) -> list[Payee]:
    """Those who can be paid, with their positions, in the order of their ids."""
    with _Columns(frame, "payees") as columns:
        each = columns.texts("payee"), columns.texts("position", optional=True)
    return [Payee(id=id, name=id, position=position) for id, position in sorted(zip(*each, strict=True))]


def read_events(given: Any) -> list[PayEvent]:
    """Events as facts, or from a frame with `payee`, `day`, `event`, `transaction` and `instalments`."""
    if isinstance(given, (list, tuple)):
        return list(given)
    with _Columns(given, "events") as columns:
        each = columns.texts("payee"), columns.days("day"), columns.texts("event")
        sales = columns.texts("transaction", optional=True)
        counts: list[int | None] = [None] * len(columns.table)
        if columns.reader.has("instalments"):
            found = columns.reader.array("instalments", pa.types.is_integer, "numbers", optional=True)
            counts = [] if found is None else found.to_pylist()
    return [
        PayEvent(payee=payee, day=day, event=event, transaction=sale, instalments=count)
        for payee, day, event, sale, count in zip(*each, sales, counts, strict=True)
        if day is not None
    ]


def read_holds(given: Any, currency: str) -> list[OpeningHold]:
    """Amounts held from before as facts, or from a frame with `payee`, `day`, `amount`, `policy`, and so on."""
    if isinstance(given, (list, tuple)):
        return list(given)
    with _Columns(given, "holds") as columns:
        each = columns.texts("payee"), columns.days("day"), columns.amounts("amount")
        texts = columns.texts("policy", optional=True), columns.texts("transaction", optional=True)
        dues = columns.days("due", optional=True)
    return [
        OpeningHold(payee=payee, day=day, amount=Money(amount, currency), policy=policy, transaction=sale, due=due)
        for payee, day, amount, policy, sale, due in zip(*each, *texts, dues, strict=True)
        if day is not None
    ]


def read_earnings(policy: CommissionPolicy, statements: Any, credits: Any) -> Earnings:
    """What statements come to and, where plans hold back or claw back, what sales earned."""
    with _Columns(statements, "statements") as columns:
        payees, labels = columns.texts("payee"), columns.texts("period")
        earned: dict[str, list[Decimal | None]] = {"commission": [*columns.amounts("commission")]}
        names = [name for name in columns.table.column_names if name == "pools" or name.startswith("adjustments:")]
        earned |= {name: _optional(columns, name) for name in names}
    rows = list(zip(payees, labels, strict=True))
    on_sales: dict[str, dict[str, list[EarnedOnSale]]] = defaultdict(lambda: defaultdict(list))
    if any(map(pays_by_sale, policy.plans)):
        if credits is None:
            raise InvalidDocument((_no_credits(),))
        for payee, label, on_sale in earned_on_sales(policy, credits):
            on_sales[payee][label].append(on_sale)
        for payee, label, on_sale in _beside(policy, rows, earned):
            on_sales[payee][label].append(on_sale)
    return Earnings(_by_payee(rows, earned["commission"]), _by_payee(rows, earned.get("pools", [])), on_sales)


def _no_credits() -> Fault:
    return Fault(
        code="frames.missing_credits",
        path="credits",
        problem="plans hold back, spread or claw back what sales earned, and the credits are not given",
        remedy="give the credits that calculate gave with the statements",
    )


def _optional(columns: _Columns, name: str) -> list[Decimal | None]:
    found = columns.reader.array(name, pa.types.is_decimal, "decimals", optional=True)
    return [] if found is None else found.to_pylist()


def _by_payee(rows: Sequence[tuple[str, str]], amounts: Sequence[Decimal | None]) -> dict[str, dict[str, Decimal]]:
    found: dict[str, dict[str, Decimal]] = {}
    for (payee, label), amount in zip(rows, amounts, strict=False):
        if amount is not None:
            own = found.setdefault(payee, {})
            own[label] = EXACT.add(own.get(label, _ZERO), amount)
    return found


def _beside(
    policy: CommissionPolicy, rows: Sequence[tuple[str, str]], columns: dict[str, list[Decimal | None]]
) -> Iterator[tuple[str, str, EarnedOnSale]]:
    """What the modifiers of each plan pay beside the lines, which is of no sale."""
    for plan in policy.plans:
        amounts = columns.get(f"adjustments:{plan.id}", [])
        place = places_of(plan)[column_of(plan, "")]
        for (payee, label), amount in zip(rows, amounts, strict=False):
            if amount is not None:
                yield payee, label, EarnedOnSale(plan.id, "", place, amount, None)
