"""The reason codes of the room, and the labels of its derivations."""

from __future__ import annotations

from salesrules.core import ReasonCode, Severity

__all__ = [
    "ABSENT",
    "ALREADY_OWNED",
    "AT_CAPACITY",
    "CLOCK_BACKWARDS",
    "CONDITION_NOT_MET",
    "COOLING_DOWN",
    "DAY_LIMIT",
    "DEADLINE_MISSED",
    "DEADLINE_NEAR",
    "DOES_NOT_FIT",
    "FORMER_OWNER_WAITS",
    "IN_POOL",
    "KEPT",
    "LABELS",
    "LOCKED",
    "NOBODY_FITS",
    "NOT_INDUCTED",
    "NOT_IN_POOL",
    "NOT_RECALLED",
    "NOT_WORTH_PURSUING",
    "NO_POOL_RULE",
    "OWNED_LIMIT",
    "OWNERSHIP_BACKWARDS",
    "OWNERSHIP_OVERLAPS",
    "QUOTA_USED",
    "REASONS",
    "RECALLED",
    "RECALL_NEAR",
    "UNKNOWN_STAGE",
    "WON",
    "WON_TOO_EARLY",
]

CONDITION_NOT_MET = ReasonCode("leads.condition_not_met", ("lead", "stage", "field", "form", "wanted"))
RECALLED = ReasonCode("leads.recalled", ("lead", "owner", "rule", "at"))
RECALL_NEAR = ReasonCode("leads.recall_near", ("lead", "owner", "rule", "at"), Severity.WARNING)
KEPT = ReasonCode("leads.kept", ("lead", "owner", "rule", "until"), Severity.INFO)
LOCKED = ReasonCode("leads.locked", ("lead", "owner", "rule", "until"), Severity.INFO)
WON = ReasonCode("leads.won", ("lead",), Severity.INFO)
IN_POOL = ReasonCode("leads.in_pool", ("lead",), Severity.INFO)
NO_POOL_RULE = ReasonCode("leads.no_pool_rule", ("lead", "customer_class"), Severity.INFO)
NOT_RECALLED = ReasonCode("leads.not_recalled", ("lead", "until"))
NOT_IN_POOL = ReasonCode("leads.not_in_pool", ("lead", "owner"))
FORMER_OWNER_WAITS = ReasonCode("leads.former_owner_waits", ("lead", "person", "until"))
COOLING_DOWN = ReasonCode("leads.cooling_down", ("lead", "person", "until"))
OWNED_LIMIT = ReasonCode("leads.owned_limit", ("person", "asked", "left"))
DAY_LIMIT = ReasonCode("leads.day_limit", ("person", "asked", "left"))
DEADLINE_NEAR = ReasonCode("leads.deadline_near", ("lead", "subject", "due"), Severity.WARNING)
DEADLINE_MISSED = ReasonCode("leads.deadline_missed", ("lead", "subject", "due"))
OWNERSHIP_OVERLAPS = ReasonCode("leads.ownership_overlaps", ("lead", "owner", "other", "since", "until"))
OWNERSHIP_BACKWARDS = ReasonCode("leads.ownership_backwards", ("lead", "owner", "since", "until"))
ALREADY_OWNED = ReasonCode("leads.already_owned", ("lead", "owner"))
NOBODY_FITS = ReasonCode("leads.nobody_fits", ("lead", "rule"))
DOES_NOT_FIT = ReasonCode("leads.does_not_fit", ("lead", "person", "match"), Severity.INFO)
ABSENT = ReasonCode("leads.absent", ("lead", "person", "until"), Severity.INFO)
NOT_INDUCTED = ReasonCode("leads.not_inducted", ("lead", "person", "since"), Severity.INFO)
AT_CAPACITY = ReasonCode("leads.at_capacity", ("lead", "person", "load", "capacity"), Severity.INFO)
QUOTA_USED = ReasonCode("leads.quota_used", ("lead", "person", "taken", "quota"), Severity.INFO)
UNKNOWN_STAGE = ReasonCode("leads.unknown_stage", ("lead", "stage", "nearest"))
WON_TOO_EARLY = ReasonCode("leads.won_too_early", ("lead", "stage", "won"))
CLOCK_BACKWARDS = ReasonCode("leads.clock_backwards", ("lead", "field", "instant", "bound"))
NOT_WORTH_PURSUING = ReasonCode("leads.not_worth_pursuing", ("opportunity", "score", "needed"), Severity.WARNING)

#: Every code that this room can give.
REASONS: tuple[ReasonCode, ...] = (
    CONDITION_NOT_MET,
    RECALLED,
    RECALL_NEAR,
    KEPT,
    LOCKED,
    WON,
    IN_POOL,
    NO_POOL_RULE,
    NOT_RECALLED,
    NOT_IN_POOL,
    FORMER_OWNER_WAITS,
    COOLING_DOWN,
    OWNED_LIMIT,
    DAY_LIMIT,
    DEADLINE_NEAR,
    DEADLINE_MISSED,
    OWNERSHIP_OVERLAPS,
    OWNERSHIP_BACKWARDS,
    ALREADY_OWNED,
    NOBODY_FITS,
    DOES_NOT_FIT,
    ABSENT,
    NOT_INDUCTED,
    AT_CAPACITY,
    QUOTA_USED,
    UNKNOWN_STAGE,
    WON_TOO_EARLY,
    CLOCK_BACKWARDS,
    NOT_WORTH_PURSUING,
)

#: The labels of derivations, with the parameters that their sentences may use.
LABELS: dict[str, tuple[str, ...]] = {
    "leads.label.score": ("opportunity",),
    "leads.label.weighted_points": (),
    "leads.label.factor_points": ("factor", "found"),
    "leads.label.factor_weight": ("factor",),
    "leads.label.weights": (),
    "leads.label.factor_product": ("factor",),
    "leads.label.expected_value": ("opportunity",),
    "leads.label.value": (),
    "leads.label.win_chance": (),
}
