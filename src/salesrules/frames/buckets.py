"""Rows scattered into buckets of whole payees: a hash of the payee, a counting sort of each batch, files on disk."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["MOST_BITS", "Bucket", "Scattered", "hash_payees", "is_coded", "plain_schema", "scatter", "write_buckets"]

Hashes = npt.NDArray[np.uint64]

#: 256 files open at once; the number of a bucket fits one byte, and bytes are sorted by counting.
MOST_BITS = 8
_STEP = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio, odd
_BASE = np.uint64(0xD1342543DE82EF95)  # odd, well spread powers


@attrs.frozen(kw_only=True)
class Bucket:
    """A file of rows of whole payees, as an Arrow stream; `bits` is how much of the hash they have in common."""

    path: Path
    rows: int
    bits: int

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows in the order in which they came."""
        with pa.OSFile(str(self.path)) as file, pa.ipc.open_stream(file) as reader:
            yield from reader

    def table(self) -> pa.Table:
        """All rows at once."""
        with pa.OSFile(str(self.path)) as file, pa.ipc.open_stream(file) as reader:
            return reader.read_all().unify_dictionaries()

    def split(self, payee: str, as_text: bool, bits: int) -> list[Bucket]:
        """2^`bits` buckets in its place, by the following bits of the hash."""
        parts = (scatter(batch, hash_payees(batch.column(payee), as_text), self.bits, bits) for batch in self.batches())
        with pa.OSFile(str(self.path)) as file, pa.ipc.open_stream(file) as reader:
            schema = reader.schema
        found = write_buckets(parts, schema, self.path.with_suffix(""), self.bits, bits)
        self.remove()
        return found

    def remove(self) -> None:
        """Give the disk back."""
        self.path.unlink(missing_ok=True)


@attrs.frozen
class Scattered:
    """Rows in the order of their buckets; bucket k has those from `ends[k - 1]` to `ends[k]`."""

    rows: pa.RecordBatch
    ends: Sequence[int]


def plain_schema(schema: pa.Schema, keep: Collection[str] = ()) -> pa.Schema:
    """The schema without views, and without dictionaries but in the columns to `keep`, which have few values."""
    return pa.schema(
        [field if field.name in keep and is_coded(field.type) else _plain_field(field) for field in schema]
    )


def is_coded(kind: pa.DataType) -> bool:
    """Whether values are numbers of texts in a dictionary."""
    return bool(pa.types.is_dictionary(kind) and kind.value_type in (pa.string(), pa.large_string()))


def hash_payees(payees: pa.Array, as_text: bool) -> Hashes:
    """64 bits for each payee, the same for the same one; with `as_text` whole numbers count as their text.

    >>> numbers, texts = pa.array([7, 12, None]), pa.array(["7", "12", None])
    >>> (hash_payees(numbers, as_text=True) == hash_payees(texts, as_text=True)).all().item()
    True
    """
    if as_text:
        encoded = payees.cast(pa.large_string()).dictionary_encode()
        codes = encoded.indices.fill_null(0).to_numpy(zero_copy_only=False)
        found = _hash_texts(encoded.dictionary)
        return found[codes] if len(found) else np.zeros(len(payees), dtype=np.uint64)
    if not pa.types.is_integer(payees.type):  # a column that the job refuses: where its rows are does not matter
        return np.zeros(len(payees), dtype=np.uint64)
    numbers = payees.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64, copy=False).view(np.uint64)
    mixed: Hashes = numbers * _STEP
    mixed ^= mixed >> np.uint64(29)
    return mixed


def scatter(rows: pa.RecordBatch, hashes: Hashes, used: int, bits: int) -> Scattered:
    """The rows sorted into 2^`bits` buckets by the bits of the hash that follow the first `used`."""
    if not bits:
        return Scattered(rows, [rows.num_rows])
    codes = ((hashes << np.uint64(used)) >> np.uint64(64 - bits)).astype(np.uint8)
    order = np.argsort(codes, kind="stable")  # of bytes: by counting
    ends = np.cumsum(np.bincount(codes, minlength=1 << bits))
    places = pa.array(order.astype(np.uint32))
    return Scattered(pc.take(rows, places, boundscheck=False), ends.tolist())


def write_buckets(parts: Iterable[Scattered], schema: pa.Schema, folder: Path, used: int, bits: int) -> list[Bucket]:
    """A file for each bucket of the scattered parts, in order; an empty bucket has one too."""
    folder.mkdir()
    paths = [folder / f"{number:03}.arrow" for number in range(1 << bits)]
    rows = [0] * len(paths)
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(pa.OSFile(str(path), "wb")) for path in paths]
        writers = [stack.enter_context(pa.ipc.new_stream(file, schema)) for file in files]
        for part in parts:
            start = 0
            for number, end in enumerate(part.ends):
                if end > start:
                    writers[number].write_batch(part.rows.slice(start, end - start))
                    rows[number] += end - start
                start = end
    return [Bucket(path=path, rows=count, bits=used + bits) for path, count in zip(paths, rows, strict=True)]


def _plain_field(field: pa.Field) -> pa.Field:
    return pa.field(field.name, _plain(field.type))


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    return pa.large_string() if pa.types.is_string_view(kind) else kind


def _hash_texts(values: pa.Array) -> Hashes:
    """A polynomial of each text's bytes, all at once: weighted bytes are summed up and the sums' differences taken."""
    encoded = pa.concat_arrays([values]).cast(pa.large_binary())
    offsets = np.frombuffer(encoded.buffers()[1], dtype=np.int64)[encoded.offset :][: len(encoded) + 1]
    start, lengths = offsets[:1].sum(), np.diff(offsets)
    if not len(lengths) or not lengths.max():
        return np.zeros(len(lengths), dtype=np.uint64)
    data = np.frombuffer(encoded.buffers()[2], dtype=np.uint8)[start : offsets[-1]].astype(np.uint64)
    weights = np.multiply.accumulate(np.full(lengths.max(), _BASE))
    places = np.arange(len(data)) - np.repeat(offsets[:-1] - start, lengths)
    sums = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum((data + np.uint64(1)) * weights[places])))
    found = (sums[offsets[1:] - start] - sums[offsets[:-1] - start]) * _STEP
    mixed: Hashes = found ^ (found >> np.uint64(29))
    return mixed
