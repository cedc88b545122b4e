"""Programs and servers that are killed in the midst of a unit of work: all that was acknowledged is there, no half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from salesrules.core import BackendUnavailable, OpenAccount, Reserve, StoredKind
from salesrules.storage import SqlStorage, SqlTables, run_unit, sqlite_engine
from salesrules.testing.postgres import PostgresServer

#: How many lives are taken of each kind; more for a campaign.
LIVES = int(os.environ.get("SALESRULES_LIVES", "8"))
SEED = int(os.environ.get("SALESRULES_SEED", "1"))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOTES = StoredKind(name="note", dump=lambda note: note, load=lambda data: data)


@pytest.fixture(scope="module")
def server():
    """A server of our own, which these tests kill."""
    with PostgresServer() as server:
        yield server


def opened(engine, prefix):
    storage = SqlStorage(engine, tables=SqlTables(prefix=prefix))
    storage.create_schema()
    open_line = OpenAccount(key="open", at=NOON, account="line", unit="count", limit=100_000)
    run_unit(storage, lambda work: work.ledger.execute(open_line)).require()
    return storage


def faults(storage, acknowledged):
    """What was lost, and what is there in part only."""
    with storage.begin() as work:
        aggregates = set(work.aggregates(NOTES).ids())
        journal = list(work.journal(NOTES).read("done"))
        entries = {entry.key for entry in work.ledger.entries()} - {"open"}
        pending = work.ledger.balance("line").pending
    found = [f"{key} was lost" for key in acknowledged if key not in entries]
    found += [f"{key} is a half" for key in aggregates ^ entries | entries ^ set(journal)]
    if not pending == len(entries) == len(journal):
        found.append(f"{pending} are pending, {len(entries)} entries, {len(journal)} events")
    return found


def send_again(storage, keys):
    """What a client does that does not know what became of its commands: it sends them again."""
    for key in keys:
        run_unit(storage, lambda work, key=key: work.ledger.execute(seat(key)))


def seat(key):
    return Reserve(key=key, at=NOON, account="line", amount=1)


def killed_again_and_again(url, prefix, lives, acknowledged, kind="whole"):
    acknowledged.touch()
    program = [sys.executable, str(Path(__file__).with_name("killed.py"))]
    arguments = [url, prefix, str(SEED), str(lives), str(acknowledged), kind]
    subprocess.run([*program, *arguments], check=True, timeout=30 + lives)
    return acknowledged.read_text("utf-8").split()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "straight"])
def test_a_killed_program_leaves_all_that_was_acknowledged_and_no_half(kind, tmp_path, server):
    prefix = f"k_{kind}_"
    url = str(tmp_path / "a.db") if kind == "sqlite" else server.url
    storage = opened(sqlite_engine(url) if kind == "sqlite" else create_engine(url), prefix)
    acknowledged = killed_again_and_again(url, prefix, LIVES, tmp_path / "acknowledged", kind)
    assert len(acknowledged) > LIVES / 2
    assert faults(storage, acknowledged) == []
    with storage.begin() as work:
        before = work.ledger.balance("line").pending
    send_again(storage, acknowledged)
    with storage.begin() as work:
        assert work.ledger.balance("line").pending == before


def test_the_harness_finds_a_program_that_commits_by_halves(tmp_path):
    url = str(tmp_path / "a.db")
    storage = opened(sqlite_engine(url), "k_")
    killed_again_and_again(url, "k_", 5, tmp_path / "acknowledged", kind="halves")
    assert any("is a half" in fault for fault in faults(storage, []))


def test_the_harness_finds_what_was_lost(tmp_path):
    storage = opened(sqlite_engine(tmp_path / "a.db"), "k_")
    assert faults(storage, ["told, not kept"]) == ["told, not kept was lost"]


def test_a_server_that_is_killed_keeps_all_that_was_acknowledged(server):
    storage = opened(create_engine(server.url, max_overflow=50), "s_")
    chance, acknowledged, unknown, is_over = random.Random(SEED), [], [], threading.Event()

    def work_on(thread):
        number = 0
        while not is_over.is_set():
            key = f"{thread}-{number}"

            def act(work, key=key):
                work.aggregates(NOTES).put(key, {"key": key}, 0)
                work.ledger.execute(seat(key)).require()
                work.journal(NOTES).append("done", [key])

            try:
                run_unit(storage, act, attempts=200, longest_wait=0.05)
            except BackendUnavailable as fault:
                unknown.append(fault.may_have_committed)
            else:
                acknowledged.append(key)
            number += 1

    threads = [threading.Thread(target=work_on, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(max(2, LIVES // 8)):
        time.sleep(chance.uniform(0.1, 0.4))
        server.stop(signal.SIGKILL)
        server.start()
    time.sleep(0.2)
    is_over.set()
    for thread in threads:
        thread.join(60)
    assert len(acknowledged) > 10
    assert all(unknown)
    assert faults(storage, acknowledged) == []
