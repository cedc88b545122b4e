"""Whether a quotation stands: its version and validity, lines that sum, promotions as calculated, prices allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import attrs

from salesrules.core import (
    ApprovalEvidence,
    Decision,
    Money,
    PolicyReference,
    Reason,
    Severity,
    days_between,
    decide,
    decide_in_force,
    nearest_names,
    total,
)
from salesrules.pricing import reasons as codes
from salesrules.pricing.model import PromotionUse, Quotation
from salesrules.pricing.policy import PricingPolicy
from salesrules.pricing.rules.asking import Asker, Authority
from salesrules.pricing.rules.prices import judge_price
from salesrules.pricing.rules.promotions import calculate_benefits

__all__ = ["check_quotation", "find_line_differences"]


def check_quotation(
    quotation: Quotation,
    policy: PricingPolicy,
    as_of: date,
    *,
    authority: Authority | None = None,
    evidence: Iterable[ApprovalEvidence] = (),
    uses: Iterable[PromotionUse] = (),
    latest_version: int | None = None,
    path: str = "quotation",
) -> Decision:
    """Whether a quotation stands on a day, with every finding at its path.

    Prices and promotions are those of the day of issue, which the quotation promises; evidence names its `reference`
    (id and version). `latest_version` is the newest one known: an older one no longer stands. `changes_at` is the day
    from which it is no longer valid, or on which it becomes so.
    """
    parts = _parts(quotation, policy, as_of, authority, tuple(evidence), tuple(uses), latest_version, path)
    return decide_in_force(policy.life, as_of, "PricingPolicy", parts)


def _parts(
    quotation: Quotation,
    policy: PricingPolicy,
    as_of: date,
    authority: Authority | None,
    evidence: tuple[ApprovalEvidence, ...],
    uses: tuple[PromotionUse, ...],
    latest_version: int | None,
    path: str,
) -> Iterator[Decision]:
    validity = quotation.validity
    begin = max(quotation.issued, validity.start)
    changes_at = begin if as_of < begin else validity.end if as_of in validity else None
    stands = decide(_standing(quotation, policy, as_of, latest_version, path))
    yield attrs.evolve(stands, changes_at=changes_at) if changes_at is not None else stands
    sums = [*_currencies(quotation, path), *find_line_differences(quotation, policy, path)]
    yield decide(sums)
    # The list may end while the quotation keeps its promise, so only what authority says has a day here.
    asker = Asker(
        seller=quotation.seller,
        authority=authority,
        evidence=evidence,
        subject=quotation.reference,
        as_of=as_of,
    )
    for index, line in enumerate(quotation.lines):
        place = f"{path}.lines[{index}]"
        yield judge_price(line, quotation.buyer, policy, quotation.issued, asker, place).decision
    if all(reason.code not in _UNFIT for reason in sums):
        yield decide(_promotions(quotation, policy, uses, path))


#: Findings after which promotions cannot be calculated.
_UNFIT = frozenset({codes.CURRENCY_DIFFERS.code, codes.LINE_DOUBLED.code})


def _standing(
    quotation: Quotation, policy: PricingPolicy, as_of: date, latest_version: int | None, path: str
) -> Iterator[Reason]:
    name, validity, rule = quotation.reference, quotation.validity, policy.quotations
    if not quotation.lines:
        yield codes.QUOTATION_EMPTY(quotation=name, path=f"{path}.lines")
    if latest_version is not None and latest_version > quotation.version:
        yield codes.QUOTATION_SUPERSEDED(
            quotation=name, version=quotation.version, latest=latest_version, path=f"{path}.version"
        )
    begin = max(quotation.issued, validity.start)
    if as_of < begin:
        yield codes.QUOTATION_NOT_YET(quotation=name, issued=begin, as_of=as_of, path=f"{path}.issued")
    elif as_of not in validity:
        yield codes.QUOTATION_EXPIRED(quotation=name, last_day=validity.last, as_of=as_of, path=f"{path}.validity.end")
    assert validity.end is not None  # for the type checker: a quotation's validity is closed
    days = days_between(quotation.issued, validity.end)
    if rule.maximum_days is not None and days > rule.maximum_days:
        yield codes.VALIDITY_TOO_LONG(
            quotation=name,
            days=days,
            maximum=rule.maximum_days,
            path=f"{path}.validity",
            policy=PolicyReference("QuotationPolicy", rule.id, "maximum_days"),
        )


def _currencies(quotation: Quotation, path: str) -> Iterator[Reason]:
    for place, money in _moneys(quotation):
        if money.currency != quotation.currency:
            yield codes.CURRENCY_DIFFERS(currency=money.currency, expected=quotation.currency, path=f"{path}.{place}")


def _moneys(quotation: Quotation) -> Iterator[tuple[str, Money]]:
    for index, line in enumerate(quotation.lines):
        yield f"lines[{index}].unit_price", line.unit_price
        if line.amount is not None:
            yield f"lines[{index}].amount", line.amount
    for index, discount in enumerate(quotation.discounts):
        yield f"discounts[{index}].amount", discount.amount
    yield "total", quotation.total


def find_line_differences(quotation: Quotation, policy: PricingPolicy, path: str = "quotation") -> Iterator[Reason]:
    """Lines given twice, line amounts that are not quantity times price, a total that is not their sum."""
    seen: set[str] = set()
    amounts: list[Money] = []
    for index, line in enumerate(quotation.lines):
        if line.id in seen:
            yield codes.LINE_DOUBLED(line=line.id, path=f"{path}.lines[{index}].id")
        seen.add(line.id)
        expected = line.unit_price.with_amount(policy.rounding(line.exact_amount.amount))
        amounts.append(expected)
        if line.amount is not None and line.amount != expected:
            yield codes.LINE_DIFFERS(
                line=line.id, stated=line.amount, expected=expected, path=f"{path}.lines[{index}].amount"
            )
    off = [discount.amount for discount in quotation.discounts]
    if any(money.currency != quotation.currency for money in (*amounts, *off)):
        return
    due = total(amounts, quotation.currency) - total(off, quotation.currency)
    if quotation.total.currency == quotation.currency and quotation.total != due:
        yield codes.TOTAL_DIFFERS(stated=quotation.total, expected=due, path=f"{path}.total")


def _promotions(
    quotation: Quotation, policy: PricingPolicy, uses: tuple[PromotionUse, ...], path: str
) -> Iterator[Reason]:
    """Every promotion that the quotation names, beside what the calculation gives for it."""
    if not quotation.discounts:
        return
    granted = calculate_benefits(
        quotation.lines, quotation.buyer, policy, quotation.issued, currency=quotation.currency, uses=uses
    )
    expected = {benefit.promotion: benefit.discount for benefit in granted.benefits}
    refused = {reason.parameters["promotion"]: reason for reason in granted.left_out}
    for index, stated in enumerate(quotation.discounts):
        place = f"{path}.discounts[{index}]"
        if stated.promotion in refused:
            yield attrs.evolve(refused[stated.promotion], severity=Severity.ERROR, path=f"{place}.promotion")
        elif stated.promotion not in expected:
            known = [promotion.id for promotion in policy.promotions]
            near = nearest_names(stated.promotion, known)
            yield codes.PROMOTION_UNKNOWN(promotion=stated.promotion, nearest=near, path=f"{place}.promotion")
        elif stated.amount != expected[stated.promotion]:
            yield codes.DISCOUNT_DIFFERS(
                promotion=stated.promotion,
                stated=stated.amount,
                expected=expected[stated.promotion],
                path=f"{place}.amount",
            )
