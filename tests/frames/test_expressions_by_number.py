"""Ids and payees that are numbers: what Polars sorts, joins and adds up by is then one number, wherever it fits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product

import attrs
import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest
from large_crowds import cases, differences
from test_expressions import PLAN, ROWS, by_attainment, codes, in_duckdb, paid

from salesrules.core import InvalidDocument
from salesrules.frames import calculate_lazily
from salesrules.frames.expressions import credit_checks, ranking

#: Where numbers begin, how far apart they are, and their type: close by, far apart, without room for one number.
SPREADS = {
    "close": (1, 1, pl.Int64),
    "small": (-100, 3, pl.Int32),
    "far": (-(2**50), 2**35, pl.Int64),
    "ends": (-(2**63), 2**54, pl.Int64),
    "unsigned": (2**63, 5, pl.UInt64),
}


def numbered(words, spread):
    """A number for each word, in the order of the words, and back."""
    start, step, kind = SPREADS[spread]
    ranks = {word: start + place * step for place, word in enumerate(sorted(set(words)))}
    return ranks, pl.DataFrame({"number": list(ranks.values()), "word": list(ranks)}, schema_overrides={"number": kind})


def swapped(frame, column, table, one, other):
    """A column's words as numbers, or its numbers as words."""
    held = table.select(pl.col(one).alias(column), pl.col(other).alias("swapped"))
    joined = frame.join(held, on=column, how="left", maintain_order="left")
    return joined.with_columns(pl.col("swapped").alias(column)).drop("swapped").select(frame.columns)


def by_number(spread):
    """A run in Polars in which ids and payees are numbers, and roles are listed."""

    def run(plan, credits, quotas, **options):
        credits, quotas = pl.from_arrow(credits), pl.from_arrow(quotas)
        ids, id_table = numbered(credits["id"], spread)
        _, payee_table = numbered([*credits["payee"], *quotas["payee"]], spread)
        given = swapped(swapped(credits, "id", id_table, "word", "number"), "payee", payee_table, "word", "number")
        given = given.with_columns(
            pl.col("original").replace_strict(ids, default=None, return_dtype=id_table["number"].dtype).cast(pl.String),
            pl.col("role").cast(pl.Enum(sorted(credits["role"].unique()))),
        )
        held = swapped(quotas, "payee", payee_table, "word", "number")
        result = calculate_lazily(plan, given.lazy(), quotas=held.lazy(), **options)
        lines, statements = pl.collect_all([result.credits, result.statements])
        lines = swapped(lines, "id", id_table, "number", "word")
        back = [swapped(each, "payee", payee_table, "number", "word") for each in (lines, statements)]
        return back[0].to_arrow(), back[1].to_arrow()

    return run


@pytest.mark.parametrize("spread", SPREADS)
def test_polars_pays_numbers_what_it_pays_words(spread):
    chosen = cases() if spread == "close" else [case for place, case in enumerate(cases()) if place % 3]
    found, same = differences(by_number(spread), chosen)
    assert found == []
    assert same > 3000


