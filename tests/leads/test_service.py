"""Claims, recalls and assignment in every storage; and many at once, in every order, with an unguarded twin."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from salesrules.core import IdempotencyConflict, MissingAggregate, Outcome, StaleVersion, UnknownName, Versioned
from salesrules.leads import (
    Assignee,
    AssignmentRule,
    Claimant,
    ClaimLimits,
    Lead,
    assign_stored_leads,
    assigned_account,
    check_claim,
    claim_lead,
    claims_account,
    owned_account,
    recall_lead,
    recall_leads,
)
from salesrules.storage import MemoryStorage, run_unit
from salesrules.testing.storage_schedules import Scenario, ScheduleFailed, explore_schedules
from salesrules.wire import stored_kind

LEADS = stored_kind(Lead, name="lead")
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
TODAY = date(2024, 3, 1)
DAY = timedelta(days=1)


class Office:
    """A storage with leads in the pool, and short ways to act."""

    def __init__(self, storage, policy) -> None:
        self.storage, self.policy = storage, policy

    def put(self, *leads: Lead) -> None:
        for lead in leads:
            run_unit(self.storage, lambda work, lead=lead: work.aggregates(LEADS).put(lead.id, lead, 0))

    def run(self, act, *given, as_of=NOON, policy=None, **keywords):
        def unit(work):
            return act(
                *given,
                leads=work.aggregates(LEADS),
                ledger=work.ledger,
                policy=policy or self.policy,
                as_of=as_of,
                **keywords,
            )

        return run_unit(self.storage, unit, sleep=lambda seconds: None, attempts=60)

    def claim(self, id, person, key, **keywords):
        return self.run(claim_lead, id, person, key=key, **keywords)

    def lead(self, id) -> Versioned[Lead]:
        with self.storage.begin() as work:
            return work.aggregates(LEADS).get(id)

    def used(self, account) -> int:
        with self.storage.begin() as work:
            try:
                return work.ledger.balance(account).used
            except UnknownName:
                return 0


@pytest.fixture(scope="session")
def few(policy):
    """At most two leads in all and two claims a day."""
    return attrs.evolve(policy, pool=attrs.evolve(policy.pool, claims=ClaimLimits(id="c", owned=2, per_day=2)))


@pytest.fixture(scope="session")
def pooled(make_lead):
    def make(*ids: str, **changes) -> list[Lead]:
        return [make_lead(id, owner=None, pooled_at=NOON - 9 * DAY, stage="recycled", **changes) for id in ids]

    return make


def test_a_claim_gives_the_lead_and_counts_it(storage, policy, pooled) -> None:
    office = Office(storage, policy)
    office.put(*pooled("l1", activities=[NOON - 99 * DAY]))
    assert office.claim("l1", "bo", "k1").outcome is Outcome.ALLOW
    lead = office.lead("l1").value
    assert (lead.owner, lead.owned_since, lead.pooled_at, lead.activities) == ("bo", NOON, None, ())
    assert (lead.stage, lead.stage_entered) == ("assigned", NOON), "it goes on where its scheme restarts"
    assert (office.used(owned_account("bo")), office.used(claims_account("bo", TODAY))) == (1, 1)
    again = office.claim("l1", "bo", "k1", as_of=NOON + DAY)
    assert (again.outcome, office.lead("l1").version, office.used(owned_account("bo"))) == (Outcome.ALLOW, 2, 1)


def test_limits_deny_and_change_no_lead(storage, few, pooled, codes) -> None:
    office = Office(storage, few)
    office.put(*pooled("l1", "l2", "l3"))
    assert [office.claim(id, "bo", id).is_allowed for id in ("l1", "l2")] == [True, True]
    denied = office.claim("l3", "bo", "l3")
    assert (codes(denied), denied.headroom) == (["owned_limit", "day_limit"], 0)
    assert denied.changes_at == datetime(2024, 3, 1, 16, tzinfo=UTC)
    assert (office.lead("l3").version, office.used(owned_account("bo"))) == (1, 2)
    tomorrow = office.claim("l3", "bo", "l3b", as_of=NOON + DAY)
    assert codes(tomorrow) == ["owned_limit"], "the day is new, the leads are still owned"
    assert office.claim("l3", "cy", "cy").is_allowed
    one = attrs.evolve(few, pool=attrs.evolve(few.pool, claims=ClaimLimits(id="c", owned=9, per_day=1)))
    office.put(*pooled("l5"))
    assert codes(office.claim("l5", "cy", "l5", policy=one)) == ["day_limit"]
    more = attrs.evolve(few, pool=attrs.evolve(few.pool, claims=ClaimLimits(id="c", owned=3)))
    office.put(*pooled("l4"))
    assert office.claim("l4", "bo", "l4", policy=more).is_allowed, "a limit of the policy holds as soon as it is set"


def test_a_key_is_of_one_lead_and_one_person(storage, few, pooled) -> None:
    office = Office(storage, few)
    office.put(*pooled("l1", "l2"))
    assert office.claim("l1", "bo", "k").is_allowed
    for id, person in (("l2", "bo"), ("l1", "cy"), ("l2", "cy")):
        with pytest.raises(IdempotencyConflict, match='"lead": "l1", "person": "bo"'):
            office.claim(id, person, "k")
    assert (office.lead("l2").value.owner, office.used(owned_account("bo"))) == (None, 1)
    office.run(recall_lead, "l1", key="r", as_of=NOON + 15 * DAY)
    assert office.claim("l1", "bo", "k", as_of=NOON + 40 * DAY).is_allowed, "the first answer, and no more"
    assert (office.lead("l1").value.owner, office.used(owned_account("bo"))) == (None, 0)


def test_an_assignment_sent_again_gives_nobody_what_was_taken_back(storage, in_turn, make_lead) -> None:
    office = Office(storage, in_turn)
    office.put(make_lead("l1", owner=None), make_lead("l2", owner=None))
    team = [Assignee(person="a", capacity=1), Assignee(person="b", capacity=1)]
    first = office.run(assign_stored_leads, ["l1", "l2"], team, key="night")
    late = NOON + 60 * DAY
    assert office.run(recall_lead, "l1", key="r", as_of=late).is_allowed
    again = office.run(assign_stored_leads, ["l1", "l2"], team, key="night", as_of=late)
    assert again.owners == first.owners
    assert office.lead("l1").value.owner is None
    assert office.used(owned_account(first.owners["l1"])) == 0
    anew = office.run(assign_stored_leads, ["l1"], team, key="next night", as_of=late)
    assert anew.owners == {"l1": first.owners["l1"]}


def test_the_rules_of_claims_hold_before_the_ledger_is_asked(storage, policy, make_lead, draft, pooled, codes) -> None:
    office = Office(storage, policy)
    office.put(make_lead("mine"), *pooled("l1"))
    assert codes(office.claim("mine", "bo", "k1")) == ["not_in_pool"]
    assert office.used(owned_account("bo")) == 0
    assert not office.claim("l1", "bo", "k2", policy=draft).is_allowed
    with pytest.raises(MissingAggregate):
        office.claim("nowhere", "bo", "k3")


def test_a_recall_gives_room_back_and_makes_the_owner_wait(storage, few, pooled, codes) -> None:
    office = Office(storage, few)
    office.put(*pooled("l1"))
    office.claim("l1", "bo", "k1")
    early = office.run(recall_lead, "l1", key="r0", as_of=NOON + 3 * DAY)
    assert (codes(early), early.outcome) == (["not_recalled"], Outcome.DENY)
    assert early.changes_at is not None
    assert office.lead("l1").version == 2
    late = NOON + 15 * DAY
    done = office.run(recall_lead, "l1", key="r1", as_of=late)
    assert (codes(done), done.outcome) == (["recalled"], Outcome.ALLOW)
    lead = office.lead("l1").value
    assert (lead.owner, lead.pooled_at, lead.stage, lead.claim) == (None, late, "recycled", None)
    assert [(former.owner, former.until) for former in lead.former] == [("bo", late)]
    assert office.used(owned_account("bo")) == 0
    again = office.run(recall_lead, "l1", key="r1", as_of=late)
    assert (codes(again), office.lead("l1").version) == (["in_pool"], 3)
    assert codes(office.claim("l1", "bo", "k2", as_of=late + DAY)) == ["former_owner_waits"]
    assert office.claim("l1", "bo", "k3", as_of=late + 7 * DAY).is_allowed


def test_all_that_is_due_is_recalled_at_once(storage, policy, make_lead, draft) -> None:
    office = Office(storage, policy)
    office.put(make_lead("old"), make_lead("new", owned_since=NOON + 14 * DAY), make_lead("won", is_won=True))
    found = office.run(recall_leads, ["old", "new", "won"], key="r", as_of=NOON + 15 * DAY)
    assert {id: decision.outcome.value for id, decision in found.items()} == {
        "old": "allow", "new": "deny", "won": "deny"
    }  # fmt: skip
    assert [office.lead(id).value.owner for id in ("old", "new", "won")] == [None, "ana", "ana"]
    refused = office.run(recall_lead, "new", key="r2", policy=draft, as_of=NOON + 99 * DAY)
    assert refused.reasons[0].code == "core.policy_not_in_force"


@pytest.fixture(scope="session")
def in_turn(policy):
    schemes = [attrs.evolve(scheme, assignment="r") for scheme in policy.schemes]
    return attrs.evolve(policy, assignment=[AssignmentRule(id="r", pick="load")], schemes=schemes)


def test_leads_are_assigned_within_the_counts_of_the_ledger(storage, in_turn, make_lead, codes) -> None:
    office = Office(storage, in_turn)
    office.put(*(make_lead(f"l{number}", owner=None) for number in range(8)), make_lead("taken"))
    team = [Assignee(person="a", capacity=2), Assignee(person="b", capacity=9, day_quota=3, load=99, taken=99)]
    ids = [f"l{number}" for number in range(6)]
    first = office.run(assign_stored_leads, [*ids, "taken"], team, key="night")
    assert sorted(first.owners.values()) == ["a", "a", "b", "b", "b"]
    assert {lead: codes(decision) for lead, decision in first.unassigned} == {
        "taken": ["already_owned"], "l5": ["nobody_fits"]
    }  # fmt: skip
    assert (office.used(owned_account("a")), office.used(owned_account("b"))) == (2, 3)
    assert office.used(assigned_account("b", TODAY)) == 3
    again = office.run(assign_stored_leads, ids[:5], team, key="night")
    assert again.owners == first.owners
    assert (office.used(owned_account("a")), office.lead("l0").version) == (2, 2)
    later = office.run(assign_stored_leads, ["l6"], team, key="next", as_of=NOON + DAY)
    assert later.owners == {"l6": "b"}, "the quota is of a day, the capacity is not"
    assert {office.lead(id).value.owner for id in first.owners} == {"a", "b"}


def test_a_place_that_was_taken_meanwhile_goes_to_the_next(in_turn, make_lead) -> None:
    """The counts are read before the account is touched: somebody else's claim in between is met by the ledger."""
    office = Office(MemoryStorage(), in_turn)
    office.put(*(make_lead(f"l{number}", owner=None) for number in range(3)))
    team = [Assignee(person="a", capacity=1), Assignee(person="b", capacity=5)]
    office.run(assign_stored_leads, ["l0"], team[:1], key="first")
    with office.storage.begin() as work:
        stale = _Stale(work.ledger)
        found = assign_stored_leads(
            ["l1", "l2"], team, key="k", leads=work.aggregates(LEADS), ledger=stale, policy=in_turn, as_of=NOON
        )
        work.commit()
    assert found.owners == {"l1": "b", "l2": "b"}
    assert office.used(owned_account("a")) == 1


