from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction

import attrs
import pytest

from salesrules.core import (
    CurrencyTable,
    DateRange,
    FiscalCalendar,
    Money,
    Outcome,
    PeriodKind,
    PolicyStatus,
    Rate,
    Rounding,
    RoundingMode,
    Severity,
)
from salesrules.messages import LOCALES, format_list, format_quantity, format_value


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


@attrs.frozen(kw_only=True)
class Entry:
    id: str
    fee: Money
    _limit: int | None = None
    note: str = attrs.field(default="", eq=False)
    made: int = attrs.field(init=False, default=0)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Money("1234.5", "CNY"), ["CN¥1,234.50", "¥1,234.50", "CN¥1,234.50"]),
        (Rate.parse("1.50%"), ["1.5%"] * 3),
        (Decimal("1234.50"), ["1,234.5"] * 3),
        (1234, ["1,234"] * 3),
        (Fraction(1, 3), ["≈0.333333"] * 3),
        (date(2020, 3, 1), ["Mar 1, 2020", "2020年3月1日", "2020年3月1日"]),
        (datetime(2020, 3, 1, 9, 5, tzinfo=UTC), ["Mar 1, 2020 09:05 UTC", *["2020年3月1日 09:05 UTC"] * 2]),
        (time(9, 5), ["09:05"] * 3),
        (DateRange(date(2020, 3, 1)), ["from Mar 1, 2020", "2020年3月1日起", "2020年3月1日起"]),
        (True, ["yes", "是", "是"]),
        (False, ["no", "否", "否"]),
        (None, ["none", "无", "無"]),
        (1, ["1"] * 3),
        (0, ["0"] * 3),
        ("2020-Q1 {x} <b>", ["2020-Q1 {x} <b>"] * 3),
        ((), ["none", "无", "無"]),
        (("a",), ["a"] * 3),
        (["a", "b"], ["a and b", "a和b", "a和b"]),
        (("a", Money(1, "JPY"), 2000), ["a, ¥1, and 2,000", "a、JP¥1和2,000", "a、¥1和2,000"]),
        (Severity.ERROR, ["Error", "错误", "錯誤"]),
        (PolicyStatus.IN_FORCE, ["in force", "生效中", "生效中"]),
        (RoundingMode.HALF_UP, ["rounded half up", "四舍五入", "四捨五入"]),
        (Colour.RED, ["red"] * 3),
        (Level.HIGH, ["3"] * 3),
        (b"x", ["b'x'"] * 3),
        (FiscalCalendar().period("2020-03"), ["March 2020", "2020年3月", "2020年3月"]),
        (FiscalCalendar().period("2020-Q1"), ["Q1 2020", "2020年第1季度", "2020年第1季"]),
        (
            Rounding(digits=2, mode="half_up"),
            ["rounded half up to a multiple of 0.01", "以0.01为单位四舍五入", "以0.01為單位四捨五入"],
        ),
        (
            Rounding(digits=-3, mode="floor"),
            ["rounded down to a multiple of 1,000", "以1,000为单位向下取整", "以1,000為單位向下取整"],
        ),
        ({"a": Rate.parse("1%"), "b": {"c": None}}, ["a=1%, b=c=none", "a=1%, b=c=无", "a=1%, b=c=無"]),
        (
            Entry(id="x", fee=Money(5, "JPY"), note="hidden"),
            ["id=x, fee=¥5, limit=none", "id=x, fee=JP¥5, limit=无", "id=x, fee=¥5, limit=無"],
        ),
    ],
)
def test_a_value_by_its_type(value, shown):
    assert [format_value(value, locale) for locale in LOCALES] == shown


def test_money_inside_a_list_has_the_given_digits():
    assert format_value((Money(1, "CNY"),), "zh_CN", CurrencyTable.iso({"CNY": 3})) == "¥1.000"


def test_digits_reach_the_money_inside_mappings_and_records():
    firm = CurrencyTable.iso({"JPY": 1})
    assert format_value({"a": Money(5, "JPY")}, "en", firm) == "a=¥5.0"
    assert format_value(Entry(id="x", fee=Money(5, "JPY")), "en", firm) == "id=x, fee=¥5.0, limit=none"


def test_an_enumeration_of_ours_without_a_word_shows_its_value():
    unworded = Enum("Unworded", {"A": "a_value"}, module="salesrules.core.somewhere")
    assert format_value(unworded.A) == "a_value"


def test_a_word_is_found_by_the_snake_case_name_of_the_enumeration():
    imposter = Enum("RoundingMode", {"X": "floor"}, module="salesrules.core")
    assert format_value(imposter.X, "zh_CN") == "向下取整"
    stranger = Enum("RoundingMode", {"X": "floor"}, module="elsewhere.core")
    assert format_value(stranger.X, "zh_CN") == "floor"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", [Outcome, Severity, PolicyStatus, RoundingMode, PeriodKind])
def test_every_member_of_these_has_a_word_of_its_own(kind, locale):
    words = {format_value(member, locale) for member in kind}
    assert len(words) == len(kind)
    assert not words & {member.value for member in kind} or (locale == "en" and kind in (PolicyStatus, PeriodKind))


def test_lists_join_as_the_locale_does():
    assert [format_list(["甲", "乙", "丙"], locale) for locale in LOCALES] == [
        "甲, 乙, and 丙",
        "甲、乙和丙",
        "甲、乙和丙",
    ]
    assert [format_list(iter(()), locale) for locale in LOCALES] == ["none", "无", "無"]


@pytest.mark.parametrize(
    ("number", "unit", "shown"),
    [
        (Decimal("5"), "CNY", "¥5.00"),
        (Fraction(10, 3), "CNY", "≈¥3.333333"),
        (Decimal("0.5"), "rate", "50%"),
        (Fraction(2, 3), "rate", "≈66.6667%"),
        (Decimal("1200"), "count", "1,200"),
        (Decimal("1200.5"), "", "1,200.5"),
        (12, "台", "12 台"),
        (12, "Pcs", "12 Pcs"),
        (12, "ABCD", "12 ABCD"),
    ],
)
def test_a_quantity_by_its_unit(number, unit, shown):
    assert format_quantity(number, unit, "zh_CN") == shown


def test_a_quantity_has_the_given_digits():
    assert format_quantity(1, "CNY", "zh_CN", CurrencyTable.iso({"CNY": 3})) == "¥1.000"
