"""What a firm sets for its organisation: kinds of units, ranks, spans, duties, norms, authority, delegation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from salesrules.core import (
    DateRange,
    Fault,
    InvalidValue,
    Money,
    PolicyLife,
    RoundingMode,
    Severity,
    WordEnum,
    as_tuple,
)
from salesrules.org.model import Limit, RankLimit

__all__ = [
    "AuthorityGrant",
    "DelegationRule",
    "Duty",
    "DutyAssignment",
    "DutyLoad",
    "DutyRole",
    "OrgPolicy",
    "Rank",
    "Reach",
    "RootRule",
    "SpanLimit",
    "StaffingNorm",
    "UnitCategory",
    "UnitKind",
    "check_policy",
]


def _count(instance: object, attribute: attrs.Attribute[int], value: object) -> None:
    if type(value) is not int or value < 0:
        raise InvalidValue(attribute.name, value, "give a whole number of zero or more")


_optional_count = attrs.validators.optional(_count)


class RootRule(WordEnum):
    """How many units may stand at the top."""

    ONE = "one"
    ANY = "any"


class UnitCategory(WordEnum):
    """Whether a kind of unit is a level of the tree or a function of the firm."""

    LEVEL = "level"
    FUNCTION = "function"


@attrs.frozen(kw_only=True)
class UnitKind:
    """A kind of unit: company, division, region, group; or a function such as sales, marketing or finance.

    `under` lists the kinds below which it may stand; `may_be_root` whether it may stand at the top.
    """

    id: str
    category: UnitCategory = attrs.field(converter=UnitCategory)
    under: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    may_be_root: bool = False
    name: str = ""


@attrs.frozen(kw_only=True)
class Rank:
    """A rank; a higher `level` is more senior."""

    id: str
    level: int
    name: str = ""


@attrs.frozen(kw_only=True)
class SpanLimit:
    """How many direct reports a manager may have; both bounds are included, `None` is open.

    It applies to the positions of `ranks` (empty: every rank) in units of `unit_kinds` (empty: every kind). The first
    limit in the list that applies decides.
    """

    id: str
    effective: DateRange
    minimum: int | None = attrs.field(default=None, validator=_optional_count)
    maximum: int | None = attrs.field(default=None, validator=_optional_count)
    ranks: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    unit_kinds: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    severity: Severity = attrs.field(converter=Severity)

    def applies_to(self, rank: str, unit_kind: str) -> bool:
        """Whether this limit is for positions of that rank in units of that kind."""
        return (not self.ranks or rank in self.ranks) and (not self.unit_kinds or unit_kind in self.unit_kinds)


class DutyRole(WordEnum):
    """What a position has to do with a duty. Source: the responsibility assignment matrix (RACI)."""

    RESPONSIBLE = "responsible"
    ACCOUNTABLE = "accountable"
    CONSULTED = "consulted"
    INFORMED = "informed"


@attrs.frozen(kw_only=True)
class DutyAssignment:
    """A position and its role in a duty."""

    position: str
    role: DutyRole = attrs.field(converter=DutyRole)


@attrs.frozen(kw_only=True)
class Duty:
    """A duty and who is responsible, accountable, consulted and informed."""

    id: str
    effective: DateRange
    assignments: tuple[DutyAssignment, ...] = attrs.field(converter=as_tuple)
    name: str = ""

    def positions(self, role: DutyRole) -> tuple[str, ...]:
        """The positions that have a role in this duty."""
        return tuple(assignment.position for assignment in self.assignments if assignment.role is role)


@attrs.frozen(kw_only=True)
class DutyLoad:
    """How many duties a position may carry, and how many positions may share one; bounds included, `None` open."""

    accountable_per_position: int | None = attrs.field(default=None, validator=_optional_count)
    responsible_per_position: int | None = attrs.field(default=None, validator=_optional_count)
    responsible_per_duty: int | None = attrs.field(default=None, validator=_optional_count)


def _above_zero(instance: object, attribute: attrs.Attribute[Money], value: Money) -> None:
    if value.amount <= 0:
        raise InvalidValue(attribute.name, value, "give more than zero")


@attrs.frozen(kw_only=True)
class StaffingNorm:
    """Heads for business volume: one per `volume_per_head`, rounded by `rounding`, within minimum and maximum.

    It applies to units of `unit_kind`, each with all below it. Deviations of up to `tolerance` heads pass.
    """

    id: str
    unit_kind: str
    effective: DateRange
    volume_per_head: Money = attrs.field(validator=_above_zero)
    rounding: RoundingMode = attrs.field(converter=RoundingMode)
    minimum: int | None = attrs.field(default=None, validator=_optional_count)
    maximum: int | None = attrs.field(default=None, validator=_optional_count)
    tolerance: int = attrs.field(validator=_count)


class Reach(WordEnum):
    """Where authority holds: anywhere, in the position's own unit with all below it, or in a named unit likewise."""

    ANYWHERE = "anywhere"
    OWN_UNIT = "own_unit"
    NAMED_UNIT = "named_unit"


