"""Which plan version pays which credit, in bulk: by payee and day, as `plan_spans` says, worked out once per kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import attrs
import numpy as np
import pyarrow as pa

from salesrules.commissions import (
    DIRECT,
    CommissionPolicy,
    Payee,
    PlanRun,
    ReturnTerms,
    plan_runs,
    plan_spans,
    report_without_plan,
)
from salesrules.core import AmbiguousDay, DateRange, Fault, FiscalCalendar, InvalidDocument, Period, PeriodKind, Reason
from salesrules.frames.crediting.columns import NEVER, Codes, Columns, Days, Flags
from salesrules.frames.crediting.people import People

__all__ = ["Assigned", "assign_in_bulk"]

_EPOCH = date(1970, 1, 1)
_CALENDAR = FiscalCalendar()
_NONE = -1


@attrs.frozen(kw_only=True, eq=False)
class Assigned:
    """The plan of each credit, row by row.

    `plan` is the place among the policy's plans, `run` that among `runs`: a plan version and the days in a row on which
    it pays; both -1 where none does. Of one payee's credits those of one span of accumulation lie in one run.
    `group` is the number of those who are assigned alike, `runs_of_group` all runs of each of them. `takes_back` marks
    returns that take back what their sale paid, by the plan of the sale's day.

    `faults` say which payees have two plans on one day, and which direct credits have none; `without_plan` has `payee`,
    `role` and `day` of other credits without one, which is no fault.
    """

    plan: Codes
    run: Codes
    runs: tuple[PlanRun, ...]
    group: Codes
    runs_of_group: tuple[tuple[int, ...], ...]
    takes_back: Flags
    faults: tuple[Fault, ...]
    without_plan: pa.Table

    def report_without_plan(self, period: Period) -> tuple[Reason, ...]:
        """One finding per payee and role of whom no plan pays credits of a period."""
        days = np.asarray(self.without_plan["day"].cast(pa.int32()))
        inside = (days >= _number(period.start)) & (days < _number(period.end))
        found = self.without_plan.filter(pa.array(inside)).group_by(["payee", "role"]).aggregate([([], "count_all")])
        rows = zip(*(found[name].to_pylist() for name in ("payee", "role", "count_all")), strict=True)
        return report_without_plan({(payee, role): count for payee, role, count in rows})


def assign_in_bulk(
    policy: CommissionPolicy,
    credits: pa.Table,
    *,
    payees: pa.Table | None = None,
    calendar: FiscalCalendar = _CALENDAR,
    span: DateRange | None = None,
) -> Assigned:
    """The plan version that pays each credit.

    `credits` has `payee`, `day`, and where there are such `id`, `role` (`direct` where absent), `original` and `sold`,
    as `credit_in_bulk` gives them. `payees` has `payee` and `position`. Runs are worked out within `span`, the fiscal
    years of the credits where it is not given; it holds all of their days.

    Raises `InvalidDocument` where columns are missing or of a wrong type.

    >>> from salesrules.commissions import Assignment, CommissionPolicy
    >>> from salesrules.testing import simple_plan
    >>> plan = simple_plan({0: "2%"})
    >>> policy = CommissionPolicy(life=plan.life, pay_period="month", carry_shortfall=True, plans=[plan], crediting=[],
    ...     assignments=[Assignment(id="a", plan=plan.family, effective=plan.life.effective, payees=["ana"])])
    >>> credits = pa.table({"payee": ["ana", "bo"], "day": [date(2020, 1, 1)] * 2, "role": ["direct", "override_1"]})
    >>> assign_in_bulk(policy, credits).plan.tolist()
    [0, -1]
    """
    people = People(payees)
    reader = Columns(credits, "credits")
    found, days = reader.coded("payee"), reader.days("day")
    roles = reader.coded("role") if reader.has("role") else None
    sold = reader.days("sold") if reader.has("sold") else days
    is_return = np.zeros(reader.rows, dtype=np.bool_)
    if reader.has("original"):
        is_return = np.asarray(reader.given("original").is_valid())
    if found is None or days is None or sold is None or reader.faults or people.faults:
        raise InvalidDocument((*people.faults, *reader.faults))
    if not len(days):
        return _nothing()
    if span is None:
        first, last = (
            calendar.at(PeriodKind.YEAR, _EPOCH + timedelta(days=int(day)))
            for day in (min(sold.min(), days.min()), days.max())
        )
        span = DateRange(first.start, last.end)
    names = found.values
    codes = people.codes_of(names)
    kinds = _Kinds(policy, people, codes, span)
    group = kinds.group_of[found.codes]
    run = kinds.run_of(group, days)
    takes_back = _takes_back(policy, kinds, group, run, sold, is_return)
    is_ambiguous = kinds.is_ambiguous[group]
    is_direct = np.ones(len(days), dtype=np.bool_)
    if roles is not None:
        is_direct = np.array([role == DIRECT for role in roles.values])[roles.codes]
    left = (run < 0) & ~takes_back & ~is_ambiguous
    problem = "no plan pays {count} direct credit(s)"
    remedy = "add or extend an assignment or the days of its plan; a plan without components pays nothing"
    ids = reader.given("id") if reader.has("id") else None
    reader.rows_fault(
        "commissions.no_plan", "payee", problem, remedy, left & is_direct,
        lambda row: f"{names[found.codes[row]]} {_EPOCH + timedelta(days=int(days[row]))}"
        + ("" if ids is None else f" {ids[row].as_py()}"),
    )  # fmt: skip
    others = np.flatnonzero(left & ~is_direct)
    given = reader.given
    without_plan = {
        "payee": given("payee").take(pa.array(others)).cast(pa.string()),
        "role": (given("role").take(pa.array(others)).cast(pa.string()) if roles else pa.array([], pa.string())),
        "day": pa.array(days[others], pa.date32()),
    }
    return Assigned(
        plan=kinds.plan_of_run[run],
        run=run,
        runs=tuple(kinds.runs),
        group=group,
        runs_of_group=tuple(map(tuple, kinds.runs_of_group)),
        takes_back=takes_back,
        faults=(*kinds.faults(found.codes, names), *reader.faults),
        without_plan=pa.table(without_plan),
    )


def _nothing() -> Assigned:
    codes = np.zeros(0, dtype=np.int32)
    empty = {"payee": pa.array([], pa.string()), "role": pa.array([], pa.string()), "day": pa.array([], pa.date32())}
    flags = np.zeros(0, dtype=np.bool_)
    return Assigned(
        plan=codes,
        run=codes,
        runs=(),
        group=codes,
        runs_of_group=(),
        takes_back=flags,
        faults=(),
        without_plan=pa.table(empty),
    )


def _takes_back(
    policy: CommissionPolicy, kinds: _Kinds, group: Codes, run: Codes, sold: Days, is_return: Flags
) -> Flags:
    """Returns at original terms, by the plan of the sale's day; where none held then, by that of the return's."""
    found = np.zeros(len(run), dtype=np.bool_)
    rows = np.flatnonzero(is_return)
    if len(rows):
        reverses = np.array([*(plan.returns is ReturnTerms.ORIGINAL_TERMS for plan in policy.plans), False])
        at_sale = kinds.run_of(group[rows], sold[rows])
        deciding = np.where(at_sale < 0, run[rows], at_sale)
        found[rows] = reverses[kinds.plan_of_run[deciding]]
    return found


class _Kinds:
    """Payees who are assigned alike, and the runs of each such group as a table by stretch of days.

    Two payees are alike whom the same assignments name and to whose positions the same assignments speak.
    """

    def __init__(self, policy: CommissionPolicy, people: People, codes: Codes, span: DateRange) -> None:
        self.runs: list[PlanRun] = []
        self._ambiguous: dict[int, AmbiguousDay] = {}
        by_name = _assignments_by(each.payees for each in policy.assignments)
        by_position = _assignments_by(each.positions for each in policy.assignments)
        groups: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
        members: list[Payee] = []
        found = np.empty(len(codes), dtype=np.int32)
        for place, code in enumerate(codes.tolist()):
            name, position = people.names[code], people.positions.get(code, "")
            key = by_name.get(name, ()), by_position.get(position, ())
            found[place] = group = groups.setdefault(key, len(groups))
            if group == len(members):
                members.append(Payee(id=name, name=name, position=position))
        self.group_of = found
        self.runs_of_group = numbers = [
            self._runs(policy, *each, span, group) for group, each in enumerate(zip(groups, members, strict=True))
        ]
        self.is_ambiguous = np.array([group in self._ambiguous for group in range(len(groups))], dtype=np.bool_)
        places = {id(plan): place for place, plan in enumerate(policy.plans)}
        self.plan_of_run = np.array([*(places[id(run.plan)] for run in self.runs), _NONE], dtype=np.int32)
        bounds = {bound for run in self.runs for bound in (run.span.start, run.span.end) if bound is not None}
        self._cuts = np.array(sorted(_number(bound) for bound in bounds), dtype=np.int32)
        self._table = np.full((len(groups), len(self._cuts) + 1), _NONE, dtype=np.int32)
        for group, own in enumerate(numbers):
            for number in own:
                held = self.runs[number].span
                end = int(NEVER) if held.end is None else _number(held.end)
                first, last = np.searchsorted(self._cuts, (_number(held.start), end))
                self._table[group, first + 1 : last + 1] = number

    def _runs(
        self,
        policy: CommissionPolicy,
        key: tuple[tuple[int, ...], tuple[int, ...]],
        member: Payee,
        span: DateRange,
        group: int,
    ) -> list[int]:
        own = [policy.assignments[place] for place in sorted({*key[0], *key[1]})]
        try:
            runs = plan_runs(plan_spans(member, attrs.evolve(policy, assignments=own), span))
        except AmbiguousDay as error:
            self._ambiguous[group] = error
            return []
        self.runs += runs
        return [*range(len(self.runs) - len(runs), len(self.runs))]

    def run_of(self, group: Codes, days: Days) -> Codes:
        """The run in which each group's payees are paid on each day, -1 for none."""
        if not len(self._cuts) or not len(days):
            return np.full(len(days), _NONE, dtype=np.int32)
        first = int(days.min())
        stretches = np.searchsorted(self._cuts, np.arange(first, int(days.max()) + 1), side="right")
        found: Codes = self._table[group, stretches[days - first]]
        return found

    def faults(self, codes: Codes, names: Sequence[str]) -> Iterable[Fault]:
        """A fault for each group of payees for whom two plans hold on one day."""
        present = np.unique(codes)
        for group, error in self._ambiguous.items():
            members = [names[code] for code in present.tolist() if self.group_of[code] == group]
            yield Fault(
                code="commissions.uncomputable",
                path=f"payees[{members[0]}]",
                problem=f"{error}; so it is for {len(members)} payee(s)",
                remedy="end one of the assignments or plan versions before the other starts",
                value=", ".join(members[:3]),
            )


def _assignments_by(words: Iterable[tuple[str, ...]]) -> Mapping[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for place, each in enumerate(words):
        for word in dict.fromkeys(each):
            found[word] = (*found.get(word, ()), place)
    return found


def _number(day: date) -> int:
    return (day - _EPOCH).days
