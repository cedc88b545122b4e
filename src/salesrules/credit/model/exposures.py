"""Exposure: how much we lend a customer on a day, by component, down to every document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import attrs

from salesrules.core import (
    Derivation,
    Money,
    Operation,
    WordEnum,
    as_parameters,
    as_tuple,
    exact_product,
    exact_sum,
)

__all__ = ["Component", "Exposure", "ExposurePart"]


class Component(WordEnum):
    """The components of exposure; the last two lessen it."""

    OPEN_ORDERS = "open_orders"
    DELIVERIES = "deliveries"
    OPEN_ITEMS = "open_items"
    OTHER = "other"
    ON_ACCOUNT = "on_account"
    COLLATERAL = "collateral"

    @property
    def sign(self) -> int:
        """1 where the component adds to the exposure, -1 where it lessens it."""
        return -1 if self is Component.ON_ACCOUNT or self is Component.COLLATERAL else 1


@attrs.frozen(kw_only=True)
class ExposurePart:
    """What one document adds to one component, in its own currency."""

    component: Component
    document: str
    amount: Money


@attrs.frozen(kw_only=True)
class Exposure:
    """How much we lend a customer on a day, in the policy's currency, with the parts behind it.

    `rates` holds what one unit of each currency among the parts was worth on that day.
    """

    customer: str
    as_of: date
    currency: str
    parts: tuple[ExposurePart, ...] = attrs.field(converter=as_tuple, repr=False)
    rates: Mapping[str, Decimal] = attrs.field(converter=as_parameters)
    components: Mapping[str, Decimal] = attrs.field(init=False, eq=False, repr=False)
    amount: Money = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        sums: dict[tuple[Component, str], list[Decimal]] = {}
        for part in self.parts:
            sums.setdefault((part.component, part.amount.currency), []).append(part.amount.amount)
        components = dict.fromkeys((one.value for one in Component), Decimal(0))
        for (component, currency), amounts in sums.items():
            worth = exact_product(exact_sum(amounts), self.rates[currency])
            components[component.value] = exact_sum((components[component.value], worth))
        whole = exact_sum(
            amount if Component(name).sign > 0 else amount.copy_negate() for name, amount in components.items()
        )
        object.__setattr__(self, "components", as_parameters(components))
        object.__setattr__(self, "amount", Money(whole, self.currency))

    def component(self, component: Component) -> Money:
        """One component in the policy's currency, never below zero but for credit notes among the open items."""
        return Money(self.components[component.value], self.currency)

    def by_document(self, component: Component) -> dict[str, Money]:
        """What each document adds to a component, in the policy's currency."""
        found: dict[str, Money] = {}
        for part in self.parts:
            if part.component is component:
                worth = Money(exact_product(part.amount.amount, self.rates[part.amount.currency]), self.currency)
                found[part.document] = found[part.document] + worth if part.document in found else worth
        return found

    def derivation(self) -> Derivation:
        """The exposure with its components and every document behind them."""
        given = [self._component(one) for one in Component if self.component(one)]
        lent = [term for one, term in given if one.sign > 0]
        less = [term for one, term in given if one.sign < 0]
        names = {"customer": self.customer, "as_of": self.as_of}
        if not less:
            return self._sum("credit.label.exposure", lent, names)
        return Derivation(
            label="credit.label.exposure",
            value=self.amount.amount,
            unit=self.currency,
            operation=Operation.DIFFERENCE,
            terms=(self._sum("credit.label.lent", lent, {}), *less),
            parameters=names,
        )

    def _component(self, component: Component) -> tuple[Component, Derivation]:
        by_currency: dict[str, list[Derivation]] = {}
        for part in self.parts:
            if part.component is component:
                term = Derivation(
                    label="credit.label.document",
                    value=part.amount.amount,
                    unit=part.amount.currency,
                    parameters={"document": part.document},
                )
                by_currency.setdefault(part.amount.currency, []).append(term)
        terms: list[Derivation] = []
        for currency, found in by_currency.items():
            terms += found if currency == self.currency else [self._converted(currency, found)]
        return component, self._sum(f"credit.label.{component.value}", terms, {})

    def _converted(self, currency: str, found: Iterable[Derivation]) -> Derivation:
        names = {"currency": currency}
        foreign = self._sum("credit.label.in_currency", found, names, currency)
        rate = self.rates[currency]
        return Derivation(
            label="credit.label.converted",
            value=exact_product(Decimal(foreign.value), rate),  # type: ignore[arg-type]  # sums of decimals
            unit=self.currency,
            operation=Operation.PRODUCT,
            terms=(foreign, Derivation(label="credit.label.exchange_rate", value=rate, parameters=names)),
            parameters=names,
        )

    def _sum(
        self, label: str, terms: Iterable[Derivation], names: Mapping[str, object], unit: str | None = None
    ) -> Derivation:
        given = tuple(terms)
        return Derivation(
            label=label,
            value=exact_sum(Decimal(term.value) for term in given),  # type: ignore[arg-type]  # all are decimals
            unit=unit or self.currency,
            operation=Operation.SUM if given else Operation.GIVEN,
            terms=given,
            parameters=names,
        )
