"""Crediting in bulk: tables of transactions in, a table of sales credits out, equal to the scalar rules."""

from salesrules.frames.crediting.bulk_crediting import credit_in_bulk
from salesrules.frames.crediting.credited import Credited

__all__ = ["Credited", "credit_in_bulk"]
