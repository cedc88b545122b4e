"""What happens after a close, as a sales manager can read it: each step becomes known, closes a quarter, and pays."""

from pathlib import Path

import pytest
from commissions.firm import ALWAYS, CALENDAR, back, cents, close_period, days, facts, inputs, quota, sale, tree
from commissions.test_scenarios import read, rulebook_of

from salesrules.commissions import CommissionPolicy, RestatementCause, restate_commissions
from salesrules.core import ExchangeRate
from salesrules.quotas import QuotaPolicy

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "commissions" / "life"
FILES = sorted(FOLDER.glob("*.yaml"))


class Known:
    """What is known so far: each step adds to it, corrects it or strikes from it."""

    def __init__(self, scenario):
        self.scenario = dict(scenario)
        self.deals = {}
        self.quotas = []
        self.rates = {}
        self.lines = tree((ALWAYS, scenario["people"]))

    def learn(self, step):
        for deal in step.get("deals", ()):
            assert deal["id"] not in self.deals
            self.deals[deal["id"]] = deal
        for deal in step.get("corrected", ()):
            self.deals[deal["id"]] = {**self.deals[deal["id"]], **deal}
        for id in step.get("struck", ()):
            del self.deals[id]
        self.quotas = step.get("quotas", self.quotas)
        self.rates = step.get("exchange_rates", self.rates)
        self.scenario["plans"] = step.get("plans", self.scenario["plans"])
        if "people" in step:
            start = str(step["from"])
            before = self.scenario["people"]
            self.lines = tree((days("2019-01-01", start), before), (days(start), step["people"]))

    def now(self):
        rulebook = rulebook_of(self.scenario)
        deals = [
            (back if "returns" in deal else sale)(
                deal["id"],
                str(deal["on"]),
                deal["amount"],
                *([deal["returns"]] if "returns" in deal else []),
                payee=deal["by"],
                currency=deal.get("currency", "USD"),
            )
            for deal in self.deals.values()
        ]
        given = facts(
            *deals,
            people=tuple(self.scenario["people"]),
            hierarchies=self.lines,
            quotas=[quota(q["amount"], CALENDAR.period(q["period"]).span, q["who"]) for q in self.quotas],
            rates=[
                ExchangeRate(source=source, target="USD", effective=ALWAYS, rate=rate)
                for source, rate in self.rates.items()
            ],
        )
        return inputs(given, rulebook.policy(CommissionPolicy), rulebook.policy(QuotaPolicy))


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in FILES])
def test_a_life_pays_and_restates_what_it_says(path):
    scenario = read(path)
    known, closed = Known(scenario), []
    for step in scenario["steps"]:
        known.learn(step)
        kept = repr([each.run for each in closed])
        found = restate_commissions(closed, known.now(), period=CALENDAR.period(step["close"]))
        assert repr([each.run for each in closed]) == kept
        assert [
            (e.payee, e.period.label, "+".join(e.causes), list(e.subjects), cents(e.amount))
            for e in found.restatements()
        ] == [(e["who"], e["of"], e["because"], e["what"], e["pays"]) for e in step.get("restated", ())]
        assert {s.payee: cents(s.paid) for s in found.run.statements} == step["pays"]
        owed = {s.payee: cents(s.closing) for s in found.run.statements if s.closing}
        assert owed == {who: amount for who, amount in step.get("owes", {}).items() if amount != "0.00"}
        closed.append(close_period(found))


def test_the_scenarios_are_there_and_say_their_arithmetic():
    assert len(FILES) >= 5
    entries = [e for path in FILES for step in read(path)["steps"] for e in step.get("restated", ())]
    assert all(entry["arithmetic"] for entry in entries)
    assert {entry["because"] for entry in entries} <= set(RestatementCause)
