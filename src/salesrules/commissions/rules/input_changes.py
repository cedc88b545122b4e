"""What differs between the inputs of a close and today's, one kind after the other in a declared order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

import attrs

from salesrules.commissions.model import CommissionFacts, RestatementCause
from salesrules.commissions.policy import CommissionPolicy
from salesrules.commissions.rules.closing import CommissionInputs
from salesrules.core import as_tuple

__all__ = ["InputChange", "input_changes"]

T = TypeVar("T")
_RATES = ("exchange_rates", "average_rates")
#: What stood open when computing began: the facts so named.
_OPENINGS = tuple(field.name for field in attrs.fields(CommissionFacts) if field.name.startswith("opening_"))
#: Facts that have a step of their own.
_TOLD = (*_RATES, "quotas", *_OPENINGS, "payees", "hierarchies", "transactions")


@attrs.frozen(kw_only=True)
class Subject:
    """The id of something that changed; `payee` where it is one payee's own."""

    id: str
    payee: str | None = None


@attrs.frozen(kw_only=True)
class InputChange:
    """The inputs after one kind of them was replaced by today's, and what of that kind changed."""

    cause: RestatementCause
    inputs: CommissionInputs
    subjects: tuple[Subject, ...] = attrs.field(default=(), converter=as_tuple)

    def subjects_of(self, payee: str, credited: Collection[str]) -> tuple[str, ...]:
        """The ids that touch a payee, who is credited for some transactions; all of them where none is theirs."""
        ids = [subject.id for subject in self.subjects if subject.payee in (None, payee)]
        if self.cause.value.startswith("transaction"):
            ids = [id for id in ids if id in credited]
        return tuple(ids or (subject.id for subject in self.subjects))


def input_changes(base: CommissionInputs, now: CommissionInputs) -> Iterator[InputChange]:
    """Each kind of input that differs, replaced after those before it; the last inputs are those of today.

    People who are gone are kept until their transactions have been removed; events of transactions that are new or
    changed come after them, and are facts too.
    """
    inputs = base
    for cause, replace, subjects in _STEPS:
        replaced = replace(inputs, now)
        if replaced != inputs:
            yield InputChange(cause=cause, inputs=replaced, subjects=tuple(subjects(inputs, now)))
            inputs = replaced


def _with_facts(inputs: CommissionInputs, **facts: Any) -> CommissionInputs:
    return attrs.evolve(inputs, facts=attrs.evolve(inputs.facts, **facts))


def _fact(*names: str) -> Callable[[CommissionInputs, CommissionInputs], CommissionInputs]:
    return lambda inputs, now: _with_facts(inputs, **{name: getattr(now.facts, name) for name in names})


def _policy(inputs: CommissionInputs, now: CommissionInputs) -> CommissionInputs:
    """Today's rulebook, with the assignments of before where who is paid from when until when differs."""
    today = {assignment.id: assignment for assignment in now.policy.assignments}
    assignments = [
        attrs.evolve(today[old.id], plan=old.plan, effective=old.effective, payees=old.payees, positions=old.positions)
        if old.id in today
        else old
        for old in inputs.policy.assignments
    ]
    return attrs.evolve(
        inputs,
        policy=attrs.evolve(now.policy, assignments=assignments),
        quota_policy=now.quota_policy,
        calendar=now.calendar,
        currencies=now.currencies,
        working_time=now.working_time,
        version=now.version,
    )


def _people(inputs: CommissionInputs, now: CommissionInputs) -> CommissionInputs:
    facts = now.facts
    kept = [payee for id, payee in inputs.facts.payees.items() if id not in facts.payees]
    moved = _with_facts(inputs, payees=[*facts.payees.values(), *kept], hierarchies=facts.hierarchies)
    return attrs.evolve(moved, policy=now.policy)


def _other_facts(inputs: CommissionInputs, now: CommissionInputs) -> CommissionInputs:
    """Today's facts except people and transactions, whatever kinds of fact there are.

    Of the events, those that the transactions of before allow.
    """
    kept = inputs.facts
    days = {hold.transaction: date.min for hold in now.facts.opening_holds} | {t.id: t.day for t in kept.transactions}
    events = [e for e in now.facts.pay_events if not e.transaction or e.day >= days.get(e.transaction, date.max)]
    facts = attrs.evolve(now.facts, payees=kept.payees, transactions=kept.transactions, pay_events=events)
    return attrs.evolve(inputs, facts=facts)


def _removed(inputs: CommissionInputs, now: CommissionInputs) -> CommissionInputs:
    today = {t.id for t in now.facts.transactions}
    return _with_facts(inputs, transactions=[t for t in inputs.facts.transactions if t.id in today])


def _changed(inputs: CommissionInputs, now: CommissionInputs) -> CommissionInputs:
    today = {t.id: t for t in now.facts.transactions}
    return _with_facts(inputs, transactions=[today.get(t.id, t) for t in inputs.facts.transactions])


def _all(inputs: CommissionInputs, now: CommissionInputs) -> CommissionInputs:
    return now


def _differing(old: Mapping[str, T], new: Mapping[str, T]) -> list[str]:
    """The keys of what is new, gone or changed, in the order of the old, then of the new."""
    return [key for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key)]


def _rates(inputs: CommissionInputs, now: CommissionInputs) -> Iterator[Subject]:
    for name in _RATES:
        old, new = (getattr(each.facts, name).rates for each in (inputs, now))
        for rate in [*(r for r in old if r not in new), *(r for r in new if r not in old)]:
            yield Subject(id=f"{rate.source}/{rate.target} {rate.effective.start}")