@attrs.frozen(kw_only=True)
class AuthorityGrant:
    """Who may decide which kind of act, up to which limit, where and when: a `position`, or every position of a `rank`.

    Raises `InvalidValue` where both or neither is given, and where `unit` does not fit `reach`.
    """

    id: str
    act: str
    limit: Limit
    reach: Reach = attrs.field(converter=Reach)
    effective: DateRange
    position: str | None = None
    rank: str | None = None
    unit: str | None = None

    def __attrs_post_init__(self) -> None:
        if (self.position is None) == (self.rank is None):
            raise InvalidValue("position", self.position, "a grant is for a position or for a rank; give one of them")
        if (self.reach is Reach.NAMED_UNIT) != (self.unit is not None):
            raise InvalidValue("unit", self.unit, "name a unit where the reach is 'named_unit', and only there")


@attrs.frozen(kw_only=True)
class DelegationRule:
    """How far delegation goes: links in a chain, days of a window, acts that stay with the grantor.

    `maximum_days` counts calendar days in the time zone of the window's start, `None` sets no limit.
    """

    maximum_links: int = attrs.field(validator=_count)
    maximum_days: int | None = attrs.field(default=None, validator=_optional_count)
    undelegable_acts: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class OrgPolicy:
    """The section `org` of a rulebook; without a `delegation` rule nothing can be delegated."""

    life: PolicyLife
    root_rule: RootRule = attrs.field(converter=RootRule)
    unit_kinds: tuple[UnitKind, ...] = attrs.field(default=(), converter=as_tuple)
    ranks: tuple[Rank, ...] = attrs.field(default=(), converter=as_tuple)
    span_limits: tuple[SpanLimit, ...] = attrs.field(default=(), converter=as_tuple)
    duties: tuple[Duty, ...] = attrs.field(default=(), converter=as_tuple)
    duty_load: DutyLoad | None = None
    staffing_norms: tuple[StaffingNorm, ...] = attrs.field(default=(), converter=as_tuple)
    authority_grants: tuple[AuthorityGrant, ...] = attrs.field(default=(), converter=as_tuple)
    delegation: DelegationRule | None = None

    def rank_level(self, rank: str) -> int | None:
        """The level of a rank, `None` where the policy does not know it."""
        return next((entry.level for entry in self.ranks if entry.id == rank), None)


_LISTS = ("unit_kinds", "ranks", "span_limits", "duties", "staffing_norms", "authority_grants")


