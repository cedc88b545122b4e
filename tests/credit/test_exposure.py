"""Exposure from documents: each component once, whatever is closed, reopened, copied, cancelled or partly billed."""

from __future__ import annotations

import decimal
from datetime import date, timedelta
from decimal import Decimal

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import DateRange, ExchangeRate, ExchangeRates, InvalidDocument, InvalidValue, MissingDay, Money
from salesrules.credit import (
    Allocation,
    BilledLine,
    Collateral,
    Component,
    CreditOrder,
    CustomerAccount,
    DeliveredLine,
    Delivery,
    Invoice,
    OpenItem,
    OrderLine,
    OtherExposure,
    Receipt,
    calculate_exposure,
    calculate_open_items,
    calculate_request,
    calculate_standing,
)

DAY = date(2026, 6, 1)


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


@pytest.fixture
def measured(policy):
    def calculate(day: date = DAY, rates: ExchangeRates = ExchangeRates(), **documents):  # noqa: B008 - frozen
        exposure = calculate_exposure(CustomerAccount(customer="c1", **documents), policy, day, rates=rates)
        assert exposure.derivation().recompute() == exposure.amount.amount
        return exposure

    return calculate


def amounts(exposure) -> dict[str, str]:
    return {one.value: str(exposure.component(one).amount) for one in Component if exposure.component(one)}


def paid(id: str, amount: object, *parts: tuple[str, object], day: date = DAY, **more) -> Receipt:
    allocations = [Allocation(invoice=invoice, amount=cny(part)) for invoice, part in parts]
    return Receipt(id=id, customer="c1", day=day, amount=cny(amount), allocations=allocations, **more)


def test_nothing_lent(measured) -> None:
    assert measured().amount == cny(0)


def test_an_order_is_lent_whole_until_it_is_delivered_and_billed(
    measured, make_order, make_delivery, make_invoice
) -> None:
    order = make_order("o1", (10, 100))
    out = make_delivery("d1", "o1", "1", 6)
    bill = make_invoice("i1", 200, ("o1", "1", 2))
    assert amounts(measured(orders=[order])) == {"open_orders": "1000"}
    assert amounts(measured(orders=[order], deliveries=[out])) == {"open_orders": "400", "deliveries": "600"}
    exposure = measured(orders=[order], deliveries=[out], invoices=[bill])
    assert amounts(exposure) == {"open_orders": "400", "deliveries": "400", "open_items": "200"}
    assert exposure.amount == cny(1000)


def test_what_is_billed_before_delivery_is_not_lent_twice(measured, make_order, make_delivery, make_invoice) -> None:
    exposure = measured(
        orders=[make_order("o1", (10, 100))],
        deliveries=[make_delivery("d1", "o1", "1", 2)],
        invoices=[make_invoice("i1", 600, ("o1", "1", 6))],
    )
    assert amounts(exposure) == {"open_orders": "400", "open_items": "600"}


def test_an_invoice_releases_at_most_its_order(measured, make_order, make_invoice) -> None:
    orders = [make_order("o1", (1, 1000)), make_order("o2", (1, 1000))]
    over = make_invoice("i1", 2000, ("o1", "1", 2))
    assert amounts(measured(orders=orders, invoices=[over])) == {"open_orders": "1000", "open_items": "2000"}


def test_closing_ends_what_is_open_and_keeps_what_is_out(measured, make_order, make_delivery, make_invoice) -> None:
    documents = {
        "deliveries": [make_delivery("d1", "o1", "1", 6)],
        "invoices": [make_invoice("i1", 200, ("o1", "1", 2))],
    }
    for status, open_orders in (("open", "400"), ("closed", None), ("cancelled", None), ("draft", None)):
        exposure = measured(orders=[make_order("o1", (10, 100), status=status)], **documents)
        assert amounts(exposure).get("open_orders") == open_orders
        assert amounts(exposure).get("deliveries") == (None if status == "draft" else "400")
        assert amounts(exposure)["open_items"] == "200"


