"""Where rows come from: Parquet files, folders, globs and datasets by row groups, or a stream of record batches."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.dataset as pads

from salesrules.core import InvalidValue
from salesrules.frames.buckets import plain_schema

__all__ = ["PIECE", "ParquetSource", "Read", "Source", "StreamSource", "Wanted", "open_source", "read_all"]

#: Rows that are read at once: enough to make calls cheap, few enough to stay near the cache.
PIECE = 1 << 20

Read = Callable[[], pa.Table]
Wanted = Callable[[Sequence[str]], tuple[list[str], list[str]]]


class Source(Protocol):
    """Rows in pieces; `rows` is how many there are, `None` where only the end tells."""

    schema: pa.Schema
    rows: int | None

    def pieces(self) -> Iterator[Read]:
        """What reads each piece, to be called on any thread."""
        ...


class StreamSource:
    """Record batches of any library that speaks Arrow's C stream interface; they are read once, and in order."""

    def __init__(self, given: Any, name: str, wanted: Wanted) -> None:
        try:
            self._reader = given if isinstance(given, pa.RecordBatchReader) else pa.RecordBatchReader.from_stream(given)
        except TypeError:
            remedy = "give Parquet paths, a dataset, a table or a stream of Arrow record batches"
            raise InvalidValue(name, type(given).__name__, remedy) from None
        self._names, few = wanted(self._reader.schema.names)
        self.schema = plain_schema(pa.schema([self._reader.schema.field(each) for each in self._names]), few)
        self.rows: int | None = given.num_rows if isinstance(given, pa.Table) else None

    def pieces(self) -> Iterator[Read]:
        """Small batches are put together, so that each piece is worth its calls."""
        held: list[pa.RecordBatch] = []
        rows = 0
        for batch in self._reader:
            for start in range(0, batch.num_rows, PIECE):
                held.append(batch.slice(start, PIECE).select(self._names))
                rows += held[-1].num_rows
                if rows >= PIECE:
                    yield partial(self._piece, held)
                    held, rows = [], 0
        if held:
            yield partial(self._piece, held)

    def _piece(self, batches: list[pa.RecordBatch]) -> pa.Table:
        return pa.Table.from_batches(batches).cast(self.schema)


class ParquetSource:
    """A dataset of Parquet files, by row groups; only the wanted columns are decoded."""

    def __init__(self, dataset: pads.FileSystemDataset, wanted: Wanted) -> None:
        self._names, few = wanted(dataset.schema.names)
        coded = [each for each in few if _is_text(dataset.schema.field(each).type)]
        if coded:  # texts of few values stay numbers of a dictionary from the file to the kernel
            options = pads.ParquetReadOptions(dictionary_columns=coded)
            form = pads.ParquetFileFormat(read_options=options)
            fragments = [
                form.make_fragment(each.path, each.filesystem, each.partition_expression)
                for each in dataset.get_fragments()
            ]
            schema = pa.schema(
                [_coded(field) if field.name in coded else field for field in dataset.schema], dataset.schema.metadata
            )
            dataset = pads.FileSystemDataset(fragments, schema, form, dataset.filesystem)
        self._dataset = dataset
        self.schema = plain_schema(pa.schema([dataset.schema.field(each) for each in self._names]), few)
        self.fragments = list(dataset.get_fragments())
        self.rows: int | None = sum(group.num_rows for each in self.fragments for group in each.row_groups)

    @property
    def files(self) -> list[str]:
        """The paths of the files."""
        return list(self._dataset.files)

    def pieces(self) -> Iterator[Read]:
        """Row groups together as long as they are small; one that is large is read by batches."""
        held: list[tuple[Any, list[int]]] = []
        rows = 0
        for fragment in self.fragments:
            for group in fragment.row_groups:
                if group.num_rows > 4 * PIECE:
                    one = fragment.subset(row_group_ids=[group.id])
                    scanner = one.scanner(
                        schema=self._dataset.schema, columns=self._names, batch_size=PIECE, batch_readahead=2
                    )
                    yield from (partial(self._cast, batch) for batch in scanner.to_batches() if batch.num_rows)
                    continue
                if held and held[-1][0] is fragment:
                    held[-1][1].append(group.id)
                else:
                    held.append((fragment, [group.id]))
                rows += group.num_rows
                if rows >= PIECE:
                    yield partial(self.read, held)
                    held, rows = [], 0
        if held:
            yield partial(self.read, held)

    def read(self, groups: Sequence[tuple[Any, list[int]]], where: Any = None) -> pa.Table:
        """Row groups of several files as one table, of them the rows of a filter."""
        tables = [
            fragment.subset(row_group_ids=ids).to_table(
                schema=self._dataset.schema, columns=self._names, filter=where, use_threads=False
            )
            for fragment, ids in groups
        ]
        return pa.concat_tables(tables).cast(self.schema) if tables else self.schema.empty_table()

    def _cast(self, batch: pa.RecordBatch) -> pa.Table:
        return pa.Table.from_batches([batch]).cast(self.schema)


def open_source(given: Any, name: str, wanted: Wanted) -> Source:
    """Paths (files, folders, globs, lists of them) and datasets as Parquet, anything else as a stream of batches.

    `wanted` chooses columns by name, and says which of them have few values if they are texts. Raises `InvalidValue`
    where nothing can be read.
    """
    if isinstance(given, str | Path):
        given = _dataset([given], name)
    elif isinstance(given, list | tuple):
        given = _dataset(given, name)
    if isinstance(given, pads.FileSystemDataset) and isinstance(given.format, pads.ParquetFileFormat):
        return ParquetSource(given, wanted)
    if isinstance(given, pads.Dataset):
        given = given.scanner(columns=wanted(given.schema.names)[0]).to_reader()
    return StreamSource(given, name, wanted)


def read_all(source: Source) -> pa.Table:
    """All rows of a source at once."""
    tables = [read() for read in source.pieces()]
    return pa.concat_tables(tables) if tables else source.schema.empty_table()


def _dataset(paths: Sequence[Any], name: str) -> pads.Dataset:
    found: list[str] = []
    if not paths:
        raise InvalidValue(name, [], "give at least one Parquet file; there is no such file")
    for path in map(str, paths):
        has_magic = glob.has_magic(path) and not Path(path).exists()
        named = sorted(glob.glob(path, recursive=True)) if has_magic else [path]  # noqa: PTH207  Path.glob takes no absolute pattern
        if not named or not all(Path(each).exists() for each in named):
            raise InvalidValue(name, path, "there is no such file; give Parquet files, folders of them, or globs")
        found += named
    try:
        several = found[0] if len(found) == 1 else [file for each in found for file in _files(each)]
        return pads.dataset(several, format="parquet", partitioning="hive")
    except pa.ArrowInvalid as error:
        raise InvalidValue(name, ", ".join(found[:3]), f"give Parquet files ({error})") from None


def _files(path: str) -> list[str]:
    if not Path(path).is_dir():
        return [path]
    return list(pads.dataset(path, format="parquet").files)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _coded(field: pa.Field) -> pa.Field:
    return pa.field(field.name, pa.dictionary(pa.int32(), field.type))
