"""Worked examples that others published, each with its source in `tests/cases/approvals.json`."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from approval_firm import (
    ALWAYS,
    DAY,
    NOON,
    directory_of,
    ladder,
    lends,
    make_org_policy,
    make_policy,
    request_for,
    say,
    submitted,
    with_steps,
)

from salesrules.approvals import (
    AmountCondition,
    ApprovalMatrix,
    ApprovalRow,
    ApprovalStep,
    Directory,
    ManagerApprover,
    PersonApprover,
    PositionApprover,
    UnitHeadApprover,
    WordCondition,
    route,
)
from salesrules.core import Money
from salesrules.org import (
    Appointment,
    Delegation,
    InstantRange,
    Organisation,
    Person,
    Position,
    Unit,
    resolve_structure,
)

FILE = Path(__file__).parents[1] / "cases" / "approvals.json"
CASES = {case["id"]: case for case in json.loads(FILE.read_text("utf-8"))}


def test_every_case_names_its_source() -> None:
    assert sorted(CASES) == ["AUTH-01", "AUTH-04", "AUTH-05", "AUTH-08", "AUTH-11", "CONTRACT-03", "EXP-14"]
    assert all(case["source"] for case in CASES.values())


def firm_of(parents: dict[str, str | None], heads: dict[str, str], extra: tuple[str, ...] = ()) -> Directory:
    """A tree of units, each with a head; `extra` people hold no position that heads anything."""
    organisation = Organisation(
        units=[Unit(id=id, kind="department", parent=parent, effective=ALWAYS) for id, parent in parents.items()],
        positions=[Position(id=f"head-{unit}", unit=unit, rank="r", is_head=True, effective=ALWAYS) for unit in heads],
        people=[Person(id=person) for person in (*heads.values(), *extra)],
        appointments=[
            Appointment(person=person, position=f"head-{unit}", effective=ALWAYS) for unit, person in heads.items()
        ],
    )
    return Directory(structure=resolve_structure(organisation, DAY), policy=make_org_policy())


def test_any_manager_up_the_line_and_never_the_submitter() -> None:
    case = CASES["AUTH-01"]
    chain = ["daniel", "matt", "sam", "emily"]
    units = dict(zip(chain, [*chain[1:], None], strict=True))
    directory = firm_of(units, {person: person for person in chain})
    levels = [
        route(
            request_for("1", act="act", requester=case["inputs"]["submitter"]),
            with_steps(ApprovalStep(id="s", approvers=[ManagerApprover(level=level)])),
            directory,
            as_of=NOON,
        ).steps[0].seats[0].person
        for level in (1, 2, 3)
    ]  # fmt: skip
    assert levels == case["expected"]["approvers"]
    own = with_steps(ApprovalStep(id="s", approvers=[PersonApprover(person="daniel")]))
    found = route(request_for("1", act="act", requester="daniel"), own, directory, as_of=NOON)
    assert ("daniel" in found.steps[0].people) is case["expected"]["daniel"]


def test_a_grant_of_five_seconds_is_over_after_nine() -> None:
    case = CASES["AUTH-04"]
    start = datetime.fromisoformat(case["inputs"]["grant"])
    now = datetime.fromisoformat(case["inputs"]["now"])
    window = InstantRange.lasting(start, timedelta(seconds=int(case["inputs"]["duration"].rstrip("s"))))
    lent = Delegation(id="d", grantor="nia", delegate="sol", window=window)
    policy = with_steps(ApprovalStep(id="s", approvers=[PersonApprover(person="nia")]))
    request = request_for("1", act="act")
    for instant, active in ((now, case["expected"]), (start, True), (start + timedelta(seconds=5), False)):
        directory = directory_of(day=instant.date(), delegations=[lent])
        people = route(request, policy, directory, as_of=instant).steps[0].people
        assert ("sol" in people) is active


def test_a_chain_of_delegations_is_followed_to_its_end() -> None:
    case = CASES["AUTH-05"]
    names = {"A": "nia", "B": "sol", "C": "fay"}
    lent = [lends(names[one], names[other]) for one, other in case["inputs"]["delegations"]]
    policy = with_steps(ApprovalStep(id="s", approvers=[PersonApprover(person=names["A"])]))
    found = route(request_for("1", act="act"), policy, directory_of(delegations=lent), as_of=NOON)
    assert found.steps[0].seats[0].person == names[case["expected"]["approver_of_A"]]


def test_the_leaders_of_several_departments_and_of_those_above() -> None:
    # Departments 10 and 20, two levels of leaders each; the parent of n is n * 100, its leader n + 1.
    case = CASES["AUTH-08"]
    departments = [number * 100**level for number in case["inputs"]["depts"] for level in (0, 1)]
    parents: dict[str, str | None] = {"top": None}
    parents |= {str(n): str(n * 100) if n < 100 else "top" for n in departments}
    directory = firm_of(parents, {str(n): str(n + 1) for n in departments}, extra=("someone",))
    steps = [ApprovalStep(id=f"d{n}", approvers=[PositionApprover(position=f"head-{n}")]) for n in departments]
    found = route(request_for("1", act="act", requester="someone"), with_steps(*steps), directory, as_of=NOON)
    assert [int(person) for routed in found.steps for person in routed.people] == case["expected"]
    of_unit = with_steps(ApprovalStep(id="own", approvers=[UnitHeadApprover()]))
    for number in case["inputs"]["depts"]:
        request = request_for("1", act="act", requester="someone", unit=str(number))
        assert route(request, of_unit, directory, as_of=NOON).steps[0].people == (str(number + 1),)


def test_one_person_on_three_tiers_says_yes_three_times_or_once_where_policy_says_so() -> None:
    case = CASES["AUTH-11"]
    steps = [
        ApprovalStep(id=f"tier{number}", approvers=[ManagerApprover()])
        for number in range(case["inputs"]["tiers_same_user"])
    ]
    pending = []
    policy = with_steps(*steps, rule={"same_reviewer": "again"})
    file = submitted(request_for("1", act="act"), policy, directory_of())
    for _ in steps:
        _, file = say(file, policy, directory_of(), "lee approve")
        pending.append(len(steps) - len(file.votes))
    assert pending == case["expected"]["pending_after_each"]
    policy = with_steps(*steps, rule={"same_reviewer": "once"})
    file = submitted(request_for("1", act="act"), policy, directory_of())
    _, file = say(file, policy, directory_of(), "lee approve")
    assert len(steps) - len(file.votes) == case["expected"]["pending_after_first_with_bypass"]


def test_contracts_of_one_day_party_and_subject_are_one_for_the_ladder() -> None:
    case = CASES["CONTRACT-03"]
    one, other = case["inputs"]["same_day_same_party"]
    matrix = ApprovalMatrix(
        id="tiers", acts=["contract.sign"], currency="CNY", effective=ALWAYS,
        rows=[ApprovalRow(id="any", amounts=ladder((0, ["director"]), (case["inputs"]["tier"], ["president"])))],
    )  # fmt: skip
    policy = make_policy(matrices=[matrix])
    alone = route(request_for(one), policy, directory_of(), as_of=NOON)
    found = route(request_for(one), policy, directory_of(), as_of=NOON, related=[request_for(other, id="r0")])
    assert found.amount == Money(case["expected"]["effective_amount"], "CNY")
    exceeded = [routed.step.id for routed in found.steps] == ["president"]
    assert exceeded is case["expected"]["tier_exceeded"]
    assert [routed.step.id for routed in alone.steps] == ["director"]


@pytest.mark.parametrize("index", range(5))
def test_who_may_spend_on_guests_on_their_own_authority(index) -> None:
    # The rule is by the spender's role: inside the limits nobody else need approve; above, and for gifts, the general
    # manager does. "Must not exceed": the limit itself is inside, so the upper side is declared.
    case = CASES["EXP-14"]
    inside = {"manager": (800, 80), "deputy_gm": (2000, 120)}
    rows = [ApprovalRow(id="gift", when=[WordCondition(name="kind", values=["gift"])], steps=["gm"])]
    for role, (event, head) in inside.items():
        conditions = [
            WordCondition(name="role", values=[role]),
            AmountCondition(name="per_event", end=event, side="upper"),
            AmountCondition(name="per_head", end=head, side="upper"),
        ]
        rows.append(ApprovalRow(id=role, when=conditions, steps=[]))
    rows.append(ApprovalRow(id="above", steps=["gm"]))
    policy = with_steps(ApprovalStep(id="gm", approvers=[PositionApprover(position="president")]))
    policy = type(policy)(
        life=policy.life, steps=policy.steps, rules=policy.rules,
        matrices=[ApprovalMatrix(id="m", acts=["act"], currency="CNY", effective=ALWAYS, rows=rows)],
    )  # fmt: skip
    amount = Money(case["inputs"]["per_event"][index], "CNY")
    for per_head, own in ((Money(80, "CNY"), True), (Money("120.01", "CNY"), False)):
        request = request_for(
            None, act="act", attributes={"role": case["inputs"]["role"][index], "kind": case["inputs"]["kind"][index]},
            amounts={"per_event": amount, "per_head": per_head},
        )  # fmt: skip
        found = route(request, policy, directory_of(), as_of=NOON)
        answer = "GM" if found.steps else "own authority"
        assert answer == (case["expected"][index] if own else "GM")
