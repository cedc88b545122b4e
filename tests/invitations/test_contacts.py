"""Manners of contact: attempts, the gap, quiet hours on the guest's clock, opt-out for ever; channels."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import CurrencyMismatch, InvalidValue, Money, UnknownName
from salesrules.invitations import (
    Contact,
    ContactPolicy,
    Guest,
    OptOut,
    QuietHours,
    calculate_channel_results,
    check_contact,
    find_quiet_end,
)

from .conftest import HOUR, codes_of

NOON = datetime(2020, 2, 3, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def contact(at=NOON, **changes) -> Contact:
    given = {
        "guest": "wang", "event": "launch", "channel": "telephone", "inviter": "li", "at": at, "result": "undecided"
    }  # fmt: skip
    return Contact(**(given | changes))


@pytest.fixture
def ask(guest, policy):
    def ask(as_of, *contacts, opt_outs=(), channel="telephone", guest=guest, policy=policy):
        decision = check_contact(guest, "launch", channel, contacts, opt_outs, policy, as_of)
        return codes_of(decision), decision.changes_at

    return ask


def test_so_many_attempts_per_person_and_event(ask) -> None:
    made = [contact(NOON - 24 * n * HOUR) for n in (1, 2, 3)]
    assert ask(NOON, *made[:2]) == ([], None)
    assert ask(NOON, *made) == (["contact_too_often"], None)
    others = [contact(guest="zhao"), contact(event="other"), contact(NOON + HOUR)]
    assert ask(NOON, *made[:2], *others) == ([], None)


@pytest.mark.parametrize(("seconds", "codes"), [(-1, ["contact_too_soon"]), (0, [])])
def test_a_minimum_gap_the_end_included(ask, seconds, codes) -> None:
    found, changes = ask(NOON + 24 * HOUR + seconds * SECOND, contact())
    assert found == codes
    assert changes == (NOON + 24 * HOUR if codes else None)


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"), [(8, 59, True), (9, 0, False), (19, 59, False), (20, 0, True), (0, 0, True)]
)
def test_quiet_hours_of_the_guests_own_clock(ask, guest, hour, minute, quiet) -> None:
    tokyo = attrs.evolve(guest, zone="Asia/Tokyo")
    as_of = datetime(2020, 2, 3, hour, minute, tzinfo=ZoneInfo("Asia/Tokyo"))
    found, changes = ask(as_of, guest=tokyo)
    assert found == (["contact_quiet"] if quiet else [])
    day = 4 if hour >= 20 else 3
    assert changes == (datetime(2020, 2, day, 9, tzinfo=ZoneInfo("Asia/Tokyo")) if quiet else None)


def test_an_opt_out_holds_for_ever_by_its_channel_or_by_all(ask) -> None:
    word = OptOut(guest="wang", at=NOON)
    assert ask(NOON - SECOND, opt_outs=[word]) == ([], None)
    assert ask(NOON, opt_outs=[word]) == (["contact_opted_out"], None)
    assert ask(NOON.replace(year=2990), opt_outs=[word]) == (["contact_opted_out"], None)
    mail = attrs.evolve(word, channel="email")
    assert ask(NOON, opt_outs=[mail]) == ([], None)
    assert ask(NOON, opt_outs=[mail], channel="email") == (["contact_opted_out"], None)
    assert ask(NOON, opt_outs=[attrs.evolve(word, guest="zhao")]) == ([], None)


def test_everything_that_stands_against_it_comes_at_once(ask) -> None:
    night = NOON + 10 * HOUR
    assert ask(night, contact()) == (["contact_too_soon", "contact_quiet"], NOON + 24 * HOUR)
    late = contact(NOON + 9 * HOUR)  # at nine in the evening; a day later it is quiet again
    assert ask(night, late) == (["contact_too_soon", "contact_quiet"], NOON + 45 * HOUR)
    word = OptOut(guest="wang", at=NOON)
    assert ask(night, contact(), contact(), contact(), opt_outs=[word]) == (
        ["contact_opted_out", "contact_too_often", "contact_too_soon", "contact_quiet"], None
    )  # fmt: skip


def test_a_channel_that_the_firm_does_not_use_names_the_nearest(ask) -> None:
    with pytest.raises(UnknownName, match="telephone"):
        ask(NOON, channel="telefone")


def test_an_unapproved_policy_allows_no_contact(ask, make_policy, draft) -> None:
    assert ask(NOON, policy=make_policy(life=draft)) == (["core.policy_not_in_force"], None)


def manners(*hours, **changes) -> ContactPolicy:
    given = {"id": "m", "channels": ["telephone"], "maximum_attempts": 9, "quiet_hours": hours}
    return ContactPolicy(**(given | changes))


def test_quiet_hours_that_meet_are_passed_over_together(guest) -> None:
    rule = manners(QuietHours(starts=time(12), ends=time(14)), QuietHours(starts=time(14), ends=time(15)))
    assert find_quiet_end(guest, rule, NOON) == NOON + 3 * HOUR
    assert find_quiet_end(guest, rule, NOON + 3 * HOUR) is None


def test_a_day_that_is_all_quiet_ends_the_search_somewhere(guest) -> None:
    rule = manners(QuietHours(starts=time(8), ends=time(20)), QuietHours(starts=time(20), ends=time(8)))
    assert find_quiet_end(guest, rule, NOON) > NOON


def test_quiet_hours_end_in_the_night_that_repeats_an_hour() -> None:
    berlin = Guest(id="g", name="G", zone="Europe/Berlin")
    rule = manners(QuietHours(starts=time(22), ends=time(2, 30)))
    second = datetime(2020, 10, 25, 2, 10, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
    end = find_quiet_end(berlin, rule, second)
    assert str(end) == "2020-10-25 02:30:00+01:00"
    first = second.replace(fold=0)
    assert str(find_quiet_end(berlin, rule, first)) == "2020-10-25 02:30:00+02:00"


@given(
    minutes=st.integers(0, 60 * 24 * 40),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Shanghai", "UTC"]),
    starts=st.integers(0, 95),
    ends=st.integers(0, 95),
)
def test_the_end_of_quiet_is_the_first_instant_that_is_not_quiet(minutes, zone, starts, ends) -> None:
    if starts == ends:
        return
    as_clock = [time(quarter // 4, quarter % 4 * 15) for quarter in (starts, ends)]
    quiet = QuietHours(starts=as_clock[0], ends=as_clock[1])
    guest = Guest(id="g", name="G", zone=zone)
    instant = datetime(2020, 10, 5, tzinfo=UTC) + timedelta(minutes=minutes)

    def is_quiet(moment):
        return quiet.holds_at(moment.astimezone(ZoneInfo(zone)).time())

    end = find_quiet_end(guest, manners(quiet), instant)
    if end is None:
        assert not is_quiet(instant)
    else:
        assert is_quiet(instant)
        assert not is_quiet(end)
        steps = int((end.astimezone(UTC) - instant).total_seconds() // 60)
        assert all(is_quiet(instant + timedelta(minutes=step)) for step in range(0, steps, 15))


def test_what_a_firm_may_set() -> None:
    with pytest.raises(InvalidValue, match="ends"):
        QuietHours(starts=time(9), ends=time(9))
    with pytest.raises(InvalidValue, match="starts"):
        QuietHours(starts=time(9, tzinfo=UTC), ends=time(10))
    with pytest.raises(InvalidValue, match="maximum_attempts"):
        manners(maximum_attempts=0)
    with pytest.raises(InvalidValue, match="hours"):
        manners(minimum_gap_hours=-1)


# --- Channels ---


def test_conversion_and_cost_per_channel() -> None:
    cny = Money("3", "CNY")
    contacts = [
        contact(cost=cny),
        contact(cost=cny, result="accepted", questions=["parking?"]),  # the same guest, asked again
        contact(guest="zhao", result="declined", reason="no_time", cost=cny),
        contact(guest="qian", channel="email", result="accepted"),
        contact(guest="sun", channel="visit", result="unreachable", cost=Money("80", "CNY")),
    ]
    email, telephone, visit = calculate_channel_results(contacts)
    assert (telephone.attempts, telephone.guests, telephone.accepted) == (3, 2, 1)
    assert (telephone.conversion, telephone.cost, telephone.cost_per_acceptance) == (
        Fraction(1, 2), Money("9", "CNY"), 9
    )  # fmt: skip
    assert (email.channel, email.conversion, email.cost, email.cost_per_acceptance) == ("email", 1, None, None)
    assert (visit.conversion, visit.cost_per_acceptance) == (0, None)
    assert calculate_channel_results([]) == ()


def test_costs_of_one_channel_are_in_one_currency() -> None:
    with pytest.raises(CurrencyMismatch):
        calculate_channel_results([contact(cost=Money("3", "CNY")), contact(cost=Money("3", "USD"))])
    with pytest.raises(InvalidValue, match="cost"):
        contact(cost=Money("-1", "CNY"))