def test_a_copy_is_an_order_of_its_own(measured, make_order, make_invoice) -> None:
    order = make_order("o1", (10, 100), status="closed")
    copy = attrs.evolve(order, id="o2", status="open", copied_from="o1")
    billed = make_invoice("i1", 1000, ("o1", "1", 10))
    assert amounts(measured(orders=[order, copy], invoices=[billed])) == {"open_orders": "1000", "open_items": "1000"}


def test_a_prepaid_order_lends_nothing_before_goods_leave(measured, make_order, make_delivery) -> None:
    order = make_order("o1", (10, 100), is_prepaid=True)
    assert amounts(measured(orders=[order])) == {}
    assert amounts(measured(orders=[order], deliveries=[make_delivery("d1", "o1", "1", 3)])) == {"deliveries": "300"}


def test_a_prepayment_lessens_its_own_order_only(measured, make_order, make_delivery) -> None:
    orders = [make_order("o1", (10, 100)), make_order("o2", (5, 100))]
    assert measured(orders=orders, receipts=[paid("r", 800, order="o1")]).amount == cny(700)
    assert measured(orders=orders, receipts=[paid("r", 1200, order="o1")]).amount == cny(500)
    two = [paid("r", 800, order="o1"), paid("s", 800, order="o1")]
    assert measured(orders=orders, receipts=two).amount == cny(500)
    assert measured(orders=orders, receipts=[paid("r", 1200)]).amount == cny(300)
    prepaid = [attrs.evolve(orders[0], is_prepaid=True), orders[1]]
    assert measured(orders=prepaid, receipts=[paid("r", 1000, order="o1")]).amount == cny(500)
    out = [make_delivery("d", "o1", "1", 4)]
    assert measured(orders=prepaid, deliveries=out, receipts=[paid("r", 1000, order="o1")]).amount == cny(500)
    besides = [OtherExposure(id="g", amount=cny(1), effective=DateRange(DAY))]
    assert measured(orders=orders, others=besides, receipts=[paid("r", 800, order="o1")]).amount == cny(701)
    later = paid("r", 800, order="o1", day=date(2026, 6, 2))
    assert measured(orders=orders, receipts=[later]).amount == cny(1500)


def test_receipts_and_credit_notes_settle_invoices(measured, make_invoice) -> None:
    bill = make_invoice("i1", 100)
    note = make_invoice("n1", 30, is_credit_note=True, corrects="i1")
    alone = make_invoice("n2", 5, is_credit_note=True)
    receipt = paid("r1", 50, ("i1", 40))
    account = CustomerAccount(customer="c1", invoices=[bill, note, alone], receipts=[receipt])
    assert [(item.id, item.amount) for item in calculate_open_items(account, DAY)] == [("i1", cny(30)), ("n2", cny(-5))]
    exposure = measured(invoices=[bill, note, alone], receipts=[receipt])
    assert amounts(exposure) == {"open_items": "25", "on_account": "10"}
    assert exposure.amount == cny(15)
    assert exposure.by_document(Component.OPEN_ITEMS) == {"i1": cny(30), "n2": cny(-5)}
    later = paid("r2", 30, ("i1", 30), day=date(2026, 6, 2))
    assert amounts(measured(invoices=[bill, note], receipts=[later])) == {"open_items": "70"}
    assert amounts(measured(date(2026, 6, 2), invoices=[bill], receipts=[later, paid("r3", 70, ("i1", 70))])) == {}
    cancelled = attrs.evolve(bill, is_cancelled=True)
    assert measured(invoices=[cancelled]).amount == cny(0)
    revived = [bill, attrs.evolve(note, is_cancelled=True)]
    assert measured(invoices=revived).amount == cny(100)


def test_a_return_and_its_credit_note(measured, make_order, make_delivery, make_invoice) -> None:
    order = make_order("o1", (10, 100), status="closed")
    out, back = make_delivery("d1", "o1", "1", 10), make_delivery("d2", "o1", "1", 4, is_return=True)
    bill = make_invoice("i1", 1000, ("o1", "1", 10))
    note = make_invoice("n1", 400, ("o1", "1", 4), is_credit_note=True, corrects="i1")
    assert measured(orders=[order], deliveries=[out]).amount == cny(1000)
    assert measured(orders=[order], deliveries=[out, back]).amount == cny(600)
    assert measured(orders=[order], deliveries=[out, back], invoices=[bill]).amount == cny(1000)
    assert measured(orders=[order], deliveries=[out, back], invoices=[bill, note]).amount == cny(600)
    # credited, but the goods are with the customer still
    assert measured(orders=[order], deliveries=[out], invoices=[bill, note]).amount == cny(1000)


