"""Replays an event log of expense claims against the claim workflow of a rulebook, and reports what it finds.

    python examples/expense_claims/replay.py [LOG.csv or LOG.csv.gz] [--rulebook R.toml] [--map M.toml]

Without a log it takes the sample beside it. The workflow is made of the review steps of the rulebook; which activity is
which command, and how time is counted, stands in the map. Nothing here knows a step, a role or an activity by name.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import attrs

from salesrules.core import (
    Conformance,
    Fault,
    InvalidDocument,
    InvalidValue,
    LogEntry,
    Rounding,
    RoundingMode,
    WordEnum,
    WorkingTime,
    as_parameters,
    as_tuple,
    replay_log,
    round_exactly,
    to_decimal,
)
from salesrules.expenses import ExpensePolicy, build_claim_workflow
from salesrules.wire import Table, load_document, load_rulebook, parse_table, read_table

HERE = Path(__file__).resolve().parent
_MICROSECOND = timedelta(microseconds=1)


class TimeKind(WordEnum):
    """What throughput counts: time as it passes, or the firm's working time."""

    ELAPSED = "elapsed"
    WORKING = "working"


@attrs.frozen(kw_only=True)
class Columns:
    """The names of the log's columns."""

    case: str
    instant: str
    activity: str
    role: str
    amount: str


@attrs.frozen(kw_only=True)
class LogMap:
    """How a log is read; `activities` and `roles` say what its words are in the table (`""`: nothing, not recorded)."""

    columns: Columns
    activities: Mapping[str, str] = attrs.field(converter=as_parameters)
    roles: Mapping[str, str] = attrs.field(converter=as_parameters)
    rejections: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    throughput: TimeKind = attrs.field(default=TimeKind.ELAPSED, converter=TimeKind)
    working_time: WorkingTime | None = None


@attrs.frozen(kw_only=True)
class Event:
    """One row of the log."""

    entry: LogEntry
    amount: Decimal


@attrs.frozen(kw_only=True)
class Step:
    """How long the cases of a log took for a step: from the event before to the activity, in exact hours."""

    activity: str
    count: int
    mean: Fraction
    median: Fraction
    longest: Fraction


@attrs.frozen(kw_only=True)
class Report:
    """What a replay found; `amounts` counts each declaration's amount once, `changed` those that rounding changed."""

    conformance: Conformance
    events: int
    steps: tuple[Step, ...]
    rejections: tuple[tuple[str, int, int], ...]
    amounts: int
    changed: int
    kind: TimeKind

    @property
    def share(self) -> Fraction:
        """The share of cases that kept to the workflow throughout."""
        return Fraction(self.conformance.conformant_cases, len(self.conformance.cases))

    def deviations(self) -> list[tuple[str, str, int]]:
        """Each kind of deviation: its code, what was done where, and how often; the most frequent first."""
        kinds = Counter(
            (
                found.reason.code,
                "the log ends" if found.reason.code == "workflow.not_finished" else found.activity,
                found.state,
            )
            for found in self.conformance.deviations
        )
        return [(code, f"{what} in {state}", count) for (code, what, state), count in kinds.most_common()]


def read_log(path: Path, mapping: LogMap) -> list[Event]:
    """The events of a CSV file, packed or not; raises `InvalidDocument` with every bad cell at once."""
    columns = mapping.columns
    names = [columns.case, columns.instant, columns.activity, columns.role, columns.amount]
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            table = parse_table(file.read(), names, file=str(path))
    else:
        table = read_table(path, names)
    faults: list[Fault] = []
    events = list(_events(table, columns, faults))
    if faults:
        raise InvalidDocument(tuple(faults[:50]))
    return events


def _events(table: Table, columns: Columns, faults: list[Fault]) -> Iterator[Event]:
    for row in table.rows:
        cells, bad = row.values, []
        try:
            instant = datetime.fromisoformat(cells[columns.instant])
            if instant.tzinfo is None:
                raise ValueError
        except ValueError:
            bad.append((columns.instant, "no instant with a time zone", "write it as 2020-01-31T12:30:00+01:00"))
        try:
            amount = to_decimal(cells[columns.amount])
        except InvalidValue as error:
            bad.append((columns.amount, "no exact number", error.remedy))
        if not cells[columns.case].strip():
            bad.append((columns.case, "the case is missing", "say which claim the event belongs to"))
        faults += [table.fault(row, column, "log.bad_cell", problem, remedy) for column, problem, remedy in bad]
        if not bad:
            entry = LogEntry(cells[columns.case], cells[columns.activity], instant, cells[columns.role] or None)
            yield Event(entry=entry, amount=amount)


