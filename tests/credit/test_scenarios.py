"""The scenarios of `scenarios/credit`, written for a credit manager, run as tests."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from ruamel.yaml import YAML

from salesrules.core import Money
from salesrules.credit import Allocation, CustomerAccount, Receipt, calculate_exposure, check_credit

FOLDER = Path(__file__).parents[2] / "scenarios" / "credit"
DAY = date(2026, 6, 1)


def cny(amount: object) -> Money:
    return Money(Decimal(str(amount)), "CNY")


READ = YAML(typ="safe", pure=True)
SCENARIOS = {path.stem: READ.load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}


def checks(name: str) -> list[Any]:
    return [pytest.param(check, id=check["say"]) for check in SCENARIOS[name]["checks"]]


def test_there_are_scenarios() -> None:
    found = {name: len(scenario["checks"]) for name, scenario in SCENARIOS.items()}
    assert found == {"may-this-order-ship": 13, "what-we-lend": 12}


@pytest.mark.parametrize("check", checks("may-this-order-ship"))
def test_an_order(check, make_policy, make_rule, make_standing, make_request, make_release) -> None:
    scenario = SCENARIOS["may-this-order-ship"]
    rules = [make_rule(measure, *levels.items()) for measure, levels in scenario["rules"].items()]
    late = check.get("late")
    standing = make_standing(
        check["owes"], scenario["limit"], ((DAY - timedelta(days=late), check["owes"]),) if late else ()
    )
    request = make_request(str(check["order"]), is_prepaid=check.get("prepaid", False))
    release = make_release(check["released"]) if "released" in check else None
    decision = check_credit(request, standing, make_policy(rules=rules), check.get("on", DAY), release=release)
    assert decision.outcome.value == check["outcome"]
    assert [reason.code for reason in decision.reasons] == check.get("because", [])
    if "headroom" in check:
        assert decision.headroom == cny(check["headroom"])
    if "changes" in check:
        assert decision.changes_at == check["changes"]


@pytest.mark.parametrize("check", checks("what-we-lend"))
def test_an_exposure(check, policy, make_order, make_delivery, make_invoice) -> None:
    orders, deliveries, invoices, receipts = [make_order("o1", (10, 100))], [], [], []
    for number, act in enumerate(check["acts"]):
        word, _, count = act.partition(" ")
        id = f"{word}{number}"
        match word:
            case "deliver" | "return":
                deliveries.append(make_delivery(id, "o1", "1", count, is_return=word == "return"))
            case "bill":
                invoices.append(make_invoice(id, int(count) * 100, ("o1", "1", count)))
            case "credit":
                note = make_invoice(id, int(count) * 100, ("o1", "1", count), is_credit_note=True)
                invoices.append(attrs.evolve(note, corrects=invoices[0].id))
            case "pay":
                part = Allocation(invoice=invoices[0].id, amount=cny(count))
                receipts.append(Receipt(id=id, customer="c1", day=DAY, amount=cny(count), allocations=[part]))
            case "copy":
                orders.append(attrs.evolve(orders[0], id=id, copied_from="o1", status="open"))
            case _:
                status = {"close": "closed", "reopen": "open", "cancel": "cancelled"}[word]
                orders[0] = attrs.evolve(orders[0], status=status)
    account = CustomerAccount(customer="c1", orders=orders, deliveries=deliveries, invoices=invoices, receipts=receipts)
    assert calculate_exposure(account, policy, DAY).amount == cny(check["lent"])
