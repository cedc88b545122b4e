"""From what is earned to what is paid: the cap, and rounding by line or of the running total."""

from __future__ import annotations

from sqlglot import exp

from salesrules.frames.sql.curves import Made, total
from salesrules.frames.sql.dialects import literal
from salesrules.frames.sql.naming import column
from salesrules.frames.sql.rounding import rounded
from salesrules.frames.sql.setting import Part, Setting
from salesrules.frames.sql.stages import Stages, in_all, line_stage, running_sum

__all__ = ["pay_stages"]


def pay_stages(setting: Setting, stages: Stages) -> None:
    """Hold lines against the cap and round them; each component has a column `paid` then, in units of the rounding."""
    line_stage(setting, stages)
    if not setting.adds_up:
        lines = [(_of_quota(part, rounded_line(setting, part, "earned")), part.name("paid")) for part in setting.parts]
        stages.extend("rounded", lines, f"rounded {_mode(setting)}, line by line")
        return
    _add_up(setting, stages)
    has_cap = setting.plan.plan.cap is not None
    payable = "payable" if has_cap else "reached"
    if has_cap:
        stages.extend("capped", _under_cap(setting), "under the cap, which lines fill in their order")
    last = len(setting.parts)
    if setting.plan.is_cumulative:
        mode = setting.plan.rounding.mode
        totals = []
        for number in range(last + 1):
            top = _made(f"{payable}_{number}")
            below = setting.parts[0].curve.denominator
            totals.append((rounded(setting.dialect, top, below, mode), f"paid_{number}"))
        stages.extend("rounded_totals", totals, f"the running total of a statement, rounded {_mode(setting)}")
        paid = [(part, _less(f"paid_{number + 1}", f"paid_{number}")) for number, part in enumerate(setting.parts)]
        words = "what each line adds to it"
    else:
        lines = []
        for number, part in enumerate(setting.parts):
            lines.append((_less(f"{payable}_{number + 1}", f"{payable}_{number}"), part.name("payable")))
        stages.extend("payable", lines, "what is payable of each line")
        paid = [(part, rounded_line(setting, part, "payable")) for part in setting.parts]
        words = f"rounded {_mode(setting)}, line by line"
    stages.extend("rounded", [(_of_quota(part, value), part.name("paid")) for part, value in paid], words)


def rounded_line(setting: Setting, part: Part, word: str) -> exp.Expression:
    """A component's column over its denominator, rounded as the plan says."""
    mode = setting.plan.rounding.mode
    return rounded(setting.dialect, lambda: part.made(word), part.curve.denominator, mode)


def _mode(setting: Setting) -> str:
    rounding = setting.plan.rounding
    return f"{rounding.mode.value.replace('_', ' ')} to {rounding.digits} digits"


def _made(name: str) -> Made:
    return lambda: column(name)


def _less(after: str, before: str) -> exp.Expression:
    return exp.Sub(this=column(after), expression=column(before))


def _of_quota(part: Part, value: exp.Expression) -> exp.Expression:
    """Nothing where nothing was earned, so that no quota is needed to share it out."""
    if not part.component.curve.power:
        return value
    nothing = exp.EQ(this=part.made("earned"), expression=literal(0))
    return exp.Case(ifs=[exp.If(this=nothing, true=literal(0))], default=value)


def _add_up(setting: Setting, stages: Stages) -> None:
    """The columns `reached_0`, `reached_1`, …: what a statement has earned before a credit, and after each of its lines.

    Where all measures run over the pay period itself that is what they have earned in all; else it is added up.
    """
    parts, last = setting.parts, len(setting.parts)
    if setting.telescopes:
        before = [part.made("earned_before") for part in parts]
    else:
        summed = running_sum(setting, in_all(setting, "earned"), ("payee", "period"))
        stages.extend("added_up", [(summed, "earned_to_date")], "what a statement has earned up to a credit")
        before = []
    found = []
    for number in range(last + 1):
        if setting.telescopes:
            terms = [part.made("earned_in_all") for part in parts[:number]]
            value = total([*terms, *(each.copy() for each in before[number:])])
        else:
            left = [exp.Neg(this=part.made("earned")) for part in parts[number:]]
            value = total([column("earned_to_date"), *left])
        found.append((value, f"reached_{number}"))
    words = "what a statement has earned before a credit (0) and after its lines"
    stages.extend("reached", found, words)


def _under_cap(setting: Setting) -> list[tuple[exp.Expression, str]]:
    found = []
    curve = setting.parts[0].curve
    for number in range(len(setting.parts) + 1):

        def most() -> exp.Expression:
            quotas = [curve.quota() for _ in range(curve.compiled.power)]
            value: exp.Expression = column("most")
            for quota in quotas:
                value = exp.Mul(this=value, expression=quota)
            return value

        name = f"reached_{number}"
        over = exp.GT(this=column(name), expression=most())
        found.append((exp.Case(ifs=[exp.If(this=over, true=most())], default=column(name)), f"payable_{number}"))
    return found
