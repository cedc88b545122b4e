"""Complaints: assignment, resolution, deadlines in working time, escalation along the line."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest

from salesrules.core import (
    DateRange,
    DeadlineKind,
    InvalidValue,
    Outcome,
    UnknownName,
    WorkflowEvent,
    restore_case,
    start_case,
)
from salesrules.org import Absence, Appointment, Organisation, Person, Position, Unit, resolve_structure
from salesrules.service import (
    Complaint,
    ComplaintDeadline,
    HourLimit,
    JointFinding,
    SeverityRule,
    build_complaint_workflow,
    calculate_complaint_deadlines,
    check_assignment,
    check_complaint,
    check_resolution,
    find_escalations,
    find_missed_deadlines,
    find_superiors,
)

from .conftest import MONDAY

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
EVER = DateRange(date(2010, 1, 1))


def history(*steps):
    """A complaint's case: received on Monday at nine, then commands so many hours later."""
    targets = {
        "assign": "assigned", "investigate": "investigating", "resolve": "resolved", "confirm": "confirmed",
        "reopen": "reopened", "withdraw": "withdrawn",
    }  # fmt: skip
    events = [WorkflowEvent(command="start", source=None, target="received", at=MONDAY)]
    for hours, command in steps:
        at = MONDAY + hours * HOUR
        events.append(WorkflowEvent(command=command, source=events[-1].target, target=targets[command], at=at))
    return restore_case(events)


def codes_of(decision) -> list[str]:
    return [reason.code.removeprefix("service.") for reason in decision.reasons]


# --- Intake, owner, handler, joint cases ---


def test_the_policy_names_intake_and_owner_per_kind(make_complaint, policy) -> None:
    assert check_assignment(make_complaint(), policy, MONDAY).outcome is Outcome.ALLOW
    wrong = make_complaint(taken_by="sales", department="sales_north")
    decision = check_assignment(wrong, policy, MONDAY)
    assert codes_of(decision) == ["intake_wrong", "owner_wrong"]
    assert [(reason.path, reason.policy.id, reason.policy.field) for reason in decision.reasons] == [
        ("complaint.taken_by", "quality", "intake"),
        ("complaint.department", "quality", "owner"),
    ]
    assert decision.reasons[1].parameters["owner"] == "quality_unit"


def test_a_joint_case_names_the_second_department(make_complaint, policy) -> None:
    decision = check_assignment(make_complaint(joint=[]), policy, MONDAY)
    assert codes_of(decision) == ["joint_department_missing"]
    assert decision.reasons[0].parameters["department"] == "works"
    assert check_assignment(make_complaint(joint=["works", "lab"]), policy, MONDAY).is_allowed


def test_the_person_complained_about_does_not_handle_it(make_complaint, policy) -> None:
    conduct = make_complaint(kind="conduct", department="sales_north", joint=[], concerns="ann")
    assert codes_of(check_assignment(conduct, policy, MONDAY)) == ["handler_concerned"]
    assert check_assignment(attrs.evolve(conduct, handler="bo"), policy, MONDAY).is_allowed
    assert codes_of(check_assignment(attrs.evolve(conduct, handler=None), policy, MONDAY)) == ["handler_missing"]


def test_all_faults_of_an_assignment_come_at_once(policy) -> None:
    bare = Complaint(id="c", customer="acme", kind="quality", severity="urgent")
    assert codes_of(check_assignment(bare, policy, MONDAY)) == [
        "intake_wrong", "owner_wrong", "handler_missing", "joint_department_missing"
    ]  # fmt: skip


@pytest.mark.parametrize(("field", "name"), [("kind", "qualty"), ("severity", "urgnt")])
def test_an_unknown_kind_or_severity_names_the_nearest(make_complaint, policy, field, name) -> None:
    with pytest.raises(UnknownName, match="did you mean"):
        check_assignment(make_complaint(**{field: name}), policy, MONDAY)


@pytest.mark.parametrize("joint", [["quality_unit"], ["works", "works"]])
def test_a_department_is_in_a_case_once(make_complaint, joint) -> None:
    with pytest.raises(InvalidValue, match="joint"):
        make_complaint(joint=joint)


