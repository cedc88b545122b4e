"""Registration of customers: found again by duplicate rules, and protected for who registered them first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
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
    nearest_names,
)
from salesrules.customers import reasons as codes
from salesrules.customers.model import Protection, Registration, RegistrationStep, RejectedStep
from salesrules.customers.policy import CustomerPolicy, ProtectionRule, RegistrationPolicy
from salesrules.customers.rules.duplicates import match_keys
from salesrules.customers.rules.life import decide_by

__all__ = ["calculate_protections", "check_registration"]


def calculate_protections(
    registrations: Iterable[Registration], policy: CustomerPolicy, working_time: CountsTime | None = None
) -> tuple[tuple[Protection, ...], tuple[RejectedStep, ...]]:
    """Who was protected when, of registrations of one customer, and the steps that gave no protection.

    A step protects its registrant from its instant on, unless another registrant's protection runs then; steps at one
    instant count in the order of their registrations' ids. Each protection lasts as its own rule says, whatever others
    of the same registrant run beside it. Raises `InvalidValue` for a step that no rule protects, and for two
    registrations with one id.
    """
    rule = demand(policy.registration, "customers.registration")
    given = list(registrations)
    steps = [(step.at, one.id, one, step) for one in given for step in one.steps]
    if len({one.id for one in given}) < len(given):
        raise InvalidValue("registrations", [one.id for one in given], "give every registration an id of its own")
    protections: list[Protection] = []
    rejected: list[RejectedStep] = []
    for at, _, one, step in sorted(steps, key=lambda entry: (entry[0].timestamp(), entry[1])):
        others = [other for other in protections if other.registrant != one.registrant and at in other]
        if others:
            last = max(others, key=lambda other: other.end)
            rejected.append(RejectedStep(registration=one.id, registrant=one.registrant, step=step, protection=last))
        else:
            protections.append(_protection_of(one, step, rule, policy.zone, working_time))
    return tuple(protections), tuple(rejected)


def _protection_of(
    one: Registration,
    step: RegistrationStep,
    policy: RegistrationPolicy,
    zone: str,
    working_time: CountsTime | None,
) -> Protection:
    rule = _rule_of(step.kind, policy)
    return Protection(
        registration=one.id,
        registrant=one.registrant,
        start=step.at,
        end=rule.limit.end(step.at, zone, working_time),
        rule=rule.id,
    )


def _rule_of(kind: str, policy: RegistrationPolicy) -> ProtectionRule:
    for rule in policy.protections:
        if rule.step == kind:
            return rule
    known = [rule.step for rule in policy.protections]
    near = nearest_names(kind, known, 1)
    raise InvalidValue("step", kind, f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(known)}")


def check_registration(
    new: Registration,
    existing: Sequence[Registration],
    policy: CustomerPolicy,
    as_of: datetime,
    working_time: CountsTime | None = None,
) -> Decision:
    """Whether somebody may register a customer at an instant, given all registrations so far.

    Denied while another registrant's protection of the same customer runs, or one's own (there is nothing to gain from
    doing it again), and for ever where policy does not let the same registrant renew. A duplicate that nobody is
    protected for is a warning: the registration belongs to that customer. `changes_at` is the first instant at which
    another answer would be given. Raises `InvalidValue` where a step lies after `as_of`.
    """
    rule = demand(policy.registration, "customers.registration")
    check_instant("as_of", as_of)
    for index, step in enumerate(new.steps):
        _rule_of(step.kind, rule)
        if is_before(as_of, step.at):
            raise InvalidValue(f"steps[{index}].at", step.at, f"give an instant no later than {as_of}")
    same = _same_customer(new, existing, rule)
    earlier = [one for one, _ in same.values()]
    protections, _ = calculate_protections(earlier, policy, working_time)
    running = list({one.registration: one for one in sorted(protections, key=_end) if as_of in one}.values())
    decision = decide_by(policy, as_of, _objections(new, same, running, rule))
    ends = [one.end for one in running]
    return attrs.evolve(decision, changes_at=min(ends)) if ends and decision.reasons else decision


def _end(protection: Protection) -> datetime:
    return protection.end


def _same_customer(
    new: Registration, existing: Iterable[Registration], policy: RegistrationPolicy
) -> dict[str, tuple[Registration, tuple[str, ...]]]:
    """The registrations of the same customer, directly or over others, each with the fields that say so."""
    left, found = list(existing), dict[str, tuple[Registration, tuple[str, ...]]]()
    wanted = _keys(new, policy)
    while True:
        more = []
        for one in left:
            keys = _keys(one, policy)
            shared = [fields for key, fields in keys.items() if key in wanted]
            if shared:
                found[one.id] = (one, shared[0])
                more.append((one, keys))
        if not more:
            return found
        for one, keys in more:
            left.remove(one)
            wanted |= keys


def _keys(one: Registration, policy: RegistrationPolicy) -> dict[tuple[str, Hashable], tuple[str, ...]]:
    """What makes two registrations one customer, each with the fields that it is made of."""
    found = match_keys(one.values, policy.duplicates)
    return {(rule.id, key): tuple(matched.field for matched in rule.fields) for rule, key in found}


def _objections(
    new: Registration,
    same: dict[str, tuple[Registration, tuple[str, ...]]],
    running: Sequence[Protection],
    policy: RegistrationPolicy,
) -> Iterator[Reason]:
    for protection in running:
        code = codes.ALREADY_REGISTERED if protection.registrant == new.registrant else codes.PROTECTED
        yield code(
            customer=protection.registration,
            registrant=protection.registrant,
            until=protection.end,
            path="registrant",
            policy=PolicyReference("ProtectionRule", protection.rule, "limit"),
        )
    covered = {protection.registration for protection in running}
    for one, fields in same.values():
        if one.id in covered:
            continue
        if one.registrant == new.registrant and not policy.may_renew:
            yield codes.ALREADY_REGISTERED(
                customer=one.id,
                registrant=one.registrant,
                until=None,
                path="registrant",
                policy=PolicyReference("RegistrationPolicy", policy.id, "may_renew"),
            )
        else:
            yield codes.DUPLICATE_CUSTOMER(
                customer=new.id,
                duplicate=one.id,
                fields=fields,
                path="values",
                policy=PolicyReference("RegistrationPolicy", policy.id, "duplicates"),
            )
