"""The words and figures of one report: one locale, one table of currencies, the names that belong to the ids."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core import CurrencyTable, Exact, Money, Reason, RoundingMode, round_exactly
from salesrules.messages import (
    format_date,
    format_money,
    format_number,
    format_period,
    format_rate,
    format_value,
    negotiate,
    render,
    text,
)
from salesrules.reports.content import ReportContent

__all__ = ["Names", "Words"]

_LANGUAGES = {"en": "en", "zh_CN": "zh-Hans", "zh_TW": "zh-Hant"}


class Words:
    """Words and figures in one locale; what is asked for again is not formatted again."""

    def __init__(self, locale: str, currencies: CurrencyTable | None = None) -> None:
        self.locale = negotiate(locale)
        self.language = _LANGUAGES[self.locale]
        self.currencies = CurrencyTable.iso() if currencies is None else currencies
        self.amount = functools.cache(self._amount)
        self.day = functools.cache(self._day)
        self.money = functools.cache(self._money)
        self.number = functools.cache(self._number)
        self.rate = functools.cache(self._rate)
        self.say = functools.cache(self._say)

    def _say(self, name: str, **parameters: Any) -> str:
        """The words of a label of this package."""
        return text(f"reports.label.{name}", self.locale, **parameters)

    def _number(self, number: Decimal | Fraction | int) -> str:
        return format_number(number, self.locale)

    def _amount(self, number: Exact, currency: str) -> str:
        """An amount without its symbol, with at least its currency's digits; for columns that name the currency."""
        return format_number(number, self.locale, self.currencies.digits(currency))

    def _money(self, money: Money) -> str:
        return format_money(money, self.locale, self.currencies)

    def _rate(self, rate: Decimal | Fraction) -> str:
        return format_rate(rate, self.locale)

    def _day(self, day: date) -> str:
        return format_date(day, self.locale)

    def measure(self, number: Exact, unit: str) -> str:
        """A measure: an amount where its unit is a currency, else a number."""
        return self.amount(number, unit) if unit else self.number(number)

    def attainment(self, share: Fraction) -> str:
        """An attainment to a tenth of a per cent, cut off: 99.96 % is not yet 100 %."""
        return format_rate(round_exactly(share, 3, RoundingMode.FLOOR), self.locale)

    def period(self, label: str) -> str:
        """A period's label in words."""
        return format_period(label, self.locale)

    def choice(self, member: Enum) -> str:
        """The word of a member of an enumeration."""
        return format_value(member, self.locale)

    def role(self, role: str) -> str:
        """The word of a role, or the role as it is where no catalog has one."""
        code = f"commissions.role.{role}"
        word = text(code, self.locale)
        return role if word == code else word


@attrs.frozen
class Names:
    """The names that a report's ids stand for, in its locale; an id without a name is shown as it is."""

    content: ReportContent
    words: Words

    def person(self, id: str) -> str:
        """The name of a person."""
        return self.content.people.get(id, id)

    def plan(self, id: str) -> str:
        """The plan's name in the report's language, else in English."""
        names: Mapping[str, str] = self.content.plans.get(id, {})
        return names.get(self.words.locale) or names.get("en") or id

    def customer(self, id: str) -> str:
        """The name of a customer."""
        return self.content.customers.get(id, id)

    def sentence(self, reason: Reason) -> str:
        """A reason in words, with the name of its payee."""
        return render(self.content.named(reason), self.words.locale, self.words.currencies)
