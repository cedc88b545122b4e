"""Numbers, rates and money as a locale writes them: every digit that a value has, none that it has not.

Babel displays; it never decides. Its pattern is applied in a context of our own, because Babel computes in the
caller's ambient one and would round there, and the digits of a currency come from the given table.
"""

from __future__ import annotations

import copy
import decimal
import functools
import unicodedata
from decimal import Decimal
from fractions import Fraction

from babel.numbers import NumberPattern, get_currency_symbol

from salesrules.core import CurrencyTable, Money, Rate, RoundingMode, round_exactly
from salesrules.messages.locales import babel_locale, negotiate

__all__ = ["format_money", "format_number", "format_rate"]

Number = Decimal | Fraction | int

#: A fraction is written out where it ends within this many digits, else rounded and marked.
_EXACT_DIGITS = 12
_ROUNDED_DIGITS = 6
_ABOUT = "≈"
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

#: Beyond these a number is shown as Python writes it; no figure of this world is, and a hostile one must not grow.
_MAGNITUDE = 120
_WIDE = decimal.Context(prec=2 * _MAGNITUDE + 20, traps=[decimal.InvalidOperation, decimal.Inexact])


@functools.cache
def _iso() -> CurrencyTable:
    return CurrencyTable.iso()


def format_number(number: Number, locale: str = "en", digits: int = 0) -> str:
    """A number with the locale's separators and all its digits, without idle zeros after the first `digits`.

    A fraction that does not end within 12 digits is rounded half to even to 6 and marked with ≈.

    >>> format_number(Decimal("1234567.8900")), format_number(Fraction(1, 3)), format_number(5, digits=2)
    ('1,234,567.89', '≈0.333333', '5.00')
    """
    return _display(number, _pattern("number", negotiate(locale), digits), locale)


def format_rate(rate: Rate | Number, locale: str = "en") -> str:
    """A rate, or a number that is one (0.015), as a per cent with all its digits.

    A fraction that does not end within 12 digits is rounded half to even to 4 digits of the per cent and marked with ≈.

    >>> format_rate(Rate.parse("1.50%")), format_rate(Fraction(2, 3))
    ('1.5%', '≈66.6667%')
    """
    return _display(rate.value if isinstance(rate, Rate) else rate, _pattern("rate", negotiate(locale), 0), locale)


def format_money(money: Money, locale: str = "en", currencies: CurrencyTable | None = None) -> str:
    """Money with the locale's symbol and at least its currency's digits; further digits are all shown.

    The digits come from `currencies` (ISO 4217 where none is given). A currency that the table lacks has the digits
    that its amount has, since a sentence about a fault must not fail on it.

    >>> format_money(Money("1234.5", "CNY")), format_money(Money("0.0125", "USD"))
    ('CN¥1,234.50', '$0.0125')
    """
    return format_amount(money.amount, money.currency, locale, currencies)


def format_amount(amount: Number, currency: str, locale: str, currencies: CurrencyTable | None = None) -> str:
    """An amount of a currency, also one that is a fraction: the middle of a derivation."""
    table = currencies or _iso()
    digits = table.digits(currency) if currency in table else 0
    return _display(amount, _pattern("money", negotiate(locale), digits), locale, currency)


@functools.cache
def _pattern(kind: str, locale: str, digits: int) -> NumberPattern:
    data = babel_locale(locale)
    formats = {
        "number": data.decimal_formats[None],
        "rate": data.percent_formats[None],
        "money": data.currency_formats["standard"],
    }
    pattern: NumberPattern = copy.copy(formats[kind])
    pattern.frac_prec = (digits, digits)
    return pattern


def _display(number: Number, pattern: NumberPattern, locale: str, currency: str | None = None) -> str:
    if isinstance(number, Fraction):
        if max(abs(number.numerator), number.denominator) >= 10**_MAGNITUDE:
            return str(number)
        sign, shown = _decimal_of(number)
    else:
        sign, shown = "", Decimal(number)
        if not _is_plain(shown):
            return str(shown)
    shown = shown if shown else Decimal(0)
    with decimal.localcontext(_WIDE):
        written: str = pattern.apply(
            shown, babel_locale(negotiate(locale)), currency_digits=False, decimal_quantization=False
        )
    return sign + (written if currency is None else written.replace("¤", _symbol(currency, negotiate(locale))))


def _is_plain(number: Decimal) -> bool:
    return number.is_finite() and abs(number.adjusted()) <= _MAGNITUDE and len(number.as_tuple().digits) <= _MAGNITUDE


def _decimal_of(number: Fraction) -> tuple[str, Decimal]:
    units, rest = divmod(number.numerator * 10**_EXACT_DIGITS, number.denominator)
    if rest:
        return _ABOUT, round_exactly(number, _ROUNDED_DIGITS, RoundingMode.HALF_EVEN)
    return "", Decimal(units).scaleb(-_EXACT_DIGITS, context=_WIDE)


@functools.cache
def _symbol(currency: str, locale: str) -> str:
    """The symbol; one that ends in a letter keeps its distance from the digits (CLDR's currency spacing)."""
    symbol = get_currency_symbol(currency, babel_locale(locale))
    return symbol if unicodedata.category(symbol[-1]).startswith("S") else symbol + _NO_BREAK_SPACE
