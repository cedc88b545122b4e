"""Facts: what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from operator import attrgetter, itemgetter
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

__all__ = ["ApprovalRequest", "request_of", "value_reader"]


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
    _check_texts(values)


def _check_texts(attributes: Mapping[str, object]) -> None:
    for name, value in attributes.items():
        if type(value) is not str and not isinstance(value, str):
            raise InvalidValue(f"attributes.{name}", value, "give a text; numbers belong into measures")


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
        word = self.attributes.get(name)
        if word is not None:
            return word
        measure = self.measures.get(name)
        return self.amounts.get(name) if measure is None else measure


_FIELDS = frozenset(("act", "subject", "requester", "day", "amount", "unit", "party", "matter", "interested"))


def value_reader(names: tuple[str, ...]) -> Callable[[ApprovalRequest], tuple[Any, ...]]:
    """How the values of several names are read of a request at once, for a rule that asks the same of every request."""
    if len(names) < 2 or not (_FIELDS.issuperset(names) or _FIELDS.isdisjoint(names)):
        return partial(_read_values, names)
    return attrgetter(*names) if names[0] in _FIELDS else partial(_read_words, names, itemgetter(*names))


def _read_values(names: tuple[str, ...], request: ApprovalRequest) -> tuple[Any, ...]:
    return tuple([request.value(name) for name in names])


def _read_words(
    names: tuple[str, ...], getter: Callable[[Mapping[str, Any]], tuple[Any, ...]], request: ApprovalRequest
) -> tuple[Any, ...]:
    attributes: Parameters = request.attributes  # type: ignore[assignment]  # what the converter makes of them
    try:
        return attributes.pick(getter)
    except KeyError:  # some are measures or amounts, or not said
        return _read_values(names, request)


# Frozen constructors set every field through `object.__setattr__`; the slots' own setters take half the time.
_new = object.__new__
(
    _set_id, _set_act, _set_subject, _set_requester, _set_day, _set_amount, _set_unit, _set_party, _set_matter,
    _set_attributes, _set_measures, _set_amounts, _set_interested,
) = (ApprovalRequest.__dict__[field.name].__set__ for field in attrs.fields(ApprovalRequest))  # fmt: skip


def request_of(
    id: str,
    act: str,
    requester: str,
    day: date,
    *,
    amount: Money | None,
    unit: str | None,
    party: str | None,
    matter: str | None,
    attributes: Mapping[str, str],
) -> ApprovalRequest:
    """A request for its own subject, of parts that were checked before: of the attributes, that they are texts, is not.

    For rooms that ask very often about documents that they have checked; `attributes` are parameters, which never
    change. Raises `InvalidValue`.

    >>> request_of("r", "a", "li", date(2026, 1, 5), amount=None, unit=None, party="acme", matter=None,
    ...            attributes=Parameters(grade="A")).value("grade")
    'A'
    """
    _check_texts(attributes)
    request = _new(ApprovalRequest)
    _set_id(request, id)
    _set_act(request, act)
    _set_subject(request, id)
    _set_requester(request, requester)
    _set_day(request, day)
    _set_amount(request, amount)
    _set_unit(request, unit)
    _set_party(request, party)
    _set_matter(request, matter)
    _set_attributes(request, attributes)
    _set_measures(request, _NONE)
    _set_amounts(request, _NONE)
    _set_interested(request, ())
    return request
