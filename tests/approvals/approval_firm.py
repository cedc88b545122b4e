"""A firm for the tests of the room: its line, its functions, its matrix; requests and reviews, all easily changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import attrs

from salesrules.approvals import (
    ApprovalFile,
    ApprovalMatrix,
    ApprovalPolicy,
    ApprovalRequest,
    ApprovalRow,
    ApprovalRule,
    ApprovalStep,
    Directory,
    FunctionApprover,
    ManagerApprover,
    PositionApprover,
    RankApprover,
    Review,
    open_request,
    review_request,
    submit_request,
)
from salesrules.core import Band, BandTable, DateRange, Money, PolicyLife, Rate
from salesrules.org import (
    AmountLimit,
    Appointment,
    AuthorityGrant,
    Body,
    BodyMember,
    Delegation,
    DelegationRule,
    InstantRange,
    Majority,
    NoLimit,
    Organisation,
    OrgPolicy,
    Person,
    Position,
    Rank,
    Threshold,
    Unit,
    resolve_structure,
)

ALWAYS = DateRange(date(2020, 1, 1))
DAY = date(2026, 6, 1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

#: Who holds what: a line of five, a second region, legal with a head and two clerks, finance with a head.
HOLDS = {
    "pam": "president", "vic": "vice", "sam": "sales-head", "nia": "north-head", "sol": "south-head",
    "lee": "n1-lead", "ann": "rep", "bob": "rep", "lou": "legal-head", "liv": "legal-clerk", "lev": "legal-clerk",
    "fay": "finance-head",
}  # fmt: skip


def make_organisation() -> Organisation:
    units = {
        "company": (None, "company"), "sales": ("company", "department"), "north": ("sales", "region"),
        "n1": ("north", "group"), "south": ("sales", "region"), "law": ("company", "legal"),
        "money": ("company", "finance"),
    }  # fmt: skip
    positions = {
        "president": ("company", "president", None), "vice": ("company", "vice_president", "president"),
        "sales-head": ("sales", "head_of_sales", "vice"), "north-head": ("north", "regional_director", None),
        "south-head": ("south", "regional_director", None), "n1-lead": ("n1", "group_leader", None),
        "rep": ("n1", "representative", None), "legal-head": ("law", "head_of_sales", None),
        "legal-clerk": ("law", "representative", None), "finance-head": ("money", "head_of_sales", None),
    }  # fmt: skip
    heads = {"president", "sales-head", "north-head", "south-head", "n1-lead", "legal-head", "finance-head"}
    return Organisation(
        units=[Unit(id=id, kind=kind, parent=parent, effective=ALWAYS) for id, (parent, kind) in units.items()],
        positions=[
            Position(
                id=id, unit=unit, rank=rank, reports_to=to, is_head=id in heads, seats=9, effective=ALWAYS
            )
            for id, (unit, rank, to) in positions.items()
        ],
        people=[Person(id=id) for id in (*HOLDS, "out")],
        appointments=[Appointment(person=person, position=held, effective=ALWAYS) for person, held in HOLDS.items()],
    )  # fmt: skip


def make_org_policy(**changes: Any) -> OrgPolicy:
    def grant(rank: str, thousands: int | None) -> AuthorityGrant:
        limit = NoLimit() if thousands is None else AmountLimit(maximum=Money(thousands * 1000, "CNY"), side="lower")
        return AuthorityGrant(id=rank, act="contract.sign", rank=rank, limit=limit, reach="anywhere", effective=ALWAYS)

    given: dict[str, Any] = {
        "life": PolicyLife(status="in_force", scope="sales", owner="hr", approver="board", effective=ALWAYS),
        "root_rule": "one",
        "ranks": [
            Rank(id=id, level=level)
            for level, id in enumerate(
                ("representative", "group_leader", "regional_director", "head_of_sales", "vice_president", "president")
            )
        ],
        "authority_grants": [
            grant("regional_director", 200), grant("head_of_sales", 500), grant("vice_president", 1000),
            grant("president", None),
        ],
        "delegation": DelegationRule(maximum_links=3),
    }  # fmt: skip
    return OrgPolicy(**(given | changes))


def ladder(*bands: tuple[int, list[str]], side: str = "lower") -> BandTable[tuple[str, ...]]:
    return BandTable(bands=[Band(start=start, value=tuple(steps)) for start, steps in bands], side=side)


def make_policy(**changes: Any) -> ApprovalPolicy:
    given: dict[str, Any] = {
        "life": PolicyLife(status="in_force", scope="sales", owner="ops", approver="board", effective=ALWAYS),
        "steps": [
            ApprovalStep(id="manager", approvers=[ManagerApprover()]),
            ApprovalStep(id="director", approvers=[RankApprover(rank="regional_director")]),
            ApprovalStep(id="head", approvers=[RankApprover(rank="head_of_sales")]),
            ApprovalStep(id="vice", approvers=[RankApprover(rank="vice_president")]),
            ApprovalStep(id="president", approvers=[PositionApprover(position="president")]),
            ApprovalStep(
                id="legal", approvers=[FunctionApprover(function="legal")], checklist=["licence", "power"]
            ),
            ApprovalStep(id="finance", approvers=[FunctionApprover(function="finance")]),
        ],
        "matrices": [
            ApprovalMatrix(
                id="ladder",
                acts=["contract.sign"],
                currency="CNY",
                effective=ALWAYS,
                rows=[
                    ApprovalRow(
                        id="any",
                        amounts=ladder(
                            (0, ["director"]), (200_000, ["head"]), (500_000, ["vice"]), (1_000_000, ["president"])
                        ),
                    )
                ],
            )
        ],
        "rules": [
            ApprovalRule(
                id="contracts",
                acts=["contract.sign"],
                effective=ALWAYS,
                same_reviewer="again",
                combine_by=["party", "matter", "day"],
                material_fields=["amount", "party", "matter"],
            )
        ],
    }  # fmt: skip
    return ApprovalPolicy(**(given | changes))


def with_steps(*steps: ApprovalStep, rule: dict[str, Any] | None = None) -> ApprovalPolicy:
    """A policy in which every request for "act" goes through these steps."""
    matrix = ApprovalMatrix(
        id="all", acts=["act"], effective=ALWAYS, rows=[ApprovalRow(id="any", steps=[step.id for step in steps])]
    )
    given: dict[str, Any] = {"same_reviewer": "again", "material_fields": ["amount", "unit"]}
    handling = ApprovalRule(id="rule", acts=["act"], effective=ALWAYS, **(given | (rule or {})))
    return make_policy(steps=steps, matrices=[matrix], rules=[handling])


def request_for(amount: object = None, **changes: Any) -> ApprovalRequest:
    given: dict[str, Any] = {
        "id": "r1", "act": "contract.sign", "subject": "C-1", "requester": "ann", "day": DAY,
        "amount": None if amount is None else Money(amount, "CNY"), "party": "acme", "matter": "pumps",
    }  # fmt: skip
    return ApprovalRequest(**(given | changes))


def directory_of(organisation: Organisation | None = None, day: date = DAY, **given: Any) -> Directory:
    policy = given.pop("policy", make_org_policy())
    return Directory(structure=resolve_structure(organisation or make_organisation(), day), policy=policy, **given)


def lends(grantor: str, delegate: str, id: str = "", hours: tuple[int, int] = (0, 24), **given: Any) -> Delegation:
    """A delegation on the day, from one hour until another."""
    window = InstantRange(
        datetime(2026, 6, 1, hours[0], tzinfo=UTC),
        datetime(2026, 6, 2, tzinfo=UTC) if hours[1] == 24 else datetime(2026, 6, 1, hours[1], tzinfo=UTC),
    )
    return Delegation(id=id or f"{grantor}-{delegate}", grantor=grantor, delegate=delegate, window=window, **given)


def board(*people: str, quorum: int = 2, chair: str | None = None, majority: str = "members") -> Body:
    return Body(
        id="board",
        purpose="decide",
        effective=ALWAYS,
        members=[BodyMember(person=person, effective=ALWAYS, is_chair=person == chair) for person in people],
        quorum=Threshold(count=quorum, side="lower"),
        majority=Majority(threshold=Threshold(share=Rate.parse("50%"), side="upper"), base=majority),
        chair_must_attend=False,
    )


def add(organisation: Organisation, **more: Any) -> Organisation:
    """The organisation with further records."""
    return attrs.evolve(organisation, **{table: (*getattr(organisation, table), *new) for table, new in more.items()})


def leave(organisation: Organisation, person: str, day: date = date(2026, 5, 1)) -> Organisation:
    """The organisation in which a person's appointments ended on a day."""
    ended = [
        attrs.evolve(held, effective=DateRange(held.effective.start, day)) if held.person == person else held
        for held in organisation.appointments
    ]
    return attrs.evolve(organisation, appointments=ended)


def submitted(
    request: ApprovalRequest, policy: ApprovalPolicy, directory: Directory, as_of: datetime = NOON, **given: Any
) -> ApprovalFile:
    decision, file = submit_request(
        open_request(request, as_of=as_of), policy, directory, actor=request.requester, as_of=as_of, **given
    )
    assert decision.is_allowed, decision
    return file


def say(
    file: ApprovalFile, policy: ApprovalPolicy, directory: Directory, *words: str, as_of: datetime = NOON
) -> tuple[list[tuple[str, list[str]]], ApprovalFile]:
    """Reviews one after the other, each written `who verdict [step]`: outcomes with codes, and the file."""
    codes = []
    for word in words:
        who, verdict, *rest = word.split()
        review = Review(
            id=f"{who}-{verdict}-{len(file.case.history)}-{len(file.votes)}-{len(codes)}",
            step=rest[0] if rest else file.case.state,
            reviewer=who,
            verdict=verdict,
            reason="because" if verdict in ("reject", "return") else None,
            checked=file.step.checklist if file.step else (),
        )
        decision, file = review_request(file, review, policy, directory, as_of=as_of)
        codes.append((decision.outcome.value, [reason.code.removeprefix("approvals.") for reason in decision.reasons]))
    return codes, file
