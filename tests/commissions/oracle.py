"""A naive second opinion on pay: plain data in, plain data out, loops and literal overlaps; nothing of the library.

A firm is a dictionary:

- `boss`: person -> person above or None
- `overrides`: role -> (levels up, share)
- `plans`: family -> list of versions, each a dictionary with `id`, `start`, `end` (None: open), `components`, `cap`,
  `level` ("line" or "cumulative"), `mode` (a decimal rounding), `returns` ("original" or "current"), `prorate`
- a component: `id`, `roles`, `only` (attribute, values) or None, `span` ("transaction", "month", "quarter", "year"),
  `tiers` (list of (bound, rate), bounds ascending from 0), `side` ("lower" or "upper"), `whole`, `by_quota`
- `assigned`: list of dictionaries with `people`, `family`, `start`, `end`, `draw` (None or `amount`, `recoverable`,
  `start`, `end`, `recovery`)
- `quotas`: (person, "YYYY-MM") -> amount
- `deals`: list of dictionaries with `id`, `day`, `seller`, `amount`, `original` (None for a sale), other attributes
- `carry`: whether a shortfall is carried
- `owed`: (person, quarter's first day) -> opening balance
"""

from __future__ import annotations

import decimal
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

CENT = Decimal("0.01")
ZERO = Decimal(0)
DAY = timedelta(days=1)


def rounded(number, mode=decimal.ROUND_HALF_UP):
    """To the cent, once, from the exact number."""
    exact = Fraction(number)
    cents = exact * 100
    low = cents.numerator // cents.denominator
    rest = cents - low
    up = {
        decimal.ROUND_FLOOR: False,
        decimal.ROUND_CEILING: rest > 0,
        decimal.ROUND_DOWN: rest > 0 and exact < 0,
        decimal.ROUND_UP: rest > 0 and exact > 0,
        decimal.ROUND_HALF_UP: rest > Fraction(1, 2) or (rest == Fraction(1, 2) and exact > 0),
        decimal.ROUND_HALF_DOWN: rest > Fraction(1, 2) or (rest == Fraction(1, 2) and exact < 0),
        decimal.ROUND_HALF_EVEN: rest > Fraction(1, 2) or (rest == Fraction(1, 2) and low % 2 == 1),
    }[mode]
    return (low + (1 if up else 0)) * CENT


def tier_pay(tiers, side, whole, before, after):
    """What a move of the running measure pays: literal overlap with each tier, or all of it at the reached rate."""
    if whole:
        return rate_at(tiers, side, after) * after - rate_at(tiers, side, before) * before
    low, high = min(before, after), max(before, after)
    pay = ZERO
    for number, (start, rate) in enumerate(tiers):
        floor = low if number == 0 else max(low, start)
        ceiling = high if number + 1 == len(tiers) else min(high, tiers[number + 1][0])
        if ceiling > floor:
            pay += (ceiling - floor) * rate
    return pay if after >= before else -pay


def rate_at(tiers, side, measure):
    """The rate of the tier that owns a measure."""
    rate = tiers[0][1]
    for start, next_rate in tiers[1:]:
        if measure > start or (measure == start and side == "lower"):
            rate = next_rate
    return rate


def capped(limit, earned_before, earned):
    """How much more is payable under a limit, once earned grows from what it was."""
    return min(limit, earned_before + earned) - min(limit, earned_before)