def test_what_is_lent_besides_and_collateral_count_in_their_days(measured) -> None:
    june = DateRange(DAY, date(2026, 7, 1))
    documents = {
        "others": [OtherExposure(id="g", amount=cny(50), effective=june)],
        "collaterals": [Collateral(id="d", amount=cny(80), effective=june)],
    }
    assert measured(**documents).amount == cny(-30)
    for day in (date(2026, 5, 31), date(2026, 7, 1)):
        assert measured(day, **documents).amount == cny(0)


def test_documents_of_later_days_do_not_count(measured, make_order, make_delivery, make_invoice) -> None:
    later = date(2026, 6, 2)
    documents = {
        "orders": [make_order("o1", (10, 100))],
        "deliveries": [make_delivery("d1", "o1", "1", 6, later)],
        "invoices": [make_invoice("i1", 200, ("o1", "1", 2), day=later)],
        "receipts": [paid("r1", 200, ("i1", 150), day=later)],
        "items": [OpenItem(id="x", customer="c1", amount=cny(7), issued=later, due=later)],
    }
    assert amounts(measured(**documents)) == {"open_orders": "1000"}
    assert amounts(measured(later, **documents)) == {
        "open_orders": "400", "deliveries": "400", "open_items": "57", "on_account": "50",
    }  # fmt: skip
    assert amounts(measured(date(2026, 5, 31), **documents)) == {}


def test_currencies_are_converted_at_the_rate_of_the_day(measured, make_order, make_invoice) -> None:
    rates = ExchangeRates.of([ExchangeRate(source="USD", target="CNY", effective=DateRange(DAY), rate="7.25")])
    line = OrderLine(id="1", quantity=2, unit_price=Money("10.10", "USD"))
    foreign = attrs.evolve(make_order("o1"), lines=[line])
    exposure = measured(rates=rates, orders=[foreign, make_order("o2", (1, 100))])
    assert exposure.component(Component.OPEN_ORDERS) == cny("246.4500")
    assert exposure.by_document(Component.OPEN_ORDERS) == {"o1": cny("146.4500"), "o2": cny(100)}
    prepaid = Receipt(id="r", customer="c1", day=DAY, amount=Money(10, "USD"), order="o1")
    assert measured(rates=rates, orders=[foreign], receipts=[prepaid]).amount == cny("73.95")
    with pytest.raises(MissingDay):
        measured(orders=[foreign])


def test_every_document_that_does_not_fit_is_named_at_once(make_order, make_delivery, make_invoice) -> None:
    june = DateRange(DAY)
    account = CustomerAccount(
        customer="c1",
        orders=[make_order("o1"), make_order("o1"), attrs.evolve(make_order("o3"), customer="c2")],
        deliveries=[make_delivery("d1", "o1", "9", 1)],
        invoices=[
            make_invoice("i1", 1, ("o9", "1", 1)),
            make_invoice("n1", 1, is_credit_note=True, corrects="i9"),
            make_invoice(
                "n2", is_credit_note=True, corrects="i1", lines=[BilledLine(amount=Money(1, "USD"))]
            ),
        ],
        receipts=[
            paid("r1", 5, ("i8", 5)),
            Receipt(
                id="r2", customer="c1", day=DAY, amount=Money(5, "USD"), order="o8",
                allocations=[Allocation(invoice="i1", amount=Money(5, "USD"))],
            ),
        ],
        items=[OpenItem(id="i1", customer="c1", amount=cny(1), issued=DAY, due=DAY)],
        others=[OtherExposure(id="x", amount=cny(1), effective=june)] * 2,
    )  # fmt: skip
    with pytest.raises(InvalidDocument) as caught:
        calculate_open_items(account, DAY)
    assert [(fault.code.removeprefix("credit."), fault.path) for fault in caught.value.faults] == [
        ("duplicate_document", "orders[1].id"),
        ("other_customer", "orders[2].customer"),
        ("duplicate_document", "others[1].id"),
        ("unknown_document", "deliveries[0].lines[0]"),
        ("unknown_document", "invoices[0].lines[0]"),
        ("unknown_document", "invoices[1].corrects"),
        ("other_currency", "invoices[2].lines"),
        ("unknown_document", "receipts[0].allocations[0].invoice"),
        ("other_currency", "receipts[1].allocations[0].amount"),
        ("unknown_document", "receipts[1].order"),
        ("duplicate_document", "items[0].id"),
    ]
    doubled = make_order("o1")
    twice = CustomerAccount(customer="c1", orders=[attrs.evolve(doubled, lines=doubled.lines * 2)])
    with pytest.raises(InvalidDocument, match=r"orders\[0\].lines\[1\].id"):
        calculate_open_items(twice, DAY)


