"""The digits of currencies: a table that every result pins, seeded from ISO 4217."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import attrs

from salesrules.core.converters import as_parameters
from salesrules.core.errors import InvalidValue, UnknownName
from salesrules.core.names import nearest_names
from salesrules.core.parameters import Parameters

__all__ = ["CurrencyTable", "is_currency", "is_currency_code"]

#: ISO 4217, list one: the codes by the digits of their minor unit; a test compares them with the `iso4217` package.
_ISO_4217: dict[int, str] = {
    0: ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE "
        "CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD "
        "HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK "
        "MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD "
        "RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH "
        "USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG"
    ),
    3: ("BHD IQD JOD KWD LYD OMR TND"),
    4: ("CLF UYW"),
}

#: Most codes that are ever asked for need no second look.
_KNOWN = frozenset(code for codes in _ISO_4217.values() for code in codes.split())

_REMEDY = "give a three-letter code in capitals, such as 'CNY'"


def is_currency_code(value: object) -> bool:
    """Whether a value looks like a currency code: three ASCII capitals; what it stands for, a table knows.

    >>> is_currency_code("CNY"), is_currency_code("cny")
    (True, False)
    """
    return isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()


def is_currency(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    """Refuse a field's value that does not look like a currency code: a validator."""
    if (type(value) is not str or value not in _KNOWN) and not is_currency_code(value):
        raise InvalidValue(attribute.name, value, _REMEDY)


def _check_digits(instance: object, attribute: attrs.Attribute[Parameters], value: Parameters) -> None:
    for code, digits in value.items():
        if not is_currency_code(code):
            raise InvalidValue("currency", code, _REMEDY)
        if type(digits) is not int or not 0 <= digits <= 12:
            raise InvalidValue(f"digits.{code}", digits, "give a whole number from 0 to 12")


@attrs.frozen(kw_only=True)
class CurrencyTable:
    """How many digits each currency has; made from ISO 4217 and a firm's own entries.

    >>> CurrencyTable.iso().digits("JPY")
    0
    """

    _digits: Parameters = attrs.field(converter=as_parameters, validator=_check_digits, alias="digits")

    @classmethod
    def iso(cls, overrides: Mapping[str, int] | None = None) -> Self:
        """The table of ISO 4217, with a firm's own digits where it counts otherwise (also for codes of its own)."""
        seed = {code: digits for digits, codes in _ISO_4217.items() for code in codes.split()}
        return cls(digits={**seed, **(overrides or {})})

    def digits(self, currency: str) -> int:
        """The digits after the point; raises `UnknownName` for a code that is not in the table."""
        try:
            found: int = self._digits[currency]
        except KeyError:
            raise UnknownName("currency", currency, nearest_names(currency, self._digits)) from None
        return found

    def __contains__(self, currency: object) -> bool:
        return currency in self._digits

    def to_record(self) -> dict[str, int]:
        """The table as plain data."""
        return dict(self._digits)
