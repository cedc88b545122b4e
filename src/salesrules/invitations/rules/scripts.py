"""Scripts: their places, the values that go into them, and the words that the firm does not use."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from salesrules.core import Decision, InvalidValue, PolicyReference, Reason, decide
from salesrules.invitations import reasons as codes
from salesrules.invitations.model import Event, Guest, PreparedScript, ScriptTemplate
from salesrules.invitations.policy import ForbiddenPhrase, InvitationPolicy, folded
from salesrules.invitations.rules.life import decide_by

__all__ = ["build_script_values", "check_script", "check_wording", "find_forbidden_phrases", "prepare_script"]

#: What a value may not hold: control characters, line and paragraph separators, lone surrogates, and unassigned ones.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})
#: Marks that turn the direction of writing, and the angle brackets of markup.
_UNSAFE = frozenset("<>\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def check_script(script: ScriptTemplate, policy: InvitationPolicy, as_of: datetime) -> Decision:
    """Whether a script has every required place, no unknown one, no stray dollar sign, and no refused phrase."""
    return decide_by(policy, as_of, [*_places(script, policy), *find_forbidden_phrases(script.text, policy)])


def _places(script: ScriptTemplate, policy: InvitationPolicy) -> Iterator[Reason]:
    rule = policy.script_rules
    path, entry = f"script[{script.id}].text", PolicyReference("ScriptPolicy", rule.id, "required")
    if not script.is_whole:
        yield codes.SCRIPT_BROKEN(script=script.id, line=_broken_line(script.text), path=path)
        return
    found = script.placeholders
    for name in rule.required:
        if name not in found:
            yield codes.SCRIPT_PLACEHOLDER_MISSING(script=script.id, placeholder=name, path=path, policy=entry)
    for name in sorted(found.difference(rule.known)):
        yield codes.SCRIPT_PLACEHOLDER_UNKNOWN(
            script=script.id, placeholder=name, known=rule.known, path=path, policy=entry
        )


def _broken_line(text: str) -> int:
    """The first line on which a dollar sign neither begins a place nor stands for itself, counted from 1."""
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if not string.Template(line).is_valid()), 1)


def check_wording(text: str, policy: InvitationPolicy, as_of: datetime) -> Decision:
    """Whether a text keeps to the firm's wording; denied with every phrase that it does not use."""
    return decide_by(policy, as_of, find_forbidden_phrases(text, policy))


def find_forbidden_phrases(text: str, policy: InvitationPolicy) -> tuple[Reason, ...]:
    """Every phrase of the firm's list that a text says, in whatever width, case or spacing it is written.

    A phrase in an alphabet is a whole word or words; one with Chinese or Japanese characters is found between others.
    """
    plain = folded(text)
    dense = plain.replace(" ", "")
    return tuple(
        codes.WORDING_REFUSED(
            phrase=entry.phrase,
            fault=entry.fault,
            path="text",
            policy=PolicyReference("ForbiddenPhrase", entry.id, "phrase"),
        )
        for entry in policy.wording
        if _says(plain, dense, entry)
    )


def _says(plain: str, dense: str, entry: ForbiddenPhrase) -> bool:
    phrase = folded(entry.phrase)
    if _WIDE.search(phrase):
        return phrase.replace(" ", "") in dense
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", plain) is not None


def build_script_values(
    event: Event, guest: Guest, inviter: str, *, benefit: str, question: str, zone: str | None = None
) -> dict[str, Any]:
    """The values of the usual places: who is invited, by whom, to what, with which benefit, when and where.

    `time` is the start in the zone given, or on the event's own clock; `question` is what the guest is asked.
    """
    return {
        "customer": guest.name,
        "title": guest.title,
        "company": guest.company,
        "inviter": inviter,
        "topic": event.theme,
        "benefit": benefit,
        "time": event.starts_at.astimezone(ZoneInfo(event.zone if zone is None else zone)),
        "place": event.venue,
        "question": question,
    }


def prepare_script(
    script: ScriptTemplate, values: Mapping[str, Any], policy: InvitationPolicy, as_of: datetime
) -> PreparedScript:
    """A script with its values, ready for `salesrules.messages.render_script`.

    Values that no place asks for are left out. Raises `Denied` where the script is at fault as `check_script` says, a
    value is missing, too long, or has control characters, marks that turn the writing, or markup in it, or where the
    filled text says what the firm does not say. A brace or a dollar sign in a value is only that.
    """
    check_script(script, policy, as_of).require()
    names = sorted(script.placeholders)
    decide(reason for name in names for reason in _value_faults(script, name, values.get(name), policy)).require()
    prepared = PreparedScript(script=script, values={name: values[name] for name in names})
    filled = prepared.fill({name: str(value) for name, value in prepared.values.items()})
    check_wording(filled, policy, as_of).require()
    return prepared


def _value_faults(script: ScriptTemplate, name: str, value: object, policy: InvitationPolicy) -> Iterator[Reason]:
    path = f"values.{name}"
    if value is None or value == "":
        yield codes.SCRIPT_VALUE_MISSING(script=script.id, placeholder=name, path=path)
    elif isinstance(value, str):
        limit = policy.script_rules.longest_value
        if len(value) > limit:
            yield codes.SCRIPT_VALUE_TOO_LONG(
                script=script.id,
                placeholder=name,
                length=len(value),
                limit=limit,
                path=path,
                policy=PolicyReference("ScriptPolicy", policy.script_rules.id, "longest_value"),
            )
        bad = next(
            (char for char in value if char in _UNSAFE or unicodedata.category(char) in _UNSAFE_CATEGORIES), None
        )
        if bad is not None:
            shown = bad if bad in "<>" else f"U+{ord(bad):04X}"
            yield codes.SCRIPT_VALUE_UNSAFE(script=script.id, placeholder=name, character=shown, path=path)
    elif isinstance(value, datetime) and value.utcoffset() is None:
        raise InvalidValue(path, value, "give an instant with its time zone")
