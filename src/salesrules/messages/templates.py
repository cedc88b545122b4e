"""Templates with named places: `{name}` and nothing else, so that no value and no template can reach further."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Self

import attrs

from salesrules.core import InvalidValue

__all__ = ["Template"]


#: How a place may ask for its value to be shown: a number as a per cent.
KINDS = frozenset({"", "rate"})


@attrs.frozen(kw_only=True)
class Template:
    """A sentence cut into literal text and places; filling it never interprets the values.

    A place is a name, or a name and a kind (`ratio:rate`).

    >>> Template.parse("{name} has {reports} reports").fill({"name": "{x}", "reports": "9"})
    '{x} has 9 reports'
    """

    parts: tuple[tuple[str, str | None], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """The template that a text stands for; `{{` and `}}` are plain braces.

        Raises `InvalidValue` for a place that is not a plain name, with `:rate` or without (`{a.b}`, `{a[0]}`, `{}`,
        `{a!r}`, `{a:>8}`), and for braces that do not pair.
        """
        try:
            fields = list(string.Formatter().parse(text))
        except ValueError as error:
            raise InvalidValue("template", text, f"pair its braces ({error})") from None
        for _, name, kind, conversion in fields:
            if name is not None and (not name.isidentifier() or kind not in KINDS or conversion):
                raise InvalidValue("template", text, "write each place as {name} or {name:rate}, nothing else")
        return cls(parts=tuple((literal, f"{name}:{kind}" if kind else name) for literal, name, kind, _ in fields))

    @property
    def places(self) -> frozenset[str]:
        """Its places."""
        return frozenset(place for _, place in self.parts if place is not None)

    def fill(self, values: Mapping[str, str]) -> str:
        """The sentence with its values, by place; a place without a value stays as it is written."""
        return "".join(
            literal if place is None else literal + values.get(place, f"{{{place}}}") for literal, place in self.parts
        )
