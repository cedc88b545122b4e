"""Leads: the decision of the pool beside a bare function on the same dates, and bulk assignment beside a bare heap.

The bare function holds the rules of the measured policy in its own lines: it compares the same dates, finds the same
instants, and gives a tuple of verdict, rule and next date; it explains nothing, checks nothing, and knows no other
policy. Two policies are measured: in elapsed days alone, and that of the starter rulebook, which counts local days too.
Facts are frozen before the clock starts; rounds alternate, and the median of their ratios counts. The clock is that of
the process, so that other work on the machine counts for little.

The bare heap loop gives a million leads to a thousand people by load, with capacity, quota of the day and absence, and
keeps a list of names. Ours does that through `assign_leads` with one rule, and with rules by territory. A thousand
people are made ready and given back changed in each call, which weighs on few leads; the bound is for a million.
"""

from __future__ import annotations

import gc
import heapq
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from salesrules import company, wire
from salesrules.core import DateRange, PolicyLife, TimeLimit
from salesrules.leads import (
    Absence,
    Assignee,
    AssignmentRule,
    AssignmentState,
    Lead,
    LeadPolicy,
    PoolLimit,
    PoolPolicy,
    PoolProtection,
    assign_leads,
    check_holding,
)

MUST, AIM, MUST_ASSIGN = 6, 3, 10
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ZONE = ZoneInfo("Asia/Shanghai")
LIFE = PolicyLife(
    status="in_force",
    scope="sales",
    owner="operations",
    approver="head",
    effective=DateRange(date(2026, 1, 1)),
    next_review=date(2027, 1, 1),
)


def elapsed_policy() -> LeadPolicy:
    """A protection, a limit without follow-up and one without a deal, in days of 24 hours, in a named order."""
    pool = PoolPolicy(
        id="pool",
        limits=[
            PoolLimit(id="no-follow-up", kind="no_follow_up", limit=TimeLimit(days=15)),
            PoolLimit(id="no-deal", kind="no_deal", limit=TimeLimit(days=60)),
        ],
        protections=[PoolProtection(id="protection", days=10, extension_days=3, cap_days=20)],
        conflict="order",
        order=["protection", "no-follow-up", "no-deal"],
        warn_days=2,
    )
    return LeadPolicy(life=LIFE, zone="Asia/Shanghai", pool=pool)


def elapsed_by_hand(lead: Lead, as_of: datetime) -> tuple[str, str, datetime | None]:
    """The same rules in bare lines."""
    if lead.owner is None or lead.is_won:
        return "kept", "", None
    owned, last = lead.owned_since, lead.last_follow_up
    protected, cap = owned + 10 * DAY, owned + 20 * DAY
    for activity in lead.activities:
        if activity < protected:
            protected = max(protected, min(activity + 3 * DAY, cap))
    at, rule = (last if last is not None and last > owned else owned) + 15 * DAY, "no-follow-up"
    deal = owned + 60 * DAY
    if deal < at:
        at, rule = deal, "no-deal"
    at = max(at, protected)
    if lead.lock is not None:
        at = max(at, lead.lock.until)
    if as_of >= at:
        return "recalled", rule, None
    warned = at - 2 * DAY
    return ("near", rule, at) if as_of >= warned else ("kept", rule, warned)


def midnight_after(start: datetime, days: int) -> datetime:
    day = start.astimezone(ZONE).date() + days * DAY
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


def starter_by_hand(lead: Lead, as_of: datetime) -> tuple[str, str, datetime | None]:
    """The rules of the starter rulebook for a class other than A, in bare lines."""
    if lead.owner is None or lead.is_won:
        return "kept", "", None
    owned, last, entered = lead.owned_since, lead.last_follow_up, lead.stage_entered
    protected, cap = midnight_after(owned, 10), midnight_after(owned, 20)
    for activity in lead.activities:
        if activity < protected:
            protected = max(protected, min(midnight_after(activity, 3), cap))
    at, rule = (last if last is not None and last > owned else owned) + 15 * DAY, "no-follow-up"
    still = midnight_after(entered if entered is not None and entered > owned else owned, 15)
    if still < at:
        at, rule = still, "stagnation"
    deal = owned + 60 * DAY
    if deal < at:
        at, rule = deal, "no-deal"
    at = max(at, protected)
    if lead.lock is not None:
        at = max(at, lead.lock.until)
    if as_of >= at:
        return "recalled", rule, None
    warned = at - 2 * DAY
    return ("near", rule, at) if as_of >= warned else ("kept", rule, warned)


def leads_of(count: int) -> list[Lead]:
    """Leads of many ages, some followed up, some with activities."""
    made = []
    for number in range(count):
        owned = NOON - timedelta(hours=number % 700)
        made.append(
            Lead(
                id=f"l{number}",
                source="web",
                kind="firm",
                customer_class="B",
                territory=f"t{number % 20}",
                captured_at=owned - DAY,
                owner="ana",
                owned_since=owned,
                last_follow_up=None if number % 3 else owned + timedelta(hours=number % 97),
                stage_entered=owned + timedelta(hours=number % 53),
                activities=[owned + (5 + step) * DAY for step in range(number % 3)],
            )
        )
    return made


