"""Templates with named places: `{name}` and nothing else, so that no value and no template can reach further."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Self

import attrs

from salesrules.core import InvalidValue

__all__ = ["Template"]


@attrs.frozen(kw_only=True)
class Template:
    """A sentence cut into literal text and names; filling it never interprets the values.

    >>> Template.parse("{name} has {reports} reports").fill({"name": "{x}", "reports": "9"})
    '{x} has 9 reports'
    """

    parts: tuple[tuple[str, str | None], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """The template that a text stands for; `{{` and `}}` are plain braces.

        Raises `InvalidValue` for a place that is not a plain name (`{a.b}`, `{a[0]}`, `{}`, `{a!r}`, `{a:>8}`) and for
        braces that do not pair.
        """
        try:
            fields = list(string.Formatter().parse(text))
        except ValueError as error:
            raise InvalidValue("template", text, f"pair its braces ({error})") from None
        for _, name, specification, conversion in fields:
            if name is not None and (not name.isidentifier() or specification or conversion):
                raise InvalidValue("template", text, "write each place as {name}, without attribute, index or format")
        return cls(parts=tuple((literal, name) for literal, name, _, _ in fields))

    @property
    def names(self) -> frozenset[str]:
        """The names of its places."""
        return frozenset(name for _, name in self.parts if name is not None)

    def fill(self, values: Mapping[str, str]) -> str:
        """The sentence with its values; a place without a value stays as it is written."""
        return "".join(
            literal if name is None else literal + values.get(name, f"{{{name}}}") for literal, name in self.parts
        )
