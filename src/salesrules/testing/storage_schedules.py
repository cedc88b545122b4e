"""Every order in which actors can take turns, tried one after the other, without sleeping and without chance.

An actor is a function; each runs in a thread of its own, but only one runs at a time, and turns change only where an
actor pauses or finds a lock taken. What is explored is the tree of all choices, depth first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import attrs

__all__ = ["Scenario", "ScheduleFailed", "TurnLock", "Turns", "explore_schedules", "run_schedule"]


@attrs.frozen(kw_only=True)
class Scenario:
    """Actors on something freshly made, and what must hold once all are through: `check` raises where it does not."""

    actors: Sequence[Callable[[], object]]
    check: Callable[[], object]


@attrs.define
class ScheduleFailed(AssertionError):
    """A schedule after which the check failed, an actor raised, or nobody could go on.

    `schedule` is who had each turn, by the actors' numbers; `run_schedule` runs it again.
    """

    schedule: tuple[int, ...]
    problem: str

    def __str__(self) -> str:
        return f"{self.problem}; the turns were {', '.join(map(str, self.schedule))}"


class _Abandoned(BaseException):
    """Ends an actor whose schedule was given up."""


class _Actor(threading.Thread):
    def __init__(self, turns: Turns, act: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.turns = turns
        self.act = act
        self.go = threading.Semaphore(0)
        self.is_done = False
        self.waits_for: TurnLock | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        self.go.acquire()
        try:
            if not self.turns.is_abandoned:
                self.act()
        except _Abandoned:
            pass
        except BaseException as error:  # whatever an actor raises is told with its schedule
            self.error = error
        self.is_done = True
        self.turns.back.release()

    @property
    def can_go(self) -> bool:
        return not self.is_done and (self.waits_for is None or self.waits_for.owner is None)


class Turns:
    """Who may go on: `pause` and a `lock` are for what is tested, where it may be interrupted and where it may not."""

    def __init__(self) -> None:
        self.actors: list[_Actor] = []
        self.back = threading.Semaphore(0)
        self.is_abandoned = False

    def pause(self) -> None:
        """Let any actor go on, this one included; nothing where no actor calls."""
        me = threading.current_thread()
        if isinstance(me, _Actor):
            self.back.release()
            me.go.acquire()
            if self.is_abandoned:
                raise _Abandoned

    def lock(self) -> TurnLock:
        """A lock for which an actor waits by giving up its turn."""
        return TurnLock(self)

    def run(self, choose: Callable[[int], int]) -> Iterator[int]:
        """Give turns until all actors are through; `choose` picks one of so many; each turn's actor by number."""
        for actor in self.actors:
            actor.start()
        while True:
            ready = [number for number, actor in enumerate(self.actors) if actor.can_go]
            if not ready:
                return
            number = ready[choose(len(ready))]
            yield number
            self.actors[number].go.release()
            self.back.acquire()

    def abandon(self) -> None:
        """End the actors that are not through."""
        self.is_abandoned = True
        for actor in self.actors:
            actor.go.release()
        for actor in self.actors:
            actor.join()


class TurnLock:
    """A lock among actors that take turns; used as a `threading.Lock` is."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.owner: threading.Thread | None = None

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock; where it is taken, the turn is given up until it is free."""
        me = threading.current_thread()
        while self.owner is not None:
            if not isinstance(me, _Actor):
                return False
            me.waits_for = self
            self.turns.pause()
            me.waits_for = None
        self.owner = me
        return True

    def release(self) -> None:
        """Give the lock back."""
        self.owner = None


def explore_schedules(prepare: Callable[[Turns], Scenario], *, most: int = 100_000) -> int:
    """Run every schedule of a scenario, each on a fresh one that `prepare` makes; how many there were.

    Raises `ScheduleFailed` with the first that fails, and where there are more than `most`.

    >>> def lost_update(turns):
    ...     box = {"count": 0}
    ...     def add():
    ...         seen = box["count"]
    ...         turns.pause()
    ...         box["count"] = seen + 1
    ...     def check():
    ...         assert box["count"] == 2, f"counted {box['count']}"
    ...     return Scenario(actors=[add, add], check=check)
    >>> explore_schedules(lost_update)
    Traceback (most recent call last):
    salesrules.testing.storage_schedules.ScheduleFailed: counted 1; the turns were 0, 1, 0, 1
    """
    choices: list[int] = []
    count = 0
    while True:
        if count == most:
            raise ScheduleFailed((), f"there are more than {most} schedules; pause less often, or take fewer actors")
        options: list[int] = []

        def choose(ready: int, options: list[int] = options) -> int:
            place = len(options)
            options.append(ready)
            if place == len(choices):
                choices.append(0)
            return choices[place]

        _run(prepare, choose)
        count += 1
        while choices and choices[-1] + 1 == options[len(choices) - 1]:
            choices.pop()
        if not choices:
            return count
        choices[-1] += 1


def run_schedule(prepare: Callable[[Turns], Scenario], schedule: Sequence[int]) -> None:
    """Run one schedule again, such as the one that an exploration failed with; raises `ScheduleFailed` as it did."""
    turns = Turns()
    wanted = iter(schedule)

    def choose(ready: int) -> int:
        able = [number for number, actor in enumerate(turns.actors) if actor.can_go]
        return able.index(next(wanted))

    _run(prepare, choose, turns)


def _run(prepare: Callable[[Turns], Scenario], choose: Callable[[int], int], turns: Turns | None = None) -> None:
    turns = turns or Turns()
    scenario = prepare(turns)
    turns.actors = [_Actor(turns, act) for act in scenario.actors]
    schedule: list[int] = []
    try:
        for number in turns.run(choose):
            schedule.append(number)  # noqa: PERF402 - what was done before a failure is wanted too
        for number, actor in enumerate(turns.actors):
            if actor.error is not None:
                raise ScheduleFailed(tuple(schedule), f"actor {number} raised {actor.error!r}") from actor.error
        if not all(actor.is_done for actor in turns.actors):
            raise ScheduleFailed(tuple(schedule), "every actor that is left waits for a lock")
    finally:
        turns.abandon()
    try:
        scenario.check()
    except AssertionError as error:
        raise ScheduleFailed(tuple(schedule), str(error)) from error
