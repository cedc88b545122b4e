"""The benchmark's peers pay what the literal oracle pays, so that their times can be compared; and a slip is found."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
ROWS, SPAN = 2_000, 2


@pytest.fixture(scope="module")
def peers():
    sys.path.insert(0, str(BENCHMARKS))
    from frames_peers import duckdb_peer, engine, oracle, polars_peer, workload

    yield {
        "duckdb": duckdb_peer, "engine": engine, "oracle": oracle, "polars": polars_peer, "workload": workload
    }  # fmt: skip
    sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module", params=[False, True], ids=["numbers", "text"])
def frames(request, peers):
    """Credits, quotas, and what the oracle pays for them."""
    make = peers["workload"]
    credits = make.make_credits(ROWS, shuffled=True, text=request.param, span=SPAN)
    quotas = make.make_quotas(ROWS, text=request.param, span=SPAN)
    return credits, quotas, peers["oracle"].pay(credits, quotas)


def test_the_workload_has_all_that_it_says(peers, frames):
    credits, _, paid = frames
    assert set(credits["role"].cast(pl.String)) == {"direct", "override_1", "override_2"}
    assert 0 < credits.filter(pl.col("amount") < 0).height < credits.height // 10
    by_quarter = paid.join(
        credits.with_columns(pl.col("id", "payee", "role").cast(pl.String), quarter=pl.col("day").dt.quarter()),
        on=["id", "payee", "role"],
    ).group_by("payee", "quarter").agg(pl.col("commission").sum())  # fmt: skip
    capped = by_quarter.filter(pl.col("commission") == peers["workload"].CAP_CENTS)
    assert 0 < capped.height < by_quarter.height


@pytest.mark.parametrize("engine", ["streaming", "in-memory"])
def test_polars_pays_what_paper_pays(peers, frames, engine):
    credits, quotas, expected = frames
    paid, statements = peers["polars"].pay(credits, quotas, engine)
    assert peers["oracle"].differences(paid, expected) == 0
    assert statements["commission"].sum() == expected["commission"].sum()
    assert statements["credits"].sum() == len(credits)


def test_duckdb_pays_what_paper_pays(peers, frames):
    credits, quotas, expected = frames
    with peers["duckdb"].connect() as connection:
        peers["duckdb"].pay(connection, credits, quotas)
        paid, statements = peers["duckdb"].read(connection)
    assert peers["oracle"].differences(paid, expected) == 0
    assert statements["commission"].sum() == expected["commission"].sum()
    assert statements["credits"].sum() == len(credits)


def test_the_bulk_engine_pays_what_paper_pays(peers, frames):
    credits, quotas, expected = frames
    paid, statements = peers["engine"].read(peers["engine"].pay(credits, quotas))
    assert peers["oracle"].differences(paid, expected) == 0
    assert statements["commission"].sum() == expected["commission"].sum()


def test_a_tier_that_is_off_by_one_is_found(peers, frames, monkeypatch):
    credits, quotas, expected = frames
    slipped = peers["duckdb"].BY_ATTAINMENT.replace("< 20 * quota THEN 60", "< 21 * quota THEN 60")
    monkeypatch.setattr(peers["duckdb"], "BY_ATTAINMENT", slipped)
    with peers["duckdb"].connect() as connection:
        peers["duckdb"].pay(connection, credits, quotas)
        paid, _ = peers["duckdb"].read(connection)
    assert peers["oracle"].differences(paid, expected) > 0


def test_parquet_to_parquet_pays_the_same(peers, tmp_path):
    written = peers["workload"].write_parquet(ROWS, tmp_path)
    expected = peers["oracle"].pay(pl.read_parquet(tmp_path / "credits.parquet"), peers["workload"].make_quotas(ROWS))
    for peer in ("polars", "duckdb"):
        peers[peer].pay_files(tmp_path)
        paid = pl.read_parquet(tmp_path / "paid.parquet")
        assert len(paid) == written
        assert peers["oracle"].differences(paid, expected) == 0
        assert pl.read_parquet(tmp_path / "statements.parquet")["commission"].sum() == expected["commission"].sum()
