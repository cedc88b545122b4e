"""Which records are the same customer: by fields that are filled and equal in a declared form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from salesrules.core import as_tuple
from salesrules.customers.model import is_filled
from salesrules.customers.policy import DuplicateRule, FieldForm, MatchedField

__all__ = ["Match", "find_matches", "match_keys", "normalise"]


@attrs.frozen(kw_only=True)
class Match:
    """Two records that are the same customer: the ids, the rule that says so, and the fields it compared."""

    first: str
    second: str
    rule: str
    fields: tuple[str, ...] = attrs.field(converter=as_tuple)


def normalise(value: object, matched: MatchedField) -> Hashable | None:
    """A value in the form in which it is compared; `None` where nothing is left of it to compare.

    >>> normalise("+86 138-0013-8000", MatchedField(field="phone", form="digits", last=11))
    '13800138000'
    """
    if not is_filled(value):
        return None
    if matched.form is FieldForm.EXACT:
        return value if isinstance(value, Hashable) else repr(value)
    text = unicodedata.normalize("NFKC", str(value)).casefold()
    if matched.form is FieldForm.DIGITS:
        digits = "".join(str(unicodedata.digit(mark)) for mark in text if mark.isdigit())
        return (digits[-matched.last :] if matched.last is not None else digits) or None
    if matched.form is FieldForm.EMAIL:
        return "".join(text.split()) or None
    return "".join(re.findall(r"\w+", text)) or None


def match_keys(values: Mapping[str, Any], rules: Iterable[DuplicateRule]) -> Iterator[tuple[DuplicateRule, Hashable]]:
    """For each rule whose fields are all filled: the rule with what two records must share to be one customer."""
    for rule in rules:
        key = tuple(normalise(values.get(matched.field), matched) for matched in rule.fields)
        if None not in key:
            yield rule, key


def find_matches(records: Iterable[tuple[str, Mapping[str, Any]]], rules: Sequence[DuplicateRule]) -> tuple[Match, ...]:
    """Every record with the first one before it that is the same customer, for each rule; in the order given.

    Records that match one another form chains: who follows the pairs finds all that belong together.
    """
    first: dict[tuple[str, Hashable], str] = {}
    found = []
    for id, values in records:
        for rule, key in match_keys(values, rules):
            other = first.setdefault((rule.id, key), id)
            if other != id:
                fields = (matched.field for matched in rule.fields)
                found.append(Match(first=other, second=id, rule=rule.id, fields=fields))
    return tuple(found)
