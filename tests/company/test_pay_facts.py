"""Scores, events and what stood open, from a folder's tables: every column, what they pay, every fault at its cell."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from company_folder import Folder

from salesrules.commissions import (
    AppraisalScore,
    OpeningBalance,
    OpeningHold,
    OpeningMeasure,
    OpeningUse,
    PayEvent,
)
from salesrules.core import DateRange, Money

TABLES = """
[[appraisal_scores]]
file = "data/scores.csv"
columns = { payee = "who", period = "period", score = "score", subject = "of" }

[[appraisal_scores]]
file = "data/conduct.csv"
subject = "conduct"
columns = { payee = "who", starts = "from", ends = "to", score = "score" }

[[pay_events]]
file = "data/events.csv"

[pay_events.columns]
day = "day"
payee = "who"
event = "what"
transaction = ["order", "line"]
instalments = "paid"

[[pay_events]]
file = "data/leavers.csv"
event = "leaving"
columns = { day = "day", payee = "who" }

[opening_balances]
file = "data/owed.csv"
columns = { payee = "who", day = "day", owed = "owed" }

[opening_holds]
file = "data/held.csv"

[opening_holds.columns]
payee = "who"
day = "day"
amount = "held"
currency = "in"
policy = "by"
transaction = ["order", "line"]
due = "due"

[opening_uses]
file = "data/used.csv"

[opening_uses.columns]
payee = "who"
day = "day"
policy = "cap"
used = "used"
carried = "over"
currency = "in"
by = "customer"

[opening_measures]
file = "data/measured.csv"

[opening_measures.columns]
payee = "who"
day = "day"
component = "component"
measured = "so far"
measure = "of"
column = "column"
"""
HEADS = {
    "scores": "who,period,score,of",
    "conduct": "who,from,to,score",
    "events": "day,who,what,order,line,paid",
    "leavers": "day,who",
    "owed": "who,day,owed",
    "held": "who,day,held,in,by,order,line,due",
    "used": "who,day,cap,used,over,in,customer",
    "measured": "who,day,component,so far,of,column",
}
JANUARY = date(2026, 1, 1)
MODIFIERS = """
[[commissions.plans.modifiers]]
kind = "coefficient"
id = "appraisal"

"""
CAP = """
[[commissions.plans.modifiers]]
kind = "cap"
id = "yearly"
amount = "EUR 2000"
per = "year"

"""
PAYOUTS = """
[[commissions.plans.payouts]]
kind = "holdback"
id = "kept"
share = "0%"
after_periods = 1

[[commissions.plans.clawbacks]]
kind = "schedule"
id = "lapses"
events = ["lapse"]
tenure = "months"
shares = { bands = [{ from = 0, to = 3, value = "100%" }] }

"""


@pytest.fixture
def tabled(folder: Folder) -> Folder:
    """The starter with every table of this page, all without a row."""
    folder.add("company.toml", TABLES)
    for name, head in HEADS.items():
        folder.write(f"data/{name}.csv", f"{head}\n")
    return folder


def fill(folder: Folder, **rows: str) -> Folder:
    for name, text in rows.items():
        folder.write(f"data/{name}.csv", f"{HEADS[name]}\n{text}\n")
    return folder


def with_rules(folder: Folder, *rules: str) -> Folder:
    """The rules put into the representatives' plan."""
    return folder.edit(
        "rulebook.toml", '[[commissions.plans]]\nid = "manager', "".join(rules) + '[[commissions.plans]]\nid = "manager'
    )


def paid(folder: Folder, payee: str = "ben") -> Decimal:
    statement = folder.run().commissions.statement_of(payee)
    assert statement is not None
    return statement.paid.amount


def test_tables_without_rows_are_no_facts(tabled: Folder) -> None:
    facts = tabled.load().facts.commissions
    assert (facts.appraisal_scores, facts.pay_events, facts.opening_balances) == ((), (), ())
    assert (facts.opening_holds, facts.opening_uses, facts.opening_measures) == ((), (), ())


