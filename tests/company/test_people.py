"""People, dated reporting lines, regions and territories, with faults at their cells."""

from __future__ import annotations

from datetime import date

import pytest
from company_folder import Folder

from salesrules.company.reading import claim
from salesrules.core import DateRange

LINES = """
[reporting_lines]
file = "data/lines.csv"

[reporting_lines.columns]
person = "who"
manager = "boss"
starts = "from"
ends = "to"
"""
PLACES = """
[regions]
file = "data/regions.csv"
columns = { id = "id", name = "name", group = "group" }

[territories]
file = "data/territories.csv"
columns = { person = "who", territory = "where" }
"""


@pytest.fixture
def dated(folder: Folder) -> Folder:
    """Ben changes from Ada to Cho in the middle of February, and reports to nobody from March on."""
    folder.edit("company.toml", 'manager = "manager"\n', "").add("company.toml", LINES)
    return folder.write(
        "data/lines.csv",
        "who,boss,from,to\nben,ada,2026-01-01,2026-02-15\nben,cho,2026-02-15,2026-03-01\ncho,ada,2026-01-01,\n",
    )


@pytest.fixture
def placed(folder: Folder) -> Folder:
    folder.add("company.toml", PLACES)
    folder.write("data/regions.csv", "id,name,group\nN,North,Germany\nS,South,Germany\nW,West,\n")
    return folder.write("data/territories.csv", "who,where\nben,N\nben,S\ncho,W\n")


@pytest.mark.parametrize(
    ("day", "ben", "cho"),
    [
        (date(2025, 12, 31), None, None),
        (date(2026, 1, 1), "ada", "ada"),
        (date(2026, 2, 14), "ada", "ada"),
        (date(2026, 2, 15), "cho", "ada"),
        (date(2026, 2, 28), "cho", "ada"),
        (date(2026, 3, 1), None, "ada"),
        (date(2030, 1, 1), None, "ada"),
    ],
)
def test_who_reports_to_whom_depends_on_the_day(dated: Folder, day: date, ben: str | None, cho: str | None) -> None:
    tree = dated.load().facts.commissions.hierarchies.at(day)
    assert (tree.parent("ada"), tree.parent("ben"), tree.parent("cho")) == (None, ben, cho)


def test_overrides_follow_the_manager_of_the_day_of_the_sale(dated: Folder) -> None:
    # Ada's override is 0.5 % of what reports to her on the day: Ben until 14 February, Cho all the time.
    run = dated.run().commissions
    ada = run.statement_of("ada")
    assert ada is not None
    assert sorted(line.credit.transaction.id for line in ada.lines) == ["O-1", "O-2", "O-3", "O-4", "O-5"]


def test_without_ends_a_line_is_open(dated: Folder) -> None:
    dated.edit("company.toml", 'ends = "to"\n', "").write("data/lines.csv", "who,boss,from\nben,ada,2026-01-01\n")
    assert dated.load().facts.commissions.hierarchies.at(date(2031, 1, 1)).parent("ben") == "ada"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("ben,ada,2026-01-01,\nben,cho,2026-02-01,", [(3, "from", "two managers on one day")]),
        ("ben,ada,2026-02-01,2026-02-01", [(2, "to", "it is not valid as end")]),
        ("bne,ada,2026-01-01,", [(2, "who", "nobody has this id")]),
        ("ben,eve,2026-01-01,", [(2, "boss", "nobody has this id")]),
        ("ben,,2026-01-01,", [(2, "boss", "the cell is empty")]),
        ("ben,ada,soon,", [(2, "from", "this is not a date in the declared format")]),
        ("ben,ada,,", [(2, "from", "the cell is empty")]),
    ],
)
def test_faults_of_reporting_lines(dated: Folder, rows: str, expected: list[tuple[int, str, str]]) -> None:
    found = dated.write("data/lines.csv", f"who,boss,from,to\n{rows}\n").faults()
    assert [(fault.line, fault.path, fault.problem) for fault in found] == expected
    assert {fault.file for fault in found} == {"data/lines.csv"}


def test_a_near_name_is_suggested(dated: Folder) -> None:
    found = dated.write("data/lines.csv", "who,boss,from,to\nbne,ada,2026-01-01,\nxyz,ada,2026-01-01,\n").faults()
    assert [fault.remedy for fault in found] == ["add it, or did you mean 'ben'?", "add it, or correct the id"]


