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
}
