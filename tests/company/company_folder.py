"""A company's folder on disk, to be changed file by file."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesrules import company
from salesrules.core import Fault, InvalidDocument


class Folder:
    """A company's folder on disk, made from the starter, to be edited file by file."""

    def __init__(self, path: Path) -> None:
        company.start_folder(path)
        self.path = path

    def edit(self, name: str, old: str, new: str, *, every: bool = False) -> Folder:
        text = (self.path / name).read_text("utf-8")
        assert old in text, f"{old!r} is not in {name}"
        return self.write(name, text.replace(old, new) if every else text.replace(old, new, 1))

    def add(self, name: str, text: str) -> Folder:
        return self.write(name, (self.path / name).read_text("utf-8") + text)

    def write(self, name: str, text: str, encoding: str = "utf-8") -> Folder:
        (self.path / name).write_bytes(text.encode(encoding))
        return self

    def load(self) -> company.Company:
        return company.load(self.path)

    def run(self, period: str = company.STARTER_PERIOD) -> company.CompanyResult:
        return self.load().run(period)

    def faults(self) -> tuple[Fault, ...]:
        """The faults with which loading or running is refused."""
        with pytest.raises(InvalidDocument) as caught:
            self.run()
        return caught.value.faults

    def places(self) -> list[tuple[str | None, int | None, str]]:
        """File, line and path of each fault."""
        return [(fault.file, fault.line, fault.path) for fault in self.faults()]