def test_a_cycle_is_named_once_though_it_lasts_over_many_spans(dated: Folder) -> None:
    rows = ["ada,ben,2026-01-01,", "ben,ada,2026-01-01,", "cho,ada,2026-02-01,2026-03-01", "cho,ben,2026-04-01,"]
    found = dated.write("data/lines.csv", "\n".join(["who,boss,from,to", *rows, ""])).faults()
    assert len(found) == 1
    assert found[0].file == "data/lines.csv"
    assert "ada" in str(found[0])
    assert "ben" in str(found[0])


def test_people_twice_and_without_id(folder: Folder) -> None:
    folder.write("data/people.csv", "id,name,position,manager\nada,Ada,,\nada,Eva,,\n,Nobody,,\n,Nobody,,\n")
    found = [fault for fault in folder.faults() if fault.file == "data/people.csv"]
    assert [(fault.line, fault.path, fault.problem) for fault in found] == [
        (3, "id", "this person stands already above"),
        (4, "id", "the cell is empty"),
        (5, "id", "the cell is empty"),
    ]


def test_people_need_neither_position_nor_manager(folder: Folder) -> None:
    folder.edit("company.toml", 'position = "position"\nmanager = "manager"\n', "")
    facts = folder.load().facts.commissions
    assert {payee.position for payee in facts.payees.values()} == {""}
    assert facts.hierarchies.at(date(2026, 1, 1)).roots == ("ada", "ben", "cho")


def test_territories_and_regions(placed: Folder) -> None:
    facts = placed.load().facts
    assert {id: payee.territories for id, payee in facts.commissions.payees.items()} == {
        "ada": (),
        "ben": ("N", "S"),
        "cho": ("W",),
    }
    assert [(region.id, region.name, region.group) for region in facts.regions.values()] == [
        ("N", "North", "Germany"),
        ("S", "South", "Germany"),
        ("W", "West", ""),
    ]


def test_faults_of_territories_and_regions(placed: Folder) -> None:
    placed.write("data/territories.csv", "who,where\nbem,N\ncho,E\n")
    placed.write("data/regions.csv", "id,name,group\nN,North,Germany\nN,Nord,Germany\nS,,Germany\n")
    assert [(f.file, f.line, f.path, f.problem) for f in placed.faults()] == [
        ("data/regions.csv", 3, "id", "this region stands already above"),
        ("data/regions.csv", 4, "name", "the cell is empty"),
        ("data/territories.csv", 2, "who", "nobody has this id"),
        ("data/territories.csv", 3, "where", "no region has this id"),
    ]


def test_territories_without_a_table_of_regions_are_taken_as_they_are(placed: Folder) -> None:
    mapping = (placed.path / "company.toml").read_text("utf-8")
    start, end = mapping.index("[regions]"), mapping.index("[territories]")
    placed.write("company.toml", mapping[:start] + mapping[end:])
    assert placed.load().facts.commissions.payees["cho"].territories == ("W",)


def test_where_people_cannot_be_read_their_ids_are_not_reported_everywhere(placed: Folder) -> None:
    (placed.path / "data/people.csv").unlink()
    assert [(fault.file, fault.code) for fault in placed.faults()] == [("data/people.csv", "wire.unreadable_file")]


def test_spans_are_claimed_once() -> None:
    spans: list[DateRange] = []
    first, second = DateRange(date(2026, 1, 1), date(2026, 2, 1)), DateRange(date(2026, 3, 1), date(2026, 4, 1))
    assert claim(spans, second)
    assert claim(spans, first)
    assert not claim(spans, DateRange(date(2026, 1, 31), date(2026, 2, 2)))
    assert not claim(spans, DateRange(date(2026, 2, 28), date(2026, 3, 2)))
    assert not claim(spans, DateRange(date(2025, 1, 1)))
    assert not claim(spans, first)
    assert claim(spans, DateRange(date(2026, 2, 1), date(2026, 3, 1)))
    assert claim(spans, DateRange(date(2026, 4, 1)))
    assert [span.start.month for span in spans] == [1, 2, 3, 4]
