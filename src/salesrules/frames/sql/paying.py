"""From what is earned to what is paid: the cap, and rounding by line or of the running total."""

from __future__ import annotations

from functools import partial

from sqlglot import exp

from salesrules.frames.sql.curves import total
from salesrules.frames.sql.rounding import rounded
from salesrules.frames.sql.setting import Part, Setting
from salesrules.frames.sql.stages import Stages, running_sum
from salesrules.frames.sql.tree import case, column, literal, minus

__all__ = ["in_all", "pay_stages"]


def in_all(setting: Setting, word: str) -> exp.Expression:
    """The sum of a column over components."""
    if word == "paid" and setting.is_together:
        return column("paid")
    return total([part.made(word) for part in setting.parts])


def pay_stages(setting: Setting, stages: Stages) -> None:
    """Hold lines against the cap and round them; each component has a column `paid` then, in units of the rounding."""
    if not (setting.adds_up and setting.telescopes and not any(part.component.curve.power for part in setting.parts)):
        moves = [
            (part.if_moved(minus(part.made("earned_in_all"), part.made("earned_before"))), part.name("earned"))
            for part in setting.parts
            if part.span
        ]
        stages.extend("lines", moves, "what a credit earns: what was earned with it, less what was before")
    if not setting.adds_up:
        lines = [(_of_quota(part, _rounded(setting, part, "earned")), part.name("paid")) for part in setting.parts]
        stages.extend("rounded", lines, f"each line {_mode(setting)}")
        return
    _add_up(setting, stages)
    has_cap = setting.plan.plan.cap is not None
    payable = "payable" if has_cap else "reached"
    if has_cap:
        stages.extend("capped", _under_cap(setting), "no more than the cap, which lines fill in their order")
    if setting.plan.is_cumulative:
        mode, below = setting.plan.rounding.mode, setting.parts[0].curve.denominator
        totals = []
        for number in _steps(setting):
            top = partial(column, f"{payable}_{number}")
            totals.append((rounded(setting.dialect, top, below, mode), f"paid_{number}"))
        stages.extend("rounded_totals", totals, f"the running total of a statement {_mode(setting)}")
        words = "what each line adds to it"
        if setting.is_together:
            last = len(setting.parts)
            stages.extend("rounded", [(minus(column(f"paid_{last}"), column("paid_0")), "paid")], words)
            return
        paid = [_step("paid", number) for number in range(len(setting.parts))]
    else:
        lines = [(_step(payable, number), part.name("payable")) for number, part in enumerate(setting.parts)]
        stages.extend("payable", lines, "what is payable of each line")
        paid = [_rounded(setting, part, "payable") for part in setting.parts]
        words = f"each line {_mode(setting)}"
    made = [(_of_quota(part, value), part.name("paid")) for part, value in zip(setting.parts, paid, strict=True)]
    stages.extend("rounded", made, words)


def _rounded(setting: Setting, part: Part, word: str) -> exp.Expression:
    """A component's column over its denominator, rounded as the plan says."""
    mode = setting.plan.rounding.mode
    return rounded(setting.dialect, lambda: part.made(word), part.curve.denominator, mode)


def _mode(setting: Setting) -> str:
    rounding = setting.plan.rounding
    return f"rounded ({rounding.mode.value.replace('_', ' ')}) to units of 10^{-rounding.digits}"


def _step(word: str, number: int) -> exp.Expression:
    return minus(column(f"{word}_{number + 1}"), column(f"{word}_{number}"))


def _of_quota(part: Part, value: exp.Expression) -> exp.Expression:
    """Nothing where nothing was earned, so that no quota is needed to share it out."""
    if not part.component.curve.power:
        return value
    return case((exp.EQ(this=part.made("earned"), expression=literal(0)), literal(0)), default=value)


def _add_up(setting: Setting, stages: Stages) -> None:
    """The columns `reached_0`, `reached_1`, …: what a statement has earned before a credit and after each of its lines.

    Where all measures run over the pay period itself that is what they have earned in all; else it is added up.
    """
    parts = setting.parts
    if not setting.telescopes:
        summed = running_sum(setting, in_all(setting, "earned"), ("payee", "period"))
        stages.extend("added_up", [(summed, "earned_to_date")], "what a statement has earned up to a credit")
    found = []
    for number in _steps(setting):
        if setting.telescopes:
            value = _telescoped(setting, number)
        else:
            left = [exp.Neg(this=part.made("earned")) for part in parts[number:]]
            value = total([column("earned_to_date"), *left])
        found.append((value, f"reached_{number}"))
    stages.extend("reached", found, "what a statement has earned before a credit (0) and after each of its lines")


def _telescoped(setting: Setting, number: int) -> exp.Expression:
    """What all measures of a statement have earned before a credit, and with so many of its lines."""
    parts, alone = setting.parts, setting.proportional
    terms = [part.made("earned_in_all") for part in parts[:number] if part not in alone]
    terms += [part.made("earned_before") for part in parts[number:] if part not in alone]
    if alone and number == len(parts):
        return total([*terms, column("proportional_in_all")])
    if alone:
        terms += [column("proportional_before"), *(part.made("earned") for part in parts[:number] if part in alone)]
    return total(terms)


def _steps(setting: Setting) -> list[int]:
    """Before a credit, and after each of its lines; or after all of them."""
    last = len(setting.parts)
    return [0, last] if setting.is_together else list(range(last + 1))


def _under_cap(setting: Setting) -> list[tuple[exp.Expression, str]]:
    curve = setting.parts[0].curve

    def most() -> exp.Expression:
        value: exp.Expression = column("most")
        for _ in range(curve.compiled.power):
            value = exp.Mul(this=value, expression=curve.quota())
        return value

    found: list[tuple[exp.Expression, str]] = []
    for number in _steps(setting):
        over = exp.GT(this=column(f"reached_{number}"), expression=most())
        found.append((case((over, most()), default=column(f"reached_{number}")), f"payable_{number}"))
    return found
