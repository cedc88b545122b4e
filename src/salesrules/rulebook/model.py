"""A rulebook: every room's policy in one dated, versioned document."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

import attrs

from salesrules.core import (
    CurrencyTable,
    FiscalCalendar,
    InvalidValue,
    PolicyReference,
    Reason,
    UnknownName,
    WorkingTime,
    as_parameters,
)
from salesrules.rulebook.canonical import content_hash
from salesrules.rulebook.entries import Entry, Standing, standing_on, walk_entries
from salesrules.rulebook.lives import life_findings
from salesrules.rulebook.sections import RESERVED

__all__ = ["Rulebook", "RulebookView"]

T = TypeVar("T")


def _named(instance: object, attribute: attrs.Attribute[str], value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue(attribute.name, value, "name the rulebook")


def _section_names(instance: object, attribute: attrs.Attribute[Any], value: Mapping[str, Any]) -> None:
    for name in value:
        if name in RESERVED or not name.isidentifier():
            raise InvalidValue("sections", name, "name a section with letters, digits and underscores only")


def _digits(instance: object, attribute: attrs.Attribute[Any], value: Mapping[str, int]) -> None:
    for code, digits in value.items():
        if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
            raise InvalidValue(f"currencies.{code}", digits, "name a currency by three capitals, such as 'CNY'")
        if type(digits) is not int or not 0 <= digits <= 12:
            raise InvalidValue(f"currencies.{code}", digits, "give a whole number of digits from 0 to 12")


@attrs.frozen(kw_only=True)
class Rulebook:
    """Sections of policy by name, a firm's own currency digits over ISO 4217, its fiscal calendar and working time.

    Time has two axes here, kept apart. The effective day says which entry decides a fact: entries carry their
    ranges and are resolved by the day of the fact (`as_of`). The version says which text of the document was used:
    `version` is the hash of its content (see `canonical_form`), stored in every result.

    >>> book = Rulebook(name="Sample", currency_digits={"XBT": 8})
    >>> book.currencies.digits("XBT"), len(book.version)
    (8, 64)
    """

    name: str = attrs.field(validator=_named)
    sections: Mapping[str, Any] = attrs.field(factory=dict, converter=as_parameters, validator=_section_names)
    currency_digits: Mapping[str, int] = attrs.field(factory=dict, converter=as_parameters, validator=_digits)
    calendar: FiscalCalendar = attrs.field(factory=FiscalCalendar)
    working_time: WorkingTime | None = None

    @functools.cached_property
    def version(self) -> str:
        """The hash of the content, 64 hexadecimal digits."""
        return content_hash(self)

    @functools.cached_property
    def currencies(self) -> CurrencyTable:
        """The digits of every currency: ISO 4217 with the firm's own entries."""
        return CurrencyTable.iso(self.currency_digits)

    @functools.cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All entries: each section and everything in it that has an id, in the order of the document."""
        return tuple(entry for name, policy in self.sections.items() for entry in walk_entries(name, policy))

    @functools.cached_property
    def _index(self) -> Mapping[tuple[str, str], tuple[Entry, ...]]:
        index: dict[tuple[str, str], tuple[Entry, ...]] = {}
        for entry in self.entries:
            is_section = "." not in entry.path  # a section's own knobs may be referred to without an id
            for id in dict.fromkeys((entry.id, "" if is_section else entry.qualified_id)):
                index[entry.type, id] = (*index.get((entry.type, id), ()), entry)
        return index

    def section(self, name: str) -> Any:
        """The policy of a section; raises `UnknownName` with the nearest names where the rulebook lacks it."""
        if name not in self.sections:
            raise UnknownName("section of the rulebook", name, _nearest(name, list(self.sections)))
        return self.sections[name]

    def policy(self, type: type[T]) -> T:
        """The one section that holds a policy of a class; raises `UnknownName` where none or several do."""
        found = [policy for policy in self.sections.values() if isinstance(policy, type)]
        if len(found) != 1:
            raise UnknownName("section with exactly one policy of class", type.__name__, tuple(self.sections))
        return found[0]

    def find(self, reference: PolicyReference) -> Entry:
        """The entry that a decision refers to, by its id or its qualified id.

        Raises `UnknownName` with the nearest ids where there is none, and `InvalidValue` where several have the id.
        """
        found = self._index.get((reference.type, reference.id), ())
        if len(found) == 1:
            return found[0]
        if not found:
            known = [id for type, id in self._index if type == reference.type]
            raise UnknownName(f"policy entry of type {reference.type}", reference.id, _nearest(reference.id, known))
        places = ", ".join(entry.path for entry in found)
        raise InvalidValue("id", reference.id, f"several entries have it ({places}); refer to one as 'plan/entry'")

    def path_of(self, reference: PolicyReference) -> str:
        """The place in the document of the entry, and of its field where the reference names one; raises as `find`."""
        path = self.find(reference).path
        return f"{path}.{reference.field}" if reference.field else path

    def deciding_entries(self, day: date) -> tuple[Entry, ...]:
        """The entries that decide facts of a day: approved and in effect, with all that they lie in."""
        return tuple(entry for entry in self.entries if standing_on(entry, day) is Standing.DECIDES)

    def as_of(self, day: date) -> RulebookView:
        """What holds on a day, what does not and why, and the findings on the lives of the policies."""
        standings = tuple((entry, standing_on(entry, day)) for entry in self.entries)
        return RulebookView(rulebook=self, day=day, standings=standings, findings=life_findings(self.entries, day))


@attrs.frozen(kw_only=True)
class RulebookView:
    """A rulebook on one day: each entry with what it does, and findings such as an overdue review."""

    rulebook: Rulebook
    day: date
    standings: tuple[tuple[Entry, Standing], ...]
    findings: tuple[Reason, ...]

    @property
    def deciding(self) -> tuple[Entry, ...]:
        """The entries that decide on the day."""
        return tuple(entry for entry, standing in self.standings if standing is Standing.DECIDES)

    def standing(self, reference: PolicyReference) -> Standing:
        """What the entry of a reference does on the day; raises as `Rulebook.find`."""
        return standing_on(self.rulebook.find(reference), self.day)


def _nearest(name: str, known: list[str]) -> tuple[str, ...]:
    return tuple(difflib.get_close_matches(str(name), known))
