"""Which row applies, which requests add up, who stands behind each step."""

from __future__ import annotations

from datetime import date

import attrs
import pytest
from approval_firm import ALWAYS, DAY, NOON, directory_of, ladder, make_policy, request_for

from salesrules.approvals import (
    AmountCondition,
    ApprovalMatrix,
    ApprovalRow,
    MeasureCondition,
    UnitCondition,
    WordCondition,
    route,
)
from salesrules.core import (
    DateRange,
    ExchangeRate,
    ExchangeRates,
    InvalidValue,
    Money,
    Outcome,
    PolicyLife,
    UnknownName,
)


def people(found) -> list[str]:
    return [seat.person for routed in found.steps for seat in routed.seats]


def codes(found) -> list[str]:
    return [reason.code.removeprefix("approvals.") for reason in found.decision.reasons]


@pytest.mark.parametrize(
    ("amount", "person", "headroom"),
    [
        ("0", "nia", 200_000),
        ("199999.99", "nia", "0.01"),
        ("200000", "sam", 300_000),
        ("200000.01", "sam", "299999.99"),
        ("499999.99", "sam", "0.01"),
        ("500000", "vic", 500_000),
        ("999999.99", "vic", "0.01"),
        ("1000000", "pam", None),
        ("99000000", "pam", None),
    ],
)
def test_the_band_that_owns_the_amount_gives_the_step(amount, person, headroom) -> None:
    found = route(request_for(amount), make_policy(), directory_of(), as_of=NOON)
    assert people(found) == [person]
    assert found.decision.outcome is Outcome.REFER
    assert [need.approver for need in found.decision.approvals] == [person]
    assert found.decision.headroom == (None if headroom is None else Money(headroom, "CNY"))
    assert codes(found) == ["row_chosen", "seat_filled"]


@pytest.mark.parametrize(("amount", "person"), [("200000", "nia"), ("200000.01", "sam")])
def test_the_upper_side_keeps_the_bound_below(amount, person) -> None:
    row = ApprovalRow(id="any", amounts=ladder((None, ["director"]), (200_000, ["head"]), side="upper"))
    matrix = attrs.evolve(make_policy().matrices[0], rows=[row])
    assert people(route(request_for(amount), make_policy(matrices=[matrix]), directory_of(), as_of=NOON)) == [person]


class TestAddingUp:
    """Same party, matter and day add up before the band is chosen."""

    def test_two_halves_take_the_step_of_the_whole(self) -> None:
        other = request_for("600000", id="r0")
        found = route(request_for("500000"), make_policy(), directory_of(), as_of=NOON, related=[other])
        assert people(found) == ["pam"]
        assert (found.amount, found.combined) == (Money("1100000", "CNY"), ("r0",))
        assert codes(found)[0] == "amounts_combined"

    @pytest.mark.parametrize(
        "change",
        [
            {"party": "other"},
            {"matter": "valves"},
            {"day": date(2026, 6, 2)},
            {"day": date(2026, 5, 31)},
            {"act": "quota.revise"},
            {"id": "r1"},
        ],
    )
    def test_what_differs_does_not_add_up(self, change) -> None:
        other = attrs.evolve(request_for("600000", id="r0"), **change)
        found = route(request_for("150000"), make_policy(), directory_of(), as_of=NOON, related=[other])
        assert people(found) == ["nia"]
        assert found.combined == ()

    def test_spelling_does_not_split(self) -> None:
        other = request_for("150000", id="r0", party=" ＡＣＭＥ ", matter="PUMPS")
        found = route(request_for("50000"), make_policy(), directory_of(), as_of=NOON, related=[other, other])
        assert found.amount == Money("200000", "CNY")
        assert people(found) == ["sam"]

    @pytest.mark.parametrize("name", ["party", "matter"])
    def test_a_request_that_hides_its_key_is_denied(self, name) -> None:
        found = route(request_for("1", **{name: None}), make_policy(), directory_of(), as_of=NOON)
        assert found.decision.outcome is Outcome.DENY
        assert [(reason.code, reason.path) for reason in found.decision.reasons] == [("approvals.key_missing", name)]

    def test_currencies_are_converted_each_on_its_day(self) -> None:
        rates = ExchangeRates(rates=[ExchangeRate(source="USD", target="CNY", effective=ALWAYS, rate="7.1")])
        other = attrs.evolve(request_for("1", id="r0"), amount=Money(20_000, "USD"))
        found = route(request_for("58000"), make_policy(), directory_of(), as_of=NOON, related=[other], rates=rates)
        assert found.amount == Money("200000", "CNY")
        assert people(found) == ["sam"]


