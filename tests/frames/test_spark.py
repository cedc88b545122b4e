"""Spark: `mapInArrow` over whole payees and expressions pay what one run in memory pays; skipped without Java."""

from __future__ import annotations

import os
import shutil
import sys

import pyarrow as pa
import pytest
from drawn_jobs import drawn_jobs, plain
from large_crowds import cases, differences
from test_many_rows import wrong_rows

from salesrules.core import InvalidDocument
from salesrules.frames import BulkJob, calculate_lazily, calculate_on_spark
from salesrules.testing import simple_plan

pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java, and there is none here")
JOB = BulkJob(plan=simple_plan({0: "2%", 100: "4%"}), pay_period="quarter")


@pytest.fixture(scope="module")
def spark():
    from pyspark.sql import SparkSession

    paths = [path for path in sys.path if path]
    options = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        # what makes long runs fast makes short ones slow
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.constraintPropagation.enabled": "false",
        "spark.sql.adaptive.enabled": "false",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("PYTHONPATH", os.pathsep.join(paths))
        session = SparkSession.builder.master("local[2]").config(map=options).getOrCreate()
        yield session
        session.stop()


def test_random_plans_pay_in_partitions_what_they_pay_at_once(spark):
    compared = 0
    for job, table in drawn_jobs(9, plans=2, payees=40):
        result = calculate_on_spark(job, spark.createDataFrame(table), partitions=2)
        found = [result.credits.toArrow(), result.statements.toArrow()]
        assert [plain(each) for each in found] == [plain(each) for each in job.run(table)]
        compared += len(table)
    assert compared > 100


def test_a_hundred_thousand_credits_are_paid_as_on_paper(spark):
    def run(plan, credits, quotas, **options):
        job = BulkJob(plan=plan, quotas=quotas, **options)
        return calculate_on_spark(job, spark.createDataFrame(credits), partitions=2).credits.toArrow()

    wrong, paid = wrong_rows(run, 110_000, plans=3)
    assert wrong == []
    assert paid > 100_000


def test_expressions_pay_what_the_kernel_pays(spark):
    def run(plan, credits, quotas, **options):
        given = [spark.createDataFrame(table) for table in (credits, quotas)]
        result = calculate_lazily(plan, given[0], quotas=given[1], trust_ids=True, **options)
        return result.credits.toArrow(), result.statements.toArrow()

    found, same = differences(run, cases(plans=4)[1:2])
    assert found == []
    assert same > 500


def sold(**columns):
    days = pa.array([0, 1, 2], pa.int32()).cast(pa.date32())
    return pa.table({"id": list("abc"), "payee": ["ana", "bo", "ana"], "day": days, "amount": [1, 2, 3], **columns})


def test_faults_of_rows_come_with_their_codes(spark):
    from pyspark.errors import PythonException

    result = calculate_on_spark(JOB, spark.createDataFrame(sold(id=["a", "b", "a"])), cache=False)
    with pytest.raises(PythonException, match=r"(?s)1 row\(s\) have the id.*codes: frames\.duplicate_id"):
        result.credits.collect()


def test_missing_columns_are_refused_before_spark_runs(spark):
    with pytest.raises(InvalidDocument, match="the column is missing"):
        calculate_on_spark(JOB, spark.createDataFrame(sold().drop_columns(["day"])))


def test_columns_of_any_name_and_none_that_is_not_needed(spark):
    table = sold().rename_columns(["id", "the rep", "day", "amount"])
    job = BulkJob(plan=JOB.plan, pay_period="quarter", columns={"payee": "the rep"})
    frame = spark.createDataFrame(table).selectExpr("*", "make_interval(1) AS other")  # Arrow cannot hold it
    result = calculate_on_spark(job, frame)
    assert result.credits.columns == ["id", "payee", "day", "role", "period", "commission"]
    assert sorted(row["payee"] for row in result.statements.collect()) == ["ana", "bo"]


def test_the_examples_of_the_page_run(spark, root):
    from sybil import Sybil
    from sybil.parsers.markdown import PythonCodeBlockParser

    page = Sybil(parsers=[PythonCodeBlockParser()]).parse(root / "docs" / "how-to" / "bulk-pyspark.md")
    examples = list(page.examples())
    for example in examples:  # the last of them stops the session, as a script would
        example.evaluate()
    assert len(examples) == 4
