"""What is wrong with a policy beyond its single fields."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from salesrules.core import Fault
from salesrules.expenses.policy import (
    BudgetControl,
    BudgetPolicy,
    ClaimPolicy,
    ExpenseLimit,
    ExpensePolicy,
    ReviewPolicy,
)

__all__ = ["check_policy"]

#: What a claim's table calls its own commands and states, so that no step can have these names.
_TAKEN = frozenset({"start", "edit", "submit", "revise", "withdraw", "acknowledge"})


def check_policy(policy: ExpensePolicy) -> tuple[Fault, ...]:
    """The faults of a policy across its fields, all at once, with paths inside the section.

    Two entries of a list with one id; tolerances that grow milder, or say nothing of low use; controls or limits of
    which none says more closely than the other what it is for; unknown categories; amounts in another currency than
    claims are paid in; reviews that a claim could pass without any, or whose names the table needs itself.

    >>> from datetime import date
    >>> from salesrules.core import DateRange, PolicyLife
    >>> draft = PolicyLife(status="draft", scope="all", owner="finance", effective=DateRange(date(2026, 1, 1)))
    >>> check_policy(ExpensePolicy(life=draft))
    ()
    """
    return (
        *(_budget_faults(policy.budgets) if policy.budgets else ()),
        *(_claim_faults(policy.claims) if policy.claims else ()),
        *(_review_faults(policy.reviews, policy.claims) if policy.reviews else ()),
    )


def _fault(code: str, path: str, problem: str, remedy: str, value: Any) -> Fault:
    return Fault(code=f"expenses.{code}", path=path, problem=problem, remedy=remedy, value=value)


def _duplicates(field: str, ids: Iterable[str]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, id in enumerate(ids):
        first = seen.setdefault(id, index)
        if first != index:
            problem = f"{field}[{first}] has the same id"
            yield _fault("duplicate_id", f"{field}[{index}].id", problem, "give every entry an id of its own", id)


def _budget_faults(policy: BudgetPolicy) -> Iterator[Fault]:
    yield from _duplicates("budgets.controls", (control.id for control in policy.controls))
    for index, control in enumerate(policy.controls):
        path, bands = f"budgets.controls[{index}].tolerances", control.tolerances.bands
        if bands[0].start is not None and bands[0].start > 0:
            remedy = "let the first band start at 0 or leave its bound out"
            yield _fault("tolerance_gap", path, "nothing is said of lower use", remedy, str(bands[0].start))
        if control.tolerances.end is not None:
            remedy = "leave the last band open above"
            yield _fault("tolerance_gap", path, "nothing is said of higher use", remedy, str(control.tolerances.end))
        for place, (milder, severer) in enumerate(itertools.pairwise(bands), start=1):
            if severer.value.weight <= milder.value.weight:
                problem, remedy = "the action is no severer than the one below", "let actions grow severer with use"
                yield _fault("tolerance_order", f"{path}.bands[{place}]", problem, remedy, severer.value.value)
    for (first, one), (second, other) in itertools.combinations(enumerate(policy.controls), 2):
        if one.span is other.span and one.specificity == other.specificity and _meet(one, other):
            problem = f"budgets.controls[{first}] holds for some of the same lines, and is as specific"
            remedy = "name what sets them apart, or the lines themselves"
            yield _fault("ambiguous_control", f"budgets.controls[{second}]", problem, remedy, other.id)


def _meet(one: BudgetControl, other: BudgetControl) -> bool:
    """Whether one line could match both; where `lines` are named, only these can."""
    return all(
        _share(getattr(one, field), getattr(other, field)) for field in ("lines", "units", "categories", "levels")
    )


def _share(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two lists of names, of which an empty one means all, have something in common."""
    return not one or not other or not set(one).isdisjoint(other)


