"""What is wrong with a policy beyond its single fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salesrules.core import Fault, Side, TimeLimit
from salesrules.customers.model import Quadrant
from salesrules.customers.policy import AbcPolicy, CustomerPolicy, MatrixPolicy

__all__ = ["check_policy"]


def check_policy(policy: CustomerPolicy) -> tuple[Fault, ...]:
    """The faults of a policy across its fields, all at once, with paths inside the section.

    Entries of a list with one id; a kind, class, step, field or cell that two entries claim; class bands that leave a
    share without a class; a matrix without a strategy for a field, or with a cut-off outside its scale; a grid with
    holes; contacts that would be overdue before they are due.
    """
    registration = policy.registration
    return (
        *_twice("profiles", "id", [rule.id for rule in policy.profiles]),
        *_claimed("profiles", "kinds", [rule.kinds for rule in policy.profiles]),
        *(
            fault
            for index, rule in enumerate(policy.profiles)
            for fault in _twice(f"profiles[{index}].fields", "name", [field.name for field in rule.fields])
        ),
        *(
            _twice("registration.duplicates", "id", [rule.id for rule in registration.duplicates])
            if registration
            else ()
        ),
        *(_twice("registration.protections", "id", [r.id for r in registration.protections]) if registration else ()),
        *(
            _twice("registration.protections", "step", [r.step for r in registration.protections])
            if registration
            else ()
        ),
        *(_class_faults(policy.abc) if policy.abc else ()),
        *(_matrix_faults(policy.matrix) if policy.matrix else ()),
        *_twice("attention", "id", [level.id for level in policy.attention]),
        *_claimed("attention", "classes", [level.classes for level in policy.attention]),
        *_cadences("attention", [(level.due, level.overdue) for level in policy.attention]),
        *_twice("follow_ups", "id", [cell.id for cell in policy.follow_ups]),
        *_cadences("follow_ups", [(cell.due, cell.overdue) for cell in policy.follow_ups]),
        *_grid_faults(policy),
        *_twice("terms", "id", [rule.id for rule in policy.terms]),
        *_claimed("terms", "classes", [rule.classes for rule in policy.terms]),
    )


def _twice(path: str, field: str, names: Iterable[str]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        first = seen.setdefault(name, index)
        if first != index:
            yield Fault(
                code="customers.duplicate_id",
                path=f"{path}[{index}].{field}",
                problem=f"{path}[{first}] has the same {field}",
                remedy=f"give every entry a {field} of its own",
                value=name,
            )


def _claimed(path: str, field: str, groups: Iterable[tuple[str, ...]]) -> Iterator[Fault]:
    owner: dict[str, int] = {}
    for index, group in enumerate(groups):
        for place, name in enumerate(group):
            if name in owner:
                yield Fault(
                    code="customers.claimed_twice",
                    path=f"{path}[{index}].{field}[{place}]",
                    problem=f"{path}[{owner[name]}] is for the same",
                    remedy="name it in one entry",
                    value=name,
                )
            owner.setdefault(name, index)


def _class_faults(abc: AbcPolicy) -> Iterator[Fault]:
    start, end = abc.classes.bands[0].start, abc.classes.end
    first_side = abc.classes.bands[0].side or abc.classes.side
    if start is not None and (start > 0 or first_side is Side.UPPER):
        yield Fault(
            code="customers.band_not_open",
            path="abc.classes.bands[0].from",
            problem="shares below the first band have no class",
            remedy="leave the start of the first band open",
            value=start,
        )
    if end is not None:
        yield Fault(
            code="customers.band_not_open",
            path=f"abc.classes.bands[{len(abc.classes.bands) - 1}].to",
            problem="the last customers have a share of 100 %",
            remedy="leave the end of the last band open",
            value=end,
        )


def _matrix_faults(matrix: MatrixPolicy) -> Iterator[Fault]:
    for axis in ("attractiveness", "position"):
        yield from _twice(f"matrix.{axis}", "id", [factor.id for factor in getattr(matrix, axis)])
        cut = getattr(matrix, f"{axis}_cut")
        if not matrix.lowest < cut < matrix.highest:
            yield Fault(
                code="customers.cut_outside",
                path=f"matrix.{axis}_cut",
                problem=f"the cut-off does not lie between {matrix.lowest} and {matrix.highest}",
                remedy="give a cut-off inside the scale",
                value=cut,
            )
    yield from _twice("matrix.strategies", "quadrant", [entry.quadrant.value for entry in matrix.strategies])
    for quadrant in Quadrant:
        if quadrant not in {entry.quadrant for entry in matrix.strategies}:
            yield Fault(
                code="customers.strategy_missing",
                path="matrix.strategies",
                problem=f"no strategy is for {quadrant.value}",
                remedy="give every field of the matrix its strategy",
                value=quadrant.value,
            )


def _cadences(path: str, pairs: Iterable[tuple[TimeLimit, TimeLimit]]) -> Iterator[Fault]:
    for index, (due, overdue) in enumerate(pairs):
        if due.counted is not overdue.counted or (due.days is None) != (overdue.days is None):
            yield Fault(
                code="customers.cadence_mixed",
                path=f"{path}[{index}].overdue",
                problem="due and overdue count different things, so that either may come first",
                remedy="count both alike",
                value=overdue.counted.value,
            )
        elif (overdue.duration, overdue.side is Side.UPPER) < (due.duration, due.side is Side.UPPER):
            yield Fault(
                code="customers.overdue_before_due",
                path=f"{path}[{index}].overdue",
                problem="it would be overdue before it is due",
                remedy="give at least the time after which it is due",
                value=str(overdue.duration),
            )


def _grid_faults(policy: CustomerPolicy) -> Iterator[Fault]:
    cells = [(cell.need, cell.willingness) for cell in policy.follow_ups]
    yield from _twice("follow_ups", "cell", [" and ".join(cell) for cell in cells])
    needs, wills = dict.fromkeys(need for need, _ in cells), dict.fromkeys(will for _, will in cells)
    for need in needs:
        for will in wills:
            if (need, will) not in cells:
                yield Fault(
                    code="customers.grid_hole",
                    path="follow_ups",
                    problem=f"no cell is for need {need} with willingness {will}",
                    remedy="give every need and willingness a cell",
                    value=f"{need} and {will}",
                )
