"""The mapping document: what it declares is proved when it is read, with the place in the document and a remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest
from company_folder import Folder

from salesrules.company import CompanyDocument
from salesrules.company.mapping import NumberFormat, TableSource
from salesrules.core import InvalidValue
from salesrules.wire import document_schema

PEOPLE, ORDERS = 'file = "data/people.csv"', 'kind = "sale"'


@pytest.mark.parametrize(
    ("old", "new", "path", "remedy"),
    [
        (PEOPLE, f'{PEOPLE}\nseparator = ";;"', "people.separator", "one character"),
        (PEOPLE, f'{PEOPLE}\nseparator = ""', "people.separator", "one character"),
        (PEOPLE, f"{PEOPLE}\nseparator = '\"'", "people.separator", "one character"),
        (PEOPLE, f'{PEOPLE}\nseparator = "\\n"', "people.separator", "one character"),
        (PEOPLE, f'{PEOPLE}\ndate_format = "%d.%m."', "people.date_format", "year, month and day"),
        (PEOPLE, f'{PEOPLE}\ndate_format = "%Y-%m-%Y"', "people.date_format", "year, month and day"),
        (PEOPLE, f'{PEOPLE}\ndate_format = "YYYY-MM-DD"', "people.date_format", "year, month and day"),
        (PEOPLE, f'{PEOPLE}\ndate_format = "%"', "people.date_format", "year, month and day"),
        (PEOPLE, f'{PEOPLE}\nnumber_format = {{ decimal = "" }}', "people.number_format.decimal", "one sign"),
        (PEOPLE, f'{PEOPLE}\nnumber_format = {{ decimal = "5" }}', "people.number_format.decimal", "one sign"),
        (PEOPLE, f'{PEOPLE}\nnumber_format = {{ decimal = "-" }}', "people.number_format.decimal", "one sign"),
        (PEOPLE, f'{PEOPLE}\nnumber_format = {{ decimal = "e" }}', "people.number_format.decimal", "one sign"),
        (PEOPLE, f'{PEOPLE}\nnumber_format = {{ decimal = "\\u0007" }}', "people.number_format.decimal", "one sign"),
        (PEOPLE, f'{PEOPLE}\nnumber_format = {{ group = ".." }}', "people.number_format.group", "one sign"),
        (PEOPLE, f'{PEOPLE}\nnumber_format = {{ group = "." }}', "people.number_format.group", "the decimal mark"),
        (PEOPLE, f'{PEOPLE}\nrounding = {{ digits = 2, mode = "up and down" }}', "people.rounding.mode", "half_up"),
        (PEOPLE, f"{PEOPLE}\nrounding = {{ digits = 2 }}", "people.rounding.mode", "give mode"),
        ('currency = "EUR"', 'currency = "euro"', "company.currency", "three-letter code in capitals"),
        ('id = ["order"]', "id = []", "transactions[0].columns.id", "at least one"),
        (ORDERS, 'kind = "gift"', "transactions[0].kind", "sale"),
        (ORDERS, "", "transactions[0].kind", "sale or return"),
        (ORDERS, 'kind = "return"', "transactions[0].columns.original", "the sale taken back"),
        (
            'payee = "seller"',
            'payee = "seller"\noriginal = ["order"]',
            "transactions[0].columns.original",
            "only a return",
        ),
        ('period = "month"\n\n', 'period = "moon"\n\n', "quotas[0].period", "month"),
        ("[[transactions]]", "[transactions]", "transactions", "[ … ]"),
    ],
)
def test_what_is_declared_is_proved(folder: Folder, old: str, new: str, path: str, remedy: str) -> None:
    found = folder.edit("company.toml", old, new).faults()
    assert [fault.path for fault in found][:1] == [path]
    assert remedy in found[0].remedy
    assert found[0].file == str(folder.path / "company.toml")
    assert found[0].line


def test_a_company_without_transactions_is_refused(folder: Folder) -> None:
    text = (folder.path / "company.toml").read_text("utf-8")
    before, _, rest = text.partition("[[transactions]]")
    quotas = rest[rest.index("[[quotas]]") :]
    folder.write("company.toml", f"transactions = []\n{before}{quotas}")
    assert [(fault.path, fault.remedy) for fault in folder.faults()] == [("transactions", "give at least one")]


def test_managers_come_from_one_place(folder: Folder) -> None:
    lines = '[reporting_lines]\nfile = "lines.csv"\ncolumns = { person = "a", manager = "b", starts = "c" }\n'
    found = folder.add("company.toml", lines).faults()
    assert [fault.path for fault in found] == ["people.columns.manager"]
    assert "one place only" in found[0].remedy


def test_all_faults_of_the_mapping_come_at_once(folder: Folder) -> None:
    folder.edit("company.toml", 'currency = "EUR"', 'currency = "euro"')
    folder.edit("company.toml", PEOPLE, f'{PEOPLE}\nseparator = ";;"\ndate_format = "%d.%m."')
    folder.edit("company.toml", 'payee = "seller"', 'paye = "seller"')
    assert [fault.path for fault in folder.faults()] == [
        "company.currency",
        "people.separator",
        "people.date_format",
        "transactions[0].columns.payee",
        "transactions[0].columns.paye",
    ]


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d/%m/%y", "%Y-%j", "%G-W%V-%u", "%d %B %Y", "%Y年%m月%d日"])
def test_patterns_that_tell_every_day_apart(form: str) -> None:
    assert TableSource(file="a.csv", date_format=form).date_format == form


@pytest.mark.parametrize("form", ["", "%Y", "%m-%d", "%H:%M", "%Q", "%Y-%Y-%m-%d", "\0", "%Y-%m-%d%", "%-d.%-m.%Y"])
def test_patterns_that_lose_a_day(form: str) -> None:
    with pytest.raises(InvalidValue, match="year, month and day"):
        TableSource(file="a.csv", date_format=form)


def test_marks_may_be_any_sign() -> None:
    for group in (" ", "\u202f", "'", "’", "٬", None):
        assert NumberFormat(decimal="٫", group=group).group == group


# --- the page --------------------------------------------------------------------------------------------------------

#: What every table may say stands in a table of its own on the page.
OF_TABLES = {attribute.name for attribute in attrs.fields(TableSource)}


def keys_of_schema(part: dict[str, Any], whole: dict[str, Any], place: str = "") -> Iterator[str]:
    """Every key that a document may have, with those around it."""
    if "$ref" in part:
        part = whole["$defs"][part["$ref"].rpartition("/")[2]]
    for other in [*part.get("anyOf", ()), *([part["items"]] if "items" in part else [])]:
        yield from keys_of_schema(other, whole, place)
    for name, inner in part.get("properties", {}).items():
        if name not in OF_TABLES or not place or place == "company":
            yield f"{place}.{name}".removeprefix(".")
            yield from keys_of_schema(inner, whole, f"{place}.{name}".removeprefix("."))


def keys_of_document(part: Any, place: str = "") -> Iterator[str]:
    for each in part if isinstance(part, list) else [part]:
        if isinstance(each, Mapping) and place != "transactions.attributes":
            for name, inner in each.items():
                if name not in OF_TABLES or not place or place == "company":
                    yield f"{place}.{name}".removeprefix(".")
                    yield from keys_of_document(inner, f"{place}.{name}".removeprefix("."))


def test_the_page_has_everything_that_can_be_said_and_nothing_else(root: Path) -> None:
    page = (root / "docs" / "how-to" / "map-your-own-columns.md").read_text("utf-8")
    blocks = re.findall(r"```toml\n(.+?)```", page, re.S)
    said = {key for block in blocks for key in keys_of_document(tomllib.loads(block))}
    schema = document_schema(CompanyDocument)
    known = set(keys_of_schema(schema, schema))
    assert len(known) > 80
    twins = {key.replace("exchange_rates", "average_rates") for key in known if key.startswith("exchange_rates")}
    assert (said - known, known - said - twins) == (set(), set())
    assert "`[average_rates]` is a table of the same columns" in page
    assert {name for name in OF_TABLES if f"| `{name}` |" not in page} == set()
