"""What is wrong with a policy beyond its single fields, each fault once with its path; hostile documents."""

from __future__ import annotations

import random
import re

import attrs
import pytest

from salesrules import company, wire
from salesrules.core import Band, BandTable, SalesRulesError, TimeLimit
from salesrules.leads import AssignmentRule, FieldSurvivor, LeadStage, check_policy


def found(policy) -> list[tuple[str, str]]:
    return [(fault.code.removeprefix("leads."), fault.path) for fault in check_policy(policy)]


@pytest.fixture
def with_scheme(policy):
    def make(**changes):
        return attrs.evolve(policy, schemes=[attrs.evolve(policy.schemes[0], **changes)])

    return make


@pytest.fixture
def with_stage(policy, with_scheme):
    def make(index: int, **changes):
        stages = list(policy.schemes[0].stages)
        stages[index] = attrs.evolve(stages[index], **changes)
        return with_scheme(stages=stages)

    return make


def test_the_starter_has_no_fault(policy) -> None:
    assert check_policy(policy) == ()
    nothing = {"merging": None, "pool": None, "scoring": None, "capacity": None, "funnel": None}
    assert check_policy(attrs.evolve(policy, schemes=[], deadlines=[], escalation=[], assignment=[], **nothing)) == ()


def test_ids_given_twice(policy) -> None:
    doubled = attrs.evolve(
        policy,
        deadlines=[*policy.deadlines, policy.deadlines[0]],
        assignment=[*policy.assignment, policy.assignment[2]],
    )
    assert found(doubled) == [("duplicate_id", "deadlines[4].id"), ("duplicate_id", "assignment[3].id")]


@pytest.mark.parametrize(
    ("sources", "kinds", "clashes"),
    [([], [], True), (["referral"], [], True), (["x", "referral"], [], True), (["x"], [], False), ([], ["firm"], False),
     (["referral"], ["firm"], False)],
)  # fmt: skip
def test_two_schemes_for_the_same_leads(policy, sources, kinds, clashes) -> None:
    new = attrs.evolve(policy.schemes[0], id="new", sources=sources, kinds=kinds)
    expected = [("schemes_overlap", "schemes[2].sources")] if clashes else []
    assert found(attrs.evolve(policy, schemes=[*policy.schemes, new])) == expected


def test_a_scheme_names_what_it_has(with_scheme, with_stage) -> None:
    assert found(with_scheme(won="wom", restart="asigned", assignment="by-teritory")) == [
        ("unknown_name", "schemes[0].won"),
        ("unknown_name", "schemes[0].restart"),
        ("unknown_name", "schemes[0].assignment"),
    ]
    assert found(with_scheme(won="captured")) == [("won_at_once", "schemes[0].won")]
    assert found(with_stage(4, after=["diagnosd", "won", "contacted"])) == [
        ("unknown_name", "schemes[0].stages[4].after[0]"), ("stage_order", "schemes[0].stages[4].after[1]")
    ]  # fmt: skip
    assert found(with_stage(0, after=["assigned"])) == [
        ("stage_order", "schemes[0].stages[0].after[0]"), ("stage_order", "schemes[0].stages[0].after")
    ]  # fmt: skip
    assert found(with_stage(3, id="lost", command="diagnose"))[:1] == [("name_taken", "schemes[0].stages[3].id")]
    assert ("name_taken", "schemes[0].stages[3].id") in found(with_stage(3, command="accept"))
    assert found(with_stage(3, command="contact")) == [("duplicate_id", "schemes[0].stages[3].command")]


def test_deadlines_of_stages_can_be_kept(with_scheme, with_stage, policy) -> None:
    for limit, fault in (
        (TimeLimit(days=3, counted="calendar"), True),
        (TimeLimit(days=3, counted="working"), True),
        (TimeLimit(hours=3, counted="working"), False),
        (TimeLimit(days=3), False),
    ):
        expected = [("deadline_counts", "schemes[0].stages[2].deadline")] if fault else []
        assert found(with_stage(2, deadline=limit)) == expected
    hand_off = attrs.evolve(policy.schemes[0].hand_off, limit=TimeLimit(days=3, counted="calendar"))
    assert found(with_scheme(hand_off=hand_off)) == [("deadline_counts", "schemes[0].hand_off.limit")]
    assert found(with_stage(2, deadline=None, on_deadline="recycle")) == [
        ("deadline_missing", "schemes[0].stages[2].deadline")
    ]
    assert found(with_stage(8, on_deadline="recycle")) == [("recycle_after_won", "schemes[0].stages[8].on_deadline")]


def test_conditions_have_ids_of_their_own(with_stage, policy) -> None:
    condition = policy.schemes[0].stages[1].conditions[0]
    assert found(with_stage(1, conditions=[condition, condition])) == [
        ("duplicate_id", "schemes[0].stages[1].conditions[1].id")
    ]


