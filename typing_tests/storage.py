"""Storage as type checkers see it: adapters fit the ports, kinds carry the type of their values."""

from __future__ import annotations

from typing import assert_type

from salesrules.core import AggregateStore, Money, Storage, StoredKind, UnitOfWork, Versioned
from salesrules.storage import MemoryStorage, run_unit
from salesrules.wire import stored_kind

storage: Storage = MemoryStorage()
typed: StoredKind[Money] = StoredKind(name="price", dump=str, load=Money.parse)


def use(work: UnitOfWork) -> None:
    assert_type(work.aggregates(typed), AggregateStore[Money])
    assert_type(work.aggregates(typed).get("a"), Versioned[Money])
    work.aggregates(typed).put("a", "CNY 5", 0)  # type: ignore[arg-type]  # text is no money
    work.aggregates(typed).put("a", Money(5, "CNY"))  # type: ignore[call-arg]  # no expected version
    work.aggregates("price")  # type: ignore[arg-type]  # a name is no kind


use(MemoryStorage().begin())
assert_type(run_unit(storage, lambda unit: unit.aggregates(typed).get("a").value), Money)
assert_type(stored_kind(Money, name="price"), StoredKind[Money])
stored_kind(Money)  # type: ignore[call-overload]  # the name is stored, so it is given
wrong: Storage = object()  # type: ignore[assignment]  # nothing begins here
