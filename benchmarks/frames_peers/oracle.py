"""The judge: the literal oracle over whole payees of a sample, and how peers are compared to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl

from frames_peers import workload
from salesrules.core import DateRange
from salesrules.quotas import Quota
from salesrules.testing import PlainCredit, pay_literally

KEY = ["id", "role", "payee"]


def pay(credits: pl.DataFrame, quotas: pl.DataFrame) -> pl.DataFrame:
    """What each credit of a few payees pays by the literal oracle, in cents."""
    found: list[tuple[str, str, str, int]] = []
    text = credits.with_columns(pl.col("id", "payee", "role", "class").cast(pl.String))
    starts = {label: workload.QUARTERS[place : place + 2] for place, label in enumerate(workload.LABELS)}
    for (payee,), rows in text.group_by("payee"):
        held = quotas.filter(pl.col("payee").cast(pl.String) == payee)
        numbers = [
            Quota(
                id=label, holder=payee, measure="amount", unit="USD", amount=Decimal(amount) / 100,
                span=DateRange(*map(workload.day_of, starts[label])),
            )
            for label, amount in held.select("period", "amount").iter_rows()
        ]  # fmt: skip
        lines = pay_literally(workload.plan(), plain(rows), pay_period="quarter", quotas=numbers)
        cents: dict[tuple[str, str], int] = {}
        for line in lines:
            key = (line.transaction, line.role)
            cents[key] = cents.get(key, 0) + int(line.amount * 100)
        found += [(*key, str(payee), amount) for key, amount in cents.items()]
    return pl.DataFrame(found, schema={**dict.fromkeys(KEY, pl.String), "commission": pl.Int64}, orient="row")


def plain(rows: pl.DataFrame) -> list[PlainCredit]:
    """Rows for the oracle; a return names any sale, since it lowers the measure whatever it takes back."""
    listed = list(rows.select("id", "day", "role", "class", "amount").iter_rows())
    sale = next(id for id, _, role, _, amount in listed if amount > 0 and role == "direct")
    return [
        PlainCredit(
            id=id, day=day if isinstance(day, date) else day.date(), role=role, attributes={"class": kind},
            amount=Decimal(amount) / 100, original="" if amount >= 0 else sale,
        )
        for id, day, role, kind, amount in listed
    ]  # fmt: skip


def in_order(paid: pl.DataFrame) -> pl.DataFrame:
    """Credits' pay by text, so that frames of any kind compare."""
    return paid.select(*(pl.col(name).cast(pl.String) for name in KEY), pl.col("commission").cast(pl.Int64)).sort(KEY)


def differences(mine: pl.DataFrame, theirs: pl.DataFrame) -> int:
    """How many credits two of them pay differently, or that only one has."""
    both = in_order(mine).join(in_order(theirs), on=KEY, how="full", coalesce=True)
    return both.filter(pl.col("commission").ne_missing(pl.col("commission_right"))).height


def sample(credits: pl.DataFrame, most: int = 3_000) -> pl.DataFrame:
    """All credits of some payees: of the top, where overrides are many, and of the rest, up to so many rows."""
    sizes = credits.group_by("payee").len().sort("payee")
    people = sizes.filter(pl.col("len") <= most // 2)
    chosen = pl.concat([people.head(40), people.tail(40), people.gather_every(max(1, people.height // 40))]).unique()
    chosen = chosen.sort("len", "payee").filter(pl.col("len").cum_sum() <= most)
    few = people.sort("len").tail(1)
    return credits.join(pl.concat([chosen, few]).select("payee").unique(), on="payee", how="semi")


def by_number(paid: pl.DataFrame) -> pl.Series:
    """Pay in the order of ids and roles, for comparing millions of rows at once."""
    id = pl.col("id").cast(pl.String).str.strip_prefix("s").cast(pl.Int64)
    keys = paid.select(id=id if paid.schema["id"] == pl.String else pl.col("id"), role=pl.col("role").cast(pl.String))
    return keys.with_columns(commission=paid["commission"].cast(pl.Int64)).sort("id", "role")["commission"]
