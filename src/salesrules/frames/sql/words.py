"""What stands above a query: what it does, what it reads, and what it was tested on."""

from __future__ import annotations

from collections.abc import Iterator

from salesrules.frames.sql.naming import QUOTA_COLUMNS
from salesrules.frames.sql.setting import Setting

__all__ = ["head_of"]

_WHAT = {
    "credits": "what each credit pays",
    "statements": "what each payee is paid in each period",
    "checks": "what must be mended before it is paid; no row where all is well",
}


def head_of(setting: Setting, output: str) -> str:
    """The lines of comment above a query."""
    return "".join(f"-- {' '.join(line.split())}\n" for line in _lines(setting, output))


def _lines(setting: Setting, output: str) -> Iterator[str]:
    plan = setting.plan
    yield f"Plan {plan.id} ({plan.plan.name}), in {plan.currency}: {_WHAT[output]}."
    name = setting.dialect.name
    if setting.dialect.is_executed:
        yield f"Written for {name}, on which queries like this are executed and compared in the tests of salesrules."
    else:
        yield f"Written for {name}: printed only, not executed here. Compare its results before you pay by it."
    yield f"Credits from {setting.days.start} to {setting.days.last}, paid by the {setting.pay_period.value}."
    named = ["id", "payee", "day", *(["role"] if setting.has_role else []), *setting.numbers]
    named += ["original"] if setting.has_original else []
    yield f"Reads {setting.credits.sql(dialect=name)}: {_read(setting, [*named, *setting.attributes])}."
    if not setting.has_role:
        yield "Every credit counts as the seller's own (direct); no column with roles is read."
    if setting.held:
        theirs = [
            setting.quota_columns.get(each, each)
            for each in QUOTA_COLUMNS
            if each != "measure" or setting.has_quota_measure
        ]
        yield f"Reads {setting.quotas.sql(dialect=name)}: {', '.join(theirs)}."
    digits = plan.money_digits
    if setting.is_decimal:
        yield f"Money is decimal, with {digits} digits at most."
    else:
        paid = plan.rounding.digits
        pay = "" if paid == digits else f"; pay in units of 10^{-paid}"
        yield f"Money is whole numbers of the least unit, 10^{-digits} {plan.currency}{pay}."
    if output != "checks":
        yield "Run the checks of the same plan first: this query trusts what it reads."


def _read(setting: Setting, names: list[str]) -> str:
    return ", ".join(setting.theirs(name) for name in names)