def test_every_column_of_scores(tabled: Folder) -> None:
    fill(
        tabled,
        scores="ben,2026-Q1,1.1,\ncho,2026,0.95,english",
        conduct="ben,2026-02-01,2026-03-01,3\nben,2026-03-01,,4",
    )
    assert tabled.load().facts.commissions.appraisal_scores == (
        AppraisalScore(payee="ben", span=DateRange(JANUARY, date(2026, 4, 1)), score="1.1", subject="performance"),
        AppraisalScore(payee="cho", span=DateRange(JANUARY, date(2027, 1, 1)), score="0.95", subject="english"),
        AppraisalScore(payee="ben", span=DateRange(date(2026, 2, 1), date(2026, 3, 1)), score=3, subject="conduct"),
        AppraisalScore(payee="ben", span=DateRange(date(2026, 3, 1)), score=4, subject="conduct"),
    )


def test_every_column_of_events(tabled: Folder) -> None:
    fill(
        tabled,
        events="2026-02-01,ben,lapse,O,1,3\n2026-02-02,cho,moved,,,\n2026-02-03,cho,moved,,,0",
        leavers="2026-03-01,cho",
    )
    assert tabled.load().facts.commissions.pay_events == (
        PayEvent(day=date(2026, 2, 1), payee="ben", event="lapse", transaction="O/1", instalments=3),
        PayEvent(day=date(2026, 2, 2), payee="cho", event="moved"),
        PayEvent(day=date(2026, 2, 3), payee="cho", event="moved", instalments=0),
        PayEvent(day=date(2026, 3, 1), payee="cho", event="leaving"),
    )


def test_a_tables_own_event_stands_in_for_an_empty_cell(tabled: Folder) -> None:
    tabled.edit("company.toml", 'file = "data/events.csv"', 'file = "data/events.csv"\nevent = "lapse"')
    fill(tabled, events="2026-02-01,ben,,O,1,\n2026-02-01,ben,moved,O,1,")
    assert [event.event for event in tabled.load().facts.commissions.pay_events] == ["lapse", "moved"]


def test_every_column_of_what_stood_open(tabled: Folder) -> None:
    fill(
        tabled,
        owed="ben,2026-01-01,50",
        held="ben,2026-01-01,75.5,CHF,kept,O,1,2026-02-15\nben,2026-01-01,1,EUR,,,,",
        used="cho,2026-01-01,yearly,1900,20,CHF,K1\ncho,2026-01-01,yearly,0,,EUR,",
        measured="cho,2026-01-01,quota,10000,margin,new\nben,2026-01-01,quota,-1,,",
    )
    facts = tabled.load().facts.commissions
    assert facts.opening_balances == (OpeningBalance(payee="ben", day=JANUARY, owed=Money(50, "EUR")),)
    assert facts.opening_holds == (
        OpeningHold(
            payee="ben",
            day=JANUARY,
            amount=Money("75.5", "CHF"),
            policy="kept",
            transaction="O/1",
            due=date(2026, 2, 15),
        ),
        OpeningHold(payee="ben", day=JANUARY, amount=Money(1, "EUR")),
    )
    assert facts.opening_uses == (
        OpeningUse(
            payee="cho",
            day=JANUARY,
            policy="yearly",
            used=Money(1900, "CHF"),
            carried=Money(20, "CHF"),
            by="K1",
        ),
        OpeningUse(payee="cho", day=JANUARY, policy="yearly", used=Money(0, "EUR")),
    )
    assert facts.opening_measures == (
        OpeningMeasure(payee="cho", day=JANUARY, component="quota", measured=10000, measure="margin", column="new"),
        OpeningMeasure(payee="ben", day=JANUARY, component="quota", measured=-1),
    )


