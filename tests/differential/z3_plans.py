"""A plan of one component as z3 sees it: written from what the documents say of each mode and modifier, not from F."""

from __future__ import annotations

from fractions import Fraction

import z3

from salesrules.commissions import EarningsCap, EarningsFloor, FixedTable, Gate, Kicker, Multiplier
from salesrules.core import Side


def number(value):
    value = Fraction(getattr(value, "value", value))
    return z3.RealVal(f"{value.numerator}/{value.denominator}")


def least(left, right):
    return z3.If(left < right, left, right)


def most(left, right):
    return z3.If(left > right, left, right)


def reached(x, bound, side):
    return x >= bound if side is Side.LOWER else x > bound


class Twin:
    """What one measure (not below zero) pays."""

    def __init__(self, plan, quota):
        self.plan = plan
        self.table = plan.components[0].table
        self.scale = 1 if quota is None else Fraction(quota)
        tiers = self.table.tiers
        self.bounds = [Fraction(band.start) * self.scale for band in tiers.bands]
        self.sides = [band.side or tiers.side for band in tiers.bands]
        self.values = [Fraction(getattr(band.value, "value", band.value)) for band in tiers.bands]

    def pay(self, x):
        return self._modified(x, self._limited(self._table(x), self.plan.cap))

    def _limited(self, pay, cap):
        return pay if cap is None else least(pay, number(cap.amount.amount))

    def _table(self, x):
        mode = self.table.mode.value
        ends = [*self.bounds[1:], None]
        filled = [
            most(number(0), x - number(lo)) if hi is None else most(number(0), least(x, number(hi)) - number(lo))
            for lo, hi in zip(self.bounds, ends, strict=True)
        ]
        if mode == "marginal":
            return sum(number(rate) * part for rate, part in zip(self.values, filled, strict=True))
        if mode == "proportional_amount":
            parts = zip(self.values, filled, self.bounds, ends, strict=True)
            return sum((number(v / (hi - lo)) * part for v, part, lo, hi in parts if hi is not None), number(0))
        branches = [self._branch(x, mode, place) for place in range(len(self.bounds))]
        pay = branches[0]
        for bound, side, branch in zip(self.bounds[1:], self.sides[1:], branches[1:], strict=True):
            pay = z3.If(reached(x, number(bound), side), branch, pay)
        return z3.If(x > 0, pay, number(0)) if isinstance(self.table, FixedTable) else pay

    def _branch(self, x, mode, place):
        value, lo = self.values[place], self.bounds[place]
        is_last = place + 1 == len(self.bounds)
        growth = 0 if is_last else (self.values[place + 1] - value) / (self.bounds[place + 1] - lo)
        match mode:
            case "whole_amount":
                return number(value) * x
            case "interpolated_rate":
                return x * (number(value) + number(growth) * (x - number(lo))) if growth else number(value) * x
            case "fixed":
                return number(value)
            case "cumulative_fixed":
                return number(sum(self.values[: place + 1]))
            case "interpolated_amount":
                return number(value) + number(growth) * (x - number(lo))
        raise AssertionError(mode)

    def _modified(self, x, pay):
        for modifier in self.plan.modifiers:
            seen = x / number(self.scale) if getattr(modifier, "observe", None) == "attainment" else x
            match modifier:
                case Gate():
                    is_open = reached(seen, number(modifier.threshold), modifier.side)
                    pay = z3.If(is_open, pay, pay * number(modifier.otherwise))
                case Kicker():
                    is_due = reached(seen, number(modifier.threshold), modifier.side)
                    more = number(0) if modifier.share is None else pay * number(modifier.share)
                    fixed = number(0) if modifier.amount is None else number(modifier.amount.amount)
                    pay = z3.If(is_due, pay + more + fixed, pay)
                case Multiplier(factors=factors):
                    below, above = (number(band.value) for band in factors.bands)
                    bound = number(factors.bands[1].start)
                    pay = pay * z3.If(reached(seen, bound, factors.side), above, below)
                case EarningsCap():
                    pay = least(pay, number(modifier.amount.amount))
                case EarningsFloor():
                    pay = most(pay, number(modifier.amount.amount))
        return pay
