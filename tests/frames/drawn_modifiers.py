"""Modifiers whose thresholds and limits are what a case measures and earns, or a unit beside it; drawn."""

from __future__ import annotations

from decimal import Decimal

import attrs

from salesrules.commissions import (
    AppraisalScore,
    Coefficient,
    EarningsCap,
    EarningsFloor,
    Gate,
    Kicker,
    Multiplier,
    needed_quota,
)
from salesrules.core import Band, BandTable, DateRange, Money, Rate
from salesrules.testing.cases import PAYEE

KINDS = ("gate", "kicker", "multiplier", "coefficient", "cap", "floor")
SIDES = ("lower", "upper")
CLIENTS = ("acme", "bolt", "")


class ModifierDrawing:
    """Draws modifiers for a case that was run without any: its measurements and amounts are what they aim at."""

    def __init__(self, chooser, case):
        self.chooser, self.case = chooser, case
        run = case.run()
        self.statements = [*run.earlier, *run.statements]

    def draw(self, count):
        modifiers = [self._one(f"m{number}", self.chooser.pick(KINDS)) for number in range(count)]
        return attrs.evolve(
            self.case.plan, modifiers=modifiers, modifier_base=self.chooser.pick(("unrounded", "rounded"))
        )

    def scores(self):
        """Scores of two subjects for each pay period, of one or several values."""
        scores = []
        for subject in ("performance", "conduct"):
            for statement in self.statements:
                score = self.chooser.pick(("1", "0.9", "1.1", "0", "0.333", "70", "89.5"))
                start, end = statement.period.start, statement.period.end
                scores.append(AppraisalScore(payee=PAYEE, span=DateRange(start, end), score=score, subject=subject))
        return scores

    def _one(self, id, kind):
        pick = self.chooser.pick
        scope = pick(((), (), tuple(part.id for part in self.case.plan.components[:1])))
        match kind:
            case "gate":
                return Gate(
                    id=id, **self._condition(), otherwise=self._rate(("0%", "50%", "33.3%", "100%")), applies_to=scope
                )
            case "kicker":
                share, amount = pick(((True, False), (False, True), (True, True)))
                return Kicker(
                    id=id,
                    **self._condition(),
                    share=Rate.parse(pick(("10%", "33.3%", "0.7%"))) if share else None,
                    amount=self._money() if amount else None,
                    applies_to=scope,
                )
            case "multiplier":
                condition = self._condition()
                bands = [
                    Band(start=None, value=self._rate()),
                    Band(start=condition.pop("threshold"), value=self._rate()),
                ]
                factors = BandTable(bands=bands, side=condition.pop("side"))
                return Multiplier(id=id, **condition, factors=factors, applies_to=scope)
            case "coefficient":
                bands = BandTable(bands=[Band(start=0, value=Rate(0)), Band(start=70, value=Rate("1.1"), side="upper")])
                subject, factors = pick((("performance", None), ("conduct", bands)))
                return Coefficient(id=id, subject=subject, factors=factors, applies_to=scope)
            case "cap":
                per = pick(("transaction", "period", "quarter", "year", "plan"))
                excess = "forfeited" if per == "transaction" else pick(("forfeited", "carried"))
                by = pick(("", "", "client", "shop"))
                return EarningsCap(id=id, amount=self._money(), per=per, excess=excess, by=by, applies_to=scope)
            case _:
                per = pick(("transaction", "period"))
                return EarningsFloor(id=id, amount=self._money(), per=per, applies_to=scope)

    def _rate(self, rates=("0%", "50%", "33.3%", "100%", "120%", "7.25%")):
        return Rate.parse(self.chooser.pick(rates))

    def _condition(self):
        """A component, as it stands at the end of some period, or a unit beside."""
        pick = self.chooser.pick
        component = pick(self.case.plan.components)
        has_quota = needed_quota(component.table) is not None
        observe = "attainment" if has_quota and pick((True, True, False)) else "measured"
        found = [m for s in self.statements for m in s.measurements if m.component == component.id]
        threshold = Decimal(0)
        if found:
            seen = pick(found)
            unit = Decimal("0.01") if seen.unit else Decimal(1)
            threshold = seen.measured + pick((0, 0, unit, -unit))
            if observe == "attainment":
                threshold = (threshold / seen.quota).quantize(Decimal("0.001"))
        return {"component": component.id, "observe": observe, "threshold": threshold, "side": pick(SIDES)}

    def _money(self):
        """What a line, a statement or all statements have earned so far, a cent beside, or a part of it."""
        pick, currency = self.chooser.pick, self.case.plan.currency
        lines = [abs(line.amount.amount) for statement in self.statements for line in statement.lines]
        sums = [abs(statement.earned.amount) for statement in self.statements]
        amount = pick([*lines, *sums, sum(sums, Decimal(0)) / 2, Decimal(5)])
        amount = pick((amount, amount / 2, amount / 3)).quantize(Decimal("0.01")) + pick((0, 0, 1, -1)) * Decimal(
            "0.01"
        )
        return Money(max(amount, Decimal(0)), currency)
