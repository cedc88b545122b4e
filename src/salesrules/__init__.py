"""salesrules: the rules of a sales organisation as a typed, tested, explainable library."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from salesrules import (
        analytics,
        approvals,
        commissions,
        company,
        contracts,
        core,
        credit,
        customers,
        expenses,
        invitations,
        leads,
        messages,
        org,
        pricing,
        quotas,
        reports,
        rulebook,
        service,
        wire,
    )

__all__ = [
    "analytics",
    "approvals",
    "commissions",
    "company",
    "contracts",
    "core",
    "credit",
    "customers",
    "expenses",
    "invitations",
    "leads",
    "messages",
    "org",
    "pricing",
    "quotas",
    "reports",
    "rulebook",
    "service",
    "wire",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> ModuleType:
    """Rooms load when they are first entered, so that importing one does not pay for the others."""
    if name in __all__:
        return importlib.import_module(f"salesrules.{name}")
    raise AttributeError(f"module 'salesrules' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
