"""What a firm sets about leads: stages, deadlines, merging, assignment, the pool, scoring and the funnel."""

from salesrules.leads.policy.assignment import AssignmentPick, AssignmentRule, CapacityPolicy, LeadMatch
from salesrules.leads.policy.capture import FieldSurvivor, FieldSurvivors, MergePolicy, Survivor
from salesrules.leads.policy.deadlines import DeadlineSubject, EscalationStep, LeadDeadline
from salesrules.leads.policy.pool import (
    ClaimLimits,
    PoolConflict,
    PoolLimit,
    PoolLimitKind,
    PoolLine,
    PoolPolicy,
    PoolProtection,
    ProtectionEnd,
    lines_of,
)
from salesrules.leads.policy.scoring import ScoreFactor, ScoringPolicy
from salesrules.leads.policy.section import LeadPolicy
from salesrules.leads.policy.stages import (
    LEAD_ENDS,
    Bottlenecks,
    ConditionForm,
    EntryCondition,
    FunnelPolicy,
    HandlingScheme,
    HandOff,
    LeadStage,
    OnDeadline,
    default_scheme,
)

__all__ = [
    "LEAD_ENDS",
    "AssignmentPick",
    "AssignmentRule",
    "Bottlenecks",
    "CapacityPolicy",
    "ClaimLimits",
    "ConditionForm",
    "DeadlineSubject",
    "EntryCondition",
    "EscalationStep",
    "FieldSurvivor",
    "FieldSurvivors",
    "FunnelPolicy",
    "HandOff",
    "HandlingScheme",
    "LeadDeadline",
    "LeadMatch",
    "LeadPolicy",
    "LeadStage",
    "MergePolicy",
    "OnDeadline",
    "PoolConflict",
    "PoolLimit",
    "PoolLimitKind",
    "PoolLine",
    "PoolPolicy",
    "PoolProtection",
    "ProtectionEnd",
    "ScoreFactor",
    "ScoringPolicy",
    "Survivor",
    "default_scheme",
    "lines_of",
]
