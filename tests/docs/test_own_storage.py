"""The storage that docs/how-to/write-your-own-storage.md shows: it passes the contract, and outlives what kills it."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from salesrules.core import BackendUnavailable, OpenAccount, Reserve, StoredKind
from salesrules.storage import run_unit
from salesrules.testing import StorageContract

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "write-your-own-storage.md"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOTES = StoredKind(name="note", dump=int, load=int)
FORK = multiprocessing.get_context("fork")


def shown() -> ModuleType:
    """The code of the page as a module: its blocks that are no examples."""
    pytest.importorskip("fcntl")
    module = ModuleType("own_storage")
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    for block in blocks:
        if not block.startswith(">>>"):
            exec(compile(block, str(PAGE), "exec"), vars(module))
    return module


OWN = shown()


class TestFolder(StorageContract):
    attempts = 450

    @pytest.fixture
    def storage(self, tmp_path, monkeypatch):
        monkeypatch.setattr(os, "fsync", lambda file: None)  # the contract pulls no plug; the tests below do
        return OWN.FolderStorage(tmp_path / "books")


def test_the_page_shows_the_class_that_runs_here():
    assert issubclass(OWN.TestFolder, StorageContract)


def open_line(folder, limit):
    command = OpenAccount(key="open", at=NOON, account="line", unit="count", limit=limit)
    run_unit(OWN.FolderStorage(folder), lambda work: work.ledger.execute(command))


def reserve(folder, name, times, told):
    """Reserve and count, seat by seat, and tell what was acknowledged."""
    storage = OWN.FolderStorage(folder)
    for number in range(times):
        command = Reserve(key=f"{name}-{number}", at=NOON, account="line", amount=1)

        def act(work, command=command):
            decision = work.ledger.execute(command)
            found = work.aggregates(NOTES).find(name)
            work.aggregates(NOTES).put(name, 1 if found is None else found.value + 1, found.version if found else 0)
            return decision.is_allowed

        is_allowed = run_unit(storage, act)
        os.write(told, b"y" if is_allowed else b"n")


def started(folder, name, times):
    """A process that reserves, and the end of the pipe from which it is heard."""
    heard, told = os.pipe()
    process = FORK.Process(target=reserve, args=(folder, name, times, told))
    process.start()
    os.close(told)
    return process, heard


def listened(heard):
    with os.fdopen(heard, "rb") as stream:
        return stream.read()


def test_four_processes_on_one_line_overspend_nothing(tmp_path):
    open_line(tmp_path, 30)
    running = [started(tmp_path, f"p{number}", 15) for number in range(4)]
    answers = b"".join(listened(heard) for _, heard in running)
    for process, _ in running:
        process.join()
        assert process.exitcode == 0
    assert (answers.count(b"y"), answers.count(b"n")) == (30, 30)
    with OWN.FolderStorage(tmp_path).begin() as work:
        assert work.ledger.balance("line").pending == 30
        assert [work.aggregates(NOTES).get(f"p{number}").value for number in range(4)] == [15] * 4


def test_what_was_acknowledged_outlives_a_kill_and_nothing_is_half_done(tmp_path):
    open_line(tmp_path, 100_000)
    for round in range(8):
        process, heard = started(tmp_path, f"r{round}", 100_000)
        time.sleep(0.02 + 0.013 * round)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        acknowledged = len(listened(heard))
        with OWN.FolderStorage(tmp_path).begin() as work:
            found = work.aggregates(NOTES).find(f"r{round}")
            count = found.value if found else 0
            reserved = sum(key.startswith(f"r{round}-") for key in work.ledger.reservations)
        assert count == reserved
        assert acknowledged <= count <= acknowledged + 1


def test_what_was_written_by_half_is_not_there(tmp_path):
    open_line(tmp_path, 5)
    (tmp_path / "draft").write_text('[["put", "note"')
    storage = OWN.FolderStorage(tmp_path)
    assert run_unit(storage, lambda work: work.aggregates(NOTES).put("a", 1, 0)) == 1
    with OWN.FolderStorage(tmp_path).begin() as work:
        assert work.aggregates(NOTES).get("a").value == 1


def test_who_waits_too_long_is_told_that_nothing_was_saved(tmp_path):
    storage = OWN.FolderStorage(tmp_path)
    with storage.begin() as work:
        work.aggregates(NOTES).put("a", 1, 0)
        for other in (OWN.FolderStorage(tmp_path, patience=0.02), storage):
            other.patience = 0.02
            with other.begin() as late, pytest.raises(BackendUnavailable, match="writing") as caught:
                late.aggregates(NOTES).put("b", 1, 0)
            assert not caught.value.may_have_committed
        work.commit()
    assert run_unit(storage, lambda work: work.aggregates(NOTES).put("b", 1, 0)) == 1


def test_a_full_disk_is_a_clear_error_and_loses_nothing(tmp_path, monkeypatch):
    storage = OWN.FolderStorage(tmp_path)
    run_unit(storage, lambda work: work.aggregates(NOTES).put("a", 1, 0))

    def full(file):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(OWN.os, "fsync", full)
        with storage.begin() as work:
            work.aggregates(NOTES).put("a", 2, 1)
            with pytest.raises(BackendUnavailable, match="No space left") as caught:
                work.commit()
        assert not caught.value.may_have_committed
    with OWN.FolderStorage(tmp_path).begin() as work:
        assert work.aggregates(NOTES).get("a").value == 1
    assert run_unit(storage, lambda work: work.aggregates(NOTES).put("a", 2, 1)) == 2
