"""Units of work that are run again: which faults, how often, how long between; and stored values as text."""

from __future__ import annotations

import pytest

from salesrules.core import BackendUnavailable, Denied, InvalidValue, StaleVersion, StoredKind
from salesrules.core import Decision as AnyDecision
from salesrules.storage import MemoryStorage, run_once, run_unit
from salesrules.storage.plain import from_text, to_text

NOTES = StoredKind(name="note", dump=lambda note: note, load=lambda data: data)
STALE = StaleVersion("note", "a", 1, 2)
AWAY = BackendUnavailable("db", "gone")
UNHEARD = BackendUnavailable("db", "gone", may_have_committed=True)


def failing(*faults):
    """An act that raises these, one in each run, before it passes."""
    left = list(faults)

    def act(work):
        if left:
            raise left.pop(0)
        return "done"

    return act


@pytest.mark.parametrize("fault", [STALE, AWAY])
def test_faults_that_left_nothing_are_tried_again(fault):
    slept = []
    assert run_unit(MemoryStorage(), failing(fault, fault, fault), sleep=slept.append) == "done"
    assert len(slept) == 3


@pytest.mark.parametrize(
    "fault", [UNHEARD, Denied(AnyDecision(outcome="deny")), KeyError("a"), InvalidValue("a", 1, "")]
)
def test_other_faults_are_not(fault):
    slept = []
    with pytest.raises(type(fault)):
        run_unit(MemoryStorage(), failing(fault), sleep=slept.append)
    assert slept == []


def test_with_a_key_an_unheard_commit_is_tried_again_too():
    slept = []
    assert run_once(MemoryStorage(), "k", failing(STALE, AWAY, UNHEARD), sleep=slept.append) == "done"
    assert len(slept) == 3
    with pytest.raises(KeyError):
        run_once(MemoryStorage(), "k", failing(KeyError("a")), sleep=slept.append)
    assert len(slept) == 3


@pytest.mark.parametrize("attempts", [1, 2, 5])
@pytest.mark.parametrize("run", [run_unit, lambda storage, act, **limits: run_once(storage, "k", act, **limits)])
def test_attempts_are_bounded_and_the_last_fault_is_raised(run, attempts):
    slept, faults = [], [StaleVersion("note", "a", 1, number) for number in range(9)]
    with pytest.raises(StaleVersion) as caught:
        run(MemoryStorage(), failing(*faults), attempts=attempts, sleep=slept.append)
    assert (caught.value.found, len(slept)) == (attempts - 1, attempts - 1)


def test_waits_are_random_grow_and_are_bounded():
    bounds = [0.01 * 2**number for number in range(6)]
    rounds = []
    for _ in range(40):
        slept = []
        run_unit(MemoryStorage(), failing(*[STALE] * 8), first_wait=0.01, longest_wait=0.32, sleep=slept.append)
        rounds.append(slept)
        assert all(0 <= wait <= bound for wait, bound in zip(slept, [*bounds, 0.32, 0.32], strict=True))
    highest = [max(column) for column in zip(*rounds, strict=True)]
    assert highest[5] > highest[0]
    assert len({slept[0] for slept in rounds}) > 1


@pytest.mark.parametrize("attempts", [0, -1, 1.5, True, None])
def test_attempts_are_a_count(attempts):
    for call in (
        lambda: run_unit(MemoryStorage(), failing(), attempts=attempts),
        lambda: run_once(MemoryStorage(), "k", failing(), attempts=attempts),
    ):
        with pytest.raises(InvalidValue, match="attempts"):
            call()


def test_payloads_and_results_are_plain_data():
    for call in (
        lambda: run_once(MemoryStorage(), "k", failing(), payload=1.5),
        lambda: run_once(MemoryStorage(), "k", lambda work: object()),
        lambda: run_once(MemoryStorage(), "", failing()),
    ):
        with pytest.raises(InvalidValue):
            call()


def test_stored_text_is_what_json_can_hold():
    assert to_text(NOTES, {"b": [1, (2,), None, True], "a": "客户"}) == '{"b":[1,[2],null,true],"a":"客户"}'
    with pytest.raises(InvalidValue, match=r"^note\.a\[1\]\.b: 1\.5 is not valid"):
        to_text(NOTES, {"a": [1, {"b": 1.5}]})
    with pytest.raises(InvalidValue, match=r"^note\.a: 5 is not valid; dump mappings with text keys"):
        to_text(NOTES, {"a": {5: 1}})
    for text in ("1.5", "[NaN]", '{"a": Infinity}', "1e2"):
        with pytest.raises(InvalidValue, match="never exact"):
            from_text(NOTES, text)


def test_a_kind_has_a_name():
    with pytest.raises(InvalidValue, match="name"):
        StoredKind(name=" note", dump=str, load=str)
