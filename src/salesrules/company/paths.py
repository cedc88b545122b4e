"""Paths that a mapping document names: inside the company's folder, or refused."""

from __future__ import annotations

from pathlib import Path

from salesrules.core import Fault, InvalidDocument

__all__ = ["inside"]


def inside(folder: Path, name: str) -> Path:
    """The file of that name inside the folder.

    Raises `InvalidDocument` for an absolute path and one that leads out of the folder, also by a link.
    """
    path = _resolved(folder, name)
    if path is None:
        fault = Fault(
            code="company.path_outside",
            path="file",
            problem="the path leads out of the company's folder",
            value=name,
            remedy="put the file into the folder and name it from there",
        )
        raise InvalidDocument((fault,))
    return path


def _resolved(folder: Path, name: str) -> Path | None:
    if not name.strip() or Path(name).is_absolute():
        return None
    try:
        root, path = folder.resolve(), (folder / name).resolve()
    except (OSError, ValueError, RuntimeError):  # a NUL, or links that run in a circle
        return None
    return path if path.is_relative_to(root) else None
