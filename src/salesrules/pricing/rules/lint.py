"""What is wrong with a price policy beyond its single fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salesrules.core import Fault, Money
from salesrules.pricing.policy import Draw, PriceRow, PricingPolicy, Promotion

__all__ = ["check_policy"]


def check_policy(policy: PricingPolicy) -> tuple[Fault, ...]:
    """The faults of a policy across its fields, all at once, with paths inside the section.

    Two entries of a list with one id; two rows that price a product for the same customers on the same day; a
    promotion whose amounts are in several currencies, or whose limit is finer than amounts are rounded; a draw without
    prizes (a warning).
    """
    return (
        *_duplicate_ids("prices", [row.id for row in policy.prices]),
        *_duplicate_ids("promotions", [promotion.id for promotion in policy.promotions]),
        *_overlaps(policy.prices),
        *(fault for index, one in enumerate(policy.promotions) for fault in _promotion(f"promotions[{index}]", one)),
        *_fine_limits(policy),
    )


def _duplicate_ids(field: str, ids: Iterable[str]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, id in enumerate(ids):
        first = seen.setdefault(id, index)
        if first != index:
            yield Fault(
                code="pricing.duplicate_id",
                path=f"{field}[{index}].id",
                problem=f"{field}[{first}] has the same id",
                remedy="give every entry an id of its own",
                value=id,
            )


def _overlaps(rows: tuple[PriceRow, ...]) -> Iterator[Fault]:
    by_product: dict[tuple[str, str], list[tuple[int, PriceRow]]] = {}
    for index, row in enumerate(rows):
        others = by_product.setdefault((row.product, row.currency), [])
        for first, other in others:
            shared = set(row.customer_types) & set(other.customer_types)
            for_all = not row.customer_types and not other.customer_types
            if (shared or for_all) and row.effective.overlaps(other.effective):
                yield Fault(
                    code="pricing.prices_overlap",
                    path=f"prices[{index}].effective",
                    problem=f"prices[{first}] prices the same product for the same customers on some of these days",
                    remedy="end one of them where the other starts",
                    value=str(row.effective),
                )
                break
        others.append((index, row))


def _promotion(path: str, promotion: Promotion) -> Iterator[Fault]:
    benefit = promotion.benefit
    moneys: list[tuple[str, object]] = [
        (f"benefit.{name}", getattr(benefit, name, None)) for name in ("threshold", "per", "value", "price")
    ]
    if isinstance(benefit, Draw):
        moneys += [(f"benefit.prizes[{place}].value", prize.value) for place, prize in enumerate(benefit.prizes)]
        if not benefit.prizes:
            yield Fault(
                code="pricing.draw_without_prizes",
                path=f"{path}.benefit.prizes",
                problem="a draw without prizes costs nothing and gives nothing",
                remedy="name the prizes with their count and value",
                severity="warning",
            )
    moneys += [("per_customer.value", promotion.per_customer.value), ("total.value", promotion.total.value)]
    given = [(place, money) for place, money in moneys if isinstance(money, Money)]
    for place, money in given[1:]:
        if money.currency != given[0][1].currency:
            yield Fault(
                code="pricing.currencies_mixed",
                path=f"{path}.{place}",
                problem=f"{given[0][0]} is in {given[0][1].currency}",
                remedy="give all amounts of a promotion in one currency",
                value=str(money),
            )


def _fine_limits(policy: PricingPolicy) -> Iterator[Fault]:
    """Limits that a rounded benefit could pass."""
    for index, promotion in enumerate(policy.promotions):
        for name, limit in (("per_customer", promotion.per_customer), ("total", promotion.total)):
            if limit.value is not None and policy.rounding(limit.value.amount) != limit.value.amount:
                yield Fault(
                    code="pricing.limit_too_fine",
                    path=f"promotions[{index}].{name}.value",
                    problem="it has more digits than amounts are rounded to",
                    remedy=f"give at most {policy.rounding.digits} digits after the point",
                    value=str(limit.value),
                )
