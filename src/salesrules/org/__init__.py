"""Who stands where: units, positions, people, duties, bodies, staffing and authority, as of a date.

>>> from salesrules.org import Hierarchy
>>> Hierarchy.from_parents({"ann": None, "bob": "ann", "cy": "bob"}).chain("cy")
('bob', 'ann')
"""

from typing import TYPE_CHECKING

from salesrules.org.rules.hierarchy import Hierarchy, TreeFaults, find_tree_faults
from salesrules.org.rules.rollup import RollUp

if TYPE_CHECKING:
    from salesrules.org.model import (
        Absence,
        Act,
        AmountLimit,
        Appointment,
        Body,
        BodyMember,
        BodySeat,
        ChainEnd,
        DatedFinding,
        Delegation,
        DelegationChain,
        Deputy,
        InstantRange,
        Limit,
        Majority,
        Move,
        NoLimit,
        Organisation,
        Person,
        Placement,
        Position,
        RankLimit,
        RateLimit,
        Reorganisation,
        StaffingLine,
        Threshold,
        Unit,
        UnitChange,
        Vacancy,
        Vote,
        VoteBase,
    )
    from salesrules.org.policy import (
        AuthorityGrant,
        DelegationRule,
        Duty,
        DutyAssignment,
        DutyLoad,
        DutyRole,
        OrgPolicy,
        Rank,
        Reach,
        RootRule,
        SpanLimit,
        StaffingNorm,
        UnitCategory,
        UnitKind,
        check_policy,
    )
    from salesrules.org.reasons import LABELS, REASONS
    from salesrules.org.rules.authority import (
        check_authority,
        find_authorised_head,
        find_grants,
        find_limits,
        is_well_within,
        is_within_limits,
    )
    from salesrules.org.rules.bodies import check_body, check_quorum, check_resolution, find_body_seats
    from salesrules.org.rules.checks import check_history, check_structure
    from salesrules.org.rules.delegation import check_delegation, covers_act, find_delegate
    from salesrules.org.rules.duties import check_duties, find_duties
    from salesrules.org.rules.moves import compare_structures
    from salesrules.org.rules.staffing import calculate_staffing, check_staffing
    from salesrules.org.rules.structure import Structure, resolve_structure
    from salesrules.org.rules.visibility import check_visibility

__all__ = [
    "LABELS",
    "REASONS",
    "Absence",
    "Act",
    "AmountLimit",
    "Appointment",
    "AuthorityGrant",
    "Body",
    "BodyMember",
    "BodySeat",
    "ChainEnd",
    "DatedFinding",
    "Delegation",
    "DelegationChain",
    "DelegationRule",
    "Deputy",
    "Duty",
    "DutyAssignment",
    "DutyLoad",
    "DutyRole",
    "Hierarchy",
    "InstantRange",
    "Limit",
    "Majority",
    "Move",
    "NoLimit",
    "OrgPolicy",
    "Organisation",
    "Person",
    "Placement",
    "Position",
    "Rank",
    "RankLimit",
    "RateLimit",
    "Reach",
    "Reorganisation",
    "RollUp",
    "RootRule",
    "SpanLimit",
    "StaffingLine",
    "StaffingNorm",
    "Structure",
    "Threshold",
    "TreeFaults",
    "Unit",
    "UnitCategory",
    "UnitChange",
    "UnitKind",
    "Vacancy",
    "Vote",
    "VoteBase",
    "calculate_staffing",
    "check_authority",
    "check_body",
    "check_delegation",
    "check_duties",
    "check_history",
    "check_policy",
    "check_quorum",
    "check_resolution",
    "check_staffing",
    "check_structure",
    "check_visibility",
    "compare_structures",
    "covers_act",
    "find_authorised_head",
    "find_body_seats",
    "find_delegate",
    "find_duties",
    "find_grants",
    "find_limits",
    "find_tree_faults",
    "is_well_within",
    "is_within_limits",
    "resolve_structure",
]

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> object:
        """All but the trees load when they are first asked for, since most rooms need a tree and nothing else."""
        if name not in __all__:
            raise AttributeError(f"module 'salesrules.org' has no attribute {name!r}")
        from salesrules.org import model, policy, reasons
        from salesrules.org.rules import (
            authority,
            bodies,
            checks,
            delegation,
            duties,
            moves,
            staffing,
            structure,
            visibility,
        )

        shelves = (
            model,
            policy,
            reasons,
            authority,
            bodies,
            checks,
            delegation,
            duties,
            moves,
            staffing,
            structure,
            visibility,
        )
        return next(getattr(shelf, name) for shelf in shelves if name in shelf.__all__)


def __dir__() -> list[str]:
    return sorted(__all__)
