"""What is wrong with a credit policy beyond its single fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salesrules.core import Fault, Money, Outcome, Rate, exact_sum, nearest_names
from salesrules.credit.policy import CreditPolicy, GradingPolicy, LimitPolicy, NewCustomerGate

__all__ = ["check_policy"]


def check_policy(policy: CreditPolicy) -> tuple[Fault, ...]:
    """The faults of a policy across its fields, all at once, with paths inside the section.

    Ids used twice; weights that do not sum to 100 %; grades that gates, terms or rules name and the grading does not
    know; grades without terms; seasons that overlap or go too far; amounts in another currency; a rule that refers
    where nothing can be released.
    """
    return (
        *_duplicate_ids("grading.factors", [factor.id for factor in policy.grading.factors]),
        *_duplicate_ids("grading.gates", [gate.id for gate in policy.grading.gates]),
        *_duplicate_ids("limits.terms", [terms.grade for terms in policy.limits.terms], field="grade"),
        *_duplicate_ids("limits.seasons", [season.id for season in policy.limits.seasons]),
        *_duplicate_ids("rules", [rule.id for rule in policy.rules]),
        *_weights(policy.grading),
        *_grades(policy),
        *_seasons(policy.limits),
        *_currencies(policy),
        *_releases(policy),
    )


def _duplicate_ids(path: str, ids: Iterable[str], *, field: str = "id") -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, id in enumerate(ids):
        first = seen.setdefault(id, index)
        if first != index:
            yield _fault(
                "duplicate_id",
                f"{path}[{index}].{field}",
                f"{path}[{first}] has the same {field}",
                f"give every entry a {field} of its own",
                id,
            )


def _weights(grading: GradingPolicy) -> Iterator[Fault]:
    whole = exact_sum(factor.weight.value for factor in grading.factors)
    if whole != 1:
        yield _fault(
            "weights_differ",
            "grading.factors",
            "the weights do not sum to 100%",
            "change them until they do",
            str(Rate(whole)),
        )


def _grades(policy: CreditPolicy) -> Iterator[Fault]:
    known = policy.grading.order
    bands = [band.value for band in policy.grading.grades.bands]
    if len(known) < len(bands):
        yield _fault(
            "grade_doubled",
            "grading.grades",
            "a grade has two bands",
            "give each grade one band, the worst first",
            ", ".join(bands),
        )
    named: list[tuple[str, str]] = []
    for index, gate in enumerate(policy.grading.gates):
        if isinstance(gate, NewCustomerGate):
            named.append((f"grading.gates[{index}].at_most", gate.at_most))
        else:
            named += [
                (f"grading.gates[{index}].grades.bands[{place}].value", band.value)
                for place, band in enumerate(gate.grades.bands)
            ]
    named += [(f"limits.terms[{index}].grade", terms.grade) for index, terms in enumerate(policy.limits.terms)]
    named += [
        (f"rules[{index}].grades[{place}]", grade)
        for index, rule in enumerate(policy.rules)
        for place, grade in enumerate(rule.grades)
    ]
    for path, grade in named:
        if grade not in known:
            near = " or ".join(nearest_names(grade, known)) or ", ".join(known)
            yield _fault("unknown_grade", path, "no band of the score gives this grade", f"give {near}", grade)
    for grade in known:
        if policy.limits.terms_of(grade) is None:
            yield _fault("grade_without_terms", "limits.terms", "a grade has no terms", "add its terms", grade)


def _seasons(limits: LimitPolicy) -> Iterator[Fault]:
    for index, season in enumerate(limits.seasons):
        path = f"limits.seasons[{index}]"
        if abs(season.adjust.value) > limits.maximum_season.value:
            yield _fault(
                "season_too_large",
                f"{path}.adjust",
                f"seasons change limits by at most {limits.maximum_season} either way",
                "give less, or raise maximum_season",
                str(season.adjust),
            )
        for first, other in enumerate(limits.seasons[:index]):
            if other.effective.overlaps(season.effective):
                yield _fault(
                    "seasons_overlap",
                    f"{path}.effective",
                    f"limits.seasons[{first}] holds on some of these days",
                    "end one where the other starts",
                    str(season.effective),
                )


def _currencies(policy: CreditPolicy) -> Iterator[Fault]:
    given: list[tuple[str, Money | None]] = [("limits.maximum", policy.limits.maximum)]
    if policy.dunning is not None:
        given.append(("dunning.minimum", policy.dunning.minimum))
    for path, money in given:
        if money is not None and money.currency != policy.currency:
            yield _fault(
                "other_currency",
                path,
                f"the section is in {policy.currency}",
                f"give it in {policy.currency}",
                str(money),
            )


def _releases(policy: CreditPolicy) -> Iterator[Fault]:
    if policy.releases is not None:
        return
    for index, rule in enumerate(policy.rules):
        if any(band.value is Outcome.REFER for band in rule.levels.bands):
            yield _fault(
                "nothing_to_release",
                f"rules[{index}].levels",
                "it refers, and the rulebook says nothing of releases",
                "add the section releases, or deny",
                rule.id,
            )


def _fault(code: str, path: str, problem: str, remedy: str, value: str) -> Fault:
    return Fault(code=f"credit.{code}", path=path, problem=problem, remedy=remedy, value=value)
