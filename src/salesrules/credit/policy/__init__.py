"""What a firm sets about credit: grading, limits, checks, releases, and what it does about receivables."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from salesrules.core import PolicyLife, RequiredApproval, Rounding, as_tuple, is_currency
from salesrules.credit.policy.checks import CreditMeasure, CreditRule, ReleasePolicy
from salesrules.credit.policy.grading import (
    AverageBasis,
    CreditGate,
    GradeTerms,
    GradingPolicy,
    LimitPolicy,
    MeasureGate,
    NewCustomerGate,
    ScoreFactor,
    Season,
)
from salesrules.credit.policy.receivables import (
    AgeBasis,
    AgeingPolicy,
    AgeUnit,
    AllowancePolicy,
    CollectionPolicy,
    DunningLevel,
    DunningPolicy,
    PostingPolicy,
)

__all__ = [
    "AgeBasis",
    "AgeUnit",
    "AgeingPolicy",
    "AllowancePolicy",
    "AverageBasis",
    "CollectionPolicy",
    "CreditGate",
    "CreditMeasure",
    "CreditPolicy",
    "CreditRule",
    "DunningLevel",
    "DunningPolicy",
    "GradeTerms",
    "GradingPolicy",
    "LimitPolicy",
    "MeasureGate",
    "NewCustomerGate",
    "PostingPolicy",
    "ReleasePolicy",
    "ScoreFactor",
    "Season",
]


@attrs.frozen(kw_only=True)
class CreditPolicy:
    """The section `credit` of a rulebook; limits and exposure are in `currency`, `rounding` is that of its amounts.

    `releases`, `allowance`, `dunning`, `collection` and `postings` may be missing where a firm does not use them.
    """

    life: PolicyLife
    currency: str = attrs.field(validator=is_currency)
    rounding: Rounding
    grading: GradingPolicy
    limits: LimitPolicy
    rules: tuple[CreditRule, ...] = attrs.field(default=(), converter=as_tuple)
    releases: ReleasePolicy | None = None
    ageing: AgeingPolicy
    allowance: AllowancePolicy | None = None
    dunning: DunningPolicy | None = None
    collection: CollectionPolicy | None = None
    postings: PostingPolicy | None = None
    _by_grade: Mapping[str, tuple[CreditRule, ...]] = attrs.field(init=False, repr=False, eq=False, hash=False)
    _approvals: Mapping[str | None, RequiredApproval] = attrs.field(init=False, repr=False, eq=False, hash=False)

    def __attrs_post_init__(self) -> None:
        grades = {*self.grading.order, *(grade for rule in self.rules for grade in rule.grades), ""}
        index = {
            grade: tuple(rule for rule in self.rules if not rule.grades or grade in rule.grades) for grade in grades
        }
        object.__setattr__(self, "_by_grade", index)
        if self.releases is not None:
            approvers, act = {rule.approver for rule in self.rules if rule.approver is not None}, self.releases.act
            named = {approver: RequiredApproval(approver=approver, act=act) for approver in approvers}
        object.__setattr__(self, "_approvals", {} if self.releases is None else named)

    def rules_for(self, grade: str) -> tuple[CreditRule, ...]:
        """The rules for customers of a grade, in the order of the rulebook, whatever their days."""
        found = self._by_grade.get(grade)
        return self._by_grade[""] if found is None else found

    def approval_for(self, rule: CreditRule) -> RequiredApproval | None:
        """The approval that releases what a rule refers; `None` where the rulebook knows no releases."""
        return self._approvals.get(rule.approver)
