"""The reason codes that commissions can give, and the labels of its derivations."""

from __future__ import annotations

from salesrules.core import ReasonCode, Severity

__all__ = ["LABELS", "REASONS"]

OUTSIDE_TERRITORY = ReasonCode("commissions.outside_territory", ("payee", "lines", "of", "amount"), Severity.INFO)
UNCREDITED = ReasonCode("commissions.uncredited", ("lines", "period"), Severity.WARNING)
OVERRIDE_WITHOUT_PLAN = ReasonCode("commissions.override_without_plan", ("payee", "role", "lines"), Severity.INFO)
CAPPED = ReasonCode("commissions.capped", ("payee", "cap", "amount"), Severity.INFO)
SHORTFALL = ReasonCode("commissions.shortfall", ("payee", "amount"), Severity.WARNING)
BALANCE_OWED = ReasonCode("commissions.balance_owed", ("payee", "amount"), Severity.INFO)

REASONS: tuple[ReasonCode, ...] = (
    OUTSIDE_TERRITORY,
    UNCREDITED,
    OVERRIDE_WITHOUT_PLAN,
    CAPPED,
    SHORTFALL,
    BALANCE_OWED,
)

#: Derivation label → the parameters its sentence uses.
LABELS: dict[str, tuple[str, ...]] = {
    "commissions.label.paid": ("payee", "period"),
    "commissions.label.earned_in_period": ("lines",),
    "commissions.label.draw_paid": ("policy",),
    "commissions.label.shortfall_carried": ("policy",),
    "commissions.label.balance_recovered": ("policy",),
    "commissions.label.line": ("transaction", "plan", "component"),
    "commissions.label.rounded": ("digits", "mode"),
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
}
