"""The reason codes that commissions can give, and the labels of its derivations."""

from __future__ import annotations

from salesrules.core import ReasonCode, Severity

__all__ = ["LABELS", "REASONS"]

OUTSIDE_TERRITORY = ReasonCode("commissions.outside_territory", ("payee", "lines", "of", "amount"), Severity.INFO)
UNCREDITED = ReasonCode("commissions.uncredited", ("lines", "period"), Severity.WARNING)
UNKNOWN_NAMES = ReasonCode("commissions.unknown_names", ("entry", "names"), Severity.WARNING)
UNCOUNTED = ReasonCode("commissions.uncounted", ("payee", "plan", "role", "lines"), Severity.INFO)
OVERRIDE_WITHOUT_PLAN = ReasonCode("commissions.override_without_plan", ("payee", "role", "lines"), Severity.INFO)
EVENT_WITHOUT_RULE = ReasonCode("commissions.event_without_rule", ("event", "events", "period"), Severity.WARNING)
CAPPED = ReasonCode("commissions.capped", ("payee", "cap", "amount"), Severity.INFO)
SHORTFALL = ReasonCode("commissions.shortfall", ("payee", "amount"), Severity.WARNING)
EXCESS_WAITING = ReasonCode("commissions.excess_waiting", ("payee", "cap", "amount"), Severity.WARNING)
STILL_HELD = ReasonCode("commissions.still_held", ("payee", "amount"), Severity.INFO)
BALANCE_OWED = ReasonCode("commissions.balance_owed", ("payee", "amount"), Severity.INFO)
RESTATED = ReasonCode("commissions.restated", ("payee", "amount", "entries"), Severity.INFO)

NOT_CALCULATED = ReasonCode("commissions.not_calculated", ("period",))
PERIOD_NOT_OVER = ReasonCode("commissions.period_not_over", ("period", "end"))
CLOSED_OUT_OF_ORDER = ReasonCode("commissions.closed_out_of_order", ("period", "after"))
NOT_RESTATED = ReasonCode("commissions.not_restated", ("period", "missing"))
RUN_HAS_ERRORS = ReasonCode("commissions.run_has_errors", ("period", "errors"))
REOPENING_NOT_ALLOWED = ReasonCode("commissions.reopening_not_allowed", ("period",))
REOPENING_TOO_LATE = ReasonCode("commissions.reopening_too_late", ("period", "last"))
LATER_PERIOD_CLOSED = ReasonCode("commissions.later_period_closed", ("period", "later_period"))
OTHER_VERSION = ReasonCode("commissions.other_version", ("period", "version", "latest"))
RESTATES_OTHER_VERSION = ReasonCode("commissions.restates_other_version", ("period", "outdated"))

_WHY_RATE = ("payee", "component", "rate_before", "rate_after", "amount")
_WHY_AMOUNT = ("payee", "component", "before", "after", "amount")
WHY_MEASURE = ReasonCode("commissions.why_measure", _WHY_AMOUNT, Severity.INFO)
WHY_PLAN = ReasonCode("commissions.why_plan", (*_WHY_RATE, "plan_before", "plan_after"), Severity.INFO)
WHY_RATES = ReasonCode("commissions.why_rates", (*_WHY_RATE, "plan"), Severity.INFO)
WHY_QUOTA = ReasonCode("commissions.why_quota", (*_WHY_RATE, "quota_before", "quota_after"), Severity.INFO)
WHY_TIER = ReasonCode("commissions.why_tier", (*_WHY_RATE, "tier_before", "tier_after"), Severity.INFO)
WHY_AVERAGE = ReasonCode("commissions.why_average", _WHY_RATE, Severity.INFO)
WHY_CAP = ReasonCode("commissions.why_cap", _WHY_AMOUNT, Severity.INFO)
WHY_RETURNS = ReasonCode("commissions.why_returns", _WHY_AMOUNT, Severity.INFO)
WHY_ROUNDING = ReasonCode("commissions.why_rounding", ("payee", "component", "amount"), Severity.INFO)
WHY_ADJUSTMENT = ReasonCode(
    "commissions.why_adjustment",
    ("payee", "adjustment_kind", "entry", "before", "after", "amount"),
    Severity.INFO,
)
WHY_BALANCE = ReasonCode(
    "commissions.why_balance", ("payee", "balance_kind", "before", "after", "amount"), Severity.INFO
)
WHY_RESTATED = ReasonCode("commissions.why_restated", ("payee", "causes", "before", "after", "amount"), Severity.INFO)
WHY_OTHER = ReasonCode("commissions.why_other", ("payee", "amount"), Severity.INFO)
PENDING = ReasonCode("commissions.pending", ("payee", "trigger", "credits"), Severity.INFO)
POOL_GATE = ReasonCode("commissions.pool_gate", ("pool", "period", "measured", "gate"), Severity.INFO)

