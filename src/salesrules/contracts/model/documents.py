"""A contract as plain data: what it may hold; a review says what it lacks of what the policy wants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import attrs

from salesrules.core import DateRange, InvalidValue, Money, Parameters, WordEnum, as_parameters, as_tuple, to_decimal

__all__ = [
    "ChangeNotice",
    "Contract",
    "ContractLine",
    "Obligation",
    "ObligationKind",
    "Party",
    "PartyRole",
    "PaymentTerms",
    "TemplateReference",
]


def _quantity(value: object) -> Decimal:
    return to_decimal(value, "quantity")


class PartyRole(WordEnum):
    """What a party does in a contract: we sell, they buy; a third party guarantees or is named otherwise."""

    SELLER = "seller"
    BUYER = "buyer"
    OTHER = "other"


@attrs.frozen(kw_only=True)
class Party:
    """A party: its id and role, its licence, who signs for it, and in which power they do."""

    id: str
    role: PartyRole = attrs.field(converter=PartyRole)
    name: str = ""
    licence: str = ""
    signatory: str = ""
    power: str = ""


@attrs.frozen(kw_only=True)
class ContractLine:
    """So many pieces of a product at a price each; `amount` is what the document states for the line."""

    id: str
    product: str
    quantity: Decimal = attrs.field(converter=_quantity)
    unit_price: Money
    amount: Money | None = None


@attrs.frozen(kw_only=True)
class PaymentTerms:
    """How and when it is paid: the method (a code of the policy), and calendar days from delivery."""

    method: str = ""
    days: int | None = None


@attrs.frozen(kw_only=True)
class TemplateReference:
    """The template that a contract was made from, and its version."""

    id: str
    version: int


class ObligationKind(WordEnum):
    """What is owed: goods, an invoice, or money."""

    DELIVER = "deliver"
    INVOICE = "invoice"
    PAY = "pay"


def _of_one_measure(instance: Obligation, attribute: attrs.Attribute[Decimal | None], value: Decimal | None) -> None:
    if (value is None) == (instance.amount is None):
        raise InvalidValue(f"obligation {instance.id}", value, "give either an amount or a quantity")


@attrs.frozen(kw_only=True)
class Obligation:
    """Something owed by a day: an `amount` of money, or a `quantity`; the day itself is still in time.

    Raises `InvalidValue` where both or neither is given.
    """

    id: str
    kind: ObligationKind = attrs.field(converter=ObligationKind)
    due: date
    amount: Money | None = None
    quantity: Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(_quantity), validator=_of_one_measure
    )


@attrs.frozen(kw_only=True)
class Contract:
    """One version of a contract. All but the id may be lacking, since a review says what does.

    `owner` is who brought it, `signatory` who signs for us, `matter` what it is about, as the anti-splitting rule asks
    it; `quotation` the reference of the quotation it follows (`"Q-7/2"`), `replaces` that of the version before.
    `dated` is the day of the document, `signed` and `filed` those of its life; `effective` the days of its term,
    `delivery` the day of delivery. `discount` is what promotions take off the lines. `attributes` are for conditions
    of the matrix, such as the customer's grade.
    """

    id: str
    version: int = 1
    replaces: str | None = None
    template: TemplateReference | None = None
    parties: tuple[Party, ...] = attrs.field(default=(), converter=as_tuple)
    owner: str = ""
    signatory: str = ""
    unit: str | None = None
    matter: str = ""
    customer_type: str = ""
    currency: str = ""
    lines: tuple[ContractLine, ...] = attrs.field(default=(), converter=as_tuple)
    discount: Money | None = None
    total: Money | None = None
    payment: PaymentTerms | None = None
    delivery: date | None = None
    dated: date | None = None
    signed: date | None = None
    filed: date | None = None
    effective: DateRange | None = None
    quotation: str | None = None
    obligations: tuple[Obligation, ...] = attrs.field(default=(), converter=as_tuple)
    attributes: Mapping[str, str] = attrs.field(factory=Parameters, converter=as_parameters)

    @property
    def reference(self) -> str:
        """What approvals and change notices name: this version and no other.

        >>> Contract(id="C-7", version=2).reference
        'C-7/2'
        """
        return f"{self.id}/{self.version}"

    def party(self, role: PartyRole) -> Party | None:
        """The first party of a role, `None` where there is none."""
        for party in self.parties:
            if party.role is role:
                return party
        return None


@attrs.frozen(kw_only=True)
class ChangeNotice:
    """A notice that replaces a version of a contract by the next one, from a day on, with its reason."""

    id: str
    contract: Contract
    day: date
    reason: str = ""
