"""A credit desk on the sample company: its resellers graded, their limits, their orders replayed, what they owe.

    python examples/credit_desk/run.py [FOLDER]

FOLDER holds `order_lines.csv` and `resellers.csv`, by default those of the sample company. Needs the extra `cli`.
"""

from __future__ import annotations

import csv
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
from dateutil.relativedelta import relativedelta
from rich.console import Console
from rich.table import Table

from salesrules import wire
from salesrules.core import Decision, Money, Outcome, narrowed, total
from salesrules.credit import (
    Allocation,
    BilledLine,
    CreditLimit,
    CreditOrder,
    CreditPolicy,
    CreditProfile,
    CreditStanding,
    CustomerAccount,
    GradedCustomer,
    Invoice,
    OpenItem,
    OrderLine,
    Receipt,
    calculate_ageing,
    calculate_allowance,
    calculate_average_sales,
    calculate_dunning,
    calculate_grade,
    calculate_limit,
    calculate_open_items,
    calculate_request,
    calculate_standing,
    check_credit,
    check_documents,
)
from salesrules.messages import format_money, format_rate, render

HERE = Path(__file__).parent
DATA = HERE.parent / "adventureworks" / "data"


@attrs.frozen(kw_only=True)
class Reseller:
    """A customer with all documents of the sample, those that are yet to come included: `as_of` leaves them out."""

    id: str
    name: str
    account: CustomerAccount

    def orders_before(self, day: date) -> list[CreditOrder]:
        """The orders that came in before a day, the earliest first."""
        return [order for order in self.account.orders if order.day < day]


@attrs.frozen(kw_only=True)
class Review:
    """What a review found for a reseller: the grade, and the limit until the next one."""

    graded: GradedCustomer
    limit: CreditLimit
    is_active: bool


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def amount_of(order: CreditOrder) -> Money:
    """What an order comes to."""
    return total(line.unit_price * line.quantity for line in order.lines)


# --- From the sample's orders to documents ----------------------------------------------------------------------------


def load_resellers(folder: Path, desk: Mapping[str, Any], currency: str) -> list[Reseller]:
    """Every reseller with the documents that follow from the sample's orders."""
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in read(folder / "order_lines.csv"):
        lines[row["order_id"]].append(row)
    orders: dict[str, list[CreditOrder]] = defaultdict(list)
    for id, rows in lines.items():
        made = [OrderLine(id=row["category"], quantity=1, unit_price=Money(row["sales"], currency)) for row in rows]
        day = date.fromisoformat(rows[0]["order_date"])
        customer = rows[0]["reseller_id"]
        orders[customer].append(CreditOrder(id=id, customer=customer, day=day, lines=made))
    payers = {row["reseller_id"]: row for row in read(HERE / "payers_invented.csv")}
    return [
        Reseller(
            id=row["reseller_id"],
            name=row["reseller"],
            account=account_of(row, sorted(orders[row["reseller_id"]], key=lambda order: order.day), desk, payers),
        )
        for row in read(folder / "resellers.csv")
    ]


def account_of(
    row: Mapping[str, str], orders: Sequence[CreditOrder], desk: Mapping[str, Any], payers: Mapping[str, Any]
) -> CustomerAccount:
    """The orders with the invoices and receipts that `desk.toml` takes for given."""
    payer = payers.get(row["reseller_id"], {})
    late = int(payer.get("pays_late_days") or desk["pays_late_days"].get(row["business_type"], 0))
    stops = date.fromisoformat(payer["stops_paying_on"]) if payer.get("stops_paying_on") else date.max
    invoices, receipts = [], []
    for order in orders:
        day = order.day + timedelta(days=desk["invoiced_after_days"])
        due = day + timedelta(days=desk["payment_terms_days"])
        billed = [
            BilledLine(order=order.id, line=line.id, quantity=line.quantity, amount=line.unit_price)
            for line in order.lines
        ]
        invoice = Invoice(id=f"I-{order.id}", customer=order.customer, day=day, due=due, lines=billed)
        invoices.append(invoice)
        paid_on = due + timedelta(days=late)
        if paid_on < stops:
            part = Allocation(invoice=invoice.id, amount=invoice.amount)
            receipts.append(
                Receipt(
                    id=f"R-{order.id}", customer=order.customer, day=paid_on, amount=part.amount, allocations=[part]
                )
            )
    account = CustomerAccount(customer=row["reseller_id"], orders=orders, invoices=invoices, receipts=receipts)
    check_documents(account)
    return account


