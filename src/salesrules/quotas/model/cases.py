"""What the guards of the room's workflows are asked about."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from salesrules.core import ApprovalEvidence, Money, as_parameters, as_tuple
from salesrules.quotas.model.plans import SalesPlan
from salesrules.quotas.model.quotas import Quota, QuotaRevision
from salesrules.quotas.model.results import HeldQuota

__all__ = ["PlanFacts", "QuotaFacts"]


@attrs.frozen(kw_only=True)
class QuotaFacts:
    """A quota on its way: the line, the revision that is asked for, and the evidence for setting it all the same."""

    quota: Quota
    revision: QuotaRevision | None = None
    evidence: ApprovalEvidence | None = None


@attrs.frozen(kw_only=True)
class PlanFacts:
    """A sales plan on its way: with the quotas of its unit, the budget granted by category, its children, evidence."""

    plan: SalesPlan
    quotas: tuple[HeldQuota, ...] = attrs.field(default=(), converter=as_tuple)
    granted: Mapping[str, Money] = attrs.field(factory=dict, converter=as_parameters)
    children: tuple[SalesPlan, ...] = attrs.field(default=(), converter=as_tuple)
    evidence: ApprovalEvidence | None = None