def test_cause_and_remedy_are_recorded(make_complaint, policy) -> None:
    finding = JointFinding(department="works", given_by="wu", given_at=MONDAY)
    good = make_complaint(cause="material", remedy="refund", findings=[finding])
    assert check_resolution(good, policy, MONDAY).outcome is Outcome.ALLOW
    assert codes_of(check_resolution(make_complaint(findings=[finding]), policy, MONDAY)) == [
        "cause_missing", "remedy_missing"
    ]  # fmt: skip
    odd = attrs.evolve(good, cause="weather", remedy="apology")
    decision = check_resolution(odd, policy, MONDAY)
    assert codes_of(decision) == ["cause_unknown", "remedy_unknown"]
    assert decision.reasons[0].parameters["known"] == ("material", "transport")


def test_without_a_list_any_cause_may_be_recorded(make_complaint, policy, make_complaints) -> None:
    free = attrs.evolve(policy, complaints=make_complaints(causes=[], remedies=[]))
    complaint = make_complaint(cause="weather", remedy="apology", joint=[])
    assert check_resolution(complaint, free, MONDAY).is_allowed


def test_every_joint_department_says_its_finding_first(make_complaint, policy) -> None:
    complaint = make_complaint(cause="material", remedy="refund", joint=["works", "lab"])
    later = JointFinding(department="works", given_by="wu", given_at=MONDAY + SECOND)
    decision = check_resolution(attrs.evolve(complaint, findings=[later]), policy, MONDAY)
    assert [(r.parameters["department"], r.path) for r in decision.reasons] == [
        ("works", "complaint.joint[0]"),
        ("lab", "complaint.joint[1]"),
    ]
    decision = check_resolution(attrs.evolve(complaint, findings=[later]), policy, MONDAY + SECOND)
    assert [reason.parameters["department"] for reason in decision.reasons] == ["lab"]


# --- Deadlines ---


def test_severity_sets_both_deadlines_in_working_time(make_complaint, policy, office) -> None:
    # Two working hours from Monday at nine are eleven; sixteen are two days of eight hours: Tuesday at five.
    deadlines = calculate_complaint_deadlines(make_complaint(), history(), policy, office)
    assert deadlines.response_due == MONDAY + 2 * HOUR
    assert deadlines.resolution_due == MONDAY + 32 * HOUR
    plain = calculate_complaint_deadlines(make_complaint(severity="plain"), history(), policy)
    assert (plain.response_due, plain.resolution_due) == (MONDAY + 24 * HOUR, MONDAY + 72 * HOUR)


def test_working_time_is_asked_for(make_complaint, policy) -> None:
    with pytest.raises(InvalidValue, match="working_time"):
        calculate_complaint_deadlines(make_complaint(), history(), policy)


@pytest.mark.parametrize(
    ("side", "seconds", "late"),
    [("upper", 0, False), ("upper", 1, True), ("lower", -1, False), ("lower", 0, True)],
)
def test_the_side_owns_the_due_instant(make_complaint, policy, make_complaints, office, side, seconds, late) -> None:
    limit = HourLimit(hours=24, side=side)
    rules = make_complaints(severities=[SeverityRule(id="plain", response=limit, resolution=HourLimit(hours=72))])
    policy = attrs.evolve(policy, complaints=rules)
    complaint = make_complaint(severity="plain")
    as_of = MONDAY + 24 * HOUR + seconds * SECOND
    decision = check_complaint(complaint, history(), policy, as_of, office)
    assert codes_of(decision) == (["response_overdue"] if late else [])
    # An answer that came at that very instant is judged alike, whenever somebody looks.
    came = history((24, "assign"), (24, "investigate"))
    decision = check_complaint(complaint, came, policy, MONDAY + 30 * HOUR)
    assert codes_of(decision) == (["response_overdue"] if side == "lower" else [])


def test_a_deadline_runs_on_in_the_night_that_gains_an_hour(make_complaint, policy) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    received = datetime(2020, 10, 24, 12, tzinfo=berlin)
    case = start_case(build_complaint_workflow(), as_of=received)
    deadlines = calculate_complaint_deadlines(make_complaint(severity="plain"), case, policy)
    assert str(deadlines.response_due) == "2020-10-25 11:00:00+01:00"