@pytest.mark.parametrize("spoil", ["place", "size", "room"])
def test_a_wrong_number_is_caught(monkeypatch, spoil):
    real = ranking.ranks_of
    shift = {"place": lambda each: (-each.place, each.size), "size": lambda each: (each.place, max(each.size // 2, 1))}
    if spoil == "room":
        monkeypatch.setattr(ranking, "_ROOM", 2**200)
    else:
        monkeypatch.setattr(
            "salesrules.frames.expressions.sorting.ranks_of",
            lambda *given: {name: ranking.Rank(*shift[spoil](each)) for name, each in real(*given).items()},
        )
    spread = "far" if spoil == "room" else "close"
    try:
        found, _ = differences(by_number(spread), [case for place, case in enumerate(cases()) if place % 3])
    except ValueError:  # statements that are given twice
        return
    assert found


def test_one_number_is_ordered_as_its_columns_are():
    rows = list(product([-3, 0, 9], [date(2020, 1, 1), date(2020, 3, 1)], [False, True], ["a", "b", "c"]))
    columns = ["number", "day", "is_so", "word"]
    frame = pl.DataFrame(rows, schema=columns, orient="row").with_columns(pl.col("word").cast(pl.Enum(list("abc"))))
    days = [ranking.day_number(date(2020, month, 1)) for month in (1, 3)]
    ranks = ranking.ranks_of(nw.from_native(frame.lazy()), {"number": (-3, 9), "day": tuple(days)})
    assert ranking.runs_of(columns, ranks) == [columns]
    places = frame.select(ranking.joined(columns, ranks)).to_series().to_list()
    assert places == sorted(set(places))
    assert (min(places), max(places)) == (0, 13 * 61 * 2 * 3 - 1)


def test_columns_share_a_number_up_to_the_last_one_that_64_bits_hold():
    sizes = {"a": 2**40, "b": 2**23, "c": 2, "d": 2**63, "e": 1, "f": 2**64, "g": 2}
    ranks = {name: ranking.Rank(pl.lit(size - 1), size) for name, size in sizes.items()}
    runs = ranking.runs_of(["a", "b", "c", "word", "d", "e", "f", "g"], ranks)
    assert runs == [["a", "b"], ["c"], ["word"], ["d", "e"], ["f"], ["g"]]
    assert pl.select(ranking.joined(["a", "b"], ranks)).item() == 2**63 - 1
    assert pl.select(ranking.joined(["d", "e"], ranks)).item() == 2**63 - 1


NUMBERED = {
    **ROWS,
    "id": [3, 1, 2, 9],
    "payee": [20, 7, 7, 7],
    "day": [date(2020, 1, 3), date(2020, 1, 1), date(2020, 1, 2), date(2020, 4, 1)],
    "role": ["direct"] * 4,
}


@pytest.mark.parametrize("kind", [pl.Int64, pl.Int32, pl.UInt64])
def test_quotas_of_other_payees_are_nobodys(kind):
    """Without care 7 − 2^63 and 7 + 2^63 would share a number with 7 where one tells payee and quarter in 64 bits."""
    quotas = {"payee": [7, 7, 20], "period": ["2020-Q1", "2020-Q2", "2020-Q1"], "amount": [16000, 1, 1001]}
    frame = pl.DataFrame(quotas, schema_overrides={"payee": kind})
    others = {pl.Int64: [6, 21, -1, 7 - 2**63], pl.Int32: [6, 21, -(2**31)], pl.UInt64: [6, 7 + 2**63, 2**64 - 1]}
    other = pl.DataFrame({"payee": others[kind]}, schema={"payee": kind}).join(
        pl.DataFrame({"period": ["2020-Q1", "2020-Q2"], "amount": [5, 6]}), how="cross"
    )
    given = pl.concat([frame, other]).lazy()
    found = calculate_lazily(by_attainment(), pl.LazyFrame(NUMBERED), pay_period="quarter", quotas=given)
    assert paid(found.credits) == {1: Decimal("0.80"), 2: Decimal("7.20"), 3: Decimal("0.10"), 9: Decimal("-1.00")}
    stated = found.statements.collect().sort("payee", "period").rows()
    assert stated == [
        (7, "2020-Q1", 2, Decimal("8.00")),
        (7, "2020-Q2", 1, Decimal("-1.00")),
        (20, "2020-Q1", 1, Decimal("0.10")),
    ]
    with pytest.raises(InvalidDocument, match="7 2020-Q2"):
        calculate_lazily(
            by_attainment(),
            pl.LazyFrame(NUMBERED),
            pay_period="quarter",
            quotas=given.filter(pl.col("period").ne("2020-Q2") | pl.col("payee").ne(7)),
        )


def test_payees_too_far_apart_for_one_number_are_told_apart():
    """In 64 bits twice the difference of these two is nothing."""
    least, most = -(2**62), 2**62
    frame = pl.LazyFrame({**NUMBERED, "payee": [most, least, least, most]})
    stated = calculate_lazily(PLAN, frame, pay_period="quarter").statements.collect().sort("payee", "period").rows()
    assert stated == [
        (least, "2020-Q1", 2, Decimal("4.40")),
        (most, "2020-Q1", 1, Decimal("0.20")),
        (most, "2020-Q2", 1, Decimal("-2.00")),
    ]


def test_listed_words_stand_in_the_order_of_their_text():
    """The helper's credit comes first, as `direct` stands before it: the list's own order is another."""
    columns = {"id": [1, 1], "payee": [7, 7], "day": [date(2020, 1, 1)] * 2, "amount": [8000, 4000]}
    roles = pl.Series("role", ["helper", "direct"], pl.Enum(["helper", "direct"]))
    [part] = PLAN.components
    plan = attrs.evolve(PLAN, components=[attrs.evolve(part, credits=["direct", "helper"])])
    found = calculate_lazily(plan, pl.LazyFrame({**columns, "role": roles}), pay_period="quarter").credits.collect()
    assert dict(found.select("role", "commission").iter_rows()) == {
        "direct": Decimal("0.80"),  # 40.00 at 2 %
        "helper": Decimal("2.00"),  # 60.00 at 2 %, 20.00 at 4 %
    }


def doubled(make, **columns):
    """The fault of doubled rows, and whom it names."""
    with pytest.raises(InvalidDocument) as error:
        calculate_lazily(PLAN, make({**NUMBERED, **columns}), pay_period="quarter")
    assert codes(error) == ["frames.duplicate_id"]
    [fault] = error.value.faults
    return fault.problem.split()[0], fault.value


@pytest.mark.parametrize("make", [pl.LazyFrame, in_duckdb], ids=["polars", "duckdb"])
def test_doubled_ids_are_found_whether_numbers_or_words(make):
    assert doubled(make, id=[1, 1, 1, 1]) == ("2", "1")
    assert doubled(make, id=[1, 1, 1, 1], payee=[7, 8, 7, 8]) == ("2", "1, 1")
    assert doubled(make, id=["x", "a", "a", "b"]) == ("1", "a")
    assert doubled(make, id=[2**62, -(2**62), -(2**62), 1]) == ("1", str(-(2**62)))
    assert doubled(make, id=["x", "a", "b", "a"], payee=["bo", "ana", "ana", "ana"]) == ("1", "a")


@pytest.mark.parametrize("kind", [pl.Enum(["direct", "helper"]), pl.Categorical, pl.String])
def test_a_deal_may_have_a_row_for_each_payee_and_role(kind):
    shared = {**NUMBERED, "id": [1] * 4, "payee": [7, 7, 8, 8], "role": ["direct", "helper"] * 2}
    for ids in ([1] * 4, ["a"] * 4):
        frame = pl.LazyFrame({**shared, "id": ids}).with_columns(pl.col("role").cast(kind))
        assert len(calculate_lazily(PLAN, frame, pay_period="quarter").credits.collect()) == 4
        twice = pl.concat([frame, frame.tail(1)])
        with pytest.raises(InvalidDocument, match="1 row"):
            calculate_lazily(PLAN, twice, pay_period="quarter")


def test_others_that_share_a_number_are_cleared(monkeypatch):
    monkeypatch.setattr(credit_checks, "hashed", lambda frame, columns: pl.col("payee").hash())
    assert len(calculate_lazily(PLAN, pl.LazyFrame(ROWS), pay_period="quarter").credits.collect()) == 4
    with pytest.raises(InvalidDocument, match="1 row"):
        calculate_lazily(PLAN, pl.LazyFrame({**ROWS, "id": ["a", "a", "b", "b"]}), pay_period="quarter")


def test_arrow_tables_of_numbers_come_back_as_they_came():
    found = calculate_lazily(PLAN, pa.table(NUMBERED), pay_period="quarter")
    assert found.credits.schema.field("id").type == found.statements.schema.field("payee").type == pa.int64()
