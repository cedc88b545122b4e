"""What the extra `report` brings, asked for when something is drawn, so that results need none of it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import attrs

from salesrules.core import SalesRulesError

if TYPE_CHECKING:
    import jinja2

__all__ = ["MissingExtra", "environment", "svg_of"]


@attrs.define
class MissingExtra(SalesRulesError, ImportError):
    """A library that draws is not installed; names it and the extra that brings it."""

    library: str
    extra: str

    def __str__(self) -> str:
        return f"drawing needs {self.library}; install it with: pip install 'salesrules[{self.extra}]'"


@functools.cache
def environment() -> jinja2.Environment:
    """The templates of this folder; whatever is put into them is escaped, and an unknown name is an error.

    Raises `MissingExtra` where Jinja is not installed.
    """
    try:
        import jinja2
    except ImportError as error:
        raise MissingExtra("jinja2", "report") from error
    return jinja2.Environment(
        loader=jinja2.PackageLoader("salesrules.reports", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def svg_of(specification: dict[str, object]) -> str:
    """The picture of a Vega-Lite specification as SVG; nothing is fetched for it.

    Raises `MissingExtra` where vl-convert is not installed.
    """
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtra("vl-convert-python", "report") from error
    return str(vl_convert.vegalite_to_svg(specification, allowed_base_urls=[]))
