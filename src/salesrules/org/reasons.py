"""The reason codes of the org room and the labels of its derivations."""

from salesrules.core import ReasonCode, Severity

__all__ = ["LABELS", "REASONS"]

# The tree of units and the line of positions.
NO_ROOT = ReasonCode("org.no_root")
SEVERAL_ROOTS = ReasonCode("org.several_roots", ("units",))
CYCLE = ReasonCode("org.cycle", ("units",))
OWN_PARENT = ReasonCode("org.own_parent", ("unit",))
ORPHAN = ReasonCode("org.orphan", ("unit", "parent"))
LINE_CYCLE = ReasonCode("org.line_cycle", ("positions",))
RECORD_TWICE = ReasonCode("org.record_twice", ("kind", "id"))
UNKNOWN_REFERENCE = ReasonCode("org.unknown_reference", ("kind", "id"))
UNKNOWN_UNIT_KIND = ReasonCode("org.unknown_unit_kind", ("unit", "unit_kind"))
UNIT_MISPLACED = ReasonCode("org.unit_misplaced", ("unit", "unit_kind", "parent_kind"))
ROOT_MISPLACED = ReasonCode("org.root_misplaced", ("unit", "unit_kind"))
UNKNOWN_RANK = ReasonCode("org.unknown_rank", ("position", "rank"))

# Heads, appointments, deputies, spans.
NO_HEAD_POSITION = ReasonCode("org.no_head_position", ("unit",))
SEVERAL_HEAD_POSITIONS = ReasonCode("org.several_head_positions", ("unit", "positions"))
SEVERAL_HEADS = ReasonCode("org.several_heads", ("unit", "people"))
HEAD_UNDECLARED = ReasonCode("org.head_undeclared", ("unit", "position"))
VACANCY_CONTRADICTED = ReasonCode("org.vacancy_contradicted", ("position", "people"), Severity.WARNING)
POSITION_OVERFILLED = ReasonCode("org.position_overfilled", ("position", "people", "seats"))
PRIMARY_OVERLAP = ReasonCode("org.primary_overlap", ("person", "positions"))
NO_PRIMARY = ReasonCode("org.no_primary", ("person", "positions"), Severity.WARNING)
OWN_MANAGER = ReasonCode("org.own_manager", ("person", "position", "managing_position"))
OWN_DEPUTY = ReasonCode("org.own_deputy", ("person", "position"))
ABSENT_WITHOUT_DEPUTY = ReasonCode("org.absent_without_deputy", ("unit", "person"), Severity.WARNING)
SPAN_TOO_NARROW = ReasonCode("org.span_too_narrow", ("position", "reports", "minimum"))
SPAN_TOO_WIDE = ReasonCode("org.span_too_wide", ("position", "reports", "maximum"))

# Who may see what flows up the line.
NOT_IN_LINE = ReasonCode("org.not_in_line", ("viewer", "holders"))

# What a reorganisation changed.
JOINED = ReasonCode("org.joined", ("person", "position", "unit"), Severity.INFO)
LEFT = ReasonCode("org.left", ("person", "position", "unit"), Severity.INFO)
TRANSFERRED = ReasonCode("org.transferred", ("person", "from_unit", "to_unit"), Severity.INFO)
PROMOTED = ReasonCode("org.promoted", ("person", "from_rank", "to_rank"), Severity.INFO)
DEMOTED = ReasonCode("org.demoted", ("person", "from_rank", "to_rank"), Severity.INFO)
RANK_CHANGED = ReasonCode("org.rank_changed", ("person", "from_rank", "to_rank"), Severity.INFO)
POSITION_CHANGED = ReasonCode("org.position_changed", ("person", "from_position", "to_position"), Severity.INFO)
POSITION_ADDED = ReasonCode("org.position_added", ("person", "position"), Severity.INFO)
POSITION_DROPPED = ReasonCode("org.position_dropped", ("person", "position"), Severity.INFO)
MANAGER_BY_MOVE = ReasonCode("org.manager_by_move", ("person", "from_manager", "to_manager"), Severity.INFO)
MANAGER_BY_SUCCESSION = ReasonCode(
    "org.manager_by_succession", ("person", "from_manager", "to_manager", "position"), Severity.INFO
)
MANAGER_BY_UNIT = ReasonCode(
    "org.manager_by_unit", ("person", "from_manager", "to_manager", "unit", "from_parent", "to_parent"), Severity.INFO
)
MANAGER_BY_LINE = ReasonCode(
    "org.manager_by_line", ("person", "from_manager", "to_manager", "from_position", "to_position"), Severity.INFO
)
UNIT_OPENED = ReasonCode("org.unit_opened", ("unit", "parent"), Severity.INFO)
UNIT_CLOSED = ReasonCode("org.unit_closed", ("unit", "parent"), Severity.INFO)
UNIT_MOVED = ReasonCode("org.unit_moved", ("unit", "from_parent", "to_parent"), Severity.INFO)
UNIT_RENAMED = ReasonCode("org.unit_renamed", ("unit", "from_name", "to_name"), Severity.INFO)
UNIT_KIND_CHANGED = ReasonCode("org.unit_kind_changed", ("unit", "from_kind", "to_kind"), Severity.INFO)
HEAD_CHANGED = ReasonCode("org.head_changed", ("unit", "from_head", "to_head"), Severity.INFO)