def test_an_amount_without_a_rate_is_denied() -> None:
    usd = attrs.evolve(request_for("1"), amount=Money(1, "USD"))
    for rates in (None, ExchangeRates()):
        found = route(usd, make_policy(), directory_of(), as_of=NOON, rates=rates)
        assert codes(found) == ["other_currency"]
    assert codes(route(request_for(), make_policy(), directory_of(), as_of=NOON)) == ["amount_missing"]


def conditional(*rows: ApprovalRow, is_required: bool = True) -> ApprovalMatrix:
    return ApprovalMatrix(
        id="m", acts=["contract.sign"], currency="CNY", effective=ALWAYS, rows=rows, is_required=is_required
    )


@pytest.mark.parametrize(
    ("condition", "facts", "holds"),
    [
        (WordCondition(name="grade", values=["A"]), {"attributes": {"grade": "A"}}, True),
        (WordCondition(name="grade", values=["A"]), {"attributes": {"grade": "B"}}, False),
        (WordCondition(name="grade", values=["A"], negated=True), {"attributes": {"grade": "B"}}, True),
        (WordCondition(name="party", values=["acme"]), {}, True),
        (MeasureCondition(name="discount", start="0.05", side="lower"), {"measures": {"discount": "0.05"}}, True),
        (MeasureCondition(name="discount", start="0.05", side="lower"), {"measures": {"discount": "0.0499"}}, False),
        (MeasureCondition(name="discount", start="0.05", side="upper"), {"measures": {"discount": "0.05"}}, False),
        (MeasureCondition(name="discount", start="0.05", side="upper"), {"measures": {"discount": "0.0501"}}, True),
        (MeasureCondition(name="discount", end="0.05", side="lower"), {"measures": {"discount": "0.05"}}, False),
        (MeasureCondition(name="discount", end="0.05", side="upper"), {"measures": {"discount": "0.05"}}, True),
        (AmountCondition(name="per_head", end=80, side="upper"), {"amounts": {"per_head": Money(80, "CNY")}}, True),
        (
            AmountCondition(name="per_head", end=80, side="upper"),
            {"amounts": {"per_head": Money("80.01", "CNY")}},
            False,
        ),
        (UnitCondition(units=["north"]), {"unit": "n1"}, True),
        (UnitCondition(units=["north"]), {"unit": "north"}, True),
        (UnitCondition(units=["north"]), {"unit": "sales"}, False),
        (UnitCondition(units=["north"], negated=True), {"unit": "south"}, True),
    ],
)
def test_a_condition_chooses_its_row_or_the_next(condition, facts, holds) -> None:
    matrix = conditional(ApprovalRow(id="one", when=[condition], steps=["head"]), ApprovalRow(id="two", steps=["vice"]))
    found = route(request_for("1", **facts), make_policy(matrices=[matrix]), directory_of(), as_of=NOON)
    assert people(found) == (["sam"] if holds else ["vic"])


class TestWhatIsNotSaid:
    """A value that a condition needs and the request lacks."""

    def test_is_refused_since_a_later_row_would_be_a_guess(self) -> None:
        condition = MeasureCondition(name="discount", start="0.05", side="lower")
        matrix = conditional(ApprovalRow(id="one", when=[condition], steps=["head"]), ApprovalRow(id="two", steps=[]))
        found = route(request_for("1"), make_policy(matrices=[matrix]), directory_of(), as_of=NOON)
        assert [(r.code, r.path, r.parameters["row"]) for r in found.decision.reasons] == [
            ("approvals.value_missing", "discount", "one")
        ]

    def test_counts_as_not_fulfilled_where_the_condition_says_so(self) -> None:
        condition = MeasureCondition(name="discount", start="0.05", side="lower", missing="no_match")
        matrix = conditional(ApprovalRow(id="one", when=[condition], steps=["head"]), ApprovalRow(id="two", steps=[]))
        found = route(request_for("1"), make_policy(matrices=[matrix]), directory_of(), as_of=NOON)
        assert (found.decision.outcome, found.steps) == (Outcome.ALLOW, ())

    def test_does_not_matter_where_another_condition_of_the_row_fails(self) -> None:
        conditions = [MeasureCondition(name="discount", start="0.05", side="lower"), UnitCondition(units=["south"])]
        matrix = conditional(ApprovalRow(id="one", when=conditions, steps=["head"]), ApprovalRow(id="two", steps=[]))
        found = route(request_for("1", unit="n1"), make_policy(matrices=[matrix]), directory_of(), as_of=NOON)
        assert found.rows[0].row == "two"

    def test_all_that_is_missing_is_named_at_once(self) -> None:
        conditions = [WordCondition(name="grade", values=["A"]), UnitCondition(units=["south"])]
        matrix = conditional(ApprovalRow(id="one", when=conditions, steps=["head"]))
        found = route(request_for("1"), make_policy(matrices=[matrix]), directory_of(), as_of=NOON)
        assert [reason.path for reason in found.decision.reasons] == ["grade", "unit"]