def _quotas(inputs: CommissionInputs, now: CommissionInputs) -> Iterator[Subject]:
    holders = {quota.id: quota.holder for quota in [*inputs.facts.quotas, *now.facts.quotas]}
    old, new = ({quota.id: quota for quota in each.facts.quotas} for each in (inputs, now))
    return (Subject(id=id, payee=holders[id]) for id in _differing(old, new))


def _openings(inputs: CommissionInputs, now: CommissionInputs) -> Iterator[Subject]:
    for name in _OPENINGS:
        yield from _of_payees(name, inputs, now)


def _of_payees(name: str, inputs: CommissionInputs, now: CommissionInputs) -> Iterator[Subject]:
    """A fact's name for each payee whose entries of it differ; once for all where entries are not a payee's."""
    old, new = (getattr(each.facts, name) for each in (inputs, now))
    if old == new:
        return
    entries = [*old, *new] if isinstance(old, tuple) and isinstance(new, tuple) else []
    whose = [getattr(entry, "payee", None) for entry in entries if entry not in old or entry not in new]
    for payee in dict.fromkeys(whose or [None]):
        yield Subject(id=name, payee=payee)


def _entries(inputs: CommissionInputs, now: CommissionInputs) -> Iterator[Subject]:
    """The policy entries that differ by their ids; else the names of the fields."""
    before = _policy(now, inputs).policy  # the old terms under today's assignments: only terms differ
    yield from _fields(before, now.policy)
    for name in ("quota_policy", "calendar", "currencies", "working_time"):
        if getattr(inputs, name) != getattr(now, name):
            yield Subject(id=name)


def _fields(old: CommissionPolicy, new: CommissionPolicy) -> Iterator[Subject]:
    for field in attrs.fields(CommissionPolicy):
        values = [getattr(each, field.name) for each in (old, new)]
        if values[0] == values[1]:
            continue
        tables = [{v.id: v for v in value if hasattr(v, "id")} if isinstance(value, tuple) else {} for value in values]
        for id in _differing(*tables) or [field.name]:
            yield Subject(id=id)


def _moved(inputs: CommissionInputs, now: CommissionInputs) -> Iterator[Subject]:
    """People who are new, gone or changed, whose manager changed on some day, or whose assignment changed."""
    ids = dict.fromkeys(_differing(inputs.facts.payees, now.facts.payees))
    managers = [_managers(each.facts) for each in (inputs, now)]
    ids |= dict.fromkeys(_differing(*managers))
    assignments = [{a.id: a for a in each.policy.assignments} for each in (inputs, now)]
    return (Subject(id=id) for id in [*ids, *_differing(*assignments)])


def _managers(facts: CommissionFacts) -> dict[str, list[tuple[Any, str]]]:
    """Each person's managers with the days; days in a row under the same manager are one range."""
    found: dict[str, list[tuple[Any, str]]] = {}
    for entry in facts.hierarchies.entries:
        for id in entry.value:
            manager = entry.value.parent(id)
            spans = found.setdefault(id, [])
            if manager is None:
                continue
            if spans and spans[-1][1] == manager and spans[-1][0][1] == entry.effective.start:
                spans[-1] = ((spans[-1][0][0], entry.effective.end), manager)
            else:
                spans.append(((entry.effective.start, entry.effective.end), manager))
    return found


def _other_names(inputs: CommissionInputs, now: CommissionInputs) -> Iterator[Subject]:
    for field in attrs.fields(type(now.facts)):
        if field.name not in _TOLD:
            yield from _of_payees(field.name, inputs, now)


def _transactions(inputs: CommissionInputs, now: CommissionInputs) -> Iterator[Subject]:
    """The transactions that the step replaces, told by what is left to replace."""
    old, new = ({t.id: t for t in each.facts.transactions} for each in (inputs, now))
    gone = [id for id in old if id not in new]
    changed = [id for id in old if id in new and old[id] != new[id]]
    return (Subject(id=id) for id in gone or changed or [id for id in new if id not in old])


def _late_events(inputs: CommissionInputs, now: CommissionInputs) -> Iterator[Subject]:
    return _of_payees("pay_events", inputs, now)


def _leavers(inputs: CommissionInputs, now: CommissionInputs) -> Iterable[Subject]:
    return (Subject(id=id) for id in inputs.facts.payees if id not in now.facts.payees)


_Step = tuple[
    RestatementCause,
    Callable[[CommissionInputs, CommissionInputs], CommissionInputs],
    Callable[[CommissionInputs, CommissionInputs], Iterable[Subject]],
]
_STEPS: tuple[_Step, ...] = (
    (RestatementCause.EXCHANGE_RATE, _fact(*_RATES), _rates),
    (RestatementCause.QUOTA, _fact("quotas"), _quotas),
    (RestatementCause.OPENING_BALANCE, _fact(*_OPENINGS), _openings),
    (RestatementCause.POLICY, _policy, _entries),
    (RestatementCause.PERSON, _people, _moved),
    (RestatementCause.FACT, _other_facts, _other_names),
    (RestatementCause.TRANSACTION_REMOVED, _removed, _transactions),
    (RestatementCause.TRANSACTION_CHANGED, _changed, _transactions),
    (
        RestatementCause.TRANSACTION_NEW,
        lambda inputs, now: _with_facts(inputs, transactions=now.facts.transactions),
        _transactions,
    ),
    (RestatementCause.FACT, _fact("pay_events"), _late_events),
    (RestatementCause.PERSON, _all, _leavers),
)
