"""What the lines of a contract come to, and whether they agree with what it states: ids, signs, currency, sums."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, Inexact
from functools import reduce

from salesrules.contracts import reasons as codes
from salesrules.contracts.model import Contract
from salesrules.contracts.policy import ContractPolicy
from salesrules.core import Money, Reason, exact_product, exact_sum, plus, round_exactly

__all__ = ["calculate_total", "find_line_faults"]

_NOTHING = Decimal(0)


def calculate_total(contract: Contract, policy: ContractPolicy) -> Money | None:
    """What the lines come to, each rounded, less the discount; `None` where they are of several currencies or none."""
    whole = _sum_up(contract, _line_amounts(contract, policy))
    return None if whole is None else contract.lines[0].unit_price.with_amount(whole)


def _line_amounts(contract: Contract, policy: ContractPolicy) -> list[Decimal]:
    digits, mode = policy.rounding.digits, policy.rounding.mode
    return [
        round_exactly(exact_product(line.unit_price.amount, line.quantity), digits, mode) for line in contract.lines
    ]


def _sum_up(contract: Contract, amounts: list[Decimal]) -> Decimal | None:
    lines, off = contract.lines, contract.discount
    if not lines:
        return None
    currency = contract.currency or lines[0].unit_price.currency
    for line in lines:
        if line.unit_price.currency != currency:
            return None
    if off is not None:
        if off.currency != currency:
            return None
        amounts = [*amounts, off.amount.copy_negate()]
    try:
        return reduce(plus, amounts)
    except Inexact:
        return exact_sum(amounts)  # says that there are too many digits


def find_line_faults(contract: Contract, policy: ContractPolicy, path: str) -> list[Reason]:
    """Lines given twice, without a quantity, below zero; amounts and a total that are not what the lines come to."""
    found: list[Reason] = []
    seen: set[str] = set()
    amounts = _line_amounts(contract, policy)
    for index, (line, amount) in enumerate(zip(contract.lines, amounts, strict=True)):
        price, stated = line.unit_price, line.amount
        # A path is a text that is made only where something is found there.
        if line.id in seen:
            found.append(codes.LINE_DOUBLED(line=line.id, path=f"{path}.lines[{index}].id"))
        seen.add(line.id)
        if line.quantity <= _NOTHING:
            place = f"{path}.lines[{index}].quantity"
            found.append(codes.QUANTITY_NOT_POSITIVE(line=line.id, quantity=line.quantity, path=place))
        if price.amount < _NOTHING:
            place = f"{path}.lines[{index}].unit_price"
            found.append(codes.PRICE_NEGATIVE(line=line.id, price=price, path=place))
        if stated is not None and (stated.amount != amount or stated.currency != price.currency):
            place, expected = f"{path}.lines[{index}].amount", price.with_amount(amount)
            found.append(codes.LINE_DIFFERS(line=line.id, stated=stated, expected=expected, path=place))
    currency, total, whole = contract.currency, contract.total, _sum_up(contract, amounts)
    if currency and not _is_in_one_currency(contract):
        found += [
            codes.CURRENCY_DIFFERS(currency=money.currency, expected=currency, path=f"{path}.{field}")
            for field, money in _moneys(contract)
            if money.currency != currency
        ]
    if total is not None and whole is not None:
        expected = contract.lines[0].unit_price
        if total.amount != whole or total.currency != expected.currency:
            found.append(codes.TOTAL_DIFFERS(stated=total, expected=expected.with_amount(whole), path=f"{path}.total"))
    return found


def _is_in_one_currency(contract: Contract) -> bool:
    """Whether every amount is in the contract's currency, as almost every contract's are."""
    currency, discount, whole = contract.currency, contract.discount, contract.total
    for line in contract.lines:
        if line.unit_price.currency != currency or (line.amount is not None and line.amount.currency != currency):
            return False
    for one in contract.obligations:
        if one.amount is not None and one.amount.currency != currency:
            return False
    return (discount is None or discount.currency == currency) and (whole is None or whole.currency == currency)


def _moneys(contract: Contract) -> Iterator[tuple[str, Money]]:
    for index, line in enumerate(contract.lines):
        yield f"lines[{index}].unit_price", line.unit_price
        if line.amount is not None:
            yield f"lines[{index}].amount", line.amount
    for name in ("discount", "total"):
        money: Money | None = getattr(contract, name)
        if money is not None:
            yield name, money
    for index, obligation in enumerate(contract.obligations):
        if obligation.amount is not None:
            yield f"obligations[{index}].amount", obligation.amount
