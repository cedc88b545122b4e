"""The catalogs: `locale/<locale>/LC_MESSAGES/<room>.po`, read when a sentence of that room is first asked for."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from salesrules.messages.locales import LOCALES
from salesrules.messages.templates import Template

__all__ = ["find_template"]

_ROOT = Path(__file__).parent / "locale"
_SOURCE = LOCALES[0]


def find_template(code: str, locale: str) -> Template | None:
    """The template of a code in one of `LOCALES`, else in English, else `None`.

    The first part of a code names its catalog. English stands in only where a catalog lacks the code; the tests of
    this library refuse such a gap, so that it can only come from a code of somebody else's.

    >>> find_template("core.outcome.deny", "en").places
    frozenset()
    """
    room = code.partition(".")[0]
    for language in (locale, _SOURCE):
        if room in _rooms(language) and (found := _catalog(room, language).get(code)):
            return found
    return None


@functools.cache
def _rooms(locale: str) -> frozenset[str]:
    """The rooms that have a catalog; only these are ever opened, whatever a code says."""
    return frozenset(path.stem for path in _folder(locale).glob("*.po"))


@functools.cache
def _catalog(room: str, locale: str) -> Mapping[str, Template]:
    # Here and not above: half the price of importing this package would be Babel's catalog machinery.
    from babel.messages.pofile import read_po

    with (_folder(locale) / f"{room}.po").open("rb") as file:
        messages = list(read_po(file, ignore_obsolete=True, abort_invalid=True))
    return {
        str(message.id): Template.parse(str(message.string)) for message in messages if message.id and message.string
    }


def _folder(locale: str) -> Path:
    return _ROOT / locale / "LC_MESSAGES"
