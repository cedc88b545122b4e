"""The stages of the query, each a common table expression that reads the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from salesrules.commissions import DIRECT, Filter, Measure
from salesrules.frames.sql.curves import total, zero_tier
from salesrules.frames.sql.setting import Part, Setting
from salesrules.frames.sql.tree import (
    all_of,
    any_of,
    case,
    column,
    every,
    is_missing,
    is_present,
    literal,
    minus,
    named,
    select,
    string,
    table,
)

__all__ = ["CREDITS", "Stages", "counts", "held_stages", "measure_stages", "move_stages", "running_sum"]

#: The stage with the credits as they are read.
CREDITS = "credits_in_units"


class Stages:
    """Stages in their order; `last` is the name of the one that the next one reads."""

    def __init__(self) -> None:
        self.ctes: list[exp.CTE] = []
        self.last = ""

    def add(self, name: str, query: exp.Expression, words: str) -> None:
        """Add a stage; `words` say what it does."""
        self.add_aside(name, query, words)
        self.last = name

    def add_aside(self, name: str, query: exp.Expression, words: str) -> None:
        """Add a stage that a later one looks things up in."""
        self.append(exp.CTE(this=query, alias=exp.TableAlias(this=exp.Identifier(this=name, quoted=False))), words)

    def append(self, cte: exp.CTE, words: str) -> None:
        """Add a stage that is made already, to look things up in."""
        cte.this.add_comments([words], prepend=True)
        self.ctes.append(cte)

    def keep(self, name: str, setting: Setting) -> None:
        """Say of a stage that several others read that it is to be worked out once, where a dialect must be told."""
        if setting.dialect.is_told_to_keep:
            next(cte for cte in self.ctes if cte.alias == name).set("materialized", True)

    def extend(self, name: str, added: Iterable[tuple[exp.Expression, str]], words: str) -> None:
        """Add a stage that has all columns of the last one, and more; nothing where there are no more."""
        columns = [named(value, each) for value, each in added]
        if columns:
            self.add(name, select([every(self.last), *columns], self.last), words)

    def query(self, made: exp.Select) -> exp.Select:
        """A query that begins with these stages."""
        made.set("with_", exp.With(expressions=self.ctes))
        return made


def held_stages(setting: Setting, stages: Stages) -> None:
    """The periods, and what payees hold in each: quotas and targets, in whole units."""
    spans, make = list(setting.spans), setting.dialect
    has_most = setting.plan.plan.cap is not None
    rows = []
    for each in setting.stretches:
        row = [make.day(each.start), make.day(each.end), *(string(each.labels[name]) for name in spans)]
        rows.append([*row, make.whole(literal(each.most))] if has_most and each.most is not None else row)
    columns = ["starts", "ends", *spans, *(["most"] if has_most else [])]
    words = "the periods, each from its first day until the next one's"
    if has_most:
        scale = setting.parts[0].component.curve.scale
        words += f"; most is the cap, in units of 1/{scale} of 10^-{setting.plan.rounding.digits}"
    stages.append(make.listed("periods", columns, rows), words)
    for name, (measure, digits, _) in setting.held.items():
        amount = setting.in_units(setting.held_field("amount"), digits)
        read = [named(setting.held_field(each), each) for each in ("payee", "period")]
        where = None
        if setting.has_quota_measure:
            where = exp.EQ(this=setting.held_field("measure"), expression=string(measure))
        query = select([*read, named(amount, "amount")], setting.held_source(), where=where)
        stages.add_aside(f"{name}_held", query, f"what payees hold of {measure}, in whole units of 10^-{digits}")


def measure_stages(setting: Setting, stages: Stages) -> None:
    """The credits in whole units with their periods and quotas, and what each component counts of them."""
    stages.add(CREDITS, _credits(setting), "the credits in whole units, with what they are paid by")
    if setting.has_original:
        from salesrules.frames.sql.returns import share_stages

        share_stages(setting, stages)
    measures = {part.name("measure"): _measure(setting, part) for part in setting.parts}
    stages.extend("counted", _pairs(measures), "what each component counts of a credit")


def _pairs(columns: Mapping[str, exp.Expression]) -> list[tuple[exp.Expression, str]]:
    return [(value, name) for name, value in columns.items()]


def _credits(setting: Setting) -> exp.Select:
    own, make = setting.own, setting.dialect
    columns: list[exp.Expression] = [named(own("id"), "id"), named(own("payee"), "payee")]
    columns.append(named(make.as_day(own("day")), "day"))
    columns.append(named(own("role") if setting.has_role else string(DIRECT), "role"))
    columns += [named(column(name, "periods"), name) for name in setting.spans]
    if setting.plan.plan.cap is not None:
        columns.append(named(column("most", "periods"), "most"))
    columns += [named(setting.in_units(own(name), digits), name) for name, digits in setting.numbers.items()]
    signs: list[exp.Expression] = [exp.LT(this=own(name), expression=literal(0)) for name in setting.numbers]
    if setting.has_original:
        columns.append(named(own("original"), "original"))
        signs.append(is_present(own("original")))
    columns.append(named(case((any_of(signs), literal(1)), default=literal(0)), "is_return"))
    columns += [named(own(theirs), name) for theirs, name in setting.attributes.items()]
    columns += [named(column("amount", f"{name}_held"), name) for name in setting.held]
    begun = exp.GTE(this=own("day"), expression=column("starts", "periods"))
    not_over = exp.LT(this=own("day"), expression=column("ends", "periods"))
    joins = [("inner", table("periods"), all_of([begun, not_over]))]
    for name, (_, _, span) in setting.held.items():
        whose = exp.EQ(this=column("payee", f"{name}_held"), expression=own("payee"))
        when = exp.EQ(this=column("period", f"{name}_held"), expression=column(span, "periods"))
        joins.append(("left", table(f"{name}_held"), all_of([whose, when])))
    return select(columns, setting.source(), joins=joins)


def _measure(setting: Setting, part: Part) -> exp.Expression:
    """What a component counts of a credit: its measure where role and filters let it, else nothing."""
    value: exp.Expression
    match part.component.measure:
        case Measure.AMOUNT:
            value = column("amount")
        case Measure.MARGIN:
            value = minus(column("amount"), column("cost"))
        case Measure.QUANTITY:
            value = column("quantity")
        case Measure.COUNT:
            back = exp.Neg(this=column("completes")) if setting.has_original else literal(0)
            is_return = exp.EQ(this=column("is_return"), expression=literal(1))
            value = case((is_return, back), default=literal(1))
    conditions = counts(setting, part)
    return case((all_of(conditions), value), default=literal(0)) if conditions else value


def counts(setting: Setting, part: Part) -> list[exp.Expression]:
    """The conditions under which a component counts a credit; none where it counts every one."""
    found: list[exp.Expression] = []
    roles = part.component.credits
    if setting.has_role:
        found.append(_in(column("role"), roles))
    elif DIRECT not in roles:
        found.append(exp.EQ(this=literal(0), expression=literal(1)))
    for each in part.component.filters:
        found += _passes(setting, each)
    if setting.plan.reverses and setting.has_original:  # it takes back what its sale was paid, and moves no measure
        found.append(is_missing(column("original")))
    return found


def _passes(setting: Setting, each: Filter) -> Iterable[exp.Expression]:
    name = setting.attributes[each.attribute]
    if each.one_of:
        yield _in(column(name), each.one_of)
    if each.none_of:
        yield any_of([is_missing(column(name)), exp.Not(this=_in(column(name), each.none_of))])


def _in(value: exp.Expression, words: Iterable[str]) -> exp.In:
    return exp.In(this=value, expressions=[string(word) for word in words])


def running_sum(setting: Setting, value: exp.Expression, by: Iterable[str]) -> exp.Expression:
    """A sum over the credits up to this one, of the same values in the columns `by`."""
    spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    window = exp.Window(
        this=exp.Sum(this=value),
        partition_by=[column(name) for name in by],
        order=exp.Order(expressions=setting.order()),
        spec=spec,
    )
    return setting.dialect.whole(window)


def move_stages(setting: Setting, stages: Stages) -> None:
    """The running measures, the tiers that they reach, and what they have earned there."""
    alone = setting.proportional
    stages.extend("proportional", [pair for part in alone for pair in _earned(part)], _unit_words(setting, alone))
    running: dict[str, exp.Expression] = {}
    before: dict[str, exp.Expression] = {}
    for part in setting.parts:
        if part.span:
            running[part.name("measured")] = running_sum(setting, part.made("measure"), ("payee", part.span))
            before[part.name("measured_before")] = minus(part.made("measured"), part.made("measure"))
    if alone:
        in_all = total([part.made("earned") for part in alone])
        running["proportional_in_all"] = running_sum(setting, in_all, ("payee", "period"))
        in_all = total([part.made("earned") for part in alone])
        before["proportional_before"] = minus(column("proportional_in_all"), in_all)
    stages.extend("running", _pairs(running), "what there is up to a credit, the credit itself included")
    stages.extend("moved", _pairs(before), "and what there was before it")
    tiers = [pair for part in setting.parts if part.has_tiers for pair in _tiers(part)]
    stages.extend("tiers", tiers, "the tier that a measure has reached, from 1")
    others = [part for part in setting.parts if part not in alone]
    stages.extend("earned", [pair for part in others for pair in _earned(part)], _unit_words(setting, others))


def _unit_words(setting: Setting, parts: Iterable[Part]) -> str:
    return f"what is earned ({'; '.join(_unit(setting, part) for part in parts)})"


def _unit(setting: Setting, part: Part) -> str:
    curve = part.component.curve
    quota = "".join(" times the quota" for _ in range(curve.power))
    return (
        f"{part.component.id} in 10^-{setting.plan.rounding.digits} {setting.plan.currency} over {curve.scale}{quota}"
    )


def _tiers(part: Part) -> Iterable[tuple[exp.Expression, str]]:
    if part.span:
        yield part.curve.tier(lambda: part.made("measured_before")), part.name("tier_before")
    yield part.curve.tier(lambda: part.made(part.moved)), part.name("tier")


def _earned(part: Part) -> Iterable[tuple[exp.Expression, str]]:
    curve = part.curve
    found = curve.earned(lambda: part.made(part.moved), lambda: part.made("tier"))
    if part.span:
        before = curve.earned(lambda: part.made("measured_before"), lambda: part.made("tier_before"))
        for value, word, measured in (
            (found, "earned_in_all", "measured"),
            (before, "earned_before", "measured_before"),
        ):
            if part.needs and not curve.earns_at_zero:  # who has sold nothing that counts needs no quota
                nothing = exp.EQ(this=part.made(measured), expression=literal(0))
                value = case((nothing, literal(0)), default=value)
            yield value, part.name(word)
        return
    if curve.earns_at_zero:
        found = minus(found, curve.piece(zero_tier(curve.compiled), None))
    yield part.if_moved(found), part.name("earned")
