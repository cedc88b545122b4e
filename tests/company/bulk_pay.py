"""What stands between earning and being paid, for the firm of `bulk_firm`: rules and facts that a test adds to it."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

from bulk_firm import PERIOD, text_of
from company_folder import Folder

from salesrules import company

#: After what the rules of each plan stand: those of representatives, managers and specialists.
_PLACES = {
    "representative": 'family = "representative"\n',
    "manager": 'family = "manager"\n',
    "specialist": 'family = "specialist"\n',
}

#: Payouts of each plan: deferred, in instalments, and held until something happens.
PAYOUTS = {
    "representative": """payouts = [
  { kind = "deferral", id = "curve", parts = [
    { after_months = 0, share = "40%" }, { after_months = 2, share = "35%" }, { after_months = 5, share = "25%" },
  ] },
]
""",
    "manager": 'payouts = [{ kind = "instalments", id = "thirds", count = 3 }]\n',
    "specialist": """payouts = [
  { kind = "holdback", id = "until collected", share = "30%", on_event = "collected", applies_to = ["machines"] },
  { kind = "holdback", id = "a month", share = "10%", after_periods = 1 },
]
""",
}

#: Below this nothing is paid.
MINIMUM = {
    "representative": 'minimum_payment = "EUR 2000"\n',
    "manager": 'minimum_payment = "EUR 400"\n',
}

#: What events take back.
_BY_MONTHS = '{ bands = [{ from = 0, to = 3, value = "100%" }, { from = 3, to = 6, value = "33.3%" }], side = "lower" }'
_BY_COUNT = '{ bands = [{ from = 0, to = 2, value = "100%" }, { from = 2, to = 4, value = "50%" }], side = "lower" }'
CLAWBACKS = {
    "representative": f"""clawbacks = [
  {{ kind = "pro_rata", id = "lapsed", events = ["lapse"], months = 12 }},
  {{ kind = "schedule", id = "left", events = ["leaving"], tenure = "months", forfeits_held = false,\
 shares = {_BY_MONTHS} }},
]
""",
    "manager": 'clawbacks = [{ kind = "pro_rata", id = "lapsed", events = ["lapse", "leaving"], months = 7 }]\n',
    "specialist": f"""clawbacks = [
  {{ kind = "schedule", id = "defaulted", events = ["lapse"], tenure = "instalments", shares = {_BY_COUNT} }},
]
""",
}


#: What changes commission after the tables, within the spans of the measures.
MODIFIERS = {
    "representative": """modifier_base = "rounded"
