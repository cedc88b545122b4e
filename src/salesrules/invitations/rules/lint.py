"""Faults of the room's policy that lie between fields, found when a rulebook is checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salesrules.core import Fault
from salesrules.invitations.policy import InvitationPolicy, folded
from salesrules.invitations.rules.scripts import find_forbidden_phrases

__all__ = ["check_policy"]


def check_policy(policy: InvitationPolicy) -> tuple[Fault, ...]:
    """The faults across fields: ids used twice, scripts without their places, scripts that say what is refused.

    Scripts without a rule, phrases that say the same, and quiet hours that leave no time of day are faults too.

    >>> from datetime import date
    >>> from salesrules.core import DateRange, PolicyLife
    >>> life = PolicyLife(status="draft", scope="all", owner="marketing", effective=DateRange(date(2020, 1, 1)))
    >>> check_policy(InvitationPolicy(life=life))
    ()
    """
    return (
        *_doubled("readiness", [step.id for step in policy.readiness], "id"),
        *_doubled("scripts", [script.id for script in policy.scripts], "id"),
        *_doubled("wording", [entry.id for entry in policy.wording], "id"),
        *_doubled("wording", [folded(entry.phrase) for entry in policy.wording], "phrase"),
        *_doubled("refusal_reasons", policy.refusal_reasons, ""),
        *_scripts(policy),
        *_quiet(policy),
    )


def _doubled(field: str, values: Iterable[str], name: str) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, value in enumerate(values):
        first = seen.setdefault(value, index)
        if first != index:
            yield Fault(
                code="invitations.duplicate_id",
                path=f"{field}[{index}]{'.' if name else ''}{name}",
                problem=f"{field}[{first}] says the same",
                remedy="say each once",
                value=value,
            )


def _scripts(policy: InvitationPolicy) -> Iterator[Fault]:
    rule = policy.script_rule
    for index, script in enumerate(policy.scripts):
        path = f"scripts[{index}].text"
        if rule is None:
            yield _script_fault(
                path, "nothing says which places a script has", "add the section script_rule", script.id
            )
            continue
        if not script.is_whole:
            yield _script_fault(path, "a dollar sign begins no place", "write ${name}, or $$ for the sign", script.id)
            continue
        for name in rule.required:
            if name not in script.placeholders:
                yield _script_fault(path, f"the place ${{{name}}} is missing", "add it", script.id)
        for name in sorted(script.placeholders.difference(rule.known)):
            remedy = f"use one of {', '.join(rule.known)}"
            yield _script_fault(path, f"there is no place ${{{name}}}", remedy, script.id)
        for reason in find_forbidden_phrases(script.text, policy):
            phrase = reason.parameters["phrase"]
            yield _script_fault(path, f"it says {phrase!r}, which the firm does not", "say it otherwise", script.id)


def _script_fault(path: str, problem: str, remedy: str, value: str) -> Fault:
    return Fault(code="invitations.script_fault", path=path, problem=problem, remedy=remedy, value=value)


def _quiet(policy: InvitationPolicy) -> Iterator[Fault]:
    hours = () if policy.contacts is None else policy.contacts.quiet_hours
    ends = {quiet.ends for quiet in hours}
    if hours and all(any(quiet.holds_at(end) for quiet in hours) for end in ends):
        yield Fault(
            code="invitations.always_quiet",
            path="contacts.quiet_hours",
            problem="they leave no time of day at which a guest may be contacted",
            remedy="leave some time free",
        )