# --- Grades and limits ------------------------------------------------------------------------------------------------


def profile_of(reseller: Reseller, day: date) -> CreditProfile | None:
    """What the orders before a day say of a reseller; `None` where there is none."""
    orders = reseller.orders_before(day)
    if not orders:
        return None
    year, half = day - relativedelta(months=12), day - relativedelta(months=6)
    recent = [order for order in orders if order.day >= year]
    before = sum(amount_of(order).amount for order in recent if order.day < half)
    after = sum(amount_of(order).amount for order in recent if order.day >= half)
    measures: dict[str, Decimal] = {
        "volume": Decimal(before + after),
        "regularity": Decimal(len({(order.day.year, order.day.month) for order in recent})),
        "tenure": Decimal((day - orders[0].day).days),
        "recency": Decimal((day - orders[-1].day).days),
    }
    if before:
        measures["trend"] = round_to_percent(Fraction(after) / Fraction(before))
    return CreditProfile(customer=reseller.id, since=orders[0].day, measures=measures)


def round_to_percent(ratio: Fraction) -> Decimal:
    """A ratio to the nearest hundredth."""
    return Decimal(round(ratio * 100)) / 100


def review_of(reseller: Reseller, day: date, policy: CreditPolicy) -> Review | None:
    """The grade and the limit of a reseller on a day; `None` for one without orders."""
    profile = profile_of(reseller, day)
    if profile is None:
        return None
    graded = calculate_grade(profile, policy, day)
    sales = [(order.day, amount_of(order)) for order in reseller.orders_before(day)]
    average = calculate_average_sales(sales, policy, day, since=profile.since)
    assert graded.grade is not None, "every factor without a measure has points of its own here"
    limit = calculate_limit(reseller.id, graded.grade, average, policy, day).limit
    return Review(graded=graded, limit=limit, is_active=profile.measures["volume"] > 0)


# --- The replay -------------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Checked:
    """An order of the replay with the desk's answer."""

    reseller: Reseller
    order: CreditOrder
    standing: CreditStanding
    decision: Decision
    is_prepaid: bool

    @property
    def amount(self) -> Money:
        """What the order comes to."""
        return amount_of(self.order)


def standing_of(reseller: Reseller, review: Review | None, policy: CreditPolicy, day: date) -> CreditStanding:
    """How a reseller stands on a day, by the latest review."""
    grade, limit = (review.graded.grade or "", review.limit) if review else ("", None)
    return calculate_standing(reseller.account, policy, day, grade=grade, limit=limit)


def replay(
    resellers: Iterable[Reseller], reviews: Mapping[date, Mapping[str, Review]], policy: CreditPolicy, start: date
) -> list[Checked]:
    """Every order from a day on, in date order. What the sample shows was delivered, so every order counts."""
    found = []
    orders = [(order, reseller) for reseller in resellers for order in reseller.account.orders if order.day >= start]
    for order, reseller in sorted(orders, key=lambda pair: (pair[0].day, pair[0].id)):
        latest = max(day for day in reviews if day <= order.day)
        review = reviews[latest].get(reseller.id)
        # Who has no limit yet, or one of nothing, pays in advance.
        is_prepaid = review is None or not review.limit.amount
        asked = attrs.evolve(order, is_prepaid=is_prepaid)
        standing = standing_of(reseller, review, policy, order.day)
        request = calculate_request(asked, reseller.account, policy, order.day, requested_by="sales")
        decision = check_credit(request, standing, policy, order.day)
        found.append(
            Checked(reseller=reseller, order=order, standing=standing, decision=decision, is_prepaid=is_prepaid)
        )
    return found


#: The reasons that this rulebook can give, as the head of a row.
WORDS = {
    "credit.over_limit": "over the limit, or near it",
    "credit.item_overdue": "the oldest item is too late",
    "credit.order_too_large": "too large for one order",
    "credit.review_expired": "the limit's review is overdue",
}


# --- What is printed --------------------------------------------------------------------------------------------------


def money(amount: Money) -> str:
    """An amount as the tables print it."""
    return format_money(amount)