modifiers = [
  { kind = "gate", id = "begins", component = "quota", observe = "attainment", threshold = "24.5", otherwise = "40%" },
  { kind = "kicker", id = "above", component = "quota", observe = "attainment", threshold = "8", amount = "EUR 123.45",\
 share = "1.5%" },
  { kind = "coefficient", id = "appraisal" },
  { kind = "cap", id = "by region", amount = "EUR 2900", per = "quarter", by = "region" },
]
""",
    "manager": """modifiers = [
  { kind = "multiplier", id = "more", component = "team-override", observe = "measured", factors = { side = "lower",\
 bands = [{ to = "60000", value = "75%" }, { from = "60000", value = "110%" }] } },
  { kind = "floor", id = "least", amount = "EUR 350", per = "period" },
]
""",
    "specialist": """modifiers = [
  { kind = "cap", id = "each", amount = "EUR 30", per = "transaction" },
  { kind = "floor", id = "at least", amount = "EUR 7.5", per = "transaction" },
  { kind = "cap", id = "of a year", amount = "EUR 1700", per = "year" },
]
""",
}

#: Caps whose limits run on without an end.
LONG_CAPS = {
    "representative": """modifiers = [
  { kind = "cap", id = "evened", amount = "EUR 1900", per = "period", excess = "carried", by = "region" },
]
""",
    "manager": 'modifiers = [{ kind = "cap", id = "of a life", amount = "EUR 3800", per = "plan" }]\n',
    "specialist": """modifiers = [
  { kind = "cap", id = "of a quarter", amount = "EUR 444", per = "quarter", excess = "carried" },
]
""",
}

_SCORES = """
[[appraisal_scores]]
file = "data/scores.csv"
columns = { payee = "who", starts = "from", ends = "until", score = "factor" }
"""


def with_scores(firm: Folder) -> Folder:
    """The firm with scores of its representatives, of which one holds for months and one without an end."""
    rows = [("ben", "2026-01-01", "2026-07-01", "1.1"), ("ben", "2026-07-01", "", "0.925")]
    rows += [("cho", "2026-01-01", "2026-08-01", "0.5"), ("cho", "2026-08-01", "2026-12-01", "1.333")]
    firm.write("data/scores.csv", text_of("who,from,until,factor", rows))
    return firm.add("company.toml", _SCORES)


def with_rules(firm: Folder, *rules: dict[str, str]) -> Folder:
    """The firm with rules added to its plans."""
    for each in rules:
        for plan, text in each.items():
            firm.edit("rulebook.toml", _PLACES[plan], _PLACES[plan] + text)
    return firm


def with_versions(firm: Folder, first: str) -> Folder:
    """The representatives' plan ends in May; a second version, in which `first` stands no more, follows it."""
    text = (firm.path / "rulebook.toml").read_text("utf-8")
    start = text.index('[[commissions.plans]]\nid = "representative-2026"')
    end = text.index("[[commissions.plans]]", start + 1)
    version = text[start:end]
    later = version.replace("representative-2026", "representative-2026-b").replace(first, "")
    later = (
        later.replace('"2%"', '"2.5%"').replace('"4%"', '"4.5%"').replace("from = 2026-01-01", "from = 2026-05-01", 1)
    )
    earlier = version.replace("{ from = 2026-01-01 }", "{ from = 2026-01-01, until = 2026-05-01 }", 1)
    assert later != version != earlier
    return firm.write("rulebook.toml", text[:start] + earlier + later + text[end:])


def with_events(firm: Folder, count: int = 90) -> Folder:
    """The firm with events of many months, most of them about single sales, some about all of a person's."""
    chance = random.Random(f"events {count}")
    with (firm.path / "data/orders.csv").open(encoding="utf-8", newline="") as file:
        orders = list(csv.DictReader(file))
    rows: list[list[object]] = []
    for number in range(count):
        order, who = chance.choice(orders), chance.choice(["ben", "cho", "dee", "ada"])
        about = chance.random() < 0.9
        day = date.fromisoformat(order["date"]) + timedelta(days=chance.randrange(120))
        what = ("lapse", "leaving", "collected")[number % 3]
        if not about:
            what, day = "leaving", date(2026, chance.choice((6, 8)), 9)
        sale = [order["order"], order["line"]] if about else ["", ""]
        rows.append([day, who, what, *sale, chance.randrange(5)])
    firm.write("data/events.csv", text_of("day,who,what,order,line,paid", rows))
    return firm.edit("company.toml", 'event = "what"', 'event = "what", instalments = "paid"')


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def assert_alike(firm: Folder, period: str = PERIOD) -> str:
    """The statements as CSV text, after comparing all three files of both kinds of run."""
    opened = company.load(firm.path, in_bulk=True)
    assert opened.find_bulk_faults() == ()
    in_bulk, one_by_one = opened.run_in_bulk(period), firm.run(period)
    in_bulk.write(firm.path / "bulk" / period)
    one_by_one.write(firm.path / "scalar" / period)
    found, wanted = files(firm.path / "bulk" / period), files(firm.path / "scalar" / period)
    assert sorted(found) == ["report.html", "statements.csv", "statements.json"]
    for name, content in wanted.items():
        assert found[name] == content, name
    assert repr(in_bulk.content.findings()) == repr(one_by_one.content.findings())
    assert [s.held for s in in_bulk.commissions.statements] == [s.held for s in one_by_one.commissions.statements]
    return wanted["statements.csv"].decode()
