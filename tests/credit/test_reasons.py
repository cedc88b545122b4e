"""The codes and labels of the room: complete, unique, and used with the parameters that they declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

from salesrules import credit
from salesrules.core import DateRange, Derivation, ExchangeRate, ExchangeRates, Money, Rate, Severity
from salesrules.credit import (
    LABELS,
    REASONS,
    Collateral,
    CreditProfile,
    CustomerAccount,
    OpenItem,
    OtherExposure,
    Receipt,
    Season,
    calculate_allowance,
    calculate_average_sales,
    calculate_exposure,
    calculate_grade,
    calculate_limit,
    calculate_open_items,
    reasons,
)
from salesrules.messages import render_derivation

SOURCES = "\n".join(path.read_text("utf-8") for path in Path(credit.__file__).parent.rglob("*.py"))
DAY = date(2026, 6, 1)


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


def test_codes_are_unique_and_of_this_room() -> None:
    codes = [reason.code for reason in REASONS]
    assert len(set(codes)) == len(codes) == 28
    assert all(re.fullmatch(r"credit\.[a-z_]+", code) for code in codes)
    assert all(getattr(reasons, code.removeprefix("credit.").upper()).code == code for code in codes)


def test_every_code_is_given_somewhere() -> None:
    assert [reason.code for reason in REASONS if f"codes.{reason.code[7:].upper()}" not in SOURCES] == []


def test_only_these_are_mild() -> None:
    mild = {reason.code.removeprefix("credit.") for reason in REASONS if reason.severity is not Severity.ERROR}
    assert mild == {"prepaid", "released", "grade_gated", "below_target", "posting_late"}


def walk(derivation: Derivation) -> Iterator[Derivation]:
    yield derivation
    for term in derivation.terms:
        yield from walk(term)


@pytest.fixture
def derivations(make_policy, policy, make_order, make_delivery, make_invoice) -> list[Derivation]:
    always = DateRange(DAY)
    rates = ExchangeRates.of([ExchangeRate(source="USD", target="CNY", effective=always, rate="7")])
    account = CustomerAccount(
        customer="c1",
        orders=[make_order("o1", (2, 10))],
        deliveries=[make_delivery("d", "o1", "1", 1)],
        invoices=[make_invoice("i1", "100.10")],
        items=[OpenItem(id="x", customer="c1", amount=Money(5, "USD"), issued=DAY, due=DAY)],
        receipts=[Receipt(id="r", customer="c1", day=DAY, amount=cny(3))],
        others=[OtherExposure(id="g", amount=cny(1), effective=always)],
        collaterals=[Collateral(id="k", amount=cny(2), effective=always)],
    )
    grade = calculate_grade(CreditProfile(customer="c1", measures={"payment": 80, "volume": 50}), policy, DAY)
    season = Season(id="peak", effective=always, adjust=Rate.parse("10%"))
    average = calculate_average_sales([(date(2026, 5, 1), cny(1000))], policy, DAY)
    limits = [
        calculate_limit("c1", "A", average, make_policy(limits=attrs.evolve(policy.limits, **changes)), DAY)
        for changes in ({"seasons": [season]}, {"maximum": cny(1)})
    ]
    items = calculate_open_items(account, DAY)
    return [
        calculate_exposure(account, policy, DAY, rates=rates).derivation(),
        grade.derivation,
        *(limit.derivation for limit in limits),
        calculate_allowance(items, policy, DAY, rates=rates).derivation(),
    ]


def test_derivations_use_every_label_with_its_parameters_and_recompute(derivations) -> None:
    seen = {node.label: node for derivation in derivations for node in walk(derivation)}
    assert seen.keys() == LABELS.keys()
    for derivation in derivations:
        for node in walk(derivation):
            assert set(node.parameters) == set(LABELS[node.label])
            assert node.recompute() == node.value
        assert all("credit." not in render_derivation(derivation, locale) for locale in ("en", "zh_CN", "zh_TW"))
    assert derivations[0].value == Decimal("151.10")