# Duties.
DUTY_WITHOUT_ACCOUNTABLE = ReasonCode("org.duty_without_accountable", ("duty",))
DUTY_SEVERAL_ACCOUNTABLE = ReasonCode("org.duty_several_accountable", ("duty", "positions"))
DUTY_WITHOUT_RESPONSIBLE = ReasonCode("org.duty_without_responsible", ("duty",))
DUTY_SHARED_WIDELY = ReasonCode("org.duty_shared_widely", ("duty", "positions", "maximum"), Severity.WARNING)
DUTY_POSITION_UNKNOWN = ReasonCode("org.duty_position_unknown", ("duty", "position"))
DUTY_POSITION_VACANT = ReasonCode("org.duty_position_vacant", ("duty", "position", "role"), Severity.WARNING)
POSITION_OVERLOADED = ReasonCode("org.position_overloaded", ("position", "role", "duties", "maximum"), Severity.WARNING)

# Bodies.
BODY_NOT_SITTING = ReasonCode("org.body_not_sitting", ("body", "day"))
BODY_WITHOUT_PURPOSE = ReasonCode("org.body_without_purpose", ("body",))
BODY_WITHOUT_END = ReasonCode("org.body_without_end", ("body",), Severity.INFO)
BODY_WITHOUT_CHAIR = ReasonCode("org.body_without_chair", ("body",))
BODY_SEVERAL_CHAIRS = ReasonCode("org.body_several_chairs", ("body", "people"))
BODY_MEMBER_UNKNOWN = ReasonCode("org.body_member_unknown", ("body", "member"))
BODY_MEMBER_TWICE = ReasonCode("org.body_member_twice", ("body", "person"), Severity.WARNING)
BODY_OFFICE_VACANT = ReasonCode("org.body_office_vacant", ("body", "office"), Severity.WARNING)
QUORUM_UNREACHABLE = ReasonCode("org.quorum_unreachable", ("body", "members", "needed"))
QUORUM_MISSED = ReasonCode("org.quorum_missed", ("body", "present", "needed", "members"))
CHAIR_ABSENT = ReasonCode("org.chair_absent", ("body",))
NOT_A_MEMBER = ReasonCode("org.not_a_member", ("body", "person"), Severity.WARNING)
MAJORITY_MISSED = ReasonCode("org.majority_missed", ("body", "votes_for", "needed", "base"))
BODY_RESOLVED = ReasonCode("org.body_resolved", ("body", "votes_for", "needed", "base"), Severity.INFO)

# Staffing.
UNDERSTAFFED = ReasonCode("org.understaffed", ("unit", "filled", "needed"), Severity.WARNING)
OVERSTAFFED = ReasonCode("org.overstaffed", ("unit", "filled", "needed"), Severity.WARNING)
PLAN_DIFFERS = ReasonCode("org.plan_differs", ("unit", "planned", "needed"), Severity.WARNING)
PLAN_MISSED = ReasonCode("org.plan_missed", ("unit", "filled", "planned"), Severity.WARNING)
VACANCY_UNDECLARED = ReasonCode("org.vacancy_undeclared", ("position", "free", "declared"), Severity.WARNING)
VOLUME_MISSING = ReasonCode("org.volume_missing", ("unit",), Severity.WARNING)

