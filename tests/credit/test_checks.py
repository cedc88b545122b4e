"""Every check at its bounds, what a release lifts, the headroom, and the next day on which the answer changes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import (
    Band,
    BandTable,
    CurrencyMismatch,
    DateRange,
    Decision,
    InvalidValue,
    Money,
    Outcome,
    PolicyLife,
    Rate,
    RequiredApproval,
)
from salesrules.credit import (
    CreditLimit,
    CreditRule,
    OverdueProfile,
    ReleasePolicy,
    calculate_ceiling,
    check_credit,
)

DAY = date(2026, 6, 1)


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


def found(decision: Decision) -> tuple[str, list[str]]:
    return decision.outcome.value, [reason.code.removeprefix("credit.") for reason in decision.reasons]


LIMIT = ("limit", ("0", "allow"), ("0.9", "warn"), ("1", "refer"), ("1.2", "deny"))


@pytest.mark.parametrize(
    ("side", "exposure", "outcome"),
    [
        ("upper", "800", "allow"), ("upper", "800.01", "warn"), ("upper", "900", "warn"), ("upper", "900.01", "refer"),
        ("upper", "1100", "refer"), ("upper", "1100.01", "deny"),
        ("lower", "799.99", "allow"), ("lower", "800", "warn"), ("lower", "899.99", "warn"), ("lower", "900", "refer"),
        ("lower", "1100", "deny"), ("lower", "-5000", "allow"),
    ],
)  # fmt: skip
def test_the_limit_at_every_bound(make_policy, make_rule, make_standing, make_request, side, exposure, outcome) -> None:
    rule = make_rule(*LIMIT) if side == "lower" else upper(make_rule)
    decision = check_credit(make_request(100), make_standing(exposure), make_policy(rules=[rule]), DAY)
    assert decision.outcome.value == outcome
    assert [reason.code for reason in decision.reasons] == ([] if outcome == "allow" else ["credit.over_limit"])


def upper(make_rule) -> CreditRule:
    words = [(None, "allow"), (Decimal("0.9"), "warn"), (Decimal(1), "refer"), (Decimal("1.2"), "deny")]
    levels = BandTable(bands=[Band(start=start, value=Outcome(word)) for start, word in words], side="upper")
    return make_rule("limit", ("0", "allow"), levels=levels)


def test_the_reason_says_what_is_lent_and_where(make_policy, make_rule, make_standing, make_request) -> None:
    policy = make_policy(rules=[make_rule(*LIMIT)])
    decision = check_credit(make_request(100), make_standing(950), policy, DAY, path="orders[2]")
    (reason,) = decision.reasons
    assert reason.parameters == {
        "customer": "c1",
        "exposure": cny(1050),
        "limit": cny(1000),
        "threshold": 1,
    }
    assert reason.path == "orders[2].amount"
    assert attrs.astuple(reason.policy) == ("CreditRule", "limit", "levels.bands[2]")
    assert decision.approvals == (RequiredApproval(approver="credit_manager", act="credit.release"),)
    # the same is denied further up, and then nobody can release it
    denied = check_credit(make_request(300), make_standing(950), policy, DAY)
    assert (denied.outcome, denied.approvals) == (Outcome.DENY, ())


@pytest.mark.parametrize(
    ("measure", "bound", "below", "at"),
    [
        ("oldest_item", "10", {"items": ((DAY - timedelta(9), 50),)}, {"items": ((DAY - timedelta(10), 50),)}),
        ("overdue_amount", "50", {"items": ((date(2026, 5, 31), "49.99"),)}, {"items": ((date(2026, 5, 31), 50),)}),
        (
            "overdue_ratio",
            "0.25",
            {"items": ((date(2026, 5, 31), "24.99"), (DAY, "75.01"))},
            {"items": ((date(2026, 5, 31), 25), (DAY, 75))},
        ),
        ("dunning_level", "2", {"dunning_level": 1}, {"dunning_level": 2}),
        ("review", "1", {"review_due": DAY}, {"review_due": DAY - timedelta(1)}),
    ],
)
def test_every_other_check_at_its_bound(make_policy, make_rule, make_standing, make_request, measure, bound, below, at):
    code = {
        "oldest_item": "item_overdue", "dunning_level": "dunned", "review": "review_expired",
    }.get(measure, measure)  # fmt: skip
    for outcome in ("warn", "refer", "deny"):
        policy = make_policy(rules=[make_rule(measure, ("0", "allow"), (bound, outcome))])
        assert found(check_credit(make_request(), make_standing(**below), policy, DAY)) == ("allow", [])
        assert found(check_credit(make_request(), make_standing(**at), policy, DAY)) == (outcome, [code])


def test_the_largest_order(make_policy, make_rule, make_standing, make_request) -> None:
    policy = make_policy(rules=[make_rule("order_amount", ("0", "allow"), ("500", "deny"))])
    assert found(check_credit(make_request("499.99"), make_standing(), policy, DAY)) == ("allow", [])
    decision = check_credit(make_request(500), make_standing(), policy, DAY)
    assert found(decision) == ("deny", ["order_too_large"])
    assert decision.headroom == cny("499.99")


def test_every_finding_comes_at_once_and_the_severest_decides(
    make_policy, make_rule, make_standing, make_request
) -> None:
    rules = [
        make_rule("overdue_amount", ("0", "allow"), ("1", "warn")),
        make_rule("limit", ("0", "allow"), ("1", "refer")),
        make_rule("dunning_level", ("0", "allow"), ("3", "deny")),
        make_rule("review", ("0", "allow"), ("1", "refer"), approver="head"),
    ]
    policy = make_policy(rules=rules)
    standing = make_standing(990, items=((date(2026, 5, 1), 5),), review_due=date(2026, 5, 1))
    decision = check_credit(make_request(100), standing, policy, DAY)
    assert found(decision) == ("refer", ["overdue_amount", "over_limit", "review_expired"])
    assert [one.approver for one in decision.approvals] == ["credit_manager", "head"]
    dunned = attrs.evolve(standing, dunning_level=3)
    assert found(check_credit(make_request(100), dunned, policy, DAY))[0] == "deny"


def test_rules_are_for_grades_and_days(make_policy, make_rule, make_standing, make_request) -> None:
    summer = DateRange(date(2026, 6, 1), date(2026, 9, 1))
    rule = make_rule("order_amount", ("0", "allow"), ("10", "deny"), grades=["B"], effective=summer)
    policy = make_policy(rules=[rule])
    for grade, day, outcome in (
        ("A", DAY, "allow"), ("B", DAY, "deny"), ("B", date(2026, 8, 31), "deny"), ("B", date(2026, 9, 1), "allow"),
        ("B", date(2026, 5, 31), "allow"), ("unheard of", DAY, "allow"),
    ):  # fmt: skip
        assert check_credit(make_request(), make_standing(grade=grade), policy, day).outcome.value == outcome
    assert check_credit(make_request(), make_standing(grade="B"), policy, date(2026, 5, 1)).changes_at == DAY
    assert check_credit(make_request(), make_standing(grade="B"), policy, DAY).changes_at == date(2026, 9, 1)


def test_without_a_limit_nothing_is_lent(make_policy, make_standing, make_request) -> None:
    policy = make_policy()
    decision = check_credit(make_request(), make_standing(limit=None), policy, DAY)
    assert (found(decision), decision.headroom) == (("deny", ["limit_missing"]), cny(0))
    later = CreditLimit(
        customer="c1", amount=cny(5), effective=DateRange(date(2026, 6, 2), date(2026, 7, 1)), review_due=DAY
    )
    standing = make_standing(limit=None)
    decision = check_credit(make_request(), attrs.evolve(standing, limit=later), policy, DAY)
    assert (found(decision)[1], decision.changes_at) == (["limit_missing"], date(2026, 6, 2))
    ended = check_credit(make_request(), attrs.evolve(standing, limit=later), policy, date(2026, 7, 1))
    assert (found(ended)[1], ended.changes_at) == (["limit_missing"], None)
    last = check_credit(make_request(), attrs.evolve(standing, limit=later), policy, date(2026, 6, 30))
    assert (last.outcome, last.changes_at) == (Outcome.ALLOW, date(2026, 7, 1))


def test_a_limit_of_nothing_bears_nothing(make_policy, make_rule, make_standing, make_request) -> None:
    policy = make_policy(rules=[make_rule("limit", ("0", "allow"), ("1", "deny"))])
    decision = check_credit(make_request("0.01"), make_standing(limit=0), policy, DAY)
    assert (found(decision), decision.headroom) == (("deny", ["over_limit"]), cny(0))
    assert check_credit(make_request(5), make_standing(-5, limit=0), policy, DAY).outcome is Outcome.ALLOW


def test_a_prepaid_order_passes(make_policy, make_rule, make_standing, make_request) -> None:
    policy = make_policy(rules=[make_rule("limit", ("0", "allow"), ("1", "deny"))])
    decision = check_credit(make_request(10**9, is_prepaid=True), make_standing(limit=None), policy, DAY)
    assert found(decision) == ("allow", ["prepaid"])


def test_an_order_that_the_standing_has_counts_once(make_policy, make_rule, make_standing, make_request) -> None:
    policy = make_policy(rules=[make_rule("limit", ("0", "allow"), ("1", "deny"))])
    standing = make_standing(900, by_order={"o1": cny(400)})
    assert check_credit(make_request("499.99", "o1"), standing, policy, DAY).outcome is Outcome.ALLOW
    assert check_credit(make_request(500, "o1"), standing, policy, DAY).outcome is Outcome.DENY
    assert check_credit(make_request(100, "o2"), standing, policy, DAY).outcome is Outcome.DENY


def test_a_policy_that_is_not_in_force_decides_nothing(make_policy, make_standing, make_request) -> None:
    draft = PolicyLife(status="draft", scope="s", owner="o", effective=DateRange(date(2010, 1, 1)))
    for request in (make_request(), make_request(is_prepaid=True)):
        decision = check_credit(request, make_standing(), make_policy(life=draft), DAY)
        assert [reason.code for reason in decision.reasons] == ["core.policy_not_in_force"]
    overdue = attrs.evolve(make_policy().life, next_review=date(2026, 5, 1))
    decision = check_credit(make_request(), make_standing(), make_policy(life=overdue), DAY)
    assert found(decision) == ("warn", ["core.review_overdue"])


def test_facts_that_do_not_fit_are_errors(make_policy, make_rule, make_standing, make_request, make_release) -> None:
    policy = make_policy()
    with pytest.raises(InvalidValue, match="standing of c9"):
        check_credit(make_request(customer="c9"), make_standing(), policy, DAY)
    dollar = Money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        check_credit(attrs.evolve(make_request(), amount=dollar), make_standing(), policy, DAY)
    with pytest.raises(CurrencyMismatch):
        check_credit(make_request(), attrs.evolve(make_standing(), exposure=dollar), policy, DAY)
    with pytest.raises(InvalidValue, match=r"credit\.releases"):
        check_credit(make_request(), make_standing(), make_policy(releases=None), DAY, release=make_release())
    with pytest.raises(InvalidValue):
        make_request(-1)


# --- Releases ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def blocked(make_policy, make_rule, make_standing, make_request):
    policy = make_policy(rules=[make_rule("limit", ("0", "allow"), ("1", "refer"), ("3", "deny"))])

    def check(amount: object, day: date = DAY, release=None, **standing) -> Decision:
        return check_credit(make_request(amount), make_standing(950, **standing), policy, day, release=release)

    return check


def test_a_release_lifts_what_is_referred_and_not_what_is_denied(blocked, make_release) -> None:
    decision = blocked(100, release=make_release(100))
    assert found(decision) == ("allow", ["over_limit", "released"])
    assert [reason.severity.value for reason in decision.reasons] == ["info", "info"]
    assert decision.reasons[1].parameters == {"order": "o1", "approver": "boss", "last_day": date(2026, 6, 14)}
    assert blocked(2050, release=make_release(2050)).outcome is Outcome.DENY
    # where nothing is blocked, there is nothing to lift
    assert found(blocked(10, release=make_release(10))) == ("allow", [])


@pytest.mark.parametrize(("day", "holds"), [(DAY, True), (date(2026, 6, 14), True), (date(2026, 6, 15), False)])
def test_a_release_expires(blocked, make_release, day, holds) -> None:
    decision = blocked(100, day, make_release(100))
    assert decision.is_allowed is holds
    assert found(decision)[1][-1] == ("released" if holds else "release_expired")
    assert decision.changes_at == (date(2026, 6, 15) if holds else None)


@pytest.mark.parametrize(("amount", "holds"), [("110", True), ("110.01", False), ("1", True)])
def test_beyond_its_deviation_it_blocks_again(
    make_policy, make_rule, make_standing, make_request, make_release, amount, holds
):
    policy = make_policy(rules=[make_rule("limit", ("0", "allow"), ("1", "refer"))])
    decision = check_credit(make_request(amount), make_standing(1000), policy, DAY, release=make_release(100))
    assert decision.is_allowed is holds
    if holds:
        assert decision.headroom == cny(110)
    else:
        assert found(decision) == ("refer", ["over_limit", "release_exceeded"])


def test_a_release_by_oneself_for_another_order_or_of_tomorrow_is_none(blocked, make_release) -> None:
    cases = {
        "release_own": make_release(100, approver="li"),
        "release_other": make_release(100, subject="o2"),
        "release_not_yet": make_release(100, day=date(2026, 6, 2)),
    }
    for code, release in cases.items():
        assert found(blocked(100, release=release)) == ("refer", ["over_limit", code])
    assert found(blocked(100, release=make_release(100, act="credit.raise")))[1][-1] == "release_other"
    assert found(blocked(100, release=make_release(100, order="o2", subject="o1")))[1][-1] == "release_other"


@pytest.mark.parametrize(
    ("approved", "codes"),
    [
        (None, ["over_limit", "released"]),
        ("100", ["over_limit", "released"]),
        ("99.99", ["over_limit", "release_beyond_approval"]),
    ],
)
def test_a_release_is_for_no_more_than_was_approved(blocked, make_release, approved, codes) -> None:
    amount = None if approved is None else cny(approved)
    assert found(blocked(100, release=make_release(100, approved=amount)))[1] == codes


def test_a_released_order_still_warns_of_the_rest(make_policy, make_rule, make_standing, make_request, make_release):
    rules = [
        make_rule("limit", ("0", "allow"), ("1", "refer")),
        make_rule("overdue_amount", ("0", "allow"), ("1", "warn")),
    ]
    standing = make_standing(1000, items=((date(2026, 5, 1), 5),))
    decision = check_credit(make_request(9), standing, make_policy(rules=rules), DAY, release=make_release(9))
    assert found(decision) == ("warn", ["over_limit", "overdue_amount", "released"])


# --- Headroom: exactly so much passes, and not a cent more ------------------------------------------------------------

cents = st.integers(0, 300_000).map(lambda number: Decimal(number) / 100)
ratios = st.integers(0, 2_000).map(lambda number: Decimal(number) / 1000)


@given(
    exposure=cents.map(lambda amount: amount - 500),
    limit=cents,
    refers=ratios,
    largest=st.none() | cents,
    late=st.booleans(),
    asked=cents,
)
@settings(max_examples=150, deadline=None)
def test_headroom_is_the_largest_order_that_passes(
    make_policy, make_rule, make_standing, make_request, exposure, limit, refers, largest, late, asked
) -> None:
    steps = [("0", "allow"), (refers, "refer")] if refers else [("0", "refer")]
    rules = [make_rule("limit", *steps), make_rule("overdue_amount", ("0", "allow"), ("1", "refer"))]
    if largest:
        rules.append(make_rule("order_amount", ("0", "allow"), (largest, "deny")))
    policy = make_policy(rules=rules)
    standing = make_standing(exposure, limit=limit, items=((date(2026, 5, 1), 2),) if late else ())
    headroom = check_credit(make_request(asked), standing, policy, DAY).headroom
    if late:
        assert headroom == cny(0)
        return
    if headroom:
        assert check_credit(make_request(headroom.amount), standing, policy, DAY).is_allowed
    beyond = headroom.amount + Decimal("0.01")
    assert not check_credit(make_request(beyond), standing, policy, DAY).is_allowed


def test_headroom_without_any_bound(make_policy, make_rule, make_standing, make_request) -> None:
    policy = make_policy(rules=[make_rule("limit", ("0", "allow"), ("1", "warn"))])
    assert check_credit(make_request(10**6), make_standing(), policy, DAY).headroom is None


def test_the_ceiling_is_what_the_rules_on_the_limit_bear(make_policy, make_rule, make_standing) -> None:
    limit = make_standing().limit
    assert calculate_ceiling(limit, "A", make_policy()) is None
    rules = [
        make_rule("limit", ("0", "allow"), ("1.1", "refer")),
        make_rule("limit", ("0", "allow"), ("1.05", "deny"), id="b", grades=["B"]),
        make_rule("limit", ("0", "deny"), id="old", effective=DateRange(date(2010, 1, 1), date(2020, 1, 1))),
        make_rule("order_amount", ("0", "deny")),
    ]
    policy = make_policy(rules=rules)
    assert calculate_ceiling(limit, "A", policy) == cny("1099.99")
    assert calculate_ceiling(limit, "B", policy) == cny("1049.99")
    assert calculate_ceiling(limit, "A", make_policy(rules=[upper(make_rule)])) == cny(1000)


# --- The day of the next change, against asking every day -------------------------------------------------------------

spans = st.lists(st.tuples(st.integers(-60, 40), st.integers(1, 500)), max_size=5)
steps = st.lists(st.integers(1, 60), min_size=1, max_size=3, unique=True).map(sorted)


@given(
    items=spans,
    margin=st.integers(0, 5),
    review=st.integers(-20, 40),
    bounds=st.dictionaries(
        st.sampled_from(["oldest_item", "overdue_amount", "overdue_ratio", "review"]), steps, min_size=1
    ),
    side=st.sampled_from(["lower", "upper"]),
    ends=st.none() | st.integers(1, 50),
)
@settings(max_examples=70, deadline=None)
def test_the_next_change_is_the_first_day_with_another_finding(
    make_policy, make_rule, make_standing, make_request, items, margin, review, bounds, side, ends
) -> None:
    rules = []
    for measure, starts in bounds.items():
        scale = {"overdue_ratio": Decimal("0.02"), "overdue_amount": Decimal(20)}.get(measure, Decimal(1))
        words = ["warn", "refer", "deny"]
        levels = BandTable(
            bands=[
                Band(start=None, value=Outcome.ALLOW),
                *(Band(start=start * scale, value=Outcome(word)) for start, word in zip(starts, words, strict=False)),
            ],
            side=side,
        )
        rules.append(make_rule(measure, ("0", "allow"), levels=levels))
    if ends is not None:
        rules[0] = attrs.evolve(rules[0], effective=DateRange(DAY, DAY + timedelta(days=ends)))
    policy = make_policy(rules=rules)
    standing = make_standing(
        items=tuple((DAY + timedelta(days=days), amount) for days, amount in items),
        margin=margin,
        review_due=DAY + timedelta(days=review),
    )

    def answer(day: date) -> list[tuple[str, str]]:
        decision = check_credit(make_request(), standing, policy, day)
        return [(reason.code, str(reason.policy)) for reason in decision.reasons]

    told = check_credit(make_request(), standing, policy, DAY).changes_at
    days = (DAY + timedelta(days=number) for number in range(1, 130))
    first = next((day for day in days if answer(day) != answer(DAY)), None)
    if told is not None and first is None:
        assert told == rules[0].effective.end  # a rule ends that said nothing
    elif told != first:
        assert told == rules[0].effective.end
        assert told < first


def test_bands_with_the_same_outcome_are_no_change(make_policy, make_rule, make_standing, make_request) -> None:
    policy = make_policy(rules=[make_rule("review", ("0", "allow"), ("5", "allow"), ("9", "warn"), ("20", "warn"))])
    standing = make_standing(review_due=DAY)
    assert check_credit(make_request(), standing, policy, DAY).changes_at == DAY + timedelta(days=9)
    assert check_credit(make_request(), standing, policy, DAY + timedelta(days=9)).changes_at is None


def test_standing_and_limit_change_by_themselves_too(make_policy, make_standing, make_request) -> None:
    standing = attrs.evolve(make_standing(), changes_at=date(2026, 6, 20))
    assert check_credit(make_request(), standing, make_policy(), DAY).changes_at == date(2026, 6, 20)
    assert check_credit(make_request(), standing, make_policy(), date(2026, 6, 20)).changes_at is None


@pytest.mark.parametrize("margin", [0, 3])
def test_an_item_is_overdue_only_after_its_margin(margin) -> None:
    profile = OverdueProfile.of([(DAY, Decimal(5)), (date(2026, 6, 10), Decimal(7)), (DAY, Decimal(-4))], margin)
    assert profile.total == 12
    for late in range(12):
        day = DAY + timedelta(days=late)
        expected = (5 if late > margin else 0) + (7 if late - 9 > margin else 0)
        assert profile.overdue(day) == expected
        assert profile.days_late(day) == (late if late > margin else 0)
    assert profile.overdue_from(0) == DAY + timedelta(days=margin + 1)
    assert OverdueProfile().days_late(DAY) == 0


def test_rules_that_make_no_sense_are_refused(make_rule) -> None:
    for steps_, more in (
        ([("1", "deny")], {}),
        ([("0", "deny"), ("1", "warn")], {}),
        ([("0", "refer")], {"approver": None}),
    ):
        with pytest.raises(InvalidValue):
            make_rule("limit", *steps_, **more)
    with pytest.raises(InvalidValue):
        make_rule("limit", ("0", "deny"), side="upper")
    third = BandTable(bands=[Band(start=0, value=Outcome.ALLOW), Band(start=Fraction(1, 3), value=Outcome.DENY)])
    with pytest.raises(InvalidValue, match="decimal or a whole number"):
        make_rule("limit", ("0", "deny"), levels=third)
    ReleasePolicy(id="r", valid_days=1, maximum_deviation=Rate(0))
    for bad in ({"valid_days": 0}, {"maximum_deviation": Rate(-1)}):
        with pytest.raises(InvalidValue):
            ReleasePolicy(**({"id": "r", "valid_days": 1, "maximum_deviation": Rate(0)} | bad))


def test_an_item_changes_nothing_before_it_is_overdue(make_policy, make_rule, make_standing, make_request) -> None:
    policy = make_policy(rules=[make_rule("oldest_item", ("0", "allow"), ("1", "warn"))])
    standing = make_standing(items=((DAY, 5),), margin=5)
    assert check_credit(make_request(), standing, policy, DAY).changes_at == DAY + timedelta(days=6)


def test_what_was_paid_before_may_be_ordered_on_a_limit_of_nothing(
    make_policy, make_rule, make_standing, make_request
) -> None:
    policy = make_policy(rules=[make_rule("limit", ("0", "allow"), ("1", "deny"))])
    decision = check_credit(make_request(5), make_standing(-5, limit=0), policy, DAY)
    assert (decision.outcome, decision.headroom) == (Outcome.ALLOW, cny(5))