def per_call(act: Callable[[Lead, datetime], Any], leads: list[Lead]) -> float:
    """Microseconds per lead."""
    moment = NOON + 30 * DAY
    gc.disable()
    try:
        begin = time.process_time_ns()
        for lead in leads:
            act(lead, moment)
        return (time.process_time_ns() - begin) / len(leads) / 1000
    finally:
        gc.enable()


def pool(rounds: int) -> dict[str, Any]:
    """Both policies, ours beside the bare lines."""
    starter = wire.load_rulebook(company.starter_rulebook()).section("leads")
    leads = leads_of(1000)
    verdicts = {"leads.kept": "kept", "leads.recall_near": "near", "leads.recalled": "recalled"}
    found: dict[str, Any] = {}
    for name, policy, bare in (
        ("pool decision, elapsed days", elapsed_policy(), elapsed_by_hand),
        ("pool decision, starter rulebook", attrs.evolve(starter, life=LIFE), starter_by_hand),
    ):
        for lead in leads:
            for days in (0, 5, 9, 14, 30):
                decision = check_holding(lead, policy, NOON + days * DAY)
                reason, told = decision.reasons[0], bare(lead, NOON + days * DAY)
                change = told[2] or policy.reviewed_until
                if (verdicts[reason.code], reason.parameters["rule"], decision.changes_at) != (*told[:2], change):
                    raise AssertionError(f"{lead}: {decision} but {told}")
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(rounds):
            theirs.append(per_call(bare, leads))
            ours.append(per_call(lambda lead, moment, policy=policy: check_holding(lead, policy, moment), leads))
        ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
        found[name] = {
            "salesrules_us": round(statistics.median(ours), 2),
            "bare_us": round(statistics.median(theirs), 2),
            "ratio": round(ratio, 2),
            "must": ratio <= MUST,
            "aim": ratio <= AIM,
        }
    return found


def people_of(count: int) -> list[Assignee]:
    away = Absence(start=NOON, end=NOON + DAY)
    return [
        Assignee(
            person=f"p{number}",
            territories=[f"t{number % 20}"],
            capacity=2000 + number % 7,
            day_quota=1500 + number % 5,
            load=number % 11,
            absences=[away] if number % 25 == 0 else [],
        )
        for number in range(count)
    ]


def bare_heap(leads: list[Lead], people: list[Assignee]) -> list[str]:
    """By load, with capacity, quota and absence; nothing else."""
    heap = [(one.load, number) for number, one in enumerate(people) if not one.absences]
    room = [min(one.capacity - one.load, one.day_quota) for one in people]  # type: ignore[operator]  # both are set
    heapq.heapify(heap)
    owners = []
    for _ in leads:
        load, number = heap[0]
        owners.append(people[number].person)
        room[number] -= 1
        if room[number]:
            heapq.heapreplace(heap, (load + 1, number))
        else:
            heapq.heappop(heap)
    return owners


def assignment(sizes: tuple[int, ...], rounds: int) -> dict[str, Any]:
    """Ours beside the heap, for each number of leads."""
    starter = wire.load_rulebook(company.starter_rulebook()).section("leads")
    schemes = [attrs.evolve(scheme, assignment="r") for scheme in starter.schemes]
    rules = {
        "by load": AssignmentRule(id="r", pick="load"),
        "by territory and load": AssignmentRule(id="r", match=["territory"], pick="load"),
    }
    people = people_of(1000)
    every = leads_of(max(sizes))
    found: dict[str, Any] = {}
    for size in sizes:
        leads = every[:size]
        bare: list[float] = []
        times: dict[str, list[float]] = {name: [] for name in rules}
        for _ in range(rounds):
            begin = time.process_time()
            bare_heap(leads, people)
            bare.append(time.process_time() - begin)
            for name, rule in rules.items():
                policy = attrs.evolve(starter, assignment=[rule], schemes=schemes)
                begin = time.process_time()
                result = assign_leads(leads, AssignmentState(people=people), policy, NOON)
                times[name].append(time.process_time() - begin)
                if len(result.assigned) != size:
                    raise AssertionError(f"{len(result.assigned)} of {size} were assigned")
                del result
        for name, own in times.items():
            ratio = statistics.median(one / other for one, other in zip(own, bare, strict=True))
            found[f"assignment {name}, {size:,} leads"] = {
                "salesrules_us": round(min(own) / size * 1e6, 2),
                "bare_us": round(min(bare) / size * 1e6, 2),
                "ratio": round(ratio, 2),
                **({"must": ratio < MUST_ASSIGN} if size == max(sizes) else {}),
            }
    return found


def run(rounds: int = 30, sizes: tuple[int, ...] = (10_000, 100_000, 1_000_000)) -> dict[str, Any]:
    """Measure, print and return the figures: microseconds per lead, and how many times the bare code's time."""
    results: dict[str, Any] = {"people": 1000, "rounds": rounds}
    results |= pool(rounds)
    results |= assignment(sizes, 3)
    for name, row in results.items():
        print(name, row)
    return results


if __name__ == "__main__":
    run()
