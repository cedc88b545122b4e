"""Reasons, decisions, derivations and figures in words: English, Simplified and Traditional Chinese.

Sentences come from `locale/<locale>/LC_MESSAGES/<room>.po`, where the msgid is the code; a catalog is read when one
of its sentences is first asked for. The locale is an argument of every call; nothing is taken from the environment.

>>> from salesrules.core import Money
>>> from salesrules.messages import format_money
>>> format_money(Money("1234.50", "CNY"), "zh_CN")
'¥1,234.50'
"""

from salesrules.messages.days import format_date, format_instant, format_period, format_range, format_time
from salesrules.messages.locales import LOCALES, negotiate
from salesrules.messages.numerals import format_money, format_number, format_rate
from salesrules.messages.rendering import (
    Coded,
    DerivationLine,
    SupportsReason,
    derivation_lines,
    render,
    render_change,
    render_decision,
    render_derivation,
    text,
)
from salesrules.messages.scripts import SupportsFilling, render_script
from salesrules.messages.values import format_list, format_pairs, format_quantity, format_value

__all__ = [
    "LOCALES",
    "Coded",
    "DerivationLine",
    "SupportsFilling",
    "SupportsReason",
    "derivation_lines",
    "format_date",
    "format_instant",
    "format_list",
    "format_money",
    "format_number",
    "format_pairs",
    "format_period",
    "format_quantity",
    "format_range",
    "format_rate",
    "format_time",
    "format_value",
    "negotiate",
    "render",
    "render_change",
    "render_decision",
    "render_derivation",
    "render_script",
    "text",
]
