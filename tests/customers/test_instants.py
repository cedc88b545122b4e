"""No rule takes an instant without a time zone, which would mean the clock of the machine."""

from __future__ import annotations

from datetime import datetime

import pytest

from salesrules.core import InvalidValue
from salesrules.customers import (
    Handover,
    calculate_follow_up,
    calculate_visits,
    check_handover,
    check_registration,
    check_visits,
)

NAIVE = datetime(2024, 3, 2, 12)  # noqa: DTZ001 - that is what is refused


@pytest.mark.parametrize(
    "ask",
    [
        lambda policy, one, new, last: check_registration(new, [], policy, NAIVE),
        lambda policy, one, new, last: check_handover(
            Handover(giver="ana", leaves_at=last, items=[]), [], policy, NAIVE, present=[]
        ),
        lambda policy, one, new, last: calculate_visits(one, last, policy, NAIVE),
        lambda policy, one, new, last: check_visits(one, last, policy, NAIVE),
        lambda policy, one, new, last: calculate_follow_up("c", "high", "low", last, policy, NAIVE),
    ],
)
def test_an_instant_has_a_time_zone(policy, customer, register, at, ask) -> None:
    new = register("r1", "ana", ("walk_in", "2024-03-01T10:00"))
    with pytest.raises(InvalidValue, match="time zone"):
        ask(policy, customer(), new, at("2024-03-01T10:00"))
