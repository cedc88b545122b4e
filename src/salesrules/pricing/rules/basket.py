"""An order while promotions apply to it: what each line still costs, with how that came about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

import attrs

from salesrules.core import (
    EXACT,
    Derivation,
    InvalidValue,
    Money,
    Operation,
    Rounding,
    allocate_units,
    as_tuple,
    total,
)
from salesrules.pricing.model import SalesLine

__all__ = ["Basket", "BasketLine", "begin_basket", "rounded_derivation", "split_money"]


@attrs.frozen(kw_only=True)
class BasketLine:
    """A line and what it still costs."""

    line: SalesLine
    net: Money
    derivation: Derivation


@attrs.frozen(kw_only=True)
class Basket:
    """The lines of an order as the promotions so far have left them."""

    currency: str
    lines: tuple[BasketLine, ...] = attrs.field(converter=as_tuple)

    def of(self, products: Collection[str]) -> tuple[BasketLine, ...]:
        """The lines of some products, of all where none is named."""
        return tuple(line for line in self.lines if not products or line.line.product in products)

    def less(self, promotion: str, by_line: Mapping[str, Money]) -> Basket:
        """The basket after a promotion took its part off each line."""
        lines = [_less(line, promotion, by_line.get(line.line.id)) for line in self.lines]
        return attrs.evolve(self, lines=lines)


def _less(line: BasketLine, promotion: str, off: Money | None) -> BasketLine:
    if off is None:
        return line
    net = line.net - off
    taken = Derivation(
        label="pricing.label.line_discount",
        value=off.amount,
        unit=off.currency,
        parameters={"line": line.line.id, "promotion": promotion},
    )
    derivation = Derivation(
        label="pricing.label.net_line",
        value=net.amount,
        unit=net.currency,
        operation=Operation.DIFFERENCE,
        terms=(line.derivation, taken),
        parameters={"line": line.line.id},
    )
    return attrs.evolve(line, net=net, derivation=derivation)


def begin_basket(lines: Iterable[SalesLine], currency: str, rounding: Rounding) -> Basket:
    """The basket before any promotion, each line at its rounded amount.

    Raises `InvalidValue` for two lines of one id and `CurrencyMismatch` for a price in another currency.
    """
    begun: list[BasketLine] = []
    seen: set[str] = set()
    for index, line in enumerate(lines):
        if line.id in seen:
            raise InvalidValue(f"lines[{index}].id", line.id, "give every line an id of its own")
        seen.add(line.id)
        total([line.unit_price], currency)
        exact = line.exact_amount
        names = {"line": line.id, "product": line.product}
        product = Derivation(
            label="pricing.label.line",
            value=exact.amount,
            unit=currency,
            operation=Operation.PRODUCT,
            terms=(
                Derivation(label="pricing.label.quantity", value=line.quantity),
                Derivation(label="pricing.label.unit_price", value=line.unit_price.amount, unit=currency),
            ),
            parameters=names,
        )
        net = exact.with_amount(rounding(exact.amount))
        begun.append(BasketLine(line=line, net=net, derivation=rounded_derivation(net.amount, product, rounding)))
    return Basket(currency=currency, lines=begun)


def rounded_derivation(value: Decimal, exact: Derivation, rounding: Rounding) -> Derivation:
    """A rounded value with what it was rounded from; the exact one where rounding changed nothing."""
    if exact.value == value:
        return exact
    return Derivation(
        label="pricing.label.rounded",
        value=value,
        unit=exact.unit,
        operation=Operation.ROUND,
        terms=(exact,),
        parameters={"digits": rounding.digits, "mode": rounding.mode.value},
    )


def split_money(amount: Money, weights: Sequence[Decimal], digits: int) -> tuple[Money, ...]:
    """An amount over parts by weight, to the last digit; the parts sum to the whole."""
    units = allocate_units(int(amount.amount.scaleb(digits, context=EXACT)), weights)
    return tuple(amount.with_amount(Decimal(unit).scaleb(-digits, context=EXACT)) for unit in units)
