"""Which requests add up before a band is chosen, and what they come to in one currency."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal

from salesrules.approvals.model import ApprovalRequest
from salesrules.approvals.policy import ApprovalRule
from salesrules.core import ExchangeRates, MissingDay, Money, exact_sum

__all__ = ["combine_requests", "comparable", "convert_amount", "convert_money", "find_unsaid"]


def combine_requests(
    request: ApprovalRequest, related: Iterable[ApprovalRequest], rule: ApprovalRule
) -> tuple[tuple[ApprovalRequest, ...], tuple[str, ...]]:
    """The requests whose amounts count together, the one asked about first; and the names that it lacks for that.

    They are those of the rule's acts with the same values of `combine_by`. Texts are compared without regard to case,
    width and blanks. A request given twice counts once, and the one asked about is never its own neighbour.

    Source: https://m.wenke99.com/p-9310054.html (same counterparty, same subject, same day: summed before the tier).
    """
    others = tuple(related)
    if not others:
        return (request,), find_unsaid(request, rule)
    names, key = rule.combine_by, _key_of(request, rule)
    missing = tuple(name for name, value in zip(names, key, strict=True) if value is None)
    if missing or not names:
        return (request,), missing
    acts = rule.acts or (request.act,)
    found = {
        other.id: other
        for other in others
        if other.id != request.id and other.act in acts and _key_of(other, rule) == key
    }
    return (request, *found.values()), ()


def find_unsaid(request: ApprovalRequest, rule: ApprovalRule) -> tuple[str, ...]:
    """The names of `combine_by` of which a request says nothing; of a day or an amount, that it is there is enough."""
    said = rule.read_key(request)
    for value in said:
        if not value or (type(value) is str and not value.strip()):
            break
    else:
        return ()
    return tuple(name for name, value in zip(rule.combine_by, said, strict=True) if not str(value or "").strip())


def _key_of(request: ApprovalRequest, rule: ApprovalRule) -> tuple[object, ...]:
    return tuple(map(comparable, rule.read_key(request)))


def comparable(value: object) -> object:
    """A value as requests are compared by it: a text without regard to case, width and blanks, `None` for none."""
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFKC", value).casefold().split()) or None
    return value


def convert_amount(requests: Sequence[ApprovalRequest], currency: str, rates: ExchangeRates | None) -> Decimal | str:
    """The sum of requests in a currency, each at the rate of its own day; or the currency that has no rate there.

    Requests without an amount add nothing.
    """
    if len(requests) == 1 and (only := requests[0].amount) is not None and only.currency == currency:
        return only.amount
    parts: list[Decimal] = []
    for request in requests:
        money = request.amount
        if money is None:
            continue
        converted = convert_money(money, currency, request, rates)
        if converted is None:
            return money.currency
        parts.append(converted)
    return exact_sum(parts)


def convert_money(money: Money, currency: str, request: ApprovalRequest, rates: ExchangeRates | None) -> Decimal | None:
    """An amount of a request in a currency, at the rate of its day; `None` where there is none."""
    if money.currency == currency:
        return money.amount
    if rates is None:
        return None
    try:
        return rates.convert(money, currency, request.day).amount
    except MissingDay:
        return None
