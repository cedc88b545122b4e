"""Seats, check-in, walk-ins and gifts through the storage: idempotent, first come first served, never over-issued."""

from __future__ import annotations

import threading

import attrs
import pytest

from salesrules.core import (
    ALLOW,
    Denied,
    IdempotencyConflict,
    InvalidValue,
    MissingAggregate,
    Outcome,
    UnknownName,
    VoidReservation,
    WorkflowEvent,
    evolve_case,
)
from salesrules.invitations import SeatPolicy, guest_account, item_account
from salesrules.storage import MemoryStorage, run_unit
from salesrules.testing import Scenario, ScheduleFailed, explore_schedules

from .conftest import codes_of
from .desks import HOUR, INVITATIONS, POLICY, START, Desks, event_of
from .test_reminders import CASES


@pytest.fixture
def make_desks(storage):
    def make(capacity=2, policy=POLICY, **changes) -> Desks:
        desks = Desks(storage, event_of(capacity, **changes), policy)
        assert desks.open().is_allowed
        return desks

    return make


# --- Seats and the waitlist ---


def test_a_seat_is_held_until_there_is_none_then_guests_wait(make_desks) -> None:
    desks = make_desks(2)
    for id in "abcd":
        desks.invite(id)
    assert [desks.register(id).outcome for id in "ab"] == [Outcome.ALLOW] * 2
    third, fourth = desks.register("c"), desks.register("d")
    assert (third.outcome, codes_of(third)) == (Outcome.WARN, ["seat_waitlisted"])
    assert [decision.reasons[0].parameters["place"] for decision in (third, fourth)] == [1, 2]
    assert [desks.state(id) for id in "abcd"] == ["accepted", "accepted", "waitlisted", "waitlisted"]
    assert (desks.held(), desks.waiting()) == ((2, 0), ("c", "d"))


def test_a_registration_sent_again_has_one_effect(make_desks) -> None:
    desks = make_desks(1)
    for id in "ab":
        desks.invite(id)
    assert desks.register("a", "k1") == desks.register("a", "k1") == ALLOW
    assert desks.register("b", "k1") == desks.register("b", "k1")  # one client's key for two guests is two commands
    assert (desks.held(), desks.waiting()) == ((1, 0), ("b",))
    desks.cancel("b")
    assert [reason.code for reason in desks.register("b", "k1").reasons] == ["workflow.final"]  # it came late
    again = desks.register("a", "k2")
    assert [reason.code for reason in again.reasons] == ["workflow.not_allowed"]
    assert desks.open() == desks.open()


def test_who_waits_moves_up_in_order_when_a_seat_is_free(make_desks) -> None:
    desks = make_desks(1)
    for id in "abc":
        desks.invite(id)
        desks.register(id)
    assert desks.promote("p1") == ()
    assert desks.cancel("a").is_allowed
    assert desks.held() == (0, 0)
    assert desks.promote("p2") == ("b",)
    assert (desks.state("b"), desks.waiting(), desks.held()) == ("accepted", ("c",), (1, 0))
    assert desks.promote("p3") == ()
    # A guest who waits declines; nobody's seat is touched.
    assert desks.cancel("c").is_allowed
    assert (desks.state("c"), desks.waiting(), desks.held()) == ("declined", (), (1, 0))


def test_an_unapproved_policy_moves_nobody_up(make_desks, draft) -> None:
    desks = make_desks(1)
    for id in "ab":
        desks.invite(id)
        desks.register(id)
    desks.cancel("a")
    desks.policy = attrs.evolve(POLICY, life=draft)
    assert desks.promote("p") == ()
    assert desks.waiting() == ("b",)


def test_nobody_jumps_the_queue(make_desks) -> None:
    desks = make_desks(1)
    for id in "abc":
        desks.invite(id)
    desks.register("a")
    desks.register("b")
    desks.cancel("a")
    assert codes_of(desks.register("c")) == ["seat_waitlisted"]
    assert desks.waiting() == ("b", "c")
    assert desks.promote("p") == ("b",)


@pytest.mark.parametrize(
    ("smaller_first", "promoted", "left"), [(False, (), ("big", "one")), (True, ("one",), ("big",))]
)
def test_a_party_that_does_not_fit_is_waited_for_or_passed(make_desks, smaller_first, promoted, left) -> None:
    policy = attrs.evolve(POLICY, seats=SeatPolicy(id="s", smaller_parties_first=smaller_first))
    desks = make_desks(3, policy)
    for id, seats in (("a", 1), ("b", 2), ("big", 2), ("one", 1)):
        desks.invite(id, seats)
        desks.register(id)
    assert desks.held() == (3, 0)
    desks.cancel("a")
    assert desks.promote("p") == promoted
    assert desks.waiting() == left