@pytest.mark.parametrize(
    "bad",
    [
        lambda: OrderLine(id="1", quantity=0, unit_price=cny(1)),
        lambda: OrderLine(id="1", quantity=-1, unit_price=cny(1)),
        lambda: OrderLine(id="1", quantity=1, unit_price=cny(-1)),
        lambda: DeliveredLine(order="o", line="1", quantity=0),
        lambda: BilledLine(amount=cny(-1)),
        lambda: BilledLine(amount=cny(1), order="o"),
        lambda: BilledLine(amount=cny(1), order="o", line="1", quantity=0),
        lambda: Receipt(id="r", customer="c", day=DAY, amount=cny(0)),
        lambda: paid("r", 5, ("i", 6)),
        lambda: Invoice(id="i", customer="c", day=DAY, due=DAY, lines=[]),
        lambda: Invoice(id="i", customer="c", day=DAY, due=date(2026, 5, 31), lines=[BilledLine(amount=cny(1))]),
        lambda: Invoice(id="i", customer="c", day=DAY, due=DAY, lines=[BilledLine(amount=cny(1))], corrects="x"),
        lambda: OtherExposure(id="x", amount=cny(-1), effective=DateRange(DAY)),
        lambda: Collateral(id="x", amount=cny(0), effective=DateRange(DAY)),
    ],
)
def test_impossible_documents_are_refused(bad) -> None:
    with pytest.raises(InvalidValue):
        bad()


def test_a_request_is_what_an_order_would_lend_if_it_were_open(policy, make_order, make_delivery) -> None:
    order = make_order("o1", (10, 100), (2, 50), status="closed")
    account = CustomerAccount(customer="c1", orders=[order], deliveries=[make_delivery("d1", "o1", "1", 6)])
    asked = calculate_request(order, account, policy, DAY, requested_by="li")
    assert (asked.amount, asked.is_prepaid, asked.requested_by) == (cny(500), False, "li")
    new = make_order("o2", (1, 5), is_prepaid=True)
    asked = calculate_request(new, account, policy, DAY, requested_by="li")
    assert (asked.order, asked.amount, asked.is_prepaid) == ("o2", cny(5), True)


def test_a_standing_has_what_checks_ask_for(policy, make_order, make_invoice) -> None:
    rates = ExchangeRates.of([ExchangeRate(source="USD", target="CNY", effective=DateRange(DAY), rate="7")])
    dollars = OpenItem(
        id="x", customer="c1", amount=Money(10, "USD"), issued=DAY, due=date(2026, 7, 1), dunning_level=2
    )
    account = CustomerAccount(
        customer="c1",
        orders=[make_order("o1", (1, 300))],
        invoices=[make_invoice("i1", 100, due=date(2026, 6, 20)), make_invoice("n1", 5, is_credit_note=True)],
        items=[dollars],
        collaterals=[Collateral(id="d", amount=cny(50), effective=DateRange(date(2026, 1, 1), date(2026, 6, 15)))],
        others=[OtherExposure(id="g", amount=cny(1), effective=DateRange(date(2026, 8, 1)))],
    )
    standing = calculate_standing(account, policy, DAY, grade="B", rates=rates)
    assert standing.exposure == cny(415)
    assert standing.by_order == {"o1": cny(300)}
    assert (standing.overdue.dues, standing.overdue.sums) == ((date(2026, 6, 20), date(2026, 7, 1)), (100, 170))
    assert (standing.dunning_level, standing.changes_at, standing.grade) == (2, date(2026, 6, 15), "B")


