"""A plan over more rows than memory holds: buckets of whole payees, from Parquet or Arrow streams to the same."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from salesrules.core import InvalidValue
from salesrules.frames.bulk_result import BulkResult
from salesrules.frames.job import BulkJob
from salesrules.frames.outputs import ArrowOutput, ParquetOutput
from salesrules.frames.stream_runs import Progress, StreamRun, StreamSummary

__all__ = ["StreamSummary", "calculate_to_parquet", "calculate_to_stream"]

#: Bytes of memory that a run may take unless told otherwise.
MEMORY = 2 * 2**30


def calculate_to_parquet(
    job: BulkJob,
    credits: Any,
    *,
    credits_to: str | Path,
    statements_to: str | Path,
    quotas: Any = None,
    memory: int = MEMORY,
    workers: int = 2,
    temporary: str | Path | None = None,
    on_progress: Progress | None = None,
) -> StreamSummary:
    """Pay all credits and write two Parquet files; memory is bounded by `memory` (bytes) and the largest payee.

    `credits` and `quotas` are Parquet files, folders, globs or lists of them, a PyArrow dataset, or anything that gives
    Arrow record batches (a reader, a table, a DuckDB relation); `quotas` stands in place of the job's. The credits come
    out by buckets of payees, in the given order within a payee. Rows that wait for their turn lie in a folder under
    `temporary` (beside the result unless given), which is removed in any case. The files appear when all is done, in
    place of what stood there; after a fault nothing has changed. `on_progress(done, total)` counts rows, each once for
    each time it is touched; the total is `None` while nobody knows it.

    Raises `InvalidValue` for what cannot be read, and `InvalidDocument` with the faults of all buckets together.
    """
    to = [Path(credits_to), Path(statements_to)]
    for name, path in zip(("credits_to", "statements_to"), to, strict=True):
        if not path.parent.is_dir():
            raise InvalidValue(name, str(path), "make its folder first")
    beside = Path(temporary) if temporary is not None else to[0].parent
    with StreamRun(job, credits, quotas, memory, workers, beside, on_progress) as run:
        for name, path in zip(("credits_to", "statements_to"), to, strict=True):
            if run.is_read(path):
                raise InvalidValue(name, str(path), "the file is read; give another for the result")
        if to[0].resolve() == to[1].resolve():
            raise InvalidValue("statements_to", str(to[1]), "give another file than that of the credits")
        with ParquetOutput(to[0], run.schemas[0]) as paid, ParquetOutput(to[1], run.schemas[1]) as statements:
            summary = run.write(paid, statements)
            paid.finish()
            statements.finish()
            paid.move_into_place()
            statements.move_into_place()
        return summary


@contextlib.contextmanager
def calculate_to_stream(
    job: BulkJob,
    credits: Any,
    *,
    quotas: Any = None,
    memory: int = MEMORY,
    workers: int = 2,
    temporary: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Iterator[BulkResult]:
    """The same into two streams of Arrow record batches, which live as long as the `with` block.

    Nothing comes out before every bucket is found without fault, so that no reader sees half a run. Arguments and
    errors are those of `calculate_to_parquet`.
    """
    beside = None if temporary is None else Path(temporary)
    with StreamRun(job, credits, quotas, memory, workers, beside, on_progress) as run, contextlib.ExitStack() as stack:
        names = ("credits", "statements")
        outputs = [
            stack.enter_context(ArrowOutput(run.folder / f"{name}.out", schema))
            for name, schema in zip(names, run.schemas, strict=True)
        ]
        run.write(*outputs)
        readers = [stack.enter_context(output.read()) for output in outputs]
        yield BulkResult(credits=readers[0], statements=readers[1])
