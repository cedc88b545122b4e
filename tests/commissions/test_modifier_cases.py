"""Published cases of modifiers and balances: a rulebook document, the rows that went in, and what its source prints."""

from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from commissions.firm import CALENDAR, CURRENCIES, QUOTAS, facts, sale
from ruamel.yaml import YAML

from salesrules.commissions import PayEvent, calculate_commissions, explain_statement
from salesrules.wire import load_rulebook

FOLDER = Path(__file__).parent / "cases"
CASES = [
    "abestweb-perf-incentive",
    "afflio-per-order-cap",
    "ga-cap-1200pct-cut",
    "ga-cooling-off-100pct",
    "ga-deferral-4yr-curve",
    "ga-lapse-5th-70pct",
    "nonrecoverable-min-2000",
    "oracle-fusion-draw-recovery-p1-3",
    "salescookie-deferred-thirds",
    "visdum-recoverable-shortfall",
]


def exact(number):
    return Decimal(str(number))


def computed(rules, case, currency):
    """Every statement, by its period's label."""
    rows = [
        sale(
            row["id"],
            str(row["day"]),
            exact(row["amount"]),
            currency=currency,
            **{name: value for name, value in row.items() if name not in ("id", "day", "amount")},
        )
        for row in case["transactions"]
    ]
    events = [PayEvent(payee="ana", **event) for event in case.get("events", ())]
    given = attrs.evolve(facts(*rows), pay_events=events)
    last = CALENDAR.period(case["statements"][-1]["period"])
    result = calculate_commissions(
        given, rules, period=last, quota_policy=QUOTAS, calendar=CALENDAR, currencies=CURRENCIES
    )
    return {statement.period.label: statement for statement in (*result.earlier, *result.statements)}


@pytest.mark.parametrize("name", CASES)
def test_a_published_case_is_paid_as_its_source_prints(name):
    policy = load_rulebook(FOLDER / f"{name}.toml").sections["commissions"]
    case = YAML(typ="safe", pure=True).load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    found = computed(policy, case, policy.plans[0].currency)
    assert case["source"]
    for expected in case["statements"]:
        statement = found[expected["period"]]
        shown = {
            "period": statement.period.label,
            "lines": [line.amount.amount for line in statement.lines],
            "adjustments": [[a.kind.value, a.amount.amount] for a in statement.adjustments],
            "balances": [[entry.kind.value, entry.amount.amount] for entry in statement.balances],
            "earned": statement.earned.amount,
            "paid": statement.paid.amount,
            "owed": statement.closing.amount,
            "held": Decimal(0) if statement.held is None else statement.held.amount,
        }
        wanted = {
            name: [exact(x) if not isinstance(x, list) else [x[0], exact(x[1])] for x in value]
            if isinstance(value, list)
            else value
            if name == "period"
            else exact(value)
            for name, value in expected.items()
        }
        assert {name: shown[name] for name in wanted} == wanted
        assert explain_statement(statement).recompute() == statement.paid.amount
