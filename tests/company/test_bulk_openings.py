"""What stood open before computing began, in bulk and one by one over the same folder: the same files to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from bulk_firm import PERIOD, bulk_firm, text_of
from bulk_pay import CLAWBACKS, LONG_CAPS, MODIFIERS, PAYOUTS, assert_alike, with_events, with_rules, with_scores
from company_folder import Folder

from salesrules import company
from salesrules.company.results import COLUMNS
from salesrules.wire import render_csv

pytest.importorskip("pyarrow")

WHO = ("ada", "ben", "cho")

_HOLDS = """
[opening_holds]
file = "data/holds.csv"
columns = { payee = "who", day = "day", amount = "held", policy = "rule", transaction = ["order", "line"], due = "due" }
"""

_USES = """
[opening_uses]
file = "data/uses.csv"
columns = { payee = "who", day = "day", policy = "cap", used = "used", carried = "carried", by = "by" }
"""

_MEASURES = """
[opening_measures]
file = "data/measures.csv"
columns = { payee = "who", day = "day", component = "what", measured = "measured" }
"""


def with_holds(firm: Folder) -> Folder:
    """Amounts held since spring: until a day, until an event about a sale, and by no rule."""
    rows = [
        ("ben", "2026-04-01", "321.5", "curve", "", "", "2026-08-15"),
        ("cho", "2026-08-01", "77", "curve", "O7", 1, "2026-08-31"),
        ("dee", "2026-04-01", "45.25", "until collected", "old", 1, ""),
        ("dee", "2026-08-01", "12", "until collected", "O9", 1, ""),
        ("eli", "2026-06-01", "9.99", "", "", "", "2026-08-02"),
        ("ada", "2026-02-01", "500", "thirds", "", "", "2026-12-01"),
        ("ada", "2026-09-01", "5", "thirds", "", "", "2026-09-01"),
    ]
    firm.write("data/holds.csv", text_of("who,day,held,rule,order,line,due", rows))
    firm.add("company.toml", _HOLDS)
    text = (firm.path / "data/events.csv").read_text("utf-8")
    return firm.write("data/events.csv", text + "2026-08-10,dee,collected,old,1,1\n")


def with_measures(firm: Folder) -> Folder:
    """What was measured before: in the quarter of the period and in the year, and elsewhere."""
    rows = [
        ("ben", "2026-07-01", "quota", "21000.25"),
        ("cho", "2026-08-12", "quota", "4000"),
        ("cho", "2026-04-01", "quota", "999"),
        ("ada", "2026-07-01", "team-override", "100000"),
        ("dee", "2026-01-01", "machines", "15000"),
        ("eli", "2026-01-01", "machines", "7"),
    ]
    firm.write("data/measures.csv", text_of("who,day,what,measured", rows))
    return firm.add("company.toml", _MEASURES)


def with_uses(firm: Folder) -> Folder:
    """What caps had let through and carried over: in spring, in the quarter, and when the period begins."""
    rows = [
        ("ben", "2026-07-01", "by region", "2500", "", "n"),
        ("ben", "2026-08-01", "by region", "100.5", "", "s"),
        ("cho", "2026-02-01", "by region", "9", "", "n"),
        ("dee", "2026-05-01", "of a year", "1600", "", ""),
        ("ada", "2026-08-01", "of a life", "3700", "", ""),
        ("ada", "2026-03-01", "of a life", "1", "", ""),
        ("ben", "2026-07-01", "evened", "1900", "455.55", "s"),
        ("cho", "2026-08-01", "evened", "0", "80", "n"),
    ]
    rulebook = (firm.path / "rulebook.toml").read_text("utf-8")
    rows = [row for row in rows if f'"{row[2]}"' in rulebook]
    firm.write("data/uses.csv", text_of("who,day,cap,used,carried,by", rows))
    return firm.add("company.toml", _USES)


@pytest.mark.parametrize("rules", [MODIFIERS, LONG_CAPS], ids=["spans", "on and on"])
def test_what_caps_had_let_through_before_counts_as_one_by_one(tmp_path: Path, rules: dict[str, str]) -> None:
    firm = with_uses(with_scores(with_rules(bulk_firm(tmp_path / "firm"), rules)))
    text = assert_alike(firm)
    firm.edit("company.toml", _USES, "")
    assert text != render_csv(COLUMNS, firm.run(PERIOD).to_records())
    if rules is LONG_CAPS:
        anew = [line.split(",") for line in text.splitlines() if ",carried_in," in line]
        assert ("cho", "80") in {(cells[1], cells[16]) for cells in anew}


def test_what_was_held_before_is_released_as_one_by_one(tmp_path: Path) -> None:
    firm = with_holds(with_events(with_rules(bulk_firm(tmp_path / "firm"), PAYOUTS, CLAWBACKS)))
    text = assert_alike(firm)
    amounts = [line.split(",")[16] for line in text.splitlines() if ",released," in line]
    assert {"321.50", "77.00", "45.25", "9.99"} <= {*amounts}


@pytest.mark.parametrize("modified", [False, True], ids=["plain", "modified"])
def test_what_was_measured_before_counts_as_one_by_one(tmp_path: Path, modified: bool) -> None:
    firm = with_measures(with_rules(bulk_firm(tmp_path / "firm"), *([MODIFIERS, PAYOUTS] if modified else [])))
    if modified:
        with_scores(firm)
    assert_alike(firm)
    cells = [line.split(",") for line in assert_alike(firm, "2026-M07").splitlines()]
    begun = {who: next(row[11] for row in cells if (row[1], row[3], row[6]) == (who, "line", "sale")) for who in WHO}
    assert begun == {"ada": "100000", "ben": "21000.25", "cho": "4000"}  # also of a day within the quarter


def test_measures_of_formulas_are_refused_by_name(tmp_path: Path) -> None:
    firm = with_measures(bulk_firm(tmp_path / "firm"))
    text = (firm.path / "rulebook.toml").read_text("utf-8")
    start = text.index("[commissions.plans.components.table]", text.index('id = "machines"'))
    end = text.index("[[commissions.assignments]]", start)
    formula = 'table = { kind = "formula", formula = "amount * 0.01" }\n\n'
    firm.write("rulebook.toml", text[:start] + formula + text[end:])
    [found] = company.load(firm.path, in_bulk=True).find_bulk_faults()
    assert (found.code, found.value) == ("company.bulk_opening_measures", "machines")
