"""Sales credit: which person gets how much of a transaction, in which role."""

from __future__ import annotations

from datetime import date

import attrs

from salesrules.commissions.model.facts import Transaction
from salesrules.core import Rate

__all__ = ["DIRECT", "SalesCredit", "override_role"]

#: The role of the person who sold.
DIRECT = "direct"


def override_role(level: int) -> str:
    """The role of the manager `level` steps above the person who sold.

    >>> override_role(1)
    'override_1'
    """
    return f"override_{level}"


@attrs.frozen(kw_only=True)
class SalesCredit:
    """A person's share of one transaction.

    `role` is `direct` or `override_N`; `rule` is the id of the crediting rule; a return is credited to those who were
    credited for its original, on the return's own `day`.
    """

    transaction: Transaction
    payee: str
    role: str
    share: Rate
    day: date
    rule: str
