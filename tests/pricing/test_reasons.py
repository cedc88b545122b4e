"""The codes and labels of the room: complete, unique, and used with the parameters that they declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from salesrules import pricing
from salesrules.core import Band, BandTable, Derivation, Money, Rate, Severity
from salesrules.messages import render_derivation
from salesrules.pricing import (
    LABELS,
    REASONS,
    Draw,
    LimitedTimePrice,
    Prize,
    PromotionLimit,
    VolumeDiscount,
    calculate_benefits,
    reasons,
)

SOURCES = "\n".join(path.read_text("utf-8") for path in Path(pricing.__file__).parent.rglob("*.py"))


def test_codes_are_unique_and_of_this_room() -> None:
    codes = [reason.code for reason in REASONS]
    assert len(set(codes)) == len(codes) == 28
    assert all(re.fullmatch(r"pricing\.[a-z_]+", code) for code in codes)
    assert all(getattr(reasons, code.removeprefix("pricing.").upper()).code == code for code in codes)


def test_every_code_is_given_somewhere() -> None:
    assert [reason.code for reason in REASONS if f"codes.{reason.code[8:].upper()}" not in SOURCES] == []


def test_only_what_informs_or_warns_is_mild() -> None:
    mild = {reason.code for reason in REASONS if reason.severity is not Severity.ERROR}
    promotions = {reason.code for reason in REASONS if reason.code.startswith("pricing.promotion_")}
    assert mild == (promotions - {"pricing.promotion_unknown"}) | {"pricing.above_list", "pricing.discount_approved"}


def walk(derivation: Derivation) -> Iterator[Derivation]:
    yield derivation
    for term in derivation.terms:
        yield from walk(term)


@pytest.fixture
def derivations(make_policy, make_promotion, make_line, buyer) -> list[Derivation]:
    rates = BandTable(bands=[Band(start=0, value=Rate.parse("3.333%"))])
    draw = Draw(per=Money(1, "CNY"), tickets=7, prizes=[Prize(name="x", count=1, value=Money(1, "CNY"))])
    promotions = [
        make_promotion(
            "a",
            VolumeDiscount(by="amount", rates=rates),
            partner="x",
            partner_share=Rate.parse("33.3%"),
            total=PromotionLimit(value=Money("0.5", "CNY")),
        ),
        make_promotion("b", LimitedTimePrice(price=Money(90, "CNY"))),
        make_promotion("c", draw),
    ]
    lines = [make_line("99.99", "1.1"), make_line(10, 1, id="2")]
    found = []
    for offered in (promotions, ()):
        policy = make_policy(promotions=offered)
        benefits = calculate_benefits(lines, buyer, policy, date(2026, 6, 1), currency="CNY")
        found += [benefits.derivation(), *(one.partner_derivation for one in benefits.benefits)]
    return found


def test_derivations_use_every_label_with_its_parameters_and_recompute(derivations) -> None:
    seen = {node.label: node for derivation in derivations for node in walk(derivation)}
    assert seen.keys() == LABELS.keys()
    for derivation in derivations:
        for node in walk(derivation):
            assert set(node.parameters) == set(LABELS[node.label])
            assert node.recompute() == node.value
        assert all("pricing." not in render_derivation(derivation, locale) for locale in ("en", "zh_CN", "zh_TW"))


def test_a_benefit_reads_from_the_lines_up(derivations) -> None:
    text = str(derivations[0])
    assert "pricing.label.rest = 0.5 CNY" in text
