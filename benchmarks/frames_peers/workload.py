"""The plan and the credits that every peer is given: made with NumPy from row numbers alone, everywhere the same.

Everybody in a tree of people sells 25 times a quarter, for four quarters; one sale of twenty is a return. Who stands
one step above the seller is credited as `override_1`, who stands two steps above as `override_2`: those credits are
rows of the frame like any other, and N counts all of them (about a third are direct). Ids have ten digits and payees
seven, so that numbers and their text stand in the same order. Amounts are whole cents.

The plan pays a seller's own credits by (a) six marginal tiers of attainment of the quarter's quota, (b) one rate on all
of it by the attainment reached, (c) a rate on two classes of deals; both overrides at a rate of their own; all of it up
to a cap per payee and quarter, handed out to credits in order, rounded half up by the running total.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import attrs
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from salesrules.commissions import AmountTable, AttainmentTable, Cap, Component, Filter, Plan, StatementRounding
from salesrules.core import Band, BandTable, Money, Rate
from salesrules.testing import simple_plan

ROLES = ("direct", "override_1", "override_2")
CLASSES = ("renewal", "new", "service", "strategic")
STARTS = ("2025-01-01", "2025-04-01", "2025-07-01", "2025-10-01", "2026-01-01")
QUARTERS = tuple(int(np.datetime64(start, "D").astype(np.int64)) for start in STARTS)
LABELS = tuple(f"2025-Q{number}" for number in (1, 2, 3, 4))
PER_QUARTER = 25
#: What each engine is given.
THREADS = 2
FIRST_PAYEE, FIRST_ID = 1_000_000, 1_000_000_000
CAP_CENTS = 150_000
TIERS = {"0": "1%", "0.5": "2%", "0.8": "3%", "1": "4.5%", "1.2": "6%", "1.5": "3%"}
RETROACTIVE = {"0": "0%", "0.8": "0.25%", "1": "0.5%", "1.25": "1%"}
CLASS_RATE, OVERRIDE_RATES = "1.5%", {"override_1": "0.25%", "override_2": "0.1%"}


def bands(rates: dict[str, str]) -> BandTable[Rate]:
    return BandTable(bands=[Band(start=Decimal(start), value=Rate.parse(rate)) for start, rate in rates.items()])


def plan() -> Plan:
    """The plan."""
    common: dict[str, Any] = {"measure": "amount", "accumulate": "quarter"}
    direct = {"credits": ["direct"], **common}
    by_class = Component(
        id="class",
        filters=[Filter(attribute="class", one_of=["new", "strategic"])],
        table=AmountTable(mode="marginal", tiers=bands({"0": CLASS_RATE})),
        **direct,
    )
    components = [
        Component(id="tiers", table=AttainmentTable(mode="marginal", tiers=bands(TIERS)), **direct),
        Component(id="retroactive", table=AttainmentTable(mode="whole_amount", tiers=bands(RETROACTIVE)), **direct),
        by_class,
        *(
            Component(id=role, credits=[role], table=AmountTable(mode="marginal", tiers=bands({"0": rate})), **common)
            for role, rate in OVERRIDE_RATES.items()
        ),
    ]
    return attrs.evolve(
        simple_plan({0: "1%"}),
        id="sales-2025",
        family="sales",
        components=components,
        rounding=StatementRounding(level="cumulative", mode="half_up"),
        cap=Cap(id="cap", amount=Money(Decimal(CAP_CENTS) / 100, "USD")),
    )


class Size(NamedTuple):
    """How many people there are, and how many report to each."""

    people: int
    span: int

    @property
    def sales(self) -> int:
        """How many sales are made in the four quarters."""
        return self.people * PER_QUARTER * 4


def size_of(rows: int, span: int = 8) -> Size:
    """The people whose sales make about so many credits: three of each sale, but for those near the top."""
    return Size(max(1, rows // (3 * PER_QUARTER * 4)), span)


def mixed(numbers: np.ndarray, salt: int) -> np.ndarray:
    """Numbers that look random, made of others alone (splitmix64)."""
    state = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt * 0xD1342543DE82EF95 % 2**64)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def columns_of(size: Size, first: int, last: int) -> dict[str, np.ndarray]:
    """The credits of some of the sales by number, sale by sale, in the order of their days."""
    sale = np.arange(first, last, dtype=np.int64)
    in_quarter = size.people * PER_QUARTER
    quarter, place = np.divmod(sale, in_quarter)
    starts = np.array(QUARTERS)
    day = starts[quarter] + place * (starts[quarter + 1] - starts[quarter]) // in_quarter
    seller = place * 2_147_483_647 % in_quarter % size.people  # a prime: each has 25, spread over the quarter
    amount = 100 + (mixed(sale, 1) % np.uint64(400_000)).astype(np.int64)
    amount = np.where(mixed(sale, 2) % np.uint64(20) == 0, -(amount // 2), amount)
    kind = (mixed(sale, 3) % np.uint64(len(CLASSES))).astype(np.uint8)
    first_above = np.where(seller > 0, (seller - 1) // size.span, -1)
    second_above = np.where(first_above > 0, (first_above - 1) // size.span, -1)
    payee = np.stack([seller, first_above, second_above], axis=1).reshape(-1)
    there = payee >= 0
    three = {
        "id": np.repeat(sale + FIRST_ID, 3),
        "payee": payee + FIRST_PAYEE,
        "day": np.repeat(day.astype(np.int32), 3),
        "role": np.tile(np.arange(3, dtype=np.uint8), len(sale)),
        "class": np.repeat(kind, 3),
        "amount": np.repeat(amount, 3),
    }
    return {name: values[there] for name, values in three.items()}


def as_arrow(columns: dict[str, np.ndarray], *, text: bool = False) -> pa.Table:
    """The columns as Arrow: words as dictionaries; with `text`, ids, payees and words as plain text."""

    def words(codes: np.ndarray, names: tuple[str, ...]) -> Any:
        array = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(names))
        return array.dictionary_decode() if text else array

    def numbers(values: np.ndarray, letter: str) -> Any:
        array = pa.array(values)
        if not text:
            return array
        from pyarrow import compute

        return compute.binary_join_element_wise(letter, array.cast(pa.string()), "")

    return pa.table(
        {
            "id": numbers(columns["id"], "s"),
            "payee": numbers(columns["payee"], "p"),
            "day": pa.array(columns["day"], pa.int32()).cast(pa.date32()),
            "role": words(columns["role"], ROLES),
            "class": words(columns["class"], CLASSES),
            "amount": pa.array(columns["amount"]),
        }
    )


def make_credits(rows: int, *, shuffled: bool = False, text: bool = False, span: int = 8) -> pl.DataFrame:
    """About so many credits as a Polars frame, in the order of their days or shuffled."""
    size = size_of(rows, span)
    columns = columns_of(size, 0, size.sales)
    if shuffled:
        order = np.random.default_rng(7).permutation(len(columns["id"]))
        columns = {name: values[order] for name, values in columns.items()}
    frame = pl.from_arrow(as_arrow(columns, text=text))
    assert isinstance(frame, pl.DataFrame)
    words = pl.String if text else None
    return frame.with_columns(
        pl.col("role").cast(words or pl.Enum(ROLES)), pl.col("class").cast(words or pl.Enum(CLASSES))
    ).rechunk()


def make_quotas(rows: int, *, text: bool = False, span: int = 8) -> pl.DataFrame:
    """A quota for each person and quarter, in cents."""
    people = np.arange(size_of(rows, span).people, dtype=np.int64)
    payee = np.repeat(people + FIRST_PAYEE, 4)
    amount = 3_000_000 + (mixed(payee * 4 + np.tile(np.arange(4), len(people)), 4) % np.uint64(4_000_001)).astype(
        np.int64
    )
    frame = pl.DataFrame({"payee": payee, "period": list(LABELS) * len(people), "amount": amount})
    return frame.with_columns(pl.format("p{}", "payee").alias("payee")) if text else frame


def in_parts(rows: int, sales: int = 400_000, span: int = 8) -> Iterator[pa.Table]:
    """The credits in the order of their days, some sales at a time, so that they need not fit into memory."""
    size = size_of(rows, span)
    for first in range(0, size.sales, sales):
        yield as_arrow(columns_of(size, first, min(first + sales, size.sales)))


def write_parquet(rows: int, folder: Path) -> int:
    """Write `credits.parquet` and `quotas.parquet`; how many credits there are."""
    make_quotas(rows).write_parquet(folder / "quotas.parquet")
    written = 0
    writer: pq.ParquetWriter | None = None
    for part in in_parts(rows):
        writer = writer or pq.ParquetWriter(folder / "credits.parquet", part.schema, compression="zstd")
        writer.write_table(part)
        written += len(part)
    if writer is not None:
        writer.close()
    return written


def day_of(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=int(number))
