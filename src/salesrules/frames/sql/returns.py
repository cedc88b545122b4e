"""Returns that name their sale: what share of it has come back, and what they take back of what it was paid."""

from __future__ import annotations

from sqlglot import exp

from salesrules.commissions import Measure
from salesrules.frames.sql.rounding import rounded
from salesrules.frames.sql.setting import Part, Setting
from salesrules.frames.sql.stages import Stages, running_sum
from salesrules.frames.sql.tree import all_of, case, column, every, literal, minus, named, select, table

__all__ = ["reversal_stages", "sale_of", "share_stages"]


def share_stages(setting: Setting, stages: Stages) -> None:
    """What of its sale each return brings back, up to it and before it; by amount, else by quantity, else all of it."""
    credits = stages.last
    sizes = [str(name) for name in ("amount", "quantity") if name in setting.numbers]
    brings, whole = [], []
    for name in sizes:
        brings.append((_differs(name), exp.Neg(this=column(name, "back"))))
        whole.append((_differs(name), column(name, "sale")))
    columns = [named(column(name, "back"), name) for name in ("id", "payee", "role", "original", "day", "is_return")]
    columns.append(named(case(*brings, default=literal(1)), "brings"))
    columns.append(named(case(*whole, default=literal(1)), "whole"))
    query = select(columns, table(credits, "back"), joins=[("inner", table(credits, "sale"), sale_of("back"))])
    stages.add_aside("returns", query, "what each return brings back, and the whole of its sale")
    brought = running_sum(setting, column("brings"), ("payee", "role", "original"))
    query = select([every("returns"), named(brought, "brought_by_now")], "returns")
    stages.add_aside("returned", query, "what has come back of the sale up to it")
    for name in (credits, "returned"):
        stages.keep(name, setting)
    if Measure.COUNT not in setting.measures:
        return
    completes: list[exp.Expression] = [
        exp.LT(this=_before(), expression=column("whole", "returned")),
        exp.GTE(this=column("brought_by_now", "returned"), expression=column("whole", "returned")),
    ]
    flag = named(case((all_of(completes), literal(1)), default=literal(0)), "completes")
    joins = [("left", table("returned"), _key("returned", credits))]
    words = "a return counts as one less where the last of its sale comes back"
    stages.add("credits_with_returns", select([every(credits), flag], credits, joins=joins), words)


def reversal_stages(setting: Setting, stages: Stages) -> None:
    """Returns at original terms give back, of each line of their sale, the share that has come back, as it was paid."""
    lines = stages.last
    stages.keep(lines, setting)
    columns = [named(column(name, "returned"), name) for name in ("id", "payee", "role")]
    columns += [named(_given_back(setting, part), part.name("given_back")) for part in setting.parts]
    on = all_of([sale_of("returned"), exp.LTE(this=column("day", "sale"), expression=column("day", "returned"))])
    query = select(columns, "returned", joins=[("inner", table(lines, "sale"), on)])
    stages.add_aside("taken_back", query, "what returns take back of the lines of their sale")
    found: list[exp.Expression] = [
        named(column(name, lines), name) for name in ("id", "payee", "day", "role", "period")
    ]
    for part in setting.parts:
        back = exp.Coalesce(this=column(part.name("given_back"), "taken_back"), expressions=[literal(0)])
        found.append(named(minus(column(part.name("paid"), lines), back), part.name("paid")))
    joins = [("left", table("taken_back"), _key("taken_back", lines))]
    stages.add("settled", select(found, lines, joins=joins), "what each credit is paid after that")


def sale_of(back: str) -> exp.Expression:
    """Whether `sale` is what `back` takes back: the same payee's in the same role."""
    found: list[exp.Expression] = [exp.EQ(this=column("id", "sale"), expression=column("original", back))]
    found += [_same(name, "sale", back) for name in ("payee", "role")]
    return all_of([*found, exp.EQ(this=column("is_return", "sale"), expression=literal(0))])


def _given_back(setting: Setting, part: Part) -> exp.Expression:
    """Rounded in all, so that the returns of a whole sale give back exactly what it was paid."""

    def share(*, before: bool) -> exp.Expression:
        def top() -> exp.Expression:
            brought = exp.Paren(this=_before()) if before else column("brought_by_now", "returned")
            return exp.Mul(this=column(part.name("paid"), "sale"), expression=brought)

        return rounded(setting.dialect, top, lambda: column("whole", "returned"), setting.plan.rounding.mode)

    return minus(share(before=False), share(before=True))


def _before() -> exp.Expression:
    return minus(column("brought_by_now", "returned"), column("brings", "returned"))


def _differs(name: str) -> exp.Expression:
    return exp.NEQ(this=column(name, "sale"), expression=literal(0))


def _same(name: str, left: str, right: str) -> exp.Expression:
    return exp.EQ(this=column(name, left), expression=column(name, right))


def _key(left: str, right: str) -> exp.Expression:
    return all_of([_same(name, left, right) for name in ("id", "payee", "role")])
