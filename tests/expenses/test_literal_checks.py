"""Every finding of a claim, as the rules say it literally: each line and each limit on its own, in fractions."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import attrs
from expense_kit import DAY, claim, claim_line, eur, make_policy
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import (
    Band,
    BandTable,
    CurrencyTable,
    DateRange,
    Decision,
    ExchangeRate,
    ExchangeRates,
    Money,
    Outcome,
    PolicyLife,
    PolicyReference,
    Rate,
    Reason,
    Rounding,
    Severity,
    nearest_names,
    total,
)
from salesrules.expenses import (
    Advance,
    Claim,
    ClaimLine,
    ClaimPolicy,
    DuplicatePolicy,
    EvidencePolicy,
    ExcessPolicy,
    ExpenseCategory,
    ExpenseLimit,
    LatePolicy,
    check_claim,
)

CATEGORIES = ("travel", "meals", "event")
RATES = ExchangeRates.of(
    [ExchangeRate(source="USD", target="EUR", effective=DateRange(date(2026, 3, 5)), rate=Decimal("0.915"))]
)
DIGITS = {"EUR": 2, "USD": 2, "JPY": 0}


def day_from(chance: Random, least: int, most: int) -> date:
    return DAY + timedelta(days=chance.randint(least, most))


# --- Random policies and claims whose values meet ---------------------------------------------------------------------

EFFECTIVE = [
    *[DateRange(date(2020, 1, 1))] * 3, DateRange(date(2026, 3, 8)), DateRange(date(2020, 1, 1), date(2026, 3, 8)),
]  # fmt: skip
ODD_AMOUNTS = [
    Money("50", "USD"), Money("33.33", "USD"), Money("9", "GLD"), Money("1.5", "JPY"), Money("200", "JPY"),
    eur("12.345"), eur("12.3400"), eur(0), eur("-3.50"),
]  # fmt: skip
ADVANCES = [Advance(id="a", amount=eur(5)), Advance(id="b", amount=Money(5, "USD"))]


def some_limit(chance: Random, id: str) -> ExpenseLimit:
    return ExpenseLimit(
        id=id,
        categories=chance.choice([("travel",), ("travel", "meals"), ("meals",), CATEGORIES]),
        per=chance.choice(["line", "line", "head", "day", "claim"]),
        amount=eur(10 * chance.randint(0, 12)),
        ranks=chance.choice([(), (), ("junior",), ("senior", "junior")]),
        city_classes=chance.choice([(), (), ("big",), ("other",)]),
        effective=chance.choice(EFFECTIVE),
    )


def some_papers(chance: Random) -> EvidencePolicy:
    bands = [Band(start=None, value=chance.choice([(), ("receipt",)]))]
    bands.append(Band(start=50, value=chance.choice([("receipt",), ("invoice", "receipt")])))
    return EvidencePolicy(
        id="papers",
        required=BandTable(bands=bands, side="lower"),
        strictness=chance.choice(["warn", "deny"]),
        categories=chance.choice([(), ("travel",), ("meals",)]),
    )


def some_policy(chance: Random) -> dict[str, Any]:
    strict = ["warn", "deny"]
    digits, mode = chance.choice([(2, "half_up"), (2, "down"), (0, "half_up")])
    late = LatePolicy(
        id="late", days=chance.randint(0, 8), side=chance.choice(["lower", "upper"]), strictness=chance.choice(strict)
    )  # fmt: skip
    twice = DuplicatePolicy(
        id="twice", days=chance.randint(0, 3), same=chance.choice(strict), near=chance.choice(strict),
        tolerance=Rate.parse(chance.choice(["0%", "50%"])),
    )  # fmt: skip
    excess = ExcessPolicy(id="excess", firm_share=Rate.parse(chance.choice(["0%", "100%", "33.3%"])))
    return {
        "rounding": Rounding(digits=digits, mode=mode),
        "precision": chance.choice(["refuse", "round"]),
        "rate_day": chance.choice(["expense", "submission"]),
        "categories": [ExpenseCategory(id=name) for name in CATEGORIES],
        "evidence": [some_papers(chance) for _ in range(chance.randint(0, 2))],
        "late": chance.choice([None, late]),
        "duplicates": chance.choice([None, twice, twice]),
        "limits": [some_limit(chance, f"limit {number}") for number in range(chance.randint(0, 6))],
        "cities": {"Paris": "big"},
        "excess": chance.choice([None, excess]),
    }


def some_amount(chance: Random) -> Money:
    cents = eur(Decimal(chance.randint(1, 15_000)) / 100)
    return chance.choice([eur(10 * chance.randint(1, 12)), eur(50), cents, chance.choice(ODD_AMOUNTS)])


def some_line(chance: Random, id: str) -> ClaimLine:
    return claim_line(
        chance.choice([id, id, id, "l0"]),
        some_amount(chance),
        category=chance.choice(["travel", "travel", "meals", "meals", "event", "travels"]),
        day=day_from(chance, -9, 1),
        party=chance.choice(["", "Acme", "ACME ", "Bolt"]),
        invoice=chance.choice([None, None, "", "7", "7.", "8"]),
        city=chance.choice([None, "Paris", "Lyon"]),
        heads=chance.choice([1, 1, 1, 2, 0]),
        days=chance.choice([1, 1, 1, 3, 0]),
        evidence=chance.choice([(), ("receipt",), ("receipt", "invoice")]),
    )


def some_claim(chance: Random, id: str) -> Claim:
    lines = [some_line(chance, f"l{number}") for number in range(chance.choice([0, 1, 1, 2, 3, 4]))]
    made = claim(
        id=id,
        claimant=chance.choice(["ana", "bo"]),
        rank=chance.choice([None, "junior", "senior"]),
        purpose=chance.choice(["visit", "visit", " "]),
        submitted_on=chance.choice([None, day_from(chance, -6, 1)]),
        advances=chance.sample(ADVANCES, chance.choice([0, 0, 1, 2])),
    )
    whole: Money | None = chance.choice([None, None, eur(50), Money(50, "USD")])
    if chance.random() < 0.3 and len({line.amount.currency for line in lines}) == 1:
        whole = total(line.amount for line in lines)
    return attrs.evolve(made, lines=lines, total=whole)


# --- The rules, literally ---------------------------------------------------------------------------------------------


def rounded(value: Fraction, rounding: Rounding) -> Fraction:
    """A number from zero up as policy rounds it: half up or down."""
    units = value * 10**rounding.digits
    whole = math.floor(units + Fraction(1, 2)) if rounding.mode.value == "half_up" else math.floor(units)
    return Fraction(whole) / 10**rounding.digits


def money(value: Fraction) -> Money:
    return eur(Decimal(value.numerator) / Decimal(value.denominator))


def severity(strictness: Any) -> Severity:
    return Severity.ERROR if strictness.value == "deny" else Severity.WARNING


def plain(text: str) -> str:
    """A text as these tests write it: case, blanks and points do not count."""
    return "".join(mark for mark in text.lower() if mark.isalnum())


class Literal:
    """A claim under a policy: what each line is worth, and what is found."""

    def __init__(self, asked: Claim, policy: ClaimPolicy, as_of: date, history: tuple[Claim, ...]) -> None:
        self.claim, self.policy, self.as_of, self.history = asked, policy, as_of, history

    def rate(self, line: ClaimLine, of: Claim) -> Fraction | None:
        is_late = self.policy.rate_day.value == "submission" and of.submitted_on is not None
        day = of.submitted_on if is_late else line.day
        if line.amount.currency == "EUR":
            return Fraction(1)
        return Fraction("0.915") if line.amount.currency == "USD" and day >= date(2026, 3, 5) else None

    def worth(self, of: Claim) -> dict[str, Fraction]:
        """What each line is worth in euro, rounded, by id; of lines with one id the last counts."""
        found = {}
        for line in of.lines:
            rate = self.rate(line, of)
            if line.amount.amount > 0 and rate is not None:
                found[line.id] = rounded(Fraction(line.amount.amount) * rate, self.policy.rounding)
        return found

    def limits(self, line: ClaimLine, of: Claim) -> list[ExpenseLimit]:
        """Of each kind the closest limit, the earliest of the rulebook among equals, by closeness and place."""
        city = "big" if line.city == "Paris" else "other"
        fitting = [
            (-(bool(one.ranks) + bool(one.city_classes)), place, one)
            for place, one in enumerate(self.policy.limits)
            if line.category in one.categories
            and (not one.ranks or of.rank in one.ranks)
            and (not one.city_classes or city in one.city_classes)
            and one.effective.start <= line.day
            and (one.effective.end is None or line.day < one.effective.end)
        ]
        best: dict[str, ExpenseLimit] = {}
        for _, _, one in sorted(fitting, key=lambda found: found[:2]):
            best.setdefault(one.per.value, one)
        return list(best.values())

    def excesses(self) -> dict[str, tuple[Fraction, ExpenseLimit | None]]:
        """What of each line lies above a limit; limits of a day and of a claim are used up line by line."""
        used: dict[Any, Fraction] = {}
        for other in self.history:
            if other.claimant == self.claim.claimant and other.id != self.claim.id:
                self.take(other, used, only_days=True)
        return self.take(self.claim, used)

    def take(
        self, of: Claim, used: dict[Any, Fraction], *, only_days: bool = False
    ) -> dict[str, tuple[Fraction, ExpenseLimit | None]]:
        found: dict[str, tuple[Fraction, ExpenseLimit | None]] = {}
        worth = self.worth(of)
        for line in of.lines:
            if line.id not in worth:
                continue
            most: tuple[Fraction, ExpenseLimit | None] = (Fraction(0), None)
            for one in self.limits(line, of):
                per, amount, room = one.per.value, worth[line.id], Fraction(one.amount.amount)
                if only_days and per != "day":
                    continue
                if per == "line":
                    over = max(amount - room, Fraction(0))
                elif per == "head":
                    over = max(amount - room * max(line.heads, 1), Fraction(0))
                else:
                    count = max(line.days, 1) if per == "day" else 1
                    over = Fraction(0)
                    for after in range(count):
                        key = (one.id, line.day + timedelta(days=after) if per == "day" else of.id)
                        left = max(room - used.get(key, Fraction(0)), Fraction(0))
                        over += max(amount / count - left, Fraction(0))
                        used[key] = used.get(key, Fraction(0)) + amount / count
                if over > most[0]:
                    most = (over, one)
            found[line.id] = most
        return found

    def found(self) -> list[Reason]:
        return [*self.of_whole(), *self.of_lines(), *self.over_limits(), *self.twice()]

    def of_whole(self) -> list[Reason]:
        one, found = self.claim, []
        if one.purpose == " ":
            found.append(Reason("expenses.without_purpose", parameters={"claim": one.id}, path="purpose"))
        if not one.lines:
            found.append(Reason("expenses.without_lines", parameters={"claim": one.id}, path="lines"))
        if one.submitted_on is not None and one.submitted_on > self.as_of:
            shown = {"submitted_on": one.submitted_on, "as_of": self.as_of}
            found.append(Reason("expenses.submitted_in_future", parameters=shown, path="submitted_on"))
        for index, line in enumerate(one.lines):
            if line.id in [before.id for before in one.lines[:index]]:
                found.append(Reason("expenses.duplicate_line", parameters={"line": line.id}, path=f"lines[{index}].id"))
        if one.total is not None and one.lines:
            currencies = sorted({line.amount.currency for line in one.lines})
            summed = sum((line.amount.amount for line in one.lines), Decimal(0))
            if currencies != [one.total.currency]:
                shown = {"total": one.total, "currencies": tuple(currencies)}
                found.append(Reason("expenses.total_mixed", parameters=shown, path="total"))
            elif summed != one.total.amount:
                shown = {"total": one.total, "lines": Money(summed, one.total.currency)}
                found.append(Reason("expenses.total_differs", parameters=shown, path="total"))
        for index, advance in enumerate(one.advances):
            if advance.amount.currency != "EUR":
                shown = {"advance": advance.id, "currency": advance.amount.currency, "expected": "EUR"}
                found.append(Reason("expenses.advance_currency", parameters=shown, path=f"advances[{index}].amount"))
        return found

    def of_lines(self) -> list[Reason]:
        worth, found = self.worth(self.claim), []
        for index, line in enumerate(self.claim.lines):
            found += self.of_category(line, f"lines[{index}]")
            found += self.of_amount(line, f"lines[{index}].amount")
            found += self.of_day(line, f"lines[{index}].day")
            if line.id in worth:
                found += self.of_papers(line, worth[line.id], f"lines[{index}].evidence")
        return found

    def of_category(self, line: ClaimLine, path: str) -> list[Reason]:
        found = []
        if line.category not in CATEGORIES:
            near = nearest_names(line.category, list(CATEGORIES))
            shown: dict[str, Any] = {"category": line.category, "nearest": near}
            found.append(Reason("expenses.unknown_category", parameters=shown, path=f"{path}.category"))
        for field in ("heads", "days"):
            if getattr(line, field) < 1:
                shown = {"field": field, "count": getattr(line, field)}
                found.append(Reason("expenses.count_not_positive", parameters=shown, path=f"{path}.{field}"))
        return found

    def of_amount(self, line: ClaimLine, path: str) -> list[Reason]:
        amount, found = line.amount, []
        if amount.amount <= 0:
            found.append(Reason("expenses.not_positive", parameters={"amount": amount}, path=path))
        if amount.currency not in DIGITS:
            near = nearest_names(amount.currency, CurrencyTable.iso().to_record())
            shown: dict[str, Any] = {"currency": amount.currency, "nearest": near}
            return [*found, Reason("expenses.unknown_currency", parameters=shown, path=path)]
        digits = DIGITS[amount.currency]
        if (Fraction(amount.amount) * 10**digits).denominator != 1:
            where = PolicyReference("ClaimPolicy", "claims", "precision")
            if self.policy.precision.value == "refuse":
                shown = {"amount": amount, "digits": digits}
                found.append(Reason("expenses.too_precise", parameters=shown, path=path, policy=where))
            else:
                cut = money(rounded(Fraction(amount.amount), self.policy.rounding)).amount
                shown = {"amount": amount, "rounded": Money(cut, amount.currency)}
                found.append(Reason("expenses.amount_rounded", Severity.WARNING, shown, path, where))
        if self.rate(line, self.claim) is None:
            is_late = self.policy.rate_day.value == "submission" and self.claim.submitted_on is not None
            day = self.claim.submitted_on if is_late else line.day
            shown = {"source": amount.currency, "target": "EUR", "day": day}
            where = PolicyReference("ClaimPolicy", "claims", "rate_day")
            found.append(Reason("expenses.rate_missing", parameters=shown, path=path, policy=where))
        return found

    def of_day(self, line: ClaimLine, path: str) -> list[Reason]:
        came, late = self.claim.submitted_on or self.as_of, self.policy.late
        if line.day > came:
            shown: dict[str, Any] = {"day": line.day, "submitted_on": came}
            return [Reason("expenses.expense_in_future", parameters=shown, path=path)]
        days = (came - line.day).days
        if late is None or days < late.days or (days == late.days and late.side.value == "upper"):
            return []
        shown = {"day": line.day, "submitted_on": came, "days": days, "allowed": late.days}
        where = PolicyReference("LatePolicy", "late", "days")
        return [Reason("expenses.submitted_late", severity(late.strictness), shown, path, where)]

    def of_papers(self, line: ClaimLine, worth: Fraction, path: str) -> list[Reason]:
        own = [rule for rule in self.policy.evidence if line.category in rule.categories]
        found = []
        for rule in own or [rule for rule in self.policy.evidence if not rule.categories]:
            asked = rule.required.bands[1 if worth >= 50 else 0].value
            missing = tuple(kind for kind in asked if kind not in line.evidence)
            if missing:
                shown = {"missing": missing, "amount": money(worth)}
                where = PolicyReference("EvidencePolicy", rule.id, "required")
                found.append(Reason("expenses.paper_missing", severity(rule.strictness), shown, path, where))
        return found

    def over_limits(self) -> list[Reason]:
        worth, excesses, found = self.worth(self.claim), self.excesses(), []
        for index, line in enumerate(self.claim.lines):
            over, limit = excesses.get(line.id, (Fraction(0), None))
            if limit is None:
                continue
            excess = rounded(over, self.policy.rounding)
            share = Fraction(0) if self.policy.excess is None else Fraction(self.policy.excess.firm_share.value)
            person = min(rounded(over * (1 - share), self.policy.rounding), worth[line.id])
            shown = {
                "limit": limit.amount, "per": limit.per, "amount": money(worth[line.id]), "excess": money(excess),
                "firm": money(excess - person), "person": money(person),
            }  # fmt: skip
            where = PolicyReference("ExpenseLimit", limit.id, "amount")
            found.append(
                Reason("expenses.over_expense_limit", Severity.WARNING, shown, f"lines[{index}].amount", where)
            )
        return found

    def twice(self) -> list[Reason]:
        """Each line held against all that came before: lines of other claims, then of this one."""
        rule, found = self.policy.duplicates, []
        if rule is None:
            return []
        before = [(other.id, line) for other in self.history if other.id != self.claim.id for line in other.lines]
        for index, line in enumerate(self.claim.lines):
            path = f"lines[{index}]"
            seen = [*before, *((self.claim.id, one) for one in self.claim.lines[:index])]
            billed = [
                (other, one)
                for other, one in seen
                if line.invoice and one.invoice
                and (plain(one.party), plain(one.invoice)) == (plain(line.party), plain(line.invoice))
                and (other != self.claim.id or one.category == line.category)
            ]  # fmt: skip
            near = [
                (other, one)
                for other, one in seen
                if plain(line.party) and plain(one.party) == plain(line.party)
                and not (line.invoice and one.invoice)
                and abs((one.day - line.day).days) <= rule.days
                and one.amount.currency == line.amount.currency
                and abs(one.amount.amount - line.amount.amount)
                <= rule.tolerance.value * max(abs(one.amount.amount), abs(line.amount.amount))
            ]  # fmt: skip
            if billed:
                other, one = billed[0]
                shown: dict[str, Any] = {"party": line.party, "invoice": line.invoice, "claim": other, "line": one.id}
                where = PolicyReference("DuplicatePolicy", "twice", "same")
                found.append(Reason("expenses.same_invoice", severity(rule.same), shown, f"{path}.invoice", where))
            elif near:
                other, one = near[0]
                shown = {
                    "party": line.party, "claim": other, "line": one.id, "amount": line.amount, "other": one.amount,
                    "days": abs((one.day - line.day).days),
                }  # fmt: skip
                where = PolicyReference("DuplicatePolicy", "twice", "near")
                found.append(Reason("expenses.near_duplicate", severity(rule.near), shown, path, where))
        return found


@given(st.randoms(use_true_random=True))
@settings(max_examples=600, deadline=None)
def test_every_finding_of_a_claim_is_what_the_rules_say(chance: Random) -> None:
    asked = some_claim(chance, "c1")
    history = tuple(some_claim(chance, chance.choice(["c1", "c2", "c3"])) for _ in range(chance.randint(0, 2)))
    life = chance.choice([*["in_force"] * 6, "draft", "overdue"])
    stands = PolicyLife(
        status="draft" if life == "draft" else "in_force", scope="s", owner="o", approver="a",
        effective=DateRange(date(2020, 1, 1)), next_review=date(2026, 1, 1) if life == "overdue" else None,
    )  # fmt: skip
    made = make_policy(claims=some_policy(chance), life=stands)
    decision = check_claim(asked, made, DAY, rates=RATES, history=history)

    where = PolicyReference("ExpensePolicy", "", "life")
    if life == "draft":
        shown: dict[str, Any] = {"scope": "s", "status": stands.status, "effective": stands.effective}
        denied = Reason("core.policy_not_in_force", parameters=shown, policy=where)
        assert decision == Decision(outcome=Outcome.DENY, reasons=[denied])
        return
    shown = {"scope": "s", "next_review": stands.next_review}
    warned = [Reason("core.review_overdue", Severity.WARNING, shown, policy=where)] if life == "overdue" else []
    assert made.claims is not None
    reasons = [*warned, *Literal(asked, made.claims, DAY, history).found()]
    severities = {reason.severity for reason in reasons}
    outcome = Outcome.DENY if Severity.ERROR in severities else Outcome.WARN if severities else Outcome.ALLOW
    assert decision == Decision(outcome=outcome, reasons=reasons)
