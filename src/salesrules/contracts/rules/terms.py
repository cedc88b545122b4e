"""What a contract says in itself: required terms, lines that sum, parties, template, payment, dates in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

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
    found: list[Reason] = [] if _is_complete(contract, day) else [*_missing(contract, day.asked, path)]
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


def _of_buyer(contract: Contract, field: str) -> str:
    buyer = contract.party(_BUYER)
    return "" if buyer is None else str(getattr(buyer, field))


#: Where each required term stands, and what reads it: nothing, or a blank text, is not there.
_TERMS: dict[Term, tuple[str, Callable[[Contract], object]]] = {
    Term.SELLER: ("parties", lambda contract: contract.party(_SELLER)),
    Term.BUYER: ("parties", lambda contract: contract.party(_BUYER)),
    Term.OWNER: ("owner", attrgetter("owner")),
    Term.MATTER: ("matter", attrgetter("matter")),
    Term.LINES: ("lines", attrgetter("lines")),
    Term.TOTAL: ("total", attrgetter("total")),
    Term.LINE_AMOUNTS: ("lines", lambda contract: all(line.amount is not None for line in contract.lines)),
    Term.PAYMENT_METHOD: ("payment.method", lambda contract: contract.payment and contract.payment.method),
    Term.PAYMENT_DAYS: (
        "payment.days",
        lambda contract: contract.payment is not None and contract.payment.days is not None,
    ),
    Term.DELIVERY: ("delivery", attrgetter("delivery")),
    Term.SIGNATORY: ("signatory", attrgetter("signatory")),
    Term.BUYER_SIGNATORY: ("parties", lambda contract: _of_buyer(contract, "signatory")),
    Term.BUYER_LICENCE: ("parties", lambda contract: _of_buyer(contract, "licence")),
    Term.DATED: ("dated", attrgetter("dated")),
    Term.EFFECTIVE: ("effective", attrgetter("effective")),
    Term.TEMPLATE: ("template", attrgetter("template")),
    Term.QUOTATION: ("quotation", lambda contract: bool(contract.quotation)),
    Term.OBLIGATIONS: ("obligations", attrgetter("obligations")),
}


class _Asked(NamedTuple):
    """A required term, the entry that asks it, where it stands, and what reads it."""

    term: Term
    entry: RequiredTerms
    place: str
    read: Callable[[Contract], object]


class PolicyDay(NamedTuple):
    """What of a policy depends on the day alone: whether it decides, and what it asks of a contract.

    `read_fields` reads at once the terms that are plain fields, `readers` read the others one by one.
    """

    life: Decision
    asked: tuple[_Asked, ...]
    read_fields: Callable[[Contract], tuple[object, ...]]
    readers: tuple[Callable[[Contract], object], ...]


#: How many days a policy remembers before its memory is emptied.
_REMEMBERED = 1_000


def policy_on(policy: ContractPolicy, day: date) -> PolicyDay:
    """A policy as of a day, looked through once."""
    known: PolicyDay | None = policy.prepared.get(day)
    if known is None:
        if len(policy.prepared) >= _REMEMBERED:
            policy.prepared.clear()
        asked = tuple(_Asked(term, entry, *_TERMS[term]) for term, entry in policy.required_on(day))
        fields = [one.place for one in asked if isinstance(one.read, attrgetter)]
        readers = tuple(one.read for one in asked if not isinstance(one.read, attrgetter))
        life = check_life(policy.life, day, "ContractPolicy")
        # The id is always there; two names make a tuple of what is read.
        known = policy.prepared[day] = PolicyDay(life, asked, attrgetter("id", "id", *fields), readers)
    return known


def _is_complete(contract: Contract, day: PolicyDay) -> bool:
    """Whether a contract says all that is asked, as almost every contract does."""
    for value in day.read_fields(contract):
        if not value or (type(value) is str and not value.strip()):
            return False
    for read in day.readers:
        value = read(contract)
        if not value or (type(value) is str and not value.strip()):
            return False
    return True


def _missing(contract: Contract, asked: tuple[_Asked, ...], path: str) -> Iterator[Reason]:
    for term, entry, place, read in asked:
        value = read(contract)
        if not value or (type(value) is str and not value.strip()):
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
