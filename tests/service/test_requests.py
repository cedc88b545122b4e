"""Service requests with a clock of their own, feedback with its deadlines, service standards with their score."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest

from salesrules.core import Band, BandTable, InvalidValue, Outcome, UnknownName, WorkflowEvent, restore_case
from salesrules.service import (
    Feedback,
    FeedbackRoute,
    HourLimit,
    RequestRule,
    ServicePolicy,
    ServiceRequest,
    ServiceStandard,
    calculate_feedback_deadlines,
    calculate_request_clock,
    calculate_service_score,
    check_feedback,
    check_forwarding,
    check_request,
    check_standards,
)

from .conftest import MONDAY

HOUR = timedelta(hours=1)
REPAIR = ServiceRequest(id="r1", customer="acme", kind="repair")


def case_of(*steps):
    targets = {
        "accept": "accepted", "begin": "in_progress", "wait": "waiting", "resume": "in_progress", "finish": "done",
        "cancel": "cancelled", "forward": "forwarded", "return": "received", "answer": "answered",
    }  # fmt: skip
    first = "received" if any(command in ("forward", "answer") for _, command in steps) else "opened"
    events = [WorkflowEvent(command="start", source=None, target=first, at=MONDAY)]
    for hours, command in steps:
        at = MONDAY + hours * HOUR
        events.append(WorkflowEvent(command=command, source=events[-1].target, target=targets[command], at=at))
    return restore_case(events)


def codes_of(decision) -> list[str]:
    return [reason.code.removeprefix("service.") for reason in decision.reasons]


@pytest.fixture
def elapsed(life) -> ServicePolicy:
    return ServicePolicy(life=life, requests=[RequestRule(id="repair", limit=HourLimit(hours=10))])


@pytest.fixture
def working(life) -> ServicePolicy:
    return ServicePolicy(life=life, requests=[RequestRule(id="repair", limit=HourLimit(hours=10, counted="working"))])


def test_the_clock_stands_still_while_a_request_waits_for_the_customer(elapsed) -> None:
    steps = [(1, "accept"), (2, "wait"), (50, "resume")]
    clock = calculate_request_clock(REPAIR, case_of(*steps), elapsed, MONDAY + 53 * HOUR)
    assert (clock.used, clock.due, clock.is_overdue) == (5 * HOUR, MONDAY + 58 * HOUR, False)
    waiting = calculate_request_clock(REPAIR, case_of(*steps[:2]), elapsed, MONDAY + 49 * HOUR)
    assert (waiting.used, waiting.due, waiting.paused_since) == (2 * HOUR, None, MONDAY + 2 * HOUR)
    assert codes_of(check_request(REPAIR, case_of(*steps[:2]), elapsed, MONDAY + 49 * HOUR)) == ["request_paused"]


def test_it_counts_working_time_where_policy_says_so(working, office) -> None:
    steps = [(1, "accept"), (7, "wait"), (25, "resume")]  # Monday nine to four, then from Tuesday at ten
    clock = calculate_request_clock(REPAIR, case_of(*steps), working, MONDAY + 27 * HOUR, office)
    assert (clock.used, clock.due) == (9 * HOUR, MONDAY + 28 * HOUR)
    with pytest.raises(InvalidValue, match="working_time"):
        calculate_request_clock(REPAIR, case_of(*steps), working, MONDAY + 27 * HOUR)


@pytest.mark.parametrize(("seconds", "late"), [(0, False), (1, True)])
def test_a_request_is_overdue_once_its_time_is_used_up(elapsed, seconds, late) -> None:
    as_of = MONDAY + 10 * HOUR + timedelta(seconds=seconds)
    decision = check_request(REPAIR, case_of(), elapsed, as_of)
    assert codes_of(decision) == (["request_overdue"] if late else [])
    assert decision.changes_at == (None if late else MONDAY + 10 * HOUR)
    finished = case_of((1, "accept"), (1, "begin"), (10 + seconds / 3600, "finish"))
    assert codes_of(check_request(REPAIR, finished, elapsed, MONDAY + 99 * HOUR)) == codes_of(decision)


def test_the_lower_side_owns_the_due_instant(life) -> None:
    rule = RequestRule(id="repair", limit=HourLimit(hours=10, side="lower"))
    policy = ServicePolicy(life=life, requests=[rule])
    assert calculate_request_clock(REPAIR, case_of(), policy, MONDAY + 10 * HOUR).is_overdue
    done = case_of((1, "accept"), (1, "begin"), (10, "finish"))
    assert calculate_request_clock(REPAIR, done, policy, MONDAY + 99 * HOUR).is_overdue


def test_time_used_up_before_a_pause_stays_used_up(elapsed) -> None:
    steps = [(1, "accept"), (11, "wait"), (50, "resume")]
    for case in (case_of(*steps[:2]), case_of(*steps)):
        assert calculate_request_clock(REPAIR, case, elapsed, MONDAY + 60 * HOUR).is_overdue
    exactly = calculate_request_clock(REPAIR, case_of((1, "accept"), (10, "wait")), elapsed, MONDAY + 60 * HOUR)
    assert (exactly.used, exactly.is_overdue) == (10 * HOUR, False)


def test_a_done_request_says_when(elapsed) -> None:
    done = case_of((1, "accept"), (1, "begin"), (4, "finish"))
    clock = calculate_request_clock(REPAIR, done, elapsed, MONDAY + 99 * HOUR)
    assert (clock.done_at, clock.used, clock.due, clock.limit) == (MONDAY + 4 * HOUR, 4 * HOUR, None, 10 * HOUR)
    gone = calculate_request_clock(REPAIR, case_of((2, "cancel")), elapsed, MONDAY + 99 * HOUR)
    assert (gone.done_at, gone.is_overdue) == (MONDAY + 2 * HOUR, False)


def test_what_happens_later_does_not_count_yet(elapsed) -> None:
    done = case_of((1, "accept"), (1, "begin"), (4, "finish"))
    assert calculate_request_clock(REPAIR, done, elapsed, MONDAY + 3 * HOUR).used == 3 * HOUR
    with pytest.raises(InvalidValue, match="as_of"):
        calculate_request_clock(REPAIR, done, elapsed, MONDAY - HOUR)


def test_a_kind_without_a_clock_names_the_nearest(elapsed) -> None:
    with pytest.raises(UnknownName, match="repair"):
        check_request(attrs.evolve(REPAIR, kind="repare"), case_of(), elapsed, MONDAY)


# --- Feedback ---


@pytest.fixture
def routes(life) -> ServicePolicy:
    quick = HourLimit(hours=4)
    return ServicePolicy(
        life=life,
        feedback=[
            FeedbackRoute(id="q", kinds=["quality"], owner="works", forward=quick, answer=HourLimit(hours=48)),
            FeedbackRoute(
                id="m", kinds=["need", "market", "dealer_wish"], owner="marketing", forward=quick, answer=quick
            ),
        ],
    )


FEEDBACK = Feedback(id="f1", kind="quality", given_by="li", department="works")


@pytest.mark.parametrize(
    ("kind", "owner"),
    [("quality", "works"), ("need", "marketing"), ("market", "marketing"), ("dealer_wish", "marketing")],
)
def test_each_kind_of_feedback_has_its_owner(routes, kind, owner) -> None:
    feedback = attrs.evolve(FEEDBACK, kind=kind)
    assert calculate_feedback_deadlines(feedback, case_of((1, "forward")), routes).owner == owner
    assert check_forwarding(attrs.evolve(feedback, department=owner), routes, MONDAY).is_allowed
    assert codes_of(check_forwarding(attrs.evolve(feedback, department=None), routes, MONDAY)) == [
        "feedback_department_wrong"
    ]
    with pytest.raises(UnknownName):
        check_forwarding(attrs.evolve(feedback, kind="gossip"), routes, MONDAY)


def test_feedback_reaches_its_owner_and_is_answered_in_time(routes) -> None:
    def seen(hours, *steps):
        case = case_of(*steps) if steps else case_of((0, "forward"), (0, "return"))
        decision = check_feedback(FEEDBACK, case, routes, MONDAY + hours * HOUR)
        changes = None if decision.changes_at is None else (decision.changes_at - MONDAY) // HOUR
        return codes_of(decision), changes

    forwarded = [(4, "forward")]
    assert seen(5, *forwarded) == ([], 48)
    assert seen(49, *forwarded) == (["feedback_answer_overdue"], None)
    assert seen(60, *forwarded, (48, "answer")) == ([], None)
    assert seen(60, *forwarded, (49, "answer")) == (["feedback_answer_overdue"], None)
    assert seen(5, (5, "forward")) == (["feedback_forward_overdue"], 48)


def test_feedback_that_nobody_forwarded_is_overdue_twice_in_the_end(routes) -> None:
    case = restore_case([WorkflowEvent(command="start", source=None, target="received", at=MONDAY)])
    assert check_feedback(FEEDBACK, case, routes, MONDAY).changes_at == MONDAY + 4 * HOUR
    decision = check_feedback(FEEDBACK, case, routes, MONDAY + 49 * HOUR)
    assert codes_of(decision) == ["feedback_forward_overdue", "feedback_answer_overdue"]
    assert decision.outcome is Outcome.WARN


# --- Standards ---


def standard(id="ring", **changes) -> ServiceStandard:
    bands = [Band(start=None, value=100), Band(start=21, value=60), Band(start=31, value=0)]
    given = {
        "id": id, "step": "answer the telephone", "unit": "seconds", "required": 20, "better": "lower",
        "points": BandTable(bands=bands),
    }  # fmt: skip
    return ServiceStandard(**(given | changes))


@pytest.fixture
def standards(life) -> ServicePolicy:
    polite = BandTable(bands=[Band(start=None, value=0), Band(start=Decimal("4.5"), value=100)])
    return ServicePolicy(
        life=life,
        standards=[
            standard(),
            standard("polite", unit="stars", required="4.5", better="higher", points=polite, weight=2),
        ],
    )


@pytest.mark.parametrize(
    ("better", "side", "measured", "met"),
    [
        ("lower", "lower", 19, True), ("lower", "lower", 20, True), ("lower", "lower", 21, False),
        ("lower", "upper", 20, False), ("lower", "upper", 19, True),
        ("higher", "lower", 19, False), ("higher", "lower", 20, True), ("higher", "upper", 20, False),
        ("higher", "upper", 21, True),
    ],
)  # fmt: skip
def test_a_step_has_a_measurable_requirement(better, side, measured, met) -> None:
    assert standard(better=better, side=side).is_met_by(Decimal(measured)) is met


def test_each_step_has_points_and_the_score_is_their_weighted_mean(standards) -> None:
    score = calculate_service_score({"ring": 25, "polite": Decimal("4.5")}, standards)
    assert [(r.standard, r.points, r.is_met) for r in score.results] == [("ring", 60, False), ("polite", 100, True)]
    assert score.score == Fraction(60 + 2 * 100, 3)
    derivation = score.derivation()
    assert derivation.recompute() == derivation.value == score.score
    decision = check_standards(score, standards, date(2020, 1, 6))
    assert (decision.outcome, codes_of(decision)) == (Outcome.WARN, ["standard_missed"])
    assert decision.reasons[0].parameters["required"] == 20


def test_what_was_not_measured_warns_and_has_no_weight(standards) -> None:
    score = calculate_service_score({"ring": 10}, standards)
    assert score.score == 100
    assert codes_of(check_standards(score, standards, date(2020, 1, 6))) == ["standard_not_measured"]
    empty = calculate_service_score({}, standards)
    assert (empty.score, empty.derivation()) == (None, None)


def test_a_measure_of_no_standard_names_the_nearest(standards) -> None:
    with pytest.raises(UnknownName, match="ring"):
        calculate_service_score({"rings": 10}, standards)
    with pytest.raises(InvalidValue, match=r"measured\[ring\]"):
        calculate_service_score({"ring": 1.5}, standards)


def test_a_standard_weighs_something() -> None:
    with pytest.raises(InvalidValue, match="weight"):
        standard(weight=0)
