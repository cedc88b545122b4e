"""The sample companies and the starter rulebook that travel with the library."""

from __future__ import annotations

from pathlib import Path

from salesrules.core import UnknownName

__all__ = ["sample_folder", "starter_rulebook"]

_PACKAGE = Path(__file__).parents[1]
#: Where samples lie in an installed package, and in a checkout.
_SHELVES = (_PACKAGE / "samples", _PACKAGE.parents[1] / "examples")


def sample_folder(name: str = "adventureworks") -> Path:
    """The folder of a sample company, in the installed package or in a checkout.

    Raises `UnknownName` for a sample that there is not.
    """
    for folder in (shelf / name for shelf in _SHELVES):
        if (folder / "company.toml").is_file():
            return folder
    raise UnknownName("sample company", name, ("adventureworks",))


def starter_rulebook() -> Path:
    """The starter rulebook: numbers to begin with for every room, each with its unit and source, made to be copied.

    >>> from salesrules import wire
    >>> wire.load_rulebook(starter_rulebook()).section("org").delegation.maximum_days
    30
    """
    return next(path for path in (shelf / "starter-rulebook.toml" for shelf in _SHELVES) if path.is_file())
