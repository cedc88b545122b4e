import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest

from salesrules.core import Rate, Reason
from salesrules.messages import catalogs, render, text

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Catalogs of a room `shop`: `both` in two languages, `english` in English only, none in Traditional Chinese."""
    for locale, body in {
        "en": 'msgid "shop.both"\nmsgstr "Both of {a}."\n\nmsgid "shop.english"\nmsgstr "Only {a}."\n\n'
        'msgid "shop.ratio"\nmsgstr "{a:rate} ({a}), {b:rate}."\n',
        "zh_CN": 'msgid "shop.both"\nmsgstr "{a}两者。"\n\nmsgid "shop.english"\nmsgstr ""\n',
    }.items():
        folder = tmp_path / locale / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "shop.po").write_text(HEADER + body, encoding="utf-8")
    (tmp_path / "en" / "secret.po").write_text(HEADER + 'msgid "../secret.x"\nmsgstr "leaked"\n', encoding="utf-8")
    monkeypatch.setattr(catalogs, "_ROOT", tmp_path)
    caches = (catalogs._rooms, catalogs._catalog)
    for cache in caches:
        cache.cache_clear()
    yield tmp_path
    for cache in caches:
        cache.cache_clear()


def test_a_code_has_the_sentence_of_its_language(shelf):
    assert text("shop.both", "en", a=1) == "Both of 1."
    assert text("shop.both", "zh_CN", a=1) == "1两者。"


def test_english_stands_in_for_a_missing_or_empty_sentence(shelf):
    assert text("shop.english", "zh_CN", a=1) == "Only 1."
    assert text("shop.both", "zh_TW", a=1) == "Both of 1."


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(1, 3), "≈33.3333% (≈0.333333), {b:rate}."),
        (Decimal("0.5"), "50% (0.5), {b:rate}."),
        (2, "200% (2), {b:rate}."),
        (Rate.parse("5%"), "5% (5%), {b:rate}."),
        ("x", "x (x), {b:rate}."),
    ],
)
def test_a_place_may_ask_for_a_number_as_a_rate(shelf, value, shown):
    assert text("shop.ratio", "en", a=value) == shown


@pytest.mark.parametrize("code", ["shop.nothing", "nowhere.at_all", "shop", "", "../secret.x", "../../en/secret.x"])
def test_a_code_that_nobody_worded_shows_itself_and_its_values(shelf, code):
    assert render(Reason(code, parameters={"a": 1200, "b": "x"}), "zh_CN") == f"{code} (a=1,200, b=x)"
    assert render(Reason(code)) == code


def test_a_catalog_is_read_once_and_only_when_asked_for(shelf):
    assert catalogs._catalog.cache_info().currsize == 0
    text("shop.both", "zh_CN", a=1)
    text("shop.both", "zh_CN", a=2)
    assert catalogs._catalog.cache_info().currsize == 1
    assert catalogs._catalog.cache_info().misses == 1


def test_importing_reads_no_catalog():
    program = (
        "import sys, salesrules.messages as m\n"
        "assert 'babel.messages' not in sys.modules\n"
        "print(m.text('core.outcome.allow'))\n"
        "assert 'babel.messages' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "Allowed"), done.stderr
