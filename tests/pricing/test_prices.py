"""Whether a price may be given: list, floor, discounts free and by authority, evidence, and the day they change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import attrs
import pytest

from salesrules.core import (
    AmbiguousDay,
    DateRange,
    Decision,
    InvalidValue,
    Money,
    Outcome,
    PolicyLife,
    Rate,
    RequiredApproval,
)
from salesrules.org import (
    Act,
    Appointment,
    AuthorityGrant,
    Organisation,
    OrgPolicy,
    Person,
    Position,
    Rank,
    RateLimit,
    Unit,
    UnitKind,
    check_authority,
    resolve_structure,
)
from salesrules.pricing import Buyer, DiscountPolicy, PricePoint, check_price, find_price

DAY = date(2026, 6, 1)


def refer(act: Act) -> Decision:
    return Decision(outcome=Outcome.REFER, approvals=[RequiredApproval(approver="boss", act=act.kind)])


def found(decision: Decision) -> tuple[str, list[str]]:
    return decision.outcome.value, [reason.code.removeprefix("pricing.") for reason in decision.reasons]


def ask(line, policy, buyer=Buyer(customer="c1", customer_type="dealer"), day=DAY, **more):  # noqa: B008 - frozen
    return check_price(line, buyer, policy, day, seller="li", **more)


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ("100.01", ("warn", ["above_list"])),
        ("100", ("allow", [])),
        ("95", ("allow", [])),
        ("94.99", ("deny", ["discount_not_granted"])),
        ("80", ("deny", ["discount_not_granted"])),
        ("79.99", ("deny", ["below_floor"])),
        ("0", ("deny", ["below_floor"])),
    ],
)
def test_a_price_between_list_and_floor(make_policy, make_line, price, expected) -> None:
    assert found(ask(make_line(price), make_policy())) == expected


@pytest.mark.parametrize(("side", "outcome"), [("upper", "allow"), ("lower", "deny")])
def test_the_side_owns_a_discount_of_exactly_what_is_free(make_policy, make_line, side, outcome) -> None:
    policy = make_policy(discounts=DiscountPolicy(id="d", free=Rate.parse("5%"), side=side))
    assert ask(make_line(95), policy).outcome.value == outcome
    none_free = make_policy(discounts=DiscountPolicy(id="d", side=side))
    assert ask(make_line(100), none_free).outcome is Outcome.ALLOW


def test_the_reason_names_discount_path_and_entry(make_policy, make_line) -> None:
    decision = ask(make_line(90), make_policy(), path="order.lines[3]")
    (reason,) = decision.reasons
    assert reason.parameters == {"product": "pump", "discount": Fraction(1, 10), "free": Rate.parse("5%")}
    assert reason.path == "order.lines[3].unit_price"
    assert attrs.astuple(reason.policy) == ("DiscountPolicy", "discounts", "free")
    assert decision.headroom == Money(10, "CNY")
    assert ask(make_line(70), make_policy()).headroom == Money(0, "CNY")


def test_a_discount_is_compared_exactly(make_policy, make_row, make_line) -> None:
    """A third is no decimal: of a list price of 3, the price of 2 is a third off, and 33.4 % are more."""
    policy = make_policy(
        prices=[make_row("pump", (1, 3, 0))], discounts=DiscountPolicy(id="d", free=Rate.parse("33.3333%"))
    )
    assert found(ask(make_line(2), policy)) == ("deny", ["discount_not_granted"])
    asked = []
    ask(make_line(2), policy, authority=lambda act: asked.append(act) or refer(act))
    rate = Fraction(asked[0].rate.value)
    assert rate > Fraction(1, 3) > rate - Fraction(1, 10**11)


def test_prices_by_quantity(make_policy, make_row, make_line) -> None:
    policy = make_policy(prices=[make_row("pump", (2, 100, 80), (10, 90, 70))])
    assert find_price(make_line(1, 9), Buyer(customer="c"), policy, DAY) == PricePoint(
        list=Money(100, "CNY"), floor=Money(80, "CNY")
    )
    assert found(ask(make_line(90, "9.99"), policy)) == ("deny", ["discount_not_granted"])
    assert found(ask(make_line(90, 10), policy)) == ("allow", [])
    assert found(ask(make_line(90, "1.99"), policy)) == ("deny", ["quantity_outside"])
    assert ask(make_line(90, 1), policy).reasons[0].parameters["minimum"] == 2
    assert find_price(make_line(1, 1), Buyer(customer="c"), policy, DAY) is None


def test_prices_by_customer_type_currency_and_day(make_policy, make_row, make_line) -> None:
    first = DateRange(date(2026, 1, 1), date(2026, 7, 1))
    second = DateRange(date(2026, 7, 1))
    policy = make_policy(
        prices=[
            make_row("pump", (1, 100, 100), id="all"),
            make_row("pump", (1, 80, 80), id="dealers", customer_types=["dealer"], effective=first),
            make_row("pump", (1, 70, 70), id="dealers-2", customer_types=["dealer"], effective=second),
        ]
    )
    guest = Buyer(customer="c2", customer_type="guest")
    assert ask(make_line(100), policy, guest).outcome is Outcome.ALLOW
    assert found(ask(make_line(80), policy, guest)) == ("deny", ["below_floor"])
    assert ask(make_line(80), policy).outcome is Outcome.ALLOW
    assert ask(make_line(80), policy).changes_at == date(2026, 7, 1)
    assert ask(make_line(80), policy, day=date(2026, 6, 30)).outcome is Outcome.ALLOW
    assert found(ask(make_line(80), policy, day=date(2026, 7, 1))) == ("warn", ["above_list"])
    foreign = attrs.evolve(make_line(80), unit_price=Money(80, "USD"))
    assert found(ask(foreign, policy)) == ("deny", ["price_missing"])
    assert found(ask(make_line(80, product="hose"), policy)) == ("deny", ["price_missing"])
    assert find_price(make_line(80, product="hose"), guest, policy, DAY) is None
    # after the dealers' own rows end, the row for all holds again
    ended = attrs.evolve(policy, prices=policy.prices[:2])
    assert found(ask(make_line(80), ended, day=date(2026, 7, 1))) == ("deny", ["below_floor"])


def test_two_rows_on_one_day_are_an_error(make_policy, make_row, make_line) -> None:
    with pytest.raises(AmbiguousDay, match="a, b"):
        ask(make_line(100), make_policy(prices=[make_row(id="a"), make_row(id="b")]))


def test_a_policy_that_is_not_in_force_decides_nothing(make_policy, make_line) -> None:
    draft = PolicyLife(status="draft", scope="s", owner="o", effective=DateRange(date(2010, 1, 1)))
    decision = ask(make_line(100), make_policy(life=draft))
    assert [reason.code for reason in decision.reasons] == ["core.policy_not_in_force"]
    overdue = attrs.evolve(make_policy().life, next_review=date(2026, 5, 31))
    decision = ask(make_line(94), make_policy(life=overdue))
    assert [reason.code for reason in decision.reasons] == ["core.review_overdue", "pricing.discount_not_granted"]


@pytest.mark.parametrize(("price", "act"), [(90, "price.discount"), (70, "price.below_floor")])
def test_evidence_of_another_carries_a_price(make_policy, make_line, make_evidence, price, act) -> None:
    line, policy = make_line(price), make_policy()
    good = make_evidence("1", act)
    assert found(ask(line, policy, evidence=[good])) == ("allow", ["discount_approved"])
    assert found(ask(line, policy, evidence=[make_evidence("2", act), good])) == ("allow", ["discount_approved"])
    assert ask(line, policy, evidence=[make_evidence("q/2", act)], subject="q/2").is_allowed
    for bad, code in (
        (make_evidence("2", act), None),
        (make_evidence("1", "price.other"), None),
        (make_evidence("1", act, approver="li"), "evidence_own"),
        (attrs.evolve(make_evidence("1", act), reviewers=["li"]), "evidence_own"),
        (make_evidence("1", act, day=date(2026, 6, 2)), "evidence_not_yet"),
    ):
        outcome, codes = found(ask(line, policy, evidence=[bad]))
        assert outcome == "deny"
        assert codes[1:] == ([code] if code else [])
    assert ask(line, policy, evidence=[make_evidence("1", act, day=DAY)]).is_allowed


def test_an_approval_of_a_discount_is_none_below_the_floor(make_policy, make_line, make_evidence) -> None:
    assert found(ask(make_line(70), make_policy(), evidence=[make_evidence("1")])) == ("deny", ["below_floor"])


def test_without_a_floor_act_nobody_goes_below(make_policy, make_line) -> None:
    policy = make_policy(discounts=DiscountPolicy(id="d", floor_act=None))
    assert found(ask(make_line(70), policy, authority=lambda act: Decision(outcome="allow"))) == (
        "deny",
        ["below_floor"],
    )


def test_authority_is_asked_for_the_depth(make_policy, make_line) -> None:
    asked = []

    def authority(act: Act) -> Decision:
        asked.append((act.kind, str(act.rate)))
        return refer(act)

    decision = ask(make_line(90), make_policy(), authority=authority)
    assert found(decision) == ("refer", ["discount_not_granted"])
    assert decision.approvals == (RequiredApproval(approver="boss", act="price.discount"),)
    ask(make_line(60), make_policy(), authority=authority)
    assert asked == [("price.discount", "10%"), ("price.below_floor", "25%")]
    noon = datetime(2026, 6, 15, 12, tzinfo=UTC)
    allowed = ask(make_line(90), make_policy(), authority=lambda act: Decision(outcome="allow", changes_at=noon))
    assert (allowed.outcome, allowed.changes_at) == (Outcome.ALLOW, noon)
    refused = ask(make_line(90), make_policy(), authority=lambda act: Decision(outcome="deny"))
    assert (refused.outcome, refused.approvals) == (Outcome.DENY, ())


def test_the_ladder_of_positions_comes_from_the_organisation(make_policy, make_line) -> None:
    always = DateRange(date(2026, 1, 1))
    ladder = {"representative": "10%", "leader": "15%"}
    org = OrgPolicy(
        life=make_policy().life,
        root_rule="one",
        unit_kinds=[UnitKind(id="group", category="level", may_be_root=True)],
        ranks=[Rank(id=rank, level=level) for level, rank in enumerate(ladder)],
        authority_grants=[
            AuthorityGrant(
                id=rank,
                act="price.discount",
                rank=rank,
                limit=RateLimit(maximum=Rate.parse(most), side="upper"),
                reach="anywhere",
                effective=always,
            )
            for rank, most in ladder.items()
        ],
    )
    firm = Organisation(
        units=[Unit(id="g", kind="group", effective=always)],
        positions=[
            Position(id="lead", unit="g", rank="leader", effective=always, is_head=True),
            Position(id="rep", unit="g", rank="representative", effective=always),
        ],
        people=[Person(id="ann"), Person(id="li")],
        appointments=[
            Appointment(person="ann", position="lead", effective=always),
            Appointment(person="li", position="rep", effective=always),
        ],
    )
    structure, noon = resolve_structure(firm, DAY), datetime(2026, 6, 1, 12, tzinfo=UTC)

    def authority(act: Act) -> Decision:
        return check_authority("li", act, structure, org, as_of=noon)

    for price, outcome, approver in (
        (90, "allow", None),
        ("89.99", "refer", "ann"),
        (85, "refer", "ann"),
        ("84.99", "deny", None),
    ):
        decision = ask(make_line(price), make_policy(), authority=authority)
        assert decision.outcome.value == outcome, price
        assert [one.approver for one in decision.approvals] == ([approver] if approver else [])


def test_impossible_prices_and_lines_are_refused(make_row, make_line) -> None:
    for bad in (
        lambda: PricePoint(list=Money(0, "CNY"), floor=Money(0, "CNY")),
        lambda: PricePoint(list=Money(5, "CNY"), floor=Money(6, "CNY")),
        lambda: PricePoint(list=Money(5, "CNY"), floor=Money(-1, "CNY")),
        lambda: PricePoint(list=Money(5, "CNY"), floor=Money(1, "USD")),
        lambda: DiscountPolicy(id="d", free=Rate.parse("101%")),
        lambda: make_line(1, 0),
        lambda: make_line(-1),
    ):
        with pytest.raises(InvalidValue):
            bad()
    dollars = PricePoint(list=Money(5, "USD"), floor=Money(1, "USD"))
    bands = make_row().breaks.bands
    mixed = attrs.evolve(make_row().breaks, bands=[*bands, attrs.evolve(bands[0], start=9, value=dollars)])
    with pytest.raises(InvalidValue, match="give prices in CNY"):
        make_row(breaks=mixed)