def test_an_overdue_complaint_warns_and_says_when_it_changes_next(make_complaint, policy, office) -> None:
    complaint = make_complaint()
    first = check_complaint(complaint, history(), policy, MONDAY + HOUR, office)
    assert (first.outcome, first.changes_at) == (Outcome.ALLOW, MONDAY + 2 * HOUR)
    late = check_complaint(complaint, history(), policy, MONDAY + 3 * HOUR, office)
    assert (late.outcome, codes_of(late)) == (Outcome.WARN, ["response_overdue"])
    assert late.reasons[0].parameters["due"] == MONDAY + 2 * HOUR
    assert (late.reasons[0].policy.id, late.reasons[0].policy.field) == ("urgent", "response")
    # The next level of escalation, four working hours after eleven, comes before the resolution is due.
    assert late.changes_at == MONDAY + 6 * HOUR
    answered = history((3, "assign"), (3, "investigate"))
    later = check_complaint(complaint, answered, policy, MONDAY + 3 * HOUR, office)
    assert (codes_of(later), later.changes_at) == (["response_overdue"], MONDAY + 32 * HOUR)


def test_a_reopened_complaint_owes_its_resolution_anew(make_complaint, policy, office) -> None:
    steps = [(1, "assign"), (1, "investigate"), (4, "resolve"), (24, "reopen")]
    case = history(*steps)
    deadlines = calculate_complaint_deadlines(make_complaint(), case, policy, office)
    assert deadlines.responded_at == MONDAY + HOUR
    assert deadlines.resolved_at is None
    assert deadlines.resolution_due == MONDAY + (24 + 32) * HOUR
    assert deadlines.times_reopened == 1
    assert codes_of(check_complaint(make_complaint(), case, policy, MONDAY + 25 * HOUR, office)) == []
    again = history(*steps, (25, "investigate"), (26, "resolve"), (27, "reopen"))
    decision = check_complaint(make_complaint(), again, policy, MONDAY + 28 * HOUR, office)
    assert codes_of(decision) == ["reopened_too_often"]
    assert (decision.reasons[0].parameters["times"], decision.reasons[0].parameters["limit"]) == (2, 1)


def test_a_closed_complaint_keeps_its_findings_and_never_changes(make_complaint, policy, office) -> None:
    case = history((3, "assign"), (3, "investigate"), (4, "resolve"), (5, "confirm"))
    decision = check_complaint(make_complaint(), case, policy, MONDAY + 1000 * HOUR, office)
    assert (codes_of(decision), decision.changes_at) == (["response_overdue"], None)


def test_a_policy_that_is_not_in_force_decides_nothing(make_complaint, policy, draft, office) -> None:
    unapproved = attrs.evolve(policy, life=draft)
    for decision in (
        check_assignment(make_complaint(joint=[]), unapproved, MONDAY),
        check_resolution(make_complaint(), unapproved, MONDAY),
        check_complaint(make_complaint(), history(), unapproved, MONDAY + HOUR, office),
    ):
        assert [reason.code for reason in decision.reasons] == ["core.policy_not_in_force"]
        assert decision.changes_at is None


def test_a_rulebook_that_says_nothing_of_complaints_is_an_error(make_complaint, policy) -> None:
    with pytest.raises(InvalidValue, match=r"service\.complaints"):
        check_assignment(make_complaint(), attrs.evolve(policy, complaints=None), MONDAY)


# --- Escalation ---


@pytest.fixture
def organisation() -> Organisation:
    units = [("firm", None), ("service", "firm"), ("quality_unit", "service")]
    heads = {"firm": "dora", "service": "carl", "quality_unit": "bea"}
    return Organisation(
        units=[Unit(id=id, kind="unit", parent=parent, effective=EVER) for id, parent in units],
        positions=[Position(id=f"head_{u}", unit=u, rank="head", is_head=True, effective=EVER) for u in heads],
        people=[Person(id=person) for person in (*heads.values(), "ann")],
        appointments=[Appointment(person=p, position=f"head_{u}", effective=EVER) for u, p in heads.items()],
    )


