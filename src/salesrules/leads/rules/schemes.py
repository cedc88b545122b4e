"""Which scheme handles a lead, and what it still lacks for a stage."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from salesrules.core import InvalidValue, PolicyReference, Reason, demand, nearest_names
from salesrules.leads import reasons as codes
from salesrules.leads.model import Lead, LeadFacts
from salesrules.leads.policy import ConditionForm, EntryCondition, HandlingScheme, LeadPolicy, LeadStage

__all__ = ["find_scheme", "find_scheme_of", "find_unmet_conditions"]


def find_scheme(lead: Lead, policy: LeadPolicy) -> HandlingScheme:
    """The scheme for the source and kind of a lead; the most specific one, a source counting more than a kind.

    Raises `InvalidValue` where no scheme is for them.
    """
    return find_scheme_of(lead.source, lead.kind, policy)


def find_scheme_of(source: str, kind: str, policy: LeadPolicy) -> HandlingScheme:
    """The scheme for leads of a source and a kind; raises as `find_scheme` does."""
    best: tuple[tuple[bool, bool], HandlingScheme] | None = None
    schemes = demand(policy.schemes, "leads.schemes")
    for scheme in schemes:
        fits = (not scheme.sources or source in scheme.sources) and (not scheme.kinds or kind in scheme.kinds)
        weight = (bool(scheme.sources), bool(scheme.kinds))
        if fits and (best is None or weight > best[0]):
            best = (weight, scheme)
    if best is None:
        near = nearest_names(source, [source for scheme in schemes for source in scheme.sources], 1)
        remedy = f"did you mean {near[0]!r}?" if near else "add a scheme for it, or one for all"
        raise InvalidValue("source", f"{source} ({kind})", remedy)
    return best[1]


def find_unmet_conditions(facts: LeadFacts, stage: LeadStage) -> Iterator[Reason]:
    """Every condition of a stage that a lead does not meet yet."""
    for condition in stage.conditions:
        found = facts.values.get(condition.field)
        if not _is_met(condition, found):
            yield codes.CONDITION_NOT_MET(
                lead=facts.lead.id,
                stage=stage.id,
                field=condition.field,
                form=condition.form,
                wanted=condition.number if condition.number is not None else condition.words,
                path=f"values.{condition.field}",
                policy=PolicyReference("EntryCondition", condition.id, "form"),
            )


def _is_met(condition: EntryCondition, found: object) -> bool:
    match condition.form:
        case ConditionForm.PRESENT:
            return found is not None and bool(str(found).strip())
        case ConditionForm.TRUE:
            return found is True
        case ConditionForm.ONE_OF:
            return found in condition.words
        case _:
            number = isinstance(found, int | Decimal | Fraction) and not isinstance(found, bool)
            is_exact = number and (not isinstance(found, Decimal) or found.is_finite())
            return is_exact and found >= condition.number  # type: ignore[operator]  # both are numbers
