"""Scripts in the words of their locale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from salesrules.core import CurrencyTable
from salesrules.messages.values import format_value

__all__ = ["SupportsFilling", "render_script"]


class SupportsFilling(Protocol):
    """A script with its values, such as `salesrules.invitations.prepare_script` makes."""

    @property
    def locale(self) -> str:
        """The locale that it is written in."""
        ...

    @property
    def values(self) -> Mapping[str, Any]:
        """The value of each place, as it is."""
        ...

    def fill(self, texts: Mapping[str, str], /) -> str:
        """The script with a text in each place."""
        ...


def render_script(script: SupportsFilling, currencies: CurrencyTable | None = None) -> str:
    """The words of a script: its values as its locale writes them, in their places.

    An instant is written in the zone that it has. Raises `UnknownName` for a locale that is not served.

    >>> from datetime import datetime, timezone
    >>> from salesrules.invitations import PreparedScript, ScriptTemplate
    >>> script = ScriptTemplate(id="s", locale="zh_CN", text="${customer}：${time}见。")
    >>> start = datetime(2026, 3, 1, 14, 30, tzinfo=timezone.utc)
    >>> render_script(PreparedScript(script=script, values={"customer": "王芳", "time": start}))
    '王芳：2026年3月1日 14:30 UTC见。'
    """
    return script.fill({name: format_value(value, script.locale, currencies) for name, value in script.values.items()})
