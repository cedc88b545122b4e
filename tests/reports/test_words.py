"""Words and figures: every label is used with its places, attainments are cut off, ids stand in for missing names."""

from __future__ import annotations

import ast
import re
import string
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from made_content import made_content

import salesrules.reports
from salesrules.core import Reason
from salesrules.messages import LOCALES, text
from salesrules.reports.reasons import LABELS
from salesrules.reports.words import Names, Words

SOURCE = Path(salesrules.reports.__file__).parent


def places_used() -> dict[str, set[tuple[str, ...]]]:
    """The labels that modules and templates ask for, each with the names of the values given."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for path in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say":
                first, names = node.args[0], tuple(keyword.arg or "" for keyword in node.keywords)
                constants = [n.value for n in ast.walk(first) if isinstance(n, ast.Constant) and n.value]
                if isinstance(first, ast.JoinedStr):
                    constants = [f"{constants[0]}{kind}" for kind in ("region", "manager")]
                for name in constants:
                    found.setdefault(name, set()).add(names)
    for path in SOURCE.glob("templates/*.j2"):
        for name, rest in re.findall(r'say\("(\w+)"([^)]*)\)', path.read_text("utf-8")):
            found.setdefault(name, set()).add(tuple(re.findall(r"(\w+)=", rest)))
    return found


def test_every_label_is_used_with_exactly_its_places() -> None:
    wanted = {code.removeprefix("reports.label."): {tuple(sorted(places))} for code, places in LABELS.items()}
    used = {name: {tuple(sorted(names)) for names in calls} for name, calls in places_used().items()}
    assert used == wanted


@pytest.mark.parametrize("locale", LOCALES)
def test_every_label_has_words_with_its_places(locale: str) -> None:
    for code, names in LABELS.items():
        words = text(code, locale)
        assert words != code
        assert {name for _, name, _, _ in string.Formatter().parse(words) if name} == set(names)


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (Fraction(9996, 10000), "99.9%"),
        (Fraction(1), "100%"),
        (Fraction(2, 3), "66.6%"),
        (Fraction(-1, 3), "-33.4%"),
        (Fraction(0), "0%"),
    ],
)
def test_an_attainment_is_never_shown_higher_than_it_is(share: Fraction, shown: str) -> None:
    assert Words("en").attainment(share) == shown


def test_roles_have_words_where_a_catalog_has_them() -> None:
    assert Words("zh_CN").role("override_1") == "第一层主管"
    assert Words("zh_CN").role("override_9") == "override_9"


def test_amounts_have_their_currency_s_digits() -> None:
    words = Words("en")
    assert [words.amount(Decimal(5), code) for code in ("USD", "JPY", "KWD")] == ["5.00", "5", "5.000"]
    assert [words.measure(Decimal("1.50"), unit) for unit in ("USD", "JPY", "")] == ["1.50", "1.5", "1.5"]


def test_a_finding_keeps_what_is_no_id() -> None:
    names = Names(made_content(), Words("en"))
    assert names.sentence(Reason("mine.a", parameters={"payee": "p1", "of": 3})) == "mine.a (payee=Ann, of=3)"
    assert names.sentence(Reason("mine.a", parameters={"payee": "p9"})) == "mine.a (payee=p9)"


def test_all_findings_come_with_names_what_was_read_first() -> None:
    made = made_content(changes=[Reason("company.rows_read", parameters={"file": "a.csv", "count": 3})])
    found = made.findings()
    assert [reason.code for reason in found] == ["company.rows_read", "commissions.shortfall", "mine.own"]
    assert found[1].parameters["payee"] == "Bo"
    assert found[0] is made.changes[0]
