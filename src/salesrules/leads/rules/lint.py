"""What is wrong with a policy beyond its single fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salesrules.core import Fault, TimeCount, TimeLimit, nearest_names
from salesrules.leads.policy import (
    LEAD_ENDS,
    HandlingScheme,
    LeadPolicy,
    OnDeadline,
    PoolConflict,
    PoolPolicy,
    ProtectionEnd,
    ScoringPolicy,
)

__all__ = ["check_policy"]

#: The commands that every lead's workflow has beside those of its stages.
_COMMANDS = frozenset(
    {"accept", "refuse", "revise", "lose", "disqualify", "recycle", "recall", "lapse", "claim", "start"}
)


def check_policy(policy: LeadPolicy) -> tuple[Fault, ...]:
    """The faults of a policy across its fields, all at once, with paths inside the section.

    Ids given twice; schemes that two leads could not tell apart, or whose stages make no workflow; a pool whose order
    names what is not there, or leaves something out; protections that the strictest rule makes useless; rules of
    assignment that lead nowhere or in a circle; sources that are ranked but unknown.
    """
    return (
        *(
            fault
            for path in ("schemes", "deadlines", "escalation", "assignment")
            for fault in _twice(path, [entry.id for entry in getattr(policy, path)])
        ),
        *_scheme_clashes(policy),
        *(
            fault
            for index, scheme in enumerate(policy.schemes)
            for fault in _scheme_faults(f"schemes[{index}]", scheme)
        ),
        *_assignment_faults(policy),
        *(_pool_faults(policy.pool) if policy.pool else ()),
        *(_merging_faults(policy) if policy.merging else ()),
        *(_scoring_faults(policy.scoring) if policy.scoring else ()),
        *_escalation_faults(policy),
    )


def _fault(code: str, path: str, problem: str, remedy: str, value: object = None) -> Fault:
    return Fault(code=f"leads.{code}", path=path, problem=problem, remedy=remedy, value=value)


def _twice(path: str, names: Iterable[str], field: str = "id") -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        first = seen.setdefault(name, index)
        if first != index:
            problem = f"{path}[{first}] has the same {field}"
            yield _fault("duplicate_id", f"{path}[{index}].{field}", problem, f"give every entry its own {field}", name)


def _scheme_clashes(policy: LeadPolicy) -> Iterator[Fault]:
    for index, scheme in enumerate(policy.schemes):
        for other in range(index):
            one = policy.schemes[other]
            same_form = bool(one.sources) == bool(scheme.sources) and bool(one.kinds) == bool(scheme.kinds)
            if same_form and _share(one.sources, scheme.sources) and _share(one.kinds, scheme.kinds):
                yield _fault(
                    "schemes_overlap",
                    f"schemes[{index}].sources",
                    f"schemes[{other}] ({one.id}) is for the same leads, and no more or less specific",
                    "keep every source and kind in one scheme, or make one more specific",
                    list(scheme.sources),
                )


def _share(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not (one or other) or not set(one).isdisjoint(other)


def _scheme_faults(path: str, scheme: HandlingScheme) -> Iterator[Fault]:
    ids = [stage.id for stage in scheme.stages]
    yield from _twice(f"{path}.stages", ids)
    yield from _twice(f"{path}.stages", [stage.command for stage in scheme.stages], "command")
    for field, name in (("won", scheme.won), ("restart", scheme.restart)):
        if name not in ids:
            yield _unknown(f"{path}.{field}", "stage", name, ids)
    if scheme.won == ids[0]:
        yield _fault(
            "won_at_once", f"{path}.won", "a lead would be won as it is captured", "name a later stage", ids[0]
        )
    for index, stage in enumerate(scheme.stages):
        place = f"{path}.stages[{index}]"
        if stage.id in LEAD_ENDS or stage.command in _COMMANDS:
            problem = "every lead has a state or a command of that name"
            yield _fault("name_taken", f"{place}.id", problem, "name it otherwise", stage.id)
        for position, name in enumerate(stage.after):
            if name not in ids:
                yield _unknown(f"{place}.after[{position}]", "stage", name, ids)
            elif ids.index(name) >= index:
                problem = "a stage is entered from stages before it"
                yield _fault("stage_order", f"{place}.after[{position}]", problem, "put it after that stage", name)
        if index == 0 and (stage.after or stage.conditions):
            problem = "the first stage is where leads begin"
            yield _fault("stage_order", f"{place}.after", problem, "leave out after and conditions", list(stage.after))
        yield from _twice(f"{place}.conditions", [condition.id for condition in stage.conditions])
        if stage.deadline is not None:
            yield from _deadline_faults(f"{place}.deadline", stage.deadline)
        elif stage.on_deadline is OnDeadline.RECYCLE:
            problem = "nothing is due, so that nothing can lapse"
            yield _fault("deadline_missing", f"{place}.deadline", problem, "give the stage a deadline")
        if stage.on_deadline is OnDeadline.RECYCLE and scheme.won in ids[: index + 1]:
            problem = "a lead that is won does not go back to the pool"
            yield _fault("recycle_after_won", f"{place}.on_deadline", problem, "let it be overdue", stage.id)
    if scheme.hand_off.limit is not None:
        yield from _deadline_faults(f"{path}.hand_off.limit", scheme.hand_off.limit)


def _deadline_faults(path: str, limit: TimeLimit) -> Iterator[Fault]:
    if limit.counted is TimeCount.CALENDAR or (limit.counted is TimeCount.WORKING and limit.days is not None):
        problem = "deadlines of stages count elapsed time or working hours"
        yield _fault("deadline_counts", path, problem, "count elapsed days, or hours", limit.counted.value)


def _unknown(path: str, kind: str, name: str, known: Iterable[str]) -> Fault:
    names = list(known)
    near = nearest_names(name, names, 1)
    remedy = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(names) or 'none'}"
    return _fault("unknown_name", path, f"there is no {kind} with this id", remedy, name)


def _assignment_faults(policy: LeadPolicy) -> Iterator[Fault]:
    rules = {rule.id: rule for rule in policy.assignment}
    for index, scheme in enumerate(policy.schemes):
        if scheme.assignment is not None and scheme.assignment not in rules:
            yield _unknown(f"schemes[{index}].assignment", "rule of assignment", scheme.assignment, rules)
    for index, rule in enumerate(policy.assignment):
        path, seen, following = f"assignment[{index}].otherwise", {rule.id}, rule.otherwise
        if following is not None and following not in rules:
            yield _unknown(path, "rule of assignment", following, rules)
        while following in rules:
            if following in seen:
                problem = "the rules lead in a circle"
                yield _fault("assignment_circle", path, problem, "let the last one stand alone", rule.otherwise)
                break
            seen.add(following)
            following = rules[following].otherwise


def _pool_faults(pool: PoolPolicy) -> Iterator[Fault]:
    ids = [*(limit.id for limit in pool.limits), *(protection.id for protection in pool.protections)]
    yield from _twice("pool.limits", ids[: len(pool.limits)])
    yield from _twice("pool.protections", ids[len(pool.limits) :])
    for name in sorted(set(ids[: len(pool.limits)]) & set(ids[len(pool.limits) :])):
        problem = "a limit and a protection have one id"
        yield _fault("duplicate_id", "pool.protections", problem, "rename one of them", name)
    if pool.conflict is PoolConflict.STRICTEST:
        if pool.order:
            problem = "the strictest rule decides, whatever their order"
            yield _fault(
                "order_unused", "pool.order", problem, "leave it out, or let the order decide", list(pool.order)
            )
        for index, protection in enumerate(pool.protections):
            if protection.ends is ProtectionEnd.SHIELDS:
                yield _fault(
                    "protection_without_effect",
                    f"pool.protections[{index}].ends",
                    "it keeps nothing where the strictest rule decides, and recalls nothing either",
                    "let the order decide, or let its end recall",
                    protection.id,
                )
        return
    yield from _twice("pool.order", pool.order, "name")
    for index, name in enumerate(pool.order):
        if name not in ids:
            yield _unknown(f"pool.order[{index}]", "limit or protection", name, ids)
    for name in ids:
        if name not in pool.order:
            problem = "the order leaves out a rule, which then never decides"
            yield _fault("order_incomplete", "pool.order", problem, "name every limit and protection", name)


def _merging_faults(policy: LeadPolicy) -> Iterator[Fault]:
    merging = policy.merging
    assert merging is not None  # for the type checker
    yield from _twice("merging.duplicates", [rule.id for rule in merging.duplicates])
    yield from _twice("merging.fields", [entry.field for entry in merging.fields], "field")
    yield from _twice("merging.sources", merging.sources, "name")
    needs = merging.survivor.value == "best_source" or any(
        entry.rule.value == "best_source" for entry in merging.fields
    )
    if needs and not merging.sources:
        problem = "the best source survives, but none is ranked"
        yield _fault("sources_missing", "merging.sources", problem, "rank the sources, the best first")


def _scoring_faults(scoring: ScoringPolicy) -> Iterator[Fault]:
    yield from _twice("scoring.factors", [factor.id for factor in scoring.factors])
    if scoring.grades.bands[0].start is not None or scoring.grades.end is not None:
        problem = "some scores have no grade"
        yield _fault("grades_not_open", "scoring.grades.bands", problem, "leave the first and the last band open")


def _escalation_faults(policy: LeadPolicy) -> Iterator[Fault]:
    steps = policy.escalation
    for index in range(1, len(steps)):
        one, other = steps[index - 1].after, steps[index].after
        if one.counted is not other.counted or (one.days is None) != (other.days is None):
            problem = "the steps count different things"
            yield _fault("escalation_mixed", f"escalation[{index}].after", problem, "count all steps alike")
        elif other.duration <= one.duration:
            problem = "a later step comes no later than the one before it"
            yield _fault("escalation_order", f"escalation[{index}].after", problem, "let the steps come one by one")
