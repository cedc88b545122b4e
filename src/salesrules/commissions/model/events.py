"""Facts about pay after the sale: appraisal scores, events of a contract or a person, and what stood open before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs

from salesrules.core import DateRange, Money, to_decimal

__all__ = ["AppraisalScore", "OpeningHold", "OpeningMeasure", "OpeningUse", "PayEvent"]


@attrs.frozen(kw_only=True)
class AppraisalScore:
    """What an appraisal gave a payee for the periods that start within `span`; a factor such as 1.1, or a score."""

    payee: str
    span: DateRange
    score: Decimal = attrs.field(converter=to_decimal)
    subject: str = "performance"


@attrs.frozen(kw_only=True)
class PayEvent:
    """Something that decides about pay already earned: a lapse, a cancellation, a leaving, a collection.

    Without a `transaction` it is about all of the payee's. `instalments` is how many the customer had paid.
    """

    day: date
    payee: str
    event: str
    transaction: str = ""
    instalments: int | None = None


@attrs.frozen(kw_only=True)
class OpeningHold:
    """An amount held from before computing began: released on `due`, or on the event that its policy names."""

    payee: str
    day: date
    amount: Money
    policy: str = ""
    transaction: str = ""
    due: date | None = None


@attrs.frozen(kw_only=True)
class OpeningUse:
    """What a cap's span had already earned (`used`) and carried over (`carried`) when computing begins on `day`."""

    payee: str
    day: date
    policy: str
    used: Money
    carried: Money | None = None
    by: str = ""


@attrs.frozen(kw_only=True)
class OpeningMeasure:
    """What a component had measured, in the span that holds `day`, before computing begins on `day`.

    Attainment starts from it, and nothing is paid for it. `measure` names one of several that a formula speaks of
    (empty: the component's own), `column` the column of a table in two dimensions that it was measured in.
    """

    payee: str
    day: date
    component: str
    measured: Decimal = attrs.field(converter=to_decimal)
    measure: str = ""
    column: str = ""
