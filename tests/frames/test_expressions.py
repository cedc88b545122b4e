"""Plain cases of expressions over lazy frames: kinds of frames, faults, refusals, and the guard on both sides."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from salesrules.commissions import AttainmentTable, Filter
from salesrules.core import Band, BandTable, DateRange, InvalidDocument, InvalidValue, Rate, RoundingMode, round_exactly
from salesrules.frames import calculate_lazily, compile_plan, find_refusals
from salesrules.frames.expressions import guard
from salesrules.frames.expressions.engines import as_lazy, engine_of
from salesrules.frames.expressions.rounding import Ratio, round_ratios
from salesrules.testing import simple_plan

PLAN = simple_plan({0: "2%", 100: "4%"})
ROWS = {
    "id": ["c", "a", "b", "r"],
    "payee": ["bo", "ana", "ana", "ana"],
    "day": [date(2020, 1, 3), date(2020, 1, 1), date(2020, 1, 2), date(2020, 2, 1)],
    "amount": [Decimal("10.00"), Decimal("80.00"), Decimal("80.00"), Decimal("-100.00")],
}


def by_attainment():
    tiers = BandTable(bands=[Band(start=0, value=Rate.parse("1%")), Band(start=1, value=Rate.parse("5%"))])
    [part] = PLAN.components
    table = AttainmentTable(mode="whole_amount", tiers=tiers)
    return attrs.evolve(PLAN, components=[attrs.evolve(part, table=table)])


def codes(error):
    return [fault.code for fault in error.value.faults]


def in_duckdb(columns):
    return duckdb.from_arrow(pa.table(columns))


def paid(found):
    """What each credit of a result is paid, by its id."""
    if isinstance(found, pl.LazyFrame):
        found = found.collect()
    if isinstance(found, duckdb.DuckDBPyRelation):
        found = found.to_arrow_table()
    return {
        getattr(id_, "as_py", lambda id_=id_: id_)(): Decimal(str(amount))
        for id_, amount in zip(found["id"], found["commission"], strict=True)
    }


WANTED = {"a": Decimal("1.60"), "b": Decimal("2.80"), "c": Decimal("0.20"), "r": Decimal("-3.20")}


@pytest.mark.parametrize("make", [pl.LazyFrame, in_duckdb], ids=["polars", "duckdb"])
def test_a_lazy_frame_comes_out_as_it_came_in(make):
    given = make(ROWS)
    result = calculate_lazily(PLAN, given, pay_period="quarter")
    assert type(result.credits) is type(result.statements) is type(given)
    assert paid(result.credits) == WANTED


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame, pa.table], ids=["polars", "pandas", "pyarrow"])
def test_a_frame_in_memory_comes_out_in_memory_and_in_order(make):
    frame = make({**ROWS, "amount": [1000, 8000, 8000, -10000]})
    result = calculate_lazily(PLAN, frame, pay_period="quarter")
    assert type(result.credits) is type(frame)
    assert list(paid(result.credits).items()) == [(id_, WANTED[id_]) for id_ in ROWS["id"]]


def test_names_types_and_columns_are_free():
    frame = pl.LazyFrame(
        {**ROWS, "id": [3, 1, 2, 9], "payee": [20, 7, 7, 7], "sum": [1000, 8000, 8000, -10000]},
        schema_overrides={"sum": pl.Int32},
    ).with_columns(pl.col("day").cast(pl.Datetime))
    found = calculate_lazily(PLAN, frame.drop("amount"), pay_period="quarter", columns={"amount": "sum"})
    assert paid(found.credits) == {3: Decimal("0.20"), 1: Decimal("1.60"), 2: Decimal("2.80"), 9: Decimal("-3.20")}


def test_roles_and_filters_count_what_they_name_in_text_and_in_listed_words():
    [part] = PLAN.components
    only = attrs.evolve(
        part,
        credits=["direct", "helper"],
        filters=[Filter(attribute="kind", one_of=["new", "gone"]), Filter(attribute="kind", none_of=["old"])],
    )
    plan = attrs.evolve(PLAN, components=[only])
    frame = pl.LazyFrame({**ROWS, "role": ["other", "direct", "helper", "direct"], "kind": ["new", "new", "old", None]})
    wanted = {"a": Decimal("1.60"), "b": 0, "c": 0, "r": 0}
    assert paid(calculate_lazily(plan, frame, pay_period="quarter").credits) == wanted
    listed = frame.with_columns(
        pl.col("role").cast(pl.Enum(["direct", "helper", "other"])), pl.col("kind").cast(pl.Enum(["old", "new"]))
    )
    assert paid(calculate_lazily(plan, listed, pay_period="quarter").credits) == wanted
    foreign = attrs.evolve(PLAN, components=[attrs.evolve(part, credits=["nobody"])])
    assert set(paid(calculate_lazily(foreign, listed, pay_period="quarter").credits).values()) == {0}
    assert set(paid(calculate_lazily(foreign, pl.LazyFrame(ROWS), pay_period="quarter").credits).values()) == {0}


@pytest.mark.parametrize("make", [pl.LazyFrame, in_duckdb], ids=["polars", "duckdb"])
def test_quotas_reach_the_rate_exactly_at_one_hundred_per_cent(make):
    quotas = {"payee": ["ana", "bo"], "period": ["2020-Q1"] * 2, "amount": [16000, 1001]}
    found = calculate_lazily(by_attainment(), make(ROWS), pay_period="quarter", quotas=make(quotas)).credits
    wanted = {"a": Decimal("0.80"), "b": Decimal("7.20"), "c": Decimal("0.10"), "r": Decimal("-7.40")}
    assert paid(found) == wanted


def test_missing_doubled_and_empty_quotas_are_refused():
    plan, frame = by_attainment(), pl.LazyFrame(ROWS)
    with pytest.raises(InvalidDocument) as error:
        calculate_lazily(plan, frame, pay_period="quarter")
    assert codes(error) == ["frames.missing_quota"]
    quotas = pl.LazyFrame({"payee": ["ana"], "period": "2020-Q1", "amount": [5]})
    with pytest.raises(InvalidDocument, match="bo 2020-Q1") as error:
        calculate_lazily(plan, frame, pay_period="quarter", quotas=quotas)
    assert codes(error) == ["frames.missing_quota"]
    twice = pl.LazyFrame({"payee": ["ana", "ana", "bo"], "period": "2020-Q1", "amount": [5, 5, 5]})
    with pytest.raises(InvalidDocument, match="1 quota") as error:
        calculate_lazily(plan, frame, pay_period="quarter", quotas=twice)
    assert codes(error) == ["frames.duplicate_quota"]
    empty = pl.LazyFrame({"payee": ["ana", "bo"], "period": "2020-Q1", "amount": [5, 0]})
    with pytest.raises(InvalidDocument, match="'bo'") as error:
        calculate_lazily(plan, frame, pay_period="quarter", quotas=empty)
    assert codes(error) == ["frames.out_of_range"]
    with pytest.raises(InvalidDocument) as error:
        calculate_lazily(plan, frame, pay_period="quarter", quotas=pl.LazyFrame({"payee": ["ana"]}))
    assert codes(error) == ["frames.missing_column"] * 2
    with pytest.raises(InvalidValue, match="a frame of polars"):
        calculate_lazily(plan, frame, pay_period="quarter", quotas=in_duckdb({"payee": ["ana"]}))


def test_faults_of_columns_come_at_once():
    frame = pl.LazyFrame({"id": ["a", None], "payee": [0.5, 2.0], "amount": [0.5, 1.0]})
    with pytest.raises(InvalidDocument) as error:
        calculate_lazily(PLAN, frame, pay_period="quarter")
    assert {fault.path: fault.code for fault in error.value.faults} == {
        "credits.payee": "frames.wrong_type",
        "credits.day": "frames.missing_column",
        "credits.amount": "frames.wrong_type",
    }


@pytest.mark.parametrize("make", [pl.LazyFrame, in_duckdb], ids=["polars", "duckdb"])
def test_rows_that_must_not_be_there_are_counted_and_the_first_are_named(make):
    life = attrs.evolve(PLAN.life, effective=DateRange(date(2020, 1, 2), date(2020, 2, 1)))
    spoiled = {**ROWS, "amount": [Decimal("0.005"), None, Decimal(1), Decimal(1)]}
    with pytest.raises(InvalidDocument) as error:
        calculate_lazily(attrs.evolve(PLAN, life=life), make(spoiled), pay_period="quarter")
    found = {fault.code: (fault.problem, fault.value) for fault in error.value.faults}
    assert found["frames.null"] == ("1 value(s) are missing", "a")
    assert found["frames.not_in_force"] == ("the plan version does not hold on the day of 2 row(s)", "a, r")
    assert found["frames.out_of_range"][0].startswith("1 number(s) are too large, or have more than 2 digit(s)")
    doubled = {name: [*values, values[1], values[2]] for name, values in ROWS.items()}
    with pytest.raises(InvalidDocument, match=r"2 row.*'a, b'") as error:
        calculate_lazily(PLAN, make(doubled), pay_period="quarter")
    assert codes(error) == ["frames.duplicate_id"]


def test_times_of_day_lost_sales_and_other_frames_are_refused():
    noon = pl.LazyFrame(ROWS).with_columns(pl.col("day").cast(pl.Datetime) + pl.duration(hours=12))
    with pytest.raises(InvalidDocument, match="times of day"):
        calculate_lazily(PLAN, noon, pay_period="quarter")
    back = pl.LazyFrame({**ROWS, "original": [None, None, None, "gone"]})
    with pytest.raises(InvalidDocument, match="1 return") as error:
        calculate_lazily(attrs.evolve(PLAN, returns="original_terms"), back, pay_period="quarter")
    assert codes(error) == ["frames.unknown_original"]
    with pytest.raises(InvalidValue, match="a Polars, DuckDB"):
        calculate_lazily(PLAN, "no frame", pay_period="quarter")


def test_a_return_at_original_terms_takes_back_what_its_sale_was_paid():
    plan = attrs.evolve(PLAN, returns="original_terms")
    back = {**ROWS, "amount": [*ROWS["amount"][:3], Decimal("-20.00")], "original": [None, None, None, "b"]}
    found = calculate_lazily(plan, in_duckdb(back), pay_period="quarter").credits
    assert paid(found) == {"a": Decimal("1.60"), "b": Decimal("2.80"), "c": Decimal("0.20"), "r": Decimal("-0.70")}
    late = {**back, "day": [date(2020, 1, 3), date(2020, 1, 1), date(2020, 2, 2), date(2020, 2, 1)]}
    assert paid(calculate_lazily(plan, pl.LazyFrame(late), pay_period="quarter").credits)["r"] == 0


def test_a_frame_without_rows_pays_nothing():
    result = calculate_lazily(PLAN, pl.LazyFrame(ROWS).clear(), pay_period="quarter")
    assert len(result.credits.collect()) == len(result.statements.collect()) == 0


def test_pay_in_all_alone_is_the_same():
    [part] = PLAN.components
    rounding = attrs.evolve(PLAN.rounding, level="cumulative")
    plan = attrs.evolve(PLAN, components=[part, attrs.evolve(part, id="more", accumulate="month")], rounding=rounding)
    each, alone = (
        calculate_lazily(plan, pl.LazyFrame(ROWS), pay_period="quarter", by_component=given, trust_ids=True).credits
        for given in (True, False)
    )
    assert "commission:more" in each.collect_schema()
    assert "commission:more" not in alone.collect_schema()
    assert paid(each) == paid(alone)


def test_what_expressions_do_not_do_is_named():
    plan = attrs.evolve(
        PLAN, rounding=attrs.evolve(PLAN.rounding, level="tier", residual="largest_remainder"), returns="original_terms"
    )
    features = [reason.parameters["feature"] for reason in find_refusals(plan, target="expressions")]
    assert features == ["rounding_by_tier", "largest_remainder"]
    with pytest.raises(InvalidDocument) as error:
        calculate_lazily(plan, "no row is read", pay_period="quarter")
    assert codes(error) == ["frames.rounding_by_tier", "frames.largest_remainder"]


@pytest.mark.parametrize("make", [pl.LazyFrame, in_duckdb], ids=["polars", "duckdb"])
def test_the_guard_stands_exactly_at_the_bound(make):
    [component] = compile_plan(PLAN).components
    largest = component.curve.largest()
    rows = {name: values[:2] for name, values in ROWS.items()}
    found = calculate_lazily(PLAN, make({**rows, "amount": [largest, 8000]}), pay_period="quarter").credits
    exact = Fraction(2 * largest - 10_000, 50)
    assert paid(found)["c"] == round_exactly(exact, 0, RoundingMode.HALF_UP) / Decimal(100)
    with pytest.raises(InvalidDocument, match=r"1 payee.*'bo'") as error:
        calculate_lazily(PLAN, make({**rows, "amount": [largest + 1, 8000]}), pay_period="quarter")
    assert codes(error) == ["frames.out_of_range"]


def test_where_too_many_payees_may_be_out_of_range_none_is_let_through(monkeypatch):
    largest = compile_plan(PLAN).components[0].curve.largest()
    frame = pl.LazyFrame({**ROWS, "payee": ["a", "b", "c", "d"], "amount": [largest + 1] * 4})
    with pytest.raises(InvalidDocument, match="4 payee"):
        calculate_lazily(PLAN, frame, pay_period="quarter")
    monkeypatch.setattr(guard, "_CLOSELY", 1)
    with pytest.raises(InvalidDocument, match="more than 1 payees"):
        calculate_lazily(PLAN, frame, pay_period="quarter")


def in_ibis(columns):
    import ibis

    return ibis.memtable(pa.table(columns))


@pytest.mark.parametrize("make", [pl.LazyFrame, in_duckdb, in_ibis], ids=["polars", "duckdb", "ibis"])
@pytest.mark.parametrize("mode", list(RoundingMode))
def test_every_rounding_is_that_of_core_below_zero_and_beyond_doubles(make, mode):
    """Numbers about 2^54, where doubles have no odd ones, and their quotients by several denominators."""
    numbers = [sign * (base + step) for base in (0, 2**54) for step in range(13) for sign in (1, -1)]
    below = [4, 6, 7, 9]
    frame, _ = as_lazy(make({"n": numbers, **{f"by_{d}": [d] * len(numbers) for d in below}}), "numbers")
    ratios = {f"number_{d}": Ratio("n", d) for d in (1, *below)} | {f"column_{d}": Ratio("n", f"by_{d}") for d in below}
    engine = engine_of(frame, keeps_order=False)
    rounded = round_ratios(frame, engine, ratios, mode)
    compared = 0
    for row in engine.fetch(rounded.select("n", *ratios)):
        for name in ratios:
            if abs(row["n"]) // int(name.split("_")[1]) >= engine.largest_quotient:
                continue  # which the guard refuses
            compared += row["n"] > 2**53
            wanted = round_exactly(Fraction(row["n"], int(name.split("_")[1])), 0, mode)
            assert (row["n"], name, row[name]) == (row["n"], name, wanted)
    assert compared >= 2 * 13
