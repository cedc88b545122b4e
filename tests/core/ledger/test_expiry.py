"""Reservations that expire: at the instant, one before and one after; and what that does to room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from core.ledger.books import NOON, balance, capture, fresh, ledger_of, opened, post, refusals, reserve, seats, void

from salesrules.core import (
    ChangeLimit,
    CloseAccount,
    ExpireReservations,
    InvalidValue,
    Ledger,
    Post,
    Reserve,
    TransferLimit,
    decide_ledger,
)

END = NOON + timedelta(minutes=15)
INSTANT = timedelta(microseconds=1)


def sweep(at):
    return ExpireReservations(key=fresh(), at=at)


@pytest.mark.parametrize(
    ("at", "code"), [(END - INSTANT, None), (END, "reservation_expired"), (END + INSTANT, "reservation_expired")]
)
def test_a_reservation_can_be_posted_until_it_expires(at, code):
    ledger = ledger_of(seats("event", 1), reserve("ada", "event", 1, expires_at=END))
    found = refusals(ledger, capture("ada", at=at))
    assert [each for each, _ in found] == ([code] if code else [])
    if code:
        assert found[0][1] == {"reservation": "ada", "expires_at": END, "instant": at}


@pytest.mark.parametrize(("at", "pending"), [(END - INSTANT, 1), (END, 0), (END + INSTANT, 0)])
def test_what_has_expired_is_released_at_the_instant_itself(at, pending):
    ledger = ledger_of(seats("hall", 9), seats("event", 1, "hall"), reserve("ada", "event", 1, expires_at=END))
    decision, (entry,) = decide_ledger(ledger, sweep(at))
    assert decision.is_allowed
    assert [movement.kind.value for movement in entry.movements] == ["expired"] * (1 - pending)
    ledger = ledger_of(entry.command, ledger=ledger)
    assert [ledger.balance(id).pending for id in ("event", "hall")] == [pending, pending]
    assert ledger.reservation("ada").status.value == ("open" if pending else "expired")
    assert [found.id for found in ledger.due(END + timedelta(days=400))] == ["ada"] * pending


@pytest.mark.parametrize(("kind", "done"), [(Reserve, "reserved"), (Post, "posted")])
@pytest.mark.parametrize(("at", "passes"), [(END - INSTANT, False), (END, True), (END + INSTANT, True)])
def test_a_command_that_needs_room_releases_what_has_expired(kind, done, at, passes):
    ledger = ledger_of(seats("event", 1), reserve("ada", "event", 1, expires_at=END))
    command = kind(key="ben", at=at, account="event", amount=1)
    decision, (entry,) = decide_ledger(ledger, command)
    assert decision.is_allowed is passes
    if passes:
        assert [movement.kind.value for movement in entry.movements] == ["expired", done]
        assert decision.headroom == 0
        ledger = ledger_of(command, ledger=ledger)
        assert ledger.balance("event").used == 1
        assert refusals(ledger, capture("ada"))[0][1]["status"].value == "expired"
    else:
        assert entry.movements == ()


def test_nothing_is_released_where_there_is_room_anyway_or_not_even_then():
    ledger = ledger_of(seats("event", 3), reserve("ada", "event", 1, expires_at=END))
    _, (entry,) = decide_ledger(ledger, reserve("ben", "event", 2, at=END))
    assert [movement.kind.value for movement in entry.movements] == ["reserved"]
    decision, (entry,) = decide_ledger(ledger, reserve("cem", "event", 4, at=END))
    assert (decision.reasons[0].parameters["pending"], decision.headroom, entry.movements) == (0, 3, ())


def test_only_what_expired_in_the_same_tree_makes_room():
    ledger = ledger_of(
        seats("hall", 2),
        seats("event", 1, "hall"),
        seats("other", 1, "hall"),
        seats("elsewhere", 1),
        reserve("a", "event", 1, expires_at=END),
        reserve("b", "other", 1, expires_at=END),
        reserve("c", "elsewhere", 1, expires_at=END),
    )
    _, (entry,) = decide_ledger(ledger, reserve("d", "event", 1, at=END))
    assert [movement.reservation for movement in entry.movements] == ["a", "b", "d"]


def test_limits_and_closing_look_at_what_has_not_expired():
    ledger = ledger_of(opened("line", "5.00"), opened("other", "5.00"), reserve("a", "line", "5.00", expires_at=END))
    for command in (
        ChangeLimit(key="k", at=END, account="line", limit=None),
        ChangeLimit(key="k", at=END, account="line", limit=ledger.balance("line").posted),
        CloseAccount(key="k", at=END, account="line"),
        TransferLimit(key="k", at=END, source="line", target="other", amount=ledger.balance("line").pending),
    ):
        assert decide_ledger(ledger, command)[0].outcome.value == "allow"
    early = CloseAccount(key="k", at=END - INSTANT, account="line")
    assert refusals(ledger, early)[0][0] == "account_in_use"


def test_a_lowered_limit_has_no_finding_about_what_has_expired():
    ledger = ledger_of(opened("line", "5.00", lowering="block"), reserve("a", "line", "5.00", expires_at=END))
    command = ChangeLimit(key="k", at=END, account="line", limit=ledger.balance("line").posted)
    decision, (entry,) = decide_ledger(ledger, command)
    assert decision.reasons == ()
    assert [movement.kind.value for movement in entry.movements] == ["expired", "limit_set"]


def test_the_earliest_expire_first_whatever_their_zone_and_their_key():
    east, west = timezone(timedelta(hours=9)), timezone(timedelta(hours=-8))
    ledger = ledger_of(
        seats("event", 9),
        reserve("b", "event", 1, expires_at=(END + timedelta(minutes=50)).astimezone(east)),
        reserve("c", "event", 1, expires_at=END.astimezone(west)),
        reserve("a", "event", 1, expires_at=END + timedelta(hours=3)),
        reserve("d", "event", 1, expires_at=END.astimezone(east)),
        reserve("e", "event", 1),
    )
    assert [found.id for found in ledger.due(END + timedelta(hours=3))] == ["c", "d", "b", "a"]
    assert [found.id for found in ledger.due(END + timedelta(minutes=50) - INSTANT)] == ["c", "d"]
    assert [found.id for found in ledger.due(END, "event")] == ["c", "d"]
    assert ledger.due(END, "nowhere") == ()
    with pytest.raises(InvalidValue):
        ledger.due(NOON.replace(tzinfo=None))


def test_the_hour_that_the_clock_shows_twice_passes_twice():
    berlin = ZoneInfo("Europe/Berlin")
    end = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    later = datetime(2026, 10, 25, 2, 10, tzinfo=berlin, fold=1)
    ledger = ledger_of(seats("event", 1), reserve("a", "event", 1, expires_at=end))
    assert refusals(ledger, capture("a", at=later))[0][0] == "reservation_expired"
    assert not refusals(ledger, capture("a", at=datetime(2026, 10, 25, 2, 29, tzinfo=berlin)))
    assert [found.id for found in ledger.due(later)] == ["a"]


@pytest.mark.parametrize("end", [NOON + timedelta(hours=1), NOON + timedelta(hours=2) - INSTANT, END])
def test_the_instant_may_lie_anywhere_in_its_hour(end):
    ledger = ledger_of(seats("event", 1), reserve("a", "event", 1, expires_at=end))
    assert ledger.due(end - INSTANT) == ()
    assert [found.id for found in ledger.due(end)] == ["a"]
    rows = {name: dict(getattr(ledger, name)) for name in ("accounts", "held", "reservations", "entries")}
    assert Ledger(**rows) == ledger
    with pytest.raises(InvalidValue, match=r"^as_of"):
        ledger.due(end.replace(tzinfo=None))


def test_a_part_that_stays_reserved_expires_at_the_same_instant():
    ledger = ledger_of(opened("line", "5.00"), reserve("a", "line", "5.00", expires_at=END))
    ledger = ledger_of(capture("a", "2.00", "keep"), ledger=ledger)
    assert refusals(ledger, capture("a", at=END))[0][0] == "reservation_expired"
    ledger = ledger_of(sweep(END), ledger=ledger)
    assert balance(ledger, "line") == ("0.00", "2.00")


def test_what_is_closed_does_not_expire():
    ledger = ledger_of(
        seats("event", 9),
        *(reserve(key, "event", 1, expires_at=END) for key in "abc"),
        void("a"),
        capture("b"),
        void("c", at=END),
    )
    assert ledger.due(END) == ()
    assert [ledger.reservation(key).status.value for key in "abc"] == ["voided", "posted", "voided"]
    assert ledger.expiring == Ledger().expiring


def test_a_sweep_leaves_no_trace_of_what_it_took_and_can_be_repeated():
    ledger = ledger_of(seats("event", 2), reserve("a", "event", 1, expires_at=END), post("p", "event", 1))
    command = sweep(END)
    ledger = ledger_of(command, ledger=ledger)
    assert decide_ledger(ledger, command)[1] == ()
    _, (entry,) = decide_ledger(ledger, sweep(END))
    assert entry.movements == ()
    assert not ledger.expiring
    assert ledger.balance("event").used == 1


def test_a_reservation_expires_after_it_was_made():
    for expires_at in (NOON, NOON - INSTANT, NOON.astimezone(timezone(timedelta(hours=5)))):
        with pytest.raises(InvalidValue, match="expires_at"):
            reserve("a", "event", 1, expires_at=expires_at)
    assert reserve("a", "event", 1, expires_at=NOON + INSTANT).expires_at == NOON + INSTANT
    with pytest.raises(InvalidValue, match="time zone"):
        reserve("a", "event", 1, expires_at=END.replace(tzinfo=None))
    assert END.tzinfo is UTC
