"""Dask: the shuffle keeps payees whole, so partitions pay what one run in memory pays."""

from __future__ import annotations

import dask
import dask.dataframe as dd
import pandas as pd
import pyarrow as pa
import pytest
from drawn_jobs import drawn_jobs, plain
from test_many_rows import wrong_rows

from salesrules.core import InvalidDocument
from salesrules.frames import BulkJob, calculate_on_dask
from salesrules.testing import simple_plan

JOB = BulkJob(plan=simple_plan({0: "2%", 100: "4%"}), pay_period="quarter")


@pytest.fixture(autouse=True)
def threads():
    with dask.config.set(scheduler="threads", num_workers=2):
        yield


@pytest.fixture(scope="module")
def cluster():
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture
def client(cluster):
    """The cluster for one test: with it rows go from worker to worker, without it over the disk."""
    with cluster.as_current(), dask.config.set(scheduler="distributed"):
        yield cluster


def arrow(frame):
    return pa.Table.from_pandas(frame, preserve_index=False)


def to_dask(table, partitions=4):
    """A frame of pandas with Arrow's types, in partitions that cut through the payees."""
    return dd.from_pandas(table.to_pandas(types_mapper=pd.ArrowDtype), npartitions=partitions, sort=False)


def sold(**columns):
    days = pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03"])
    return pd.DataFrame({"id": list("abc"), "payee": ["ana", "bo", "ana"], "day": days, "amount": [1, 2, 3], **columns})


def test_random_plans_pay_in_partitions_what_they_pay_at_once():
    compared = 0
    for job, table in drawn_jobs(9, plans=8):
        result = calculate_on_dask(job, to_dask(table), partitions=3)
        credits, statements = dask.compute(result.credits, result.statements)
        assert [plain(arrow(each)) for each in (credits, statements)] == [plain(each) for each in job.run(table)]
        compared += len(table)
    assert compared > 200


def test_a_hundred_thousand_credits_are_paid_as_on_paper():
    def run(plan, credits, quotas, **options):
        job = BulkJob(plan=plan, quotas=quotas, **options)
        return arrow(calculate_on_dask(job, to_dask(credits), partitions=3).credits.compute())

    wrong, paid = wrong_rows(run, 110_000)
    assert wrong == []
    assert paid > 100_000


def test_a_cluster_pays_the_same_and_meta_says_what_comes(client):
    job, table = next(iter(drawn_jobs(12, plans=3, payees=20)))
    result = calculate_on_dask(job, to_dask(table))
    for lazy, expected in zip((result.credits, result.statements), job.run(table), strict=True):
        found = client.compute(lazy).result()
        assert plain(arrow(found)) == plain(expected)
        assert dict(found.dtypes) == dict(lazy.dtypes)


def test_both_results_come_from_one_run(monkeypatch):
    runs = []
    inner = BulkJob.run
    monkeypatch.setattr(BulkJob, "run", lambda job, part: runs.append(len(part)) or inner(job, part))
    result = calculate_on_dask(JOB, dd.from_pandas(sold(), npartitions=3))
    runs.clear()  # that of no rows, for the meta
    dask.compute(result.credits, result.statements)
    assert len(runs) == 3  # one of each partition
    assert sum(runs) == 3


def test_faults_of_rows_come_as_they_are_when_the_result_is_computed(client):
    result = calculate_on_dask(JOB, dd.from_pandas(sold(id=["a", "b", "a"]), npartitions=2))
    with pytest.raises(InvalidDocument) as error:
        client.compute(result.credits).result()
    assert [fault.code for fault in error.value.faults] == ["frames.duplicate_id"]


def test_missing_columns_are_refused_before_anything_runs():
    with pytest.raises(InvalidDocument, match="the column is missing"):
        calculate_on_dask(JOB, dd.from_pandas(sold().drop(columns="day"), npartitions=1))


def test_more_partitions_than_payees_leave_some_empty():
    result = calculate_on_dask(JOB, dd.from_pandas(sold(), npartitions=3), partitions=7)
    assert sorted(map(str, result.credits["commission"].compute())) == ["0.00", "0.00", "0.00"]
    assert result.credits.npartitions == 7
    assert len(result.statements) == 2
