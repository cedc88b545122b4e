"""The query that finds what a plan's query must not be given."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from salesrules.frames.compiled import LIMIT
from salesrules.frames.sql.dialects import literal
from salesrules.frames.sql.naming import column, field
from salesrules.frames.sql.setting import Part, Setting
from salesrules.frames.sql.stages import CREDITS, Stages, counts, held_stages, measure_stages

__all__ = ["check_query"]

Finding = tuple[str, str, exp.Select]


def check_query(setting: Setting, *, starts_and_ends: bool) -> exp.Select:
    """One row for each kind of fault that is there; days outside are one where the plan itself gives them."""
    stages = Stages()
    held_stages(setting, stages)
    measure_stages(setting, stages)
    findings = [*_of_credits(setting, starts_and_ends), *_of_quotas(setting)]
    for part in setting.parts:
        findings += _of_part(setting, part, stages.last)
    found: exp.Expression | None = None
    for code, concerns, select in findings:
        named = exp.select(
            exp.Literal.string(code).as_("finding"), exp.Literal.string(concerns).as_("concerns"), "found", "example"
        ).from_(exp.alias_(select.subquery(copy=False), "counted_rows", table=True))
        found = named if found is None else exp.Union(this=found, expression=named, distinct=False)
    assert found is not None
    stages.add("findings", found, "every kind of fault, and how often it is there")
    query = exp.select("finding", "concerns", "found", "example").from_("findings")
    return stages.query(query.where(exp.GT(this=column("found"), expression=literal(0))))


def _count(setting: Setting, source: exp.Expression, where: exp.Expression, example: exp.Expression) -> exp.Select:
    first = exp.Min(this=setting.dialect.as_text(example))
    return (
        exp.select(exp.Count(this=exp.Star()).as_("found"), first.as_("example")).from_(source).where(where)
    )


def _given(setting: Setting) -> exp.Expression:
    return exp.alias_(setting.credits.copy(), "given", table=True)


def _of_credits(setting: Setting, starts_and_ends: bool) -> Iterator[Finding]:
    def own(name: str) -> exp.Column:
        return field(setting.theirs(name), "given")

    read = ["id", "payee", "day", *(["role"] if setting.has_role else []), *setting.numbers]
    for name in read:
        # what has no id is shown by its payee
        shown = own("payee") if name == "id" else own("id")
        missing: exp.Expression = exp.Is(this=own(name), expression=exp.null())
        if name == "day":
            missing = exp.Is(this=setting.dialect.as_day(own(name)), expression=exp.null())
        yield "missing_value", name, _count(setting, _given(setting), missing, shown)
    for name, digits in setting.numbers.items():
        value = own(name) if not (setting.is_decimal and digits) else exp.Mul(
            this=own(name), expression=literal(10**digits)
        )
        in_units = setting.dialect.units(own(name), digits) if setting.is_decimal else setting.dialect.whole(own(name))
        finer = exp.NEQ(this=value, expression=in_units)
        yield "too_fine", name, _count(setting, _given(setting), finer, own("id"))
    if starts_and_ends:
        assert setting.days.end is not None
        outside = exp.or_(
            exp.LT(this=own("day"), expression=setting.dialect.day(setting.days.start)),
            exp.GTE(this=own("day"), expression=setting.dialect.day(setting.days.end)),
        )
        yield "not_in_force", "day", _count(setting, _given(setting), outside, own("id"))
    again = (
        exp.select(column("id"))
        .from_(CREDITS)
        .group_by(*(column(name) for name in setting.key()))
        .having(exp.GT(this=exp.Count(this=exp.Star()), expression=literal(1)))
    )
    yield "duplicate_id", "id", _all(setting, again, column("id"))
    if setting.has_original:
        sale = exp.and_(
            exp.EQ(this=column("id", "sale"), expression=column("original", "back")),
            exp.EQ(this=column("payee", "sale"), expression=column("payee", "back")),
            exp.EQ(this=column("role", "sale"), expression=column("role", "back")),
            exp.EQ(this=column("is_return", "sale"), expression=literal(0)),
        )
        lost = (
            exp.select(column("id", "back"))
            .from_(exp.alias_(exp.to_table(CREDITS), "back", table=True))
            .join(exp.alias_(exp.to_table(CREDITS), "sale", table=True), on=sale, join_type="left")
            .where(
                exp.and_(
                    exp.Not(this=exp.Is(this=column("original", "back"), expression=exp.null())),
                    exp.Is(this=column("id", "sale"), expression=exp.null()),
                )
            )
        )
        yield "unknown_original", "original", _all(setting, lost, column("id"))


def _all(setting: Setting, rows: exp.Select, example: exp.Expression) -> exp.Select:
    source = exp.alias_(rows.subquery(copy=False), "wrong", table=True)
    first = exp.Min(this=setting.dialect.as_text(example))
    return exp.select(exp.Count(this=exp.Star()).as_("found"), first.as_("example")).from_(source)


def _of_quotas(setting: Setting) -> Iterator[Finding]:
    for name, (measure, digits, _) in setting.held.items():
        source = f"{name}_held"
        low = exp.LTE(this=column("amount"), expression=literal(0))
        yield "not_above_zero", measure, _count(setting, exp.to_table(source), low, column("payee"))
        again = (
            exp.select(column("payee"))
            .from_(source)
            .group_by(column("payee"), column("period"))
            .having(exp.GT(this=exp.Count(this=exp.Star()), expression=literal(1)))
        )
        yield "duplicate_quota", measure, _all(setting, again, column("payee"))
        theirs = field(setting.quota_columns.get("amount", "amount"), "held")
        whose = field(setting.quota_columns.get("payee", "payee"), "held")
        value: exp.Expression = theirs.copy()
        in_units = setting.dialect.whole(theirs.copy())
        if setting.is_decimal and digits:
            value = exp.Mul(this=value, expression=literal(10**digits))
            in_units = setting.dialect.units(theirs.copy(), digits)
        finer: exp.Expression = exp.NEQ(this=value, expression=in_units)
        if setting.has_quota_measure:
            kind = field(setting.quota_columns.get("measure", "measure"), "held")
            finer = exp.and_(finer, exp.EQ(this=kind, expression=exp.Literal.string(measure)))
        table = exp.alias_(setting.quotas.copy(), "held", table=True)
        yield "too_fine", measure, _count(setting, table, finer, whose)


def _of_part(setting: Setting, part: Part, source: str) -> Iterator[Finding]:
    for name, code in ((part.quota, "missing_quota"), (part.target, "missing_target")):
        if name:
            moved = counts(setting, part)
            missing = exp.Is(this=column(name), expression=exp.null())
            where = missing if moved is None else exp.and_(moved, missing)
            yield code, part.component.id, _count(setting, exp.to_table(source), where, column("payee"))
    large = (
        exp.select(column("payee"))
        .from_(source)
        .group_by(column("payee"))
        .having(_too_large(setting, part))
    )
    yield "out_of_range", part.component.id, _all(setting, large, column("payee"))


def _too_large(setting: Setting, part: Part) -> exp.Expression:
    """Whether what a payee measures in all might earn more than 64 bits hold.

    Worked out in floating point, whose error is far below the factor of two and more that is left.
    """
    curve = part.component.curve
    limit = LIMIT // (2 * len(setting.parts))
    measured = exp.Sum(this=_real(exp.Abs(this=part.made("measure"))))
    rows = exp.Count(this=exp.Star())
    quota = _real(exp.Max(this=column(part.quota))) if part.quota else None
    target = _real(exp.Max(this=column(part.target))) if part.target else None

    def times(factor: int, *others: exp.Expression | None) -> exp.Expression:
        found = _real(literal(factor))
        for each in others:
            if each is not None:
                found = exp.Mul(this=found, expression=each.copy())
        return found

    bent = quota if curve.squares else None
    squares = max(map(abs, curve.squares), default=0)
    earned: exp.Expression = exp.Add(
        this=times(max(map(abs, curve.slopes)), measured, bent, target),
        expression=times(max(map(abs, curve.intercepts)), rows, quota, bent, target),
    )
    if squares:
        earned = exp.Add(this=earned, expression=times(squares, measured, measured, target))
    least = [times(2 * curve.denominator, measured), earned, times(curve.scale, *[quota] * curve.power)]
    if quota is not None:
        least.append(times(max((abs(key) for key in curve.keys), default=1), quota))
    return exp.or_(*(exp.GT(this=each, expression=_real(literal(limit))) for each in least))


def _real(value: exp.Expression) -> exp.Expression:
    return exp.cast(value, "DOUBLE")
