"""The public pool: recall or not, why, by which rule, and until when the answer stays the same; exactly."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import DateRange, InvalidValue, Outcome, TimeLimit
from salesrules.leads import (
    Lead,
    LeadLock,
    PoolLimit,
    PoolPolicy,
    PoolProtection,
    check_holding,
    find_recall,
)

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
DAY, MICRO = timedelta(days=1), timedelta(microseconds=1)
ZONE = ZoneInfo("Asia/Shanghai")


def limit(id: str, kind: str, days: int, counted: str = "elapsed", side: str = "lower", classes=()) -> PoolLimit:
    return PoolLimit(id=id, kind=kind, limit=TimeLimit(days=days, counted=counted, side=side), classes=classes)


@pytest.fixture(scope="session")
def with_pool(policy):
    def make(*limits, protections=(), conflict="strictest", order=(), **changes):
        pool = PoolPolicy(id="p", limits=limits, protections=protections, conflict=conflict, order=order, **changes)
        return attrs.evolve(policy, pool=pool)

    return make


def answer(lead, policy, as_of):
    decision = check_holding(lead, policy, as_of)
    reason = decision.reasons[-1]
    return decision.outcome.value, reason.code.removeprefix("leads."), reason.parameters.get("rule")


@pytest.mark.parametrize(
    ("kind", "changes", "since"),
    [
        ("no_follow_up", {}, NOON),
        ("no_follow_up", {"last_follow_up": NOON + 2 * DAY}, NOON + 2 * DAY),
        ("no_follow_up", {"last_follow_up": NOON - 90 * DAY}, NOON),  # a stale contact of an owner before
        ("no_deal", {"last_follow_up": NOON + 2 * DAY}, NOON),
        ("stagnation", {"stage_entered": NOON + 3 * DAY}, NOON + 3 * DAY),
        ("stagnation", {"stage_entered": NOON - 30 * DAY}, NOON),
        ("stagnation", {}, NOON),
    ],
)
def test_each_limit_counts_from_its_own_fact(with_pool, make_lead, kind, changes, since) -> None:
    policy, lead = with_pool(limit("r", kind, 7)), make_lead(**changes)
    end = since + 7 * DAY
    assert answer(lead, policy, end - MICRO) == ("allow", "kept", "r")
    assert answer(lead, policy, end) == ("deny", "recalled", "r")
    assert check_holding(lead, policy, NOON + 3 * DAY).changes_at == end
    assert check_holding(lead, policy, end).changes_at is None


def test_the_side_owns_the_end(with_pool, make_lead) -> None:
    late = with_pool(limit("r", "no_deal", 7, side="upper"))
    assert answer(make_lead(), late, NOON + 7 * DAY)[0] == "allow"
    assert answer(make_lead(), late, NOON + 7 * DAY + MICRO)[0] == "deny"
    by_day = with_pool(limit("r", "no_deal", 7, "calendar"))
    midnight = datetime(2024, 3, 8, tzinfo=ZONE).astimezone(UTC)
    assert (answer(make_lead(), by_day, midnight - MICRO)[0], answer(make_lead(), by_day, midnight)[0]) == (
        "allow",
        "deny",
    )
    later = with_pool(limit("r", "no_deal", 7, "calendar", "upper"))
    assert (answer(make_lead(), later, midnight + DAY - MICRO)[0], answer(make_lead(), later, midnight + DAY)[0]) == (
        "allow", "deny"
    )  # fmt: skip


def test_the_owner_is_warned_before(with_pool, make_lead) -> None:
    policy = with_pool(limit("r", "no_deal", 7), warn_days=2)
    assert answer(make_lead(), policy, NOON + 5 * DAY - MICRO) == ("allow", "kept", "r")
    assert answer(make_lead(), policy, NOON + 5 * DAY) == ("warn", "recall_near", "r")
    assert check_holding(make_lead(), policy, NOON).changes_at == NOON + 5 * DAY
    assert check_holding(make_lead(), policy, NOON + 5 * DAY).changes_at == NOON + 7 * DAY
    early = with_pool(limit("r", "no_deal", 7), warn_days=9)
    assert answer(make_lead(), early, NOON) == ("warn", "recall_near", "r")


def test_a_class_has_its_own_limit_or_that_for_all_others(with_pool, make_lead) -> None:
    policy = with_pool(
        limit("a", "no_deal", 3, classes=["A", "S"]), limit("all", "no_deal", 9), limit("f", "no_follow_up", 30)
    )
    for customer_class, rule, days in (("A", "a", 3), ("S", "a", 3), ("B", "all", 9), ("", "all", 9)):
        found = find_recall(make_lead(customer_class=customer_class), policy)
        assert (found.line.rule, found.at) == (rule, NOON + days * DAY)
    only = with_pool(limit("a", "no_deal", 3, classes=["A"]))
    assert answer(make_lead(customer_class="B"), only, NOON + 99 * DAY) == ("allow", "no_pool_rule", None)


PROTECTION = PoolProtection(id="p", days=10, extension_days=3, cap_days=20, ends="recalls")


@pytest.mark.parametrize(
    ("activities", "end"),
    [
        ([], 10),
        ([3], 10),  # an activity never shortens
        ([7], 10),
        ([8], 11),
        ([8, 10, 12, 14, 16], 19),
        ([8, 10, 12, 14, 16, 18], 20),  # the hard cap
        ([8, 10, 12, 14, 16, 18, 19], 20),
        ([10], 10),  # at its end it protects no longer, so that nothing is left to extend
        ([8, 11], 11),
        ([-1, 9], 12),
    ],
)
def test_each_activity_extends_the_protection_up_to_the_cap(with_pool, make_lead, activities, end) -> None:
    policy = with_pool(protections=[PROTECTION])
    lead = make_lead(activities=[NOON + day * DAY for day in activities])
    assert find_recall(lead, policy).at == NOON + end * DAY
    uncapped = with_pool(protections=[attrs.evolve(PROTECTION, cap_days=None)])
    assert find_recall(lead, uncapped).at >= NOON + end * DAY
    if activities == [8, 10, 12, 14, 16, 18]:
        assert find_recall(lead, uncapped).at == NOON + 21 * DAY


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 25 * 24), max_size=6), st.integers(0, 25 * 24))
def test_one_activity_more_never_shortens(with_pool, make_lead, hours, more) -> None:
    policy = with_pool(protections=[PROTECTION])

    def end(given):
        return find_recall(make_lead(activities=[NOON + timedelta(hours=hour) for hour in sorted(given)]), policy).at

    assert NOON + 10 * DAY <= end(hours) <= end([*hours, more]) <= NOON + 20 * DAY


SHIELD = PoolProtection(id="p", days=10)
RULES = (limit("f", "no_follow_up", 7), limit("d", "no_deal", 30))


@pytest.mark.parametrize(
    ("order", "rule", "days"),
    [
        (["p", "f", "d"], "f", 10),  # the protection keeps the lead from the follow-up rule
        (["f", "p", "d"], "f", 7),
        (["d", "p", "f"], "f", 10),
        (["d", "f", "p"], "f", 7),
    ],
)
def test_the_named_order_decides_a_conflict(with_pool, make_lead, order, rule, days) -> None:
    policy = with_pool(*RULES, protections=[SHIELD], conflict="order", order=order)
    found = find_recall(make_lead(), policy)
    assert (found.line.rule, found.at) == (rule, NOON + days * DAY)


def test_the_strictest_rule_decides_a_conflict(with_pool, make_lead) -> None:
    policy = with_pool(*RULES, protections=[attrs.evolve(SHIELD, ends="recalls")], conflict="strictest")
    found = find_recall(make_lead(), policy)
    assert (found.line.rule, found.at) == ("f", NOON + 7 * DAY)
    followed = make_lead(last_follow_up=NOON + 6 * DAY)
    assert find_recall(followed, policy).line.rule == "p"


def test_a_lock_keeps_the_lead_whatever_the_rules_say(with_pool, make_lead) -> None:
    policy = with_pool(limit("r", "no_deal", 7), warn_days=1)
    locked = make_lead(lock=LeadLock(since=NOON, until=NOON + 30 * DAY))
    assert answer(locked, policy, NOON + 20 * DAY) == ("allow", "locked", "r")
    assert answer(locked, policy, NOON + 29 * DAY) == ("warn", "recall_near", "r")
    assert answer(locked, policy, NOON + 30 * DAY) == ("deny", "recalled", "r")
    short = make_lead(lock=LeadLock(since=NOON, until=NOON + DAY))
    assert answer(short, policy, NOON) == ("allow", "kept", "r")
    forever = check_holding(make_lead(lock=LeadLock(since=NOON)), policy, NOON + 9999 * DAY)
    assert (forever.outcome, forever.changes_at) == (Outcome.ALLOW, None)
    assert forever.reasons[0].parameters["until"] is None


@pytest.mark.parametrize(("changes", "code"), [({"is_won": True}, "won"), ({"owner": None}, "in_pool")])
def test_what_is_won_or_in_the_pool_is_not_recalled(with_pool, make_lead, changes, code) -> None:
    found = check_holding(make_lead(**changes), with_pool(limit("r", "no_deal", 7)), NOON + 99 * DAY)
    assert (found.outcome, found.reasons[0].code, found.changes_at) == (Outcome.ALLOW, f"leads.{code}", None)


def test_the_policys_own_days_change_the_answer_too(with_pool, make_lead, policy) -> None:
    plain = with_pool(limit("r", "no_deal", 60))
    days = DateRange(date(2024, 2, 1), date(2024, 4, 1))
    dated = attrs.evolve(plain, life=attrs.evolve(policy.life, effective=days, next_review=date(2024, 3, 10)))
    start, end = (datetime.combine(day, time(), ZONE).astimezone(UTC) for day in (days.start, days.end))
    review = datetime(2024, 3, 11, tzinfo=ZONE).astimezone(UTC)
    lead = make_lead(captured_at=NOON - 99 * DAY)
    before = check_holding(lead, dated, start - MICRO)
    assert (before.reasons[0].code, before.changes_at) == ("core.policy_not_in_force", start)
    assert check_holding(lead, dated, NOON).changes_at == review
    overdue = check_holding(lead, dated, review)
    assert [reason.code for reason in overdue.reasons] == ["core.review_overdue", "leads.kept"]
    assert (overdue.outcome, overdue.changes_at) == (Outcome.WARN, end)
    assert check_holding(lead, dated, end).outcome is Outcome.DENY
    assert check_holding(lead, dated, end).changes_at is None
    late = with_pool(limit("r", "no_deal", 3))
    recalled = attrs.evolve(late, life=dated.life)
    assert check_holding(lead, recalled, NOON + 4 * DAY).changes_at == review


def test_a_draft_decides_nothing(draft, make_lead) -> None:
    found = check_holding(make_lead(), draft, NOON)
    assert (found.reasons[0].code, found.changes_at) == ("core.policy_not_in_force", None)


def test_clocks_that_run_backwards_and_naive_instants_are_refused(policy, make_lead) -> None:
    with pytest.raises(InvalidValue, match="only at"):
        check_holding(make_lead(), policy, NOON - MICRO)
    with pytest.raises(InvalidValue, match="time zone"):
        check_holding(make_lead(), policy, "yesterday")
    with pytest.raises(InvalidValue, match=r"leads\.pool"):
        check_holding(make_lead(), attrs.evolve(policy, pool=None), NOON)


@pytest.mark.parametrize(
    "wrong",
    [
        {"owner": None, "pooled_at": None, "owned_since": NOON},
        {"pooled_at": NOON},
        {"activities": [NOON + DAY, NOON]},
        {"captured_at": datetime(2024, 3, 1)},  # noqa: DTZ001 - that is what is refused
        {"lock": "yes"},
    ],
)
def test_impossible_leads_are_refused(make_lead, wrong) -> None:
    if "lock" in wrong:
        with pytest.raises(InvalidValue):
            LeadLock(since=NOON, until=NOON)
        return
    with pytest.raises(InvalidValue):
        make_lead(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: limit("r", "no_deal", 7, "working"),
        lambda: PoolLimit(id="r", kind="no_deal", limit=TimeLimit(hours=7)),
        lambda: PoolLimit(id="r", kind="whim", limit=TimeLimit(days=7)),
        lambda: PoolProtection(id="p", days=0),
        lambda: PoolProtection(id="p", days=5, extension_days=-1),
        lambda: PoolProtection(id="p", days=5, cap_days=4),
        lambda: PoolProtection(id="p", days=5, counted="working"),
        lambda: PoolPolicy(id="p", conflict="strictest", warn_days=-1),
    ],
)
def test_impossible_rules_are_refused(wrong) -> None:
    with pytest.raises(InvalidValue):
        wrong()


def test_time_without_end_recalls_nothing(with_pool, make_lead) -> None:
    policy = with_pool(limit("r", "no_deal", 999_999))
    lead = make_lead(owned_since=datetime(9000, 1, 1, tzinfo=UTC))
    assert answer(lead, policy, datetime(9001, 1, 1, tzinfo=UTC)) == ("allow", "no_pool_rule", None)


def test_the_starters_pool(policy, make_lead) -> None:
    """Protected for ten local days; class A goes after a week without a follow-up, but not while it is protected."""
    shanghai_day = datetime(2024, 3, 11, tzinfo=ZONE).astimezone(UTC)
    lead = make_lead(customer_class="A")
    assert find_recall(lead, policy).at == shanghai_day
    assert find_recall(lead, policy).line.rule == "no-follow-up-a"
    other = make_lead(customer_class="B", stage_entered=NOON + 20 * DAY, last_follow_up=NOON + 19 * DAY)
    assert find_recall(other, policy).line.rule == "no-follow-up"


# --- a second reading of the rules, in plain days, and the promise of the next date

hours = st.integers(0, 40 * 24)
limits = st.lists(
    st.builds(
        lambda id, kind, days, counted, side: limit(str(id), kind, days, counted, side),
        st.integers(0, 9),
        st.sampled_from(["no_follow_up", "no_deal", "stagnation"]),
        st.integers(1, 30),
        st.sampled_from(["elapsed", "calendar"]),
        st.sampled_from(["lower", "upper"]),
    ),
    max_size=3,
    unique_by=lambda one: one.id,
)
protections = st.lists(
    st.builds(
        lambda id, days, more, cap, counted, ends: PoolProtection(
            id=f"p{id}", days=days, extension_days=more, cap_days=cap and days + cap, counted=counted, ends=ends
        ),
        st.integers(0, 1),
        st.integers(1, 20),
        st.integers(0, 9),
        st.one_of(st.none(), st.integers(1, 15)),
        st.sampled_from(["elapsed", "calendar"]),
        st.sampled_from(["shields", "recalls"]),
    ),
    max_size=2,
    unique_by=lambda one: one.id,
)


@st.composite
def pools(draw):
    own, shields = draw(limits), draw(protections)
    names = [entry.id for entry in (*own, *shields)]
    return PoolPolicy(
        id="pool",
        limits=own,
        protections=shields,
        conflict=draw(st.sampled_from(["strictest", "order"])),
        order=draw(st.permutations(names)),
        warn_days=draw(st.integers(0, 5)),
    )


@st.composite
def leads(draw):
    def instant(least=0):
        return NOON + timedelta(hours=max(draw(hours), least))

    return Lead(
        id="l",
        source="web",
        kind="firm",
        captured_at=NOON - 9 * DAY,
        owner="ana",
        owned_since=NOON,
        last_follow_up=draw(st.one_of(st.none(), st.just(NOON - DAY), st.builds(instant))),
        stage_entered=draw(st.one_of(st.none(), st.builds(instant))),
        activities=sorted(NOON + timedelta(hours=hour) for hour in draw(st.lists(hours, max_size=4))),
        lock=draw(
            st.one_of(
                st.none(), st.just(LeadLock(since=NOON)), st.builds(lambda: LeadLock(since=NOON, until=instant(1)))
            )
        ),
    )


def says(entry, lead: Lead, now: datetime, pool: PoolPolicy) -> str:
    """What one rule says at an instant, read from the policy itself, step by step through the facts."""

    def is_over(start, days, counted, side):
        if counted == "calendar":
            gone = (now.astimezone(ZONE).date() - start.astimezone(ZONE).date()).days
            return gone > days if side == "upper" else gone >= days
        return now > start + days * DAY if side == "upper" else now >= start + days * DAY

    if isinstance(entry, PoolLimit):
        start = lead.owned_since
        if entry.kind == "no_follow_up":
            start = max(start, lead.last_follow_up or start)
        elif entry.kind == "stagnation":
            start = max(start, lead.stage_entered or start)
        return "recall" if is_over(start, entry.limit.days, entry.limit.counted, entry.limit.side) else ""
    reach = [(lead.owned_since, entry.days)]
    for activity in lead.activities:
        still = any(not _over_at(activity, start, days, entry) for start, days in reach)
        if still and entry.extension_days:
            reach.append((activity, entry.extension_days))
    running = any(not _over_at(now, start, days, entry) for start, days in reach)
    if entry.cap_days is not None:
        running = running and not _over_at(now, lead.owned_since, entry.cap_days, entry)
    if running:
        return "keep" if pool.conflict == "order" else ""
    return "recall" if entry.ends == "recalls" else ""


def _over_at(now, start, days, entry):
    if entry.counted == "calendar":
        return (now.astimezone(ZONE).date() - start.astimezone(ZONE).date()).days >= days
    return now >= start + days * DAY


def recalled_by_hand(lead: Lead, pool: PoolPolicy, now: datetime) -> bool:
    if lead.lock is not None and (lead.lock.until is None or now < lead.lock.until):
        return False
    entries = {entry.id: entry for entry in (*pool.limits, *pool.protections)}
    if pool.conflict == "strictest":
        return any(says(entry, lead, now, pool) == "recall" for entry in entries.values())
    spoken = [said for name in pool.order if (said := says(entries[name], lead, now, pool))]
    return bool(spoken) and spoken[0] == "recall"


@settings(max_examples=150, deadline=None)
@given(pool=pools(), lead=leads(), hour=st.integers(0, 80 * 24))
def test_a_second_reading_step_by_step_agrees(policy, pool, lead, hour) -> None:
    """Activities after a cap are no exception: they extend what still runs, and the cap ends it."""
    now = NOON + timedelta(hours=hour)
    decision = check_holding(lead, attrs.evolve(policy, pool=pool), now)
    assert (decision.outcome is Outcome.DENY) is recalled_by_hand(lead, pool, now)


@settings(max_examples=150, deadline=None)
@given(pool=pools(), lead=leads(), hour=st.integers(0, 60 * 24), data=st.data())
def test_the_answer_is_the_same_until_the_next_date_and_changes_at_it(policy, pool, lead, hour, data) -> None:
    days = DateRange(date(2024, 2, 1), data.draw(st.sampled_from([None, date(2024, 3, 20), date(2024, 6, 1)])))
    review = data.draw(st.sampled_from([None, date(2024, 3, 5), date(2024, 4, 2)]))
    life = attrs.evolve(policy.life, effective=days, next_review=review)
    given = attrs.evolve(policy, pool=pool, life=life)
    now = NOON + timedelta(hours=hour)
    found = check_holding(lead, given, now)

    def said(at):
        decision = check_holding(lead, given, at)
        return decision.outcome, decision.reasons

    until = found.changes_at
    if until is None:
        for later in (MICRO, DAY, 50 * DAY, 4000 * DAY):
            assert said(now + later) == (found.outcome, found.reasons)
        return
    assert until > now
    for part in (0, data.draw(st.integers(0, 10**6)), 10**6):
        between = now + (until - MICRO - now) * part / 10**6
        assert said(between) == (found.outcome, found.reasons)
        assert check_holding(lead, given, between).changes_at == until
    assert said(until) != (found.outcome, found.reasons)
