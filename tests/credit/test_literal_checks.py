"""Every field of a check, as the rules say it literally: each rule on its own, in fractions, day by day."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import (
    Band,
    BandTable,
    DateRange,
    Decision,
    Money,
    Outcome,
    PolicyLife,
    PolicyReference,
    Reason,
    RequiredApproval,
    Rounding,
    Severity,
)
from salesrules.credit import CreditLimit, CreditPolicy, CreditRequest, CreditRule, CreditStanding, check_credit

DAY = date(2026, 6, 1)
WORDS = [Outcome.ALLOW, Outcome.WARN, Outcome.REFER, Outcome.DENY]
#: What a measure counts by, so that bounds are met exactly now and then, and how far its bounds go.
STEPS = {
    "limit": (Decimal("0.05"), 30), "oldest_item": (Decimal(1), 9), "overdue_amount": (Decimal(50), 8),
    "overdue_ratio": (Decimal("0.05"), 20), "dunning_level": (Decimal(1), 4), "order_amount": (Decimal(50), 20),
    "review": (Decimal(1), 12),
}  # fmt: skip
#: All that changes by itself in these tests has done so after as many days.
HORIZON = 100


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


# --- Random policies and standings whose values meet ------------------------------------------------------------------


def some_day(chance: Random, least: int, most: int) -> date:
    return DAY + timedelta(days=chance.randint(least, most))


def some_amount(chance: Random) -> Decimal:
    """Mostly one that meets a bound exactly, or lies a cent beside it."""
    beside = chance.choice([0, 0, 0, 1, -1])
    return max(Decimal(chance.randint(0, 24)) * 50 + Decimal(beside) / 100, Decimal(0))


def some_days(chance: Random) -> DateRange:
    """Days that hold now, as most do; that end as the day begins, or once it is over; or others."""
    start, long = some_day(chance, -9, 30), chance.choice([None, 1, 5, 30, 60])
    return chance.choice(
        [
            *[DateRange(date(2020, 1, 1))] * 9, DateRange(DAY), DateRange(date(2020, 1, 1), DAY),
            DateRange(date(2020, 1, 1), date(2026, 6, 2)), DateRange(start, long and start + timedelta(days=long)),
        ]
    )  # fmt: skip


def some_rule(chance: Random, id: str) -> CreditRule:
    measure = chance.choice([*STEPS, "limit"])
    unit, most = STEPS[measure]
    bounds = sorted(chance.sample(range(1, most + 1), chance.randint(0, 3)))
    words = sorted(chance.choices([*WORDS, Outcome.REFER], k=len(bounds) + 1), key=WORDS.index)
    sides = [None, "lower", "upper"]
    bands = [Band(start=None, value=words[0])]
    for bound, word in zip(bounds, words[1:], strict=True):
        bands.append(Band(start=bound * unit, value=word, side=chance.choice(sides)))
    return CreditRule(
        id=id,
        measure=measure,
        effective=some_days(chance),
        grades=chance.choice([(), (), ("A",), ("B", "A"), ("B",)]),
        levels=BandTable(bands=bands, side=chance.choice(["lower", "upper"])),
        approver=chance.choice(["manager", "manager", "head"]),
    )


def some_items(chance: Random) -> tuple[tuple[date, int], ...]:
    return tuple((some_day(chance, -9, 12), chance.choice([50, 100, 250])) for _ in range(chance.randint(0, 4)))


def some_standing(chance: Random) -> dict[str, Any]:
    return {
        "grade": chance.choice(["A", "A", "B", "", "unheard of"]),
        "exposure": some_amount(chance) * chance.choice([1, 1, 1, -1]),
        "limit": chance.choice([1000, 1000, 0, some_amount(chance)]),
        "margin": chance.randint(0, 3),
        "review_due": some_day(chance, -12, 12),
        "dunning_level": chance.randint(0, 4),
        "by_order": {chance.choice(["o1", "o2"]): cny(some_amount(chance)) for _ in range(chance.randint(0, 1))},
        "changes_at": chance.choice([None, None, None, some_day(chance, -2, 40)]),
        "items": some_items(chance),
    }


def some_limit(chance: Random, limit: CreditLimit) -> CreditLimit | None:
    """The limit on other days, or none."""
    days = [
        *[DateRange(DAY)] * 5, DateRange(date(2020, 1, 1), date(2026, 6, 9)), DateRange(date(2020, 1, 1), DAY),
        DateRange(date(2026, 6, 2), date(2026, 7, 1)), None,
    ]  # fmt: skip
    effective = chance.choice(days)
    return None if effective is None else attrs.evolve(limit, effective=effective)


# --- The rules, literally ---------------------------------------------------------------------------------------------


def place_of(rule: CreditRule, value: Fraction) -> int:
    """The place of the last band that a value has reached."""
    reached = 0
    for index, band in enumerate(rule.levels.bands):
        is_owned = (band.side or rule.levels.side).value == "lower"
        if band.start is not None and (value > band.start or (value == band.start and is_owned)):
            reached = index
    return reached


class Facts:
    """An order beside a standing, and what each measure says of it on a day."""

    def __init__(self, request: CreditRequest, standing: CreditStanding, items: tuple[tuple[date, int], ...]) -> None:
        self.request, self.standing, self.items = request, standing, items
        self.other = Fraction(standing.exposure.amount)
        if request.order in standing.by_order:
            self.other -= Fraction(standing.by_order[request.order].amount)

    def value(self, measure: str, day: date, amount: Fraction | None = None) -> tuple[Fraction, Fraction | None]:
        """A measure on a day, of an order of an amount: a number, or a part and the whole."""
        asked = Fraction(self.request.amount.amount) if amount is None else amount
        margin = self.standing.overdue.margin_days
        overdue = [(due, worth) for due, worth in self.items if (day - due).days > margin]
        owed = Fraction(sum(worth for _, worth in overdue))
        assert self.standing.limit is not None
        return {
            "limit": (self.other + asked, Fraction(self.standing.limit.amount.amount)),
            "oldest_item": (Fraction(max(((day - due).days for due, _ in overdue), default=0)), None),
            "overdue_amount": (owed, None),
            "overdue_ratio": (owed, Fraction(sum(worth for _, worth in self.items))),
            "dunning_level": (Fraction(self.standing.dunning_level), None),
            "order_amount": (asked, None),
            "review": (Fraction(max((day - self.standing.limit.review_due).days, 0)), None),
        }[measure]

    def place(self, rule: CreditRule, day: date, amount: Fraction | None = None) -> int:
        part, whole = self.value(rule.measure.value, day, amount)
        if whole is None:
            return place_of(rule, max(part, Fraction(0)))
        if whole == 0:
            return len(rule.levels.bands) - 1 if part > 0 else 0
        return place_of(rule, max(part, Fraction(0)) / whole)

    def outcome(self, rule: CreditRule, day: date, amount: Fraction | None = None) -> Outcome | None:
        """What a rule says, `None` where it does not hold."""
        end = rule.effective.end
        if day < rule.effective.start or (end is not None and day >= end):
            return None
        return rule.levels.bands[self.place(rule, day, amount)].value

    def reason(self, rule: CreditRule, path: str) -> Reason:
        place, measure = self.place(rule, DAY), rule.measure.value
        band, (part, whole) = rule.levels.bands[place], self.value(measure, DAY)
        assert self.standing.limit is not None
        start = band.start or Decimal(0)
        code, where, said = {
            "limit": ("over_limit", f"{path}.amount",
                      {"exposure": cny(decimal_of(part)), "limit": self.standing.limit.amount}),
            "oldest_item": ("item_overdue", "standing.overdue",
                            {"days": part, "due": min((due for due, _ in self.items), default=None)}),
            "overdue_amount": ("overdue_amount", "standing.overdue", {"overdue": cny(decimal_of(part))}),
            "overdue_ratio": ("overdue_ratio", "standing.overdue", {"ratio": part / whole if whole else part}),
            "dunning_level": ("dunned", "standing.dunning_level", {"level": part}),
            "order_amount": ("order_too_large", f"{path}.amount",
                             {"order": self.request.order, "amount": self.request.amount}),
            "review": ("review_expired", "standing.limit.review_due",
                       {"review_due": self.standing.limit.review_due, "days": part}),
        }[measure]  # fmt: skip
        is_money = measure in ("overdue_amount", "order_amount")
        whose = {} if measure == "order_amount" else {"customer": "c1"}
        return Reason(
            f"credit.{code}",
            severity=Severity.WARNING if band.value is Outcome.WARN else Severity.ERROR,
            parameters={**whose, **said, "threshold": cny(start) if is_money else start},
            path=where,
            policy=PolicyReference("CreditRule", rule.id, f"levels.bands[{place}]"),
        )

    def headroom(self, rule: CreditRule, digits: int) -> Fraction | None:
        """The largest amount that a rule on amounts does not refuse, found by trying; `None` for any."""
        unit = Fraction(10) ** -digits
        refusing = [band for band in rule.levels.bands if band.value in (Outcome.REFER, Outcome.DENY)]
        if not refusing:
            return None
        start = Fraction(refusing[0].start or 0)
        if rule.measure.value == "limit":
            _, whole = self.value("limit", DAY)
            assert whole is not None
            start = start * whole - self.other
        tried = (math.floor(start / unit) + 1) * unit
        while tried >= 0 and self.outcome(rule, DAY, tried) in (Outcome.REFER, Outcome.DENY):
            tried -= unit
        return max(tried, Fraction(0))


def decimal_of(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def literal(facts: Facts, policy: CreditPolicy, warned: tuple[Reason, ...], path: str) -> Decision:
    """The decision of a policy that is in force, for a customer with a limit."""
    standing = facts.standing
    mine = [rule for rule in policy.rules if not rule.grades or standing.grade in rule.grades]
    held = [(rule, said) for rule in mine if (said := facts.outcome(rule, DAY)) is not None]
    outcome = max([*(said for _, said in held), Outcome.WARN if warned else Outcome.ALLOW], key=WORDS.index)
    approvals = [
        RequiredApproval(approver=rule.approver or "", act="credit.release")
        for rule, said in held
        if said is Outcome.REFER
    ]
    on_amounts = [rule for rule, _ in held if rule.measure.value in ("limit", "order_amount")]
    if any(said in (Outcome.REFER, Outcome.DENY) for rule, said in held if rule not in on_amounts):
        headroom: Fraction | None = Fraction(0)
    else:
        bounds = [found for rule in on_amounts if (found := facts.headroom(rule, policy.rounding.digits)) is not None]
        headroom = min(bounds, default=None)

    def state(day: date) -> tuple[Outcome | None, ...]:
        return tuple(facts.outcome(rule, day) for rule in mine)

    assert standing.limit is not None
    changes = [day for day in (standing.changes_at, standing.limit.effective.end) if day is not None and day > DAY]
    coming = (DAY + timedelta(days=number) for number in range(1, HORIZON))
    today = state(DAY)
    changes += [first] if (first := next((day for day in coming if state(day) != today), None)) else []
    return Decision(
        outcome=outcome,
        reasons=[*warned, *(facts.reason(rule, path) for rule, said in held if said is not Outcome.ALLOW)],
        approvals=dict.fromkeys(approvals) if outcome is Outcome.REFER else (),
        headroom=None if headroom is None else cny(decimal_of(headroom)),
        changes_at=min(changes, default=None),
    )


@given(st.randoms(use_true_random=True))
@settings(max_examples=300, deadline=None)
def test_every_field_of_a_check_is_what_the_rules_say(make_policy, make_standing, make_request, chance: Random) -> None:
    path, stage = (
        chance.choice(["request", "orders[3]"]),
        chance.choice([*[""] * 7, "review overdue", "draft", "not yet"]),
    )
    life = PolicyLife(
        status="draft" if stage == "draft" else "in_force", scope="s", owner="o", approver="a",
        effective=DateRange(date(2026, 6, 2) if stage == "not yet" else DAY),
        next_review=date(2026, 5, 31) if stage == "review overdue" else DAY,
    )  # fmt: skip
    rules = [some_rule(chance, f"r{number}") for number in range(chance.choice([0, 1, 1, 1, 2, 4, 6]))]
    made = make_policy(rules=rules, rounding=Rounding(digits=chance.choice([2, 0, -1]), mode="half_up"), life=life)
    standing, amount = some_standing(chance), some_amount(chance)
    stands = make_standing(**standing)
    limit = some_limit(chance, stands.limit)
    stands = attrs.evolve(stands, limit=limit)
    request = make_request(amount)
    decision = check_credit(request, stands, made, DAY, path=path)

    where = PolicyReference("CreditPolicy", "", "life")
    if stage in ("draft", "not yet"):
        given_life = {"scope": "s", "status": life.status, "effective": life.effective}
        denied = Reason("core.policy_not_in_force", parameters=given_life, policy=where)
        assert decision == Decision(outcome=Outcome.DENY, reasons=[denied])
        return
    warned: tuple[Reason, ...] = ()
    if stage == "review overdue":
        shown = {"scope": "s", "next_review": life.next_review}
        warned = (Reason("core.review_overdue", Severity.WARNING, shown, policy=where),)
    prepaid = check_credit(attrs.evolve(request, is_prepaid=True), stands, made, DAY, path=path)
    passed = Reason("credit.prepaid", Severity.INFO, {"order": "o1"}, f"{path}.is_prepaid")
    assert prepaid == Decision(outcome=Outcome.WARN if warned else Outcome.ALLOW, reasons=[*warned, passed])
    if limit is None or DAY not in limit.effective:
        missing = Reason("credit.limit_missing", parameters={"customer": "c1", "day": DAY}, path="standing.limit")
        begins = date(2026, 6, 2) if limit is not None and limit.effective.start > DAY else None
        assert decision == Decision(
            outcome=Outcome.DENY, reasons=[*warned, missing], headroom=cny(0), changes_at=begins
        )  # fmt: skip
        return
    assert decision == literal(Facts(request, stands, standing["items"]), made, warned, path)
