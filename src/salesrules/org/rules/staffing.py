"""Staffing: heads needed for the business volume, planned, filled; vacancies and spans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from salesrules.core import (
    Decision,
    Derivation,
    Money,
    Operation,
    PolicyReference,
    Reason,
    as_parameters,
    check_life,
    decide,
    round_exactly,
)
from salesrules.org import reasons
from salesrules.org.model import Position, StaffingLine
from salesrules.org.policy import OrgPolicy, StaffingNorm
from salesrules.org.rules.structure import Structure

__all__ = ["calculate_staffing", "check_staffing"]


def calculate_staffing(
    structure: Structure, policy: OrgPolicy, volumes: Mapping[str, Money], plan: Mapping[str, int]
) -> tuple[StaffingLine, ...]:
    """How each unit is staffed on the structure's day, with all units below it, in the order of the tree.

    `volumes` gives the business volume per unit (with all below it) that the norms are for, usually a year's; `plan`
    the planned heads. Heads are people by their primary position. Raises `UnknownName` for other units and
    `CurrencyMismatch` where a volume is not in its norm's currency.
    """
    for unit in (*volumes, *plan):
        structure.unit(unit)
    tables = _Tables(structure)
    return tuple(
        _line(tables, unit, _norm(structure, policy, unit), volumes.get(unit), plan.get(unit))
        for root in structure.units.roots
        for unit in structure.units.subtree(root)
    )


class _Tables:
    """Positions and people by unit, gathered once for all lines."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.positions: dict[str, list[Position]] = {}
        for position in structure.positions.values():
            self.positions.setdefault(position.unit, []).append(position)
        self.people: dict[str, list[str]] = {}
        for person in structure.people:
            self.people.setdefault(structure.unit_of(person), []).append(person)


def _norm(structure: Structure, policy: OrgPolicy, unit: str) -> StaffingNorm | None:
    kind = structure.unit(unit).kind
    norms = (norm for norm in policy.staffing_norms if norm.unit_kind == kind and structure.as_of in norm.effective)
    return next(norms, None)


def _line(
    tables: _Tables, unit: str, norm: StaffingNorm | None, volume: Money | None, planned: int | None
) -> StaffingLine:
    structure = tables.structure
    within = structure.units.subtree(unit)
    positions = [position for below in within for position in tables.positions.get(below, ())]
    people = [person for below in within for person in tables.people.get(below, ())]
    free, declared = {}, 0
    for position in positions:
        left = position.seats - len(structure.holders(position.id))
        if left > 0:
            free[position.id] = left
            declared += min(left, structure.declared_vacancies(position.id))
    leading = [span for span in (len(structure.people.children(person)) for person in people) if span]
    derivation = _derive_heads(unit, norm, volume) if norm is not None and volume is not None else None
    return StaffingLine(
        unit=unit,
        needed=None if derivation is None else int(derivation.value),
        planned=planned,
        seats=sum(position.seats for position in positions),
        filled=len(people),
        free=as_parameters(free),
        declared=declared,
        average_span=Fraction(sum(leading), len(leading)) if leading else None,
        norm=None if norm is None else norm.id,
        derivation=derivation,
    )


def _derive_heads(unit: str, norm: StaffingNorm, volume: Money) -> Derivation:
    exact = volume.ratio(norm.volume_per_head)
    given = (
        Derivation(
            label="org.label.business_volume", value=volume.amount, unit=volume.currency, parameters={"unit": unit}
        ),
        Derivation(
            label="org.label.volume_per_head",
            value=norm.volume_per_head.amount,
            unit=volume.currency,
            parameters={"norm": norm.id},
        ),
    )
    unrounded = Derivation(
        label="org.label.heads_by_volume",
        value=exact,
        unit="count",
        operation=Operation.QUOTIENT,
        terms=given,
        parameters={"unit": unit},
    )
    heads = Derivation(
        label="org.label.heads_rounded",
        value=round_exactly(exact, 0, norm.rounding),
        unit="count",
        operation=Operation.ROUND,
        terms=(unrounded,),
        parameters={"unit": unit, "digits": 0, "mode": norm.rounding.value},
    )
    for label, bound, operation, choose in (
        ("org.label.heads_minimum", norm.minimum, Operation.MAXIMUM, max),
        ("org.label.heads_maximum", norm.maximum, Operation.MINIMUM, min),
    ):
        if bound is not None:
            limit = Derivation(label=label, value=Decimal(bound), unit="count", parameters={"norm": norm.id})
            heads = Derivation(
                label="org.label.heads_needed",
                value=choose(heads.value, limit.value),
                unit="count",
                operation=operation,
                terms=(heads, limit),
                parameters={"unit": unit},
            )
    return heads


def check_staffing(
    structure: Structure, policy: OrgPolicy, volumes: Mapping[str, Money], plan: Mapping[str, int]
) -> Decision:
    """Every deviation: heads against the norm beyond its tolerance, plan against norm, filled against plan, vacancies.

    A unit with a norm but without a volume, and a free seat that is not declared vacant, are findings too. Arguments
    and errors as with `calculate_staffing`.
    """
    life = check_life(policy.life, structure.as_of, "OrgPolicy")
    if not life.is_allowed:
        return life
    found = [*life.reasons]
    for line in calculate_staffing(structure, policy, volumes, plan):
        found += _deviations(line, _norm(structure, policy, line.unit))
    for position in structure.positions.values():
        free = position.seats - len(structure.holders(position.id))
        declared = structure.declared_vacancies(position.id)
        if free > declared:
            found.append(reasons.VACANCY_UNDECLARED(position=position.id, free=free, declared=declared))
    return decide(found)


def _deviations(line: StaffingLine, norm: StaffingNorm | None) -> Iterator[Reason]:
    tolerance = norm.tolerance if norm is not None else 0
    where = PolicyReference("StaffingNorm", norm.id, "volume_per_head") if norm is not None else None
    if norm is not None and line.needed is None:
        yield reasons.VOLUME_MISSING(unit=line.unit, policy=where)
    if line.needed is not None:
        if line.filled < line.needed - tolerance:
            yield reasons.UNDERSTAFFED(unit=line.unit, filled=line.filled, needed=line.needed, policy=where)
        if line.filled > line.needed + tolerance:
            yield reasons.OVERSTAFFED(unit=line.unit, filled=line.filled, needed=line.needed, policy=where)
        if line.planned is not None and abs(line.planned - line.needed) > tolerance:
            yield reasons.PLAN_DIFFERS(unit=line.unit, planned=line.planned, needed=line.needed, policy=where)
    if line.planned is not None and line.filled != line.planned:
        yield reasons.PLAN_MISSED(unit=line.unit, filled=line.filled, planned=line.planned)