def test_only_needed_columns_need_be_mapped(folder: Folder) -> None:
    folder.add(
        "company.toml",
        """
[opening_holds]
file = "data/held.csv"
columns = { payee = "who", day = "day", amount = "held" }

[opening_uses]
file = "data/used.csv"
columns = { payee = "who", day = "day", policy = "cap", used = "used" }

[opening_measures]
file = "data/measured.csv"
columns = { payee = "who", day = "day", component = "component", measured = "sold" }
""",
    )
    folder.write("data/held.csv", "who,day,held\nben,2026-01-01,1\n")
    folder.write("data/used.csv", "who,day,cap,used\nben,2026-01-01,yearly,2\n")
    folder.write("data/measured.csv", "who,day,component,sold\nben,2026-01-01,quota,3\n")
    facts = folder.load().facts.commissions
    assert facts.opening_holds == (OpeningHold(payee="ben", day=JANUARY, amount=Money(1, "EUR")),)
    assert facts.opening_uses == (OpeningUse(payee="ben", day=JANUARY, policy="yearly", used=Money(2, "EUR")),)
    assert facts.opening_measures == (OpeningMeasure(payee="ben", day=JANUARY, component="quota", measured=3),)


def test_each_table_decides_the_pay(tabled: Folder) -> None:
    """Ben earns 360 + 640 + 192.01 = 1,192.01 in the quarter, of a quota of 60,000."""
    with_rules(tabled, PAYOUTS)
    assert paid(tabled) == Decimal("1192.01")
    fill(tabled, owed="ben,2026-01-01,50")
    assert paid(tabled) == Decimal("1142.01")
    fill(tabled, owed="", held="ben,2026-01-01,75,EUR,kept,,,2026-02-15")
    assert paid(tabled) == Decimal("1267.01")
    fill(tabled, held="ben,2026-01-01,75,EUR,kept,,,2026-04-01")  # due in the next quarter
    assert paid(tabled) == Decimal("1192.01")
    tabled.edit("company.toml", 'transaction = ["order", "line"]\ninstalments', 'transaction = ["order"]\ninstalments')
    fill(tabled, events="2026-03-20,ben,lapse,O-3,,")
    assert paid(tabled) == Decimal("552.01")
    # Measured before: 10,000. Then 18,000 at 2 %; 20,000 at 2 % and 11,000 at 4 %; 1,000 at 4 % and 3,800.25 at 6 %.
    fill(tabled, events="", measured="ben,2026-01-01,quota,10000,,")
    assert paid(tabled) == Decimal("360.00") + Decimal("840.00") + Decimal("268.02")


def test_scores_and_what_caps_had_used_decide_the_pay(tabled: Folder) -> None:
    with_rules(tabled, CAP)
    fill(tabled, used="ben,2026-01-01,yearly,1900,20,EUR,")
    assert paid(tabled) == Decimal(100)
    with_rules(tabled, MODIFIERS)
    fill(tabled, used="", scores="ben,2026-Q1,1.1,\ncho,2026-Q1,1,")
    assert paid(tabled) == Decimal("1311.21")