def test_a_request_that_fits_no_row_is_denied_unless_the_matrix_is_optional() -> None:
    row = ApprovalRow(id="one", when=[WordCondition(name="party", values=["x"])], steps=["head"])
    for is_required, outcome in ((True, Outcome.DENY), (False, Outcome.ALLOW)):
        policy = make_policy(matrices=[conditional(row, is_required=is_required)])
        found = route(request_for("1"), policy, directory_of(), as_of=NOON)
        assert found.decision.outcome is outcome


def test_the_steps_of_several_matrices_follow_each_other_each_once() -> None:
    review = ApprovalMatrix(
        id="reviews",
        acts=["contract.sign"],
        effective=ALWAYS,
        rows=[ApprovalRow(id="any", steps=["legal", "director"])],
    )
    ladder_of = make_policy().matrices[0]
    found = route(request_for("1"), make_policy(matrices=[review, ladder_of]), directory_of(), as_of=NOON)
    assert [routed.step.id for routed in found.steps] == ["legal", "director"]
    assert people(found) == ["lou", "nia"]
    assert found.name == "reviews/any + ladder/any: legal > director"
    assert [row["place"] for row in found.to_records()] == [1, 2]


def test_matrices_rules_and_policies_hold_in_their_days_only() -> None:
    policy = make_policy()
    over = DateRange(date(2020, 1, 1), DAY)
    ended = attrs.evolve(policy, matrices=[attrs.evolve(policy.matrices[0], effective=over)])
    assert codes(route(request_for("1"), ended, directory_of(), as_of=NOON)) == ["act_without_matrix"]
    ruleless = attrs.evolve(policy, rules=[attrs.evolve(policy.rules[0], effective=over)])
    assert codes(route(request_for("1"), ruleless, directory_of(), as_of=NOON)) == ["act_without_rule"]
    draft = attrs.evolve(policy, life=PolicyLife(status="draft", scope="s", owner="o", effective=ALWAYS))
    found = route(request_for("1"), draft, directory_of(), as_of=NOON)
    assert [reason.code for reason in found.decision.reasons] == ["core.policy_not_in_force"]
    overdue = attrs.evolve(policy, life=attrs.evolve(policy.life, next_review=date(2026, 5, 31)))
    found = route(request_for("1"), overdue, directory_of(), as_of=NOON)
    assert found.trace[0].code == "core.review_overdue"


def test_all_faults_come_at_once() -> None:
    stranger = request_for("1", requester="zed", act="unknown")
    found = route(stranger, make_policy(), directory_of(), as_of=NOON)
    assert codes(found) == ["act_without_rule", "act_without_matrix", "requester_unknown"]


def test_the_structure_must_be_that_of_the_day() -> None:
    with pytest.raises(InvalidValue, match="resolve it for the same day"):
        route(request_for("1"), make_policy(), directory_of(day=date(2026, 5, 31)), as_of=NOON)
    with pytest.raises(InvalidValue, match="time zone"):
        route(request_for("1"), make_policy(), directory_of(), as_of=NOON.replace(tzinfo=None))


def test_an_unknown_step_is_named_with_the_nearest() -> None:
    matrix = conditional(ApprovalRow(id="one", steps=["heads"]))
    with pytest.raises(UnknownName, match="did you mean 'head'"):
        route(request_for("1"), make_policy(matrices=[matrix]), directory_of(), as_of=NOON)


def test_without_a_directory_the_steps_are_named() -> None:
    found = route(request_for("200000"), make_policy(), None, as_of=NOON)
    assert ([routed.step.id for routed in found.steps], people(found)) == (["head"], [])
    assert (found.decision.outcome, [need.approver for need in found.decision.approvals]) == (Outcome.REFER, ["head"])
    assert found.decision.headroom == Money(300_000, "CNY")