# Authority and delegation.
AUTHORITY_GRANTED = ReasonCode("org.authority_granted", ("person", "position", "act"), Severity.INFO)
AUTHORITY_DELEGATED = ReasonCode("org.authority_delegated", ("person", "grantor", "people", "act"), Severity.INFO)
NO_AUTHORITY = ReasonCode("org.no_authority", ("person", "act"))
AUTHORITY_EXCEEDED = ReasonCode("org.authority_exceeded", ("asked", "limit"))
AUTHORITY_OTHER_SIZE = ReasonCode("org.authority_other_size", ("asked", "limit"))
AUTHORITY_OUT_OF_REACH = ReasonCode("org.authority_out_of_reach", ("unit", "within"))
DELEGATION_EXCLUDED = ReasonCode("org.delegation_excluded", ("act",))
DELEGATION_TOO_LONG = ReasonCode("org.delegation_too_long", ("links", "maximum"))
DELEGATION_WINDOW_TOO_LONG = ReasonCode("org.delegation_window_too_long", ("delegation", "maximum_days"))
DELEGATION_CYCLE = ReasonCode("org.delegation_cycle", ("people",))
DELEGATION_EXCEEDS = ReasonCode("org.delegation_exceeds", ("delegation", "grantor", "act"))
DELEGATION_UNKNOWN_PERSON = ReasonCode("org.delegation_unknown_person", ("delegation", "person"))
DELEGATION_OVERLAP = ReasonCode("org.delegation_overlap", ("delegation", "other", "grantor"), Severity.WARNING)
DELEGATION_NOT_ALLOWED = ReasonCode("org.delegation_not_allowed", ("delegation",))

#: Every reason this room can give.
REASONS = (
    NO_ROOT,
    SEVERAL_ROOTS,
    CYCLE,
    OWN_PARENT,
    ORPHAN,
    LINE_CYCLE,
    RECORD_TWICE,
    UNKNOWN_REFERENCE,
    UNKNOWN_UNIT_KIND,
    UNIT_MISPLACED,
    ROOT_MISPLACED,
    UNKNOWN_RANK,
    NO_HEAD_POSITION,
    SEVERAL_HEAD_POSITIONS,
    SEVERAL_HEADS,
    HEAD_UNDECLARED,
    VACANCY_CONTRADICTED,
    POSITION_OVERFILLED,
    PRIMARY_OVERLAP,
    NO_PRIMARY,
    OWN_MANAGER,
    OWN_DEPUTY,
    ABSENT_WITHOUT_DEPUTY,
    SPAN_TOO_NARROW,
    SPAN_TOO_WIDE,
    NOT_IN_LINE,
    JOINED,
    LEFT,
    TRANSFERRED,
    PROMOTED,
    DEMOTED,
    RANK_CHANGED,
    POSITION_CHANGED,
    POSITION_ADDED,
    POSITION_DROPPED,
    MANAGER_BY_MOVE,
    MANAGER_BY_SUCCESSION,
    MANAGER_BY_UNIT,
    MANAGER_BY_LINE,
    UNIT_OPENED,
    UNIT_CLOSED,
    UNIT_MOVED,
    UNIT_RENAMED,
    UNIT_KIND_CHANGED,
    HEAD_CHANGED,
    DUTY_WITHOUT_ACCOUNTABLE,
    DUTY_SEVERAL_ACCOUNTABLE,
    DUTY_WITHOUT_RESPONSIBLE,
    DUTY_SHARED_WIDELY,
    DUTY_POSITION_UNKNOWN,
    DUTY_POSITION_VACANT,
    POSITION_OVERLOADED,
    BODY_NOT_SITTING,
    BODY_WITHOUT_PURPOSE,
    BODY_WITHOUT_END,
    BODY_WITHOUT_CHAIR,
    BODY_SEVERAL_CHAIRS,
    BODY_MEMBER_UNKNOWN,
    BODY_MEMBER_TWICE,
    BODY_OFFICE_VACANT,
    QUORUM_UNREACHABLE,
    QUORUM_MISSED,
    CHAIR_ABSENT,
    NOT_A_MEMBER,
    MAJORITY_MISSED,
    BODY_RESOLVED,
    UNDERSTAFFED,
    OVERSTAFFED,
    PLAN_DIFFERS,
    PLAN_MISSED,
    VACANCY_UNDECLARED,
    VOLUME_MISSING,
    AUTHORITY_GRANTED,
    AUTHORITY_DELEGATED,
    NO_AUTHORITY,
    AUTHORITY_EXCEEDED,
    AUTHORITY_OTHER_SIZE,
    AUTHORITY_OUT_OF_REACH,
    DELEGATION_EXCLUDED,
    DELEGATION_TOO_LONG,
    DELEGATION_WINDOW_TOO_LONG,
    DELEGATION_CYCLE,
    DELEGATION_EXCEEDS,
    DELEGATION_UNKNOWN_PERSON,
    DELEGATION_OVERLAP,
    DELEGATION_NOT_ALLOWED,
)

#: The labels of derivations and their parameters.
LABELS: dict[str, tuple[str, ...]] = {
    "org.label.business_volume": ("unit",),
    "org.label.volume_per_head": ("norm",),
    "org.label.heads_by_volume": ("unit",),
    "org.label.heads_rounded": ("unit", "digits", "mode"),
    "org.label.heads_minimum": ("norm",),
    "org.label.heads_maximum": ("norm",),
    "org.label.heads_needed": ("unit",),
}