FAULTS = [
    ("scores", "bem,2026-Q1,1,", [(2, "who", "nobody has this id")]),
    ("scores", ",2026-Q1,1,", [(2, "who", "the cell is empty")]),
    ("scores", "ben,2026-Q5,1,", [(2, "period", "it is not valid as label")]),
    ("scores", "ben,,1,", [(2, "period", "the cell is empty")]),
    ("scores", "ben,2026-Q1,good,", [(2, "score", "this is not a number in the declared format")]),
    ("scores", "ben,2026-Q1,,", [(2, "score", "the cell is empty")]),
    ("scores", "ben,2026-Q1,1,\nben,2026,1,", [(3, "period", "another score holds over [2026-01-01, 2026-04-01)")]),
    ("conduct", "ben,soon,,1", [(2, "from", "this is not a date in the declared format")]),
    ("conduct", "ben,2026-02-01,2026-02-01,1", [(2, "to", "it is not valid as end")]),
    ("conduct", "ben,2026-01-01,,1\nben,2026-02-01,,1", [(3, "from", "another score holds over [2026-01-01, …)")]),
    ("events", "2026-02-01,bem,lapse,,,", [(2, "who", "nobody has this id")]),
    ("events", "soon,ben,lapse,,,", [(2, "day", "this is not a date in the declared format")]),
    ("events", "2026-02-01,ben,,,,", [(2, "what", "the cell is empty")]),
    ("events", "2026-02-01,ben,lapse,,1,", [(2, "order", "the cell is empty")]),
    ("events", "2026-02-01,ben,lapse,O,,", [(2, "line", "the cell is empty")]),
    ("events", "2026-02-01,ben,lapse,,,1.5", [(2, "paid", "this is not a whole number, zero or more")]),
    ("events", "2026-02-01,ben,lapse,,,-1", [(2, "paid", "this is not a whole number, zero or more")]),
    ("events", "2026-02-01,ben,lapse,,,x", [(2, "paid", "this is not a number in the declared format")]),
    ("events", "2026-02-01,ben,lapse,O,9,", [(2, "order", "no transaction has this id")]),
    ("leavers", "2026-02-01,", [(2, "who", "the cell is empty")]),
    ("owed", "bem,2026-01-01,1", [(2, "who", "nobody has this id")]),
    ("owed", "ben,2026-01-02,1", [(2, "day", "a balance is opened on the first day of a quarter")]),
    ("owed", "ben,2026-01-01,1\nben,2026-04-01,1", [(3, "who", "this payee has an opening balance already")]),
    ("held", "bem,2026-01-01,1,EUR,,,,", [(2, "who", "nobody has this id")]),
    ("held", "ben,,1,EUR,,,,", [(2, "day", "the cell is empty")]),
    ("held", "ben,2026-01-01,,EUR,,,,", [(2, "held", "the cell is empty")]),
    ("held", "ben,2026-01-01,1,euro,,,,", [(2, "in", "it is not valid as currency")]),
    ("held", "ben,2026-01-01,-1,EUR,,,,", [(2, "held", "it is below zero")]),
    ("held", "ben,2026-01-01,1,EUR,,,,soon", [(2, "due", "this is not a date in the declared format")]),
    ("held", "ben,2026-01-02,1,EUR,,,,", [(2, "day", "a balance is opened on the first day of a quarter")]),
    ("held", "ben,2026-01-01,1,EUR,kept,,,", [(2, "by", "no plan holds anything back by this entry")]),
    ("used", "ben,2026-01-01,,1,,EUR,", [(2, "cap", "the cell is empty")]),
    ("used", "ben,2026-01-01,yearly,,1,EUR,", [(2, "used", "the cell is empty")]),
    ("used", "ben,2026-01-01,yearly,1,x,EUR,", [(2, "over", "this is not a number in the declared format")]),
    ("used", "ben,2026-01-01,yearly,1,,EUR,", [(2, "cap", "no plan has a cap with this id")]),
    ("measured", "bem,2026-01-01,quota,1,,", [(2, "who", "nobody has this id")]),
    ("measured", "ben,soon,quota,1,,", [(2, "day", "this is not a date in the declared format")]),
    ("measured", "ben,2026-01-01,,1,,", [(2, "component", "the cell is empty")]),
    ("measured", "ben,2026-01-01,quota,,,", [(2, "so far", "the cell is empty")]),
    ("measured", "ben,2026-01-01,qota,1,,", [(2, "component", "no plan has such a component")]),
    ("measured", "ben,2026-01-01,quota,1,margin,", [(2, "of", "the component does not measure this")]),
    ("measured", "ben,2026-01-01,quota,1,,new", [(2, "column", "the component's table has no such column")]),
]


@pytest.mark.parametrize(("name", "rows", "expected"), FAULTS)
def test_every_fault_stands_at_its_cell(
    tabled: Folder, name: str, rows: str, expected: list[tuple[int, str, str]]
) -> None:
    found = fill(tabled, **{name: rows}).faults()
    assert [(fault.file, fault.line, fault.path, fault.problem) for fault in found] == [
        (f"data/{name}.csv", *each) for each in expected
    ]
    assert all(fault.remedy for fault in found)


