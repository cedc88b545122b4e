"""The rates of a firm that lends in its own currency only."""

from __future__ import annotations

from salesrules.core import ExchangeRates

__all__ = ["OWN_CURRENCY"]

#: No rates at all: everything is in the policy's currency, and anything else is an error.
OWN_CURRENCY = ExchangeRates()
