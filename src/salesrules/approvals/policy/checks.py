"""The faults of an approvals section that lie between its fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from salesrules.approvals.model import ApprovalStep
from salesrules.approvals.policy.matrix import ApprovalMatrix, ApprovalRow
from salesrules.approvals.policy.section import ApprovalPolicy, ApprovalRule
from salesrules.core import Fault, nearest_names

__all__ = ["check_policy"]


def check_policy(policy: ApprovalPolicy) -> tuple[Fault, ...]:
    """Ids used twice, unknown steps, bands that leave amounts out, rows never reached, acts without rule or matrix."""
    faults: list[Fault] = [*_doubled("steps", policy.steps), *_doubled("matrices", policy.matrices)]
    faults += [*_doubled("rules", policy.rules), *_contested(policy.rules)]
    for place, matrix in enumerate(policy.matrices):
        faults += _matrix_faults(f"matrices[{place}]", matrix, [step.id for step in policy.steps])
    faults += _loose_ends(policy)
    return tuple(faults)


def _fault(code: str, path: str, problem: str, remedy: str, value: object = None, severity: str = "error") -> Fault:
    return Fault(code=f"approvals.{code}", path=path, problem=problem, remedy=remedy, value=value, severity=severity)


def _doubled(name: str, entries: Sequence[ApprovalStep | ApprovalMatrix | ApprovalRule]) -> Iterator[Fault]:
    for place, entry in enumerate(entries):
        for other in entries[:place]:
            if entry.id == other.id and _meet(entry, other):
                remedy = "give each entry its own id, or end the earlier one first"
                problem, path = "the id is used twice at the same time", f"{name}[{place}].id"
                yield _fault("duplicate_id", path, problem, remedy, entry.id)
                break


def _meet(
    one: ApprovalStep | ApprovalMatrix | ApprovalRule, other: ApprovalStep | ApprovalMatrix | ApprovalRule
) -> bool:
    """Whether two entries hold on one day; steps have no days, so they always do."""
    if isinstance(one, ApprovalStep) or isinstance(other, ApprovalStep):
        return True
    return one.effective.overlaps(other.effective)


def _contested(rules: Sequence[ApprovalRule]) -> Iterator[Fault]:
    for place, rule in enumerate(rules):
        for other in rules[:place]:
            if other.id == rule.id or not rule.effective.overlaps(other.effective):
                continue
            shared = sorted(set(rule.acts) & set(other.acts))
            if shared or (not rule.acts and not other.acts):
                problem = f"the rule {other.id} is for the same acts at the same time"
                yield _fault("contested_act", f"rules[{place}].acts", problem, "let one of them go", ", ".join(shared))


def _matrix_faults(path: str, matrix: ApprovalMatrix, steps: Sequence[str]) -> Iterator[Fault]:
    if not matrix.acts:
        yield _fault("no_acts", f"{path}.acts", "the matrix is for no act", "name the kinds of act")
    if matrix.currency is None and matrix.needs_currency:
        problem, remedy = "amounts stand in the rows, but no currency", "name the currency of the amounts"
        yield _fault("currency_missing", f"{path}.currency", problem, remedy)
    always: str | None = None
    for place, row in enumerate(matrix.rows):
        where = f"{path}.rows[{place}]"
        if row.id in [other.id for other in matrix.rows[:place]]:
            yield _fault("duplicate_id", f"{where}.id", "two rows have this id", "give each its own", row.id)
        if always is not None:
            problem = f"the row {always} before it holds for every request"
            yield _fault("row_never_reached", where, problem, "put the row with no conditions last", row.id)
        elif not row.when:
            always = row.id
        yield from _band_faults(where, row)
        yield from _unknown_steps(where, row, steps)
    if matrix.is_required and always is None:
        problem, remedy = "some requests may fit no row and are denied then", "add a last row without conditions"
        yield _fault("no_row_for_the_rest", f"{path}.rows", problem, remedy, matrix.id, severity="warning")


def _band_faults(path: str, row: ApprovalRow) -> Iterator[Fault]:
    if row.amounts is None:
        return
    first = row.amounts.bands[0].start
    if first is not None and first > 0:
        problem, remedy = f"no band owns amounts below {first}", "begin the first band at 0"
        yield _fault("amounts_uncovered", f"{path}.amounts.bands[0].from", problem, remedy, str(first))
    if row.amounts.end is not None:
        problem, remedy = f"no band owns amounts from {row.amounts.end} on", "leave the end of the last band open"
        last = len(row.amounts.bands) - 1
        yield _fault("amounts_uncovered", f"{path}.amounts.bands[{last}].to", problem, remedy, str(row.amounts.end))


def _unknown_steps(path: str, row: ApprovalRow, steps: Sequence[str]) -> Iterator[Fault]:
    lists: Iterable[tuple[str, Sequence[str]]] = [(f"{path}.steps", row.steps or ())]
    if row.amounts is not None:
        bands = enumerate(row.amounts.bands)
        lists = [(f"{path}.amounts.bands[{place}].value", band.value) for place, band in bands]
    for where, named in lists:
        for place, step in enumerate(named):
            if step not in steps:
                near = nearest_names(step, steps, 1)
                remedy = f"did you mean {near[0]!r}?" if near else "add the step, or name a known one"
                yield _fault("unknown_step", f"{where}[{place}]", "there is no such step", remedy, step)
            elif step in named[:place]:
                yield _fault("step_twice", f"{where}[{place}]", "the step comes twice", "leave one out", step)


def _loose_ends(policy: ApprovalPolicy) -> Iterator[Fault]:
    """Acts with a matrix and no rule, acts with a rule and no matrix, steps that no row names."""
    covered = {act for matrix in policy.matrices for act in matrix.acts}
    ruled = {act for rule in policy.rules for act in rule.acts}
    if all(rule.acts for rule in policy.rules):
        for place, matrix in enumerate(policy.matrices):
            for position, act in enumerate(matrix.acts):
                if act not in ruled:
                    path, problem = f"matrices[{place}].acts[{position}]", "no rule is for this act"
                    yield _fault("act_without_rule", path, problem, "name it in a rule, or add one without acts", act)
    for place, rule in enumerate(policy.rules):
        for position, act in enumerate(rule.acts):
            if act not in covered:
                path, problem = f"rules[{place}].acts[{position}]", "no matrix is for this act"
                yield _fault("act_without_matrix", path, problem, "name it in a matrix, or leave it out", act)
    used = {step for matrix in policy.matrices for row in matrix.rows for step in row.step_ids}
    for place, step in enumerate(policy.steps):
        if step.id not in used:
            path, problem = f"steps[{place}].id", "no row leads to this step"
            yield _fault("unused_step", path, problem, "name it in a row, or drop it", step.id, severity="warning")
