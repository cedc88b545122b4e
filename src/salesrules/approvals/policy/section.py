"""The section `approvals` of a rulebook: steps, matrices, and how the requests of each kind of act are handled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import attrs

from salesrules.approvals.model import ApprovalRequest, ApprovalStep, Approver, BodyApprover, value_reader
from salesrules.approvals.policy.matrix import ApprovalMatrix
from salesrules.core import (
    DateRange,
    Decision,
    InvalidValue,
    PolicyLife,
    UnknownName,
    WordEnum,
    as_tuple,
    check_life,
    is_named,
    nearest_names,
)

__all__ = ["ApprovalPolicy", "ApprovalRule", "SameReviewer"]


def _one_person(instance: object, attribute: attrs.Attribute[Approver | None], value: object) -> None:
    if isinstance(value, BodyApprover):
        raise InvalidValue(attribute.name, value.body, "a body votes in a step of its own; name who decides alone")


class SameReviewer(WordEnum):
    """What becomes of steps behind which one and the same person stands.

    `AGAIN`: they say yes in each of them; `ONCE`: their yes also counts in the steps after it that only they would
    decide; `DISTINCT`: nobody decides two steps, so another stands in.
    """

    AGAIN = "again"
    ONCE = "once"
    DISTINCT = "distinct"


@attrs.frozen(kw_only=True)
class ApprovalRule:
    """How requests of some acts are handled (no `acts`: of all that no other rule names).

    Requests add up before the band is chosen where all values of `combine_by` agree, such as party, matter and day;
    nothing adds up without any. A change of one of `material_fields` (fields, attributes, measures or amounts of the
    request) restarts the route. `last_resort` decides where nobody else may. `rejection_reasons` and
    `return_reasons` are the codes that a no and a return may give; without any, a text is enough. `read_key` reads
    the values of `combine_by`.
    """

    id: str = attrs.field(validator=is_named)
    effective: DateRange
    acts: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    same_reviewer: SameReviewer = attrs.field(converter=SameReviewer)
    material_fields: tuple[str, ...] = attrs.field(converter=as_tuple)
    combine_by: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    last_resort: Approver | None = attrs.field(default=None, validator=_one_person)
    rejection_reasons: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    return_reasons: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    read_key: Callable[[ApprovalRequest], tuple[Any, ...]] = attrs.field(
        init=False, repr=False, eq=False, default=attrs.Factory(lambda self: value_reader(self.combine_by), True)
    )


#: What is found for an act on a day: whether the policy decides, the rule if there is one, the matrices.
Handling = tuple[Decision, ApprovalRule | None, tuple[ApprovalMatrix, ...]]
#: How many acts and days are remembered before the memory is emptied.
_REMEMBERED = 1_000


@attrs.frozen(kw_only=True)
class ApprovalPolicy:
    """The section `approvals` of a rulebook.

    `steps` are the steps that rows name: a firm adds, drops and renames them here.
    """

    life: PolicyLife
    steps: tuple[ApprovalStep, ...] = attrs.field(converter=as_tuple)
    matrices: tuple[ApprovalMatrix, ...] = attrs.field(converter=as_tuple)
    rules: tuple[ApprovalRule, ...] = attrs.field(converter=as_tuple)
    _steps: Mapping[str, ApprovalStep] = attrs.field(init=False, repr=False, eq=False)
    _matrices: Mapping[str, tuple[ApprovalMatrix, ...]] = attrs.field(init=False, repr=False, eq=False)
    _found: dict[tuple[str, date], Handling] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        by_act: dict[str, tuple[ApprovalMatrix, ...]] = {}
        for matrix in self.matrices:
            for act in dict.fromkeys(matrix.acts):
                by_act[act] = (*by_act.get(act, ()), matrix)
        object.__setattr__(self, "_steps", {step.id: step for step in self.steps})
        object.__setattr__(self, "_matrices", by_act)
        object.__setattr__(self, "_found", {})

    def find_handling(self, act: str, day: date) -> Handling:
        """Whether the policy decides on a day, the rule for an act and its matrices, each looked for once."""
        known = self._found.get((act, day))
        if known is None:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            life = check_life(self.life, day, "ApprovalPolicy")
            known = self._found[act, day] = life, self.find_rule(act, day), self.find_matrices(act, day)
        return known

    def step(self, id: str) -> ApprovalStep:
        """The step of that id; raises `UnknownName`."""
        try:
            return self._steps[id]
        except KeyError:
            raise UnknownName("step", id, nearest_names(id, self._steps)) from None

    def find_matrices(self, act: str, day: date) -> tuple[ApprovalMatrix, ...]:
        """The matrices for an act on a day, in their order."""
        return tuple(matrix for matrix in self._matrices.get(act, ()) if day in matrix.effective)

    def find_rule(self, act: str, day: date) -> ApprovalRule | None:
        """The rule that names an act, else the one for all others, on a day; `None` where there is none."""
        held = [rule for rule in self.rules if day in rule.effective]
        named = next((rule for rule in held if act in rule.acts), None)
        return named or next((rule for rule in held if not rule.acts), None)
