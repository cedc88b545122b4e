"""The sample company, paid a second time by the naive oracle: to the cent, for every period, payee, line and balance.

The rulebook's figures stand here once more, copied by hand from `examples/adventureworks/rulebook.toml`.
"""

import csv
import decimal
from datetime import date
from decimal import Decimal

import pytest
from commissions.firms import as_plain
from commissions.oracle import Oracle, rounded

from salesrules import company

PERIODS = [
    f"{year}-Q{quarter}"
    for year in range(2017, 2021)
    for quarter in range(1, 5)
    if (2017, 3) <= (year, quarter) <= (2020, 2)
]

BLYTHE, MITCHELL, CARSON, VARGAS, REITER = "841560125", "191644724", "615389812", "234474252", "716374314"
ANSMAN, ITO, SARAIVA, CAMPBELL, MENSA = "61161660", "139397894", "399771412", "987554265", "90836195"
JIANG, ALBERTS, ABBAS, WELCKER = "502097814", "982310417", "481044938", "112432117"
PAK, VARKEY, VALDEZ, TSOFLIAS = "668991357", "134219713", "954276278", "758596752"


def component(id, roles, tiers, *, by_quota=False, span="quarter", only=None):
    tiers = [(Decimal(bound), Decimal(rate)) for bound, rate in tiers]
    return {
        "id": id, "roles": roles, "only": only, "span": span, "tiers": tiers, "side": "lower", "whole": False,
        "by_quota": by_quota,
    }  # fmt: skip


def version(id, start, end, components, cap=None, level="line"):
    return {
        "id": id, "start": start, "end": end, "components": components, "cap": cap, "level": level,
        "mode": decimal.ROUND_HALF_UP, "returns": "original", "prorate": True,
    }  # fmt: skip


PLANS = {
    "representative": [
        version(
            "representative-2017",
            date(2017, 7, 1),
            date(2019, 7, 1),
            [
                component(
                    "quota",
                    ["direct"],
                    [("0", "0.006"), ("0.5", "0.009"), ("0.8", "0.012"), ("1", "0.018")],
                    by_quota=True,
                )
            ],
            cap=Decimal(15000),
        ),
        version(
            "representative-2019",
            date(2019, 7, 1),
            None,
            [
                component(
                    "quota",
                    ["direct"],
                    [("0", "0.005"), ("0.4", "0.009"), ("0.75", "0.015"), ("1", "0.020"), ("1.25", "0.025")],
                    by_quota=True,
                ),
                component(
                    "accessories-and-clothing",
                    ["direct"],
                    [("0", "0.01")],
                    span="transaction",
                    only=("category", ["Accessories", "Clothing"]),
                ),
            ],
            cap=Decimal(16000),
        ),
    ],
    "manager": [
        version(
            "manager-2017",
            date(2017, 7, 1),
            None,
            [
                component("own-sales", ["direct"], [("0", "0.005")]),
                component(
                    "team-override",
                    ["direct", "override_1"],
                    [("0", "0.0010"), ("0.6", "0.0015"), ("1", "0.0025")],
                    by_quota=True,
                ),
            ],
            level="cumulative",
        )
    ],
    "director": [
        version(
            "director-2017",
            date(2017, 7, 1),
            None,
            [component("company-override", ["override_1", "override_2"], [("0", "0.0005"), ("5000000", "0.0008")])],
            level="cumulative",
        )
    ],
}


def draw(amount, recovery):
    first_year = {"start": date(2019, 7, 1), "end": date(2020, 7, 1)}
    return {"amount": Decimal(amount), "recoverable": True, "recovery": Decimal(recovery), **first_year}


def assigned(family, year, people, draw=None):
    return {"people": people, "family": family, "start": date(year, 7, 1), "end": None, "draw": draw}