def check_policy(policy: OrgPolicy) -> tuple[Fault, ...]:
    """The faults across fields: ids used twice at once, unknown kinds and ranks, bounds out of order, doubled roles.

    Entries of one id may follow each other in time; they may not overlap.
    """
    kinds, ranks = {kind.id for kind in policy.unit_kinds}, {rank.id for rank in policy.ranks}
    faults = [fault for name in _LISTS for fault in _doubled(name, getattr(policy, name))]
    for place, kind in enumerate(policy.unit_kinds):
        faults += _unknown(f"unit_kinds[{place}].under", kind.under, kinds, "unit kind")
    for place, limit in enumerate(policy.span_limits):
        faults += _unknown(f"span_limits[{place}].ranks", limit.ranks, ranks, "rank")
        faults += _unknown(f"span_limits[{place}].unit_kinds", limit.unit_kinds, kinds, "unit kind")
        faults += _disordered(f"span_limits[{place}]", limit)
    for place, norm in enumerate(policy.staffing_norms):
        faults += _unknown(f"staffing_norms[{place}].unit_kind", [norm.unit_kind], kinds, "unit kind", single=True)
        faults += _disordered(f"staffing_norms[{place}]", norm)
    faults += _overlapping_norms(policy.staffing_norms)
    for place, duty in enumerate(policy.duties):
        faults += _doubled_roles(f"duties[{place}]", duty)
    for place, grant in enumerate(policy.authority_grants):
        path = f"authority_grants[{place}]"
        if grant.rank is not None:
            faults += _unknown(f"{path}.rank", [grant.rank], ranks, "rank", single=True)
        if isinstance(grant.limit, RankLimit):
            faults += _unknown(f"{path}.limit.maximum", [grant.limit.maximum], ranks, "rank", single=True)
    return tuple(faults)


def _doubled(name: str, entries: Iterable[UnitKind | Rank | SpanLimit | Duty]) -> Iterator[Fault]:
    seen: dict[str, list[DateRange | None]] = {}
    for place, entry in enumerate(entries):
        span: DateRange | None = getattr(entry, "effective", None)
        for other in seen.setdefault(entry.id, []):
            if span is None or other is None or span.overlaps(other):
                yield Fault(
                    code="org.duplicate_id",
                    path=f"{name}[{place}].id",
                    problem="the id is used twice at the same time",
                    remedy="give each entry its own id, or end the earlier one first",
                    value=entry.id,
                )
                break
        seen[entry.id].append(span)


def _unknown(path: str, names: Iterable[str], known: set[str], kind: str, *, single: bool = False) -> Iterator[Fault]:
    for place, name in enumerate(names):
        if name not in known:
            yield Fault(
                code="org.unknown_reference",
                path=path if single else f"{path}[{place}]",
                problem=f"there is no such {kind}",
                remedy=f"add the {kind} or use a known one",
                value=name,
            )


def _disordered(path: str, entry: SpanLimit | StaffingNorm) -> Iterator[Fault]:
    if entry.minimum is not None and entry.maximum is not None and entry.minimum > entry.maximum:
        yield Fault(
            code="org.bounds_disordered",
            path=f"{path}.minimum",
            problem=f"the minimum is above the maximum of {entry.maximum}",
            remedy="give a minimum that is not above the maximum",
            value=entry.minimum,
        )


def _overlapping_norms(norms: tuple[StaffingNorm, ...]) -> Iterator[Fault]:
    for place, norm in enumerate(norms):
        for other in norms[:place]:
            same = norm.unit_kind == other.unit_kind and norm.id != other.id
            if same and norm.effective.overlaps(other.effective):
                yield Fault(
                    code="org.overlapping_ranges",
                    path=f"staffing_norms[{place}].effective",
                    problem=f"two norms hold for {norm.unit_kind} at the same time, this one and {other.id}",
                    remedy="end one of them",
                    value=str(norm.effective),
                )


def _doubled_roles(path: str, duty: Duty) -> Iterator[Fault]:
    for place, assignment in enumerate(duty.assignments):
        if assignment in duty.assignments[:place]:
            yield Fault(
                code="org.duplicate_assignment",
                path=f"{path}.assignments[{place}]",
                problem="the position has this role already",
                remedy="leave out the repetition",
                value=assignment.position,
                severity="warning",
            )
