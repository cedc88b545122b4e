"""Facts: what is asked for, and the organisation in which somebody must say yes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from salesrules.core import (
    InvalidValue,
    Money,
    Parameters,
    Rate,
    as_parameters,
    as_tuple,
    check_identifier,
    is_day,
    is_named,
    to_decimal,
)
from salesrules.org import Body, Delegation, OrgPolicy, Structure

__all__ = ["ApprovalRequest", "Directory"]


def _identifier(instance: object, attribute: attrs.Attribute[str], value: object) -> None:
    check_identifier(attribute.name, value)


#: No values at all: most requests have no measures and no further amounts, and share this.
_NONE = Parameters()


def _measures(given: Mapping[str, Decimal | int | Rate]) -> Parameters:
    if given is _NONE:
        return _NONE
    return Parameters(
        {name: value.value if isinstance(value, Rate) else to_decimal(value, name) for name, value in given.items()}
    )


def _texts(instance: object, attribute: attrs.Attribute[Mapping[str, str]], values: Mapping[str, object]) -> None:
    for name, value in values.items():
        if not isinstance(value, str):
            raise InvalidValue(f"{attribute.name}.{name}", value, "give a text; numbers belong into measures")


def _moneys(instance: object, attribute: attrs.Attribute[Mapping[str, Money]], values: Mapping[str, object]) -> None:
    for name, value in values.items():
        if not isinstance(value, Money):
            raise InvalidValue(f"{attribute.name}.{name}", value, "give money; numbers belong into measures")


_ZERO = Decimal(0)


def _not_negative(instance: object, attribute: attrs.Attribute[Money | None], value: Money | None) -> None:
    if value is not None and value.amount < _ZERO:
        raise InvalidValue(attribute.name, value, "give an amount of zero or more")


@attrs.frozen(kw_only=True)
class ApprovalRequest:
    """Somebody asks for a yes to an act of a kind (`"contract.sign"`) on a subject, the id of what is to be approved.

    `amount` chooses the band; `party`, `matter` and `day` say which requests add up; `unit` is the unit concerned.
    Conditions of the matrix ask `attributes` (texts such as the category), `measures` (numbers; a rate counts as its
    value) and `amounts` (further money, such as that per head). `interested` are people who may not approve it any
    more than the requester: who is paid by it, for one. Raises `InvalidValue`.
    """

    id: str = attrs.field(validator=_identifier)
    act: str = attrs.field(validator=is_named)
    subject: str = attrs.field(validator=_identifier)
    requester: str = attrs.field(validator=is_named)
    day: date = attrs.field(validator=is_day)
    amount: Money | None = attrs.field(default=None, validator=_not_negative)
    unit: str | None = None
    party: str | None = None
    matter: str | None = None
    attributes: Mapping[str, str] = attrs.field(default=_NONE, converter=as_parameters, validator=_texts)
    measures: Mapping[str, Decimal] = attrs.field(default=_NONE, converter=_measures)
    amounts: Mapping[str, Money] = attrs.field(default=_NONE, converter=as_parameters, validator=_moneys)
    interested: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def barred(self) -> frozenset[str]:
        """Who may not decide it: the requester and everybody interested."""
        return frozenset((self.requester, *self.interested))

    def value(self, name: str) -> Any:
        """A field of that name, else an attribute, a measure or an amount; `None` where the request has none.

        >>> request = ApprovalRequest(id="r", act="a", subject="s", requester="li", day=date(2026, 1, 5),
        ...                           attributes={"category": "meal"})
        >>> request.value("category"), request.value("requester"), request.value("grade")
        ('meal', 'li', None)
        """
        if name in _FIELDS:
            return getattr(self, name)
        for values in (self.attributes, self.measures, self.amounts):
            if name in values:
                return values[name]
        return None


_FIELDS = frozenset(("act", "subject", "requester", "day", "amount", "unit", "party", "matter", "interested"))


#: How many findings a directory remembers before its memory is emptied.
_REMEMBERED = 10_000


@attrs.frozen(kw_only=True)
class Directory:
    """Who could say yes on a day: the structure of that day with its policy, the bodies and the delegations.

    Without a `policy` nobody delegates, and no step can go by authority.
    """

    structure: Structure
    policy: OrgPolicy | None = None
    bodies: tuple[Body, ...] = attrs.field(default=(), converter=as_tuple)
    delegations: tuple[Delegation, ...] = attrs.field(default=(), converter=as_tuple)
    _known: dict[Hashable, tuple[object, Any]] = attrs.field(init=False, repr=False, eq=False, factory=dict)

    def recall(self, key: Hashable, under: object) -> Any:
        """What was remembered under a key for the very same policy, `None` where nothing was."""
        known = self._known.get(key)
        return known[1] if known is not None and known[0] is under else None

    def remember(self, key: Hashable, under: object, found: object) -> None:
        """Remember what was found for a policy."""
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[key] = (under, found)

    def body(self, id: str) -> Body | None:
        """The body of that id, `None` where there is none."""
        return next((body for body in self.bodies if body.id == id), None)
