"""Crediting: which person gets how much of each transaction and when, and what lies outside a person's territory."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.model import (
    DIRECT,
    CommissionFacts,
    Payee,
    PendingCredit,
    SalesCredit,
    Split,
    Transaction,
    TransactionKind,
    override_role,
)
from salesrules.commissions.policy import (
    CommissionPolicy,
    DirectCredit,
    OverlayCredit,
    OverrideBase,
    OverrideCredit,
)
from salesrules.commissions.reasons import OUTSIDE_TERRITORY, OVERRIDE_WITHOUT_PLAN, PENDING, UNCREDITED
from salesrules.commissions.rules.fact_checks import place_of, returned_shares
from salesrules.commissions.rules.measures import lets_through
from salesrules.commissions.rules.triggers import Occurrence, find_occurrences
from salesrules.core import (
    Fault,
    InvalidDocument,
    InvalidValue,
    Money,
    Period,
    Rate,
    Reason,
    SalesRulesError,
    total,
)

__all__ = [
    "credit_and_list_pending",
    "credit_transactions",
    "list_pending",
    "report_outside_territory",
    "report_outside_territory_lines",
    "report_pending",
    "report_pending_counts",
    "report_uncredited",
    "report_uncredited_lines",
    "report_without_plan",
]

_WHOLE = Rate(1)
_NOTHING = Rate(0)

Rule = DirectCredit | OverrideCredit | OverlayCredit
Chain = Callable[[str, date], tuple[str, ...]]


class _Receiver(NamedTuple):
    payee: str
    role: str
    rule: Rule
    share: Rate


def credit_transactions(facts: CommissionFacts, policy: CommissionPolicy) -> tuple[SalesCredit, ...]:
    """All sales credits whose trigger has a day, in the order of day, kind (sales before returns), transaction, role.

    A sale is credited by the rules in force on its day, along the hierarchy of its day: the seller, or each who has a
    split; the managers above each of them; the specialists of overlays. A return goes to those who were credited for
    its original, by the original's rules. Each is credited on the day on which its rule's trigger falls, in parts
    where it is paid in parts.

    The facts are those in which `check_facts` finds no fault. Raises `InvalidDocument` with each sale that an override
    rule applies to while no hierarchy, or more than one, covers its day or its seller, and with each that two rules
    credit to one payee in one role.
    """
    return credit_and_list_pending(facts, policy, date.min)[0]


def list_pending(facts: CommissionFacts, policy: CommissionPolicy, until: date) -> tuple[PendingCredit, ...]:
    """What was booked before a day, but is credited on that day at the earliest, in the order of `credit_transactions`.

    Raises as that does.
    """
    return credit_and_list_pending(facts, policy, until)[1]


def credit_and_list_pending(
    facts: CommissionFacts, policy: CommissionPolicy, until: date
) -> tuple[tuple[SalesCredit, ...], tuple[PendingCredit, ...]]:
    """What `credit_transactions` and `list_pending` give, worked out once; raises as they do."""
    completing = _completing(facts)
    credits: list[SalesCredit] = []
    pending: list[PendingCredit] = []
    for t, receiver, found in _all(facts, policy):
        if found.day is not None:
            credits.append(
                SalesCredit(
                    transaction=t,
                    payee=receiver.payee,
                    role=receiver.role,
                    share=receiver.share,
                    day=found.day,
                    rule=receiver.rule.id,
                    part=found.part,
                    completes=t.id in completing,
                    returned=found.returned,
                )
            )
        if t.day < until and (found.day is None or found.day >= until):
            pending.append(
                PendingCredit(
                    transaction=t,
                    payee=receiver.payee,
                    role=receiver.role,
                    share=receiver.share,
                    rule=receiver.rule.id,
                    trigger=receiver.rule.trigger.on.value,
                    part=found.share,
                    expected=found.day,
                )
            )
    credits.sort(key=_order)
    pending.sort(key=lambda p: (p.transaction.day, p.transaction.id, p.role, p.payee))
    return tuple(credits), tuple(pending)


def _all(facts: CommissionFacts, policy: CommissionPolicy) -> Iterator[tuple[Transaction, _Receiver, Occurrence]]:
    faults: dict[str, Fault] = {}
    sales = {t.id: t for t in facts.transactions if t.kind is TransactionKind.SALE}
    returns: dict[str, list[Transaction]] = defaultdict(list)
    for t in facts.transactions:
        if t.original:
            returns[t.original].append(t)
    chain = _chains(facts)
    rules_of = _rules_by_day(policy)
    for t in facts.transactions:
        sale = sales[t.original] if t.original else t
        try:
            for receiver in _receivers(sale, facts, rules_of(sale.day), chain):
                for found in find_occurrences(t, sale, receiver.rule.trigger, returns[sale.id]):
                    yield t, receiver, found
        except SalesRulesError as error:
            faults.setdefault(str(error), _uncreditable(t, error))
    if faults:
        raise InvalidDocument(tuple(faults.values()))


def _chains(facts: CommissionFacts) -> Chain:
    """The managers above a person on a day, each chain worked out once."""

    @functools.cache
    def chain(payee: str, day: date) -> tuple[str, ...]:
        return facts.hierarchies.at(day).chain(payee)

    return chain


def _rules_by_day(policy: CommissionPolicy) -> Callable[[date], Sequence[Rule]]:
    """The crediting rules in force on a day, each day worked out once."""

    @functools.cache
    def rules_of(day: date) -> list[Rule]:
        return [rule for rule in policy.crediting if day in rule.effective]

    return rules_of


def _uncreditable(transaction: Transaction, error: SalesRulesError) -> Fault:
    if isinstance(error, InvalidValue):
        return Fault(
            code="commissions.credited_twice",
            path=place_of(transaction),
            problem=f"two rules credit it in one role, {error.field}",
            value=error.value,
            remedy=error.remedy,
        )
    return Fault(
        code="commissions.unknown_manager",
        path=place_of(transaction),
        problem=str(error),
        value=transaction.payee,
        remedy="let one table of reporting lines cover this day and person",
    )


def _completing(facts: CommissionFacts) -> set[str]:
    """The returns with which all of their sale has come back."""
    shares = returned_shares({t.id: t for t in facts.transactions})
    reached: dict[str, Fraction] = defaultdict(Fraction)
    found: set[str] = set()
    for t in sorted(facts.transactions, key=lambda t: (t.day, t.id)):
        if t.original is not None and t.id in shares:
            before = reached[t.original]
            reached[t.original] += shares[t.id]
            if before < 1 <= reached[t.original]:
                found.add(t.id)
    return found


def _order(credit: SalesCredit) -> tuple[date, bool, str, str, int]:
    number = credit.part.number if credit.part else 0
    return credit.day, credit.transaction.kind is TransactionKind.RETURN, credit.transaction.id, credit.role, number


def _receivers(
    sale: Transaction, facts: CommissionFacts, in_force: Sequence[Rule], chain: Chain
) -> tuple[_Receiver, ...]:
    """Who is credited for a sale by the rules of its day; what one gives one payee along several splits is one credit.

    Raises `InvalidValue` where two rules credit one payee in one role.
    """
    rules = [rule for rule in in_force if not rule.filters or lets_through(rule.filters, sale)]
    found: dict[tuple[str, str], _Receiver] = {}
    for split in sale.splits or (Split(payee=sale.payee, share=_WHOLE),):
        for receiver in _line_of(split, sale, rules, chain):
            _put(found, receiver)
    for rule in rules:
        if isinstance(rule, OverlayCredit):
            for payee in facts.payees.values():
                if payee.id in rule.payees or payee.position in rule.positions:
                    _put(found, _Receiver(payee.id, rule.role, rule, rule.share))
    return tuple(found.values())


def _put(found: dict[tuple[str, str], _Receiver], receiver: _Receiver) -> None:
    key = receiver.payee, receiver.role
    before = found.get(key)
    if before is None:
        found[key] = receiver
    elif before.rule is receiver.rule:
        found[key] = receiver._replace(share=before.share + receiver.share)
    else:
        remedy = f"let one of the rules {before.rule.id} and {receiver.rule.id} not apply to it"
        raise InvalidValue(receiver.role, receiver.payee, remedy)


def _line_of(split: Split, sale: Transaction, rules: list[Rule], chain: Chain) -> Iterator[_Receiver]:
    """The seller of a split and the managers above, from the bottom; each may be left a share of what is left."""
    below = _NOTHING
    overrides = []
    for rule in rules:
        if isinstance(rule, DirectCredit):
            below += rule.share
            yield _Receiver(split.payee, DIRECT, rule, _of(rule.share, split.share))
        elif isinstance(rule, OverrideCredit):
            overrides.append(rule)
    overrides.sort(key=lambda rule: rule.level)
    for rule in overrides:
        managers = chain(split.payee, sale.day)
        if len(managers) < rule.level:
            continue
        share = rule.share
        if rule.base is OverrideBase.REMAINING:
            share = _of(share, max(_WHOLE - below, _NOTHING))
        below += share
        yield _Receiver(managers[rule.level - 1], override_role(rule.level), rule, _of(share, split.share))


def _of(share: Rate, whole: Rate) -> Rate:
    return share if whole is _WHOLE else share.times(whole)


def report_uncredited(facts: CommissionFacts, policy: CommissionPolicy, period: Period) -> tuple[Reason, ...]:
    """One finding where sales of a period are credited to nobody, since no rule for them leads to a person.

    Raises as `credit_transactions` does where a sale cannot be credited.
    """
    chain, rules_of = _chains(facts), _rules_by_day(policy)
    lines = sum(
        1
        for t in facts.transactions
        if t.kind is TransactionKind.SALE and t.day in period and not _is_credited(t, facts, rules_of(t.day), chain)
    )
    return report_uncredited_lines(lines, period)


def report_uncredited_lines(lines: int, period: Period) -> tuple[Reason, ...]:
    """One finding where sales of a period, counted elsewhere, are credited to nobody."""
    return (UNCREDITED(lines=lines, period=period.label),) if lines else ()


def _is_credited(sale: Transaction, facts: CommissionFacts, in_force: Sequence[Rule], chain: Chain) -> bool:
    """Whether a sale is credited to anybody; a direct rule always leads to the seller."""
    direct = any(isinstance(rule, DirectCredit) and lets_through(rule.filters, sale) for rule in in_force)
    return direct or bool(_receivers(sale, facts, in_force, chain))


def report_pending(pending: Iterable[PendingCredit]) -> tuple[Reason, ...]:
    """One finding per payee and trigger: how many credits wait for it."""
    return report_pending_counts(Counter((credit.payee, credit.trigger) for credit in pending))


def report_pending_counts(waiting: Mapping[tuple[str, str], int]) -> tuple[Reason, ...]:
    """One finding per payee and trigger, where the credits that wait were counted elsewhere."""
    return tuple(
        PENDING(payee=payee, trigger=trigger, credits=count) for (payee, trigger), count in sorted(waiting.items())
    )


def report_without_plan(lines: Mapping[tuple[str, str], int]) -> tuple[Reason, ...]:
    """One finding per payee and role, in whom no plan pays so many credits; for direct ones that would be a fault."""
    return tuple(
        OVERRIDE_WITHOUT_PLAN(payee=payee, role=role, lines=count) for (payee, role), count in sorted(lines.items())
    )


def report_outside_territory(facts: CommissionFacts, attribute: str = "region") -> tuple[Reason, ...]:
    """One finding per payee and currency whose sales lie outside the territories listed for them.

    A payee without listed territories is not bound to any. `attribute` names the territory of a transaction. What
    lies outside is still credited: the finding tells how many lines and how much, it takes nothing away.
    """
    sales = (
        (t.payee, t.attributes.get(attribute), t.amount)
        for t in facts.transactions
        if t.kind is not TransactionKind.RETURN
    )
    return report_outside_territory_lines(sales, facts.payees)


def report_outside_territory_lines(
    sales: Iterable[tuple[str, object, Money]], payees: Mapping[str, Payee]
) -> tuple[Reason, ...]:
    """What `report_outside_territory` finds, where each sale is given as its payee, territory and amount."""
    outside: dict[tuple[str, str], list[Money]] = defaultdict(list)
    lines: dict[str, int] = defaultdict(int)
    for seller, territory, amount in sales:
        payee = payees[seller]
        lines[payee.id] += 1
        if payee.territories and territory not in payee.territories:
            outside[payee.id, amount.currency].append(amount)
    return tuple(
        OUTSIDE_TERRITORY(payee=payee, lines=len(moneys), of=lines[payee], amount=total(moneys))
        for (payee, _), moneys in sorted(outside.items())
    )
