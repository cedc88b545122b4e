"""Verbs: find the route of a request, seat its steps, judge votes, check evidence."""

from salesrules.approvals.rules.bundles import bundle_key
from salesrules.approvals.rules.evidence import check_evidence, find_evidence_faults
from salesrules.approvals.rules.routing import route

__all__ = ["bundle_key", "check_evidence", "find_evidence_faults", "route"]
