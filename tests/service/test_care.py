"""Care after delivery: the schedule by customer class, free days, due and overdue, the next day."""

from __future__ import annotations

from datetime import date

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import AmbiguousDay, DateRange, InvalidValue, Outcome
from salesrules.service import CareDone, CareSchedule, CareStep, Delivery, ServicePolicy, check_care, plan_care

EVER = DateRange(date(2010, 1, 1))
STEPS = [
    CareStep(id="first-visit", kind="return_visit", owner="service", days_after=7, days_allowed=2),
    CareStep(id="survey", kind="survey", owner="quality", days_after=30, days_allowed=5),
    CareStep(id="again", kind="repurchase_prompt", owner="sales", months_after=12, days_allowed=10),
]


def schedule(**changes) -> CareSchedule:
    given = {"id": "a", "customer_classes": ["A"], "effective": EVER, "steps": STEPS}
    return CareSchedule(**(given | changes))


def delivered(day: date, customer_class: str = "A") -> Delivery:
    return Delivery(id="d1", customer="acme", customer_class=customer_class, day=day)


@pytest.fixture
def care(life) -> ServicePolicy:
    return ServicePolicy(life=life, care=[schedule(), schedule(id="b", customer_classes=["B"], steps=STEPS[1:2])])


def codes_of(decision) -> list[str]:
    return [reason.code.removeprefix("service.") for reason in decision.reasons]


def test_a_delivery_starts_the_schedule_of_its_class(care) -> None:
    tasks = plan_care(delivered(date(2020, 1, 6)), care)
    assert [(t.step, t.kind, t.owner, t.due, t.last_day) for t in tasks] == [
        ("first-visit", "return_visit", "service", date(2020, 1, 13), date(2020, 1, 15)),
        ("survey", "survey", "quality", date(2020, 2, 5), date(2020, 2, 10)),
        ("again", "repurchase_prompt", "sales", date(2021, 1, 6), date(2021, 1, 16)),
    ]
    assert [task.step for task in plan_care(delivered(date(2020, 1, 6), "B"), care)] == ["survey"]
    assert plan_care(delivered(date(2020, 1, 6), "C"), care) == ()


def test_a_year_after_the_29th_of_february_is_the_28th(care) -> None:
    assert plan_care(delivered(date(2020, 2, 29)), care)[-1].due == date(2021, 2, 28)


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        ("stays", date(2020, 1, 11)),
        ("next_working_day", date(2020, 1, 13)),
        ("previous_working_day", date(2020, 1, 10)),
    ],
)
def test_a_task_on_a_free_day_stays_or_moves(life, office, rule, due) -> None:
    policy = ServicePolicy(life=life, care=[schedule(steps=STEPS[:1], on_free_day=rule)])
    (task,) = plan_care(delivered(date(2020, 1, 4)), policy, office)  # a Saturday; a week later is one too
    assert task.due == due
    (working,) = plan_care(delivered(date(2020, 1, 6)), policy, office)
    assert working.due == date(2020, 1, 13)


def test_no_task_moves_before_the_delivery(life, office) -> None:
    at_once = attrs.evolve(STEPS[0], days_after=0)
    policy = ServicePolicy(life=life, care=[schedule(steps=[at_once], on_free_day="previous_working_day")])
    (task,) = plan_care(delivered(date(2020, 1, 4)), policy, office)
    assert task.due == date(2020, 1, 6)


def test_working_days_are_asked_for(life) -> None:
    policy = ServicePolicy(life=life, care=[schedule(on_free_day="next_working_day")])
    with pytest.raises(InvalidValue, match="working_time"):
        plan_care(delivered(date(2020, 1, 6)), policy)


def test_the_calendar_ends(care) -> None:
    with pytest.raises(InvalidValue, match=r"delivery\.day"):
        plan_care(delivered(date(9999, 12, 30)), care)


