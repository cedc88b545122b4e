"""The stories under `scenarios/org`, which a sales manager can read."""

from __future__ import annotations

import pathlib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from ruamel.yaml import YAML

from salesrules.core import DateRange, Money, PolicyLife
from salesrules.org import (
    Absence,
    Act,
    AmountLimit,
    Appointment,
    AuthorityGrant,
    Delegation,
    DelegationRule,
    Deputy,
    InstantRange,
    NoLimit,
    Organisation,
    OrgPolicy,
    Person,
    Position,
    Rank,
    SpanLimit,
    Unit,
    UnitKind,
    Vacancy,
    check_authority,
    check_structure,
    compare_structures,
    resolve_structure,
)

FOLDER = pathlib.Path(__file__).parents[2] / "scenarios" / "org"
STORIES = {path.stem: YAML(typ="safe").load(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.yaml")}
BEGIN = date(2020, 1, 1)
RANKS = ("representative", "leader", "director", "head of sales", "president")
QUESTIONS = {
    "manager": lambda s, of: s.manager(of),
    "managers": lambda s, of: list(s.chain(of)),
    "colleagues": lambda s, of: list(s.peers(of)),
    "acting head": lambda s, of: s.acting_head(of),
    "everybody": lambda s, of: list(s.members(of, whole=True)),
}


def told(part: str) -> list[Any]:
    return [pytest.param(story, item, id=f"{name}-{n}") for name, story in sorted(STORIES.items())
            for n, item in enumerate(story.get(part, ()))]  # fmt: skip


def read_facts(story: dict[str, Any]) -> Organisation:
    def dated(part: str) -> list[tuple[dict[str, Any], DateRange]]:
        return [(row, DateRange(row.get("from", BEGIN), row.get("until"))) for row in story.get(part, ())]

    return Organisation(
        units=[
            Unit(id=row["id"], kind=row["kind"], parent=row.get("parent"), effective=span)
            for row, span in dated("units")
        ],
        positions=[
            Position(
                id=row["id"], unit=row["unit"], rank=row["rank"], is_head=row.get("head", False) in (True, "yes"),
                seats=row.get("seats", 1), effective=span,
            )
            for row, span in dated("positions")
        ],
        people=[Person(id=name) for name in dict.fromkeys(row["person"] for row in story["appointments"])],
        appointments=[
            Appointment(person=row["person"], position=row["position"], effective=span)
            for row, span in dated("appointments")
        ],
        vacancies=[Vacancy(position=row["position"], effective=span) for row, span in dated("vacancies")],
        deputies=[Deputy(position=r["position"], person=r["person"], effective=span) for r, span in dated("deputies")],
        absences=[Absence(person=row["person"], effective=span) for row, span in dated("absences")],
    )  # fmt: skip


def read_policy(story: dict[str, Any]) -> OrgPolicy:
    always, told = DateRange(BEGIN), story.get("policy", {})
    span, delegation = told.get("span of control"), told.get("delegation")
    return OrgPolicy(
        life=PolicyLife(status="in_force", scope="sales", owner="hr", approver="board", effective=always),
        root_rule="one",
        unit_kinds=[
            UnitKind(id="company", category="level", may_be_root=True),
            UnitKind(id="department", category="level", under=("company",)),
            UnitKind(id="region", category="level", under=("department",)),
            UnitKind(id="group", category="level", under=("region",)),
        ],
        ranks=[Rank(id=rank, level=level) for level, rank in enumerate(RANKS)],
        span_limits=[SpanLimit(id="span", effective=always, severity="warning", **span)] if span else [],
        authority_grants=[
            AuthorityGrant(
                id=row["rank"], act="contract.sign", rank=row["rank"], reach="own_unit", effective=always,
                limit=AmountLimit(maximum=Money.parse(row["up to"]), side="upper") if "up to" in row else NoLimit(),
            )
            for row in told.get("signing", ())
        ],
        delegation=DelegationRule(maximum_links=delegation["links"], maximum_days=delegation["days"])
        if delegation
        else None,
    )  # fmt: skip


def instant(told: datetime | str) -> datetime:
    return datetime.fromisoformat(str(told)).replace(tzinfo=UTC)


def test_there_are_stories() -> None:
    assert {"reorganisation", "signing", "structure"} <= STORIES.keys()
    assert all(story["title"] for story in STORIES.values())


@pytest.mark.parametrize(("story", "item"), told("questions"))
def test_questions(story: dict[str, Any], item: dict[str, Any]) -> None:
    structure = resolve_structure(read_facts(story), item["on"])
    assert QUESTIONS[item["ask"]](structure, item["of"]) == item["answer"]


@pytest.mark.parametrize(("story", "item"), told("findings"))
def test_findings(story: dict[str, Any], item: dict[str, Any]) -> None:
    decision = check_structure(read_facts(story), read_policy(story), item["on"])
    found = [f"{r.code.removeprefix('org.')} {next(iter(r.parameters.values()))}" for r in decision.reasons]
    assert sorted(found) == sorted(item["expected"])


@pytest.mark.parametrize("story", [story for story in STORIES.values() if "changes" in story])
def test_changes(story: dict[str, Any]) -> None:
    told, facts = story["changes"], read_facts(story)
    before, after = (resolve_structure(facts, told[day]) for day in ("before", "after"))
    rows = compare_structures(before, after, read_policy(story)).to_records()
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["id"], []).append(row["code"].removeprefix("org."))
    assert found == told["expected"]


@pytest.mark.parametrize(("story", "item"), told("signatures"))
def test_signatures(story: dict[str, Any], item: dict[str, Any]) -> None:
    at = instant(item["at"])
    delegations = [
        Delegation(
            id=str(n), grantor=row["from"], delegate=row["to"],
            window=InstantRange(instant(row["start"]), instant(row["end"])),
        )
        for n, row in enumerate(story["delegations"])
    ]  # fmt: skip
    act = Act(kind="contract.sign", amount=Money.parse(item["amount"]), unit=item["unit"])
    structure = resolve_structure(read_facts(story), at.date())
    decision = check_authority(item["who"], act, structure, read_policy(story), delegations, as_of=at)
    referred = "".join(f" to {approval.approver}" for approval in decision.approvals)
    assert decision.outcome.value + referred == item["answer"]
