"""The scenarios that a sales manager can read, run: plans as a rulebook writes them, deals, and the pay expected."""

import json
from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from commissions.firm import CALENDAR, CURRENCIES, back, cents, facts, money, quota, sale
from ruamel.yaml import YAML

from salesrules.commissions import AppraisalScore, CommissionPolicy, PayEvent, Payment, Split, calculate_commissions
from salesrules.core import Rate
from salesrules.quotas import QuotaPolicy
from salesrules.wire import Format, parse_rulebook

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "commissions"
FILES = sorted(FOLDER.glob("*.yaml"))
SINCE_2019 = {"from": "2019-01-01"}
LIFE = {"scope": "sales", "owner": "operations", "approver": "director"}
IN_FORCE = {**LIFE, "status": "in_force", "effective": SINCE_2019}
DEFAULTS = {
    "currency": "USD",
    "rounding": {"level": "line", "mode": "half_up"},
    "returns": "original_terms",
    "proration": "by_days",
}


def read(path):
    return YAML(typ="safe", pure=True).load(path.read_text("utf-8"))


def rulebook_of(scenario):
    """The rulebook of a scenario, with what its plans leave out."""
    plans = [
        {**DEFAULTS, "family": plan["id"], "name": plan["id"], **plan, "life": {**IN_FORCE, **plan.get("life", {})}}
        for plan in scenario["plans"]
    ]
    assignments = scenario.get("assignments") or [
        {"id": who, "plan": plan, "payees": [who], "effective": SINCE_2019} for who, plan in scenario["paid_by"].items()
    ]
    seller = {"kind": "direct", "id": "seller", "effective": SINCE_2019}
    document = {
        "rulebook": {"name": scenario["title"]},
        "quotas": {"life": IN_FORCE, "rounding": {"digits": 2, "mode": "half_up"}},
        "commissions": {
            "life": IN_FORCE,
            "pay_period": scenario.get("pay_period", "quarter"),
            "carry_shortfall": True,
            "plans": plans,
            "assignments": assignments,
            "crediting": scenario.get("crediting", [seller]),
        },
    }
    return parse_rulebook(json.dumps(document, default=str), format=Format.JSON)


def facts_of(scenario):
    transactions = []
    for deal in scenario["deals"]:
        id, on, who = deal["id"], str(deal["on"]), deal["by"]
        if "returns" in deal:
            transactions.append(back(id, on, deal["amount"], deal["returns"], who))
        else:
            sold = sale(id, on, deal["amount"], who)
            splits = [Split(payee=name, share=Rate.parse(share)) for name, share in deal.get("shared", {}).items()]
            paid = [Payment(day=on, amount=money(amount)) for on, amount in deal.get("paid", {}).items()]
            transactions.append(attrs.evolve(sold, splits=splits, payments=paid))
    quotas = [
        quota(entry["amount"], CALENDAR.period(entry["period"]).span, entry["who"])
        for entry in scenario.get("quotas", [])
    ]
    scores = [
        AppraisalScore(payee=entry["who"], span=CALENDAR.period(entry["period"]).span, score=entry["score"])
        for entry in scenario.get("scores", [])
    ]
    events = [
        PayEvent(payee=entry["who"], day=entry["on"], event=entry["event"], transaction=entry.get("deal", ""))
        for entry in scenario.get("events", [])
    ]
    given = facts(*transactions, people=tuple(scenario["people"]), boss=scenario["people"], quotas=quotas)
    return attrs.evolve(given, appraisal_scores=scores, pay_events=events)


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in FILES])
def test_a_scenario_pays_what_it_says(path):
    scenario = read(path)
    rulebook = rulebook_of(scenario)
    for expected in scenario["expected"]:
        statement = calculate_commissions(
            facts_of(scenario),
            rulebook.policy(CommissionPolicy),
            period=CALENDAR.period(expected["period"]),
            quota_policy=rulebook.policy(QuotaPolicy),
            calendar=CALENDAR,
            currencies=CURRENCIES,
        ).statement_of(expected["who"])
        found = [(line.credit.transaction.id, cents(line.amount)) for line in statement.lines]
        assert found == [(line["deal"], line["pays"]) for line in expected["lines"]]
        assert (cents(statement.paid), cents(statement.closing)) == (expected["paid"], expected["owes"])
        assert all(line["because"] for line in expected["lines"]), "each line says its arithmetic"
        changes = [(change.policy, cents(change.amount)) for change in statement.adjustments]
        assert changes == [(change["by"], change["pays"]) for change in expected.get("modified", [])]
        parts = [*expected["lines"], *expected.get("modified", [])]
        assert cents(statement.earned) == f"{sum(Decimal(part['pays']) for part in parts):.2f}"


def test_there_are_scenarios():
    assert len(FILES) >= 9
    assert len({read(path)["title"] for path in FILES}) == len(FILES)