class _Stale:
    """A ledger whose balances were read before anybody used it."""

    def __init__(self, ledger) -> None:
        self.ledger = ledger

    def balance(self, account):
        raise UnknownName("account", account)

    def __getattr__(self, name):
        return getattr(self.ledger, name)


# --- many at once -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("leads", "actors"), [(["l1"], ["a", "b", "c"]), (["l1", "l2", "l3"], ["a", "a", "a"])])
def test_no_order_of_turns_gives_a_lead_twice_or_too_many_to_one(few, pooled, leads, actors) -> None:
    def prepare(turns):
        office = Office(MemoryStorage(lock=turns.lock(), pause=turns.pause), few)
        office.put(*pooled(*leads))
        told: list[str] = []

        def claims(number: int, person: str):
            def act() -> None:
                id = leads[number % len(leads)]
                if office.claim(id, person, f"k{number}").is_allowed:
                    told.append(id)

            return act

        def check() -> None:
            owners = [office.lead(id).value.owner for id in leads]
            assert len(told) == len(set(told)) == sum(owner is not None for owner in owners)
            assert len(told) == min(len(leads), 2)
            for person in set(actors):
                assert office.used(owned_account(person)) == owners.count(person) <= 2

        return Scenario(actors=[claims(n, person) for n, person in enumerate(actors)], check=check)

    assert explore_schedules(prepare) > 10


