"""Crediting in bulk: columns of every kind, and what is wrong with each table."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import attrs
import numpy as np
import pyarrow as pa
import pytest
from drawn_facts import ALWAYS, draw_policy, measuring_plan

from salesrules.commissions import (
    AcrossAttribute,
    AcrossNumber,
    DirectCredit,
    Filter,
    FormulaTable,
    GridTable,
    OverlayCredit,
    OverrideCredit,
    TriggerTerms,
)
from salesrules.core import Band, BandTable, InvalidDocument, Rate
from salesrules.frames import checked_columns
from salesrules.frames.compiled import LIMIT
from salesrules.frames.crediting import credit_in_bulk, distinct, sharing
from salesrules.org import Hierarchy
from salesrules.testing import simple_plan

SELLER = DirectCredit(id="seller", effective=ALWAYS)
CASH = DirectCredit(id="seller", effective=ALWAYS, trigger=TriggerTerms(on="cash"))
DAY = date(2020, 1, 1)


def ruled(*rules, plans=None):
    plans = [simple_plan({0: "2%"})] if plans is None else plans
    return attrs.evolve(draw_policy(random.Random(0)), crediting=rules, plans=plans)


def plain(**given):
    return pa.table({"id": ["a", "b"], "payee": ["ana", "bo"], "day": [DAY] * 2, "amount": [100, 200]} | given)


def credited(*rules, given=None, plans=None, **tables):
    return credit_in_bulk(ruled(*rules, plans=plans), plain() if given is None else given, **tables).credits


def codes(*rules, given=None, plans=None, **tables):
    with pytest.raises(InvalidDocument) as error:
        credited(*rules, given=given, plans=plans, **tables)
    return [fault.code for fault in error.value.faults]


def test_names_may_be_dictionaries_and_numbers_and_large():
    twice = pa.DictionaryArray.from_arrays(pa.array([0, 1, None]), pa.array(["x", "x"]))
    rule = attrs.evolve(SELLER, filters=[Filter(attribute="kind", one_of=["x"])])
    given = pa.table({"id": [3, 1, 2], "payee": pa.array([7, 7, 8]).dictionary_encode(), "day": [DAY] * 3,
                      "amount": [1, 2, 3], "kind": twice})  # fmt: skip
    found = credited(rule, given=given)
    assert found.select(["id", "payee"]).to_pylist() == [{"id": "3", "payee": "7"}, {"id": "1", "payee": "7"}]
    halves = pa.chunked_array([pa.array(["ana"]).dictionary_encode(), pa.array(["bo"]).dictionary_encode()])
    assert credited(SELLER, given=plain(payee=halves))["payee"].to_pylist() == ["ana", "bo"]


def test_text_beyond_two_gigabytes_gets_longer_offsets(monkeypatch):
    monkeypatch.setattr(checked_columns, "_LARGE", 1)
    found = credited(SELLER, given=plain(original=pa.array([None, None], pa.string())))
    assert found["id"].type.value_type == pa.large_string()
    back = plain(amount=[100, -100], original=[None, "a"])
    assert credited(SELLER, given=back)["original"].to_pylist() == [None, "a"]


def test_days_are_dates_or_midnights():
    midnight = pa.array([DAY] * 2).cast(pa.timestamp("us"))
    assert credited(SELLER, given=plain(day=midnight))["day"].to_pylist() == [DAY] * 2
    noon = pa.array([43_200] * 2, pa.timestamp("s"))
    assert codes(SELLER, given=plain(day=noon)) == ["frames.wrong_type"]


def test_a_grid_takes_its_attributes_along():
    def table(across):
        rates = [Band(start=Decimal(0), value={"low": Rate.parse("1%"), "high": Rate.parse("2%")})]
        return GridTable(mode="marginal", across=across, tiers=BandTable(bands=rates))

    steps = BandTable(bands=[Band(start=Decimal(0), value="low"), Band(start=Decimal(5), value="high")])
    plan = simple_plan({0: "2%"})
    [part] = plan.components
    parts = [
        attrs.evolve(part, id="word", table=table(AcrossAttribute(attribute="class"))),
        attrs.evolve(part, id="number", table=table(AcrossNumber(attribute="discount", columns=steps))),
        attrs.evolve(part, id="own", table=table(AcrossNumber(columns=steps))),
        attrs.evolve(part, id="formula", table=FormulaTable(formula="amount * 0.1 + count")),
    ]
    plans = [attrs.evolve(plan, components=parts)]
    discount = pa.array([Decimal("1.5"), Decimal(7)])
    found = credited(SELLER, given=plain(discount=discount, **{"class": ["low", None]}), plans=plans)
    assert found.select(["class", "discount", "count"]).to_pylist() == [
        {"class": "low", "discount": Decimal("1.5"), "count": 1},
        {"class": None, "discount": Decimal("7.0"), "count": 1},
    ]
    assert codes(SELLER, plans=plans) == ["frames.missing_column"] * 2


def test_shares_that_differ_line_by_line():
    north, others = (Filter(attribute="region", **{word: ["north"]}) for word in ("one_of", "none_of"))
    rules = [
        DirectCredit(id="north", effective=ALWAYS, share=Rate.parse("80%"), filters=[north]),
        DirectCredit(id="others", effective=ALWAYS, share=Rate.parse("50%"), filters=[others]),
        OverrideCredit(id="manager", effective=ALWAYS, level=1, base="remaining"),
    ]
    tree = Hierarchy.from_parents({"ana": "cy", "bo": "cy", "cy": None})
    found = credited(*rules, given=plain(region=["north", "south"]), hierarchy=tree)
    assert found.select(["rule", "id", "amount"]).to_pylist() == [
        {"rule": "north", "id": "a", "amount": 800},
        {"rule": "others", "id": "b", "amount": 1000},
        {"rule": "manager", "id": "a", "amount": 200},
        {"rule": "manager", "id": "b", "amount": 1000},
    ]


def test_many_attributes_at_once_are_told_apart(monkeypatch):
    monkeypatch.setattr(sharing, "_DENSE", 1)
    rules = [attrs.evolve(SELLER, filters=[Filter(attribute=name, one_of=["x"]) for name in ("p", "q")])]
    found = credited(*rules, given=plain(p=["x", "x"], q=["x", "y"]))
    assert found["id"].to_pylist() == ["a"]


def test_overlays_of_one_role_for_different_people_do_not_clash():
    rules = [OverlayCredit(id=name, effective=ALWAYS, payees=[name]) for name in ("cy", "di")]
    assert credited(*rules)["payee"].to_pylist() == ["cy", "cy", "di", "di"]


def test_payees_without_positions_and_with_a_wrong_table():
    people = pa.table({"payee": ["ana", "bo"]})
    assert credited(SELLER, payees=people).num_rows == 2
    assert codes(SELLER, payees=pa.table({"payee": [0.5]})) == ["frames.wrong_type"]
    assert codes(SELLER, payees=pa.table({"payee": ["ana", "bo", "bo"]})) == ["frames.duplicate_id"]


def test_a_currency_may_not_be_missing():
    currency = pa.array(["USD", None])
    assert codes(SELLER, given=plain(currency=currency)) == ["frames.null"]
    assert credited(SELLER, given=plain(currency=["USD", "USD"])).num_rows == 2


def test_every_table_is_checked():
    assert codes(SELLER, hierarchy=pa.table({"employee": ["ana"]})) == ["frames.missing_column"]
    splits = pa.table({"transaction": ["a"], "payee": [0.5], "share": ["100%"]})
    assert codes(SELLER, splits=splits) == ["frames.wrong_type"]
    payments = {"transaction": ["a"], "day": [DAY], "amount": [100]}
    assert credited(CASH, payments=pa.table(payments))["id"].to_pylist() == ["a"]
    assert credited(CASH).num_rows == 0
    assert codes(CASH, payments=pa.table(payments | {"day": ["today"]})) == ["frames.wrong_type"]
    assert codes(CASH, payments=pa.table(payments | {"transaction": ["z"]})) == ["frames.unknown_transaction"]
    fine = pa.table(payments | {"amount": [Decimal("0.005")]})
    assert codes(CASH, payments=fine) == ["frames.out_of_range"]


def test_sums_that_could_leave_64_bits_are_refused():
    huge = plain(id=["a", "b"], amount=[LIMIT, 1])
    payments = pa.table({"transaction": ["a"] * 3, "day": [DAY] * 3, "amount": [LIMIT] * 3})
    assert codes(CASH, given=huge, payments=payments) == ["frames.out_of_range"]
    shares = pa.table({"transaction": ["a"] * 3, "payee": ["p", "q", "r"], "share": pa.array([2 * LIMIT // 3] * 3)})
    assert codes(SELLER, splits=shares) == ["commissions.splits_over"]
    shares = shares.set_column(2, "share", pa.array([LIMIT] * 3))
    assert codes(SELLER, splits=shares) == ["frames.out_of_range"]
    names = {"id": list("abcd"), "payee": ["ana"] * 4, "day": [DAY] * 4, "amount": [LIMIT, -LIMIT, -LIMIT, -LIMIT]}
    assert codes(SELLER, given=pa.table(names | {"original": [None, "a", "a", "a"]})) == ["frames.out_of_range"]
    nearly = names | {"amount": [LIMIT, -LIMIT, -LIMIT, 0], "original": [None, "a", "a", "a"]}
    assert codes(SELLER, given=pa.table(nearly)) == ["frames.out_of_range"]


def test_a_refund_of_half_the_money_that_came_takes_half_back():
    given = plain(amount=[100, -100], original=[None, "a"], day=[DAY, DAY])
    payments = pa.table({"transaction": ["a", "b"], "day": [DAY, DAY], "amount": [80, -40]})
    found = credited(CASH, given=given, payments=payments)
    assert found.select(["id", "part", "amount", "returned", "returned_of", "of_kept"]).to_pylist() == [
        {"id": "a", "part": 1, "amount": 80, "returned": None, "returned_of": None, "of_kept": False},
        {"id": "b", "part": 1, "amount": -40, "returned": 40, "returned_of": 80, "of_kept": True},
    ]


def test_what_plans_do_not_measure_need_not_be_there():
    assert "cost" not in credited(SELLER, given=plain(cost=[0.5, 1.5])).column_names
    assert codes(SELLER, plans=[measuring_plan()]) == ["frames.missing_column"] * 3


def test_texts_are_told_apart_by_hashes_and_where_these_are_the_same_by_themselves(monkeypatch):
    rng = random.Random(2)
    for length in (3, 12, 80):
        texts = ["".join(rng.choices("ab語", k=rng.randrange(length))) for _ in range(300)]
        expected = len(set(texts)) == len(texts)
        for kind in (pa.string(), pa.large_string()):
            assert distinct.are_distinct(pa.array(["first", *texts], kind).slice(1)) == expected
            assert distinct.are_distinct(pa.array([*dict.fromkeys(texts)], kind))
    assert distinct._hashes(pa.array(["", "a"]), np.array([0, 0, 1])).tolist() == [
        0xCBF29CE484222325,
        0xAF63DC4C8601EC8C,
    ]
    monkeypatch.setattr(distinct, "_hashes", lambda texts, offsets: np.zeros(len(texts), np.uint64))
    assert distinct.are_distinct(pa.array(["a", "b"]))
    assert not distinct.are_distinct(pa.array(["a", "a"]))


def test_splits_without_shares_and_dates_by_dictionary():
    splits = {"transaction": ["a"], "payee": ["ana"]}
    assert codes(SELLER, splits=pa.table(splits)) == ["frames.missing_column"]
    assert codes(SELLER, splits=pa.table(splits | {"share": pa.array([None], pa.string())})) == ["frames.null"]
    days = pa.array([DAY] * 2).dictionary_encode()
    assert credited(SELLER, given=plain(day=days))["day"].to_pylist() == [DAY] * 2
