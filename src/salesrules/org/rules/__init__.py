"""The rules of the org room, one module per subject."""

from salesrules.org.rules.authority import check_authority, find_authorised_head, find_grants
from salesrules.org.rules.bodies import check_body, check_quorum, check_resolution, find_body_seats
from salesrules.org.rules.checks import check_history, check_structure
from salesrules.org.rules.delegation import check_delegation, find_delegate
from salesrules.org.rules.duties import check_duties, find_duties
from salesrules.org.rules.hierarchy import Hierarchy, TreeFaults, find_tree_faults
from salesrules.org.rules.moves import compare_structures
from salesrules.org.rules.rollup import RollUp
from salesrules.org.rules.staffing import calculate_staffing, check_staffing
from salesrules.org.rules.structure import Structure, resolve_structure
from salesrules.org.rules.visibility import check_visibility

__all__ = [
    "Hierarchy",
    "RollUp",
    "Structure",
    "TreeFaults",
    "calculate_staffing",
    "check_authority",
    "check_body",
    "check_delegation",
    "check_duties",
    "check_history",
    "check_quorum",
    "check_resolution",
    "check_staffing",
    "check_structure",
    "check_visibility",
    "compare_structures",
    "find_authorised_head",
    "find_body_seats",
    "find_delegate",
    "find_duties",
    "find_grants",
    "find_tree_faults",
    "resolve_structure",
]
