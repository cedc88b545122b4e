"""What the lines of a contract come to, and whether they agree with what it states: ids, signs, currency, sums."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, Inexact

from salesrules.contracts import reasons as codes
from salesrules.contracts.model import Contract
from salesrules.contracts.policy import ContractPolicy
from salesrules.core import EXACT, Money, PrecisionExceeded, Reason

__all__ = ["calculate_total", "find_line_faults"]

_NOTHING = Decimal(0)
_add, _subtract, _multiply = EXACT.add, EXACT.subtract, EXACT.multiply  # looked up once; a call is half as long


def calculate_total(contract: Contract, policy: ContractPolicy) -> Money | None:
    """What the lines come to, each rounded, less the discount; `None` where they are of several currencies or none."""
    _, whole = _add_up(contract, policy)
    return None if whole is None else contract.lines[0].unit_price.with_amount(whole)


def _add_up(contract: Contract, policy: ContractPolicy) -> tuple[list[Decimal], Decimal | None]:
    """What each line comes to, and what `calculate_total` says, as plain decimals."""
    lines, off, rounding = contract.lines, contract.discount, policy.rounding.__call__
    if not lines:
        return [], None
    currency = contract.currency or lines[0].unit_price.currency
    amounts: list[Decimal] = []
    whole = _NOTHING
    is_mixed = False
    try:
        for line in lines:
            price = line.unit_price
            amount = rounding(_multiply(price.amount, line.quantity))
            is_mixed = is_mixed or price.currency != currency
            whole = _add(whole, amount) if amounts else amount
            amounts.append(amount)
        if off is not None:
            is_mixed = is_mixed or off.currency != currency
            whole = _subtract(whole, off.amount)
    except Inexact:
        raise PrecisionExceeded("the sum of the lines", EXACT.prec) from None
    return amounts, None if is_mixed else whole


def find_line_faults(contract: Contract, policy: ContractPolicy, path: str) -> list[Reason]:
    """Lines given twice, without a quantity, below zero; amounts and a total that are not what the lines come to."""
    found: list[Reason] = []
    seen: set[str] = set()
    amounts, whole = _add_up(contract, policy)
    for index, line in enumerate(contract.lines):
        id, quantity, price, stated = line.id, line.quantity, line.unit_price, line.amount
        # A path is a text that is made only where something is found there.
        if id in seen:
            found.append(codes.LINE_DOUBLED(line=id, path=f"{path}.lines[{index}].id"))
        seen.add(id)
        if quantity <= _NOTHING:
            place = f"{path}.lines[{index}].quantity"
            found.append(codes.QUANTITY_NOT_POSITIVE(line=id, quantity=quantity, path=place))
        if price.amount < _NOTHING:
            place = f"{path}.lines[{index}].unit_price"
            found.append(codes.PRICE_NEGATIVE(line=id, price=price, path=place))
        if stated is not None and (stated.amount != amounts[index] or stated.currency != price.currency):
            place, expected = f"{path}.lines[{index}].amount", price.with_amount(amounts[index])
            found.append(codes.LINE_DIFFERS(line=id, stated=stated, expected=expected, path=place))
    currency, total, off = contract.currency, contract.total, contract.discount
    if off is not None and off.amount < _NOTHING:
        found.append(codes.DISCOUNT_NEGATIVE(discount=off, path=f"{path}.discount"))
    if currency and not _is_in_one_currency(contract):
        found += _find_other_currencies(contract, path)
    if total is not None and whole is not None:
        price = contract.lines[0].unit_price
        if total.amount != whole or total.currency != price.currency:
            expected = price.with_amount(whole)
            found.append(codes.TOTAL_DIFFERS(stated=total, expected=expected, path=f"{path}.total"))
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


def _find_other_currencies(contract: Contract, path: str) -> Iterator[Reason]:
    for field, money in _moneys(contract):
        if money.currency != contract.currency:
            yield codes.CURRENCY_DIFFERS(currency=money.currency, expected=contract.currency, path=f"{path}.{field}")


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
