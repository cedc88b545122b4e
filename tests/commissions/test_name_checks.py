"""Names in rules, assignments and pools that nobody among the people has: a finding, never silence."""

import attrs
import pytest
from commissions.firm import assign, component, days, direct, facts, plan, policy, run, sale
from commissions.test_pools import member, pool

from salesrules.commissions import OverlayCredit, Payee


def findings(rules, given=None, period="2020-Q1"):
    found = run(given or facts(sale("s", "01-10", 10)), rules, period).findings
    return [
        (r.code.removeprefix("commissions."), dict(r.parameters), r.policy and attrs.astuple(r.policy)) for r in found
    ]


def test_names_that_nobody_has_are_found_in_rules_assignments_and_pools():
    overlay = OverlayCredit(
        id="specialists", effective=days("01-01"), payees=["ana", "zed"], positions=["engineer", "rep"]
    )
    team = pool(
        member("ana", "yve", id="first"),
        member(positions=["clerk"], id="second"),
        sources=["rep", "ana", "xia", "boss"],
    )
    rules = attrs.evolve(
        policy(
            plan(component()),
            crediting=[direct(), overlay],
            assignments=[assign(payees=("ana", "ann")), assign(payees=(), positions=("rapper",), id="all")],
        ),
        pools=[team],
    )
    given = facts(sale("s", "01-10", 10), people=[Payee(id="ana", name="Ana", position="rep")])
    found = [(values, entry) for code, values, entry in findings(rules, given) if code == "unknown_names"]
    assert found == [
        ({"entry": "specialists", "names": ("zed", "engineer")}, ("OverlayCredit", "specialists", "payees")),
        ({"entry": "plan-2019-01-01-ana-ann", "names": ("ann",)}, ("Assignment", "plan-2019-01-01-ana-ann", "payees")),
        ({"entry": "all", "names": ("rapper",)}, ("Assignment", "all", "positions")),
        ({"entry": "first", "names": ("yve",)}, ("PoolMember", "first", "payees")),
        ({"entry": "second", "names": ("clerk",)}, ("PoolMember", "second", "positions")),
        ({"entry": "team", "names": ("xia", "boss")}, ("TeamPool", "team", "sources")),
    ]


@pytest.mark.parametrize(("start", "end", "told"), [
    ("01-01", "04-01", False), ("01-01", "04-02", True), ("06-30", "07-02", True), ("07-01", "07-02", False),
])  # fmt: skip
def test_names_of_entries_that_do_not_hold_in_the_period_are_no_concern(start, end, told):
    overlay = OverlayCredit(id="o", effective=days(start, end), payees=["zed"])
    rules = policy(plan(component()), crediting=[direct(), overlay])
    assert [code for code, *_ in findings(rules, period="2020-Q2")] == (["unknown_names"] if told else [])
    team = attrs.evolve(
        policy(plan(component())), pools=[pool(member("ana"), sources=["x"], effective=days(start, end))]
    )
    assert ("unknown_names" in [code for code, *_ in findings(team, period="2020-Q2")]) is told
