"""Every policy entry that a reason refers to is found in the rulebook, by a path that leads to the field."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import attrs

from salesrules.core import DateRange, Money, PolicyLife
from salesrules.org import (
    Act,
    Delegation,
    Duty,
    DutyAssignment,
    DutyLoad,
    InstantRange,
    StaffingNorm,
    Unit,
    check_authority,
    check_delegation,
    check_duties,
    check_staffing,
    check_structure,
)
from salesrules.rulebook import Rulebook


def test_every_reference_leads_to_its_place_in_the_rulebook(firm: SimpleNamespace) -> None:
    shared = [DutyAssignment(position="president", role=role) for role in ("responsible", "accountable")]
    duties = [Duty(id=id, effective=firm.always, assignments=shared) for id in ("a", "b")]
    policy = attrs.evolve(
        firm.policy,
        duties=[*duties, Duty(id="empty", effective=firm.always, assignments=[])],
        duty_load=DutyLoad(accountable_per_position=1),
        staffing_norms=[
            StaffingNorm(
                id="norm", unit_kind="group", effective=firm.always, volume_per_head=Money(1, "CNY"), rounding="up",
                tolerance=0,
            )
        ],
        span_limits=[
            attrs.evolve(firm.policy.span_limits[0], minimum=9, maximum=None),
            attrs.evolve(firm.policy.span_limits[1], minimum=None, maximum=0),
        ],
    )  # fmt: skip
    facts = firm.add(
        firm.organisation,
        units=[
            Unit(id="other", kind="group", effective=firm.always),
            Unit(id="deep", kind="company", parent="n1", effective=firm.always),
        ],
    )
    draft = attrs.evolve(
        policy, life=PolicyLife(status="draft", scope="sales", owner="hr", effective=DateRange(firm.day))
    )
    act = Act(kind="contract.sign", amount=Money(300_000, "CNY"), unit="north")
    elsewhere = attrs.evolve(act, amount=Money(1, "CNY"), unit="south")
    lent = [
        Delegation(
            id=f"{grantor}>{delegate}", grantor=grantor, delegate=delegate,
            window=InstantRange.lasting(firm.noon, timedelta(days=31)), acts=("contract.sign", "person.hire"),
        )
        for grantor, delegate in (("sam", "nia"), ("nia", "sol"), ("sol", "cy"))
    ]  # fmt: skip
    decisions = [
        check_delegation(lent[0], lent[1:], firm.structure, policy),
        check_delegation(lent[0], (), firm.structure, attrs.evolve(policy, delegation=None)),
        check_structure(facts, policy, firm.day),
        check_structure(facts, draft, firm.day),
        check_duties(firm.structure, policy),
        check_staffing(firm.structure, policy, {"n1": Money(9, "CNY")}, {}),
        check_authority("nia", act, firm.structure, policy, as_of=firm.noon),
        check_authority("nia", elsewhere, firm.structure, policy, as_of=firm.noon),
    ]
    book = Rulebook(name="firm", sections={"org": policy})
    places = {book.path_of(reason.policy) for one in decisions for reason in one.reasons if reason.policy is not None}
    assert places == {
        "org.life",
        "org.root_rule",
        "org.unit_kinds[0].under",
        "org.unit_kinds[3].may_be_root",
        "org.span_limits[0].minimum",
        "org.span_limits[1].maximum",
        "org.duties[2].assignments",
        "org.duty_load.accountable_per_position",
        "org.staffing_norms[0].volume_per_head",
        "org.delegation",
        "org.delegation.maximum_days",
        "org.delegation.maximum_links",
        "org.delegation.undelegable_acts",
        "org.authority_grants[0].limit",
        "org.authority_grants[0].reach",
    }