def test_rules_of_assignment_lead_somewhere_and_not_in_a_circle(policy) -> None:
    def rule(id, otherwise):
        return AssignmentRule(id=id, pick="load", otherwise=otherwise)

    alone = attrs.evolve(policy, schemes=[attrs.evolve(policy.schemes[0], assignment=None)])
    assert found(attrs.evolve(alone, assignment=[rule("a", "b"), rule("b", "c")])) == [
        ("unknown_name", "assignment[1].otherwise")
    ]
    assert found(attrs.evolve(alone, assignment=[rule("a", "b"), rule("b", "a")])) == [
        ("assignment_circle", "assignment[0].otherwise"), ("assignment_circle", "assignment[1].otherwise")
    ]  # fmt: skip


def test_a_pool_by_order_names_every_rule_once(policy) -> None:
    def with_order(*order):
        return found(attrs.evolve(policy, pool=attrs.evolve(policy.pool, order=order)))

    order = policy.pool.order
    assert with_order(*order[1:]) == [("order_incomplete", "pool.order")]
    assert with_order(*order, "no-deel") == [("unknown_name", "pool.order[5]")]
    assert with_order(*order, order[0]) == [("duplicate_id", "pool.order[5].name")]


def test_a_pool_by_the_strictest_has_no_order_and_no_mere_shield(policy) -> None:
    strict = attrs.evolve(policy.pool, conflict="strictest")
    assert found(attrs.evolve(policy, pool=strict)) == [
        ("order_unused", "pool.order"), ("protection_without_effect", "pool.protections[0].ends")
    ]  # fmt: skip
    recalls = attrs.evolve(strict, order=[], protections=[attrs.evolve(strict.protections[0], ends="recalls")])
    assert found(attrs.evolve(policy, pool=recalls)) == []


def test_limits_and_protections_share_no_id(policy) -> None:
    pool = policy.pool
    same = attrs.evolve(pool, protections=[attrs.evolve(pool.protections[0], id="no-deal")], order=[*pool.order[1:]])
    assert found(attrs.evolve(policy, pool=same)) == [("duplicate_id", "pool.protections")]
    twice = attrs.evolve(pool, limits=[*pool.limits, pool.limits[0]], protections=[*pool.protections] * 2)
    assert found(attrs.evolve(policy, pool=twice)) == [
        ("duplicate_id", "pool.limits[4].id"), ("duplicate_id", "pool.protections[1].id")
    ]  # fmt: skip


def test_merging_scores_and_ladders_are_sound(policy) -> None:
    merging = attrs.evolve(
        policy.merging, sources=[], fields=[*policy.merging.fields, FieldSurvivor(field="phone", rule="earliest")]
    )
    grades = BandTable(bands=[Band(start=0, value="x")])
    steps = policy.escalation
    mixed = attrs.evolve(steps[1], after=TimeLimit(days=9))
    changed = attrs.evolve(
        policy,
        merging=merging,
        scoring=attrs.evolve(policy.scoring, grades=grades),
        escalation=[steps[0], mixed, attrs.evolve(steps[2], after=TimeLimit(days=9))],
    )
    assert found(changed) == [
        ("duplicate_id", "merging.fields[3].field"),
        ("sources_missing", "merging.sources"),
        ("grades_not_open", "scoring.grades.bands"),
        ("escalation_mixed", "escalation[1].after"),
        ("escalation_order", "escalation[2].after"),
    ]
    ranked = attrs.evolve(policy.merging, survivor="best_source", fields=[], sources=[])
    assert found(attrs.evolve(policy, merging=ranked)) == [("sources_missing", "merging.sources")]


TEXT = company.starter_rulebook().read_text("utf-8")
BLOCK = '[rulebook]\nname = "x"\n' + TEXT[TEXT.index("[leads]") : TEXT.index("# === Pricing")]


def test_broken_documents_give_our_own_errors_only() -> None:
    """Numbers, words and lines of the section changed at random: what comes out is a rulebook or a named fault."""
    chance = random.Random(7)
    lines = BLOCK.splitlines()
    values = [
        '"x"',
        "-1",
        "0",
        "true",
        "1.5",
        "[]",
        "{}",
        '""',
        "1e400",
        "2024-02-30",
        '"\u0000"',
        '"2‰"',
        "99999999999999999999",
    ]
    refused = 0
    for _ in range(60):
        broken = list(lines)
        for _ in range(chance.randint(1, 2)):
            place = chance.randrange(3, len(broken))
            if chance.random() < 0.2:
                del broken[place]
            else:
                broken[place] = re.sub(r"= .*$", lambda match: f"= {chance.choice(values)}", broken[place])
        try:
            wire.parse_rulebook("\n".join(broken)).section("leads")
        except SalesRulesError:
            refused += 1
    assert refused > 30


def test_stages_need_names() -> None:
    for wrong in ({"id": ""}, {"owner": " "}, {"command": ""}):
        with pytest.raises(SalesRulesError):
            LeadStage(**({"id": "a", "owner": "b", "command": "c"} | wrong))
