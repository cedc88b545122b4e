"""Who wants leads from the pool, and how many they have."""

from __future__ import annotations

import attrs

from salesrules.core import InvalidValue, is_named

__all__ = ["Claimant"]


@attrs.frozen(kw_only=True)
class Claimant:
    """Somebody who claims leads: how many are owned already and were claimed today, and what does not count.

    `excluded` of the owned leads do not count against the limit (won ones, for example). `owned_limit` is an own limit
    in place of the policy's.
    """

    person: str = attrs.field(validator=is_named)
    owned: int = 0
    excluded: int = 0
    claimed_today: int = 0
    owned_limit: int | None = None

    def __attrs_post_init__(self) -> None:
        for field in ("owned", "excluded", "claimed_today"):
            value = getattr(self, field)
            if type(value) is not int or value < 0:
                raise InvalidValue(field, value, "give zero or more leads")
        if self.excluded > self.owned:
            raise InvalidValue("excluded", self.excluded, f"no more are excluded than the {self.owned} owned")
        if self.owned_limit is not None and self.owned_limit < 0:
            raise InvalidValue("owned_limit", self.owned_limit, "give zero or more leads")