def build_report(events: list[Event], policy: ExpensePolicy, mapping: LogMap) -> Report:
    """What a replay of the events against the policy's workflow finds."""
    if policy.reviews is None or policy.claims is None:
        raise InvalidValue("expenses", None, "the rulebook needs expenses.reviews and expenses.claims")
    conformance = replay_log(
        build_claim_workflow(policy.reviews),
        [event.entry for event in events],
        activities={name: command or None for name, command in mapping.activities.items()},
        roles={name: role or None for name, role in mapping.roles.items()},
        working_time=mapping.working_time,
    )
    amounts = {(event.entry.case, event.amount) for event in events}
    return Report(
        conformance=conformance,
        events=len(events),
        steps=tuple(measure_steps((event.entry for event in events), mapping)),
        rejections=tuple(count_rejections((event.entry for event in events), mapping)),
        amounts=len(amounts),
        changed=count_changed((amount for _, amount in amounts), policy.claims.rounding),
        kind=mapping.throughput,
    )


def measure_steps(entries: Iterable[LogEntry], mapping: LogMap) -> Iterator[Step]:
    """How long each activity took from the event before it in its case, exactly; the most frequent first."""
    last: dict[str, datetime] = {}
    spans: dict[str, list[Fraction]] = {}
    for entry in entries:
        if entry.case in last:
            spans.setdefault(entry.activity, []).append(hours(last[entry.case], entry.instant, mapping))
        last[entry.case] = entry.instant
    for activity, found in sorted(spans.items(), key=lambda item: (-len(item[1]), item[0])):
        mean, median = sum(found) / Fraction(len(found)), Fraction(statistics.median(found))
        yield Step(activity=activity, count=len(found), mean=mean, median=median, longest=max(found))


def hours(start: datetime, end: datetime, mapping: LogMap) -> Fraction:
    """The exact hours between two instants, as the map counts them."""
    if mapping.throughput is TimeKind.ELAPSED:
        return Fraction((end - start) // _MICROSECOND, 3_600_000_000)
    if mapping.working_time is None:
        raise InvalidValue("working_time", None, "throughput counts working time; add [working_time] to the map")
    return Fraction(mapping.working_time.elapsed(start, end) // _MICROSECOND, 3_600_000_000)


def count_rejections(entries: Iterable[LogEntry], mapping: LogMap) -> Iterator[tuple[str, int, int]]:
    """For each role that rejects: how often it did, and how many events it has in all; the most frequent first."""
    rejected: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for entry in entries:
        role = entry.role or "not recorded"
        given[role] += 1
        rejected[role] += entry.activity in mapping.rejections
    return ((role, count, given[role]) for role, count in rejected.most_common() if count)


def count_changed(amounts: Iterable[Decimal], rounding: Rounding) -> int:
    """How many amounts the declared rounding changes."""
    return sum(rounding(amount) != amount for amount in amounts)


def render(report: Report) -> Iterator[str]:
    """The report as lines of text; hours and shares in per cent rounded half up to a hundredth."""
    found = report.conformance
    yield f"{report.events} events of {len(found.cases)} claims, {len(found.variants)} variants"
    yield f"conforming: {found.conformant_cases} of {len(found.cases)} ({shown(report.share * 100, 2)} %)"
    yield f"amounts that the declared rounding changed: {report.changed} of {report.amounts}"
    yield ""
    yield "deviations: how often, what is wrong, which activity in which state of the claim"
    for code, what, count in report.deviations():
        yield f"{count:7}  {code.removeprefix('workflow.')}: {what}"
    yield ""
    yield f"throughput per step, {report.kind.value} hours since the event before"
    yield "  count     mean   median  longest"
    for step in report.steps:
        numbers = (shown(value, 2) for value in (step.mean, step.median, step.longest))
        yield f"{step.count:7} {' '.join(f'{number:>8}' for number in numbers)}  {step.activity}"
    yield ""
    yield "rejections by role, of the events of that role"
    for role, count, given in report.rejections:
        yield f"{count:7} of {given:6} ({shown(Fraction(count * 100, given), 2)} %)  {role}"


def shown(value: Fraction, digits: int) -> str:
    """A number as the report shows it."""
    return str(round_exactly(value, digits, RoundingMode.HALF_UP))


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 where the log could be read, 1 with all faults where it could not."""
    parser = argparse.ArgumentParser(description="Replay an event log of expense claims against a rulebook.")
    parser.add_argument("log", nargs="?", type=Path, default=HERE / "sample.csv", help="CSV or CSV.gz")
    parser.add_argument("--rulebook", type=Path, default=HERE / "rulebook.toml")
    parser.add_argument("--map", type=Path, default=HERE / "log.toml")
    given = parser.parse_args(arguments)
    try:
        policy = load_rulebook(given.rulebook).section("expenses")
        mapping = load_document(given.map, LogMap)
        report = build_report(read_log(given.log, mapping), policy, mapping)
    except (InvalidDocument, InvalidValue, LookupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(render(report)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
