"""Concurrent orders never over-lend: on threads, and on every order of turns; an unguarded twin does, and is caught."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from salesrules.core import DateRange, Money, OpenAccount, Post
from salesrules.credit import (
    CreditLimit,
    OrderCredit,
    check_credit,
    credit_account,
    reserve_credit,
    set_credit_limit,
)
from salesrules.storage import MemoryStorage, run_unit
from salesrules.testing import Scenario, ScheduleFailed, explore_schedules
from salesrules.testing.storage_kit import in_threads
from salesrules.wire import stored_kind

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ORDERS = stored_kind(OrderCredit, name="order_credit")
LIMIT = CreditLimit(
    customer="c1",
    amount=Money(1000, "CNY"),
    effective=DateRange(date(2020, 1, 1)),
    review_due=date(2026, 12, 1),
)


@pytest.fixture
def policy(make_policy, make_rule):
    from salesrules.core import Band, BandTable, Outcome

    words = [Band(start=None, value=Outcome.ALLOW), Band(start=Decimal(1), value=Outcome.DENY)]
    return make_policy(rules=[make_rule("limit", ("0", "allow"), levels=BandTable(bands=words, side="upper"))])


def opened(storage: Any, policy) -> Any:
    run_unit(storage, lambda work: set_credit_limit(LIMIT, "A", policy, ledger=work.ledger, as_of=NOON, key="limit"))
    return storage


def reserve(work, request, standing, policy, key: str) -> bool:
    return reserve_credit(
        request, standing, policy, orders=work.aggregates(ORDERS), ledger=work.ledger, as_of=NOON, key=key
    ).is_allowed


def unguarded(work, request, standing, policy, key: str) -> bool:
    """The planted twin: it looks, decides, and then posts to an account that has no limit of its own."""
    import attrs

    used = work.ledger.balance("credit:twin").used
    now = attrs.evolve(standing, exposure=used)
    decision = check_credit(request, now, policy, NOON.date())
    if decision.is_allowed:
        work.ledger.execute(Post(key=key, at=NOON, account="credit:twin", amount=request.amount))
    return decision.is_allowed


def lent(storage: Any, account: str) -> Decimal:
    return run_unit(storage, lambda work: work.ledger.balance(account).used.amount)


def test_sixteen_orders_on_one_limit(storage, policy, make_standing, make_request) -> None:
    opened(storage, policy)

    def act(number: int) -> bool:
        request = make_request(150, f"o{number}")
        return run_unit(
            storage, lambda work: reserve(work, request, make_standing(), policy, f"k{number}"), attempts=50
        )

    passed = in_threads(16, act, 16)
    assert (len(passed), sum(passed)) == (16, 6)
    assert lent(storage, credit_account("c1")) == 900


def racing(act: Callable[..., bool], account: str, policy, standing, requests):
    """Actors that each want credit at once; nobody too many is told yes."""

    def prepare(turns):
        storage = opened(MemoryStorage(lock=turns.lock(), pause=turns.pause), policy)
        twin = OpenAccount(key="twin", at=NOON, account="credit:twin", unit="CNY")
        run_unit(storage, lambda work: work.ledger.execute(twin))
        told: list[bool] = []

        def actor(number: int):
            def go() -> None:
                told.append(run_unit(storage, lambda work: act(work, requests[number], standing, policy, f"k{number}")))

            return go

        def check() -> None:
            used = lent(storage, account)
            assert used <= 1000, f"{used} lent on 1000"
            assert used == 600 * sum(told)
            assert sum(told) == 1

        return Scenario(actors=[actor(number) for number in range(len(requests))], check=check)

    return prepare


def test_every_order_of_turns(policy, make_standing, make_request) -> None:
    requests = [make_request(600, f"o{number}") for number in range(2)]
    count = explore_schedules(racing(reserve, credit_account("c1"), policy, make_standing(), requests))
    assert count > 2


def test_the_unguarded_twin_lends_too_much(policy, make_standing, make_request) -> None:
    requests = [make_request(600, f"o{number}") for number in range(2)]
    with pytest.raises(ScheduleFailed, match="1200 lent on 1000"):
        explore_schedules(racing(unguarded, "credit:twin", policy, make_standing(), requests))
