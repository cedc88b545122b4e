"""The policy: what its values refuse, and the faults across fields."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from salesrules.core import DateRange, InvalidValue, Money
from salesrules.org import (
    AuthorityGrant,
    DelegationRule,
    Deputy,
    Duty,
    DutyAssignment,
    DutyLoad,
    NoLimit,
    OrgPolicy,
    Position,
    Rank,
    RankLimit,
    SpanLimit,
    StaffingNorm,
    UnitKind,
    check_policy,
)

ALWAYS = DateRange(date(2020, 1, 1))
FIRST, SECOND = DateRange(date(2020, 1, 1), date(2020, 7, 1)), DateRange(date(2020, 7, 1))


def faults(policy: OrgPolicy, **more: Any) -> list[tuple[str, str, Any]]:
    grown = {name: (*getattr(policy, name), *entries) for name, entries in more.items()}
    return [(fault.code, fault.path, fault.value) for fault in check_policy(attrs.evolve(policy, **grown))]


def norm(**changes: Any) -> StaffingNorm:
    base = StaffingNorm(
        id="n", unit_kind="group", effective=ALWAYS, volume_per_head=Money(1, "CNY"), rounding="up", tolerance=0
    )
    return attrs.evolve(base, **changes)


def test_the_sample_policy_is_sound(firm: SimpleNamespace) -> None:
    assert check_policy(firm.policy) == ()


@pytest.mark.parametrize(
    ("table", "entry"),
    [("unit_kinds", UnitKind(id="group", category="level")), ("ranks", Rank(id="leader", level=9))],
)
def test_an_id_is_used_once(firm: SimpleNamespace, table: str, entry: Any) -> None:
    place = len(getattr(firm.policy, table))
    assert faults(firm.policy, **{table: [entry]}) == [("org.duplicate_id", f"{table}[{place}].id", entry.id)]


def test_a_dated_id_may_be_used_again_after_its_end(firm: SimpleNamespace) -> None:
    def spans(first: DateRange, second: DateRange) -> list[tuple[str, str, Any]]:
        entries = [SpanLimit(id="s", severity="error", effective=span) for span in (first, second)]
        return faults(firm.policy, span_limits=entries)

    assert spans(FIRST, SECOND) == []
    overlapping = DateRange(date(2020, 6, 30))
    assert spans(FIRST, overlapping) == [("org.duplicate_id", "span_limits[3].id", "s")]
    duties = [Duty(id="d", effective=span, assignments=()) for span in (FIRST, FIRST)]
    assert faults(firm.policy, duties=duties) == [("org.duplicate_id", "duties[1].id", "d")]


def test_references_are_known(firm: SimpleNamespace) -> None:
    kind = UnitKind(id="team", category="level", under=("group", "galaxy"))
    assert faults(firm.policy, unit_kinds=[kind]) == [("org.unknown_reference", "unit_kinds[5].under[1]", "galaxy")]
    span = SpanLimit(id="s", effective=ALWAYS, severity="error", ranks=("wizard",), unit_kinds=("galaxy",))
    assert faults(firm.policy, span_limits=[span]) == [
        ("org.unknown_reference", "span_limits[2].ranks[0]", "wizard"),
        ("org.unknown_reference", "span_limits[2].unit_kinds[0]", "galaxy"),
    ]
    assert faults(firm.policy, staffing_norms=[norm(unit_kind="galaxy")]) == [
        ("org.unknown_reference", "staffing_norms[0].unit_kind", "galaxy")
    ]
    grant = AuthorityGrant(
        id="g", act="x", rank="wizard", limit=RankLimit(maximum="witch", side="upper"), reach="anywhere",
        effective=ALWAYS,
    )  # fmt: skip
    assert faults(firm.policy, authority_grants=[grant]) == [
        ("org.unknown_reference", "authority_grants[4].rank", "wizard"),
        ("org.unknown_reference", "authority_grants[4].limit.maximum", "witch"),
    ]


def test_a_minimum_is_not_above_its_maximum(firm: SimpleNamespace) -> None:
    def span(minimum: int, maximum: int) -> SpanLimit:
        return SpanLimit(id="s", effective=ALWAYS, severity="error", minimum=minimum, maximum=maximum)

    assert faults(firm.policy, span_limits=[span(3, 3)]) == []
    assert faults(firm.policy, span_limits=[span(4, 3)]) == [
        ("org.bounds_disordered", "span_limits[2].minimum", 4)
    ]  # fmt: skip
    assert faults(firm.policy, staffing_norms=[norm(minimum=4, maximum=3)]) == [
        ("org.bounds_disordered", "staffing_norms[0].minimum", 4)
    ]


def test_one_norm_holds_for_a_kind_at_a_time(firm: SimpleNamespace) -> None:
    assert faults(firm.policy, staffing_norms=[norm(effective=FIRST), norm(id="m", effective=SECOND)]) == []
    assert faults(firm.policy, staffing_norms=[norm(), norm(id="m", unit_kind="region")]) == []
    assert faults(firm.policy, staffing_norms=[norm(), norm(id="m", effective=SECOND)]) == [
        ("org.overlapping_ranges", "staffing_norms[1].effective", "[2020-07-01, …)")
    ]


def test_a_role_given_twice_is_a_warning(firm: SimpleNamespace) -> None:
    twice = [DutyAssignment(position="p", role="informed")] * 2
    duty = Duty(id="d", effective=ALWAYS, assignments=[*twice, DutyAssignment(position="p", role="consulted")])
    (fault,) = check_policy(attrs.evolve(firm.policy, duties=[duty]))
    assert (fault.code, fault.path, fault.severity) == (
        "org.duplicate_assignment", "duties[0].assignments[1]", "warning",
    )  # fmt: skip


def test_a_grant_is_for_a_position_or_a_rank_and_a_named_unit_is_named() -> None:
    def grant(**changes: Any) -> AuthorityGrant:
        return AuthorityGrant(**{"id": "g", "act": "x", "limit": NoLimit(), "effective": ALWAYS, **changes})

    assert grant(rank="r", reach="anywhere").position is None
    assert grant(position="p", reach="named_unit", unit="u").unit == "u"
    for wrong in (
        {"reach": "anywhere"},
        {"reach": "anywhere", "rank": "r", "position": "p"},
        {"reach": "named_unit", "rank": "r"},
        {"reach": "own_unit", "rank": "r", "unit": "u"},
    ):
        with pytest.raises(InvalidValue):
            grant(**wrong)


def test_counts_are_whole_and_not_negative() -> None:
    assert SpanLimit(id="s", effective=ALWAYS, severity="error", minimum=0).minimum == 0
    for make in (
        lambda: SpanLimit(id="s", effective=ALWAYS, severity="error", minimum=-1),
        lambda: SpanLimit(id="s", effective=ALWAYS, severity="error", maximum=True),
        lambda: DelegationRule(maximum_links=-1),
        lambda: DutyLoad(accountable_per_position=-1),
        lambda: Position(id="p", unit="u", rank="r", effective=ALWAYS, seats=0),
        lambda: Position(id="p", unit="u", rank="r", effective=ALWAYS, seats=True),
        lambda: Deputy(position="p", person="a", effective=ALWAYS, order=0),
    ):
        with pytest.raises(InvalidValue):
            make()


def test_ranks_have_levels(firm: SimpleNamespace) -> None:
    assert firm.policy.rank_level("president") == 5
    assert firm.policy.rank_level("wizard") is None
