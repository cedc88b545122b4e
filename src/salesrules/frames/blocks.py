"""A plan over all credits: cut into blocks of whole payees that stay in the processor's cache, on several threads."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import attrs
import numpy as np

from salesrules.commissions import Accumulation
from salesrules.core import Fault, InvalidDocument
from salesrules.frames.compiled import LIMIT, CompiledPlan
from salesrules.frames.credits import Credits
from salesrules.frames.kernel import Block, Flags, OutOfRange, Paid, Places, Whole, pay_block
from salesrules.frames.kernel.block import changes
from salesrules.frames.kernel.modifiers import Adjusted, Kept, Lacking, Modifying
from salesrules.frames.kernel.whole import bound_of, guard
from salesrules.frames.ordering import Ordered, Part, settle_ties, split_by_payee
from salesrules.frames.periods import Periods
from salesrules.frames.quotas import HeldAmounts

__all__ = ["Outcome", "Run", "Statements", "pay_credits"]

#: Rows of a block: an array of as many whole numbers still fits into a cache of the second level, and threads seldom
#: wait for each other between the calls of NumPy.
_ROWS = 1 << 17


@attrs.frozen(kw_only=True, eq=False)
class Run:
    """A plan with all that its blocks look up: periods, quotas, targets, the cap by pay period over a denominator.

    Quotas, targets and the cap may also be given for each row (`limits_by_row`), `openings`, what components had
    measured before, always are. `run` has a number below `runs` for
    each row that changes where the plan version begins anew (`None`: nowhere). `idle` is what modifiers look up for
    those who have the plan and no credit.
    """

    plan: CompiledPlan
    periods: Mapping[Accumulation, Periods]
    quotas: Mapping[str, HeldAmounts | Whole]
    targets: Mapping[str, HeldAmounts | Whole]
    openings: Mapping[str, Whole] = attrs.field(factory=dict)
    limits: Whole | None = None
    limits_over: int = 1
    limits_by_row: bool = False
    run: Whole | None = None
    runs: int = 1
    modifying: Modifying | None = None
    idle: Modifying | None = None
    by_component: bool = False
    trust_ids: bool = False
    wide: bool = False


@attrs.frozen(eq=False)
class Statements:
    """Payees and pay periods by number, how many credits each has, and what is paid in all.

    `adjustments` are what modifiers pay beside the credits, where `has_beside`; with them all is in finer units, `fine`
    of which are one of the rounding. `plan` is the id of the plan that pays.
    """

    payee: Whole
    period: Whole
    credits: Whole
    total: Whole
    adjustments: Whole | None = None
    has_beside: Flags | None = None
    fine: int = 1
    plan: str = ""


@attrs.define(eq=False)
class Outcome:
    """What each row is paid in all and by component, in the given order, and the statements.

    `out_of_range` and `doubles` are rows at fault; `unmet` what rows lack, by code and component, `lacking` what
    modifiers lack, `kept` what caps have come to.
    """

    total: Whole
    by_component: tuple[Whole, ...]
    statements: list[Statements] = attrs.field(factory=list)
    out_of_range: list[Places] = attrs.field(factory=list)
    doubles: list[Places] = attrs.field(factory=list)
    unmet: dict[tuple[str, str], list[Places]] = attrs.field(factory=dict)
    lacking: list[Lacking] = attrs.field(factory=list)
    kept: list[Kept] = attrs.field(factory=list)


def pay_credits(run: Run, credits: Credits, rows: Places | None = None, *, threads: int = 1) -> Outcome:
    """What a plan pays for some rows (`None`: all); faults are noted in the outcome.

    Raises `InvalidDocument` for a plan with modifiers that are given nothing to look up.
    """
    if run.plan.plan.modifiers and run.modifying is None:  # nothing is left out in silence
        raise InvalidDocument((_without_modifiers(run.plan),))
    count = len(run.plan.components) if run.by_component else 0
    outcome = Outcome(
        np.zeros(credits.rows, dtype=np.int64), tuple(np.zeros(credits.rows, dtype=np.int64) for _ in range(count))
    )
    if run.idle is not None:
        _pay_idle(run, credits, run.idle, outcome)
    if not credits.rows:
        return outcome
    with ThreadPoolExecutor(threads) as pool:
        spread = pool.map if threads > 1 else map
        parts = split_by_payee(credits, rows, threads, spread)
        list(spread(lambda part: _pay_part(run, credits, part, outcome), parts))
    return outcome


def _without_modifiers(plan: CompiledPlan) -> Fault:
    return Fault(
        code="frames.modifiers",
        path="plan.modifiers",
        problem="the plan has modifiers, and nothing says what they look up",
        remedy="run it through calculate, with the quotas and scores that they ask for",
        value=plan.id,
    )


def _pay_part(run: Run, credits: Credits, part: Part, outcome: Outcome) -> None:
    for given in part(_ROWS):
        own, doubles = settle_ties(credits, given, trust_ids=run.trust_ids)
        outcome.doubles.append(doubles)
        block = _block(run, credits, own)
        try:
            paid = pay_block(run.plan, block, own.day, by_component=run.by_component, modifying=run.modifying)
            _keep(paid, block, own, outcome)
        except OutOfRange as error:
            rows = error.rows[error.rows < len(own.rows)]
            outcome.out_of_range.append(own.rows[rows])
        for unmet in block.unmet:
            outcome.unmet.setdefault((unmet.code, unmet.component), []).append(own.rows[unmet.rows])


def _pay_idle(run: Run, credits: Credits, idle: Modifying, outcome: Outcome) -> None:
    """What modifiers pay those who have no credit: a block without rows."""
    none = np.zeros(0, dtype=np.int64)
    wide = attrs.evolve(run, wide=True)  # no row says that a constant is too large
    mark = none.astype(np.bool_)
    block = _block(wide, credits, Ordered(none, none, none, mark, mark))
    paid = pay_block(run.plan, block, none, by_component=run.by_component, modifying=idle)
    assert paid.adjusted is not None  # there is a modifier
    outcome.lacking += paid.adjusted.lacking
    outcome.kept += paid.adjusted.kept
    outcome.statements.append(_adjusted(paid.adjusted, none, none, none))


def _block(run: Run, credits: Credits, ordered: Ordered) -> Block:
    rows, plan = ordered.rows, run.plan
    by_day = run.periods[Accumulation.PERIOD]
    shift = credits.first_day - by_day.first
    days = ordered.day + shift if shift else ordered.day
    pay = by_day.number[days]
    labels: dict[Accumulation, Whole] = {}
    spans: dict[Accumulation, Whole] = {}
    begins = None if run.run is None else run.run[rows].astype(np.int64)
    for accumulate in {each.accumulate for each in plan.components}:
        periods = run.periods[accumulate]
        labels[accumulate] = pay if periods is by_day else periods.number[days]
        if begins is not None:
            spans[accumulate] = labels[accumulate] * np.int64(run.runs) + begins
        elif periods is not by_day:
            spans[accumulate] = labels[accumulate]
    kind = object if run.wide else np.int64
    held = [
        _held(
            {each.id: amounts[each.id] for each in plan.components if each.id in amounts}, plan, ordered, labels, kind
        )
        for amounts in (run.quotas, run.targets)
    ]
    riding = () if ordered.kind is None else credits.kinds.sizes
    limits = None
    if run.limits is not None and run.limits_by_row:
        limits = run.limits[rows]
    elif run.limits is not None:
        is_one = len(run.limits) == 1 or (run.limits == run.limits[0]).all()
        limits = np.broadcast_to(run.limits[:1], len(rows)) if is_one else run.limits[pay]
    return Block(
        payee=ordered.payee,
        period=pay,
        spans=spans,
        measures={name: values.astype(kind, copy=False) for name, values in ordered.measured(credits).items()},
        digits=credits.digits,
        is_return=ordered.is_return,
        roles=None if credits.roles is None or "" in riding else credits.roles.codes[rows],
        role_names=credits.role_names,
        attributes={name: each.codes[rows] for name, each in credits.attributes.items() if name not in riding},
        attribute_values=credits.attribute_values,
        kinds=None if ordered.kind is None else credits.kinds,
        kind=ordered.kind,
        columns={name: values[rows] for name, values in credits.columns.items()},
        identity=ordered.ids(credits) if credits.original is not None else None,
        original=_of_rows(credits.original, rows),
        quotas=held[0],
        targets=held[1],
        openings={id: values[rows].astype(kind, copy=False) for id, values in run.openings.items()},
        limits=limits if limits is None else limits.astype(kind, copy=False),
        limits_over=run.limits_over,
        is_reversal=_of_rows(credits.is_reversal, rows),
        returned=_of_rows(credits.returned, rows),
        returned_of=_of_rows(credits.returned_of, rows),
        has_counts=credits.has_counts,
        deals=None if credits.part is None else ordered.ids(credits),
    )


def _of_rows(values: Whole | None, rows: Places) -> Whole | None:
    return None if values is None else values[rows]


def _held(
    amounts: Mapping[str, HeldAmounts | Whole],
    plan: CompiledPlan,
    ordered: Ordered,
    labels: Mapping[Accumulation, Whole],
    kind: type,
) -> dict[str, Whole]:
    """The amount of each row by component, looked up once where payee and period change."""
    found: dict[tuple[int, Accumulation], Whole] = {}
    for component in plan.components:
        held = amounts.get(component.id)
        key = id(held), component.accumulate
        if held is None or key in found:
            continue
        if not isinstance(held, HeldAmounts):
            found[key] = held[ordered.rows].astype(kind, copy=False)
        else:
            periods = labels[component.accumulate]
            starts = np.flatnonzero(changes(ordered.payee) | changes(periods))
            each: Whole = held.at(ordered.payee[starts], periods[starts]).astype(kind, copy=False)
            found[key] = np.repeat(each, np.diff(starts, append=len(periods)))
    return {each.id: found[id(amounts[each.id]), each.accumulate] for each in plan.components if each.id in amounts}


def _keep(paid: Paid, block: Block, ordered: Ordered, outcome: Outcome) -> None:
    statements, total = block.statements, paid.total
    outcome.total[ordered.rows] = total
    for kept, part in zip(outcome.by_component, paid.by_component, strict=True):
        kept[ordered.rows] = part
    starts = statements.starts
    if bound_of(total) * statements.longest > LIMIT:
        guard(np.ones(block.rows, dtype=np.bool_))
    ends = np.add.reduceat(total, starts) if block.rows else total
    if paid.adjusted is not None:
        outcome.lacking += paid.adjusted.lacking
        outcome.kept += paid.adjusted.kept
        outcome.statements.append(_adjusted(paid.adjusted, starts, statements.lengths, ends))
        return
    outcome.statements.append(Statements(block.payee[starts], block.period[starts], statements.lengths, ends))


def _adjusted(adjusted: Adjusted, starts: Places, counts: Whole, totals: Whole) -> Statements:
    """The statements of a plan with modifiers: also those without a credit."""
    grid = adjusted.grid
    count = np.zeros(grid.size, dtype=np.int64)
    total = adjusted.beside.astype(np.result_type(adjusted.beside, totals))
    credited = grid.of_row[starts]
    count[credited] = counts
    total[credited] += totals * adjusted.fine
    return Statements(grid.payee, grid.period, count, total, adjusted.beside, adjusted.has_beside, adjusted.fine)
