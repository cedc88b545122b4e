"""The life of a lead: its rows, hand-offs that must be accepted, conditions, deadlines; beside other machines."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import attrs
import pytest
from core.workflow.machines import machine_for, read_rows, rows_of
from core.workflow.walks import check_walks

from salesrules.core import (
    Denied,
    InvalidValue,
    TimeLimit,
    WeekdayHours,
    WorkingHours,
    WorkingTime,
    advance_case,
    decide_command,
    evolve_case,
    expire_case,
    find_due,
    is_overdue,
    replay_log,
    restore_case,
    start_case,
)
from salesrules.leads import (
    EntryCondition,
    HandlingScheme,
    HandOff,
    LeadFacts,
    LeadStage,
    build_lead_workflow,
    default_scheme,
    offer_of,
)

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROLES = ["data", "call", "sales", "service", "manager"]

#: The usual line, written down a second time.
USUAL = """
captured | assign / data -> captured_to_assigned
assigned | contact / call -> contacted
contacted | diagnose / call -> diagnosed
contacted | visit / call -> contacted_to_visited
diagnosed | visit / call -> diagnosed_to_visited
diagnosed | qualify / call -> diagnosed_to_qualified
visited | qualify / sales -> qualified
qualified | propose / sales -> proposed
proposed | negotiate / sales -> negotiating
negotiating | win / sales -> won
won | hand_over / sales -> won_to_handed_over
captured_to_assigned | accept / call -> assigned
contacted_to_visited, diagnosed_to_visited | accept / sales -> visited
diagnosed_to_qualified | accept / sales -> qualified
won_to_handed_over | accept / service -> handed_over
captured_to_assigned | refuse / call -> captured
contacted_to_visited | refuse / sales -> contacted
diagnosed_to_visited, diagnosed_to_qualified | refuse / sales -> diagnosed
won_to_handed_over | refuse / service -> won
captured_to_assigned | revise / data -> captured
contacted_to_visited | revise / call -> contacted
diagnosed_to_visited, diagnosed_to_qualified | revise / call -> diagnosed
won_to_handed_over | revise / sales -> won
captured, captured_to_assigned | lose / data -> lost
captured, captured_to_assigned | disqualify / data -> disqualified
assigned, contacted, diagnosed, contacted_to_visited, diagnosed_to_visited, diagnosed_to_qualified | lose / call -> lost
assigned, contacted, diagnosed | disqualify / call -> disqualified
contacted_to_visited, diagnosed_to_visited, diagnosed_to_qualified | disqualify / call -> disqualified
visited, qualified, proposed, negotiating | lose / sales -> lost
visited, qualified, proposed, negotiating | disqualify / sales -> disqualified
captured, assigned, contacted, diagnosed, visited, qualified, proposed, negotiating | recycle / manager -> recycled
captured_to_assigned, contacted_to_visited, diagnosed_to_visited, diagnosed_to_qualified | recycle / manager -> recycled
captured, assigned, contacted, diagnosed, visited, qualified, proposed, negotiating | recall [is_recalled] -> recycled
captured_to_assigned, contacted_to_visited | recall [is_recalled] -> recycled
diagnosed_to_visited, diagnosed_to_qualified | recall [is_recalled] -> recycled
recycled | claim / call -> assigned
"""

#: A short line of one team, with everything that a scheme can say.
SHORT = HandlingScheme(
    id="short",
    stages=[
        LeadStage(id="new", owner="data", command="capture"),
        LeadStage(
            id="working",
            owner="sales",
            command="assign",
            conditions=[EntryCondition(id="c", field="phone")],
            deadline=TimeLimit(hours=30),
            on_deadline="recycle",
        ),
        LeadStage(id="won", owner="sales", command="win", deadline=TimeLimit(days=2, side="upper")),
        LeadStage(id="closed", owner="sales", command="close"),
    ],
    won="won",
    restart="working",
    hand_off=HandOff(refusals=["a_code", "wrong_data"], limit=TimeLimit(hours=12)),
    lost_reasons=["a_code", "price"],
    disqualified_reasons=["a_code", "fake"],
    recycle_reasons=["a_code", "idle"],
)
SHORT_ROWS = """
new | assign / data [may_be_working] -> new_to_working
new_to_working | accept / sales -> working
new_to_working | refuse / sales (coded) -> new
new_to_working | revise / data -> new
working | win / sales -> won
won | close / sales -> closed
new, new_to_working | lose / data (coded) -> lost
new, new_to_working | disqualify / data (coded) -> disqualified
working | lose / sales (coded) -> lost
working | disqualify / sales (coded) -> disqualified
new, working, new_to_working | recycle / manager (coded) -> recycled
new, working, new_to_working | recall [is_recalled] -> recycled
working | lapse -> recycled
recycled | claim / sales -> working
"""
TABLES = [(build_lead_workflow(), USUAL), (build_lead_workflow(SHORT), SHORT_ROWS)]

TestUsualMachine = machine_for(*TABLES[0])
TestShortMachine = machine_for(*TABLES[1])


@pytest.mark.parametrize(
    ("table", "lines"), [pytest.param(*TABLES[0], id="usual"), pytest.param(*TABLES[1], id="short")]
)
def test_the_tables_have_these_rows_and_no_other(table, lines) -> None:
    assert rows_of(table) == read_rows(lines)


def test_other_machines_walk_the_usual_line_the_same_way() -> None:
    assert check_walks(TABLES[0][0], longest=17, onward=0.93) > 20_000


def test_other_machines_walk_a_line_with_codes_and_lapses_the_same_way() -> None:
    assert check_walks(TABLES[1][0], 2_000) > 4_000


def test_every_scheme_of_the_starter_makes_a_workflow(policy) -> None:
    for scheme in policy.schemes:
        table = build_lead_workflow(scheme)
        assert {stage.id for stage in scheme.stages} <= {state.id for state in table.states}


def known(make_lead, **values) -> LeadFacts:
    return LeadFacts(lead=make_lead(), values=values)


def walk(table, commands, facts=None, policy=None, start=NOON):
    case = start_case(table, as_of=start)
    for number, command in enumerate(commands, start=1):
        reason = {"refuse": "wrong_data", "lose": "price"}.get(command)
        keywords = {"facts": facts, "policy": policy, "roles": ROLES, "reason": reason}
        case = advance_case(table, case, command, as_of=start + number * HOUR, **keywords)
    return case


def test_the_next_function_accepts_before_the_lead_is_in_its_stage(make_lead, policy) -> None:
    table, facts = build_lead_workflow(policy.schemes[0]), known(make_lead, phone="138")
    case = walk(table, ["assign"], facts, policy)
    assert case.state == offer_of("captured", "assigned") == "captured_to_assigned"
    decision, _ = decide_command(table, case, "accept", as_of=NOON + 5 * HOUR, roles=["data", "sales"])
    assert decision.reasons[0].code == "workflow.role_missing"
    decision, _ = decide_command(table, case, "contact", as_of=NOON + 5 * HOUR, roles=ROLES)
    assert decision.reasons[0].code == "workflow.not_allowed"
    assert walk(table, ["assign", "accept"], facts, policy).state == "assigned"
    assert walk(table, ["assign", "refuse"], facts, policy).state == "captured"
    decision, _ = decide_command(table, case, "refuse", as_of=NOON + 5 * HOUR, roles=ROLES, reason="no mood")
    assert decision.reasons[0].code == "workflow.reason_needed"


def test_a_stage_asks_for_all_its_conditions_at_once(make_lead, policy, codes) -> None:
    table = build_lead_workflow(policy.schemes[0])
    case = restore_case(walk(table, ["assign", "accept", "contact"], known(make_lead, phone="1"), policy).history)
    facts = known(make_lead, phone="1", need="x")
    case = advance_case(table, case, "diagnose", as_of=NOON + 9 * HOUR, facts=facts, policy=policy, roles=ROLES)

    def asked(**values):
        facts = known(make_lead, **values)
        given = {"facts": facts, "policy": policy, "roles": ROLES}
        return decide_command(table, case, "qualify", as_of=NOON + 10 * HOUR, **given)[0]

    nothing = asked()
    assert codes(nothing) == ["condition_not_met"] * 4
    assert [reason.path for reason in nothing.reasons] == [
        "values.need", "values.budget", "values.decider", "values.timing"
    ]  # fmt: skip
    whole = {"need": "x", "budget": 0, "decider": "li", "timing": "now"}
    assert asked(**whole).is_allowed
    for field, wrong in (("budget", -1), ("budget", True), ("budget", "9"), ("timing", "never"), ("decider", " ")):
        decision = asked(**(whole | {field: wrong}))
        assert [reason.path for reason in decision.reasons] == [f"values.{field}"], (field, wrong)


def test_won_before_qualified_is_impossible(make_lead, policy) -> None:
    table = build_lead_workflow(policy.schemes[0])
    facts = known(make_lead, phone="1", contract_signed=True)
    case = walk(table, ["assign", "accept"], facts, policy)
    decision, events = decide_command(
        table, case, "win", as_of=NOON + 9 * HOUR, facts=facts, policy=policy, roles=ROLES
    )
    assert (decision.reasons[0].code, events) == ("workflow.not_allowed", ())
    log = [("l1", "assign", NOON, None), ("l1", "accept", NOON + HOUR, None), ("l1", "win", NOON + 2 * HOUR, None)]
    found = replay_log(build_lead_workflow(), log)
    assert [deviation.reason.code for deviation in found.deviations] == [
        "workflow.not_allowed",
        "workflow.not_finished",
    ]
    late = replay_log(build_lead_workflow(), [log[0], ("l1", "accept", NOON - HOUR, None), ("l1", "fly", NOON, None)])
    assert {deviation.reason.code for deviation in late.deviations} >= {
        "workflow.out_of_order", "workflow.unknown_activity"
    }  # fmt: skip


def test_a_condition_of_truth_takes_nothing_for_it(make_lead, policy) -> None:
    table = build_lead_workflow(policy.schemes[0])
    facts = known(
        make_lead, phone="1", need="x", budget=5, decider="li", timing="now", proposal="p1", contract_signed=True
    )
    commands = ["assign", "accept", "contact", "diagnose", "qualify", "accept", "propose", "negotiate", "win"]
    case = walk(table, commands, facts, policy)
    assert case.state == "won"
    for value in ("yes", 1, None):
        wrong = attrs.evolve(facts, values={**facts.values, "contract_signed": value})
        with pytest.raises(Denied):
            walk(table, commands, wrong, policy)
    assert walk(table, [*commands, "hand_over", "accept"], facts, policy).state == "handed_over"
    decision, _ = decide_command(table, case, "recycle", as_of=NOON + 99 * HOUR, roles=ROLES, reason="owner_left")
    assert decision.reasons[0].code == "workflow.not_allowed", "what is won is not recycled"


@pytest.mark.parametrize(
    ("commands", "state"),
    [
        (["lose"], "lost"),
        (["assign", "lose"], "lost"),
        (["assign", "accept", "recycle", "claim"], "assigned"),
        (["assign", "accept", "contact", "disqualify"], "disqualified"),
    ],
)
def test_a_lead_ends_otherwise_before_it_is_won(commands, state) -> None:
    assert walk(build_lead_workflow(), commands).state == state


def test_the_pool_recalls_only_when_its_rules_say_so(make_lead, policy, codes) -> None:
    table = build_lead_workflow()
    case = walk(table, ["assign", "accept"])
    facts = LeadFacts(lead=make_lead(owned_since=NOON))

    def recalled(days):
        given = {"facts": facts, "policy": policy, "as_of": NOON + timedelta(days=days)}
        return decide_command(table, case, "recall", **given)

    decision, events = recalled(14)
    assert (codes(decision), events) == (["not_recalled"], ())
    assert recalled(15)[1][0].target == "recycled"
    draft = attrs.evolve(policy, life=attrs.evolve(policy.life, status="draft", approver=None))
    refused, _ = decide_command(table, case, "recall", facts=facts, policy=draft, as_of=NOON + timedelta(days=99))
    assert not refused.is_allowed


def test_time_takes_a_lead_back_where_the_stage_says_so(make_lead, policy) -> None:
    table = build_lead_workflow(SHORT)
    case = walk(table, ["assign", "accept"], known(make_lead, phone="1"), policy)
    due = find_due(table, case)
    assert due == NOON + 2 * HOUR + 30 * HOUR
    assert expire_case(table, case, due - timedelta(microseconds=1))[1] == ()
    (event,) = expire_case(table, case, due + 99 * HOUR)[1]
    assert (event.target, event.at) == ("recycled", due)
    assert evolve_case(case, event).state == "recycled"


def test_an_offer_waits_in_working_time(make_lead, policy) -> None:
    days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    office = WorkingTime(
        zone="UTC", week=[WeekdayHours(days=days, hours=[WorkingHours(opens=time(9), closes=time(17))])]
    )
    table = build_lead_workflow(policy.schemes[0])
    case = walk(table, ["assign"], known(make_lead, phone="1"), policy)  # a Friday, 13:00
    due = datetime(2024, 3, 4, 13, tzinfo=UTC)
    assert find_due(table, case, office) == due
    assert not is_overdue(table, case, due, office)
    assert is_overdue(table, case, due + timedelta(microseconds=1), office)


@pytest.mark.parametrize("field", ["won", "restart"])
def test_a_scheme_that_names_no_stage_of_its_own_makes_no_workflow(field) -> None:
    with pytest.raises(InvalidValue, match="choose one of captured"):
        build_lead_workflow(attrs.evolve(default_scheme(), **{field: "never"}))


def test_a_scheme_without_hand_offs_has_no_offers() -> None:
    alone = [attrs.evolve(stage, owner="sales") for stage in default_scheme().stages]
    table = build_lead_workflow(attrs.evolve(default_scheme(), stages=alone))
    assert [state.id for state in table.states if "_to_" in state.id] == []
