"""Decisions that explain themselves: an outcome, its reasons, and what would change it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import attrs

from salesrules.core.converters import as_parameters, as_tuple
from salesrules.core.errors import Denied, InvalidValue
from salesrules.core.money import Money
from salesrules.core.parameters import Parameters, parameters_of
from salesrules.core.word_enum import WordEnum

__all__ = [
    "ALLOW",
    "Decision",
    "Outcome",
    "PolicyReference",
    "Reason",
    "ReasonCode",
    "RequiredApproval",
    "Severity",
    "combine_decisions",
    "decide",
    "decision_of",
]


class Severity(WordEnum):
    """How much a reason weighs."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Outcome(WordEnum):
    """What a decision says; the severest one wins when decisions are combined."""

    ALLOW = "allow"
    WARN = "warn"
    REFER = "refer"
    DENY = "deny"

    @property
    def weight(self) -> int:
        """The place in the order allow, warn, refer, deny."""
        return _WEIGHTS[self]


#: A member that is looked up through its class takes as long as a call.
_ALLOWED, _WARNED = Outcome.ALLOW, Outcome.WARN
_WEIGHTS = {outcome: place for place, outcome in enumerate(Outcome)}


@attrs.frozen
class PolicyReference:
    """The policy entry that decided: its type, its stable id and the field."""

    type: str
    id: str
    field: str = ""


@attrs.frozen
class Reason:
    """Why: a stable code, its severity and values; the path in the facts and the policy entry that decided.

    A reason is data; `salesrules.messages` puts it in words for a locale.
    """

    code: str
    severity: Severity = attrs.field(default=Severity.ERROR, converter=Severity)
    parameters: Parameters = attrs.field(factory=Parameters, converter=as_parameters)
    path: str = ""
    policy: PolicyReference | None = None


#: What a reason holds beside its parameters, so that no parameter can have these names.
_TAKEN = frozenset({"path", "policy", "severity"})


def _check_names(instance: object, attribute: attrs.Attribute[tuple[str, ...]], names: tuple[str, ...]) -> None:
    if _TAKEN.intersection(names) or len(set(names)) < len(names):
        raise InvalidValue("parameters", names, f"name each once, and none of {sorted(_TAKEN)}")


@attrs.frozen
class ReasonCode:
    """A code that a room can give, the names of its parameters, and its usual severity; calling it makes the reason.

    Codes are versioned and never change meaning; each room lists its own in `reasons.py`.

    >>> too_wide = ReasonCode("org.span_too_wide", ("reports", "limit"), Severity.WARNING)
    >>> too_wide(reports=12, limit=8).severity.value
    'warning'
    """

    code: str
    parameters: tuple[str, ...] = attrs.field(default=(), converter=as_tuple, validator=_check_names)
    severity: Severity = attrs.field(default=Severity.ERROR, converter=Severity)
    _names: frozenset[str] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_names", frozenset(self.parameters))

    def __call__(
        self,
        *,
        path: str = "",
        policy: PolicyReference | None = None,
        severity: Severity | None = None,
        **parameters: Any,
    ) -> Reason:
        """Make the reason with these values; raises `InvalidValue` where a parameter is missing or unknown."""
        if parameters.keys() != self._names:
            raise InvalidValue("parameters", sorted(parameters), f"{self.code} takes {sorted(self.parameters)}")
        reason = _new(Reason)
        _set_code(reason, self.code)
        if severity is None:
            severity = self.severity
        elif type(severity) is not Severity:
            severity = Severity(severity)
        _set_severity(reason, severity)
        _set_parameters(reason, parameters_of(parameters))
        _set_path(reason, path)
        _set_policy(reason, policy)
        return reason


# Frozen constructors set every field through `object.__setattr__`; the slots' own setters take half the time.
_new = object.__new__
_set_code = Reason.__dict__["code"].__set__
_set_severity = Reason.__dict__["severity"].__set__
_set_parameters = Reason.__dict__["parameters"].__set__
_set_path = Reason.__dict__["path"].__set__
_set_policy = Reason.__dict__["policy"].__set__


@attrs.frozen(kw_only=True)
class RequiredApproval:
    """An approval that would turn a referral into a yes: whose (a position, person or body), for which act."""

    approver: str
    act: str