def _claim_faults(policy: ClaimPolicy) -> Iterator[Fault]:
    yield from _duplicates("claims.categories", (category.id for category in policy.categories))
    yield from _duplicates("claims.evidence", (rule.id for rule in policy.evidence))
    yield from _duplicates("claims.limits", (limit.id for limit in policy.limits))
    known = {category.id for category in policy.categories}
    named = [
        *((f"claims.evidence[{index}]", rule.categories) for index, rule in enumerate(policy.evidence)),
        *((f"claims.limits[{index}]", limit.categories) for index, limit in enumerate(policy.limits)),
    ]
    for where, categories in named:
        for place, category in enumerate(categories):
            if category not in known:
                path, remedy = f"{where}.categories[{place}]", f"name one of {sorted(known)}"
                yield _fault("unknown_category", path, "there is no such category", remedy, category)
    for index, rule in enumerate(policy.evidence):
        start = rule.required.bands[0].start
        if start is not None and start > 0:
            remedy = "let the first band start at 0 or leave its bound out"
            path = f"claims.evidence[{index}].required"
            yield _fault("evidence_gap", path, "nothing is said of smaller amounts", remedy, str(start))
        if rule.required.end is not None:
            path, remedy = f"claims.evidence[{index}].required", "leave the last band open above"
            yield _fault("evidence_gap", path, "nothing is said of larger amounts", remedy, str(rule.required.end))
    for index, limit in enumerate(policy.limits):
        if not limit.categories:
            path = f"claims.limits[{index}].categories"
            yield _fault("limit_for_nothing", path, "the limit is for nothing", "name its categories", [])
        if limit.amount.currency != policy.currency:
            path, remedy = f"claims.limits[{index}].amount", f"give an amount in {policy.currency}"
            yield _fault("other_currency", path, "claims are paid in another currency", remedy, str(limit.amount))
    classes = {*policy.cities.values(), policy.city_class}
    for index, limit in enumerate(policy.limits):
        for place, name in enumerate(limit.city_classes):
            if name not in classes:
                path, remedy = f"claims.limits[{index}].city_classes[{place}]", f"name one of {sorted(classes)}"
                yield _fault("unknown_city_class", path, "no city is of this class", remedy, name)
    for (first, one), (second, other) in itertools.combinations(enumerate(policy.limits), 2):
        if one.specificity == other.specificity and _clash(one, other):
            problem = f"claims.limits[{first}] holds for some of the same expenses, and is as specific"
            remedy = "end one where the other begins, or name what sets them apart"
            yield _fault("ambiguous_limit", f"claims.limits[{second}]", problem, remedy, other.id)


def _clash(one: ExpenseLimit, other: ExpenseLimit) -> bool:
    return (
        one.per is other.per
        and not set(one.categories).isdisjoint(other.categories)
        and one.effective.overlaps(other.effective)
        and _share(one.ranks, other.ranks)
        and _share(one.city_classes, other.city_classes)
    )


def _review_faults(policy: ReviewPolicy, claims: ClaimPolicy | None) -> Iterator[Fault]:
    yield from _duplicates("reviews.steps", (step.id for step in policy.steps))
    yield from _duplicates("reviews.payment", (step.id for step in policy.payment))
    if all(step.may_be_skipped for step in policy.steps):
        problem = "a claim could be paid without any review"
        yield _fault("no_review", "reviews.steps", problem, "let at least one step be asked of every claim", None)
    commands = {f"{step.id}_{word}" for step in policy.steps for word in ("approve", "return", "reject")}
    for index, payment in enumerate(policy.payment):
        if payment.id in _TAKEN | commands:
            path, remedy = f"reviews.payment[{index}].id", "name the step otherwise"
            yield _fault("taken_name", path, "the claim has a command of this name already", remedy, payment.id)
    for index, step in enumerate(policy.steps):
        if not step.id.isidentifier():
            path, remedy = f"reviews.steps[{index}].id", "use letters, digits and underscores only"
            yield _fault("bad_name", path, "this cannot be a part of a command's name", remedy, step.id)
        amount = step.from_amount
        if amount is not None and claims is not None and amount.currency != claims.currency:
            path, remedy = f"reviews.steps[{index}].from_amount", f"give an amount in {claims.currency}"
            yield _fault("other_currency", path, "claims are paid in another currency", remedy, str(amount))