ASSIGNED = [
    assigned(
        "representative",
        2017,
        [BLYTHE, MITCHELL, CARSON, VARGAS, REITER, ANSMAN, ITO, SARAIVA, CAMPBELL, MENSA],
    ),
    assigned("representative", 2018, [PAK, VARKEY]),
    assigned("representative", 2019, [VALDEZ, TSOFLIAS], draw("4000", "0.5")),
    assigned("manager", 2017, [JIANG]),
    assigned("manager", 2018, [ALBERTS]),
    assigned("manager", 2019, [ABBAS], draw("1500", "1")),
    assigned("director", 2017, [WELCKER]),
]


def table(folder, name):
    with (folder / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def quotas(folder):
    found = {(row["person_id"], row["month"]): rounded(Decimal(row["target"])) for row in table(folder, "targets.csv")}
    found[CARSON, "2017-07"] = rounded(found[CARSON, "2017-08"] * Decimal("0.5"))
    for year, people in ((2018, [ALBERTS, PAK, VARKEY]), (2019, [ABBAS, VALDEZ, TSOFLIAS])):
        for person in people:
            for month, share in (("07", "0.5"), ("08", "0.75"), ("09", "0.9")):
                found[person, f"{year}-{month}"] = rounded(found[person, f"{year}-{month}"] * Decimal(share))
    return found


def deals(folder):
    for file, day, key, amount in (
        ("order_lines.csv", "order_date", None, "sales"),
        ("returns_invented.csv", "return_date", "return_id", "amount"),
    ):
        for row in table(folder, file):
            line = f"{row['order_id']}/{row['category']}"
            yield {
                "id": row[key] if key else line,
                "day": date.fromisoformat(row[day]),
                "seller": row["person_id"],
                "amount": rounded(Decimal(row[amount])),
                "category": row["category"],
                "original": line if key else None,
            }


@pytest.fixture(scope="module")
def expected():
    """(period, person) -> what the oracle pays."""
    folder = company.sample_folder()
    firm = {
        "boss": {row["person_id"]: row["manager_id"] or None for row in table(folder, "people.csv")},
        "overrides": {"override_1": (1, Decimal(1)), "override_2": (2, Decimal(1))},
        "plans": PLANS,
        "assigned": ASSIGNED,
        "quotas": quotas(folder),
        "deals": list(deals(folder)),
        "carry": True,
        "owed": {},
    }
    firsts = [date(int(label[:4]), 3 * int(label[-1]) - 2, 1) for label in PERIODS]
    quarters = list(zip(firsts, [*firsts[1:], date(2020, 7, 1)], strict=True))
    oracle = Oracle(firm)
    found = {}
    for person in firm["boss"]:
        began = min(a["start"] for a in ASSIGNED if person in a["people"])
        paid = oracle.pay(person, [quarter for quarter in quarters if quarter[0] >= began])
        found |= {(PERIODS[firsts.index(first)], person): pay for first, pay in paid.items()}
    return found


@pytest.fixture(scope="module")
def sample():
    return company.load(company.sample_folder())


@pytest.mark.parametrize("period", PERIODS)
def test_every_payee_line_and_balance_agrees_with_the_oracle(sample, expected, period):
    run = sample.run(period).commissions
    found = {statement.payee: as_plain(statement) for statement in run.statements}
    assert found == {person: pay for (label, person), pay in expected.items() if label == period}
    if period == PERIODS[-1]:
        assert all(as_plain(s) == expected[s.period.label, s.payee] for s in run.earlier)
    assert len(run.earlier) == sum(1 for label, _ in expected if label < period)


def test_the_sample_meets_what_it_is_there_to_show(expected):
    lines = [amount for pay in expected.values() for amount in pay["lines"].values()]
    kinds = {kind for pay in expected.values() for kind, _ in pay["balances"]}
    assert len(expected) == 12 * 12 + 8 * 3 + 4 * 3
    assert sum(1 for amount in lines if amount < 0) > 12
    assert kinds == {"draw_paid"}
    assert max(pay["earned"] for pay in expected.values()) > 0
