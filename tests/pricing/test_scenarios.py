"""The scenarios of `scenarios/pricing`, written for a sales manager, run as tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from salesrules.core import Band, BandTable, DateRange, Decision, Money, Outcome, Rate, RequiredApproval
from salesrules.org import Act
from salesrules.pricing import (
    Buyer,
    DiscountPolicy,
    LimitedTimePrice,
    ThresholdGift,
    VolumeDiscount,
    calculate_benefits,
    check_price,
)

FOLDER = Path(__file__).parents[2] / "scenarios" / "pricing"
DAY = date(2026, 6, 1)


def cny(amount: object) -> Money:
    return Money(Decimal(str(amount)), "CNY")


SCENARIOS = {
    path.stem: YAML(typ="safe", pure=True).load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml"))
}


def checks(name: str) -> list[Any]:
    return [pytest.param(check, id=check["say"]) for check in SCENARIOS[name]["checks"]]


def test_there_are_scenarios() -> None:
    assert {name: len(scenario["checks"]) for name, scenario in SCENARIOS.items()} == {
        "prices-and-discounts": 10,
        "promotions": 8,
    }


@pytest.mark.parametrize("check", checks("prices-and-discounts"))
def test_a_price(check, make_policy, make_row, make_line) -> None:
    scenario = SCENARIOS["prices-and-discounts"]
    ladder = {rank: Rate.parse(rate) for rank, rate in scenario["authority"].items()}
    rows = [
        make_row(product, *((step["from"], step["list"], step["floor"]) for step in steps))
        for product, steps in scenario["prices"].items()
    ]

    def authority(act: Act) -> Decision:
        able = [rank for rank, most in ladder.items() if act.kind == "price.discount" and act.rate <= most]
        if check["by"] in able:
            return Decision(outcome=Outcome.ALLOW)
        asked = [RequiredApproval(approver=able[0], act=act.kind)] if able else []
        return Decision(outcome=Outcome.REFER if able else Outcome.DENY, approvals=asked)

    policy = make_policy(prices=rows, discounts=DiscountPolicy(id="d", free=Rate.parse(scenario["free"])))
    line = make_line(str(check["price"]), check["quantity"])
    decision = check_price(line, Buyer(customer="c"), policy, DAY, seller=check["by"], authority=authority)
    assert decision.outcome.value == check["outcome"]
    assert [reason.code for reason in decision.reasons] == check.get("because", [])
    assert [one.approver for one in decision.approvals] == ([check["to"]] if "to" in check else [])


@pytest.mark.parametrize("check", checks("promotions"))
def test_a_basket(check, make_policy, make_promotion, make_line) -> None:
    promotions = []
    for name, given in SCENARIOS["promotions"]["promotions"].items():
        match given["kind"]:
            case "volume_discount":
                bands = [Band(start=start, value=Rate.parse(rate)) for start, rate in given["from"].items()]
                benefit: Any = VolumeDiscount(by="quantity", rates=BandTable(bands=bands))
            case "threshold_gift":
                benefit = ThresholdGift(
                    threshold=cny(given["threshold"]),
                    side="lower",
                    repeats=given["repeats"],
                    gift=given["gift"],
                    value=cny(given["value"]),
                )
            case _:
                benefit = LimitedTimePrice(price=cny(given["price"]))
        window = DateRange(DAY, given.get("until", date(2026, 7, 1)))
        promotions.append(make_promotion(name, benefit, window=window, customer_types=given.get("customers", [])))
    policy = make_policy(promotions=promotions, stacking=check["stacking"])
    buyer = Buyer(customer="c", customer_type=check.get("customer", "dealer"))
    benefits = calculate_benefits([make_line(100, check["pumps"])], buyer, policy, check["on"], currency="CNY")
    assert {one.promotion: one.value for one in benefits.benefits} == {
        name: cny(value) for name, value in check["gets"].items()
    }
