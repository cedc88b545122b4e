"""Event logs of other systems: a CSV file and a mapping of its columns and words in, rows for a replay out."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from os import PathLike
from zoneinfo import ZoneInfo

import attrs

from salesrules.core import (
    Fault,
    InvalidDocument,
    LogEntry,
    WorkflowTable,
    as_parameters,
    is_named,
    is_zone,
)
from salesrules.wire import Table, TableRow, read_table

__all__ = ["LogColumns", "LogMapping", "check_log_mapping", "read_log"]


@attrs.frozen(kw_only=True)
class LogColumns:
    """The headers of a log's columns: the case, what was done, when, and, where it is recorded, in which role."""

    case: str = attrs.field(validator=is_named)
    activity: str = attrs.field(validator=is_named)
    instant: str = attrs.field(validator=is_named)
    role: str | None = attrs.field(default=None, validator=attrs.validators.optional(is_named))


@attrs.frozen(kw_only=True)
class LogMapping:
    """How a log is read: a document that `salesrules replay --map` takes.

    `activities` gives the command that each activity stands for, empty for one that moves nothing; without it every
    activity is a command by its own name. `roles` gives the role of each role of the log, empty for one that is not
    checked. Instants without an offset are of the `zone`. Where rows do not stand in the order in which things
    happened, `is_in_order` is false, and they are put in order by their instants.
    """

    columns: LogColumns
    activities: Mapping[str, str] = attrs.field(factory=dict, converter=as_parameters)
    roles: Mapping[str, str] = attrs.field(factory=dict, converter=as_parameters)
    zone: str = attrs.field(default="UTC", validator=is_zone)
    separator: str = ","
    encoding: str = "utf-8"
    is_in_order: bool = True


def check_log_mapping(mapping: LogMapping, table: WorkflowTable, file: str = "mapping") -> None:
    """Nothing where every command and role of a mapping is one of the workflow's.

    Raises `InvalidDocument` with all that are not, each with the nearest known one.
    """
    roles = {move.role for move in table.moves if move.role is not None}
    faults = [
        *_strangers(file, "activities", mapping.activities, "command", table.commands),
        *_strangers(file, "roles", mapping.roles, "role", roles),
    ]
    if faults:
        raise InvalidDocument(tuple(faults))


def _strangers(file: str, section: str, words: Mapping[str, str], kind: str, known: Collection[str]) -> list[Fault]:
    return [
        Fault(
            code="company.unknown_word",
            path=f'{section}."{word}"',
            problem=f"the workflow has no such {kind}",
            remedy=f"give one of {', '.join(difflib.get_close_matches(meant, known) or sorted(known))}, or nothing",
            value=meant,
            file=file,
        )
        for word, meant in words.items()
        if meant and meant not in known
    ]


def read_log(path: str | PathLike[str], mapping: LogMapping) -> tuple[LogEntry, ...]:
    """The rows of a log, in the order of the file or of their instants.

    Raises `InvalidDocument` with all faults at once: missing columns, empty cells, instants that cannot be read.
    """
    columns = mapping.columns
    names = [columns.case, columns.activity, columns.instant, *([columns.role] if columns.role else [])]
    table = read_table(path, names, delimiter=mapping.separator, encoding=mapping.encoding)
    faults: list[Fault] = []
    entries = [entry for row in table.rows if (entry := _entry(table, row, mapping, faults)) is not None]
    if faults:
        raise InvalidDocument(tuple(faults))
    return tuple(entries if mapping.is_in_order else sorted(entries, key=lambda entry: entry.instant.astimezone(UTC)))


def _entry(table: Table, row: TableRow, mapping: LogMapping, faults: list[Fault]) -> LogEntry | None:
    columns = mapping.columns
    needed = (columns.case, columns.activity, columns.instant)
    empty = [name for name in needed if not row.values[name].strip()]
    if empty:
        faults += [table.fault(row, name, "company.empty_cell", "the cell is empty", "fill it") for name in empty]
        return None
    text = row.values[columns.instant].strip()
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        remedy = "write it as 2020-01-31T12:30:00+08:00, 2020-01-31 12:30 or 2020-01-31"
        faults.append(table.fault(row, columns.instant, "company.wrong_instant", "no instant can be read here", remedy))
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=ZoneInfo(mapping.zone))
    role = row.values[columns.role].strip() if columns.role else ""
    return LogEntry(row.values[columns.case].strip(), row.values[columns.activity].strip(), instant, role or None)