def quarter_of(day):
    """First day of a civil quarter and of the next one."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return first, (first + timedelta(days=95)).replace(day=1)


def span_of(name, day):
    """First day of a civil month, quarter or year and of the next one."""
    if name == "month":
        first = day.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)
    if name == "year":
        return date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return quarter_of(day)


def months_in(first, end):
    """The months between two first days of months."""
    while first < end:
        yield first.strftime("%Y-%m")
        first = (first + timedelta(days=32)).replace(day=1)


def holds(entry, day):
    """Whether a dated entry holds on a day."""
    return entry["start"] <= day and (entry["end"] is None or day < entry["end"])


class Oracle:
    """Pays a firm, quarter by quarter."""

    def __init__(self, firm):
        self.firm = firm
        self.deals = {deal["id"]: deal for deal in firm["deals"]}
        self._terms, self._runs, self._shares = {}, {}, {}

    def terms(self, person, day):
        """The assignment and plan version that pay a person on a day, or None."""
        if (person, day) not in self._terms:
            self._terms[person, day] = None
            for assignment in self.firm["assigned"]:
                if person in assignment["people"] and holds(assignment, day):
                    for plan in self.firm["plans"][assignment["family"]]:
                        if holds(plan, day):
                            self._terms[person, day] = assignment, plan
        return self._terms[person, day]

    def plan(self, person, day):
        found = self.terms(person, day)
        return found and found[1]

    def receivers(self, deal):
        """Who is credited for a deal, in which role, with which share."""
        sale = self.deals[deal["original"]] if deal["original"] else deal
        yield sale["seller"], "direct", Decimal(1)
        for role, (levels, share) in self.firm["overrides"].items():
            person = sale["seller"]
            for _ in range(levels):
                person = person and self.firm["boss"][person]
            if person:
                yield person, role, share

    def credits_of(self, person):
        """A person's credits in the order in which they are paid."""
        found = [
            (deal["day"], deal["original"] is not None, deal["id"], role, share)
            for deal in self.firm["deals"]
            for who, role, share in self.receivers(deal)
            if who == person
        ]
        return sorted(found)

    def run_of(self, person, plan, first, end, day):
        """The days in a row around a day, within a span, on which a plan version pays a person."""
        key = (person, plan["id"], first, end, day)
        if key not in self._runs:
            self._runs[key] = self._run_of(person, plan, first, end, day)
        return self._runs[key]

    def _run_of(self, person, plan, first, end, day):
        start = day
        while start > first and self.plan(person, start - DAY) is plan:
            start -= DAY
        stop = day + DAY
        while stop < end and self.plan(person, stop) is plan:
            stop += DAY
        return start, stop

    def quota(self, person, start, stop):
        """The quota of whole months."""
        return sum((self.firm["quotas"][person, month] for month in months_in(start, stop)), ZERO)

    def share(self, person, plan, first, end):
        """The share of a quarter's days on which a plan version pays a person."""
        key = (person, plan["id"], first)
        if key not in self._shares:
            days = [first + DAY * n for n in range((end - first).days)]
            self._shares[key] = Fraction(sum(1 for day in days if self.plan(person, day) is plan), len(days))
        return self._shares[key]

    def pay(self, person, quarters):
        """(quarter's first day) -> lines, earned, paid, opening and closing; quarters in order, from the first one."""
        credits = self.credits_of(person)
        measures, paid_lines, returned = {}, {}, {}
        owed, found = ZERO, {}
        for first, end in quarters:
            opening = owed = self.firm["owed"].get((person, first), owed)
            lines = self.lines(person, first, end, credits, measures, paid_lines, returned)
            earned = sum(lines.values(), ZERO)
            entries = self.balances(person, first, end, earned, owed)
            owed += sum((e[2] for e in entries), ZERO)
            found[first] = {
                "lines": lines,
                "earned": earned,
                "balances": [e[:2] for e in entries],
                "paid": earned + sum((e[1] for e in entries), ZERO),
                "opening": opening,
                "closing": owed,
            }
        return found

    def lines(self, person, first, end, credits, measures, paid_lines, returned):
        result, totals = {}, {}
        later = []
        for day, _, deal_id, role, share in credits:
            if not first <= day < end:
                continue
            deal = self.deals[deal_id]
            if deal["original"] and self.returns_of(person, deal) == "original":
                later.append((deal, role))
                continue
            plan = self.plan(person, day)
            if plan is None:
                continue
            total = totals.setdefault(plan["id"], {"earned": ZERO, "payable": ZERO, "paid": ZERO})
            for component in plan["components"]:
                if role not in component["roles"]:
                    continue
                if component["only"] and deal[component["only"][0]] not in component["only"][1]:
                    continue
                amount = self.line(person, first, end, plan, component, day, deal["amount"] * share, measures, total)
                result[deal_id, component["id"], role] = amount
                paid_lines.setdefault((deal["id"], role), []).append((component["id"], amount, plan["mode"]))
        for deal, role in later:
            sale = self.deals[deal["original"]]
            part = Fraction(-deal["amount"]) / Fraction(sale["amount"])
            for component_id, amount, mode in paid_lines.get((sale["id"], role), []):
                key = (sale["id"], role, component_id)
                old = returned.get(key, Fraction(0))
                returned[key] = old + part
                back = rounded(Fraction(amount) * (old + part), mode) - rounded(Fraction(amount) * old, mode)
                result[deal["id"], component_id, role] = -back
        return result

    def returns_of(self, person, deal):
        plan = self.plan(person, self.deals[deal["original"]]["day"]) or self.plan(person, deal["day"])
        return plan and plan["returns"]

    def line(self, person, first, end, plan, component, day, credited, measures, total):
        if component["span"] == "transaction":
            start, stop = self.run_of(person, plan, first, end, day)
            before = ZERO
        else:
            start, stop = self.run_of(person, plan, *span_of(component["span"], day), day)
            before = measures.get((plan["id"], component["id"], start), ZERO)
            measures[plan["id"], component["id"], start] = before + credited
        scale = self.quota(person, start, stop) if component["by_quota"] else 1
        tiers = [(bound * scale, rate) for bound, rate in component["tiers"]]
        earned = tier_pay(tiers, component["side"], component["whole"], before, before + credited)
        payable = earned
        if plan["cap"] is not None:
            limit = plan["cap"]
            if plan["prorate"]:
                share = self.share(person, plan, first, end)
                limit = limit if share == 1 else rounded(Fraction(limit) * share)
            payable = capped(limit, total["earned"], earned)
        if plan["level"] == "line":
            amount = rounded(payable, plan["mode"])
        else:
            amount = rounded(total["payable"] + payable, plan["mode"]) - total["paid"]
        total["earned"] += earned
        total["payable"] += payable
        total["paid"] += amount
        return amount

    def balances(self, person, first, end, earned, owed):
        """(kind, amount, owed from then on) for each entry of a quarter; at most one draw in a quarter."""
        entries, left = [], earned
        if self.firm["carry"] and left < 0:
            entries.append(("shortfall_carried", -left, -left))
            left = ZERO
        days = [first + DAY * n for n in range((end - first).days)]
        terms = [t for day in days if (t := self.terms(person, day))]
        draws = [a["draw"] for a, _ in terms if a["draw"]]
        floor, recovery = ZERO, Decimal(1)
        if draws:
            draw, recovery = draws[0], draws[0]["recovery"]
            if holds(draw, first):
                floor = draw["amount"]
                if all(plan["prorate"] for a, plan in terms if a["draw"]) and len(draws) < len(days):
                    floor = rounded(Fraction(floor) * Fraction(len(draws), len(days)))
            lift = min(floor, floor - left)
            if lift > 0:
                entries.append(("draw_paid", lift, lift if draw["recoverable"] else ZERO))
                left += lift
        if left > floor and owed > 0:
            back = min(owed, rounded((left - floor) * recovery, decimal.ROUND_DOWN))
            if back > 0:
                entries.append(("balance_recovered", -back, -back))
        return entries
