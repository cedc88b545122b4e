"""A script with the values that go into it, typed; its words come from who knows the locale."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

import attrs

from salesrules.core import as_parameters, is_named

__all__ = ["PreparedScript", "ScriptTemplate"]


@attrs.frozen(kw_only=True)
class ScriptTemplate:
    """A script in one language; places are written `${customer}`, a dollar sign `$$` (Python's `string.Template`)."""

    id: str = attrs.field(validator=is_named)
    locale: str = attrs.field(validator=is_named)
    text: str = attrs.field(validator=is_named)

    @property
    def placeholders(self) -> frozenset[str]:
        """The names of its places."""
        return frozenset(string.Template(self.text).get_identifiers())

    @property
    def is_whole(self) -> bool:
        """Whether every dollar sign begins a place or stands for itself."""
        return string.Template(self.text).is_valid()


@attrs.frozen(kw_only=True)
class PreparedScript:
    """A script that was checked, with its values as they are: texts, an instant in the zone in which it is told.

    `salesrules.messages.render_script` writes the values as the script's locale does, and fills them in.
    """

    script: ScriptTemplate
    values: Mapping[str, Any] = attrs.field(converter=as_parameters)

    @property
    def locale(self) -> str:
        """The locale of the script."""
        return self.script.locale

    def fill(self, texts: Mapping[str, str]) -> str:
        """The script with a text in each place; nothing in a text is ever read as a place."""
        return string.Template(self.script.text).substitute(texts)
