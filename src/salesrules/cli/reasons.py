"""The words of the command line, by code and the parameters of their sentences."""

from __future__ import annotations

__all__ = ["LABELS"]

LABELS: dict[str, tuple[str, ...]] = {
    "cli.label.reading": ("folder",),
    "cli.label.written": ("path",),
    "cli.label.no_change": (),
    "cli.label.pay": (),
    "cli.label.pay_compared": ("payee", "before", "after", "earlier_period", "period"),
    "cli.label.payee": (),
    "cli.label.plan": (),
    "cli.label.attainment": (),
    "cli.label.earned": (),
    "cli.label.balances": (),
    "cli.label.paid": (),
    "cli.label.handed_over": (),
    "cli.label.total": (),
    "cli.label.by_region": (),
    "cli.label.by_manager": (),
    "cli.label.region": (),
    "cli.label.manager": (),
    "cli.label.sales": (),
    "cli.label.proved": ("plan",),
    "cli.label.proved_curve": ("component",),
    "cli.label.proved_column": ("component", "column"),
    "cli.label.proved_in_shares": (),
    "cli.label.curve_measure": (),
    "cli.label.curve_attainment": (),
    "cli.label.curve_pay": (),
    "cli.label.curve_pay_of_quota": (),
    "cli.label.solved": ("pay", "measure"),
    "cli.label.solved_from": ("measured", "now", "more"),
    "cli.label.already_paid": ("pay", "measured"),
    "cli.label.never_paid": ("pay", "most"),
    "cli.label.next_threshold": ("at", "distance", "pay", "rate"),
    "cli.label.no_threshold": (),
    "cli.label.replayed": ("workflow", "cases", "conformant", "events"),
    "cli.label.deviations_by_rule": ("count", "rule"),
    "cli.label.deviation": ("case", "event", "activity", "instant", "reason"),
}
