"""What is asked seldom: values that a request cannot hold, odd organisations, memories that are emptied."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from approval_firm import (
    ALWAYS,
    DAY,
    NOON,
    add,
    board,
    directory_of,
    ladder,
    leave,
    make_organisation,
    make_policy,
    request_for,
    say,
    submitted,
    with_steps,
)

from salesrules.approvals import (
    ApprovalMatrix,
    ApprovalRow,
    ApprovalStep,
    BodyApprover,
    FunctionApprover,
    ManagerApprover,
    UnitHeadApprover,
    open_request,
    route,
    submit_request,
)
from salesrules.approvals.model import directories as memory
from salesrules.approvals.policy import section
from salesrules.approvals.rules.offices import find_offices
from salesrules.core import InvalidValue, Money, Outcome, Rate
from salesrules.org import Unit


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"amount": Money(-1, "CNY")}, "zero or more"),
        ({"attributes": {"n": 5}}, "numbers belong into measures"),
        ({"amounts": {"n": Decimal(5)}}, "give money"),
        ({"measures": {"n": 0.5}}, "n: 0.5 is not valid"),
        ({"id": " r"}, "printable"),
        ({"day": NOON}, "without a time"),
        ({"requester": ""}, "name it"),
    ],
)
def test_what_a_request_cannot_hold(changes, message) -> None:
    given = {"id": "r", "act": "a", "subject": "s", "requester": "ann", "day": DAY}
    with pytest.raises(InvalidValue, match=message):
        type(request_for())(**(given | changes))


def test_a_rate_is_a_measure_and_names_are_looked_up_in_order() -> None:
    request = request_for("1", measures={"discount": Rate.parse("5%")}, amounts={"per_head": Money(3, "CNY")})
    assert request.value("discount") == Decimal("0.05")
    assert request.value("per_head") == Money(3, "CNY")


def test_a_file_goes_on_only_at_a_step_that_it_has() -> None:
    file = submitted(
        request_for("1", act="act"), with_steps(ApprovalStep(id="a", approvers=[ManagerApprover()])), directory_of()
    )
    with pytest.raises(InvalidValue, match="name one of the steps"):
        attrs.evolve(file, position="b")


def test_time_does_not_run_backwards() -> None:
    draft = open_request(request_for("1"), as_of=NOON)
    early = NOON - timedelta(hours=1)
    decision, same = submit_request(draft, make_policy(), directory_of(), actor="ann", as_of=early)
    assert [reason.code for reason in decision.reasons] == ["workflow.out_of_order"]
    assert same is draft


def test_a_requester_without_a_place_has_no_line() -> None:
    gone = leave(make_organisation(), "ann")
    step = ApprovalStep(id="s", approvers=[ManagerApprover()])
    found = route(request_for("1", act="act"), with_steps(step), directory_of(gone), as_of=NOON)
    assert found.decision.reasons[0].code == "approvals.nobody"
    head = with_steps(ApprovalStep(id="s", approvers=[UnitHeadApprover()]))
    assert route(request_for("1", act="act"), head, directory_of(gone), as_of=NOON).decision.outcome is Outcome.DENY
    nowhere = request_for("1", act="act", unit="nowhere")
    assert route(nowhere, head, directory_of(), as_of=NOON).decision.outcome is Outcome.DENY


def test_functions_that_stand_far_away_are_taken_in_their_order() -> None:
    two = add(
        make_organisation(),
        units=[Unit(id=f"lab{n}", kind="lab", parent="law", effective=ALWAYS) for n in (1, 2)],
    )
    step = ApprovalStep(id="s", approvers=[FunctionApprover(function="lab", seat="members")])
    found = route(request_for("1", act="act"), with_steps(step), directory_of(two), as_of=NOON)
    assert found.decision.reasons[0].code == "approvals.approver_unknown"


def test_keys_are_asked_for_also_beside_others_and_amounts_may_be_missing_there() -> None:
    others = [request_for(None, id="r0"), request_for("5", id="r2")]
    found = route(request_for("1"), make_policy(), directory_of(), as_of=NOON, related=others)
    assert found.amount == Money(6, "CNY")
    hidden = request_for("1", matter=" ")
    for related in ([], others):
        found = route(hidden, make_policy(), directory_of(), as_of=NOON, related=related)
        assert [reason.code for reason in found.decision.reasons] == ["approvals.key_missing"]


def test_headroom_is_that_of_bands_in_the_currency_of_the_amount() -> None:
    def matrix(id: str, currency: str | None, *rows: ApprovalRow) -> ApprovalMatrix:
        return ApprovalMatrix(id=id, acts=["contract.sign"], currency=currency, effective=ALWAYS, rows=rows)

    bands = ApprovalRow(id="b", amounts=ladder((0, ["head"]), (100, ["vice"])))
    wide = ApprovalRow(id="w", amounts=ladder((0, ["head"]), (900, ["vice"])))
    plain = ApprovalRow(id="p", steps=["head"])
    request = request_for("30")
    for matrices, headroom in (
        ([matrix("a", "CNY", wide), matrix("b", "CNY", bands)], 70),
        ([matrix("a", None, plain), matrix("b", "CNY", bands)], 70),
        ([matrix("a", "CNY", plain)], None),
    ):
        found = route(request, make_policy(matrices=matrices), directory_of(), as_of=NOON)
        assert found.decision.headroom == (None if headroom is None else Money(headroom, "CNY"))
    same = [matrix("a", "CNY", wide), attrs.evolve(matrix("b", "USD", plain), rows=[plain])]
    assert route(request, make_policy(matrices=same), directory_of(), as_of=NOON).decision.headroom == Money(870, "CNY")


def test_a_no_that_carries_a_vote_carries_nothing_else() -> None:
    # All three are the quorum, and a majority of those who voted is enough: the last vote may be a no.
    steps = [
        ApprovalStep(id="b", approvers=[BodyApprover(body="board")]),
        ApprovalStep(id="m", approvers=[ManagerApprover()]),
    ]
    policy = with_steps(*steps, rule={"same_reviewer": "once"})
    directory = directory_of(bodies=[board("fay", "lou", "lee", quorum=3, majority="cast")])
    file = submitted(request_for("1", act="act"), policy, directory)
    _, file = say(file, policy, directory, "fay approve", "lou approve", "lee reject")
    assert file.case.state == "m"


def test_memories_are_emptied_when_they_are_full(monkeypatch) -> None:
    monkeypatch.setattr(section, "_REMEMBERED", 1)
    monkeypatch.setattr(memory, "_REMEMBERED", 1)
    policy, directory = make_policy(), directory_of()
    for amount, person in (("1", "nia"), ("200000", "sam"), ("1", "nia"), ("500000", "vic"), ("500000", "vic")):
        found = route(request_for(amount), policy, directory, as_of=NOON)
        assert [seat.person for one in found.steps for seat in one.seats] == [person]
    assert policy.find_handling("other", DAY)[1:] == (None, ())
    assert policy.find_handling("contract.sign", date(2019, 1, 1))[1:] == (None, ())


def test_what_is_remembered_is_for_one_policy_requester_and_interest() -> None:
    directory = directory_of()

    def first(request, policy) -> str:
        return route(request, policy, directory, as_of=NOON).steps[0].seats[0].person

    policy = make_policy()
    director = ApprovalStep(id="director", approvers=[ManagerApprover()])
    other = attrs.evolve(policy, steps=[director, *(step for step in policy.steps if step.id != "director")])
    assert first(request_for("1"), policy) == "nia"
    assert first(request_for("1", interested=["nia"]), policy) == "sam"
    assert first(request_for("1"), other) == "lee"
    assert first(request_for("1", requester="sol"), policy) == "sam"
    assert first(request_for("1"), policy) == "nia"


def test_a_body_has_no_single_offices() -> None:
    body: Any = BodyApprover(body="board")
    nobody: Any = None
    with pytest.raises(TypeError, match="votes as a whole"):
        find_offices(body, nobody, "s")
