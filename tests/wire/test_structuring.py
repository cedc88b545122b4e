"""Plain data into typed values: whatever a constructor says stands at the field it means, all at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Literal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_policies import Trigger
from sample_strategies import band_tables, dated_fees, decimals, moneys, ranges, rates, words

from salesrules.core import (
    Band,
    BandTable,
    Dated,
    DatedValue,
    DateRange,
    Fault,
    InvalidDocument,
    InvalidValue,
    Money,
    Rate,
    Side,
    as_tuple,
)
from salesrules.wire import Format, dump, parse_document


def read(kind: Any, data: Any) -> Any:
    """The value of a field of a type, written as JSON."""
    holder = attrs.make_class("Holder", {"x": attrs.field(type=kind)})
    return parse_document(json.dumps({"x": data}), holder, format=Format.JSON).x


def faults(kind: Any, data: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidDocument) as caught:
        read(kind, data)
    return [(fault.path, fault.code) for fault in caught.value.faults]


FORMS: list[tuple[Any, Any, Any]] = [
    (str, "a", "a"),
    (int, 5, 5),
    (bool, True, True),
    (Decimal, 5, Decimal(5)),
    (Decimal, "5.10", Decimal("5.10")),
    (Decimal, "-0.1", Decimal("-0.1")),
    (Rate, "1.5%", Rate(Decimal("0.015"))),
    (Rate, "15 ‰", Rate(Decimal("0.015"))),
    (Rate, "0.015", Rate(Decimal("0.015"))),
    (Rate, "-5%", Rate(Decimal("-0.05"))),
    (Money, "CNY 12.50", Money("12.50", "CNY")),
    (Money, "CNY -12", Money("-12", "CNY")),
    (date, "2020-02-29", date(2020, 2, 29)),
    (time, "12:30", time(12, 30)),
    (time, "12:30:15.5", time(12, 30, 15, 500_000)),
    (datetime, "2020-01-31T12:30:00Z", datetime(2020, 1, 31, 12, 30, tzinfo=UTC)),
    (Trigger, "booking", Trigger.BOOKING),
    (Literal["a", "b"], "b", "b"),
    (DateRange, {"from": "2020-01-01"}, DateRange(date(2020, 1, 1))),
    (DateRange, {"from": "2020-01-01", "until": "2020-01-02"}, DateRange(date(2020, 1, 1), date(2020, 1, 2))),
    (tuple[int, ...], [1, 2], (1, 2)),
    (tuple[int, ...], [], ()),
    (Mapping[str, int], {"a": 1}, {"a": 1}),
    (int | None, None, None),
    (int | None, 5, 5),
]


@pytest.mark.parametrize(("kind", "data", "value"), FORMS)
def test_each_type_has_its_form(kind: Any, data: Any, value: Any) -> None:
    found = read(kind, data)
    assert (found, type(found)) == (value, type(value))


WRONG: list[tuple[Any, Any]] = [
    (str, 5),
    (str, None),
    (int, "5"),
    (int, 5.0),
    (int, True),
    (bool, 0),
    (bool, "true"),
    (Decimal, "1e3"),
    (Decimal, "1,000"),
    (Decimal, ""),
    (Decimal, True),
    (Decimal, None),
    (Decimal, "٣"),
    (Rate, 0.015),
    (Rate, 1),
    (Rate, "1.5 percent"),
    (Rate, "%"),
    (Rate, " 1%"),
    (Rate, "1%\n"),
    (Money, 12.5),
    (Money, "12.50"),
    (Money, "cny 12.50"),
    (Money, "CNY12.50"),
    (Money, "CNY  12.50"),
    (Money, "CNY 1e3"),
    (date, "2020-1-1"),
    (date, "2020-W01-1"),
    (date, "20200101"),
    (date, 20200101),
    (time, "1230"),
    (time, "12:30+01:00"),
    (time, 750),
    (datetime, "2020-01-31T12:30:00"),
    (Trigger, "BOOKING"),
    (Trigger, ["booking"]),
    (Literal["a"], "b"),
    (Literal["a"], ["a"]),
    (DateRange, "2020"),
    (DateRange, ["2020-01-01"]),
    (tuple[int, ...], "12"),
    (tuple[int, ...], {"0": 1}),
    (tuple[int, ...], None),
    (Mapping[str, int], [1]),
    (Mapping[str, int], None),
]


@pytest.mark.parametrize(("kind", "data"), WRONG)
def test_nothing_is_coerced(kind: Any, data: Any) -> None:
    ((path, code),) = faults(kind, data)
    assert (path, code) in {("x", "wire.wrong_type"), ("x", "wire.unknown_choice")}


@pytest.mark.parametrize(
    ("kind", "data"), [(date, "2020-02-30"), (date, "0000-01-01"), (time, "24:00"), (datetime, "2020-13-01T00:00:00Z")]
)
def test_what_looks_right_but_is_none_is_refused(kind: Any, data: Any) -> None:
    assert faults(kind, data) == [("x", "wire.invalid_value")]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Decimal, decimals),
        (Rate, rates),
        (Money, moneys),
        (DateRange, ranges()),
        (BandTable[Rate], band_tables()),
        (Dated[Money], dated_fees()),
        (Mapping[str, Rate], st.dictionaries(words, rates)),
        (tuple[Money, ...], st.lists(moneys).map(tuple)),
    ],
)
def test_each_form_is_read_as_it_was_dumped(kind: Any, values: st.SearchStrategy[Any]) -> None:
    holder = attrs.make_class("Holder", {"x": attrs.field(type=kind)})

    @given(values)
    def round_trip(value: Any) -> None:
        again = parse_document(json.dumps(dump(holder(value))), holder, format=Format.JSON).x
        assert again == value

    round_trip()


def bands(*rows: dict[str, Any], **table: Any) -> dict[str, Any]:
    return {"bands": [{"value": 1, **row} for row in rows], **table}


TABLES: list[tuple[dict[str, Any], BandTable[int]]] = [
    (bands({}), BandTable(bands=(Band(start=None, value=1),))),
    (bands({"to": 5}, {"from": 5}), BandTable(bands=(Band(start=None, value=1), Band(start=5, value=1)))),
    (bands({"from": "80%", "to": "900‰"}), BandTable(bands=(Band(start=Decimal("0.8"), value=1),), end=Decimal("0.9"))),
    (
        bands({"from": 0, "side": "upper"}, {"from": "1.5"}, side="lower"),
        BandTable(bands=(Band(start=0, value=1, side=Side.UPPER), Band(start=Decimal("1.5"), value=1))),
    ),
]


@pytest.mark.parametrize(("data", "table"), TABLES)
def test_tables_of_bands(data: dict[str, Any], table: BandTable[int]) -> None:
    assert read(BandTable[int], data) == table


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (bands(), [("bands", "wire.invalid_value")]),
        (bands({"from": 0}, {}), [("bands[1].from", "wire.missing")]),
        (bands({"from": 5}, {"from": 5}), [("bands[1].from", "wire.overlap")]),
        (bands({"from": 5}, {"from": 4}), [("bands[1].from", "wire.overlap")]),
        (bands({"from": 5, "to": 5}), [("bands[0].to", "wire.empty_band")]),
        (bands({"from": 5, "to": 5}, {"from": 7}), [("bands[0].to", "wire.empty_band")]),
        (
            bands({"from": 0, "to": 1}, {"from": 2, "to": 4}, {"from": 3, "to": 3}, {"from": 9}),
            [("bands[1].from", "wire.gap"), ("bands[2].to", "wire.empty_band"), ("bands[2].from", "wire.overlap")],
        ),
        (
            bands({"from": True, "to": "x"}, {"from": "5 %%", "vlaue": 2}),
            [
                ("bands[0].from", "wire.wrong_type"),
                ("bands[0].to", "wire.wrong_type"),
                ("bands[1].from", "wire.wrong_type"),
                ("bands[1].vlaue", "wire.unknown_key"),
            ],
        ),
        ({"bands": [5], "end": 7}, [("bands[0]", "wire.wrong_type"), ("end", "wire.unknown_key")]),
        ({}, [("bands", "wire.missing")]),
        ([], [("", "wire.wrong_type")]),
    ],
)
def test_every_gap_and_overlap_is_found(data: Any, found: list[tuple[str, str]]) -> None:
    assert faults(BandTable[int], data) == [(f"x.{path}" if path else "x", code) for path, code in found]


def test_every_overlap_of_dated_values_is_found() -> None:
    def entry(start: int, end: int) -> dict[str, Any]:
        return {"effective": {"from": f"2020-01-{start:02}", "until": f"2020-01-{end:02}"}, "value": 1}

    data = {"subject": "fee", "entries": [entry(1, 10), entry(9, 20), entry(19, 30), entry(30, 31)]}
    assert faults(Dated[int], data) == [
        ("x.entries[1].effective", "wire.overlap"),
        ("x.entries[2].effective", "wire.overlap"),
    ]
    data["entries"] = [entry(1, 20), entry(3, 5), entry(6, 20), entry(20, 25)]
    assert faults(Dated[int], data) == [
        ("x.entries[1].effective", "wire.overlap"),
        ("x.entries[2].effective", "wire.overlap"),
    ]


@attrs.frozen(kw_only=True)
class Fussy:
    small: int = attrs.field(validator=attrs.validators.lt(10))
    named: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    other: int = 0
    after: int = attrs.field(default=0)
    _hidden: int = 0

    @after.validator
    def _after_other(self, attribute: attrs.Attribute[int], value: int) -> None:
        if value < self.other:
            raise InvalidValue("after", value, "give more than other")

    def __attrs_post_init__(self) -> None:
        match self.other:
            case 1:
                raise InvalidValue("named[1].deep", self.named, "as post-init says")
            case 2:
                raise InvalidValue("elsewhere", 5, "it is not of this class")
            case 3:
                fault = Fault(code="f.one", path="named[0]", problem="p", remedy="r", severity="error")
                raise InvalidDocument((fault, attrs.evolve(fault, code="f.two", path="")))
            case 4:
                raise ValueError
            case 5:
                raise ZeroDivisionError("a bug")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"small": 10}, [("small", "wire.invalid_value")]),
        ({"small": 11, "after": -1}, [("small", "wire.invalid_value"), ("after", "wire.invalid_value")]),
        ({"small": 11, "other": "x", "after": -1}, [("other", "wire.wrong_type"), ("small", "wire.invalid_value")]),
        ({"after": -1}, [("small", "wire.missing"), ("after", "wire.invalid_value")]),
        ({"small": 1, "other": 1, "after": 1}, [("named[1].deep", "wire.invalid_value")]),
        ({"small": 1, "other": 2, "after": 2}, [("", "wire.invalid_value")]),
        ({"small": 1, "other": 3, "after": 3}, [("named[0]", "f.one"), ("", "f.two")]),
        ({"small": 1, "other": 4, "after": 4}, [("", "wire.invalid_value")]),
        ({"small": 1, "_hidden": 4}, [("_hidden", "wire.unknown_key")]),
        ({"small": 1, "hidden": "4"}, [("hidden", "wire.wrong_type")]),
    ],
)
def test_what_a_constructor_says_stands_at_its_field(data: Any, found: list[tuple[str, str]]) -> None:
    assert faults(Fussy, data) == [(f"x.{path}" if path else "x", code) for path, code in found]


def test_the_words_of_a_constructor_are_kept() -> None:
    with pytest.raises(InvalidDocument) as caught:
        read(Fussy, {"small": 10})
    assert "'small' must be < 10" in caught.value.faults[0].problem
    with pytest.raises(InvalidDocument) as caught:
        read(Fussy, {"small": 1, "other": 2, "after": 2})
    assert caught.value.faults[0].problem == "elsewhere is not valid"


def test_a_bug_in_a_constructor_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        read(Fussy, {"small": 1, "other": 5, "after": 5})


def refuse_odd(value: int) -> int:
    if value % 2:
        raise InvalidValue("number", value, "give an even number")
    return value


@attrs.frozen(kw_only=True)
class Converted:
    first: int = attrs.field(converter=refuse_odd)
    second: int = attrs.field(converter=refuse_odd)
    third: int = attrs.field(default=0, converter=attrs.Converter(refuse_odd))


def test_every_converter_has_its_say() -> None:
    assert read(Converted, {"first": 2, "second": 4}) == Converted(first=2, second=4)
    assert faults(Converted, {"first": 1, "second": 3, "third": 5}) == [
        (f"x.{field}", "wire.invalid_value") for field in ("first", "second", "third")
    ]


@attrs.frozen(kw_only=True)
class Cat:
    kind: Literal["cat", "tiger"] = "cat"
    lives: int = 9


@attrs.frozen(kw_only=True)
class Dog:
    kind: Literal["dog"] = "dog"
    name: str


@attrs.frozen(kw_only=True)
class Bird:
    name: str = ""


def test_unions_are_told_apart_by_kind() -> None:
    kind = tuple[Cat | Dog, ...]
    data = [{"kind": "cat"}, {"kind": "tiger", "lives": 1}, {"kind": "dog", "name": "Rex"}]
    assert read(kind, data) == (Cat(), Cat(kind="tiger", lives=1), Dog(name="Rex"))
    assert faults(kind, [{"kind": "cow"}, {}, 5, {"kind": "dog"}, {"kind": "cat", "name": "Tom"}]) == [
        ("x[0].kind", "wire.unknown_choice"),
        ("x[1].kind", "wire.missing"),
        ("x[2]", "wire.wrong_type"),
        ("x[3].name", "wire.missing"),
        ("x[4].name", "wire.unknown_key"),
    ]
    assert read(Cat | Dog | None, None) is None
    assert faults(Cat | Dog, None) == [("x", "wire.wrong_type")]


@attrs.frozen(kw_only=True)
class SecondCat:
    kind: Literal["cat", "tiger"] = "cat"


@pytest.mark.parametrize(
    "kind",
    [
        int | str,
        Cat | Bird,
        Cat | int,
        Cat | SecondCat,
        float,
        bytes,
        Any,
        object,
        list[int],
        set[int],
        tuple[int, int],
        Mapping[int, str],
        dict,
    ],
)
@pytest.mark.parametrize("data", [1, {}, [1]])
def test_types_that_documents_cannot_hold_are_refused_as_such(kind: Any, data: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        read(kind, data)
    assert caught.value.field == "type"


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("1.50"), "1.50"),
        (Fraction(1, 4), "0.25"),
        (None, None),
        ({"a": (1, Rate.parse("1%"))}, {"a": [1, "1%"]}),
        ([Trigger.BOOKING, True, time(12, 30)], ["booking", True, "12:30:00"]),
        (DatedValue(effective=DateRange(date(2020, 1, 1)), value=5), {"effective": {"from": "2020-01-01"}, "value": 5}),
        (
            BandTable(bands=(Band(start=0, value="a"), Band(start=Fraction(1, 2), value="b")), end=2),
            {
                "side": "lower",
                "bands": [
                    {"from": 0, "to": "0.5", "value": "a"},
                    {"from": "0.5", "to": 2, "value": "b"},
                ],
            },
        ),
    ],
)
def test_values_are_dumped_as_plain_data(value: Any, data: Any) -> None:
    assert dump(value) == data


class Colour(Enum):
    RED = "red"


def test_an_enum_that_is_no_text_is_written_by_its_value() -> None:
    assert dump(Colour.RED) == "red"
    assert read(Colour, "red") is Colour.RED
    assert faults(Colour, "blue") == [("x", "wire.unknown_choice")]


@attrs.frozen(kw_only=True)
class Choice:
    limit: int | None
    other: int | None = 5
    third: int | None = None


def test_none_is_left_out_only_where_it_is_the_default() -> None:
    choice = Choice(limit=None, other=None)
    assert dump(choice) == {"limit": None, "other": None}
    assert read(Choice, dump(choice)) == choice


@pytest.mark.parametrize("value", [1.5, Fraction(1, 3), (1, 0.5)])
def test_what_is_not_exact_is_not_dumped(value: Any) -> None:
    with pytest.raises(InvalidValue):
        dump(value)
