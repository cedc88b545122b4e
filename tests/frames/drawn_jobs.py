"""Jobs with credits of many payees, drawn by seed, and results as plain values that can be compared."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
from bulk_cases import PAYEES, as_case, tables

from salesrules.core import InvalidDocument
from salesrules.frames import BulkJob, find_refusals
from salesrules.testing import seeded_cases


def drawn_jobs(seed: int, plans: int, payees: int = 9, credits: int = 12) -> Iterator[tuple[BulkJob, pa.Table]]:
    """Jobs that pay without fault, with shuffled credits: each payee has some of the case's, and quotas of its own."""
    for number, drawn in enumerate(seeded_cases(seed, plans=plans, credits=credits)):
        case = as_case(drawn)
        if case is None or find_refusals(case.plan):
            continue
        given = tables(case)
        chance = random.Random(f"{seed}/{number}")
        names = [f"payee {index} é" for index in range(payees)]
        one = given["credits"].filter(pc.equal(given["credits"]["payee"], PAYEES[0]))
        bound = {*filter(None, one["original"].to_pylist())}  # sales whose returns are there
        several = [_some(one, name, bound, chance) for name in names]
        table = pa.concat_tables(several)
        table = table.take(chance.sample(range(len(table)), len(table)))
        table = table.append_column("note", pa.array([f"note {row}" for row in range(len(table))]))
        held = given["quotas"].filter(pc.equal(given["quotas"]["payee"], PAYEES[0]))
        quotas = pa.concat_tables([_renamed(held, name) for name in names])
        job = BulkJob(
            plan=case.plan,
            pay_period=given["pay_period"],
            quotas=quotas,
            calendar=given["calendar"],
            digits=given["digits"],
        )
        try:
            job.run(table)
        except InvalidDocument as error:
            if not {fault.code for fault in error.faults} <= {"frames.out_of_range", "frames.numbers_too_fine"}:
                raise
            continue
        yield job, table


def _some(credits: pa.Table, payee: str, bound: set[str], chance: random.Random) -> pa.Table:
    """A payee's part of the credits; a return comes with its sale."""
    rows = zip(credits["id"].to_pylist(), credits["original"].to_pylist(), strict=True)
    kept = [bool(original) or id_ in bound or chance.random() < 0.7 for id_, original in rows]
    return _renamed(credits.filter(pa.array(kept)), payee)


def _renamed(table: pa.Table, payee: str) -> pa.Table:
    names = pa.array([payee] * len(table), pa.string())
    return table.set_column(table.column_names.index("payee"), "payee", names)


def plain(table: pa.Table) -> list[tuple[tuple[str, str], ...]]:
    """Rows as texts in an order of their own: two tables are equal to the cent where these are."""
    rows = [{name: str(value) for name, value in row.items()} for row in table.to_pylist()]
    return sorted(tuple(sorted(row.items())) for row in rows)
