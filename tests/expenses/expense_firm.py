"""A small firm whose matrix says who approves claims: Ana, above her Max, Hana the head of sales, Vic, and `gm`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from salesrules.approvals import (
    ApprovalMatrix,
    ApprovalPolicy,
    ApprovalRow,
    ApprovalRule,
    ApprovalStep,
    Directory,
    PersonApprover,
    WordCondition,
)
from salesrules.core import Band, BandTable, DateRange, PolicyLife
from salesrules.org import Appointment, Organisation, OrgPolicy, Person, Position, Rank, Unit, resolve_structure

ALWAYS = DateRange(date(2020, 1, 1))
LADDER = ("representative", "group_leader", "regional_director", "head_of_sales", "vice_president", "president")
LINE = {
    "gm": ("president", None),
    "vic": ("vice_president", "gm"),
    "hana": ("head_of_sales", "vic"),
    "max": ("group_leader", "hana"),
    "ana": ("representative", "max"),
}


def make_directory(day: date = date(2026, 3, 10)) -> Directory:
    organisation = Organisation(
        units=[Unit(id="company", kind="company", effective=ALWAYS)],
        positions=[
            Position(id=id, unit="company", rank=rank, reports_to=above, is_head=above is None, effective=ALWAYS)
            for id, (rank, above) in LINE.items()
        ],
        people=[Person(id=id) for id in LINE],
        appointments=[Appointment(person=id, position=id, effective=ALWAYS) for id in LINE],
    )
    policy = OrgPolicy(
        life=PolicyLife(status="in_force", scope="sales", owner="hr", approver="board", effective=ALWAYS),
        root_rule="one",
        ranks=[Rank(id=id, level=level) for level, id in enumerate(LADDER)],
    )
    return Directory(structure=resolve_structure(organisation, day), policy=policy)


DIRECTORY = make_directory()


def row(id: str, *steps: str, upto: Mapping[int | None, tuple[str, ...]] | None = None, **words: str) -> ApprovalRow:
    """A row for requests of these words: steps, or steps by amounts up to and with each bound."""
    when = [WordCondition(name=name, values=[value], missing="no_match") for name, value in words.items()]
    if upto is None:
        return ApprovalRow(id=id, when=when, steps=steps)
    bands, start = [], 0
    for end, wanted in upto.items():
        bands.append(Band(start=start, value=wanted, side="upper" if start else "lower"))
        start = end or 0
    return ApprovalRow(id=id, when=when, amounts=BandTable(bands=bands))


def with_rows(*rows: ApprovalRow, act: str, **rule: Any) -> ApprovalPolicy:
    """A matrix of one act, in euros, whose steps are the people of the firm."""
    given: dict[str, Any] = {"same_reviewer": "once", "material_fields": ["amount"], **rule}
    return ApprovalPolicy(
        life=PolicyLife(status="in_force", scope="sales", owner="ops", approver="board", effective=ALWAYS),
        steps=[ApprovalStep(id=id, approvers=[PersonApprover(person=id)]) for id in LINE],
        matrices=[ApprovalMatrix(id="matrix", acts=[act], effective=ALWAYS, currency="EUR", rows=rows)],
        rules=[ApprovalRule(id="all", effective=ALWAYS, **given)],
    )
