"""Returns that name their sale: what share of it has come back, and what they take back of what it was paid."""

from __future__ import annotations

from sqlglot import exp

from salesrules.commissions import Measure
from salesrules.core import RoundingMode
from salesrules.frames.sql.dialects import literal
from salesrules.frames.sql.naming import column
from salesrules.frames.sql.rounding import rounded
from salesrules.frames.sql.setting import Part, Setting
from salesrules.frames.sql.stages import Stages, running_sum

__all__ = ["reversal_stages", "share_stages"]


def share_stages(setting: Setting, stages: Stages) -> None:
    """What of its sale each return brings back, up to it and before it; by amount, else by quantity, else all of it."""
    credits = stages.last
    has_quantity = "quantity" in setting.numbers

    def share(of: str, sign: bool, table: str) -> exp.Expression:
        value: exp.Expression = column(of, table)
        return exp.Neg(this=value) if sign else value

    def either(sign: bool, table: str) -> exp.Expression:
        ifs = [exp.If(this=_differs("amount"), true=share("amount", sign, table))]
        if has_quantity:
            ifs.append(exp.If(this=_differs("quantity"), true=share("quantity", sign, table)))
        return exp.Case(ifs=ifs, default=literal(1))

    names = ("id", "payee", "role", "original", "day", "is_return")
    columns = [column(name, "back").as_(name) for name in names]
    columns += [either(True, "back").as_("brings"), either(False, "sale").as_("whole")]
    query = exp.select(*columns).from_(exp.alias_(exp.to_table(credits), "back", table=True))
    on = exp.and_(
        exp.EQ(this=column("id", "sale"), expression=column("original", "back")),
        _same("payee", "sale", "back"),
        _same("role", "sale", "back"),
        exp.EQ(this=column("is_return", "sale"), expression=literal(0)),
    )
    query = query.join(exp.alias_(exp.to_table(credits), "sale", table=True), on=on, join_type="inner")
    stages.add_aside("returns", query, "what each return brings back, and the whole of its sale")
    brought = running_sum(setting, column("brings"), ("payee", "role", "original")).as_("brought_by_now")
    every = exp.Column(this=exp.Star(), table=exp.to_identifier("returns"))
    words = "what has come back of the sale up to it"
    stages.add_aside("returned", exp.select(every, brought).from_("returns"), words)
    if Measure.COUNT not in setting.measures:
        return
    before = exp.Sub(this=column("brought_by_now", "returned"), expression=column("brings", "returned"))
    completes = exp.and_(
        exp.LT(this=before, expression=column("whole", "returned")),
        exp.GTE(this=column("brought_by_now", "returned"), expression=column("whole", "returned")),
    )
    flag = exp.Case(ifs=[exp.If(this=completes, true=literal(1))], default=literal(0))
    every = exp.Column(this=exp.Star(), table=exp.to_identifier(credits))
    query = exp.select(every, flag.as_("completes")).from_(credits)
    query = query.join("returned", on=_key("returned", credits), join_type="left")
    stages.add("credits_with_returns", query, "a return counts as one less where the last of its sale has come back")


def reversal_stages(setting: Setting, stages: Stages) -> None:
    """Returns at original terms give back, of each line of their sale, the share that has come back, as it was paid."""
    lines, mode = stages.last, setting.plan.rounding.mode
    columns = [column(name, "returned").as_(name) for name in ("id", "payee", "role")]
    columns += [_given_back(setting, part, mode).as_(part.name("given_back")) for part in setting.parts]
    query = exp.select(*columns).from_("returned")
    on = exp.and_(
        exp.EQ(this=column("id", "sale"), expression=column("original", "returned")),
        _same("payee", "sale", "returned"),
        _same("role", "sale", "returned"),
        exp.EQ(this=column("is_return", "sale"), expression=literal(0)),
        exp.LTE(this=column("day", "sale"), expression=column("day", "returned")),
    )
    query = query.join(exp.alias_(exp.to_table(lines), "sale", table=True), on=on, join_type="inner")
    stages.add_aside("given_back", query, "what returns give back of the lines of their sale")
    names = ["id", "payee", "day", "role", "period"]
    found = [column(name, lines).as_(name) for name in names]
    for part in setting.parts:
        back = exp.Coalesce(this=column(part.name("given_back"), "given_back"), expressions=[literal(0)])
        found.append(exp.Sub(this=column(part.name("paid"), lines), expression=back).as_(part.name("paid")))
    query = exp.select(*found).from_(lines).join("given_back", on=_key("given_back", lines), join_type="left")
    stages.add("settled", query, "and what each credit is paid after that")


def _given_back(setting: Setting, part: Part, mode: RoundingMode) -> exp.Expression:
    """Rounded in all, so that the returns of a whole sale give back exactly what it was paid."""

    def share(brought: exp.Expression) -> exp.Expression:
        def top() -> exp.Expression:
            return exp.Mul(this=column(part.name("paid"), "sale"), expression=brought.copy())

        return rounded(setting.dialect, top, lambda: column("whole", "returned"), mode)

    by_now = column("brought_by_now", "returned")
    before = exp.paren(exp.Sub(this=by_now.copy(), expression=column("brings", "returned")), copy=False)
    return exp.Sub(this=share(by_now), expression=exp.paren(share(before), copy=False))


def _differs(name: str) -> exp.Expression:
    return exp.NEQ(this=column(name, "sale"), expression=literal(0))


def _same(name: str, left: str, right: str) -> exp.Expression:
    return exp.EQ(this=column(name, left), expression=column(name, right))


def _key(left: str, right: str) -> exp.Expression:
    return exp.and_(*(_same(name, left, right) for name in ("id", "payee", "role")))
