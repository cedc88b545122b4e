"""What a contract says in itself: required terms, lines that sum, parties, template, payment, dates in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial, reduce
from operator import add
from typing import Any

from salesrules.contracts import reasons as codes
from salesrules.contracts.model import Contract, ObligationKind, PartyRole
from salesrules.contracts.policy import ContractPolicy, RequiredTerms, Term
from salesrules.core import Money, PolicyReference, Reason, Side, exact_product, nearest_names, total

__all__ = ["calculate_total", "find_term_faults"]


_NOTHING = Decimal(0)


def find_term_faults(contract: Contract, policy: ContractPolicy, as_of: date, path: str) -> Iterator[Reason]:
    """Every finding about a contract that needs nothing but the contract and the policy, each at its path."""
    yield from _missing(contract, policy, contract.dated or as_of, path)
    yield from _parties(contract, path)
    yield from _lines(contract, policy, path)
    yield from _template(contract, policy, contract.dated or as_of, path)
    yield from _payment(contract, policy, path)
    yield from _dates(contract, as_of, path)
    yield from _obligations(contract, path)


def _of_buyer(contract: Contract, field: str) -> str:
    buyer = contract.party(PartyRole.BUYER)
    return "" if buyer is None else str(getattr(buyer, field)).strip()


#: Where each required term stands, and whether it is there.
_TERMS: dict[Term, tuple[str, Callable[[Contract], object]]] = {
    Term.SELLER: ("parties", lambda contract: contract.party(PartyRole.SELLER)),
    Term.BUYER: ("parties", lambda contract: contract.party(PartyRole.BUYER)),
    Term.OWNER: ("owner", lambda contract: contract.owner.strip()),
    Term.MATTER: ("matter", lambda contract: contract.matter.strip()),
    Term.LINES: ("lines", lambda contract: contract.lines),
    Term.TOTAL: ("total", lambda contract: contract.total),
    Term.LINE_AMOUNTS: ("lines", lambda contract: all(line.amount is not None for line in contract.lines)),
    Term.PAYMENT_METHOD: ("payment.method", lambda contract: contract.payment and contract.payment.method.strip()),
    Term.PAYMENT_DAYS: (
        "payment.days",
        lambda contract: contract.payment is not None and contract.payment.days is not None,
    ),
    Term.DELIVERY: ("delivery", lambda contract: contract.delivery),
    Term.SIGNATORY: ("signatory", lambda contract: contract.signatory.strip()),
    Term.BUYER_SIGNATORY: ("parties", lambda contract: _of_buyer(contract, "signatory")),
    Term.BUYER_LICENCE: ("parties", lambda contract: _of_buyer(contract, "licence")),
    Term.DATED: ("dated", lambda contract: contract.dated),
    Term.EFFECTIVE: ("effective", lambda contract: contract.effective),
    Term.TEMPLATE: ("template", lambda contract: contract.template),
    Term.QUOTATION: ("quotation", lambda contract: contract.quotation),
    Term.OBLIGATIONS: ("obligations", lambda contract: contract.obligations),
}


#: A required term, the entry that asks it, where it stands, and whether it is there.
_Asked = tuple[Term, RequiredTerms, str, Callable[[Contract], object]]
#: How many days a policy remembers before its memory is emptied.
_REMEMBERED = 1_000


def _missing(contract: Contract, policy: ContractPolicy, day: date, path: str) -> Iterator[Reason]:
    asked: list[_Asked] | None = policy.prepared.get(day)
    if asked is None:
        if len(policy.prepared) >= _REMEMBERED:
            policy.prepared.clear()
        asked = policy.prepared[day] = [(term, entry, *_TERMS[term]) for term, entry in policy.required_on(day)]
    for term, entry, place, is_there in asked:
        if not is_there(contract):
            where = PolicyReference("RequiredTerms", entry.id, "terms")
            yield codes.TERM_MISSING(term=term.value, path=f"{path}.{place}", policy=where, severity=entry.severity)


def _parties(contract: Contract, path: str) -> Iterator[Reason]:
    seen: dict[PartyRole, str] = {}
    for index, party in enumerate(contract.parties):
        if party.role is not PartyRole.OTHER and party.role in seen:
            yield codes.PARTY_DOUBLED(party=party.id, role=party.role.value, path=f"{path}.parties[{index}].role")
        elif party.role is not PartyRole.OTHER and party.id in seen.values():
            yield codes.PARTIES_SAME(party=party.id, path=f"{path}.parties[{index}].id")
        seen.setdefault(party.role, party.id)


def calculate_total(contract: Contract, policy: ContractPolicy) -> Money | None:
    """What the lines come to, each rounded, less the discount; `None` where they are of several currencies or none."""
    return _sum_up(contract, _line_amounts(contract, policy))


def _line_amounts(contract: Contract, policy: ContractPolicy) -> list[Money]:
    rounding = policy.rounding
    return [
        line.unit_price.with_amount(rounding(exact_product(line.unit_price.amount, line.quantity)))
        for line in contract.lines
    ]


def _sum_up(contract: Contract, amounts: list[Money]) -> Money | None:
    if not amounts:
        return None
    currency, off = contract.currency or amounts[0].currency, contract.discount
    for money in amounts:
        if money.currency != currency:
            return None
    if off is not None and off.currency != currency:
        return None
    whole = reduce(add, amounts)
    return whole if off is None else whole - off


def _lines(contract: Contract, policy: ContractPolicy, path: str) -> Iterator[Reason]:
    seen: set[str] = set()
    amounts = _line_amounts(contract, policy)
    for index, line in enumerate(contract.lines):
        # A path is a text that is made only where something is found there.
        place = partial("{}.lines[{}].{}".format, path, index)
        if line.id in seen:
            yield codes.LINE_DOUBLED(line=line.id, path=place("id"))
        seen.add(line.id)
        if line.quantity <= _NOTHING:
            yield codes.QUANTITY_NOT_POSITIVE(line=line.id, quantity=line.quantity, path=place("quantity"))
        if line.unit_price.amount < _NOTHING:
            yield codes.PRICE_NEGATIVE(line=line.id, price=line.unit_price, path=place("unit_price"))
        if line.amount is not None and line.amount != amounts[index]:
            yield codes.LINE_DIFFERS(line=line.id, stated=line.amount, expected=amounts[index], path=place("amount"))
    if contract.discount is not None and contract.discount.amount < _NOTHING:
        yield codes.DISCOUNT_NEGATIVE(discount=contract.discount, path=f"{path}.discount")
    if contract.currency and not _is_in_one_currency(contract):
        for field, money in _moneys(contract):
            if money.currency != contract.currency:
                yield codes.CURRENCY_DIFFERS(
                    currency=money.currency, expected=contract.currency, path=f"{path}.{field}"
                )
    expected_total = _sum_up(contract, amounts)
    if contract.total is not None and expected_total is not None and contract.total != expected_total:
        yield codes.TOTAL_DIFFERS(stated=contract.total, expected=expected_total, path=f"{path}.total")


def _is_in_one_currency(contract: Contract) -> bool:
    """Whether every amount is in the contract's currency, as almost every contract's are."""
    currency, discount, whole = contract.currency, contract.discount, contract.total
    for line in contract.lines:
        if line.unit_price.currency != currency or (line.amount is not None and line.amount.currency != currency):
            return False
    if (discount is not None and discount.currency != currency) or (whole is not None and whole.currency != currency):
        return False
    return all(one.amount is None or one.amount.currency == currency for one in contract.obligations)


def _moneys(contract: Contract) -> Iterator[tuple[str, Money]]:
    for index, line in enumerate(contract.lines):
        yield f"lines[{index}].unit_price", line.unit_price
        if line.amount is not None:
            yield f"lines[{index}].amount", line.amount
    for name in ("discount", "total"):
        money: Money | None = getattr(contract, name)
        if money is not None:
            yield name, money
    for index, obligation in enumerate(contract.obligations):
        if obligation.amount is not None:
            yield f"obligations[{index}].amount", obligation.amount


def _template(contract: Contract, policy: ContractPolicy, day: date, path: str) -> Iterator[Reason]:
    given = contract.template
    if given is None or not policy.templates:
        return
    versions = [rule for rule in policy.templates if (rule.id, rule.version) == (given.id, given.version)]
    shown: dict[str, Any] = {"template": given.id, "version": given.version, "path": f"{path}.template"}
    where = PolicyReference("ContractPolicy", "", "templates")
    if not versions:
        known = [f"{rule.id} {rule.version}" for rule in policy.templates]
        near = nearest_names(f"{given.id} {given.version}", known)
        yield codes.TEMPLATE_UNKNOWN(nearest=near, policy=where, **shown)
    elif all(day not in rule.effective for rule in versions):
        yield codes.TEMPLATE_OUTDATED(day=day, policy=where, **shown)


def _payment(contract: Contract, policy: ContractPolicy, path: str) -> Iterator[Reason]:
    terms, rule = contract.payment, policy.payment
    if terms is None:
        return
    if terms.days is not None and terms.days < 0:
        yield codes.DAYS_NEGATIVE(days=terms.days, path=f"{path}.payment.days")
    if rule is None:
        return
    if rule.methods and terms.method and terms.method not in rule.methods:
        where = PolicyReference("PaymentRule", "", "methods")
        yield codes.PAYMENT_METHOD_UNKNOWN(
            method=terms.method, known=rule.methods, path=f"{path}.payment.method", policy=where
        )
    most, days = rule.maximum_days, terms.days
    if most is not None and days is not None and (days > most or (days == most and rule.side is Side.LOWER)):
        where = PolicyReference("PaymentRule", "", "maximum_days")
        yield codes.PAYMENT_TOO_LONG(days=days, maximum=most, path=f"{path}.payment.days", policy=where)


def _dates(contract: Contract, as_of: date, path: str) -> Iterator[Reason]:
    dated, signed, filed, delivery = contract.dated, contract.signed, contract.filed, contract.delivery
    effective = contract.effective
    start = None if effective is None else effective.start
    last = None if effective is None or effective.end is None else effective.last
    for earlier, one, later, other, place in (
        ("dated", dated, "signed", signed, "signed"),
        ("signed", signed, "filed", filed, "filed"),
        ("dated", dated, "start", start, "effective.start"),
        ("dated", dated, "delivery", delivery, "delivery"),
        ("start", start, "delivery", delivery, "delivery"),
        ("delivery", delivery, "last", last, "delivery"),
    ):
        if one is not None and other is not None and one > other:
            yield codes.DATES_DISORDERED(
                earlier=earlier, earlier_day=one, later=later, later_day=other, path=f"{path}.{place}"
            )
    for name, day in (("dated", dated), ("signed", signed), ("filed", filed)):
        if day is not None and day > as_of:
            yield codes.DAY_IN_FUTURE(field=name, day=day, as_of=as_of, path=f"{path}.{name}")


def _obligations(contract: Contract, path: str) -> Iterator[Reason]:
    if not contract.obligations:
        return
    seen: set[str] = set()
    for index, obligation in enumerate(contract.obligations):
        place = f"{path}.obligations[{index}]"
        if obligation.id in seen:
            yield codes.OBLIGATION_DOUBLED(obligation=obligation.id, path=f"{place}.id")
        seen.add(obligation.id)
        if obligation.amount is not None and obligation.amount.amount <= _NOTHING:
            yield codes.OBLIGATION_NOT_POSITIVE(
                obligation=obligation.id, owed=obligation.amount, path=f"{place}.amount"
            )
        if obligation.quantity is not None and obligation.quantity <= _NOTHING:
            yield codes.OBLIGATION_NOT_POSITIVE(
                obligation=obligation.id, owed=obligation.quantity, path=f"{place}.quantity"
            )
        if contract.effective is not None and obligation.due < contract.effective.start:
            yield codes.OBLIGATION_EARLY(
                obligation=obligation.id, due=obligation.due, start=contract.effective.start, path=f"{place}.due"
            )
    if contract.total is None:
        return
    for kind in (ObligationKind.INVOICE, ObligationKind.PAY):
        amounts = [one.amount for one in contract.obligations if one.kind is kind and one.amount is not None]
        if amounts and all(amount.currency == contract.total.currency for amount in amounts):
            owed = total(amounts, contract.total.currency)
            if owed != contract.total:
                yield codes.OBLIGATIONS_DIFFER(
                    kind=kind.value, owed=owed, total=contract.total, path=f"{path}.obligations"
                )
