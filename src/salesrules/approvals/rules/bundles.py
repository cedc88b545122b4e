"""Which requests belong together, as a key under which they are kept."""

from __future__ import annotations

import hashlib
import json

from salesrules.approvals.model import ApprovalRequest
from salesrules.approvals.policy import ApprovalRule
from salesrules.approvals.rules.combining import comparable

__all__ = ["bundle_key"]


def bundle_key(request: ApprovalRequest, rule: ApprovalRule) -> str | None:
    """The key under which a request is kept with those that add up with it; `None` where nothing adds up.

    Two requests have one key exactly where their rule and their values of `combine_by` are the same.
    """
    values = [comparable(request.value(name)) for name in rule.combine_by]
    if not values or None in values:
        return None
    act = None if rule.acts else request.act
    text = json.dumps([rule.id, act, *map(str, values)])
    return f"bundle-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