def share(part: Decimal | int, whole: Decimal | int) -> str:
    """A part of a whole, to a tenth of a per cent."""
    return format_rate(narrowed(Fraction(round(Fraction(part) / Fraction(whole) * 1000), 1000))) if whole else "-"


def table_of(title: str, *columns: str) -> Table:
    """A table whose first column is text, the others numbers."""
    table = Table(title=title, title_justify="left", show_footer=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=not place)
    return table


def grades_table(reviews: Mapping[str, Review], policy: CreditPolicy, day: date) -> Table:
    """How many resellers have which grade, and what they may owe."""
    columns = ("Grade", "Resellers", "Ordered within a year", "Average limit", "All limits")
    table = table_of(f"Grades and limits at the review of {day}, of all who had ordered by then", *columns)
    by_grade: dict[str, list[Money]] = {grade: [] for grade in reversed(policy.grading.order)}
    active = Counter(review.graded.grade for review in reviews.values() if review.is_active)
    for review in reviews.values():
        by_grade[review.graded.grade or ""].append(review.limit.amount)
    for grade, limits in by_grade.items():
        whole = total(limits, policy.currency)
        average = Money(policy.rounding(Fraction(whole.amount) / max(len(limits), 1)), policy.currency)
        table.add_row(grade, str(len(limits)), str(active[grade]), money(average), money(whole))
    table.add_section()
    every = total((limit for limits in by_grade.values() for limit in limits), policy.currency)
    table.add_row("All", str(len(reviews)), str(active.total()), "", money(every))
    return table


def outcomes_table(checked: Sequence[Checked], currency: str) -> Table:
    """How many orders the desk allows, warns of, refers and denies."""
    start, end = checked[0].order.day, checked[-1].order.day
    table = table_of(f"What the desk says of the orders from {start} to {end}", "Answer", "Orders", "Share", "Amount")
    kinds = {
        "paid in advance: new, no limit yet": [one for one in checked if one.is_prepaid and not one.standing.grade],
        "paid in advance: no credit for C": [one for one in checked if one.is_prepaid and one.standing.grade],
        **{
            outcome.value: [one for one in checked if not one.is_prepaid and one.decision.outcome is outcome]
            for outcome in Outcome
        },
    }
    for kind, ones in kinds.items():
        amount = total((one.amount for one in ones), currency)
        table.add_row(kind, str(len(ones)), share(len(ones), len(checked)), money(amount))
    table.add_section()
    table.add_row("All", str(len(checked)), "", money(total((one.amount for one in checked), currency)))
    return table


def reasons_table(checked: Sequence[Checked]) -> Table:
    """Which reasons came how often."""
    table = table_of("Why (an order may have several reasons)", "Reason", "warn", "refer", "deny")
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in checked:
        for reason in one.decision.reasons:
            if not one.is_prepaid:
                counts[reason.code][one.decision.outcome.value] += 1
    for code, by_outcome in sorted(counts.items(), key=lambda pair: -pair[1].total()):
        table.add_row(WORDS[code], *(str(by_outcome[outcome]) for outcome in ("warn", "refer", "deny")))
    return table


def examples_table(checked: Sequence[Checked]) -> Table:
    """The largest denials with their sentences."""
    table = Table(title="The largest orders that were denied", title_justify="left")
    table.add_column("Order", no_wrap=True)
    table.add_column("Reseller")
    table.add_column("Amount", justify="right")
    table.add_column("Would pass", justify="right")
    table.add_column("Because", min_width=40)
    denied = [one for one in checked if one.decision.outcome is Outcome.DENY]
    for one in sorted(denied, key=lambda one: -one.amount.amount)[:6]:
        headroom = one.decision.headroom
        table.add_row(
            f"{one.order.id}\n{one.order.day}",
            f"{one.reseller.name} ({one.standing.grade})",
            money(one.amount),
            money(headroom) if isinstance(headroom, Money) else "",
            "\n".join(render(reason) for reason in one.decision.reasons).replace(one.reseller.id, one.reseller.name),
        )
    return table


