"""What a report shows: a run with the names, roll-ups, curves and counts that belong to it."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate

import attrs

from salesrules.commissions import CommissionRun, CurveProof, LeftOut, RateMode, Statement
from salesrules.core import Parameters, Reason, as_parameters, as_tuple

__all__ = ["PlanCurve", "ReportContent", "RollUpKind", "RollUpRow", "RollUpTable"]


class RollUpKind(StrEnum):
    """What a roll-up follows: the region of each line, or the person who sold."""

    REGION = "region"
    MANAGER = "manager"


@attrs.frozen(kw_only=True)
class RollUpRow:
    """One region or person: own amounts, and those of all below; `depth` is 0 at the top."""

    id: str
    name: str
    depth: int
    own_sales: Decimal
    sales: Decimal
    own_earned: Decimal
    earned: Decimal


@attrs.frozen(kw_only=True)
class RollUpTable:
    """Sales and earnings of a period added up a tree, in one currency; the totals tie to the period's."""

    kind: RollUpKind
    currency: str
    rows: tuple[RollUpRow, ...] = attrs.field(converter=as_tuple)
    sales: Decimal
    earned: Decimal


@attrs.frozen(kw_only=True)
class PlanCurve:
    """What one component of a plan pays by its measure, or one column of its table in two dimensions, and its proof.

    `mode` says how the table's tiers pay; a formula has none. `is_in_units` is whether a quantity or a count is
    measured, also where the curve is in shares of a quota of them. `left_out` are the parts of the plan that are not
    in the curve.
    """

    plan: str
    component: str
    column: str = ""
    currency: str = ""
    mode: RateMode | None = attrs.field(default=None, converter=attrs.converters.optional(RateMode))
    is_in_units: bool = False
    proof: CurveProof
    left_out: tuple[LeftOut, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class ReportContent:
    """Everything on a report's pages; names are by id, and an id without a name is shown as it is.

    `sales` counts the sales that were read, in all periods; `changes` say what was read and changed in reading. Where
    there are `most_lines`, only the first statements are shown, up to so many lines, and the report says so.
    """

    company: str
    note: str
    rulebook: str
    run: CommissionRun
    people: Mapping[str, str] = attrs.field(factory=Parameters, converter=as_parameters)
    positions: Mapping[str, str] = attrs.field(factory=Parameters, converter=as_parameters)
    plans: Mapping[str, Mapping[str, str]] = attrs.field(factory=Parameters, converter=as_parameters)
    customers: Mapping[str, str] = attrs.field(factory=Parameters, converter=as_parameters)
    regions: Mapping[str, str] = attrs.field(factory=Parameters, converter=as_parameters)
    tables: tuple[RollUpTable, ...] = attrs.field(default=(), converter=as_tuple)
    curves: tuple[PlanCurve, ...] = attrs.field(default=(), converter=as_tuple)
    sales: int = 0
    changes: tuple[Reason, ...] = attrs.field(default=(), converter=as_tuple)
    most_lines: int | None = None

    def shown(self) -> tuple[Statement, ...]:
        """The statements that a report shows line by line: the first ones, with `most_lines` lines at most in all."""
        if self.most_lines is None:
            return self.run.statements
        reached = accumulate(len(statement.lines) for statement in self.run.statements)
        return self.run.statements[: bisect.bisect_right([*reached], self.most_lines)]

    def findings(self) -> tuple[Reason, ...]:
        """What was changed in reading and what the run found, with people by name instead of by id."""
        return tuple(self.named(reason) for reason in (*self.changes, *self.run.findings))

    def named(self, reason: Reason) -> Reason:
        """The reason with its payee by name; the same reason where it has none, or the name is unknown."""
        payee = str(reason.parameters.get("payee"))
        if payee not in self.people:
            return reason
        return attrs.evolve(reason, parameters={**reason.parameters, "payee": self.people[payee]})
