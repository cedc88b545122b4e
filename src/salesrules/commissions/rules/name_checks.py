"""Names by which facts and policy speak of each other: a fault where a fact would change nothing, else a finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from salesrules.commissions.model import CommissionFacts, OpeningMeasure
from salesrules.commissions.policy import (
    Clawback,
    CommissionPolicy,
    Component,
    EarningsCap,
    GridTable,
    Holdback,
    Measure,
    ProRataClawback,
)
from salesrules.commissions.reasons import EVENT_IGNORED, UNKNOWN_NAMES
from salesrules.core import DateRange, Fault, Period, PolicyReference, Reason, nearest_names

__all__ = ["check_openings", "report_ignored_events", "report_unknown_names"]


def check_openings(facts: CommissionFacts, policy: CommissionPolicy) -> Iterator[Fault]:
    """Faults of what stood open when computing begins: entries of the policy that are not there, or stated twice."""
    yield from _uses(facts, policy)
    yield from _holds(facts, policy)
    yield from _measures(facts, policy)


def report_ignored_events(facts: CommissionFacts, policy: CommissionPolicy, period: Period) -> Iterator[Reason]:
    """One finding for each kind of event in a period that no clawback and no holdback of any plan names."""
    known: set[str] = set()
    for plan in policy.plans:
        for entry in (*plan.clawbacks, *plan.payouts):
            match entry:
                case Clawback() | ProRataClawback():
                    known |= {*entry.events}
                case Holdback():
                    known.add(entry.on_event)
    ignored = Counter(event.event for event in facts.pay_events if event.day in period and event.event not in known)
    for event, events in sorted(ignored.items()):
        yield EVENT_IGNORED(event=event, events=events, period=period.label)


def report_unknown_names(facts: CommissionFacts, policy: CommissionPolicy, period: Period) -> Iterator[Reason]:
    """One finding for each entry in force in a period with names that no person has, as an id or as a position."""
    positions = {payee.position for payee in facts.payees.values()}
    known = {"payees": {*facts.payees}, "positions": positions, "sources": {*facts.payees, *positions}}
    for kind, id, effective, names in _named(policy):
        unknown = [(name, field) for name, field in names if name not in known[field]]
        if unknown and effective.overlaps(period.span):
            entry = PolicyReference(kind, id, unknown[0][1])
            yield UNKNOWN_NAMES(entry=id, names=tuple(name for name, _ in unknown), policy=entry)


def _named(policy: CommissionPolicy) -> Iterator[tuple[str, str, DateRange, list[tuple[str, str]]]]:
    """Every entry that names people: its type, id and days, and each name with its field."""
    members = [member for pool in policy.pools for member in pool.members]
    for entry in (*policy.crediting, *policy.assignments, *members, *policy.pools):
        names = [(name, field) for field in ("payees", "positions", "sources") for name in getattr(entry, field, ())]
        yield type(entry).__name__, entry.id, entry.effective, names


def _uses(facts: CommissionFacts, policy: CommissionPolicy) -> Iterator[Fault]:
    caps: dict[str, list[tuple[EarningsCap, str]]] = {}
    for plan in policy.plans:
        for modifier in plan.modifiers:
            if isinstance(modifier, EarningsCap):
                caps.setdefault(modifier.id, []).append((modifier, plan.currency))
    seen: set[tuple[object, ...]] = set()
    for index, use in enumerate(facts.opening_uses):
        place, own = f"opening_uses[{index}]", caps.get(use.policy, [])
        yield from _known(use.policy, caps, "no cap among the modifiers has this id", f"{place}.policy")
        for name, amount in (("used", use.used), ("carried", use.carried)):
            currencies = sorted({currency for _, currency in own})
            if amount is not None and own and amount.currency not in currencies:
                problem, remedy = f"the cap is in {', '.join(currencies)}", "state it in that"
                yield _fault("currency", f"{place}.{name}", problem, remedy, str(amount))
        if use.by and own and not any(cap.by for cap, _ in own):
            problem = "the cap holds for everything together, not for each value of an attribute"
            yield _fault("opening_use", f"{place}.by", problem, "leave it out", use.by)
        yield from _once(seen, (use.payee, use.policy, use.by, use.day), place, use.policy)


def _holds(facts: CommissionFacts, policy: CommissionPolicy) -> Iterator[Fault]:
    ids = {entry.id for plan in policy.plans for entry in (plan, *plan.payouts)}
    for index, hold in enumerate(facts.opening_holds):
        if hold.policy:
            yield from _known(hold.policy, ids, "no payout has this id", f"opening_holds[{index}].policy")


def _measures(facts: CommissionFacts, policy: CommissionPolicy) -> Iterator[Fault]:
    components: dict[str, list[Component]] = {}
    for plan in policy.plans:
        for component in plan.components:
            components.setdefault(component.id, []).append(component)
    seen: set[tuple[object, ...]] = set()
    for index, opening in enumerate(facts.opening_measures):
        place = f"opening_measures[{index}]"
        yield from _known(opening.component, components, "no component has this id", f"{place}.component")
        if opening.measure:
            yield from _known(opening.measure, list(Measure), "there is no such measure", f"{place}.measure")
        if opening.component in components:
            yield from _column(opening, components[opening.component], place)
        key = (opening.payee, opening.component, opening.measure, opening.column, opening.day)
        yield from _once(seen, key, place, opening.component)


def _column(opening: OpeningMeasure, components: Iterable[Component], place: str) -> Iterator[Fault]:
    grids = [component.table for component in components if isinstance(component.table, GridTable)]
    columns = [column for grid in grids for column in grid.columns]
    if not grids and opening.column:
        problem, remedy = "the component's table has no columns", "leave it out"
        yield _fault("opening_column", f"{place}.column", problem, remedy, opening.column)
    elif grids:
        yield from _known(opening.column, columns, "the component's table has no such column", f"{place}.column")


def _known(name: str, known: Iterable[str] | Mapping[str, object], problem: str, path: str) -> Iterator[Fault]:
    names = sorted(known)
    if name not in names:
        near = nearest_names(name, names, 1)
        remedy = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names) or 'none'}"
        yield _fault("unknown_entry", path, problem, remedy, name)


def _once(seen: set[tuple[object, ...]], key: tuple[object, ...], place: str, value: str) -> Iterator[Fault]:
    if key in seen:
        problem, remedy = "the same stands already above", "keep one of them, with the sum if both count"
        yield _fault("opening_twice", place, problem, remedy, value)
    seen.add(key)


def _fault(code: str, path: str, problem: str, remedy: str, value: object) -> Fault:
    return Fault(code=f"commissions.{code}", path=path, problem=problem, remedy=remedy, value=value)
