"""Structure checks: each finding hit, missed, and at its edges; and over time."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from salesrules.core import DateRange, Outcome, PolicyLife, Reason, Severity
from salesrules.org import (
    Absence,
    Appointment,
    Deputy,
    Organisation,
    OrgPolicy,
    Person,
    Position,
    Unit,
    UnitKind,
    Vacancy,
    check_history,
    check_structure,
)


def findings(firm: SimpleNamespace, organisation: Organisation, policy: OrgPolicy | None = None) -> list[Reason]:
    return list(check_structure(organisation, policy or firm.policy, firm.day).reasons)


def brief(found: list[Reason]) -> list[tuple[str, dict[str, Any]]]:
    return [(reason.code, dict(reason.parameters)) for reason in found]


def with_reports(firm: SimpleNamespace, number: int) -> Organisation:
    """The firm with so many representatives in group n1."""
    facts = firm.replaced(firm.organisation, "positions", "rep-n1", seats=9)
    facts = firm.without(firm.without(facts, "appointments", person="ann"), "appointments", person="bob")
    names = [f"r{n}" for n in range(number)]
    return firm.add(
        facts,
        people=[Person(id=name) for name in names],
        appointments=[Appointment(person=name, position="rep-n1", effective=firm.always) for name in names],
    )


def test_a_sound_organisation_passes(firm: SimpleNamespace) -> None:
    decision = check_structure(firm.organisation, firm.policy, firm.day)
    assert decision.outcome is Outcome.ALLOW
    assert decision.reasons == ()


def test_one_root_is_demanded_by_policy_only(firm: SimpleNamespace) -> None:
    two = firm.add(
        firm.organisation,
        units=[Unit(id="sister", kind="company", effective=firm.always)],
        positions=[Position(id="p2", unit="sister", rank="president", is_head=True, effective=firm.always)],
        vacancies=[Vacancy(position="p2", effective=firm.always)],
    )
    found = findings(firm, two)
    assert brief(found) == [("org.several_roots", {"units": ("company", "sister")})]
    assert found[0].policy is not None
    assert found[0].policy.field == "root_rule"
    assert findings(firm, two, attrs.evolve(firm.policy, root_rule="any")) == []


def test_without_any_unit_there_is_no_root(firm: SimpleNamespace) -> None:
    assert brief(findings(firm, Organisation(units=()))) == [("org.no_root", {})]


def test_cycle_own_parent_and_orphan_are_named(firm: SimpleNamespace) -> None:
    looped = firm.replaced(firm.organisation, "units", "sales", parent="n1")
    assert ("org.cycle", {"units": ("n1", "north", "sales")}) in brief(findings(firm, looped))
    own = firm.replaced(firm.organisation, "units", "south", parent="south")
    assert ("org.own_parent", {"unit": "south"}) in brief(findings(firm, own))
    orphan = firm.replaced(firm.organisation, "units", "south", parent="nowhere")
    assert ("org.orphan", {"unit": "south", "parent": "nowhere"}) in brief(findings(firm, orphan))
    line = firm.replaced(firm.organisation, "positions", "director", reports_to="lead-n1")
    assert brief(findings(firm, line)) == [("org.line_cycle", {"positions": ("director", "lead-n1", "head-north")})]


@pytest.mark.parametrize(
    ("table", "record"),
    [
        ("positions", Position(id="x", unit="no", rank="leader", effective=DateRange(date(2020, 1, 1)))),
        ("positions", Position(
            id="x", unit="n1", rank="leader", reports_to="no", effective=DateRange(date(2020, 1, 1))
        )),
        ("appointments", Appointment(person="no", position="rep-n1", effective=DateRange(date(2020, 1, 1)))),
        ("appointments", Appointment(person="ann", position="no", effective=DateRange(date(2020, 1, 1)))),
        ("vacancies", Vacancy(position="no", effective=DateRange(date(2020, 1, 1)))),
        ("deputies", Deputy(position="no", person="ann", effective=DateRange(date(2020, 1, 1)))),
        ("deputies", Deputy(position="rep-n1", person="no", effective=DateRange(date(2020, 1, 1)))),
    ],
)  # fmt: skip
def test_references_to_nothing_are_named_with_their_place(firm: SimpleNamespace, table: str, record: Any) -> None:
    found = findings(firm, firm.add(firm.organisation, **{table: [record]}))
    place = len(getattr(firm.organisation, table))
    assert [(r.code, r.parameters["id"], r.path.split(".")[0]) for r in found] == [
        ("org.unknown_reference", "no", f"{table}[{place}]")
    ]


@pytest.mark.parametrize("table", ["units", "positions", "people"])
def test_two_records_of_one_id_are_named(firm: SimpleNamespace, table: str) -> None:
    twice = firm.add(firm.organisation, **{table: [getattr(firm.organisation, table)[-1]]})
    found = findings(firm, twice)
    assert [reason.code for reason in found if reason.path.startswith(table)] == ["org.record_twice"]
    assert found[0].path == f"{table}[{len(getattr(firm.organisation, table))}].id"


def test_kinds_of_units_stand_where_policy_puts_them(firm: SimpleNamespace) -> None:
    strange = firm.replaced(firm.organisation, "units", "south", kind="galaxy")
    assert brief(findings(firm, strange)) == [("org.unknown_unit_kind", {"unit": "south", "unit_kind": "galaxy"})]
    wrong = firm.replaced(firm.organisation, "units", "south", kind="group")
    assert ("org.unit_misplaced", {"unit": "south", "unit_kind": "group", "parent_kind": "division"}) in brief(
        findings(firm, wrong)
    )
    kinds = [attrs.evolve(kind, may_be_root=False) if kind.id == "company" else kind for kind in firm.policy.unit_kinds]
    refused = findings(firm, firm.organisation, attrs.evolve(firm.policy, unit_kinds=kinds))
    assert brief(refused) == [("org.root_misplaced", {"unit": "company", "unit_kind": "company"})]


def test_functions_are_kinds_too(firm: SimpleNamespace) -> None:
    legal = firm.add(
        firm.organisation,
        units=[Unit(id="legal", kind="legal", parent="company", effective=firm.always)],
        positions=[Position(id="counsel", unit="legal", rank="director", is_head=True, effective=firm.always)],
        vacancies=[Vacancy(position="counsel", effective=firm.always)],
    )
    assert findings(firm, legal) == []


def test_ranks_are_those_of_the_policy(firm: SimpleNamespace) -> None:
    strange = firm.replaced(firm.organisation, "positions", "rep-south", rank="wizard")
    assert brief(findings(firm, strange)) == [("org.unknown_rank", {"position": "rep-south", "rank": "wizard"})]


def test_every_unit_is_headed_or_declared_vacant(firm: SimpleNamespace) -> None:
    silent = firm.vacant(firm.organisation, "sol", "head-south", declared=False)
    assert brief(findings(firm, silent)) == [("org.head_undeclared", {"unit": "south", "position": "head-south"})]
    declared = firm.vacant(firm.organisation, "sol", "head-south", declared=True)
    assert findings(firm, declared) == []
    headless = firm.replaced(firm.organisation, "positions", "head-south", is_head=False)
    assert brief(findings(firm, headless)) == [("org.no_head_position", {"unit": "south"})]


def test_a_unit_has_one_head(firm: SimpleNamespace) -> None:
    co_head = firm.add(
        firm.organisation,
        positions=[Position(id="co-head", unit="north", rank="regional", is_head=True, effective=firm.always)],
    )
    assert ("org.several_head_positions", {"unit": "north", "positions": ("head-north", "co-head")}) in brief(
        findings(firm, co_head)
    )
    assert "org.several_heads" not in [reason.code for reason in findings(firm, co_head)]
    both = firm.add(
        co_head,
        people=[Person(id="eve")],
        appointments=[Appointment(person="eve", position="co-head", effective=firm.always)],
    )
    assert ("org.several_heads", {"unit": "north", "people": ("nia", "eve")}) in brief(findings(firm, both))
    shared = firm.add(
        firm.organisation,
        people=[Person(id="eve")],
        appointments=[Appointment(person="eve", position="head-north", effective=firm.always)],
    )
    assert brief(findings(firm, shared))[:2] == [
        ("org.several_heads", {"unit": "north", "people": ("nia", "eve")}),
        ("org.position_overfilled", {"position": "head-north", "people": ("nia", "eve"), "seats": 1}),
    ]


def test_seats_and_declared_vacancies_agree(firm: SimpleNamespace) -> None:
    one_free = firm.add(firm.organisation, vacancies=[Vacancy(position="rep-n1", effective=firm.always)])
    assert findings(firm, one_free) == []
    too_many = firm.add(one_free, vacancies=[Vacancy(position="rep-n1", effective=firm.always)])
    found = findings(firm, too_many)
    assert brief(found) == [("org.vacancy_contradicted", {"position": "rep-n1", "people": ("ann", "bob")})]
    assert found[0].severity is Severity.WARNING


def test_primary_positions_do_not_overlap(firm: SimpleNamespace) -> None:
    def second(effective: DateRange, *, is_primary: bool = True) -> Organisation:
        extra = Appointment(person="cy", position="rep-n1", effective=effective, is_primary=is_primary)
        return firm.add(firm.organisation, appointments=[extra])

    day, next_day = firm.day, firm.day + timedelta(days=1)
    overlap = ("org.primary_overlap", {"person": "cy", "positions": ("rep-south", "rep-n1")})
    assert overlap in brief(findings(firm, second(DateRange(day, next_day))))
    assert overlap not in brief(findings(firm, second(DateRange(date(2020, 1, 1), day))))
    assert overlap not in brief(findings(firm, second(DateRange(next_day))))
    assert findings(firm, second(firm.always, is_primary=False)) == []


def test_who_has_only_secondary_positions_is_named(firm: SimpleNamespace) -> None:
    extra = Appointment(person="eve", position="rep-n1", effective=firm.always, is_primary=False)
    facts = firm.add(firm.organisation, people=[Person(id="eve")], appointments=[extra])
    assert brief(findings(firm, facts)) == [("org.no_primary", {"person": "eve", "positions": ("rep-n1",)})]


def test_nobody_is_their_own_manager_directly_or_further_up(firm: SimpleNamespace) -> None:
    facts = firm.without(firm.organisation, "appointments", person="nia")
    direct = firm.add(
        firm.without(facts, "appointments", person="lee"),
        appointments=[
            Appointment(person="lee", position="lead-n1", effective=firm.always),
            Appointment(person="lee", position="head-north", effective=firm.always, is_primary=False),
        ],
    )
    own = ("org.own_manager", {"person": "lee", "position": "lead-n1", "managing_position": "head-north"})
    assert own in brief(findings(firm, direct))
    further = firm.add(
        firm.without(firm.organisation, "appointments", person="sam"),
        appointments=[Appointment(person="lee", position="director", effective=firm.always, is_primary=False)],
    )
    found = brief(findings(firm, further))
    assert ("org.own_manager", {"person": "lee", "position": "lead-n1", "managing_position": "director"}) in found
    # Leading a lower unit as a second task is no fault: the primary position is the higher one.
    lower = firm.add(
        firm.without(firm.organisation, "appointments", person="lee"),
        appointments=[Appointment(person="nia", position="lead-n1", effective=firm.always, is_primary=False)],
    )
    assert "org.own_manager" not in [code for code, _ in brief(findings(firm, lower))]


def test_nobody_is_their_own_deputy(firm: SimpleNamespace) -> None:
    facts = firm.add(firm.organisation, deputies=[Deputy(position="head-north", person="nia", effective=firm.always)])
    assert brief(findings(firm, facts)) == [("org.own_deputy", {"person": "nia", "position": "head-north"})]


def test_an_absent_head_needs_a_deputy_who_is_present(firm: SimpleNamespace) -> None:
    away = firm.add(firm.organisation, absences=[Absence(person="nia", effective=firm.always)])
    missing = [("org.absent_without_deputy", {"unit": "north", "person": "nia"})]
    assert brief(findings(firm, away)) == missing
    deputy = firm.add(away, deputies=[Deputy(position="head-north", person="lee", effective=firm.always)])
    assert findings(firm, deputy) == []
    both = firm.add(deputy, absences=[Absence(person="lee", effective=firm.always)])
    assert ("org.absent_without_deputy", {"unit": "north", "person": "nia"}) in brief(findings(firm, both))


@pytest.mark.parametrize(
    ("reports", "code"),
    [(1, "org.span_too_narrow"), (2, None), (3, None), (4, "org.span_too_wide")],
)
def test_span_of_control_includes_both_bounds(firm: SimpleNamespace, reports: int, code: str | None) -> None:
    found = findings(firm, with_reports(firm, reports))
    assert [reason.code for reason in found] == ([code] if code else [])
    for reason in found:
        assert reason.severity is Severity.ERROR
        assert reason.parameters["position"] == "lead-n1"
        assert reason.parameters["reports"] == reports
        assert reason.policy is not None
        assert reason.policy.id == "groups"


def test_a_head_without_reports_is_below_the_minimum_and_a_vacant_position_has_no_span(firm: SimpleNamespace) -> None:
    assert brief(findings(firm, with_reports(firm, 0))) == [
        ("org.span_too_narrow", {"position": "lead-n1", "reports": 0, "minimum": 2})
    ]
    empty = findings(firm, firm.vacant(with_reports(firm, 0), "lee", "lead-n1", declared=True))
    assert brief(empty) == [("org.span_too_narrow", {"position": "head-north", "reports": 0, "minimum": 1})]


def test_the_first_span_limit_that_applies_decides(firm: SimpleNamespace) -> None:
    limits = tuple(reversed(firm.policy.span_limits))
    assert findings(firm, with_reports(firm, 4), attrs.evolve(firm.policy, span_limits=limits)) == []
    wide = findings(firm, with_reports(firm, 6), attrs.evolve(firm.policy, span_limits=limits))
    assert [(reason.code, reason.severity) for reason in wide] == [("org.span_too_wide", Severity.WARNING)]
    for_ranks = [attrs.evolve(firm.policy.span_limits[0], unit_kinds=(), ranks=("leader",))]
    assert len(findings(firm, with_reports(firm, 4), attrs.evolve(firm.policy, span_limits=for_ranks))) == 1
    ended = [attrs.evolve(for_ranks[0], effective=DateRange(date(2020, 1, 1), firm.day))]
    assert findings(firm, with_reports(firm, 4), attrs.evolve(firm.policy, span_limits=ended)) == []
    open_ended = [attrs.evolve(for_ranks[0], minimum=None, maximum=None)]
    assert findings(firm, with_reports(firm, 0), attrs.evolve(firm.policy, span_limits=open_ended)) == []


def test_reports_of_a_vacant_position_count_to_the_next_one_above(firm: SimpleNamespace) -> None:
    facts = firm.vacant(firm.organisation, "lee", "lead-n1", declared=True)
    limit = attrs.evolve(firm.policy.span_limits[0], unit_kinds=("region",), minimum=0, maximum=1)
    found = findings(firm, facts, attrs.evolve(firm.policy, span_limits=[limit]))
    assert brief(found) == [("org.span_too_wide", {"position": "head-north", "reports": 2, "maximum": 1})]


def test_who_is_no_head_but_has_reports_is_checked_too(firm: SimpleNamespace) -> None:
    coach = Position(id="coach", unit="n1", rank="representative", effective=firm.always)
    facts = firm.add(
        firm.replaced(with_reports(firm, 4), "positions", "rep-n1", reports_to="coach"),
        positions=[coach],
        people=[Person(id="eve")],
        appointments=[Appointment(person="eve", position="coach", effective=firm.always)],
    )
    found = [dict(reason.parameters) for reason in findings(firm, facts) if reason.code == "org.span_too_wide"]
    assert found == [{"position": "coach", "reports": 4, "maximum": 3}]


def test_an_unapproved_policy_decides_nothing_and_an_overdue_review_is_a_finding(firm: SimpleNamespace) -> None:
    draft = attrs.evolve(firm.policy, life=PolicyLife(status="draft", scope="sales", owner="hr", effective=firm.always))
    decision = check_structure(Organisation(units=()), draft, firm.day)
    assert brief(list(decision.reasons)) == [
        ("core.policy_not_in_force", {"scope": "sales", "status": "draft", "effective": firm.always})
    ]
    assert not decision.is_allowed
    for review, codes in ((firm.day, []), (firm.day - timedelta(days=1), ["core.review_overdue"])):
        life = attrs.evolve(firm.policy.life, next_review=review)
        found = findings(firm, firm.organisation, attrs.evolve(firm.policy, life=life))
        assert [reason.code for reason in found] == codes


def test_history_shows_on_which_days_a_finding_stands(firm: SimpleNamespace) -> None:
    """A head leaves on 1 March, the vacancy is declared from 5 March to 1 April, a successor comes on 1 May."""
    facts = firm.without(firm.organisation, "appointments", person="sol")
    facts = firm.add(
        facts,
        people=[Person(id="eve")],
        appointments=[
            Appointment(person="sol", position="head-south", effective=DateRange(date(2020, 1, 1), date(2020, 3, 1))),
            Appointment(person="eve", position="head-south", effective=DateRange(date(2020, 5, 1))),
        ],
        vacancies=[Vacancy(position="head-south", effective=DateRange(date(2020, 3, 5), date(2020, 4, 1)))],
    )
    year = DateRange(date(2020, 1, 1), date(2021, 1, 1))
    found = check_history(facts, firm.policy, year)
    assert [(str(entry.effective), entry.reason.code) for entry in found] == [
        ("[2020-03-01, 2020-03-05)", "org.head_undeclared"),
        ("[2020-04-01, 2020-05-01)", "org.head_undeclared"),
    ]
    late = check_history(facts, firm.policy, DateRange(date(2020, 4, 10)))
    assert [str(entry.effective) for entry in late] == ["[2020-04-10, 2020-05-01)"]
    early = check_history(facts, firm.policy, DateRange(date(2020, 1, 1), date(2020, 3, 2)))
    assert [str(entry.effective) for entry in early] == ["[2020-03-01, 2020-03-02)"]


def test_history_notices_when_a_review_falls_due(firm: SimpleNamespace) -> None:
    life = attrs.evolve(firm.policy.life, next_review=date(2020, 9, 30))
    found = check_history(
        firm.organisation, attrs.evolve(firm.policy, life=life), DateRange(date(2020, 1, 1))
    )  # fmt: skip
    assert [(str(entry.effective), entry.reason.code) for entry in found] == [
        ("[2020-10-01, …)", "core.review_overdue")
    ]


def test_a_kind_may_be_checked_below_a_faulty_tree_without_falling_over(firm: SimpleNamespace) -> None:
    kinds = (*firm.policy.unit_kinds, UnitKind(id="team", category="level", under=("group",)))
    facts = firm.add(firm.organisation, units=[Unit(id="t", kind="team", parent="gone", effective=firm.always)])
    found = brief(findings(firm, facts, attrs.evolve(firm.policy, unit_kinds=kinds)))
    assert found[0] == ("org.orphan", {"unit": "t", "parent": "gone"})
    assert ("org.no_head_position", {"unit": "t"}) in found
