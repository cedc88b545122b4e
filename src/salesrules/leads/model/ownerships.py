"""Who owned a lead from when until when."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesrules.core import is_aware, is_named
from salesrules.leads.model.leads import as_instant, optional_instant

__all__ = ["LeadOwnership"]


@attrs.frozen(kw_only=True)
class LeadOwnership:
    """An owner of a lead from `since` until, but without, `until`; `None` where the lead is still theirs."""

    lead: str = attrs.field(validator=is_named)
    owner: str = attrs.field(validator=is_named)
    since: datetime = attrs.field(converter=as_instant, validator=is_aware)
    until: datetime | None = attrs.field(
        default=None, converter=optional_instant, validator=attrs.validators.optional(is_aware)
    )

    def __contains__(self, instant: datetime) -> bool:
        return self.since <= instant and (self.until is None or instant < self.until)