@attrs.frozen(kw_only=True)
class Decision:
    """An outcome with all its reasons.

    `approvals` are needed where the outcome is refer; `headroom` is what would still pass (money, a number or a
    count), `changes_at` the next day or instant at which the answer changes by itself.

    >>> Decision(outcome=Outcome.DENY, reasons=(Reason("org.cycle"),)).is_allowed
    False
    """

    outcome: Outcome = attrs.field(converter=Outcome)
    reasons: tuple[Reason, ...] = attrs.field(default=(), converter=as_tuple)
    approvals: tuple[RequiredApproval, ...] = attrs.field(default=(), converter=as_tuple)
    headroom: Money | Decimal | int | None = None
    changes_at: date | datetime | None = None

    @property
    def is_allowed(self) -> bool:
        """Whether the act may go on: the outcome is allow or warn."""
        return self.outcome is _ALLOWED or self.outcome is _WARNED

    def require(self) -> None:
        """Nothing where the act is allowed; raises `Denied` with this decision otherwise."""
        if not self.is_allowed:
            raise Denied(self)


#: The plain yes, shared so that the common answer costs nothing.
ALLOW = Decision(outcome=Outcome.ALLOW)

_set_outcome = Decision.__dict__["outcome"].__set__
_set_reasons = Decision.__dict__["reasons"].__set__
_set_approvals = Decision.__dict__["approvals"].__set__
_set_headroom = Decision.__dict__["headroom"].__set__
_set_changes_at = Decision.__dict__["changes_at"].__set__


def decision_of(
    outcome: Outcome,
    reasons: tuple[Reason, ...],
    changes_at: date | datetime | None = None,
    headroom: Money | Decimal | int | None = None,
    approvals: tuple[RequiredApproval, ...] = (),
) -> Decision:
    """A decision of parts that are of the right types already, for rules that answer very often: nothing is checked.

    >>> decision_of(Outcome.ALLOW, ()) == ALLOW
    True
    """
    decision = _new(Decision)
    _set_outcome(decision, outcome)
    _set_reasons(decision, reasons)
    _set_approvals(decision, approvals)
    _set_headroom(decision, headroom)
    _set_changes_at(decision, changes_at)
    return decision


_OUTCOME_OF = {Severity.INFO: Outcome.ALLOW, Severity.WARNING: Outcome.WARN, Severity.ERROR: Outcome.DENY}


def decide(reasons: Iterable[Reason], *, headroom: Money | Decimal | int | None = None) -> Decision:
    """The decision that findings amount to: an error denies, a warning warns, none or information allows.

    `headroom` is what would still pass.

    >>> decide([Reason("org.span.too_wide", Severity.WARNING)]).outcome.value
    'warn'
    """
    given = tuple(reasons)
    if not given:
        return ALLOW if headroom is None else decision_of(ALLOW.outcome, (), headroom=headroom)
    outcome = _OUTCOME_OF[given[0].severity]
    if len(given) > 1:
        outcome = max((_OUTCOME_OF[reason.severity] for reason in given), key=lambda each: each.weight)
    return decision_of(outcome, given, headroom=headroom)


#: Comes before every instant, as the start of a day does.
_FIRST = datetime.min.replace(tzinfo=UTC)


def combine_decisions(decisions: Iterable[Decision]) -> Decision:
    """One decision for several: the severest outcome, all reasons and approvals, the earliest change.

    Approvals are named only where the outcome is refer, since none would help after a denial. A day counts from its
    start, so that it comes before an instant on it. `headroom` is left to whoever asks, since amounts of different
    things have no least.

    >>> combine_decisions([ALLOW, decide([Reason("org.cycle")])]).outcome.value
    'deny'
    """
    given = [decision for decision in decisions if decision is not ALLOW]
    if not given:
        return ALLOW
    if len(given) == 1:
        (one,) = given
        named = tuple(dict.fromkeys(one.approvals)) if one.outcome is Outcome.REFER else ()
        return decision_of(one.outcome, one.reasons, one.changes_at, approvals=named)
    outcome = max((decision.outcome for decision in given), key=lambda outcome: outcome.weight)
    approvals = dict.fromkeys(approval for decision in given for approval in decision.approvals)
    return Decision(
        outcome=outcome,
        reasons=[reason for decision in given for reason in decision.reasons],
        approvals=tuple(approvals) if outcome is Outcome.REFER else (),
        changes_at=min((d.changes_at for d in given if d.changes_at is not None), key=_when, default=None),
    )


def _when(moment: date | datetime) -> tuple[date, datetime]:
    if isinstance(moment, datetime):
        return moment.date(), moment.astimezone(UTC)
    return moment, _FIRST