_GAIN = ("kind", "before", "after", "example")
PROOF_MONOTONE = ReasonCode("commissions.proof_monotone", (), Severity.INFO)
PROOF_FALLS = ReasonCode("commissions.proof_falls", ("start", "peak", "after", "end"), Severity.WARNING)
PROOF_FALLS_ABOVE = ReasonCode("commissions.proof_falls_above", ("start", "peak", "after", "end"), Severity.WARNING)
PROOF_FALLS_FOR_GOOD = ReasonCode("commissions.proof_falls_for_good", ("start", "peak", "after"), Severity.WARNING)
PROOF_FALLS_ABOVE_FOR_GOOD = ReasonCode(
    "commissions.proof_falls_above_for_good", ("start", "peak", "after"), Severity.WARNING
)
PROOF_SINKS = ReasonCode("commissions.proof_sinks", ("start", "end", "peak"), Severity.WARNING)
PROOF_SINKS_FOR_GOOD = ReasonCode("commissions.proof_sinks_for_good", ("start", "peak"), Severity.WARNING)
PROOF_UNBOUNDED = ReasonCode("commissions.proof_unbounded", (), Severity.INFO)
PROOF_BOUNDED = ReasonCode("commissions.proof_bounded", ("most", "at"), Severity.INFO)
PROOF_BOUNDED_ABOVE = ReasonCode("commissions.proof_bounded_above", ("most", "at"), Severity.INFO)
PROOF_NEARLY = ReasonCode("commissions.proof_nearly", ("most", "at"), Severity.INFO)
PROOF_UNREACHABLE = ReasonCode("commissions.proof_unreachable", ("tier", "unreachable"), Severity.WARNING)
PROOF_JUMP = ReasonCode("commissions.proof_jump", ("at", "before", "after"), Severity.INFO)
PROOF_JUMP_ABOVE = ReasonCode("commissions.proof_jump_above", ("at", "before", "after"), Severity.INFO)
PROOF_FLAT = ReasonCode("commissions.proof_flat", ("start", "end", "pay"), Severity.INFO)
PROOF_FLAT_FOR_GOOD = ReasonCode("commissions.proof_flat_for_good", ("start", "pay"), Severity.INFO)
PROOF_GAIN = ReasonCode("commissions.proof_gain", (*_GAIN, "gain"), Severity.WARNING)
PROOF_GAIN_AT_LEAST = ReasonCode("commissions.proof_gain_at_least", (*_GAIN, "gain"), Severity.WARNING)
PROOF_GAIN_WITHOUT_BOUND = ReasonCode("commissions.proof_gain_without_bound", (*_GAIN, "per_unit"), Severity.WARNING)
PROOF_RULED_OUT = ReasonCode("commissions.proof_ruled_out", ("kinds",), Severity.INFO)
PROOF_UNDECIDED = ReasonCode("commissions.proof_undecided", ("kinds",), Severity.INFO)
PROOF_LEFT_OUT = ReasonCode("commissions.proof_left_out", ("part", "left_out"), Severity.INFO)
PROOF_LEFT_OUT_OF = ReasonCode("commissions.proof_left_out_of", ("part", "component", "left_out"), Severity.INFO)

