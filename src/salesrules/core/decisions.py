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
from salesrules.core.parameters import Parameters
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

    def __call__(
        self,
        *,
        path: str = "",
        policy: PolicyReference | None = None,
        severity: Severity | None = None,
        **parameters: Any,
    ) -> Reason:
        """Make the reason with these values; raises `InvalidValue` where a parameter is missing or unknown."""
        if parameters.keys() != set(self.parameters):
            raise InvalidValue("parameters", sorted(parameters), f"{self.code} takes {sorted(self.parameters)}")
        return Reason(self.code, severity or self.severity, parameters, path, policy)


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
        return self.outcome is Outcome.ALLOW or self.outcome is Outcome.WARN

    def require(self) -> None:
        """Nothing where the act is allowed; raises `Denied` with this decision otherwise."""
        if not self.is_allowed:
            raise Denied(self)


#: The plain yes, shared so that the common answer costs nothing.
ALLOW = Decision(outcome=Outcome.ALLOW)

_OUTCOME_OF = {Severity.INFO: Outcome.ALLOW, Severity.WARNING: Outcome.WARN, Severity.ERROR: Outcome.DENY}


def decide(reasons: Iterable[Reason]) -> Decision:
    """The decision that findings amount to: an error denies, a warning warns, none or information allows.

    >>> decide([Reason("org.span.too_wide", Severity.WARNING)]).outcome.value
    'warn'
    """
    given = tuple(reasons)
    if not given:
        return ALLOW
    return Decision(outcome=max((_OUTCOME_OF[r.severity] for r in given), key=lambda o: o.weight), reasons=given)


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
