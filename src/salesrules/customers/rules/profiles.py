"""How complete a profile is, and which of its fields are personal data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from salesrules.core import Decision, InvalidValue, PolicyReference, Reason, Side, as_fraction, demand, nearest_names
from salesrules.customers import reasons as codes
from salesrules.customers.model import Customer, ProfileCompleteness, is_filled
from salesrules.customers.policy import CustomerPolicy, ProfileRule
from salesrules.customers.rules.life import decide_by

__all__ = ["calculate_completeness", "check_profile", "find_personal_fields"]


def calculate_completeness(customer: Customer, policy: CustomerPolicy) -> ProfileCompleteness:
    """How much of a customer's profile is filled, by the weights of its fields.

    Raises `InvalidValue` where no profile is for the customer's kind.
    """
    rule = _profile_of(customer.kind, policy)
    fields = [(field, is_filled(customer.values.get(field.name))) for field in rule.fields]
    missing = [(field.name, field.weight) for field, filled in fields if not filled]
    known = {field.name for field in rule.fields}
    return ProfileCompleteness(
        customer=customer.id,
        filled=[(field.name, field.weight) for field, filled in fields if filled],
        missing=sorted(missing, key=lambda entry: -entry[1]),
        personal=[field.name for field, filled in fields if filled and field.is_personal],
        unknown=sorted(customer.values.keys() - known),
    )


def check_profile(customer: Customer, policy: CustomerPolicy, as_of: date) -> Decision:
    """Whether a profile is complete enough: a warning that names what is missing, the heaviest fields first.

    Denied for a field that the profile of this kind does not have, since nobody said whether it is personal data.
    """
    rule = _profile_of(customer.kind, policy)
    return decide_by(policy, as_of, _profile_findings(customer, rule, calculate_completeness(customer, policy)))


def _profile_findings(customer: Customer, rule: ProfileRule, found: ProfileCompleteness) -> Iterator[Reason]:
    for name in found.unknown:
        yield codes.PROFILE_UNKNOWN_FIELD(
            customer=customer.id, field=name, path=f"values.{name}", policy=_entry(rule, "fields")
        )
    needed = as_fraction(rule.complete_from.value)
    is_enough = found.score >= needed if rule.side is Side.LOWER else found.score > needed
    if not is_enough:
        yield codes.PROFILE_INCOMPLETE(
            customer=customer.id,
            score=found.score,
            needed=rule.complete_from,
            missing=tuple(name for name, _ in found.missing),
            path="values",
            policy=_entry(rule, "complete_from"),
        )


def find_personal_fields(kind: str, policy: CustomerPolicy) -> tuple[str, ...]:
    """The fields that are personal data in the profile of a kind of customer, in the profile's order.

    Raises `InvalidValue` where no profile is for that kind.
    """
    return tuple(field.name for field in _profile_of(kind, policy).fields if field.is_personal)


def _profile_of(kind: str, policy: CustomerPolicy) -> ProfileRule:
    rules = demand(policy.profiles, "customers.profiles")
    for rule in rules:
        if kind in rule.kinds:
            return rule
    known = [name for rule in rules for name in rule.kinds]
    near = nearest_names(kind, known, 1)
    raise InvalidValue("kind", kind, f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(known)}")


def _entry(rule: ProfileRule, field: str) -> PolicyReference:
    return PolicyReference("ProfileRule", rule.id, field)