@pytest.mark.parametrize(("capacity", "seats"), [(0, 1), (2, 3)])
def test_a_party_that_can_never_be_seated_is_denied_at_once(make_desks, capacity, seats) -> None:
    desks = make_desks(capacity)
    before = desks.invite("a", seats)
    decision = desks.register("a")
    assert codes_of(decision) == ["seat_impossible"]
    assert decision.reasons[0].parameters == {"event": "launch", "capacity": capacity, "asked": seats}
    assert codes_of(desks.walk_in("w", seats=seats)) == ["seat_impossible"]
    assert (desks.find("a"), desks.held(), desks.waiting()) == (before, (0, 0), ())


def test_without_a_capacity_everybody_is_seated(make_desks) -> None:
    desks = make_desks(None)
    desks.invite("a", 5000)
    assert desks.register("a") == ALLOW
    assert desks.held() == (5000, 0)


def test_without_a_waitlist_a_full_event_denies(make_desks) -> None:
    policy = attrs.evolve(POLICY, seats=SeatPolicy(id="s", has_waitlist=False))
    desks = make_desks(1, policy)
    for id in "ab":
        desks.invite(id)
    desks.register("a")
    assert codes_of(desks.register("b")) == ["seat_missing", "waitlist_closed"]
    assert (desks.state("b"), desks.waiting()) == ("contacted", ())


def test_a_denial_changes_nothing(make_desks) -> None:
    desks = make_desks()
    before = desks.invite("a", state="planned")
    assert [r.code for r in desks.register("a").reasons] == ["workflow.not_allowed"]
    assert [r.code for r in desks.cancel("a").reasons] == ["workflow.not_allowed"]
    assert [r.code for r in desks.scan("a").reasons] == ["workflow.not_allowed"]
    assert codes_of(desks.close("a", START)) == ["event_not_over"]
    assert (desks.find("a"), desks.held()) == (before, (0, 0))


def test_an_unapproved_policy_seats_nobody(make_desks, draft) -> None:
    desks = make_desks()
    desks.invite("a")
    desks.policy = attrs.evolve(POLICY, life=draft)
    assert [r.code for r in desks.register("a").reasons] == ["core.policy_not_in_force"]
    assert desks.held() == (0, 0)


def test_what_is_not_there_or_elsewhere_is_an_error(make_desks) -> None:
    desks = make_desks()
    with pytest.raises(MissingAggregate):
        desks.register("nobody")
    desks.invite("a")
    other = Desks(desks.storage, event_of(id="fair"))
    with pytest.raises(InvalidValue, match="the invitation a is to launch"):
        other.register("a")
    with pytest.raises(InvalidValue, match="nonce"):
        desks.scan("a", nonce=" ")


# --- At the desk ---


def test_the_published_nonce_counts_once(make_desks) -> None:
    case = CASES["EVENT-06"]
    desks = make_desks(1)
    desks.invite("a")
    desks.register("a")
    told = ["ok" if desks.scan("a", nonce).is_allowed else "denied" for nonce in case["inputs"]["nonces"]]
    assert told == case["expected"]["codes"]
    assert desks.held() == (0, case["expected"]["count"])


def test_a_guest_checks_in_once(make_desks) -> None:
    desks = make_desks(1)
    desks.invite("a")
    desks.register("a")
    assert codes_of(desks.scan("a", at=START - 2 * HOUR)) == ["doors_closed"]
    assert [r.code for r in desks.scan("a", roles=("inviter",)).reasons] == ["workflow.role_missing"]
    assert desks.scan("a", "n1") == ALLOW
    assert (desks.state("a"), desks.held()) == ("checked_in", (0, 1))
    second = desks.scan("a", "n2", START + HOUR)
    assert codes_of(second) == ["checked_in_already"]
    assert second.reasons[0].parameters["at"] == START
    assert desks.scan("a", "n1", START + HOUR) == ALLOW
    assert len(desks.find("a").case.history) == 4


def test_who_said_yes_elsewhere_gets_a_free_seat_at_the_desk(make_desks) -> None:
    desks = make_desks(1)
    for id in "ab":
        invitation = desks.invite(id)
        said = WorkflowEvent(command="accept", source="contacted", target="accepted", at=START - 50 * HOUR)
        known = attrs.evolve(invitation, case=evolve_case(invitation.case, said))
        run_unit(desks.storage, lambda work, one=known: work.aggregates(INVITATIONS).put(one.id, one, 1))
    assert desks.scan("a") == ALLOW
    assert [r.code for r in desks.scan("b").reasons] == ["ledger.over_limit"]
    assert (desks.state("b"), desks.held()) == ("accepted", (0, 1))


