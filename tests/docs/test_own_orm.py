"""The ORM that docs/how-to/use-your-own-orm.md joins to the rules: its units keep a storage's promises."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy.exc import OperationalError

from salesrules.core import BackendUnavailable, Money, StaleVersion
from salesrules.storage import SqlStorage, run_once, run_unit
from salesrules.testing import StorageContract
from salesrules.testing.storage_kit import in_threads, seat, seats, send

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "use-your-own-orm.md"


def shown() -> ModuleType:
    """The code of the page as a module: its blocks that are no examples."""
    module = ModuleType("own_orm")
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        if not block.startswith(">>>"):
            exec(compile(block, str(PAGE), "exec", dont_inherit=True), vars(module))
    return module


OWN = shown()


@pytest.fixture(params=["sqlite", "postgresql"])
def storage(request, open_storage):
    """Units of work that are transactions of the page's ORM."""
    return sessions_on(open_storage(request.param))


def sessions_on(below):
    assert isinstance(below, SqlStorage)
    OWN.Base.metadata.drop_all(below._engine)
    OWN.Base.metadata.create_all(below._engine)
    return OWN.Sessions(below._engine, below)


class TestSessions(StorageContract):
    attempts = 450

    @pytest.fixture
    def storage(self, open_storage):
        return sessions_on(open_storage("sqlite"))


def claim(amount="5.00", state="submitted"):
    return OWN.Claim(person="li", amount=Money(amount, "EUR"), state=state)


def put(storage, id, value, version):
    return run_unit(storage, lambda work: work.claims.put(id, value, version), attempts=1)


def get(storage, id):
    with storage.begin() as work:
        return work.claims.get(id)


def test_rows_come_back_as_facts(storage):
    assert put(storage, "c1", claim("0.10"), 0) == 1
    found = get(storage, "c1")
    assert (found.value, found.version) == (claim("0.10"), 1)
    assert type(found.value.amount.amount) is Decimal
    with storage.begin() as work:
        assert (work.claims.ids(), work.claims.find("c2")) == (["c1"], None)


def test_a_stale_version_of_a_row_is_refused(storage):
    put(storage, "c1", claim(), 0)
    assert put(storage, "c1", claim("6.00"), 1) == 2
    for expected in (0, 1, 3):
        with pytest.raises(StaleVersion) as caught:
            put(storage, "c1", claim("7.00"), expected)
        assert (caught.value.expected, caught.value.found) == (expected, 2)
    assert get(storage, "c1").value == claim("6.00")


def test_their_row_and_our_ledger_are_saved_together_or_not(storage):
    send(storage, seats("line", 5))

    def failing(work):
        work.ledger.execute(seat("a"))
        work.claims.put("c1", claim(), 0)
        raise OSError("the power went")

    with pytest.raises(OSError, match="power"):
        run_unit(storage, failing)
    with storage.begin() as work:
        assert (work.claims.find("c1"), work.ledger.balance("line").pending) == (None, 0)


def test_an_act_of_both_with_a_key_is_done_once_at_once_and_unheard(storage):
    send(storage, seats("line", 5))

    def act(work):
        found = work.claims.find("c1")
        work.ledger.execute(seat(f"seat {0 if found is None else found.version}"))
        return work.claims.put("c1", claim(), 0 if found is None else found.version)

    results = in_threads(4, lambda number: run_once(storage, "key", act, attempts=100, first_wait=0.001), 8)
    assert results == [1] * 8
    with storage.begin() as work:
        assert (work.claims.get("c1").version, work.ledger.balance("line").pending) == (1, 1)


def test_a_fault_of_their_own_statement_is_tried_again(storage):
    runs, ids = [], ["c1"]

    def act(work):
        work.claims.put(ids[0], claim(), 0)
        runs.append(work)
        if len(runs) == 1:
            raise OperationalError("UPDATE", {}, Exception("deadlock detected"))
        return len(runs)

    assert run_unit(storage, act, sleep=lambda seconds: None) == 2
    assert get(storage, "c1").version == 1
    runs.clear()
    ids[0] = "c2"
    with pytest.raises(BackendUnavailable, match="deadlock"):
        run_unit(storage, act, attempts=1)
