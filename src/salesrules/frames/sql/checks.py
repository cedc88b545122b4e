"""The query that finds what a plan's query must not be given."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp

from salesrules.frames.compiled import LIMIT
from salesrules.frames.sql.returns import sale_of
from salesrules.frames.sql.setting import Part, Setting
from salesrules.frames.sql.stages import CREDITS, Stages, counts, held_stages, measure_stages
from salesrules.frames.sql.tree import (
    Made,
    all_of,
    any_of,
    cast,
    column,
    is_missing,
    is_present,
    literal,
    named,
    rows,
    select,
    string,
    table,
    union,
)

__all__ = ["check_query"]

#: What is wrong, of what, and the query that counts it.
Finding = tuple[str, str, exp.Select]


def check_query(setting: Setting, *, starts_and_ends: bool) -> exp.Select:
    """One row for each kind of fault that is there; days outside are one where the plan itself gives them."""
    stages = Stages()
    held_stages(setting, stages)
    measure_stages(setting, stages)
    findings = [*_of_credits(setting, starts_and_ends), *_of_quotas(setting)]
    for part in setting.parts:
        findings += _of_part(setting, part, stages.last)
    queries = []
    for code, concerns, query in findings:
        head = [named(string(code), "finding"), named(string(concerns), "concerns")]
        queries.append(select([*head, column("found"), column("example")], rows(query, "counted_rows")))
    stages.add("findings", union(queries), "every kind of fault, and how often it is there")
    columns = [column(name) for name in ("finding", "concerns", "found", "example")]
    is_there = exp.GT(this=column("found"), expression=literal(0))
    return stages.query(select(columns, "findings", where=is_there))


def _count(
    setting: Setting, source: exp.Expression, example: exp.Expression, where: exp.Expression | None = None
) -> exp.Select:
    first = exp.Min(this=setting.dialect.as_text(example))
    return select([named(exp.Count(this=exp.Star()), "found"), named(first, "example")], source, where=where)


def _count_rows(setting: Setting, query: exp.Select, example: str) -> exp.Select:
    return _count(setting, rows(query, "wrong"), column(example))


def _twice(
    source: exp.Expression, shown: exp.Expression, key: list[exp.Column], where: exp.Expression | None = None
) -> exp.Select:
    often = exp.GT(this=exp.Count(this=exp.Star()), expression=literal(1))
    return select([shown], source, where=where, group=key, having=often)


def _of_credits(setting: Setting, starts_and_ends: bool) -> Iterator[Finding]:
    own = setting.own
    for name in ["id", "payee", "day", *(["role"] if setting.has_role else []), *setting.numbers]:
        value = setting.dialect.as_day(own(name)) if name == "day" else own(name)
        shown = own("payee" if name == "id" else "id")
        yield "missing_value", name, _count(setting, setting.source(), shown, is_missing(value))
    for name, digits in setting.numbers.items():
        yield "too_fine", name, _count(setting, setting.source(), own("id"), _is_finer(setting, own, name, digits))
    inside = _inside(setting)
    if starts_and_ends:
        outside = exp.Not(this=exp.Paren(this=inside.copy()))
        yield "not_in_force", "day", _count(setting, setting.source(), own("id"), outside)
    key = [own(name) for name in setting.key()]
    again = _twice(setting.source(), named(exp.Min(this=own("id")), "id"), key, inside)
    yield "duplicate_id", "id", _count_rows(setting, again, "id")
    if setting.has_original:
        lost = select(
            [named(column("id", "back"), "id")],
            table(CREDITS, "back"),
            joins=[("left", table(CREDITS, "sale"), sale_of("back"))],
            where=all_of([is_present(column("original", "back")), is_missing(column("id", "sale"))]),
        )
        yield "unknown_original", "original", _count_rows(setting, lost, "id")


def _inside(setting: Setting) -> exp.Expression:
    """Whether the day of a credit is among those that are paid."""
    assert setting.days.end is not None
    first, end = (setting.dialect.day(day) for day in (setting.days.start, setting.days.end))
    day = setting.own("day")
    return all_of([exp.GTE(this=day, expression=first), exp.LT(this=day.copy(), expression=end)])


def _is_finer(setting: Setting, own: Callable[[str], exp.Expression], name: str, digits: int) -> exp.Expression:
    value = own(name)
    if setting.is_decimal and digits:
        value = exp.Mul(this=value, expression=literal(10**digits))
    return exp.NEQ(this=value, expression=setting.in_units(own(name), digits))


def _of_quotas(setting: Setting) -> Iterator[Finding]:
    held = setting.held_field
    for name, (measure, digits, _) in setting.held.items():
        low = exp.LTE(this=column("amount"), expression=literal(0))
        yield "not_above_zero", measure, _count(setting, table(f"{name}_held"), column("payee"), low)
        key = [column("payee"), column("period")]
        again = _twice(table(f"{name}_held"), named(exp.Min(this=column("payee")), "payee"), key)
        yield "duplicate_quota", measure, _count_rows(setting, again, "payee")
        finer = _is_finer(setting, held, "amount", digits)
        if setting.has_quota_measure:
            finer = all_of([finer, exp.EQ(this=held("measure"), expression=string(measure))])
        yield "too_fine", measure, _count(setting, setting.held_source(), held("payee"), finer)


def _of_part(setting: Setting, part: Part, source: str) -> Iterator[Finding]:
    for name, code in ((part.quota, "missing_quota"), (part.target, "missing_target")):
        if name:
            where = all_of([*counts(setting, part), is_missing(column(name))])
            yield code, part.component.id, _count(setting, table(source), column("payee"), where)
    large = select([column("payee")], source, group=[column("payee")], having=_is_large(setting, part))
    yield "out_of_range", part.component.id, _count_rows(setting, large, "payee")


def _is_large(setting: Setting, part: Part) -> exp.Expression:
    """Whether what a payee measures in all might earn more than 64 bits hold.

    Worked out in floating point, whose error is far below the factor of two and more that is left.
    """
    curve = part.component.curve
    quota = (lambda: _real(exp.Max(this=column(part.quota))),) if part.quota else ()
    target = (lambda: _real(exp.Max(this=column(part.target))),) if part.target else ()

    def measured() -> exp.Expression:
        return exp.Sum(this=_real(exp.Abs(this=part.made("measure"))))

    def often() -> exp.Expression:
        return exp.Count(this=exp.Star())

    def times(factor: int, *others: Made) -> exp.Expression:
        found: exp.Expression = _real(literal(factor))
        for each in others:
            found = exp.Mul(this=found, expression=each())
        return found

    bent = quota if curve.squares else ()
    widest = [max(map(abs, each), default=0) for each in (curve.squares, curve.slopes, curve.intercepts)]
    terms = [
        times(widest[0], measured, measured, *target),
        times(widest[1], measured, *bent, *target),
        times(widest[2], often, *quota, *bent, *target),
    ]
    earned = [term for term, factor in zip(terms, widest, strict=True) if factor]
    sizes = [times(2 * curve.denominator, measured)]
    if earned:
        sizes.append(_sum(earned))
    if quota:
        sizes.append(times(max([1, *map(abs, curve.keys)]), *quota))
        sizes.append(times(curve.scale, *(curve.power * quota)))
    limit = LIMIT // (2 * len(setting.parts))
    return any_of([exp.GT(this=each, expression=_real(literal(limit))) for each in sizes])


def _sum(terms: list[exp.Expression]) -> exp.Expression:
    found = terms[0]
    for term in terms[1:]:
        found = exp.Add(this=found, expression=term)
    return found


def _real(value: exp.Expression) -> exp.Expression:
    return cast(value, "DOUBLE")
