from datetime import date

import pytest

from salesrules.core import Reason, UnknownName
from salesrules.messages import (
    LOCALES,
    format_date,
    format_list,
    format_number,
    format_period,
    format_value,
    negotiate,
    render,
    text,
)
from salesrules.messages.locales import babel_locale


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("en", "en"),
        ("en_GB", "en"),
        ("EN-us", "en"),
        ("en_US.UTF-8", "en"),
        ("zh", "zh_CN"),
        ("zh_CN", "zh_CN"),
        ("zh-cn", "zh_CN"),
        ("zh_SG", "zh_CN"),
        ("zh-Hans", "zh_CN"),
        ("zh-Hans-HK", "zh_CN"),
        ("zh-TW", "zh_TW"),
        ("zh_TW.UTF-8", "zh_TW"),
        ("zh_HK", "zh_TW"),
        ("zh-MO", "zh_TW"),
        ("zh-hant", "zh_TW"),
        ("zh_Hant_CN", "zh_TW"),
    ],
)
def test_a_requested_locale_is_served_by_ours(asked, served):
    assert negotiate(asked) == served


@pytest.mark.parametrize("asked", ["fr", "zh_Latn", "", "C", "english", "../en", "zh_CN_x_y", None, 7, ["en"]])
def test_anything_else_is_refused_and_never_answered_in_another_language(asked):
    with pytest.raises(UnknownName) as error:
        negotiate(asked)
    assert error.value.kind == "locale"
    assert error.value.nearest
    assert set(error.value.nearest) <= set(LOCALES)


def test_the_nearest_locale_is_named():
    with pytest.raises(UnknownName, match="did you mean 'zh_TW'"):
        negotiate("hz_TW")
    with pytest.raises(UnknownName, match="'en' or 'zh_CN' or 'zh_TW'"):
        negotiate("français")


@pytest.mark.parametrize(
    "call",
    [
        lambda: text("core.plain.none", "fr"),
        lambda: render(Reason("core.plain.none"), "fr"),
        lambda: format_value("x", "fr"),
        lambda: format_number(1, "fr"),
        lambda: format_list(["x"], "fr"),
        lambda: format_date(date(2020, 1, 1), "fr"),
        lambda: format_period("2020", "fr"),
    ],
)
def test_every_rendering_refuses_an_unknown_locale(call):
    with pytest.raises(UnknownName):
        call()


def test_babel_knows_each_of_ours():
    assert [babel_locale(locale).language for locale in LOCALES] == ["en", "zh", "zh"]
    assert babel_locale("zh_TW").script == "Hant"
