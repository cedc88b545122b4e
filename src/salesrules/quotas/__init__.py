"""Quotas and plans: what we promised to sell.

>>> from datetime import date
>>> from salesrules.core import DateRange
>>> from salesrules.quotas import Quota
>>> july = DateRange(date(2017, 7, 1), date(2017, 8, 1))
>>> Quota(id="q1", holder="ana", span=july, amount="500000", unit="USD").amount
Decimal('500000')
"""

from salesrules.quotas.model import Attainment, HeldQuota, Measure, Pace, Quota, QuotaOrigin, QuotaPiece
from salesrules.quotas.policy import Proration, QuotaPolicy, Ramp, RampBase
from salesrules.quotas.rules import apply_ramps, calculate_quota, calculate_quotas

__all__ = [
    "Attainment",
    "HeldQuota",
    "Measure",
    "Pace",
    "Proration",
    "Quota",
    "QuotaOrigin",
    "QuotaPiece",
    "QuotaPolicy",
    "Ramp",
    "RampBase",
    "apply_ramps",
    "calculate_quota",
    "calculate_quotas",
]
