"""A starter folder: a small company that runs at once and is made to be changed."""

from __future__ import annotations

import shutil
from os import PathLike
from pathlib import Path

from salesrules.core import InvalidValue

__all__ = ["STARTER_PERIOD", "start_folder"]

#: The period for which the starter's orders are.
STARTER_PERIOD = "2026-Q1"


def start_folder(folder: str | PathLike[str]) -> tuple[Path, ...]:
    """Copy the starter company into a new or empty folder; the files made, in order.

    Raises `InvalidValue` where the folder holds anything already or cannot be written; then nothing is made.
    """
    target = Path(folder)
    starter = Path(__file__).parent / "starter"
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise InvalidValue("folder", str(folder), "give a folder that is new or empty")
        _copy(starter, target)
    except InvalidValue:
        raise
    except (OSError, ValueError) as error:
        raise InvalidValue("folder", str(folder), f"give a folder that can be written ({error})") from error
    return tuple(sorted(path for path in target.rglob("*") if path.is_file()))


def _copy(starter: Path, target: Path) -> None:
    """Copy a folder whole, or not at all."""
    was_there = target.exists()
    try:
        shutil.copytree(starter, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError:
        shutil.rmtree(target, ignore_errors=True)
        if was_there:
            target.mkdir()
        raise
