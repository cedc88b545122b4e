"""The stages of the query, each a common table expression that reads the one before it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from salesrules.commissions import DIRECT, Filter, Measure
from salesrules.frames.sql.curves import total
from salesrules.frames.sql.dialects import literal
from salesrules.frames.sql.naming import column, field
from salesrules.frames.sql.setting import Part, Setting

__all__ = [
    "CREDITS",
    "Stages",
    "counts",
    "held_stages",
    "in_all",
    "line_stage",
    "measure_stages",
    "move_stages",
    "running_sum",
]

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
        self.append(exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(name))), words)

    def append(self, cte: exp.CTE, words: str) -> None:
        """Add a stage that is made already, to look things up in."""
        cte.this.add_comments([words], prepend=True)
        self.ctes.append(cte)

    def extend(self, name: str, added: Iterable[tuple[exp.Expression, str]], words: str) -> None:
        """Add a stage that has all columns of the last one, and more; nothing where there are no more."""
        columns = [exp.alias_(value, each) for value, each in added]
        if columns:
            every = exp.Column(this=exp.Star(), table=exp.to_identifier(self.last))
            self.add(name, exp.select(every, *columns).from_(self.last), words)

    def query(self, select: exp.Select) -> exp.Select:
        """A query that begins with these stages."""
        select.set("with_", exp.With(expressions=self.ctes))
        return select


def held_stages(setting: Setting, stages: Stages) -> None:
    """The periods, and what payees hold in each: quotas and targets, in whole units."""
    spans = list(setting.spans)
    has_most = setting.plan.plan.cap is not None
    make = setting.dialect
    rows = []
    for each in setting.stretches:
        row = [make.day(each.start), make.day(each.end), *(exp.Literal.string(each.labels[name]) for name in spans)]
        rows.append([*row, make.whole(literal(each.most))] if has_most and each.most is not None else row)
    columns = ["starts", "ends", *spans, *(["most"] if has_most else [])]
    words = "the periods, each from its first day until the next one's"
    if has_most:
        words += f"; most: the cap in units of {setting.parts[0].component.curve.scale} to the unit of pay"
    stages.append(make.listed("periods", columns, rows), words)
    for name, (measure, digits, _) in setting.held.items():
        is_money = digits == setting.plan.money_digits and setting.is_decimal
        amount = field(setting.quota_columns.get("amount", "amount"), "held")
        columns_read = [
            field(setting.quota_columns.get("payee", "payee"), "held").as_("payee"),
            field(setting.quota_columns.get("period", "period"), "held").as_("period"),
            (make.units(amount, digits) if is_money else make.whole(amount)).as_("amount"),
        ]
        query = exp.select(*columns_read).from_(exp.alias_(setting.quotas.copy(), "held", table=True))
        if setting.has_quota_measure:
            theirs = field(setting.quota_columns.get("measure", "measure"), "held")
            query = query.where(exp.EQ(this=theirs, expression=exp.Literal.string(measure)))
        stages.add_aside(f"{name}_held", query, f"what payees hold of {measure}, in whole units of 10^-{digits}")


def measure_stages(setting: Setting, stages: Stages) -> None:
    """The credits in whole units with their periods and quotas, and what each component counts of them."""
    stages.add(CREDITS, _credits(setting), "the credits in whole units, with what they are paid by")
    if setting.has_original:
        from salesrules.frames.sql.returns import share_stages

        share_stages(setting, stages)
    measures = [(_measure(setting, part), part.name("measure")) for part in setting.parts]
    stages.extend("counted", measures, "what each component counts of a credit")


def _credits(setting: Setting) -> exp.Select:
    make = setting.dialect

    def own(name: str) -> exp.Column:
        return field(setting.theirs(name), "given")

    columns: list[exp.Expression] = [own("id").as_("id"), own("payee").as_("payee")]
    columns.append(make.as_day(own("day")).as_("day"))
    role = own("role") if setting.has_role else exp.Literal.string(DIRECT)
    columns.append(exp.alias_(role, "role"))
    columns += [column(name, "periods").as_(name) for name in setting.spans]
    if setting.plan.plan.cap is not None:
        columns.append(column("most", "periods").as_("most"))
    signs = []
    for name, digits in setting.numbers.items():
        in_units = make.units(own(name), digits) if setting.is_decimal else make.whole(own(name))
        columns.append(in_units.as_(name))
        signs.append(exp.LT(this=own(name), expression=literal(0)))
    if setting.has_original:
        columns.append(own("original").as_("original"))
        signs.append(exp.Not(this=exp.Is(this=own("original"), expression=exp.null())))
    is_return = exp.Case(ifs=[exp.If(this=exp.or_(*signs), true=literal(1))], default=literal(0))
    columns.append(is_return.as_("is_return"))
    columns += [own(theirs).as_(name) for theirs, name in setting.attributes.items()]
    columns += [column("amount", f"{name}_held").as_(name) for name in setting.held]
    begun = exp.GTE(this=own("day"), expression=column("starts", "periods"))
    not_over = exp.LT(this=own("day"), expression=column("ends", "periods"))
    query = exp.select(*columns).from_(exp.alias_(setting.credits.copy(), "given", table=True))
    query = query.join("periods", on=exp.and_(begun, not_over), join_type="inner")
    for name, (_, _, span) in setting.held.items():
        whose = exp.EQ(this=column("payee", f"{name}_held"), expression=own("payee"))
        when = exp.EQ(this=column("period", f"{name}_held"), expression=column(span, "periods"))
        query = query.join(f"{name}_held", on=exp.and_(whose, when), join_type="left")
    return query


def _measure(setting: Setting, part: Part) -> exp.Expression:
    """What a component counts of a credit: its measure where role and filters let it, else nothing."""
    value: exp.Expression
    match part.component.measure:
        case Measure.AMOUNT:
            value = column("amount")
        case Measure.MARGIN:
            value = exp.Sub(this=column("amount"), expression=column("cost"))
        case Measure.QUANTITY:
            value = column("quantity")
        case Measure.COUNT:
            back = exp.Neg(this=column("completes")) if setting.has_original else literal(0)
            is_return = exp.EQ(this=column("is_return"), expression=literal(1))
            value = exp.Case(ifs=[exp.If(this=is_return, true=back)], default=literal(1))
    condition = counts(setting, part)
    if condition is None:
        return value
    return exp.Case(ifs=[exp.If(this=condition, true=value)], default=literal(0))


def counts(setting: Setting, part: Part) -> exp.Expression | None:
    """Whether a component counts a credit; `None` where it counts every one."""
    conditions: list[exp.Expression] = []
    roles = part.component.credits
    if setting.has_role:
        conditions.append(_in(column("role"), roles))
    elif DIRECT not in roles:
        conditions.append(exp.EQ(this=literal(0), expression=literal(1)))
    for each in part.component.filters:
        conditions += _passes(setting, each)
    if setting.plan.reverses and setting.has_original:  # it takes back what its sale was paid, and moves no measure
        conditions.append(exp.Is(this=column("original"), expression=exp.null()))
    return exp.and_(*conditions) if conditions else None


def _passes(setting: Setting, each: Filter) -> Iterable[exp.Expression]:
    name = setting.attributes[each.attribute]
    if each.one_of:
        yield _in(column(name), each.one_of)
    if each.none_of:
        missing = exp.Is(this=column(name), expression=exp.null())
        yield exp.paren(exp.or_(missing, exp.Not(this=_in(column(name), each.none_of))), copy=False)


def _in(value: exp.Expression, words: Iterable[str]) -> exp.In:
    return exp.In(this=value, expressions=[exp.Literal.string(word) for word in words])


def running_sum(setting: Setting, value: exp.Expression, by: Iterable[str]) -> exp.Expression:
    """A sum over the credits up to this one, of the same values in the columns `by`."""
    spec = exp.WindowSpec(
        kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"
    )
    window = exp.Window(
        this=exp.Sum(this=value),
        partition_by=[column(name) for name in by],
        order=exp.Order(expressions=setting.order()),
        spec=spec,
    )
    return setting.dialect.whole(window)


def move_stages(setting: Setting, stages: Stages) -> None:
    """The running measures, the tiers that they reach, and what they have earned there."""
    running = [
        (running_sum(setting, part.made("measure"), ("payee", part.span)), part.name("measured"))
        for part in setting.parts
        if part.span
    ]
    stages.extend("running", running, "what is measured up to a credit, the credit itself included")
    before = [
        (exp.Sub(this=part.made("measured"), expression=part.made("measure")), part.name("measured_before"))
        for part in setting.parts
        if part.span
    ]
    stages.extend("moved", before, "and what was measured before it")
    tiers = []
    for part in setting.parts:
        if len(part.component.curve.slopes) == 1:
            continue
        curve = part.curve
        if part.span:
            tiers.append((curve.tier(lambda part=part: part.made("measured_before")), part.name("tier_before")))
            tiers.append((curve.tier(lambda part=part: part.made("measured")), part.name("tier")))
        else:
            tiers.append((curve.tier(lambda part=part: part.made("measure")), part.name("tier")))
    stages.extend("tiers", tiers, "the tier before and after a credit, from 1")
    earned = [pair for part in setting.parts for pair in _earned(part)]
    words = "; ".join(
        f"{part.component.id}: in units of 1/{part.component.curve.scale}"
        + (" of the unit of pay" if not part.component.curve.power else " and of the quota")
        for part in setting.parts
    )
    stages.extend("earned", earned, f"what the measures have earned before and after a credit ({words})")


def _earned(part: Part) -> Iterable[tuple[exp.Expression, str]]:
    curve = part.curve
    if not part.span:
        found = curve.earned(lambda: part.made("measure"), lambda: part.made("tier"))
        if curve.earns_at_zero:
            from salesrules.frames.sql.curves import zero_tier

            found = exp.Sub(this=found, expression=exp.paren(curve.piece(zero_tier(curve.compiled), None), copy=False))
        yield _if_moved(part, found), part.name("earned")
        return
    yield curve.earned(lambda: part.made("measured"), lambda: part.made("tier")), part.name("earned_in_all")
    before = curve.earned(lambda: part.made("measured_before"), lambda: part.made("tier_before"))
    yield before, part.name("earned_before")


def _if_moved(part: Part, value: exp.Expression) -> exp.Expression:
    """Zero where nothing was counted, so that no quota is needed for that."""
    if not part.needs:
        return value
    nothing = exp.EQ(this=part.made("measure"), expression=literal(0))
    return exp.Case(ifs=[exp.If(this=nothing, true=literal(0))], default=value)


def line_stage(setting: Setting, stages: Stages) -> None:
    """What each credit has earned in each component, and in all."""
    lines = []
    for part in setting.parts:
        if part.span:
            move = exp.Sub(this=part.made("earned_in_all"), expression=part.made("earned_before"))
            lines.append((_if_moved(part, move), part.name("earned")))
    stages.extend("lines", lines, "what a credit earns: the one less the other")


def in_all(setting: Setting, word: str, parts: Iterable[Part] | None = None) -> exp.Expression:
    """The sum of a column over components."""
    return total([part.made(word) for part in (setting.parts if parts is None else parts)])
