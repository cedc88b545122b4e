"""Paths that a mapping document names: inside the company's folder, or refused."""

from __future__ import annotations

from pathlib import Path

from salesrules.core import Fault, InvalidDocument

__all__ = ["inside"]


def inside(folder: Path, name: str) -> Path:
    """The file of that name inside the folder.

    Raises `InvalidDocument` for an absolute path and one that leads out of the folder, also by a link.
    """
    if not _is_inside(folder, name):
        fault = Fault(
            code="company.path_outside",
            path="file",
            problem="the path leads out of the company's folder",
            value=name,
            remedy="put the file into the folder and name it from there",
            file="company.toml",
        )
        raise InvalidDocument((fault,))
    return folder / name


def _is_inside(folder: Path, name: str) -> bool:
    if not name.strip() or Path(name).is_absolute():
        return False
    try:
        return _target(folder / name).is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):  # a NUL, or links that run in a circle
        return False


def _target(path: Path) -> Path:
    """What a path leads to, there or not; raises `OSError` or `RuntimeError` where links run in a circle."""
    try:
        return path.resolve(strict=True)  # else links in a circle stay as they are since Python 3.13
    except (FileNotFoundError, NotADirectoryError):
        return path.resolve()
