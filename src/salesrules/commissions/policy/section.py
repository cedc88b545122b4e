"""The section `commissions` of a rulebook."""

from __future__ import annotations

import attrs

from salesrules.commissions.policy.closing import ClosingPolicy
from salesrules.commissions.policy.crediting import Assignment, DirectCredit, OverlayCredit, OverrideCredit
from salesrules.commissions.policy.currencies import ConversionPolicy
from salesrules.commissions.policy.plans import Plan
from salesrules.commissions.policy.pools import TeamPool
from salesrules.core import PeriodKind, PolicyLife, Rate, as_tuple

__all__ = ["CommissionPolicy"]

_WHOLE = Rate(1)
_AT_DAY_RATES = ConversionPolicy()


@attrs.frozen(kw_only=True)
class CommissionPolicy:
    """Every knob of the room.

    `pay_period` is the kind of period for which statements are made. A period that earns less than nothing pays
    nothing and carries the shortfall into the next (`carry_shortfall`), or is charged to the payee at once. Without
    `closing` a closed period stays closed, and what restating takes back is taken from the next pay in full. The splits
    of a sale total at least 100 %, and at most `maximum_split`. Rates on money above `sanity_rate` are found as
    unusual (`None`: none is).
    """

    life: PolicyLife
    pay_period: PeriodKind = attrs.field(converter=PeriodKind)
    carry_shortfall: bool
    plans: tuple[Plan, ...] = attrs.field(converter=as_tuple)
    crediting: tuple[DirectCredit | OverrideCredit | OverlayCredit, ...] = attrs.field(converter=as_tuple)
    assignments: tuple[Assignment, ...] = attrs.field(converter=as_tuple)
    closing: ClosingPolicy | None = None
    maximum_split: Rate = _WHOLE
    pools: tuple[TeamPool, ...] = attrs.field(default=(), converter=as_tuple)
    conversion: ConversionPolicy = _AT_DAY_RATES
    sanity_rate: Rate | None = None
