"""Leads as facts, and what the rules make of them."""

from salesrules.leads.model.assignments import (
    Absence,
    AssignableLead,
    AssignedLead,
    Assignee,
    AssignmentResult,
    AssignmentState,
)
from salesrules.leads.model.captures import Capture, FieldConflict, MergedLead
from salesrules.leads.model.claims import Claimant
from salesrules.leads.model.deadlines import Escalation, LeadDue
from salesrules.leads.model.journeys import Bottleneck, Funnel, HandOffMeasure, JourneyStep, LeadJourney, StageMeasure
from salesrules.leads.model.leads import FormerOwner, Lead, LeadFacts, LeadLock
from salesrules.leads.model.opportunities import Opportunity, OpportunityScore
from salesrules.leads.model.ownerships import LeadOwnership

__all__ = [
    "Absence",
    "AssignableLead",
    "AssignedLead",
    "Assignee",
    "AssignmentResult",
    "AssignmentState",
    "Bottleneck",
    "Capture",
    "Claimant",
    "Escalation",
    "FieldConflict",
    "FormerOwner",
    "Funnel",
    "HandOffMeasure",
    "JourneyStep",
    "Lead",
    "LeadDue",
    "LeadFacts",
    "LeadJourney",
    "LeadLock",
    "LeadOwnership",
    "MergedLead",
    "Opportunity",
    "OpportunityScore",
    "StageMeasure",
]
