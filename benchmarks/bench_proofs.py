"""The proofs of a ten-tier plan beside z3 on the same plan, and those of five hundred tiers beside ten.

Both find the same: does more ever pay less, at which bounds does pay fall, from what, and where does it return, how far
does it go, what do two deals gain apart and together. z3 finds the greatest and least by its optimiser; what it takes
only to confirm our answers, once they are given to it, is measured too. Processor time, the fastest of rounds that take
turns.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import z3

from salesrules.commissions import Accumulation, CurveProof, PayoutCurve, RateMode, prove_curve
from salesrules.core import Band, BandTable, Rate

RESULT = Path(__file__).parent / "results" / "proofs.json"
ROUNDS = 7
MUST_OVER_Z3, MUST_GROWTH = 0.1, 100.0
NEAR = z3.RealVal("1/1000000")
SHAPES: dict[str, Callable[[int], int]] = {
    "rising": lambda place: 20 + place,
    "mixed": lambda place: 20 + place * 37 % 50,
}


def tiers(count: int, shape: str) -> BandTable[Rate]:
    """So many tiers of uneven widths; rates in tenths of a per cent."""
    bounds = [sum(1_000 * (1 + step * 7 % 11) for step in range(place)) for place in range(count)]
    rates = [Rate.parse(f"{SHAPES[shape](place)}‰") for place in range(count)]
    return BandTable(bands=[Band(start=bound, value=rate) for bound, rate in zip(bounds, rates, strict=True)])


def ours(curve: PayoutCurve) -> CurveProof:
    """Everything that is proved of a curve by which each deal is measured alone."""
    return prove_curve(curve, accumulate=Accumulation.TRANSACTION)


def number(value: Any) -> z3.ArithRef:
    value = Fraction(value)
    return z3.RealVal(f"{value.numerator}/{value.denominator}")


def whole_amount(table: BandTable[Rate], x: z3.ArithRef) -> z3.ArithRef:
    """All that was sold, at the rate that is reached."""
    pay = x * number(table.bands[0].value.value)
    for band in table.bands[1:]:
        pay = z3.If(x >= number(band.start), x * number(band.value.value), pay)
    return pay


def marginal(table: BandTable[Rate], x: z3.ArithRef) -> z3.ArithRef:
    """Each tier its slice, as one line per tier."""
    reached, pay = Fraction(0), x * number(table.bands[0].value.value)
    for before, band in zip(table.bands, table.bands[1:], strict=False):
        width = Fraction(band.start) - Fraction(before.start)
        reached += width * Fraction(before.value.value)
        line = number(reached) + (x - number(band.start)) * number(band.value.value)
        pay = z3.If(x >= number(band.start), line, pay)
    return pay


WRITTEN = {RateMode.WHOLE_AMOUNT: whole_amount, RateMode.MARGINAL: marginal}


def confirm(table: BandTable[Rate], mode: RateMode, proof: CurveProof) -> None:
    """z3 on every answer; raises where it finds otherwise."""
    x, y, t = z3.Reals("x y t")
    pay = WRITTEN[mode](table, x)
    at = lambda measure: z3.substitute(pay, (x, measure))  # noqa: E731  # a word for it, used all over
    solver = z3.Solver()

    def expect(answer: bool, *claims: z3.BoolRef) -> None:
        solver.push()
        solver.add(x >= 0, *claims)
        if (solver.check() == z3.sat) is not answer:
            raise AssertionError(claims)
        solver.pop()

    expect(not proof.is_monotone, x < y, pay > at(y))
    cliffs = {Fraction(cliff.at) for cliff in proof.cliffs}
    for band in table.bands[1:]:
        bound = number(band.start)
        expect(Fraction(band.start) in cliffs, t > 0, t < 1000, at(bound - t) > at(bound) + t)
    for cliff in proof.cliffs:
        behind, again = x >= number(cliff.at), pay >= number(cliff.before)
        assert cliff.returns_at is not None  # the last rate is above zero
        returns = number(cliff.returns_at)
        expect(False, behind, again, x < returns)
        expect(True, behind, again, x >= returns, x < returns + NEAR)
    expect(proof.bound is None, pay > 10**9)
    found = {incentive.kind.value: incentive.gain for incentive in proof.incentives}
    apart = pay + at(y) - at(x + y)
    for kind, gain in (("split_deal", apart), ("join_deals", -apart)):
        most = number(found.get(kind) or 0)
        expect(False, x > 0, y > 0, gain > most)
        if kind in found:
            expect(True, x > 0, y > 0, gain > most - NEAR)


def find(table: BandTable[Rate], mode: RateMode) -> list[object]:
    """z3 on every question; its answers."""
    x, y, t = z3.Reals("x y t")
    pay = WRITTEN[mode](table, x)
    at = lambda measure: z3.substitute(pay, (x, measure))  # noqa: E731  # as above

    def check(*claims: z3.BoolRef) -> bool:
        solver = z3.Solver()
        solver.add(x >= 0, *claims)
        return solver.check() == z3.sat

    def best(goal: z3.ArithRef, *claims: z3.BoolRef, least: bool = False) -> z3.ExprRef:
        optimiser = z3.Optimize()
        optimiser.add(x >= 0, *claims)
        handle = optimiser.minimize(goal) if least else optimiser.maximize(goal)
        optimiser.check()
        return optimiser.lower(handle) if least else optimiser.upper(handle)

    answers: list[object] = [check(x < y, pay > at(y)), best(pay)]
    for band in table.bands[1:]:
        bound = number(band.start)
        if check(t > 0, t < 1000, at(bound - t) > at(bound) + t):
            before = z3.substitute(best(pay, x < bound, x > bound - 1000), (z3.Real("epsilon"), number(0)))
            answers += [bound, before, best(x, x >= bound, pay >= before, least=True)]
    apart = pay + at(y) - at(x + y)
    answers += [best(apart, x > 0, y > 0), best(-apart, x > 0, y > 0)]
    return answers


def seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def run(rounds: int = ROUNDS) -> dict[str, Any]:
    """Milliseconds of each, ours over z3's, and five hundred tiers over ten."""
    result: dict[str, Any] = {"what": "milliseconds of all proofs of a plan of ten tiers, and of five hundred"}
    for mode in WRITTEN:
        for shape in SHAPES:
            few, many = tiers(10, shape), tiers(500, shape)
            curve, long = PayoutCurve.of(few, mode), PayoutCurve.of(many, mode)
            proof = ours(curve)
            mine = theirs = confirming = large = float("inf")
            for _ in range(rounds):
                mine = min(mine, seconds(lambda curve=curve: ours(curve)))
                theirs = min(theirs, seconds(lambda few=few, mode=mode: find(few, mode)))
                confirming = min(confirming, seconds(lambda few=few, mode=mode, proof=proof: confirm(few, mode, proof)))
            for _ in range(max(1, rounds // 3)):
                large = min(large, seconds(lambda long=long: ours(long)))
            result[f"{mode.value}, {shape} rates"] = {
                "ten_ms": round(mine * 1000, 2),
                "z3_ms": round(theirs * 1000, 2),
                "z3_confirming_ms": round(confirming * 1000, 2),
                "over_z3": round(mine / theirs, 4),
                "must_over_z3": MUST_OVER_Z3,
                "five_hundred_ms": round(large * 1000, 1),
                "growth": round(large / mine, 1),
                "must_growth": MUST_GROWTH,
                "holds": mine / theirs < MUST_OVER_Z3 and large / mine <= MUST_GROWTH,
            }
    return result


if __name__ == "__main__":
    found = run()
    text = json.dumps(found, indent=2)
    print(text)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text + "\n", "utf-8")
