"""The sample companies that travel with the library."""

from __future__ import annotations

from pathlib import Path

from salesrules.core import UnknownName

__all__ = ["sample_folder"]


def sample_folder(name: str = "adventureworks") -> Path:
    """The folder of a sample company, in the installed package or in a checkout.

    Raises `UnknownName` for a sample that there is not.
    """
    package = Path(__file__).parents[1]
    for folder in (package / "samples" / name, package.parents[1] / "examples" / name):
        if (folder / "company.toml").is_file():
            return folder
    raise UnknownName("sample company", name, ("adventureworks",))