def test_walk_ins_take_what_is_free_and_no_more(make_desks) -> None:
    desks = make_desks(2)
    for id in "abc":
        desks.invite(id)
        desks.register(id)
    assert [r.code for r in desks.walk_in("w").reasons] == ["ledger.over_limit"]
    desks.cancel("a")
    assert desks.walk_in("w", "n1") == desks.walk_in("w", "n1") == ALLOW
    assert codes_of(desks.walk_in("w", "n2")) == ["checked_in_already"]
    assert desks.held() == (1, 1)
    assert codes_of(desks.scan("w", "n3")) == ["checked_in_already"]


def test_a_nonce_stands_for_one_arrival(make_desks) -> None:
    desks = make_desks(9)
    assert desks.walk_in("w", "n", seats=2) == desks.walk_in("w", "n", seats=2) == ALLOW
    with pytest.raises(IdempotencyConflict, match=r"'n' came first with .*2.*now with .*1"):
        desks.walk_in("w", "n", seats=1)
    with pytest.raises(IdempotencyConflict, match=r"walk_in.*check_in"):
        desks.scan("w", "n")
    assert desks.held() == (0, 2)


def test_a_key_that_held_a_seat_holds_none_a_second_time(make_desks) -> None:
    desks = make_desks(2)
    desks.invite("a")
    assert desks.register("a", "k") == ALLOW
    assert desks.cancel("a").is_allowed
    assert desks.register("a", "k") == ALLOW  # the first answer; what came later stands
    assert (desks.held(), desks.find("a").case.state) == ((0, 0), "cancelled")


def test_who_waits_may_walk_in_and_waits_no_longer(make_desks) -> None:
    desks = make_desks(1)
    for id in "ab":
        desks.invite(id)
        desks.register(id)
    desks.cancel("a")
    assert desks.walk_in("b") == ALLOW
    assert (desks.state("b"), desks.waiting(), desks.held()) == ("checked_in", (), (0, 1))


def test_walk_ins_may_be_refused(make_desks) -> None:
    desks = make_desks(1, attrs.evolve(POLICY, seats=SeatPolicy(id="s", admits_walk_ins=False)))
    assert codes_of(desks.walk_in("w")) == ["walk_in_refused"]
    with pytest.raises(MissingAggregate):
        desks.find("w")


def seated(desks, *ids) -> None:
    for id in ids:
        desks.invite(id)
        desks.register(id)
        desks.scan(id)


def test_gifts_are_never_over_issued_in_all_or_to_one_guest(make_desks) -> None:
    desks = make_desks(3)
    seated(desks, "a", "b", "c")
    mug = item_account("launch", "mug")
    assert desks.give("a", "mug").is_allowed
    assert desks.give("a", "mug").is_allowed  # sent again
    assert desks.held(mug) == (0, 1)
    second = desks.give("a", "mug", "k2")
    assert (second.reasons[0].code, second.headroom) == ("ledger.over_limit", 0)
    assert second.reasons[0].parameters["account"] == guest_account("launch", "mug", "g-a")
    assert desks.give("b", "mug").is_allowed
    third = desks.give("c", "mug")
    assert third.reasons[0].parameters["account"] == mug
    assert desks.held(mug) == (0, 2)
    assert desks.give("c", "flyer", "k3", quantity=3).is_allowed
    assert not desks.give("c", "flyer", "k4").is_allowed
    for item, quantity in (("mug", 1), ("flyer", 2)):
        with pytest.raises(IdempotencyConflict, match="flyer"):
            desks.give("c", item, "k3", quantity=quantity)


def test_gifts_are_for_who_is_there(make_desks) -> None:
    desks = make_desks(1)
    desks.invite("a")
    desks.register("a")
    assert codes_of(desks.give("a", "mug")) == ["item_before_check_in"]
    seated(desks, "b")
    with pytest.raises(UnknownName, match="mug"):
        desks.give("a", "mugs")


def test_closing_gives_back_the_seats_of_who_did_not_come(make_desks) -> None:
    desks = make_desks(2)
    for id in "abcd":
        desks.invite(id)
    for id in "abc":
        desks.register(id)
    desks.scan("a")
    assert [desks.close(id).outcome for id in "abcd"] == [Outcome.ALLOW] * 4
    assert [desks.state(id) for id in "abcd"] == ["attended", "no_show", "lapsed", "lapsed"]
    assert desks.held() == (0, 1)
    assert {desks.find(id).case.since for id in "abcd"} == {START + 8 * HOUR}  # whenever it is asked for
    assert [r.code for r in desks.close("a").reasons] == ["workflow.not_allowed"]


def test_stored_invitations_come_back_equal(make_desks) -> None:
    desks = make_desks(1)
    seated(desks, "a")
    stored = desks.find("a")
    assert INVITATIONS.load(INVITATIONS.dump(stored)) == stored


# --- Several desks at once ---


