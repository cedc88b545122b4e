"""Units of work that are tried again where that is safe, and units that have one effect however often they are sent."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from salesrules.core import (
    BackendUnavailable,
    IdempotencyConflict,
    InvalidValue,
    StaleVersion,
    Storage,
    StoredKind,
    UnitOfWork,
)
from salesrules.storage.plain import from_text, to_text

__all__ = ["run_once", "run_unit"]

T = TypeVar("T")

_PLAIN: StoredKind[Any] = StoredKind(name="unit of work", dump=lambda data: data, load=lambda data: data)


def run_unit(
    storage: Storage,
    act: Callable[[UnitOfWork], T],
    *,
    attempts: int = 10,
    first_wait: float = 0.01,
    longest_wait: float = 2.0,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Run an act in a unit of work and commit it; what the act returns.

    Where somebody else was first (`StaleVersion`), or the backend gave up and nothing was saved
    (`BackendUnavailable`), the whole act is run again in a new unit, at most `attempts` times in all, after a random
    wait of at most `first_wait` seconds, doubled each time up to `longest_wait`. The act must do nothing outside its
    unit. Where the backend went away during the commit, nobody knows whether it was saved, and the error is raised: use
    `run_once`, or an act whose commands all carry keys.

    Raises what the last attempt raised.

    >>> from salesrules.storage.memory import MemoryStorage
    >>> note = StoredKind(name="note", dump=str, load=str)
    >>> run_unit(MemoryStorage(), lambda work: work.aggregates(note).put("n1", "called back", 0))
    1
    """
    return _run(storage, act, _is_safe, attempts, first_wait, longest_wait, sleep)


def run_once(
    storage: Storage,
    key: str,
    act: Callable[[UnitOfWork], Any],
    *,
    payload: Any = None,
    attempts: int = 10,
    first_wait: float = 0.01,
    longest_wait: float = 2.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Any:
    """Run an act at most once for a key that the client made, and give its first result ever after.

    The key, the payload and the result (both plain data, as `StoredKind` says) are saved in the same unit of work as
    what the act does, so the act may be run again after any fault, also when the backend went away during the commit.

    Raises `IdempotencyConflict` where the key came before with another payload, and what the last attempt raised.

    >>> from salesrules.storage.memory import MemoryStorage
    >>> storage, note = MemoryStorage(), StoredKind(name="note", dump=str, load=str)
    >>> [run_once(storage, "k1", lambda work: work.aggregates(note).put("n1", "called back", 0)) for _ in range(2)]
    [1, 1]
    """
    asked = from_text(_PLAIN, to_text(_PLAIN, payload))

    def once(work: UnitOfWork) -> Any:
        done = work.aggregates(_PLAIN).find(key)
        if done is not None:
            if done.value["payload"] != asked:
                raise IdempotencyConflict(key, done.value["payload"], asked)
            return done.value["result"]
        result = from_text(_PLAIN, to_text(_PLAIN, act(work)))
        work.aggregates(_PLAIN).put(key, {"payload": asked, "result": result}, 0)
        return result

    return _run(storage, once, _is_passing, attempts, first_wait, longest_wait, sleep)


def _in_unit(storage: Storage, act: Callable[[UnitOfWork], T]) -> T:
    with storage.begin() as work:
        result = act(work)
        work.commit()
    return result


def _run(
    storage: Storage,
    act: Callable[[UnitOfWork], T],
    is_retried: Callable[[BaseException], bool],
    attempts: int,
    first_wait: float,
    longest_wait: float,
    sleep: Callable[[float], None],
) -> T:
    """Run an act in a unit, and again as often as may be; what only tries again is made where something failed."""
    if type(attempts) is not int or attempts < 1:
        raise InvalidValue("attempts", attempts, "give a whole number above zero")
    try:
        return _in_unit(storage, act)
    except (StaleVersion, BackendUnavailable) as error:
        faults: list[Exception] = [error]

    def again() -> T:
        if faults:
            raise faults.pop()  # the first attempt counts, and is waited for, like all others
        return _in_unit(storage, act)

    result: T = Retrying(
        stop=stop_after_attempt(attempts),
        wait=wait_random_exponential(multiplier=first_wait, max=longest_wait),
        retry=retry_if_exception(is_retried),
        sleep=sleep,
        reraise=True,
    )(again)
    return result


def _is_safe(error: BaseException) -> bool:
    """Whether a fault left nothing behind, so that the same act may be run again."""
    return isinstance(error, StaleVersion) or (isinstance(error, BackendUnavailable) and not error.may_have_committed)


def _is_passing(error: BaseException) -> bool:
    """Whether a fault may pass, whatever it left behind."""
    return isinstance(error, StaleVersion | BackendUnavailable)