def test_the_callers_decimal_context_changes_nothing(policy, make_item) -> None:
    items = [make_item(str(number), "123456.78") for number in range(20)]
    account = CustomerAccount(customer="c1", items=items)
    with decimal.localcontext(decimal.Context(prec=3)):
        standing = calculate_standing(account, policy, DAY)
    assert standing.exposure.amount == standing.overdue.total == Decimal("2469135.60")


# --- Invariance: what happens to orders in between leaves no trace ---------------------------------------------------

quantities = st.integers(1, 20)
prices = st.integers(1, 5_000).map(lambda number: Decimal(number) / 100)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("deliver"), quantities),
        st.tuples(st.just("bill"), quantities),
        st.tuples(st.sampled_from(["close", "reopen", "cancel", "copy", "return", "credit"]), quantities),
    ),
    max_size=12,
)


def literal(ordered: int, price: Decimal, status: str, acts_done: list[tuple[str, int]]) -> Decimal:
    """What is lent on one line, from its movements, in plain words: the pieces that are ours or unpaid."""
    out = sum(count for act, count in acts_done if act == "deliver") - sum(c for act, c in acts_done if act == "return")
    billed = sum(count for act, count in acts_done if act == "bill") - sum(c for act, c in acts_done if act == "credit")
    lent = Decimal(billed) * price
    still_out = out - max(billed, 0)
    if still_out > 0:
        lent += still_out * price
    if status == "open":
        rest = ordered - max(out, billed, 0)
        lent += max(rest, 0) * price
    return lent


@given(ordered=quantities, price=prices, acts=acts)
@settings(max_examples=150, deadline=None)
def test_exposure_does_not_know_how_an_order_came_to_be_as_it_is(policy, ordered, price, acts) -> None:

    def line(quantity):
        return OrderLine(id="1", quantity=quantity, unit_price=cny(price))

    order = CreditOrder(id="o1", customer="c1", day=DAY, lines=[line(ordered)])
    orders, deliveries, invoices, done = [order], [], [], []
    copies = 0
    for number, (act, count) in enumerate(acts):
        id = str(number)
        match act:
            case "deliver" | "return":
                lines = [DeliveredLine(order="o1", line="1", quantity=count)]
                deliveries.append(Delivery(id=id, customer="c1", day=DAY, lines=lines, is_return=act == "return"))
                done.append((act, count))
            case "bill" | "credit":
                lines = [BilledLine(order="o1", line="1", quantity=count, amount=cny(price * count))]
                is_note = act == "credit"
                invoices.append(Invoice(id=id, customer="c1", day=DAY, due=DAY, lines=lines, is_credit_note=is_note))
                done.append((act, count))
            case "copy":
                orders.append(attrs.evolve(order, id=f"copy{id}", copied_from="o1", status="open"))
                copies += 1
            case _:
                status = {"close": "closed", "reopen": "open", "cancel": "cancelled"}[act]
                orders[0] = attrs.evolve(orders[0], status=status)
    account = CustomerAccount(customer="c1", orders=orders, deliveries=deliveries, invoices=invoices)
    exposure = calculate_exposure(account, policy, DAY + timedelta(days=1))
    expected = literal(ordered, price, orders[0].status.value, done) + copies * ordered * price
    assert exposure.amount.amount == expected
    turned = CustomerAccount(customer="c1", orders=orders[::-1], deliveries=deliveries[::-1], invoices=invoices[::-1])
    assert calculate_exposure(turned, policy, DAY + timedelta(days=1)).amount == exposure.amount
    assert exposure.derivation().recompute() == expected
