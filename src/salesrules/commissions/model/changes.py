"""One reason why pay differs, and how much of the difference it makes."""

from __future__ import annotations

import attrs

from salesrules.core import Money, Reason

__all__ = ["PayChange"]


@attrs.frozen(kw_only=True)
class PayChange:
    """A reason why one payee's pay differs between two statements, and the part of the difference that it makes."""

    reason: Reason
    amount: Money

    def to_reason(self) -> Reason:
        """The reason, which has the amount among its values; `salesrules.messages` puts it in words."""
        return self.reason