def test_overdue_escalates_to_the_heads_up_the_line(make_complaint, policy, office, organisation) -> None:
    structure = resolve_structure(organisation, MONDAY.date())

    def found(hours, complaint=None):
        as_of = MONDAY + hours * HOUR
        escalations = find_escalations(complaint or make_complaint(), history(), policy, structure, as_of, office)
        return [(e.deadline, e.level, e.person, e.unit, (e.at - MONDAY) // HOUR) for e in escalations]

    response = ComplaintDeadline.RESPONSE
    assert found(2) == []
    assert found(3) == [(response, 1, "bea", "quality_unit", 2)]
    assert found(5.999) == found(3)
    assert found(6) == [*found(3), (response, 2, "carl", "service", 6)]
    assert found(26) == [*found(6), (response, 3, "dora", "firm", 26)]
    assert found(33)[-1] == (ComplaintDeadline.RESOLUTION, 1, "bea", "quality_unit", 32)


def test_who_handles_or_is_complained_about_is_passed_over(make_complaint, organisation) -> None:
    structure = resolve_structure(organisation, MONDAY.date())
    heads = [("bea", "quality_unit"), ("carl", "service"), ("dora", "firm")]
    assert list(find_superiors(make_complaint(), structure)) == heads
    assert list(find_superiors(make_complaint(handler="bea"), structure)) == heads[1:]
    assert list(find_superiors(make_complaint(concerns="carl"), structure)) == [heads[0], heads[2]]
    assert find_superiors(make_complaint(department=None), structure) == ()
    away = attrs.evolve(organisation, absences=[Absence(person="bea", effective=EVER)])
    assert list(find_superiors(make_complaint(), resolve_structure(away, MONDAY.date()))) == heads[1:]
    with pytest.raises(UnknownName):
        find_superiors(make_complaint(department="qualty"), structure)


def test_above_the_top_the_last_one_stays_in_charge(make_complaint, policy, office, organisation) -> None:
    structure = resolve_structure(organisation, MONDAY.date())
    complaint = make_complaint(handler="bea", concerns="carl")
    escalations = find_escalations(complaint, history(), policy, structure, MONDAY + 26 * HOUR, office)
    assert [(e.level, e.person) for e in escalations] == [(1, "dora"), (2, "dora"), (3, "dora")]
    nobody = make_complaint(department=None)
    escalations = find_escalations(nobody, history(), policy, structure, MONDAY + 3 * HOUR, office)
    assert [(e.level, e.person, e.unit) for e in escalations] == [(1, None, None)]


def test_what_was_met_or_closed_escalates_no_further(make_complaint, policy, office, organisation) -> None:
    structure = resolve_structure(organisation, MONDAY.date())
    met_late = history((3, "assign"), (3, "investigate"))
    assert find_escalations(make_complaint(), met_late, policy, structure, MONDAY + 20 * HOUR, office) == ()
    gone = history((3, "withdraw"))
    assert find_escalations(make_complaint(), gone, policy, structure, MONDAY + 99 * HOUR, office) == ()
    deadlines = calculate_complaint_deadlines(make_complaint(), met_late, policy, office)
    missed = find_missed_deadlines(make_complaint(), deadlines, policy, MONDAY + 20 * HOUR)
    assert missed == ((ComplaintDeadline.RESPONSE, MONDAY + 2 * HOUR),)


# --- What a firm may set ---


@pytest.mark.parametrize("hours", ["0", "-1", "0.00001", "1e9", "NaN"])
def test_a_limit_is_a_positive_number_of_whole_seconds(hours) -> None:
    with pytest.raises(InvalidValue):
        HourLimit(hours=hours)


def test_a_limit_of_half_an_hour_is_exact() -> None:
    assert HourLimit(hours="0.5").due(MONDAY) == MONDAY + 30 * 60 * SECOND
    assert HourLimit(hours=1).counted is DeadlineKind.ELAPSED


def test_silence_confirms_only_after_a_time(make_complaints) -> None:
    with pytest.raises(InvalidValue, match="confirmation"):
        make_complaints(confirmation=None, silence="confirmed")
    with pytest.raises(InvalidValue, match="maximum_reopenings"):
        make_complaints(maximum_reopenings=-1)
    assert make_complaints(confirmation=None).answer_deadline() is None
