"""The life of a period: open, calculated, closed, paid; opened again only where policy lets it, and never once paid."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import attrs
import pytest
from commissions.firm import CALENDAR, close_in_turn, closing, component, facts, plan, policy, restate, sale
from commissions.sentences import look_up
from hypothesis import given
from hypothesis import strategies as st

from salesrules import commissions
from salesrules.commissions import PeriodFacts, build_period_workflow
from salesrules.core import Denied, Reason, Severity, advance_case, check_edit, decide_command, start_case

Q1, Q2, Q3 = (CALENDAR.period(f"2020-Q{number}") for number in (1, 2, 3))
SALES = facts(sale("1", "01-10", 1000))
PLAIN = policy(plan(component()))
REASONS = ("wrong_file", "wrong_rate")


def at(day, hour=9):
    return datetime.fromisoformat(f"2020-{day}T{hour:02}:00:00+00:00")


def reopening(days=5, **options):
    return policy(plan(component()), closing=closing(days_to_reopen=days, reopening_reasons=REASONS, **options))


RUN = restate([], SALES, PLAIN, "2020-Q1")
GOOD = PeriodFacts(period=Q1, run=RUN, closed_at=at("04-02"))


def go(*steps, facts=GOOD, policy=PLAIN, day="04-02"):
    """The state after steps such as `administrator calculate`."""
    table = build_period_workflow(policy.closing)
    case = start_case(table, as_of=at("01-01"))
    for step in steps:
        role, command, *reason = step.split()
        case = advance_case(
            table,
            case,
            command,
            as_of=at(day),
            facts=facts,
            policy=policy,
            roles=[role],
            reason=reason[0] if reason else None,
        )
    return case.state


def refused(*steps, **of):
    """The codes for which the last step is denied; those before it are allowed."""
    go(*steps[:-1], **of)
    with pytest.raises(Denied) as caught:
        go(*steps, **of)
    look_up(caught.value.decision)
    return [
        reason.code.removeprefix("commissions.").removeprefix("workflow.") for reason in caught.value.decision.reasons
    ]


CALCULATE, CLOSE, PAY, REOPEN = (
    "administrator calculate",
    "controller close",
    "cashier pay",
    "controller revise wrong_file",
)


def test_the_way_through():
    assert go() == "open"
    assert go(CALCULATE) == "calculated"
    assert go(CALCULATE, CALCULATE, CALCULATE) == "calculated"
    assert go(CALCULATE, CLOSE) == "closed"
    assert go(CALCULATE, CLOSE, PAY) == "paid"


@pytest.mark.parametrize("steps", [(CLOSE,), (PAY,), (CALCULATE, PAY), (REOPEN,), (CALCULATE, REOPEN)])
def test_no_step_is_left_out(steps):
    assert refused(*steps) == ["not_allowed"]


@pytest.mark.parametrize("step", [CALCULATE, CLOSE, REOPEN, PAY])
def test_a_paid_period_stays(step):
    assert refused(CALCULATE, CLOSE, PAY, step, policy=reopening()) == ["final"]


def test_a_closed_period_is_frozen():
    assert refused(CALCULATE, CLOSE, CALCULATE) == ["frozen"]
    table = build_period_workflow()
    assert [state.id for state in table.states if state.kind.value == "pending"] == ["closed"]
    case = start_case(table, as_of=at("01-01"))
    assert check_edit(table, case).is_allowed


@pytest.mark.parametrize(
    ("steps", "role"),
    [((CALCULATE,), "administrator"), ((CALCULATE, CLOSE), "controller"), ((CALCULATE, CLOSE, PAY), "cashier")],
)
def test_each_step_has_its_role(steps, role):
    *first, last = steps
    for other in {"administrator", "controller", "cashier", "manager"} - {role}:
        assert refused(*first, f"{other} {last.split()[1]}") == ["role_missing"]


def test_only_a_run_of_the_period_counts_as_calculated():
    assert refused(CALCULATE, facts=PeriodFacts(period=Q1)) == ["not_calculated"]
    assert refused(CALCULATE, facts=PeriodFacts(period=Q2, run=RUN)) == ["not_calculated"]


def deny(facts, day="04-02", policy=PLAIN, command="close", table=None):
    """The codes for which closing or opening is denied, whatever was calculated before."""
    table = table or build_period_workflow(policy.closing)
    case = start_case(table, as_of=at("01-01"))
    states = [CALCULATE] if command == "close" else [CALCULATE, CLOSE]
    for step in states:
        role, name = step.split()
        case = advance_case(table, case, name, as_of=at("04-02"), facts=GOOD, policy=policy, roles=[role])
    decision, _ = decide_command(
        table, case, command, as_of=at(day), facts=facts, policy=policy, roles=["controller"], reason="wrong_rate"
    )
    look_up(decision)
    return [reason.code.removeprefix("commissions.") for reason in decision.reasons]


def test_a_period_is_closed_when_it_is_over():
    first, last = datetime(2020, 4, 1, tzinfo=UTC), datetime(2020, 3, 31, 23, 59, 59, tzinfo=UTC)
    for instant, expected in ((first, True), (last, False)):
        assert commissions.workflow.is_closable(GOOD, PLAIN, instant).is_allowed is expected


def test_the_local_day_counts():
    east = timezone(timedelta(hours=8))
    assert commissions.workflow.is_closable(GOOD, PLAIN, datetime(2020, 4, 1, 0, 0, tzinfo=east)).is_allowed


def test_a_period_without_a_run_is_not_closed():
    assert deny(attrs.evolve(GOOD, run=None)) == ["not_calculated"]
    assert deny(attrs.evolve(GOOD, run=None, period=Q2), "06-30") == ["not_calculated", "period_not_over"]


def test_periods_are_closed_in_order():
    (closed,) = close_in_turn((SALES, PLAIN))
    run = restate([closed], SALES, PLAIN, "2020-Q2")
    facts = PeriodFacts(period=Q2, run=run, closed=[Q1])
    assert deny(facts, "07-01") == []
    assert deny(
        attrs.evolve(facts, period=Q3, run=attrs.evolve(run, run=attrs.evolve(run.run, period=Q3))), "10-01"
    ) == ["closed_out_of_order"]
    year_before = CALENDAR.period("2019-Q4")
    assert deny(attrs.evolve(facts, closed=[Q1, year_before]), "07-01") == ["not_restated"]


def test_a_run_that_restates_not_every_closed_period_is_not_closed():
    plain = restate([], SALES, PLAIN, "2020-Q2")
    assert deny(PeriodFacts(period=Q2, run=plain, closed=[Q1]), "07-01") == ["not_restated"]


def test_a_run_with_errors_is_not_closed():
    for severity, expected in ((Severity.ERROR, ["run_has_errors"]), (Severity.WARNING, [])):
        findings = [Reason("commissions.shortfall", severity)]
        bad = attrs.evolve(RUN, run=attrs.evolve(RUN.run, findings=findings))
        assert deny(attrs.evolve(GOOD, run=bad)) == expected


def test_a_period_is_opened_again_only_where_policy_lets_it():
    assert deny(GOOD, policy=PLAIN, command="revise") == ["reopening_not_allowed"]
    assert deny(GOOD, policy=reopening(0), command="revise") == ["reopening_not_allowed"]
    assert deny(attrs.evolve(GOOD, closed_at=None), policy=reopening(), command="revise") == ["reopening_not_allowed"]
    assert go(CALCULATE, CLOSE, REOPEN, policy=reopening()) == "open"
    assert go(CALCULATE, CLOSE, REOPEN, CALCULATE, policy=reopening()) == "calculated"


def test_opening_again_needs_a_reason_of_the_policy():
    assert refused(CALCULATE, CLOSE, "controller revise", policy=reopening()) == ["reason_needed"]
    assert refused(CALCULATE, CLOSE, "controller revise whim", policy=reopening()) == ["reason_needed"]
    assert refused(CALCULATE, CLOSE, "cashier revise wrong_file", policy=reopening()) == ["role_missing"]


@pytest.mark.parametrize(
    ("side", "day", "expected"),
    [
        ("lower", "04-06", []),
        ("lower", "04-07", ["reopening_too_late"]),
        ("upper", "04-07", []),
        ("upper", "04-08", ["reopening_too_late"]),
    ],
)
def test_the_side_owns_the_last_day_for_opening_again(side, day, expected):
    """Closed on 2 April with five days: on the 7th it is too late, or still in time."""
    assert deny(GOOD, day, reopening(side=side), "revise") == expected


def test_one_day_means_the_day_of_the_close():
    assert deny(GOOD, "04-02", reopening(1), "revise") == []
    assert deny(GOOD, "04-03", reopening(1), "revise") == ["reopening_too_late"]


def test_nothing_is_opened_again_under_a_closed_period():
    assert deny(attrs.evolve(GOOD, closed=[Q1, Q2]), policy=reopening(), command="revise") == ["later_period_closed"]
    assert deny(attrs.evolve(GOOD, closed=[Q1]), policy=reopening(), command="revise") == []


def test_the_door_offers_the_workflow():
    assert set(commissions.WORKFLOWS) == {"commission_period"}
    assert commissions.WORKFLOWS["commission_period"]() == build_period_workflow()
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        commissions.nothing  # noqa: B018  # asking is the test
    assert dir(commissions) == sorted(commissions.__all__)


COMMANDS = ["calculate", "close", "pay", "revise", "nonsense"]


@given(st.lists(st.tuples(st.sampled_from(COMMANDS), st.sampled_from(["administrator", "controller", "cashier"]))))
def test_whatever_is_commanded_only_a_closed_period_is_paid(commands):
    rules = reopening()
    table = build_period_workflow(rules.closing)
    case = start_case(table, as_of=at("01-01"))
    seen = [case.state]
    for command, role in commands:
        decision, events = decide_command(
            table, case, command, as_of=at("04-02"), facts=GOOD, policy=rules, roles=[role], reason="wrong_file"
        )
        assert bool(events) is decision.is_allowed
        if events:
            case = advance_case(
                table, case, command, as_of=at("04-02"), facts=GOOD, policy=rules, roles=[role], reason="wrong_file"
            )
            seen.append(case.state)
    for before, after in pairwise(seen):
        assert (before, after) in {
            ("open", "calculated"),
            ("calculated", "calculated"),
            ("calculated", "closed"),
            ("closed", "open"),
            ("closed", "paid"),
        }


@pytest.mark.parametrize("recovery", ["0%", "-1%", "100.01%"])
def test_a_recovery_beyond_its_bounds_is_refused(recovery):
    with pytest.raises(ValueError, match="maximum_recovery"):
        closing(recovery)


def test_bounds_of_the_policy():
    assert closing("0.01%").days_to_reopen == 0
    with pytest.raises(ValueError, match="days_to_reopen"):
        closing(days_to_reopen=-1)
