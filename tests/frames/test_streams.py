"""Streams: what buckets and ranges pay is what one run in memory pays; memory is bounded; failure leaves nothing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest
from drawn_jobs import drawn_jobs, plain

from salesrules.commissions import AttainmentTable
from salesrules.core import Band, BandTable, InvalidDocument, InvalidValue, Rate
from salesrules.frames import BulkJob, buckets, calculate_to_parquet, calculate_to_stream, sources, stream_runs
from salesrules.testing import simple_plan

PLAN = simple_plan({0: "2%", 100: "4%"})
JOB = BulkJob(plan=PLAN, pay_period="quarter")
#: So little that every bucket is split until its payees are alone.
TINY = 1


def sales(payees, each, **columns):
    """So many credits of so many payees, one payee after the other."""
    count = payees * each
    return pa.table(
        {
            "id": [f"c{index}" for index in range(count)],
            "payee": [f"p{index // each:04}" for index in range(count)],
            "day": pa.array([date(2020, 1, 1) + timedelta(index % each) for index in range(count)], pa.date32()),
            "amount": pa.array([1000 + 37 * index % 9000 for index in range(count)]),
            **columns,
        }
    )


def paid_to(folder, job, credits, **options):
    """Both results of a run to Parquet, and its summary."""
    to = {"credits_to": folder / "paid.parquet", "statements_to": folder / "statements.parquet"}
    summary = calculate_to_parquet(job, credits, **to, **options)
    return pq.read_table(to["credits_to"]), pq.read_table(to["statements_to"]), summary


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


def budget(monkeypatch, rows):
    """Memory for so many rows a part."""
    monkeypatch.setattr(stream_runs, "_rows_within", lambda *_: rows)


def test_random_plans_pay_in_buckets_what_they_pay_at_once(tmp_path, monkeypatch):
    budget(monkeypatch, 8)
    compared = 0
    for number, (job, table) in enumerate(drawn_jobs(5, plans=12)):
        expected = job.run(table)
        pq.write_table(table, tmp_path / "in.parquet", row_group_size=17)
        *found, summary = paid_to(tmp_path, job, tmp_path / "in.parquet")
        assert [plain(each) for each in found] == [plain(each) for each in expected]
        assert summary.scattered
        assert summary.parts > 3
        assert (summary.credits, summary.statements) == tuple(map(len, expected))
        with calculate_to_stream(job, table.to_reader(max_chunksize=number + 1)) as streamed:
            assert plain(streamed.credits.read_all()) == plain(expected[0])
            assert plain(streamed.statements.read_all()) == plain(expected[1])
        compared += len(table)
    assert compared > 400


def test_random_plans_pay_in_ranges_of_sorted_files_what_they_pay_at_once(tmp_path, monkeypatch):
    budget(monkeypatch, 40)
    ways = set()
    for job, shuffled in drawn_jobs(6, plans=12):
        table = shuffled.sort_by([("payee", "ascending")])
        for place in range(3):
            pq.write_table(table.slice(place * 40, 40 if place < 2 else None), tmp_path / f"in{place}.parquet")
        expected = job.run(table)
        # a payee in two files, and one in two row groups
        *found, summary = paid_to(tmp_path, job, tmp_path / "in*.parquet")
        assert [plain(each) for each in found] == [plain(each) for each in expected]
        ways.add(summary.scattered)
    assert False in ways


def test_sorted_files_are_read_in_ranges_and_others_scattered(tmp_path, monkeypatch):
    budget(monkeypatch, 30)
    table = sales(20, 7)
    expected = [plain(each) for each in JOB.run(table)]
    pq.write_table(table, tmp_path / "sorted.parquet", row_group_size=10)
    *found, summary = paid_to(tmp_path, JOB, tmp_path / "sorted.parquet")
    assert not summary.scattered
    assert summary.parts >= 5
    assert [plain(each) for each in found] == expected
    turned = table.sort_by([("payee", "descending")])
    pq.write_table(turned, tmp_path / "turned.parquet", row_group_size=10)
    pq.write_table(table, tmp_path / "untold.parquet", row_group_size=10, write_statistics=False)
    pq.write_table(table, tmp_path / "wide.parquet", row_group_size=31)  # a row group above the budget
    for name in ("turned", "untold", "wide"):
        *found, summary = paid_to(tmp_path, JOB, tmp_path / f"{name}.parquet")
        assert summary.scattered, name
        assert [plain(each) for each in found] == expected


def test_a_range_that_is_not_sorted_inside_is_cut_all_the_same(tmp_path, monkeypatch):
    budget(monkeypatch, 30)
    table = sales(20, 7)
    groups = [table.slice(start, 14).take(np.random.default_rng(start).permutation(14)) for start in range(0, 140, 14)]
    pq.write_table(pa.concat_tables(groups), tmp_path / "in.parquet", row_group_size=14)
    *found, summary = paid_to(tmp_path, JOB, tmp_path / "in.parquet")
    assert not summary.scattered
    assert [plain(each) for each in found] == [plain(each) for each in JOB.run(table)]


def test_one_payee_stays_whole_however_many_rows_and_files_it_has(tmp_path, monkeypatch):
    budget(monkeypatch, 10)
    table = sales(1, 100)
    expected = [plain(each) for each in JOB.run(table)]
    (tmp_path / "in").mkdir()
    for part in range(4):
        pq.write_table(table.slice(part * 25, 25), tmp_path / "in" / f"{part}.parquet", row_group_size=7)
    for credits in (tmp_path / "in", table.take(np.random.default_rng(0).permutation(100))):
        *found, summary = paid_to(tmp_path, JOB, credits)
        assert summary.parts == 1
        assert [plain(each) for each in found] == expected


def test_a_payee_over_many_files_is_paid_as_one(tmp_path):
    table = sales(6, 8)
    order = np.arange(48).reshape(6, 8).T.ravel()  # every file has all payees
    for part in range(8):
        (tmp_path / f"year={part}").mkdir()
        pq.write_table(table.take(order[part * 6 : part * 6 + 6]), tmp_path / f"year={part}" / "x.parquet")
    files = [tmp_path / f"year={part}" / "x.parquet" for part in range(8)]
    dataset = pads.dataset([str(file) for file in files], format="parquet")
    for credits in (str(tmp_path / "year=*"), str(tmp_path / "**" / "x.parquet"), files, dataset):
        with calculate_to_stream(JOB, credits, memory=TINY) as result:
            assert plain(result.credits.read_all()) == plain(JOB.run(table)[0])


def test_a_bucket_that_comes_out_too_large_is_split_again(tmp_path, monkeypatch):
    budget(monkeypatch, 50)
    table = sales(400, 5)
    whole = stream_runs._bits
    monkeypatch.setattr(stream_runs, "_bits", lambda rows, limit: 1 if rows == 2000 else whole(rows, limit))
    sizes = []
    inner = BulkJob.run
    monkeypatch.setattr(BulkJob, "run", lambda job, part: sizes.append(len(part)) or inner(job, part))
    *found, _ = paid_to(tmp_path, JOB, table)
    assert max(sizes) <= 50
    assert sum(sizes) == 2000
    assert plain(found[0]) == plain(inner(JOB, table)[0])


def test_streams_may_have_empty_batches_and_no_rows_at_all(tmp_path):
    table = sales(4, 3)
    batches = [batch for part in table.to_batches(max_chunksize=5) for batch in (part.slice(0, 0), part)]
    reader = pa.RecordBatchReader.from_batches(table.schema, [*batches, batches[0]])
    with calculate_to_stream(JOB, reader, memory=TINY) as result:
        assert plain(result.credits.read_all()) == plain(JOB.run(table)[0])
    nothing = pa.RecordBatchReader.from_batches(table.schema, [batches[0]])
    *found, summary = paid_to(tmp_path, JOB, nothing)
    assert (summary.credits, summary.statements, summary.parts) == (0, 0, 0)
    assert [len(each) for each in found] == [0, 0]
    pq.write_table(table.schema.empty_table(), tmp_path / "none.parquet")
    assert paid_to(tmp_path, JOB, tmp_path / "none.parquet")[2].credits == 0


def test_texts_that_come_in_dictionaries_or_views_are_texts(tmp_path):
    table = sales(5, 4)
    told = table.set_column(1, "payee", table["payee"].dictionary_encode())
    viewed = table.set_column(1, "payee", table["payee"].cast(pa.string_view()))
    for given in (told, viewed):
        with calculate_to_stream(JOB, given, memory=TINY) as result:
            assert plain(result.credits.read_all()) == plain(JOB.run(table)[0])


@pytest.mark.parametrize("kind", ["file", "coded file", "stream"])
@pytest.mark.parametrize("values", [2, 100])
def test_texts_of_few_values_stay_numbers_up_to_the_kernel(tmp_path, monkeypatch, kind, values):
    monkeypatch.setattr(stream_runs, "_FEW", 8)
    budget(monkeypatch, 30)
    monkeypatch.setattr(sources, "PIECE", 50)  # pieces begin with other values
    table = sales(40, 5, role=[f"role {index // 2 % values}" for index in range(199)] + ["direct"])
    coded = table.set_column(4, "role", table["role"].dictionary_encode())
    pq.write_table(coded if kind == "coded file" else table, tmp_path / "in.parquet", row_group_size=50)
    given = coded.to_reader(max_chunksize=20) if kind == "stream" else tmp_path / "in.parquet"
    types = set()
    inner = BulkJob.run

    def run(job, part):
        if len(part):
            types.add(pa.types.is_dictionary(part.schema.field("role").type))
        return inner(job, part)

    monkeypatch.setattr(BulkJob, "run", run)
    *found, summary = paid_to(tmp_path, JOB, given)
    assert [plain(each) for each in found] == [plain(each) for each in inner(JOB, table)]
    assert types == ({values == 2} if summary.scattered else {True})
    assert found[0].schema.field("role").type == pa.string()


def by_attainment():
    tiers = BandTable(bands=[Band(start=0, value=Rate.parse("1%")), Band(start=1, value=Rate.parse("5%"))])
    [part] = PLAN.components
    return attrs.evolve(PLAN, components=[attrs.evolve(part, table=AttainmentTable(mode="whole_amount", tiers=tiers))])


@pytest.mark.parametrize("as_file", [False, True], ids=["frame", "parquet"])
def test_quotas_go_with_their_payees(tmp_path, as_file):
    table = sales(30, 4)
    quotas = pa.table(
        {
            "other": [0.5] * 30,
            "payee": [f"p{index:04}" for index in range(30)],
            "period": ["2020-Q1"] * 30,
            "amount": [5000 + 900 * index for index in range(30)],
        }
    )
    job = BulkJob(plan=by_attainment(), pay_period="quarter", quotas=quotas)
    expected = [plain(each) for each in job.run(table)]
    if as_file:
        pq.write_table(quotas, tmp_path / "quotas.parquet")
        job = BulkJob(plan=by_attainment(), pay_period="quarter")
    options = {"quotas": tmp_path / "quotas.parquet"} if as_file else {}
    *found, _ = paid_to(tmp_path, job, table, memory=TINY, **options)
    assert [plain(each) for each in found] == expected


def test_quotas_that_are_missing_or_doubled_are_counted_over_all_buckets(tmp_path):
    quotas = pa.table(
        {
            "payee": [f"p{index:04}" for index in (0, 0, 1, 1, 2, 3)],
            "period": ["2020-Q1"] * 6,
            "amount": [1, 1, 1, 1, 5, 0],
        }
    )
    job = BulkJob(plan=by_attainment(), pay_period="quarter", quotas=quotas)
    with pytest.raises(InvalidDocument) as error:
        paid_to(tmp_path, job, sales(30, 4), memory=TINY)
    told = {fault.code: fault.problem for fault in error.value.faults}
    assert told["frames.duplicate_quota"].startswith("2 ")
    assert told["frames.missing_quota"].startswith("26 ")


def test_faults_of_all_buckets_come_at_once_and_nothing_is_left(tmp_path):
    table = sales(40, 3)
    amounts = table["amount"].to_pylist()
    amounts[4] = amounts[70] = None
    ids = table["id"].to_pylist()
    ids[10] = ids[9]  # in one bucket only
    days = table["day"].to_pylist()
    columns = [pa.array(ids), table["payee"], pa.array(days, pa.date32()), pa.array(amounts)]
    (tmp_path / "paid.parquet").write_text("what stood here before")
    with pytest.raises(InvalidDocument) as error:
        paid_to(tmp_path, JOB, pa.table(dict(zip(table.column_names, columns, strict=True))), memory=TINY)
    told = {fault.code: (fault.problem, fault.value) for fault in error.value.faults}
    assert set(told) == {"frames.null", "frames.duplicate_id"}
    problem, value = told["frames.null"]
    assert problem == "2 value(s) are missing"
    assert set(value.split(", ")) == {"id c4", "id c70"}
    assert told["frames.duplicate_id"] == ("1 row(s) have the id, payee and role of another", "c9")
    assert left_in(tmp_path) == ["paid.parquet"]
    assert (tmp_path / "paid.parquet").read_text() == "what stood here before"


def test_a_payee_that_is_missing_is_a_fault_of_its_own(tmp_path, monkeypatch):
    budget(monkeypatch, 10)
    payees = sales(10, 3)["payee"].to_pylist()
    payees[7] = None
    pq.write_table(sales(10, 3, payee=payees), tmp_path / "in.parquet", row_group_size=5)
    with pytest.raises(InvalidDocument, match=r"credits\.payee: 1 value") as error:
        paid_to(tmp_path, JOB, tmp_path / "in.parquet")
    assert [fault.value for fault in error.value.faults] == ["id c7"]


def test_what_breaks_on_the_way_leaves_nothing(tmp_path):
    def broken():
        yield from sales(10, 5).to_batches(max_chunksize=10)
        raise RuntimeError("the line went dead")

    (tmp_path / "waiting").mkdir()
    reader = pa.RecordBatchReader.from_batches(sales(1, 1).schema, broken())
    with pytest.raises(RuntimeError, match="went dead"):
        paid_to(tmp_path, JOB, reader, memory=TINY, temporary=tmp_path / "waiting")
    assert left_in(tmp_path) == ["waiting"]
    assert left_in(tmp_path / "waiting") == []
    with (
        pytest.raises(KeyboardInterrupt),
        calculate_to_stream(JOB, sales(9, 3), memory=TINY, temporary=tmp_path / "waiting"),
    ):
        raise KeyboardInterrupt
    assert left_in(tmp_path / "waiting") == []


def test_money_beyond_eighteen_digits_is_refused_and_not_cut(tmp_path):
    flat = BulkJob(plan=simple_plan({0: "100%"}), pay_period="quarter")
    amounts = pa.array([10**15] * 1100)
    table = sales(1, 1100, amount=amounts, day=pa.array([date(2020, 1, 1)] * 1100))
    assert flat.run(table)[1]["commission"].to_pylist() == [Decimal(11) * 10**15]
    with pytest.raises(InvalidDocument, match="split the run"):
        paid_to(tmp_path, flat, table)
    assert left_in(tmp_path) == []


def test_refusals_and_missing_columns_come_before_a_row_is_read(tmp_path):
    def never():
        raise AssertionError("a row was read")
        yield

    schema = sales(1, 1).drop_columns(["day"]).schema
    reader = pa.RecordBatchReader.from_batches(schema, never())
    with pytest.raises(InvalidDocument, match=r"credits\.day: the column is missing"):
        paid_to(tmp_path, JOB, reader)
    assert left_in(tmp_path) == []


def test_only_what_the_plan_may_read_is_decoded(tmp_path, monkeypatch):
    table = sales(3, 2, cost=["nothing"] * 6, note=[b"x"] * 6)
    seen = []
    inner = BulkJob.run
    monkeypatch.setattr(BulkJob, "run", lambda job, part: seen.append(part.column_names) or inner(job, part))
    renamed = table.rename_columns({"payee": "rep", "amount": "sum"})
    pq.write_table(renamed, tmp_path / "in.parquet")
    job = BulkJob(plan=PLAN, pay_period="quarter", columns={"payee": "rep", "amount": "sum"})
    paid_to(tmp_path, job, tmp_path / "in.parquet", memory=TINY)
    assert {tuple(names) for names in seen} == {("id", "rep", "day", "sum")}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("nowhere.parquet", "no such file"),
        ("no*.parquet", "no such file"),
        ([], "no such file"),
        ("text.parquet", "give Parquet files"),
        (7, "record batches"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, monkeypatch, given, told):
    monkeypatch.chdir(tmp_path)
    Path("text.parquet").write_text("no Parquet")
    with pytest.raises(InvalidValue, match=told):
        paid_to(tmp_path, JOB, given)
    assert left_in(tmp_path) == ["text.parquet"]


def test_a_file_that_is_read_is_never_replaced(tmp_path):
    pq.write_table(sales(2, 2), tmp_path / "paid.parquet")
    with pytest.raises(InvalidValue, match="the file is read"):
        paid_to(tmp_path, JOB, tmp_path / "*.parquet")
    same = tmp_path / "one.parquet"
    with pytest.raises(InvalidValue, match="another file"):
        calculate_to_parquet(JOB, tmp_path / "paid.parquet", credits_to=same, statements_to=same)
    with pytest.raises(InvalidValue, match="make its folder first"):
        calculate_to_parquet(JOB, sales(1, 1), credits_to=same, statements_to=tmp_path / "none" / "x.parquet")
    with pytest.raises(InvalidValue, match="one or more"):
        paid_to(tmp_path, JOB, sales(1, 1), workers=0)
    assert left_in(tmp_path) == ["paid.parquet"]


@pytest.mark.parametrize("kind", ["file", "table", "reader"])
def test_progress_counts_every_row_and_ends_at_its_total(tmp_path, monkeypatch, kind):
    budget(monkeypatch, 20)
    table = sales(20, 5)
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=10)
    given = {"file": tmp_path / "in.parquet", "table": table, "reader": table.to_reader(max_chunksize=7)}
    seen = []
    paid_to(tmp_path, JOB, given[kind], on_progress=lambda *told: seen.append(told))
    done = [each for each, _ in seen]
    assert done == sorted(done)
    assert seen[-1][0] == seen[-1][1]
    assert (seen[0][1] is None) == (kind == "reader")  # its length is not known before its end


def test_the_same_rows_give_the_same_file(tmp_path, monkeypatch):
    files = []
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        budget(monkeypatch, 20)
        paid_to(tmp_path / str(number), JOB, sales(50, 4), workers=1 + number)
        files.append((tmp_path / str(number) / "paid.parquet").read_bytes())
    assert files[0] == files[1]


def test_large_row_groups_and_small_ones_are_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "PIECE", 16)
    table = sales(30, 5)
    for size in (150, 3):
        pq.write_table(table, tmp_path / "in.parquet", row_group_size=size)
        source = sources.open_source(tmp_path / "in.parquet", "credits", lambda names: (names[:2], []))
        pieces = [read() for read in source.pieces()]
        assert pa.concat_tables(pieces).equals(table.select(["id", "payee"]))
        assert max(map(len, pieces)) <= 18


def test_payees_are_spread_evenly_whatever_they_look_like():
    count = 1 << 14
    for payees in (
        pa.array(range(count)),
        pa.array(range(0, count << 20, 1 << 20)),
        pa.array([f"employee-{index:07}@example.com" for index in range(count)]),
        pa.array([f"{index:07}" + "x" * 40 for index in range(count)]),
    ):
        hashes = buckets.hash_payees(payees, as_text=not pa.types.is_integer(payees.type))
        sizes = np.bincount((hashes >> np.uint64(58)).astype(int), minlength=64)
        assert len(np.unique(hashes)) == count
        assert sizes.max() < 1.5 * count / 64
    assert len(np.unique(buckets.hash_payees(pa.array(["", "a", "aa", "ab", "ba", "\x00", "\x00\x00"]), True))) == 7


@pytest.mark.parametrize("payees", ["numbers", "texts"])
def test_payees_and_ids_that_are_numbers_stay_numbers(tmp_path, monkeypatch, payees):
    budget(monkeypatch, 20)
    numbers = np.repeat(np.arange(-20, 20) * 10**12, 5)
    table = sales(40, 5, id=np.arange(200), payee=numbers)
    quotas = pa.table({"payee": np.unique(numbers), "period": ["2020-Q1"] * 40, "amount": 5000 + 700 * np.arange(40)})
    if payees == "texts":
        table = table.set_column(1, "payee", table["payee"].cast(pa.string()))
        quotas = quotas.set_column(0, "payee", quotas["payee"].cast(pa.string()))
    job = BulkJob(plan=by_attainment(), pay_period="quarter", quotas=quotas)
    expected = job.run(table)
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=10)
    for given in (tmp_path / "in.parquet", table):
        *found, _ = paid_to(tmp_path, job, given)
        assert [plain(each) for each in found] == [plain(each) for each in expected]
        assert found[0].schema.field("id").type == pa.int64()
        assert found[0].schema.field("payee").type == (pa.int64() if payees == "numbers" else pa.string())