def test_sixteen_desks_never_seat_one_too_many(make_desks) -> None:
    desks = make_desks(5)
    ids = [f"i{n}" for n in range(16)]
    for id in ids:
        desks.invite(id)
    threads = [threading.Thread(target=desks.register, args=(id,)) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = [desks.state(id) for id in ids]
    assert (states.count("accepted"), states.count("waitlisted")) == (5, 11)
    assert (desks.held(), len(desks.waiting()), len(set(desks.waiting()))) == ((5, 0), 11, 11)


def explored(act, check, prepare_more=lambda desks: None, capacity=1, actors=2):
    """A scenario of some desks that act at once on one storage, whose lock and pauses are the explorer's."""

    def prepare(turns):
        storage = MemoryStorage(lock=turns.lock(), pause=turns.pause)
        desks = Desks(storage, event_of(capacity))
        desks.open()
        prepare_more(desks)
        told = [None] * actors

        def actor(number):
            def run():
                told[number] = act(desks, number)

            return run

        return Scenario(actors=[actor(number) for number in range(actors)], check=lambda: check(desks, told))

    return prepare


def invite_two(desks) -> None:
    for id in ("i0", "i1"):
        desks.invite(id)


def one_seat_one_place(desks, told) -> None:
    accepted = [id for id in ("i0", "i1") if desks.state(id) == "accepted"]
    assert len(accepted) == 1, f"{len(accepted)} were seated on one seat"
    assert desks.held() == (1, 0)
    assert len(desks.waiting()) == 1


def test_two_desks_in_every_order_seat_one_guest() -> None:
    count = explore_schedules(
        explored(lambda desks, number: desks.register(f"i{number}"), one_seat_one_place, invite_two)
    )
    assert count > 5


def test_a_twin_that_counts_invitations_instead_of_asking_the_ledger_is_found_out() -> None:
    def counted_by_hand(desks, number):
        """What many systems do: count who said yes, and say yes to one more."""

        def act(work):
            store = work.aggregates(INVITATIONS)
            taken = sum(store.get(id).value.case.state == "accepted" for id in ("i0", "i1"))
            stored = store.get(f"i{number}")
            target = "accepted" if taken < 1 else "waitlisted"
            said = WorkflowEvent(command="accept", source="contacted", target=target, at=START - 50 * HOUR)
            case = evolve_case(stored.value.case, said)
            store.put(stored.value.id, attrs.evolve(stored.value, case=case), stored.version)

        run_unit(desks.storage, act, sleep=lambda seconds: None)

    def check(desks, told):
        accepted = [id for id in ("i0", "i1") if desks.state(id) == "accepted"]
        assert len(accepted) == 1, f"{len(accepted)} were seated on one seat"

    with pytest.raises(ScheduleFailed, match="2 were seated on one seat"):
        explore_schedules(explored(counted_by_hand, check, invite_two))


def test_one_guest_at_two_desks_in_every_order_is_let_in_once() -> None:
    def check(desks, told):
        assert sorted(decision.is_allowed for decision in told) == [False, True]
        assert desks.held() == (0, 1)

    def ready(desks):
        desks.invite("a")
        desks.register("a")

    assert explore_schedules(explored(lambda desks, number: desks.scan("a", f"n{number}"), check, ready)) > 5


def test_the_last_mug_at_two_desks_in_every_order_goes_to_one_guest() -> None:
    def ready(desks):
        seated(desks, "i0", "i1", "i2")
        desks.give("i2", "mug")

    def check(desks, told):
        assert sorted(decision.is_allowed for decision in told) == [False, True]
        assert desks.held(item_account("launch", "mug")) == (0, 2)

    assert explore_schedules(explored(lambda d, n: d.give(f"i{n}", "mug"), check, ready, capacity=3)) > 5


def test_a_walk_in_and_a_promotion_in_every_order_share_one_free_seat() -> None:
    def ready(desks):
        for id in "ab":
            desks.invite(id)
            desks.register(id)
        desks.cancel("a")

    def act(desks, number):
        return desks.promote("p", START) if number else desks.walk_in("w").is_allowed

    def check(desks, told):
        walked, promoted = told
        assert (walked, promoted) in [(True, ()), (False, ("b",))]
        assert sum(desks.held()) == 1

    assert explore_schedules(explored(act, check, ready)) > 5


def test_denied_is_raised_where_the_ledger_lost_a_seat(make_desks) -> None:
    """The seat was given back behind the room's back; nothing is counted twice and nothing is saved."""
    desks = make_desks(1)
    desks.invite("a")
    desks.register("a")
    seat = desks.find("a").seat
    run_unit(
        desks.storage, lambda work: work.ledger.execute(VoidReservation(key="v", at=START - HOUR, reservation=seat))
    )
    with pytest.raises(Denied, match=r"ledger\.reservation_closed"):
        desks.scan("a")
    assert desks.state("a") == "accepted"
