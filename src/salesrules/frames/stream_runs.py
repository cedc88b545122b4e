"""One streamed run: whether rows are scattered, their buckets, the threads that pay them, and what they found."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import attrs
import numpy as np
import pyarrow as pa

from salesrules.core import Fault, InvalidDocument, InvalidValue
from salesrules.frames.buckets import (
    MOST_BITS,
    Bucket,
    Scattered,
    hash_payees,
    is_coded,
    plain_schema,
    scatter,
    write_buckets,
)
from salesrules.frames.bulk_result import BulkResult
from salesrules.frames.gathered import check_parts, gather_faults, run_part
from salesrules.frames.job import BulkJob
from salesrules.frames.needed import needed_columns, needed_quota_columns
from salesrules.frames.outputs import Output
from salesrules.frames.ranges import PayeeRange, cut_ranges, find_ranges
from salesrules.frames.sources import ParquetSource, Read, Source, open_source, read_all

__all__ = ["Progress", "StreamRun", "StreamSummary"]

#: What a process has before the first row, and what a row takes while it is paid: bytes, and times its own width.
_PROCESS, _ROW, _TIMES = 300 * 2**20, 120, 4
#: Buckets of a stream whose length nobody knows, as bits; one that turns out too large is split again.
_UNKNOWN_BITS = 5
#: Bits of the hash by which buckets are split at most: payees that share them all stay together.
_LAST_BIT = 40

#: Entries of the dictionary of a column of few values.
_FEW = 1 << 14

Progress = Callable[[int, int | None], object]
T = TypeVar("T")


@attrs.frozen(kw_only=True)
class StreamSummary:
    """What a run did: rows of credits and of statements that were written, and in how many parts of whole payees.

    `scattered` says whether rows went through buckets on disk; Parquet that is sorted by payee is read in ranges.
    """

    credits: int
    statements: int
    parts: int
    scattered: bool


@attrs.frozen
class _Part:
    """Whole payees: what reads their credits and their quotas."""

    credits: Read
    quotas: Read | None


class StreamRun:
    """A job over opened sources, within a `with` block that has threads and a folder for buckets."""

    def __init__(
        self,
        job: BulkJob,
        credits: Any,
        quotas: Any,
        memory: int,
        workers: int,
        temporary: Path | None,
        on_progress: Progress | None,
    ) -> None:
        if workers < 1:
            raise InvalidValue("workers", workers, "give one or more")
        check_parts(job)
        self._payee = job.columns.get("payee", "payee")
        self._credits = open_source(credits, "credits", partial(_wanted, job))
        given = job.quotas if quotas is None else quotas
        self._quotas = None if given is None else open_source(given, "quotas", _wanted_quotas)
        self._job = attrs.evolve(job, quotas=None if self._quotas is None else self._quotas.schema.empty_table())
        # Over no rows at all: what the plan or a missing column refuses is refused before a row is read.
        self.schemas = tuple(table.schema for table in self._job.run(self._credits.schema.empty_table()))
        if self._quotas is not None and "payee" not in self._quotas.schema.names:  # then the plan needs none
            self._quotas, self._job = None, attrs.evolve(self._job, quotas=None)
        self._workers = workers
        self._limit = _rows_within(memory, workers, self._credits.schema)
        self._temporary = temporary
        self._on_progress = on_progress
        self._done, self._total = 0, self._credits.rows
        self._at_once = self._credits.rows is not None and self._credits.rows <= self._limit

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix=".salesrules-", dir=self._temporary))
            self.folder = Path(name)
            self._pool = ThreadPoolExecutor(self._workers)
            stack.callback(self._pool.shutdown, cancel_futures=True)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def is_read(self, path: Path) -> bool:
        """Whether a file is one of those that are read."""
        sources = (source for source in (self._credits, self._quotas) if isinstance(source, ParquetSource))
        return path.resolve() in {Path(file).resolve() for source in sources for file in source.files}

    def write(self, paid: Output, statements: Output) -> StreamSummary:
        """Pay all parts in turn; after a first fault the rest are only looked through."""
        straight = self._straight()
        if self._workers > 1 and not self._at_once and self._job.threads is None:
            self._job = attrs.evolve(self._job, threads=1)  # parts are paid side by side already
        parts = self._scattered() if straight is None else straight
        number, counts, faults = 0, [0, 0], list[Sequence[Fault]]()
        for rows, result in self._in_order(partial(self._pay, part) for part in parts):
            number += 1
            self._progress(rows)
            if not isinstance(result, BulkResult):
                faults.append(result)
            elif not faults:
                paid.write(result.credits)
                statements.write(result.statements)
                counts = [counts[0] + len(result.credits), counts[1] + len(result.statements)]
        if faults:
            raise InvalidDocument(gather_faults(faults))
        return StreamSummary(credits=counts[0], statements=counts[1], parts=number, scattered=straight is None)

    def _pay(self, part: _Part) -> tuple[int, BulkResult | tuple[Fault, ...]]:
        credits = part.credits()
        job = self._job if part.quotas is None else attrs.evolve(self._job, quotas=part.quotas())
        try:
            paid, statements = run_part(job, credits)
        except InvalidDocument as error:
            return len(credits), error.faults
        return len(credits), BulkResult(credits=paid, statements=statements)

    def _straight(self) -> Iterator[_Part] | None:
        """All at once, or by ranges of files sorted by payee; `None` where rows must be scattered."""
        source, quotas = self._credits, self._quotas
        if quotas is not None and (quotas.rows is None or quotas.rows > 4 * self._limit):
            return None
        if self._at_once:
            return iter([_Part(partial(read_all, source), None if quotas is None else partial(read_all, quotas))])
        if not isinstance(source, ParquetSource) or len(set(self._told_by_text())) > 1:
            return None
        ranges = find_ranges(source, self._payee, self._limit)
        return None if ranges is None else self._ranges(source, ranges)

    def _ranges(self, source: ParquetSource, ranges: Sequence[PayeeRange]) -> Iterator[_Part]:
        held = None if self._quotas is None else read_all(self._quotas)
        tables = self._in_order(partial(source.read, each.groups) for each in ranges)
        for each, table in cut_ranges(ranges, tables, self._payee):
            yield _Part(partial(_given, table), None if held is None else partial(each.quotas, held))

    def _scattered(self) -> Iterator[_Part]:
        """Buckets on disk, one after the other; one that is too large is split first."""
        rows = self._credits.rows
        bits = _UNKNOWN_BITS if rows is None else _bits(rows, self._limit)
        as_text = any(self._told_by_text())
        self._total = None if rows is None else 2 * rows
        buckets = self._fill(self._credits, self._payee, as_text, bits, "credits")
        self._total = self._done + sum(bucket.rows for bucket in buckets)
        quotas = None if self._quotas is None else self._fill(self._quotas, "payee", as_text, bits, "quotas")
        for place, bucket in enumerate(buckets):
            yield from self._whole(bucket, None if quotas is None else quotas[place], as_text)

    def _fill(self, source: Source, payee: str, as_text: bool, bits: int, name: str) -> list[Bucket]:
        pieces = source.pieces()
        first = next(pieces, source.schema.empty_table)()
        schema = plain_schema(source.schema, _coded_well(first))

        def scattered() -> Iterator[Scattered]:
            reads: Iterable[Read] = itertools.chain([partial(_given, first)], pieces)
            for part in self._in_order(partial(_scatter, read, schema, payee, as_text, bits) for read in reads):
                if source is self._credits:
                    self._progress(part.rows.num_rows)
                yield part

        return write_buckets(scattered(), schema, self.folder / name, 0, bits)

    def _whole(self, bucket: Bucket, quotas: Bucket | None, as_text: bool) -> Iterator[_Part]:
        if not bucket.rows:
            bucket.remove()
        elif bucket.rows <= self._limit or bucket.bits >= _LAST_BIT or _is_one(bucket, self._payee, as_text):
            yield _Part(partial(_take, bucket), None if quotas is None else partial(_take, quotas))
        else:
            bits = _bits(bucket.rows, self._limit)
            credits_in = bucket.split(self._payee, as_text, bits)
            quotas_in = [None] * len(credits_in) if quotas is None else quotas.split("payee", as_text, bits)
            for inner, held in zip(credits_in, quotas_in, strict=True):
                yield from self._whole(inner, held, as_text)

    def _told_by_text(self) -> list[bool]:
        """Whether payees are texts: in the credits, and in the quotas if there are any."""
        sources = [(self._credits, self._payee), *([] if self._quotas is None else [(self._quotas, "payee")])]
        return [_is_text(source.schema.field(name).type) for source, name in sources]

    def _in_order(self, calls: Iterable[Callable[[], T]]) -> Iterator[T]:
        """What the calls give, in their order; so many are under way that no thread waits."""
        waiting: deque[Future[T]] = deque()
        for call in calls:
            waiting.append(self._pool.submit(call))
            if len(waiting) > self._workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _progress(self, rows: int) -> None:
        self._done += rows
        if self._on_progress is not None:
            self._on_progress(self._done, self._total)


def _wanted(job: BulkJob, names: Sequence[str]) -> tuple[list[str], list[str]]:
    needed = needed_columns(job.plan, names, job.columns)
    distinct = {job.columns.get(name, name) for name in ("id", "payee", "original")}
    return needed, [name for name in needed if name not in distinct]


def _wanted_quotas(names: Sequence[str]) -> tuple[list[str], list[str]]:
    needed = needed_quota_columns(names)
    return needed, [name for name in needed if name != "payee"]


def _coded_well(first: pa.Table) -> list[str]:
    """The columns whose dictionaries are small, told by the first rows: each batch on disk brings its own."""
    return [
        field.name
        for field in first.schema
        if is_coded(field.type)
        and max((len(chunk.dictionary) for chunk in first[field.name].chunks), default=0) <= _FEW
    ]


def _scatter(read: Read, schema: pa.Schema, payee: str, as_text: bool, bits: int) -> Scattered:
    table = read().cast(schema).combine_chunks()
    batches = table.to_batches()
    rows = batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
    return scatter(rows, hash_payees(rows.column(payee), as_text), 0, bits)


def _take(bucket: Bucket) -> pa.Table:
    table = bucket.table()
    bucket.remove()
    return table


def _given(table: pa.Table) -> pa.Table:
    return table


def _is_one(bucket: Bucket, payee: str, as_text: bool) -> bool:
    """Whether all rows have the same hash, so that no split can part them."""
    first: np.uint64 | None = None
    for batch in bucket.batches():
        hashes = hash_payees(batch.column(payee), as_text)
        first = hashes[0] if first is None else first
        if (hashes != first).any():
            return False
    return True


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _bits(rows: int, limit: int) -> int:
    """Enough buckets that their rows stay within the limit, though payees differ in size."""
    return min(max((-(-rows * 5 // (4 * limit)) - 1).bit_length(), 1), MOST_BITS)


def _rows_within(memory: int, workers: int, schema: pa.Schema) -> int:
    """How many rows a part may have, so that those under way and one that is written fit into memory together."""
    width = sum(field.type.bit_width // 8 if _has_width(field.type) else 32 for field in schema)
    return max((memory - _PROCESS) // ((workers + 2) * (_ROW + _TIMES * width)), 1)


def _has_width(kind: pa.DataType) -> bool:
    return bool(pa.types.is_primitive(kind) or pa.types.is_decimal(kind))