REASONS: tuple[ReasonCode, ...] = (
    OUTSIDE_TERRITORY,
    UNCREDITED,
    UNKNOWN_NAMES,
    UNCOUNTED,
    OVERRIDE_WITHOUT_PLAN,
    EVENT_WITHOUT_RULE,
    CAPPED,
    SHORTFALL,
    EXCESS_WAITING,
    STILL_HELD,
    BALANCE_OWED,
    RESTATED,
    NOT_CALCULATED,
    PERIOD_NOT_OVER,
    CLOSED_OUT_OF_ORDER,
    NOT_RESTATED,
    RUN_HAS_ERRORS,
    REOPENING_NOT_ALLOWED,
    REOPENING_TOO_LATE,
    LATER_PERIOD_CLOSED,
    OTHER_VERSION,
    RESTATES_OTHER_VERSION,
    WHY_MEASURE,
    WHY_PLAN,
    WHY_RATES,
    WHY_QUOTA,
    WHY_TIER,
    WHY_AVERAGE,
    WHY_CAP,
    WHY_RETURNS,
    WHY_ROUNDING,
    WHY_ADJUSTMENT,
    WHY_BALANCE,
    WHY_RESTATED,
    WHY_OTHER,
    PENDING,
    POOL_GATE,
    PROOF_MONOTONE,
    PROOF_FALLS,
    PROOF_FALLS_ABOVE,
    PROOF_FALLS_FOR_GOOD,
    PROOF_FALLS_ABOVE_FOR_GOOD,
    PROOF_SINKS,
    PROOF_SINKS_FOR_GOOD,
    PROOF_UNBOUNDED,
    PROOF_BOUNDED,
    PROOF_BOUNDED_ABOVE,
    PROOF_NEARLY,
    PROOF_UNREACHABLE,
    PROOF_JUMP,
    PROOF_JUMP_ABOVE,
    PROOF_FLAT,
    PROOF_FLAT_FOR_GOOD,
    PROOF_GAIN,
    PROOF_GAIN_AT_LEAST,
    PROOF_GAIN_WITHOUT_BOUND,
    PROOF_RULED_OUT,
    PROOF_UNDECIDED,
    PROOF_LEFT_OUT,
    PROOF_LEFT_OUT_OF,
)

