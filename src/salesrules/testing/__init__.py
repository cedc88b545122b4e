"""For those who test against the rules: a literal oracle, strategies that sit on thresholds, and `assert_agrees`; for
those who adapt storage, the contract that adapters keep.

Needs the extra `testing` where Hypothesis draws; the oracle and `assert_agrees` need nothing.

>>> from salesrules.testing import assert_agrees, simple_plan
>>> rows = [{"transaction": "s1", "payee": "ana", "day": "2020-01-31", "amount": "150", "paid": "4.00"}]
>>> assert_agrees(rows, simple_plan({0: "2%", 100: "4%"}), pay_period="month")
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salesrules.testing.agreement import assert_agrees
    from salesrules.testing.cases import PlanCase, simple_plan
    from salesrules.testing.disagreement import Disagreement, PaidDifference
    from salesrules.testing.drawn_cases import seeded_cases
    from salesrules.testing.literal import LiteralLine, pay_literally
    from salesrules.testing.literal_credits import PlainCredit
    from salesrules.testing.postgres import PostgresServer
    from salesrules.testing.storage import StorageContract
    from salesrules.testing.storage_schedules import (
        Scenario,
        ScheduleFailed,
        TurnLock,
        Turns,
        explore_schedules,
        run_schedule,
    )
    from salesrules.testing.strategies import credit_lists, plan_cases, rate_tables

__all__ = [
    "Disagreement",
    "LiteralLine",
    "PaidDifference",
    "PlainCredit",
    "PlanCase",
    "PostgresServer",
    "Scenario",
    "ScheduleFailed",
    "StorageContract",
    "TurnLock",
    "Turns",
    "assert_agrees",
    "credit_lists",
    "explore_schedules",
    "pay_literally",
    "plan_cases",
    "rate_tables",
    "run_schedule",
    "seeded_cases",
    "simple_plan",
]

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> object:
        """Each name loads its own module when it is first asked for, so that the oracle needs neither of the extras."""
        match name:
            case "assert_agrees":
                from salesrules.testing import agreement as module
            case "Disagreement" | "PaidDifference":
                from salesrules.testing import disagreement as module
            case "PlanCase" | "simple_plan":
                from salesrules.testing import cases as module
            case "seeded_cases":
                from salesrules.testing import drawn_cases as module
            case "LiteralLine" | "pay_literally":
                from salesrules.testing import literal as module
            case "PlainCredit":
                from salesrules.testing import literal_credits as module
            case "PostgresServer":
                from salesrules.testing import postgres as module
            case "StorageContract":
                from salesrules.testing import storage as module
            case "Scenario" | "ScheduleFailed" | "TurnLock" | "Turns" | "explore_schedules" | "run_schedule":
                from salesrules.testing import storage_schedules as module
            case "credit_lists" | "plan_cases" | "rate_tables":
                from salesrules.testing import strategies as module
            case _:
                raise AttributeError(f"module 'salesrules.testing' has no attribute {name!r}")
        return getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
