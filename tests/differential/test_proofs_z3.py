"""z3 agrees with the proofs of random plans: monotone or not, cliffs and their returns, bounds, the inverse, pairs.

A hundred plans at a time; `SALESRULES_PLANS` says how many (1,000, and 10,000 in the session `campaign` of nox).
"""

from __future__ import annotations

import os
from decimal import Decimal
from fractions import Fraction

import pytest
import z3
from differential.random_plans import PARABOLAS, random_plan
from differential.z3_plans import Twin, number

from salesrules.commissions import prove_plan, solve_measure

PLANS = int(os.environ.get("SALESRULES_PLANS", "1000"))
PARABOLIC = PLANS // 10
UNIT = Fraction(1, 100)
NEAR = Fraction(1, 10**6)


class Judge:
    """One solver for one plan; a query that z3 cannot decide in time is counted, and decides nothing."""

    undecided = 0

    def __init__(self, seed, mode=None):
        self.plan, self.quota = random_plan(seed, mode=mode)
        self.twin = Twin(self.plan, self.quota)
        self.x, self.y, self.t = z3.Reals("x y t")
        # whole numbers and parabolas together are beyond z3
        self.on_grid = [self.x * 100 == z3.ToReal(z3.Int("n"))] if mode is None else []
        self.solver = z3.Solver() if mode is None else z3.SolverFor("QF_NRA")
        self.solver.set("timeout", 2000)
        self.of_x = self.twin.pay(self.x)

    def pay(self, x):
        """What a measure pays: the plan is written down once, and other measures are put in for x."""
        return z3.substitute(self.of_x, (self.x, x if isinstance(x, z3.ExprRef) else number(x)))

    def value(self, x):
        found = z3.simplify(self.pay(Fraction(x)))
        return Fraction(found.numerator_as_long(), found.denominator_as_long())

    def possible(self, *claims, expected):
        """Whether z3 finds it so: some measures meet all claims (`expected`), or none do."""
        self.solver.push()
        self.solver.add(self.x >= 0, *claims)
        answer = self.solver.check()
        self.solver.pop()
        if answer == z3.unknown:
            Judge.undecided += 1
            return
        assert (answer == z3.sat) is expected, (self.plan, self.quota, claims, expected)


def check_monotone(judge, proof):
    """More never pays less."""
    falls = judge.pay(judge.x) > judge.pay(judge.y)
    judge.possible(judge.x < judge.y, falls, expected=not proof.is_monotone)


def check_cliffs(judge, proof):
    """Pay falls faster than any slope at the bounds of cliffs, and at no other bound of the table or of a modifier."""
    steepest = 1 + sum(
        abs(Fraction(each.slope)) + 2 * abs(Fraction(each.curvature)) * Fraction(each.end or each.start)
        for each in proof.curve.segments
    )
    bounds = {Fraction(segment.start) for segment in proof.curve.segments} | set(judge.twin.bounds)
    bounds = {bound for bound in bounds if bound > 0}
    cliffs = {(Fraction(cliff.at), cliff.side.value) for cliff in proof.cliffs if cliff.at}
    none = []
    for bound in bounds:
        near = min(abs(bound - other) for other in {Fraction(0), *bounds} - {bound})
        at, t = number(bound), judge.t
        below, on, above = judge.pay(at - t), judge.pay(bound), judge.pay(at + t)
        for side, fall in (("lower", below - on), ("upper", on - above)):
            falls = z3.And(t > 0, t < number(near), fall > number(steepest) * t)
            if (bound, side) in cliffs:
                judge.possible(falls, expected=True)
            else:
                none.append(falls)
    judge.possible(z3.Or(none), expected=False)
    for cliff in proof.cliffs:
        check_return(judge, cliff)