def ageing_table(items: Sequence[OpenItem], policy: CreditPolicy, as_of: date) -> Table:
    """Open items by how late they are."""
    ageing = calculate_ageing(items, policy, as_of)
    table = table_of(f"Open items on {as_of}", "Bucket", "Items", "Amount", "Share")
    for bucket in ageing.buckets:
        part = share(bucket.amount.amount, ageing.total.amount)
        table.add_row(bucket.name, str(bucket.count), money(bucket.amount), part)
    table.add_section()
    table.add_row("All", str(len(items)), money(ageing.total), "")
    table.add_row("of these overdue", "", money(ageing.overdue), share(ageing.overdue.amount, ageing.total.amount))
    return table


def allowance_table(items: Sequence[OpenItem], policy: CreditPolicy, as_of: date) -> Table:
    """What is set aside, by age."""
    allowance = calculate_allowance(items, policy, as_of)
    table = table_of(f"Allowance on {as_of}, by months since the invoice", "Months", "Amount", "Rate", "Allowance")
    assert policy.allowance is not None
    for line in allowance.lines:
        start, end = policy.allowance.rates.limits(line.band)
        span = f"{start} to under {end}" if end is not None else f"{start} and more"
        table.add_row(span, money(line.amount), format_rate(line.rate), money(line.allowance))
    table.add_section()
    table.add_row("All", "", "", money(allowance.amount))
    return table


def exposure_table(
    resellers: Sequence[Reseller], reviews: Mapping[str, Review], policy: CreditPolicy, as_of: date
) -> Table:
    """Who owes most, what they could still order, and when that changes by itself."""
    table = table_of(
        f"The largest exposures on {as_of}",
        "Reseller",
        "Grade",
        "Limit",
        "Owes",
        "Overdue",
        "Could order",
        "Changes on",
    )
    standings = [(reseller, standing_of(reseller, reviews.get(reseller.id), policy, as_of)) for reseller in resellers]
    for reseller, standing in sorted(standings, key=lambda pair: -pair[1].exposure.amount)[:8]:
        probe = CreditOrder(
            id="probe", customer=reseller.id, day=as_of,
            lines=[OrderLine(id="1", quantity=1, unit_price=Money("0.01", policy.currency))],
        )  # fmt: skip
        request = calculate_request(probe, reseller.account, policy, as_of, requested_by="desk")
        decision = check_credit(request, standing, policy, as_of)
        overdue = Money(standing.overdue.overdue(as_of), policy.currency)
        table.add_row(
            reseller.name,
            standing.grade or "-",
            money(standing.limit.amount) if standing.limit else "-",
            money(standing.exposure),
            money(overdue),
            money(decision.headroom) if isinstance(decision.headroom, Money) else "-",
            str(decision.changes_at or "-"),
        )
    return table


def main(folder: Path) -> None:
    """Print everything."""
    policy: CreditPolicy = wire.load_rulebook(HERE / "rulebook.toml").section("credit")
    desk = tomllib.loads((HERE / "desk.toml").read_text("utf-8"))
    console = Console(width=120)
    resellers = load_resellers(folder, desk, policy.currency)
    active = [reseller for reseller in resellers if reseller.account.orders]
    console.print(
        f"{len(resellers)} resellers, {len(active)} of them with orders; "
        f"{sum(len(reseller.account.orders) for reseller in active)} orders. Payments are invented (desk.toml).\n"
    )
    reviews: dict[date, dict[str, Review]] = {}
    for day in desk["reviews"]:
        found = {reseller.id: review_of(reseller, day, policy) for reseller in active}
        reviews[day] = {id: review for id, review in found.items() if review is not None}
    latest = max(reviews)
    checked = replay(active, reviews, policy, desk["from"])
    as_of = desk["as_of"]
    items = [item for reseller in active for item in calculate_open_items(reseller.account, as_of)]
    for table in (
        grades_table(reviews[latest], policy, latest),
        outcomes_table(checked, policy.currency),
        reasons_table(checked),
        examples_table(checked),
        exposure_table(active, reviews[latest], policy, as_of),
        ageing_table(items, policy, as_of),
        allowance_table(items, policy, as_of),
    ):
        console.print(table)
        console.print()
    notices = Counter(notice.action for notice in calculate_dunning(items, policy, as_of))
    console.print(
        f"Dunning due on {as_of}, since none was sent before: "
        + ", ".join(f"{count} × {action}" for action, count in notices.items())
    )
    console.print(
        "\nRefer: somebody must release the order; deny: nobody can. Every order was delivered, whatever the answer."
        "\nHow to read the figures, and why A may owe more than AA: docs/explanation/credit-desk.md"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