def test_a_task_is_due_from_its_day_to_its_last_day_both_included(care) -> None:
    delivery = delivered(date(2020, 1, 6))

    def seen(day, *done):
        decision = check_care(delivery, done, care, day)
        return codes_of(decision), decision.changes_at

    assert seen(date(2020, 1, 12)) == ([], date(2020, 1, 13))
    assert seen(date(2020, 1, 13)) == (["care_due"], date(2020, 1, 16))
    assert seen(date(2020, 1, 15)) == (["care_due"], date(2020, 1, 16))
    assert seen(date(2020, 1, 16)) == (["care_overdue"], date(2020, 2, 5))
    done = CareDone(task="d1/first-visit", day=date(2020, 1, 15))
    assert seen(date(2020, 1, 16), done) == ([], date(2020, 2, 5))
    late = attrs.evolve(done, day=date(2020, 1, 16))
    assert seen(date(2020, 1, 20), late) == (["care_overdue"], date(2020, 2, 5))
    assert seen(date(2020, 1, 15), late) == (["care_due"], date(2020, 1, 16))  # it is not done yet that day
    assert seen(date(2020, 1, 20), late, done) == ([], date(2020, 2, 5))  # the first time counts
    everything = [CareDone(task=f"d1/{step.id}", day=date(2020, 1, 7)) for step in STEPS]
    assert seen(date(2030, 1, 1), *everything) == ([], None)


def test_care_before_the_delivery_is_refused(care) -> None:
    early = CareDone(task="d1/first-visit", day=date(2020, 1, 5))
    with pytest.raises(InvalidValue, match=r"done\.day"):
        check_care(delivered(date(2020, 1, 6)), [early], care, date(2020, 1, 20))


def test_a_class_without_a_schedule_warns(care) -> None:
    decision = check_care(delivered(date(2020, 1, 6), "C"), [], care, date(2020, 1, 6))
    assert (decision.outcome, codes_of(decision)) == (Outcome.WARN, ["care_without_schedule"])


def test_two_schedules_of_one_day_contradict_each_other(life) -> None:
    policy = ServicePolicy(life=life, care=[schedule(), schedule(id="b")])
    with pytest.raises(AmbiguousDay):
        plan_care(delivered(date(2020, 1, 6)), policy)


def test_a_schedule_holds_by_the_day_of_delivery(life) -> None:
    old = schedule(effective=DateRange(date(2010, 1, 1), date(2020, 1, 1)), steps=STEPS[:1])
    new = schedule(id="new", effective=DateRange(date(2020, 1, 1)), steps=STEPS[1:])
    policy = ServicePolicy(life=life, care=[old, new])
    assert [task.step for task in plan_care(delivered(date(2019, 12, 31)), policy)] == ["first-visit"]
    assert [task.step for task in plan_care(delivered(date(2020, 1, 1)), policy)] == ["survey", "again"]


def test_an_unapproved_policy_decides_nothing(care, draft) -> None:
    decision = check_care(delivered(date(2020, 1, 6)), [], attrs.evolve(care, life=draft), date(2020, 1, 20))
    assert ([r.code for r in decision.reasons], decision.changes_at) == (["core.policy_not_in_force"], None)


@pytest.mark.parametrize("field", ["months_after", "days_after", "days_allowed"])
def test_no_step_counts_below_zero(field) -> None:
    with pytest.raises(InvalidValue, match=field):
        CareStep(id="s", kind="survey", owner="q", **{field: -1})


@given(day=st.dates(date(2011, 1, 1), date(2100, 1, 1)), later=st.integers(0, 800))
def test_the_next_day_is_the_next_day_on_which_the_answer_changes(day, later) -> None:
    from salesrules.core import PolicyLife

    life = PolicyLife(status="in_force", scope="a", owner="s", approver="d", effective=EVER)
    policy = ServicePolicy(life=life, care=[schedule()])
    delivery, as_of = delivered(day), date.fromordinal(day.toordinal() + later)
    answer = check_care(delivery, [], policy, as_of)
    if answer.changes_at is None:
        assert codes_of(answer) == ["care_overdue"] * 3
        return
    assert answer.changes_at > as_of
    eve = date.fromordinal(answer.changes_at.toordinal() - 1)
    assert check_care(delivery, [], policy, eve).reasons == answer.reasons
    assert check_care(delivery, [], policy, answer.changes_at).reasons != answer.reasons
