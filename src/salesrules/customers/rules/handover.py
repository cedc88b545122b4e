"""Hand-over when somebody leaves: every customer goes to one successor, checked, accepted and in time."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import attrs

from salesrules.core import (
    CountsTime,
    Decision,
    InvalidValue,
    PolicyReference,
    Reason,
    check_instant,
    demand,
    is_before,
)
from salesrules.customers import reasons as codes
from salesrules.customers.model import Customer, Handover, HandoverItem
from salesrules.customers.policy import CustomerPolicy, HandoverPolicy, SuccessorRule
from salesrules.customers.rules.life import decide_by

__all__ = ["check_handover", "plan_handover"]


def plan_handover(
    giver: str,
    customers: Iterable[Customer],
    policy: CustomerPolicy,
    leaves_at: datetime,
    *,
    head: str,
    successors: Mapping[str, int],
) -> Handover:
    """To whom each customer of somebody who leaves goes, by the rule for its class.

    `successors` maps those who share to how many customers each has already: the next one always goes to who has
    fewest, equals in the order given. Customers of others are left alone. Raises `InvalidValue` where the giver would
    get back what is handed over, or customers are shared and nobody is there to share them.
    """
    rule = demand(policy.handover, "customers.handover")
    if giver == head or giver in successors:
        raise InvalidValue("successors", giver, "who leaves cannot be the successor; name somebody else")
    loads = [(load, place, name) for place, (name, load) in enumerate(successors.items())]
    heapq.heapify(loads)
    items = []
    for customer in sorted((one for one in customers if one.owner == giver), key=lambda one: one.id):
        how = rule.by_class.get(customer.customer_class or "", rule.otherwise)
        receiver = head
        if how == SuccessorRule.SHARED:
            if not loads:
                raise InvalidValue("successors", {}, "customers are shared by policy; name at least one successor")
            load, place, receiver = loads[0]
            heapq.heapreplace(loads, (load + 1, place, receiver))
        items.append(HandoverItem(customer=customer.id, giver=giver, receiver=receiver, rule=SuccessorRule(how).value))
    return Handover(giver=giver, leaves_at=leaves_at, items=items)


def check_handover(
    handover: Handover,
    customers: Sequence[Customer],
    policy: CustomerPolicy,
    as_of: datetime,
    *,
    present: Collection[str],
    working_time: CountsTime | None = None,
) -> Decision:
    """Whether a hand-over is complete: every customer of the giver once, to somebody present, checked and accepted.

    Until its time is up, an item that is not accepted warns; then it denies. All findings come at once; `changes_at`
    is the end of that time while something waits for it.
    """
    rule = demand(policy.handover, "customers.handover")
    check_instant("as_of", as_of)
    due = rule.limit.end(handover.leaves_at, policy.zone, working_time)
    findings = [*_misplaced(handover, customers, rule), *_unfinished(handover.items, rule, present, due, as_of)]
    decision = decide_by(policy, as_of, findings)
    waits = any(reason.code == codes.HANDOVER_NOT_ACCEPTED.code for reason in decision.reasons)
    return attrs.evolve(decision, changes_at=due) if waits else decision


def _misplaced(handover: Handover, customers: Sequence[Customer], rule: HandoverPolicy) -> Iterator[Reason]:
    policy = PolicyReference("HandoverPolicy", rule.id, "by_class")
    owned = {customer.id for customer in customers if customer.owner == handover.giver}
    counts = Counter(item.customer for item in handover.items)
    for id in sorted(owned - counts.keys()):
        yield codes.HANDOVER_MISSING(customer=id, giver=handover.giver, path="items", policy=policy)
    for index, item in enumerate(handover.items):
        path = f"items[{index}]"
        if counts[item.customer] > 1:
            yield codes.HANDOVER_ITEM_TWICE(customer=item.customer, giver=handover.giver, path=path, policy=policy)
        if item.customer not in owned:
            yield codes.HANDOVER_UNKNOWN_CUSTOMER(
                customer=item.customer, giver=handover.giver, path=f"{path}.customer", policy=policy
            )
        if item.receiver == handover.giver:
            yield codes.HANDOVER_TO_GIVER(
                customer=item.customer, giver=handover.giver, path=f"{path}.receiver", policy=policy
            )


def _unfinished(
    items: Sequence[HandoverItem], rule: HandoverPolicy, present: Collection[str], due: datetime, as_of: datetime
) -> Iterator[Reason]:
    for index, item in enumerate(items):
        path = f"items[{index}]"
        if item.receiver not in present:
            yield codes.HANDOVER_RECEIVER_ABSENT(
                customer=item.customer, receiver=item.receiver, path=f"{path}.receiver", policy=_entry(rule, "limit")
            )
        for point in rule.checklist:
            if point not in item.checked:
                yield codes.HANDOVER_NOT_CHECKED(
                    customer=item.customer, item=point, path=f"{path}.checked", policy=_entry(rule, "checklist")
                )
        accepted = item.accepted_at
        if accepted is None or is_before(as_of, accepted) or not is_before(accepted, due):
            code = codes.HANDOVER_NOT_ACCEPTED if is_before(as_of, due) else codes.HANDOVER_LATE
            yield code(
                customer=item.customer,
                receiver=item.receiver,
                due=due,
                path=f"{path}.accepted_at",
                policy=_entry(rule, "limit"),
            )


def _entry(rule: HandoverPolicy, field: str) -> PolicyReference:
    return PolicyReference("HandoverPolicy", rule.id, field)
