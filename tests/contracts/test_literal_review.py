"""Every finding of a review, as the rules say it literally, beside the route and the authority asked on their own."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import attrs
from approval_firm import directory_of, make_organisation
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_contract import APPROVALS, DAY, NOON, POLICY

from salesrules.approvals import Directory, route
from salesrules.contracts import (
    Contract,
    ContractLine,
    ContractPolicy,
    Obligation,
    Party,
    PaymentRule,
    PaymentTerms,
    RequiredTerms,
    TemplateReference,
    TemplateRule,
    Term,
    make_request,
    review,
)
from salesrules.core import (
    DateRange,
    Decision,
    Money,
    Outcome,
    PolicyLife,
    PolicyReference,
    Reason,
    Rounding,
    Severity,
    nearest_names,
)
from salesrules.org import Act, check_authority

ALWAYS = DateRange(date(2020, 1, 1))
FIRM = make_organisation()
WORDS = [Outcome.ALLOW, Outcome.WARN, Outcome.REFER, Outcome.DENY]


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


# --- Random contracts and policies ------------------------------------------------------------------------------------


PAYMENT_DAYS = [None, -1, 0, 30, 60, 61]


def some_day(chance: Random) -> date:
    return DAY + timedelta(days=chance.randint(-4, 2))


def some_line(chance: Random, number: int) -> ContractLine:
    quantity, price = chance.choice([1, 3, "0.5", 0, -1]), chance.choice(["100000", "333333.335", "0.01", "-5"])
    currency = chance.choice([*["CNY"] * 9, "USD"])
    worth = (Decimal(quantity) * Decimal(price)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    stated = chance.choice([None, worth, worth, worth + Decimal("0.01")])
    return ContractLine(
        id=chance.choice([str(number), str(number), str(number), "0"]),
        product="pump",
        quantity=quantity,
        unit_price=Money(price, currency),
        amount=None if stated is None else Money(stated, chance.choice([*[currency] * 9, "USD"])),
    )


def some_obligation(chance: Random, number: int, whole: Money | None) -> Obligation:
    money = chance.choice([cny(0), cny(5), Money(5, "USD"), whole or cny(7)])
    kind = chance.choice(["deliver", "invoice", "pay", "pay"])
    owed = {"amount": money} if kind != "deliver" or chance.random() < 0.3 else {"quantity": chance.choice([1, 0, -1])}
    return Obligation(id=chance.choice([str(number), "0"]), kind=kind, due=some_day(chance), **owed)


def some_contract(chance: Random) -> Contract:
    lines = [some_line(chance, number) for number in range(chance.choice([0, 1, 1, 2, 2, 3]))]
    off = chance.choice([None, None, cny("1000"), cny("-1"), Money(1, "EUR")])
    exact = sum((Decimal(rounded(line)) for line in lines), Decimal(0)) - (off.amount if off else 0)
    whole = chance.choice([None, cny(exact), cny(exact), cny(exact + 1), Money(5, "USD")])
    if whole is not None and not whole:
        whole = cny("0.02")
    parties = [
        Party(id=chance.choice(["us", "acme", "bolt"]), role=role, licence=chance.choice(["", "L1"]), signatory=signs)
        for role in chance.choices(["seller", "buyer", "other"], weights=[3, 4, 1], k=chance.choice([0, 2, 2, 3]))
        for signs in [chance.choice([" ", "wu"])]
    ]
    start, long = some_day(chance), chance.choice([None, 1, 3, 300])
    days = DateRange(start, None if long is None else start + timedelta(days=long))

    def maybe(value: Any, often: float = 0.5) -> Any:
        return value if chance.random() < often else None

    return Contract(
        id=chance.choice(["C", "C", "C", " C"]),
        version=chance.choice([1, 2]),
        replaces=maybe("C/1", 0.2),
        template=maybe(chance.choice([TemplateReference(id="standard", version=n) for n in (1, 1, 2)]), 0.7),
        parties=parties,
        owner=chance.choice(["ann", "ann", "bob", " ", "zed"]),
        signatory=chance.choice(["", " ", "sam", "vic", "nia", "lee", "pam", "zed"]),
        unit=maybe("n1", 0.2),
        matter=chance.choice(["pumps", "", " "]),
        currency=chance.choice(["CNY", "CNY", ""]),
        lines=lines,
        discount=off,
        total=whole,
        payment=maybe(PaymentTerms(method=chance.choice(["", "transfer", "barter"]), days=chance.choice(PAYMENT_DAYS))),
        delivery=maybe(some_day(chance)),
        dated=maybe(some_day(chance)),
        signed=maybe(some_day(chance)),
        filed=maybe(some_day(chance)),
        effective=maybe(days),
        obligations=[some_obligation(chance, number, whole) for number in range(chance.choice([0, 0, 1, 3]))],
        attributes=chance.choice([{}, {}, {"template": "theirs"}]),
    )  # fmt: skip


def some_policy(chance: Random) -> ContractPolicy:
    terms = [term for term in Term if term is not Term.QUOTATION]
    required = [
        RequiredTerms(
            id=f"r{number}",
            effective=chance.choice(
                [ALWAYS, ALWAYS, DateRange(DAY - timedelta(days=1)), DateRange(date(2020, 1, 1), DAY)]
            ),
            terms=chance.sample(terms, chance.choice([0, 1, 1, 2, 3, 6])),
            severity=chance.choice(["error", "warning"]),
        )
        for number in range(chance.randint(0, 2))
    ]
    templates = [
        TemplateRule(
            id="standard",
            version=version,
            effective=chance.choice([ALWAYS, DateRange(DAY), DateRange(date(2020, 1, 1), DAY)]),
        )
        for version in chance.choice([(), (1,), (1, 1), (1, 2)])
    ]
    rule = PaymentRule(
        methods=chance.choice([(), ("transfer",)]),
        maximum_days=chance.choice([None, 60]),
        side=chance.choice(["lower", "upper"]),
    )
    life = PolicyLife(
        status=chance.choice([*["in_force"] * 9, "draft"]), scope="s", owner="o", approver="a", effective=ALWAYS,
        next_review=chance.choice([None, None, DAY, date(2026, 5, 31)]),
    )  # fmt: skip
    return attrs.evolve(
        POLICY, life=life, required=required, templates=templates, payment=chance.choice([None, rule, rule]),
        credit_from_days=chance.choice([None, 30]), rounding=Rounding(digits=2, mode="half_up"),
    )  # fmt: skip


# --- The rules, literally ---------------------------------------------------------------------------------------------


def rounded(line: ContractLine) -> str:
    """What a line comes to, rounded half up (away from zero) to cents."""
    exact = Fraction(line.quantity) * Fraction(line.unit_price.amount) * 100
    cents = math.floor(abs(exact) + Fraction(1, 2)) * (-1 if exact < 0 else 1)
    return str(Decimal(cents) / 100)


def whole_of(contract: Contract) -> Money | None:
    moneys = [line.unit_price for line in contract.lines] + ([contract.discount] if contract.discount else [])
    currency = contract.currency or (contract.lines[0].unit_price.currency if contract.lines else "")
    if not contract.lines or any(one.currency != currency for one in moneys):
        return None
    off = contract.discount.amount if contract.discount else Decimal(0)
    return Money(sum((Decimal(rounded(line)) for line in contract.lines), Decimal(0)) - off, currency)


def first(contract: Contract, role: str) -> Party | None:
    return next((party for party in contract.parties if party.role.value == role), None)


def says(contract: Contract, term: Term) -> tuple[str, bool]:
    """Where a term stands, and whether the contract says it."""
    buyer, payment = first(contract, "buyer"), contract.payment
    return {
        "seller": ("parties", first(contract, "seller") is not None),
        "buyer": ("parties", buyer is not None),
        "owner": ("owner", contract.owner.strip() != ""),
        "matter": ("matter", contract.matter.strip() != ""),
        "lines": ("lines", len(contract.lines) > 0),
        "total": ("total", contract.total is not None),
        "line_amounts": ("lines", None not in [line.amount for line in contract.lines]),
        "payment_method": ("payment.method", payment is not None and payment.method.strip() != ""),
        "payment_days": ("payment.days", payment is not None and payment.days is not None),
        "delivery": ("delivery", contract.delivery is not None),
        "signatory": ("signatory", contract.signatory.strip() != ""),
        "buyer_signatory": ("parties", buyer is not None and buyer.signatory.strip() != ""),
        "buyer_licence": ("parties", buyer is not None and buyer.licence.strip() != ""),
        "dated": ("dated", contract.dated is not None),
        "effective": ("effective", contract.effective is not None),
        "template": ("template", contract.template is not None),
        "obligations": ("obligations", len(contract.obligations) > 0),
    }[term.value]


def finding(
    code: str, path: str, policy: PolicyReference | None = None, severity: str = "error", **shown: Any
) -> Reason:
    return Reason(f"contracts.{code}", Severity(severity), shown, f"contract.{path}", policy)


def of_terms(contract: Contract, policy: ContractPolicy) -> list[Reason]:
    dated, found, asked = contract.dated or DAY, [], set()
    for entry in policy.required:
        if dated not in entry.effective:
            continue
        for term in entry.terms:
            place, is_said = says(contract, term)
            if term not in asked and not is_said:
                where = PolicyReference("RequiredTerms", entry.id, "terms")
                found.append(finding("term_missing", place, where, entry.severity.value, term=term.value))
            asked.add(term)
    return found


def of_parties(contract: Contract) -> list[Reason]:
    found, seen = [], {}
    for index, party in enumerate(contract.parties):
        if party.role.value != "other" and party.role in seen:
            found.append(finding("party_doubled", f"parties[{index}].role", party=party.id, role=party.role.value))
        elif party.role.value != "other" and party.id in seen.values():
            found.append(finding("parties_same", f"parties[{index}].id", party=party.id))
        seen.setdefault(party.role, party.id)
    return found


def of_lines(contract: Contract) -> list[Reason]:
    found = []
    for index, line in enumerate(contract.lines):
        path = f"lines[{index}]"
        if line.id in [one.id for one in contract.lines[:index]]:
            found.append(finding("line_doubled", f"{path}.id", line=line.id))
        if line.quantity <= 0:
            found.append(finding("quantity_not_positive", f"{path}.quantity", line=line.id, quantity=line.quantity))
        if line.unit_price.amount < 0:
            found.append(finding("price_negative", f"{path}.unit_price", line=line.id, price=line.unit_price))
        expected = Money(rounded(line), line.unit_price.currency)
        if line.amount is not None and line.amount != expected:
            found.append(finding("line_differs", f"{path}.amount", line=line.id, stated=line.amount, expected=expected))
    if contract.discount is not None and contract.discount.amount < 0:
        found.append(finding("discount_negative", "discount", discount=contract.discount))
    moneys: list[tuple[str, Money | None]] = []
    for index, line in enumerate(contract.lines):
        moneys += [(f"lines[{index}].unit_price", line.unit_price), (f"lines[{index}].amount", line.amount)]
    moneys += [("discount", contract.discount), ("total", contract.total)]
    moneys += [(f"obligations[{index}].amount", one.amount) for index, one in enumerate(contract.obligations)]
    for path, money in moneys:
        if contract.currency and money is not None and money.currency != contract.currency:
            found.append(finding("currency_differs", path, currency=money.currency, expected=contract.currency))
    whole = whole_of(contract)
    if contract.total is not None and whole is not None:
        expected = Money(whole.amount, contract.lines[0].unit_price.currency)
        if contract.total != expected:
            found.append(finding("total_differs", "total", stated=contract.total, expected=expected))
    return found


def of_template(contract: Contract, policy: ContractPolicy) -> list[Reason]:
    given_one, where = contract.template, PolicyReference("ContractPolicy", "", "templates")
    if given_one is None or not policy.templates:
        return []
    versions = [rule for rule in policy.templates if rule.id == given_one.id and rule.version == given_one.version]
    shown = {"template": given_one.id, "version": given_one.version}
    if not versions:
        known = [f"{rule.id} {rule.version}" for rule in policy.templates]
        near = nearest_names(f"{given_one.id} {given_one.version}", known)
        return [finding("template_unknown", "template", where, nearest=near, **shown)]
    day = contract.dated or DAY
    if any(day in rule.effective for rule in versions):
        return []
    return [finding("template_outdated", "template", where, day=day, **shown)]


def of_payment(contract: Contract, policy: ContractPolicy) -> list[Reason]:
    terms, rule, found = contract.payment, policy.payment, []
    if terms is None:
        return []
    if terms.days is not None and terms.days < 0:
        found.append(finding("days_negative", "payment.days", days=terms.days))
    if rule is not None and rule.methods and terms.method not in ("", *rule.methods):
        where = PolicyReference("PaymentRule", "", "methods")
        found.append(
            finding("payment_method_unknown", "payment.method", where, method=terms.method, known=rule.methods)
        )
    if rule is not None and rule.maximum_days is not None and terms.days is not None:
        most = rule.maximum_days if rule.side.value == "upper" else rule.maximum_days - 1
        if terms.days > most:
            where = PolicyReference("PaymentRule", "", "maximum_days")
            found.append(finding("payment_too_long", "payment.days", where, days=terms.days, maximum=rule.maximum_days))
    return found


def of_dates(contract: Contract) -> list[Reason]:
    effective = contract.effective
    days = {
        "dated": contract.dated, "signed": contract.signed, "filed": contract.filed, "delivery": contract.delivery,
        "start": effective and effective.start, "last": effective and effective.last,
    }  # fmt: skip
    found = []
    for earlier, later, path in (
        ("dated", "signed", "signed"), ("signed", "filed", "filed"), ("dated", "start", "effective.start"),
        ("dated", "delivery", "delivery"), ("start", "delivery", "delivery"), ("delivery", "last", "delivery"),
    ):  # fmt: skip
        one, other = days[earlier], days[later]
        if one is not None and other is not None and one > other:
            shown = {"earlier": earlier, "earlier_day": one, "later": later, "later_day": other}
            found.append(finding("dates_disordered", path, **shown))
    for field in ("dated", "signed", "filed"):
        day = days[field]
        if day is not None and day > DAY:
            found.append(finding("day_in_future", field, field=field, day=day, as_of=DAY))
    return found


def of_obligations(contract: Contract) -> list[Reason]:
    found = []
    for index, one in enumerate(contract.obligations):
        path = f"obligations[{index}]"
        if one.id in [other.id for other in contract.obligations[:index]]:
            found.append(finding("obligation_doubled", f"{path}.id", obligation=one.id))
        if one.amount is not None and one.amount.amount <= 0:
            found.append(finding("obligation_not_positive", f"{path}.amount", obligation=one.id, owed=one.amount))
        if one.quantity is not None and one.quantity <= 0:
            found.append(finding("obligation_not_positive", f"{path}.quantity", obligation=one.id, owed=one.quantity))
        if contract.effective is not None and one.due < contract.effective.start:
            shown = {"obligation": one.id, "due": one.due, "start": contract.effective.start}
            found.append(finding("obligation_early", f"{path}.due", **shown))
    for kind in ("invoice", "pay"):
        parts = [one.amount for one in contract.obligations if one.kind.value == kind and one.amount is not None]
        if contract.total is None or not parts or {part.currency for part in parts} != {contract.total.currency}:
            continue
        owed = Money(sum((part.amount for part in parts), Decimal(0)), contract.total.currency)
        if owed != contract.total:
            found.append(finding("obligations_differ", "obligations", kind=kind, owed=owed, total=contract.total))
    return found


def of_credit(contract: Contract, policy: ContractPolicy) -> list[Reason]:
    threshold, days = policy.credit_from_days, contract.payment and contract.payment.days
    if threshold is None or days is None or days < threshold:
        return []
    where = PolicyReference("ContractPolicy", "", "credit_from_days")
    return [finding("credit_missing", "payment.days", where, days=days, threshold=threshold)]


def of_approval(contract: Contract, policy: ContractPolicy, directory: Directory) -> tuple[Decision, list[Reason]]:
    """What the route says, with paths in the contract, and whether the signatory lacks the authority for it."""
    if not contract.owner.strip() or contract.id != contract.id.strip():
        return Decision(outcome=Outcome.ALLOW), []
    found = route(make_request(contract, policy, NOON), APPROVALS, directory, as_of=NOON)
    names = {"amount": "contract.total", "party": "contract.parties", "requester": "contract.owner", "act": "contract"}
    reasons = [
        attrs.evolve(reason, path=names.get(reason.path, f"contract.{reason.path}")) if reason.path else reason
        for reason in found.decision.reasons
    ]
    said = attrs.evolve(found.decision, reasons=reasons)
    person = contract.signatory.strip()
    if not person or said.outcome is Outcome.DENY:
        return said, []
    act = Act(kind=policy.sign_act, amount=found.amount, unit=contract.unit)
    assert directory.policy is not None
    if directory.structure.knows_person(person):
        asked = check_authority(person, act, directory.structure, directory.policy, as_of=NOON)
        if asked.is_allowed:
            return said, []
    return said, [finding("signatory_without_authority", "signatory", person=person, act=act.kind)]


def literal(contract: Contract, policy: ContractPolicy, directory: Directory | None) -> Decision:
    where = PolicyReference("ContractPolicy", "", "life")
    life = policy.life
    if life.status.value == "draft":
        shown = {"scope": "s", "status": life.status, "effective": life.effective}
        return Decision(
            outcome=Outcome.DENY, reasons=[Reason("core.policy_not_in_force", parameters=shown, policy=where)]
        )
    reasons: list[Reason] = []
    if life.next_review is not None and life.next_review < DAY:
        shown = {"scope": "s", "next_review": life.next_review}
        reasons.append(Reason("core.review_overdue", Severity.WARNING, shown, policy=where))
    reasons += [
        *of_terms(contract, policy), *of_parties(contract), *of_lines(contract), *of_template(contract, policy),
        *of_payment(contract, policy), *of_dates(contract), *of_obligations(contract), *of_credit(contract, policy),
    ]  # fmt: skip
    approval, faults = Decision(outcome=Outcome.ALLOW), []
    if directory is not None:
        approval, faults = of_approval(contract, policy, directory)
    weights = {Severity.INFO: Outcome.ALLOW, Severity.WARNING: Outcome.WARN, Severity.ERROR: Outcome.DENY}
    outcomes = [approval.outcome, *(weights[reason.severity] for reason in (*reasons, *faults))]
    outcome = max(outcomes, key=WORDS.index)
    return Decision(
        outcome=outcome,
        reasons=[*reasons, *approval.reasons, *faults],
        approvals=approval.approvals if outcome is Outcome.REFER else (),
        headroom=None if outcome is Outcome.DENY else approval.headroom,
        changes_at=approval.changes_at,
    )


@given(st.randoms(use_true_random=True))
@settings(max_examples=500, deadline=None)
def test_every_finding_of_a_review_is_what_the_rules_say(chance: Random) -> None:
    contract, policy = some_contract(chance), some_policy(chance)
    assert review(contract, policy, as_of=NOON) == literal(contract, policy, None)
    directory = directory_of(FIRM)
    found = review(contract, policy, as_of=NOON, approvals=APPROVALS, directory=directory)
    assert found == literal(contract, policy, directory)


@given(st.randoms(use_true_random=True))
@settings(max_examples=150, deadline=None)
def test_a_sound_contract_is_referred_as_its_route_and_signed_by_authority(chance: Random) -> None:
    """Most random contracts are denied for one thing or another; these are not, and their amounts meet the bands."""
    amount = cny(
        Decimal(chance.choice([200_000, 500_000, 1_000_000])) + chance.choice([Decimal("-0.01"), 0, Decimal("0.01")])
    )
    contract = Contract(
        id="C", owner=chance.choice(["ann", "bob", "lee"]),
        signatory=chance.choice(["sam", "vic", "nia", "pam", "zed"]),
        parties=[Party(id="us", role="seller"), Party(id="acme", role="buyer")], matter="pumps", currency="CNY",
        lines=[ContractLine(id="1", product="pump", quantity=1, unit_price=amount)],
        total=chance.choice([None, amount]), template=TemplateReference(id="standard", version=1),
        dated=chance.choice([None, DAY, DAY - timedelta(days=1)]),
    )  # fmt: skip
    policy = attrs.evolve(POLICY, required=(), templates=())
    directory = directory_of(FIRM)
    found = review(contract, policy, as_of=NOON, approvals=APPROVALS, directory=directory)
    assert found == literal(contract, policy, directory)
    assert found.outcome in (Outcome.REFER, Outcome.DENY)