def test_an_unguarded_twin_is_caught(few, pooled) -> None:
    """The same look and the same decision, but counts kept in the leads themselves and no ledger."""

    def prepare(turns):
        office = Office(MemoryStorage(lock=turns.lock(), pause=turns.pause), few)
        office.put(*pooled("l1", "l2", "l3"))

        def claims(id: str):
            def act() -> None:
                with office.storage.begin() as work:
                    store = work.aggregates(LEADS)
                    owned = sum(store.get(other).value.owner == "a" for other in ("l1", "l2", "l3"))
                    found = store.get(id)
                    claimant = Claimant(person="a", owned=owned, claimed_today=owned)
                    if check_claim(found.value, claimant, few, NOON).is_allowed:
                        given = attrs.evolve(found.value, owner="a", owned_since=NOON, pooled_at=None)
                        store.put(id, given, found.version)
                    work.commit()

            return act

        def check() -> None:
            owned = sum(office.lead(id).value.owner == "a" for id in ("l1", "l2", "l3"))
            assert owned <= 2, f"owns {owned}"

        return Scenario(actors=[claims(id) for id in ("l1", "l2", "l3")], check=check)

    with pytest.raises(ScheduleFailed, match="owns 3"):
        explore_schedules(prepare)


def test_threads_claim_and_assign_the_same_leads(storage, few, pooled) -> None:
    office = Office(storage, attrs.evolve(few, assignment=[AssignmentRule(id="by-territory", pick="load")]))
    ids = [f"l{number}" for number in range(6)]
    office.put(*pooled(*ids))
    told: list[tuple[str, str]] = []
    lock = threading.Lock()

    def claims(person: str) -> None:
        for id in ids:
            try:
                allowed = office.claim(id, person, f"{person}:{id}").is_allowed
            except StaleVersion:  # pragma: no cover - only on a very slow machine
                allowed = False
            if allowed:
                with lock:
                    told.append((id, person))

    threads = [threading.Thread(target=claims, args=(person,)) for person in ("a", "b", "c", "d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(id for id, _ in told) == ids, "every lead goes to exactly one"
    assert {id: office.lead(id).value.owner for id in ids} == dict(told)
    for person in "abcd":
        assert office.used(owned_account(person)) == sum(owner == person for _, owner in told) <= 2
