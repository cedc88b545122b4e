"""What a contract says in itself: required terms, lines that sum, parties, template, payment, dates in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from operator import attrgetter
from typing import Any

import attrs

from salesrules.contracts import reasons as codes
from salesrules.contracts.model import Contract, ObligationKind, PartyRole, PaymentTerms, TemplateReference
from salesrules.contracts.policy import ContractPolicy, PaymentRule, RequiredTerms, Term
from salesrules.contracts.rules.lines import find_line_faults
from salesrules.core import Decision, PolicyReference, Reason, Side, check_life, nearest_names, total

__all__ = ["PolicyDay", "find_term_faults", "policy_on"]


#: A member that is looked up through its class takes as long as a call.
_SELLER, _BUYER, _OTHER = PartyRole.SELLER, PartyRole.BUYER, PartyRole.OTHER


def find_term_faults(contract: Contract, policy: ContractPolicy, as_of: date, path: str) -> list[Reason]:
    """Every finding about a contract that needs nothing but the contract and the policy, each at its path."""
    dated = contract.dated or as_of
    day = policy_on(policy, dated)
    found: list[Reason] = [] if _is_complete(contract, day) else [*_missing(contract, day, path)]
    found += _parties(contract, path)
    found += find_line_faults(contract, policy, path)
    if contract.template is not None and policy.templates:
        found += _template(contract.template, policy, dated, path)
    if contract.payment is not None:
        found += _payment(contract.payment, policy.payment, path)
    found += _dates(contract, as_of, path)
    if contract.obligations:
        found += _obligations(contract, path)
    return found


#: The terms that are texts, and those that are facts of another kind, in a field of the contract.
_TEXTS = {Term.OWNER: "owner", Term.MATTER: "matter", Term.SIGNATORY: "signatory"}
_FACTS = {
    Term.LINES: "lines", Term.TOTAL: "total", Term.DELIVERY: "delivery", Term.DATED: "dated",
    Term.EFFECTIVE: "effective", Term.TEMPLATE: "template", Term.QUOTATION: "quotation",
    Term.OBLIGATIONS: "obligations",
}  # fmt: skip
#: Where the other terms stand, and whether they are there.
_OTHERS: dict[Term, tuple[str, Callable[[Contract], object]]] = {
    Term.SELLER: ("parties", lambda contract: contract.party(_SELLER)),
    Term.BUYER: ("parties", lambda contract: contract.party(_BUYER)),
    Term.LINE_AMOUNTS: ("lines", lambda contract: all(line.amount is not None for line in contract.lines)),
    Term.PAYMENT_METHOD: ("payment.method", lambda contract: contract.payment and contract.payment.method.strip()),
    Term.PAYMENT_DAYS: (
        "payment.days",
        lambda contract: contract.payment is not None and contract.payment.days is not None,
    ),
    Term.BUYER_SIGNATORY: ("parties", lambda contract: _of_buyer(contract, "signatory")),
    Term.BUYER_LICENCE: ("parties", lambda contract: _of_buyer(contract, "licence")),
}


def _of_buyer(contract: Contract, field: str) -> str:
    buyer = contract.party(_BUYER)
    return "" if buyer is None else str(getattr(buyer, field)).strip()


@attrs.frozen(kw_only=True)
class PolicyDay:
    """What of a policy depends on the day alone: whether it decides, and the terms that it asks.

    `read_texts` and `read_facts` read fields of a contract at once, `others` look at the other terms one by one.
    """

    life: Decision
    asked: tuple[tuple[Term, RequiredTerms], ...]
    read_texts: Callable[[Contract], tuple[str, ...]]
    read_facts: Callable[[Contract], tuple[object, ...]]
    others: tuple[Callable[[Contract], object], ...]


#: How many days a policy remembers before its memory is emptied.
_REMEMBERED = 1_000


def policy_on(policy: ContractPolicy, day: date) -> PolicyDay:
    """A policy as of a day, looked through once."""
    known: PolicyDay | None = policy.prepared.get(day)
    if known is None:
        if len(policy.prepared) >= _REMEMBERED:
            policy.prepared.clear()
        asked = policy.required_on(day)
        texts, facts = ([table[term] for term, _ in asked if term in table] for table in (_TEXTS, _FACTS))
        known = policy.prepared[day] = PolicyDay(
            life=check_life(policy.life, day, "ContractPolicy"),
            asked=asked,
            read_texts=attrgetter("id", "id", *texts),  # of two names it makes a tuple, and an id is always there
            read_facts=attrgetter("id", "id", *facts),
            others=tuple(_OTHERS[term][1] for term, _ in asked if term in _OTHERS),
        )
    return known


def _is_complete(contract: Contract, day: PolicyDay) -> bool:
    """Whether a contract says all that is asked, as almost every contract does."""
    for text in day.read_texts(contract):
        if not text.strip():
            return False
    if not all(day.read_facts(contract)):
        return False
    for is_there in day.others:  # noqa: SIM110  # a generator for every contract would take as long as the rest
        if not is_there(contract):
            return False
    return True


def _missing(contract: Contract, day: PolicyDay, path: str) -> Iterator[Reason]:
    for term, entry in day.asked:
        if term in _OTHERS:
            place, is_there = _OTHERS[term]
            is_said = bool(is_there(contract))
        elif term in _TEXTS:
            place = _TEXTS[term]
            is_said = bool(getattr(contract, place).strip())
        else:
            place = _FACTS[term]
            is_said = getattr(contract, place) not in (None, "", ())  # a total of nothing is said, too
        if not is_said:
            where = PolicyReference("RequiredTerms", entry.id, "terms")
            yield codes.TERM_MISSING(term=term.value, path=f"{path}.{place}", policy=where, severity=entry.severity)


def _parties(contract: Contract, path: str) -> list[Reason]:
    found: list[Reason] = []
    seen: dict[PartyRole, str] = {}
    for index, party in enumerate(contract.parties):
        role, id = party.role, party.id
        if role in seen:
            if role is not _OTHER:
                found.append(codes.PARTY_DOUBLED(party=id, role=role.value, path=f"{path}.parties[{index}].role"))
            continue
        if role is not _OTHER and id in seen.values():
            found.append(codes.PARTIES_SAME(party=id, path=f"{path}.parties[{index}].id"))
        seen[role] = id
    return found


def _template(given: TemplateReference, policy: ContractPolicy, day: date, path: str) -> Iterator[Reason]:
    versions = [rule for rule in policy.templates if (rule.id, rule.version) == (given.id, given.version)]
    shown: dict[str, Any] = {"template": given.id, "version": given.version, "path": f"{path}.template"}
    where = PolicyReference("ContractPolicy", "", "templates")
    if not versions:
        known = [f"{rule.id} {rule.version}" for rule in policy.templates]
        near = nearest_names(f"{given.id} {given.version}", known)
        yield codes.TEMPLATE_UNKNOWN(nearest=near, policy=where, **shown)
    elif all(day not in rule.effective for rule in versions):
        yield codes.TEMPLATE_OUTDATED(day=day, policy=where, **shown)


def _payment(terms: PaymentTerms, rule: PaymentRule | None, path: str) -> Iterator[Reason]:
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


def _dates(contract: Contract, as_of: date, path: str) -> list[Reason]:
    dated, signed, filed, delivery = contract.dated, contract.signed, contract.filed, contract.delivery
    effective = contract.effective
    found: list[Reason] = []
    if signed is not None:
        if dated is not None and dated > signed:
            found.append(_disordered("dated", dated, "signed", signed, f"{path}.signed"))
        if filed is not None and signed > filed:
            found.append(_disordered("signed", signed, "filed", filed, f"{path}.filed"))
    if effective is not None and dated is not None and dated > effective.start:
        found.append(_disordered("dated", dated, "start", effective.start, f"{path}.effective.start"))
    if delivery is not None:
        if dated is not None and dated > delivery:
            found.append(_disordered("dated", dated, "delivery", delivery, f"{path}.delivery"))
        if effective is not None:
            if effective.start > delivery:
                found.append(_disordered("start", effective.start, "delivery", delivery, f"{path}.delivery"))
            if (last := effective.last) is not None and delivery > last:
                found.append(_disordered("delivery", delivery, "last", last, f"{path}.delivery"))
    if dated is not None and dated > as_of:
        found.append(codes.DAY_IN_FUTURE(field="dated", day=dated, as_of=as_of, path=f"{path}.dated"))
    if signed is not None and signed > as_of:
        found.append(codes.DAY_IN_FUTURE(field="signed", day=signed, as_of=as_of, path=f"{path}.signed"))
    if filed is not None and filed > as_of:
        found.append(codes.DAY_IN_FUTURE(field="filed", day=filed, as_of=as_of, path=f"{path}.filed"))
    return found


def _disordered(earlier: str, one: date, later: str, other: date, path: str) -> Reason:
    return codes.DATES_DISORDERED(earlier=earlier, earlier_day=one, later=later, later_day=other, path=path)


def _obligations(contract: Contract, path: str) -> Iterator[Reason]:
    seen: set[str] = set()
    for index, obligation in enumerate(contract.obligations):
        place = f"{path}.obligations[{index}]"
        if obligation.id in seen:
            yield codes.OBLIGATION_DOUBLED(obligation=obligation.id, path=f"{place}.id")
        seen.add(obligation.id)
        if obligation.amount is not None and obligation.amount.amount <= 0:
            yield codes.OBLIGATION_NOT_POSITIVE(
                obligation=obligation.id, owed=obligation.amount, path=f"{place}.amount"
            )
        if obligation.quantity is not None and obligation.quantity <= 0:
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
