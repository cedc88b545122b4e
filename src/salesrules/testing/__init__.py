"""For those who test against us.

>>> from salesrules.testing import Scenario, explore_schedules
>>> explore_schedules(lambda turns: Scenario(actors=[turns.pause, turns.pause], check=lambda: None))
6
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salesrules.testing.storage import StorageContract
    from salesrules.testing.storage_schedules import (
        Scenario,
        ScheduleFailed,
        TurnLock,
        Turns,
        explore_schedules,
        run_schedule,
    )

__all__ = [
    "Scenario",
    "ScheduleFailed",
    "StorageContract",
    "TurnLock",
    "Turns",
    "explore_schedules",
    "run_schedule",
]

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> Any:
        """Each name loads its module when it is first asked for, since not everybody has pytest."""
        if name not in __all__:
            raise AttributeError(f"module 'salesrules.testing' has no attribute {name!r}")
        from salesrules.testing import storage_schedules as module

        if name not in module.__all__:
            from salesrules.testing import storage as module
        return getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