#: Derivation label → the parameters its sentence uses.
LABELS: dict[str, tuple[str, ...]] = {
    "commissions.label.paid": ("payee", "period"),
    "commissions.label.earned_in_period": ("lines",),
    "commissions.label.draw_paid": ("policy",),
    "commissions.label.shortfall_carried": ("policy",),
    "commissions.label.balance_recovered": ("policy",),
    "commissions.label.restated": ("period", "cause"),
    "commissions.label.restatement_carried": ("policy",),
    "commissions.label.restatement_recovered": ("policy",),
    "commissions.label.line": ("transaction", "plan", "component"),
    "commissions.label.rounded": ("digits", "mode"),
    "commissions.label.spare_unit": (),
    "commissions.label.running_with_line": (),
    "commissions.label.nothing": (),
    "commissions.label.running_total": (),
    "commissions.label.paid_before": (),
    "commissions.label.earned": (),
    "commissions.label.under_cap": ("cap",),
    "commissions.label.cap_reached": ("cap",),
    "commissions.label.cap_limit": ("cap",),
    "commissions.label.earned_before": (),
    "commissions.label.earned_after": (),
    "commissions.label.tier": ("tier",),
    "commissions.label.tier_amount": ("tier",),
    "commissions.label.column_tier": ("tier", "column"),
    "commissions.label.column_measure": ("column",),
    "commissions.label.base_rate": (),
    "commissions.label.target_incentive": (),
    "commissions.label.target_per_unit": (),
    "commissions.label.multiple": ("tier",),
    "commissions.label.rate_at_start": ("tier",),
    "commissions.label.rate_at_end": ("tier",),
    "commissions.label.rate_rise": (),
    "commissions.label.rate_grown": (),
    "commissions.label.rate_between": ("tier",),
    "commissions.label.tier_filled": ("tier",),
    "commissions.label.tier_width": ("tier",),
    "commissions.label.tier_part": (),
    "commissions.label.formula_after": ("formula",),
    "commissions.label.formula_before": ("formula",),
    "commissions.label.formula_step": (),
    "commissions.label.formula_number": (),
    "commissions.label.formula_name": ("name",),
    "commissions.label.formula_running": ("name",),
    "commissions.label.formula_measure": ("name",),
    "commissions.label.formula_credited": ("name", "transaction"),
    "commissions.label.tier_measure": ("tier",),
    "commissions.label.tier_from": ("tier",),
    "commissions.label.tier_to": ("tier",),
    "commissions.label.tier_share": (),
    "commissions.label.tier_reached": ("tier",),
    "commissions.label.rate": ("tier",),
    "commissions.label.measure_before": (),
    "commissions.label.measure_after": (),
    "commissions.label.credited": ("role",),
    "commissions.label.transaction": ("transaction", "day"),
    "commissions.label.margin": ("transaction", "day"),
    "commissions.label.cost": ("transaction",),
    "commissions.label.share": ("rule",),
    "commissions.label.exchange_rate": (),
    "commissions.label.taken_back": ("transaction", "line"),
    "commissions.label.taken_back_before": (),
    "commissions.label.taken_back_after": (),
    "commissions.label.original_paid": ("line",),
    "commissions.label.returned_share": (),
    "commissions.label.attainment": ("component", "span"),
    "commissions.label.measure_total": (),
    "commissions.label.quota": (),
    "commissions.label.held": ("policy", "transaction"),
    "commissions.label.released": ("policy", "transaction"),
    "commissions.label.held_cancelled": ("policy", "transaction"),
    "commissions.label.held_forfeited": ("policy", "transaction"),
    "commissions.label.clawed_back": ("policy", "transaction"),
    "commissions.label.clawback_offset": ("policy",),
    "commissions.label.minimum_carried": ("policy",),
    "commissions.label.modified_by_gate": ("policy", "plan"),
    "commissions.label.modified_by_kicker": ("policy", "plan"),
    "commissions.label.modified_by_multiplier": ("policy", "plan"),
    "commissions.label.modified_by_coefficient": ("policy", "plan"),
    "commissions.label.modified_by_cap": ("policy", "plan"),
    "commissions.label.modified_by_floor": ("policy", "plan"),
    "commissions.label.modified_by_carried_in": ("policy", "plan"),
    "commissions.label.modified_by_returned": ("policy", "plan"),
    "commissions.label.adjusted_line": ("line",),
    "commissions.label.adjusted_base": (),
    "commissions.label.adjusted_value": (),
    "commissions.label.factor": (),
    "commissions.label.limit": ("policy",),
    "commissions.label.limited": ("policy",),
    "commissions.label.limit_before": (),
    "commissions.label.limit_after": (),
    "commissions.label.let_through": (),
    "commissions.label.paid_so_far": (),
    "commissions.label.part": ("transaction", "number"),
    "commissions.label.part_before": (),
    "commissions.label.part_after": (),
    "commissions.label.paid_share": (),
    "commissions.label.pool_part": ("pool", "period"),
    "commissions.label.pool_total": ("pool", "period"),
    "commissions.label.pool_gate": ("pool",),
    "commissions.label.pool_share": ("payee",),
    "commissions.label.pool_portion": (),
    "commissions.label.pool_remainder": (),
    "commissions.label.payment": ("payee", "period", "day"),
    "commissions.label.payment_exact": (),
    "commissions.label.payment_rate": ("day",),
}