def test_a_use_in_another_currency_stands_at_the_cell_of_the_currency(tabled: Folder) -> None:
    with_rules(tabled, CAP)
    (fault,) = fill(tabled, used="ben,2026-01-01,yearly,1,,CHF,").faults()
    assert (fault.file, fault.line, fault.path, fault.value) == ("data/used.csv", 2, "in", "CHF")
    assert "EUR" in fault.remedy


def test_places_count_over_all_tables_of_a_kind(tabled: Folder) -> None:
    """The third event is the second row of the second file."""
    fill(tabled, events="2026-02-01,ben,lapse,,,", leavers="2026-02-01,ben\n2026-02-01,cho")
    places = tabled.load().facts.places
    found = [(places[f"pay_events[{n}]"].file, places[f"pay_events[{n}]"].line) for n in range(3)]
    assert found == [("data/events.csv", 2), ("data/leavers.csv", 2), ("data/leavers.csv", 3)]


def test_all_faults_of_all_tables_come_at_once(tabled: Folder) -> None:
    fill(
        tabled,
        scores="ben,2026-Q1,good,",
        events="soon,ben,lapse,,,",
        held="bem,2026-01-01,1,EUR,,,,",
        used="ben,2026-01-01,,1,,EUR,",
        measured="ben,2026-01-01,quota,,,",
    )
    assert tabled.places() == [
        ("data/scores.csv", 2, "score"),
        ("data/events.csv", 2, "day"),
        ("data/held.csv", 2, "who"),
        ("data/used.csv", 2, "cap"),
        ("data/measured.csv", 2, "so far"),
    ]
    fill(
        tabled,
        scores="ben,2026-Q1,1,\nben,2026-Q1,1,",
        events="2026-02-01,ben,lapse,O,9,",
        held="ben,2026-01-01,1,EUR,kept,,,",
        used="ben,2026-01-01,yearly,1,,EUR,",
        measured="ben,2026-01-01,qota,1,,",
    )
    assert sorted(map(str, tabled.places())) == sorted(
        map(
            str,
            [
                ("data/scores.csv", 3, "period"),
                ("data/events.csv", 2, "order"),
                ("data/held.csv", 2, "by"),
                ("data/used.csv", 2, "cap"),
                ("data/measured.csv", 2, "component"),
            ],
        )
    )


@pytest.mark.parametrize(
    ("old", "new", "path", "remedy"),
    [
        ('period = "period", score', "score", "appraisal_scores[0].columns.period", "or that of first days"),
        ('period = "period"', 'period = "period", starts = "x"', "appraisal_scores[0].columns.starts", "leave it out"),
        ('period = "period"', 'period = "period", ends = "x"', "appraisal_scores[0].columns.ends", "leave it out"),
        ('subject = "conduct"', 'subject = ""', "appraisal_scores[1].subject", "at least one"),
        ('event = "leaving"\n', "", "pay_events[1].event", "'cancellation'"),
        ('event = "leaving"\n', 'event = ""\n', "pay_events[1].event", "'cancellation'"),
        ('measured = "so far"', 'mesured = "so far"', "opening_measures.columns.measured", "give measured"),
    ],
)
def test_what_is_declared_is_proved(tabled: Folder, old: str, new: str, path: str, remedy: str) -> None:
    found = tabled.edit("company.toml", old, new).faults()
    assert [fault.path for fault in found][:1] == [path]
    assert remedy in found[0].remedy
    assert found[0].line


def test_an_event_that_no_plan_knows_is_told(tabled: Folder) -> None:
    fill(tabled, events="2026-02-01,ben,laps,,,")
    told = [f for f in tabled.run().content.findings() if f.code == "commissions.event_without_rule"]
    assert [dict(finding.parameters) for finding in told] == [{"event": "laps", "events": 1, "period": "2026-Q1"}]