def check_return(judge, cliff):
    """Nothing behind a cliff pays as much as what came before it until its return, and from there on something does."""
    x, at = judge.x, number(cliff.at)
    behind = x >= at if cliff.side == "lower" else x > at
    pays = judge.pay(x) >= number(cliff.before)
    if cliff.returns is None:
        judge.possible(behind, pays, *judge.on_grid, expected=False)
        return
    measure = Fraction(cliff.returns.measure)
    if cliff.returns.exact is not None:
        exact = Fraction(cliff.returns.exact)
        judge.possible(behind, x < number(exact), pays, expected=False)
        judge.possible(behind, x >= number(exact), x <= number(Fraction(exact) + NEAR), pays, expected=True)
    else:
        judge.possible(behind, x <= number(measure - UNIT), pays, expected=False)
    assert judge.value(measure) >= Fraction(cliff.before)
    if cliff.returns.exact is None or measure - UNIT >= Fraction(cliff.returns.exact):
        assert not Fraction(cliff.at) < measure - UNIT or judge.value(measure - UNIT) < Fraction(cliff.before)


def check_bound(judge, proof):
    """No measure pays more than the bound, and some pay as much or nearly; without bound, as much as one likes."""
    pay = judge.pay(judge.x)
    if proof.bound is None:
        judge.possible(pay > 10**9, expected=True)
        return
    bound = Fraction(proof.bound.pay)
    judge.possible(pay > number(bound), expected=False)
    judge.possible(pay >= number(bound), expected=proof.bound.is_reached)
    judge.possible(pay > number(bound - NEAR), expected=True)


def check_inverse(judge, proof):
    """No smaller measure reaches the pay, and this one does."""
    wanted = {Fraction(step.before) for step in (*proof.cliffs, *proof.jumps)} | {Fraction(17)}
    wanted |= {Fraction(proof.curve.at(Decimal(300))) + UNIT}
    for pay in sorted(wanted)[:3]:
        solution = solve_measure(proof.curve, pay, digits=2)
        reaches = judge.pay(judge.x) >= number(pay)
        if solution.reached is None:
            judge.possible(reaches, *judge.on_grid, expected=False)
            continue
        measure, exact = Fraction(solution.reached.measure), solution.reached.exact
        assert judge.value(measure) >= pay
        judge.possible(reaches, judge.x <= number(measure - UNIT), *judge.on_grid, expected=False)
        if exact is not None:
            judge.possible(reaches, judge.x < number(exact), expected=False)
            judge.possible(reaches, judge.x >= number(exact), judge.x <= number(Fraction(exact) + NEAR), expected=True)


def check_pairs(judge, proof):
    """No two deals gain more apart, or together, and some gain as much or nearly."""
    gains = {incentive.kind.value: incentive for incentive in proof.incentives}
    x, y = judge.x, judge.y
    apart = judge.pay(x) + judge.pay(y) - judge.pay(x + y)
    for kind, gain in (("split_deal", apart), ("join_deals", -apart)):
        most = Fraction(gains[kind].gain) if kind in gains else Fraction(0)
        judge.possible(x > 0, y > 0, gain > number(most), expected=False)
        if most:
            judge.possible(x > 0, y > 0, gain > number(most - NEAR), expected=True)


def check_values(judge, proof):
    """Beside every bound, on it and far away the curve pays what the documents say."""
    for bound in {Fraction(segment.start) for segment in proof.curve.segments} | {Fraction(1234)}:
        for measure in (bound - UNIT, bound, bound + UNIT):
            if measure >= 0 and (measure * 100).denominator == 1:
                assert Fraction(proof.curve.at(measure)) == judge.value(measure), measure


def check(seed, mode=None):
    """Everything about one plan."""
    judge = Judge(seed, mode)
    proved = prove_plan(judge.plan, quota=judge.quota)
    [proof] = proved.curves
    check_values(judge, proof)
    check_monotone(judge, proof)
    if any(left.reason == "on_grid" for left in proved.left_out):
        return  # between two measures the curve is not the plan's, as it says
    check_cliffs(judge, proof)
    check_bound(judge, proof)
    check_inverse(judge, proof)
    if judge.plan.components[0].accumulate == "transaction":
        check_pairs(judge, proof)


@pytest.mark.parametrize("start", range(0, PLANS, 100))
def test_z3_agrees_on_straight_pieces(start):
    Judge.undecided = 0
    for seed in range(start, min(start + 100, PLANS)):
        check(seed)
    assert Judge.undecided == 0


@pytest.mark.parametrize("start", range(0, PARABOLIC, 20))
def test_z3_agrees_on_parabolas(start):
    Judge.undecided = 0
    for seed in range(start, min(start + 20, PARABOLIC)):
        check(seed, PARABOLAS)
    assert Judge.undecided < 40
