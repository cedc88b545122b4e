"""A starter folder, and ways to run the command line: in this process, in a new one, in a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
import pytest

from salesrules import company
from salesrules.cli import main

SOURCE = Path(company.__file__).parents[2]


@attrs.frozen
class Printed:
    """What a command line came to."""

    code: int
    out: str
    err: str


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    company.start_folder(tmp_path / "firm")
    return tmp_path / "firm"


@pytest.fixture(scope="session")
def sample() -> company.Company:
    return company.load(company.sample_folder())


@pytest.fixture(scope="session")
def sample_run(sample: company.Company) -> company.CompanyResult:
    return sample.run("2020-Q1")


@pytest.fixture
def ready_sample(
    sample: company.Company, sample_run: company.CompanyResult, monkeypatch: pytest.MonkeyPatch
) -> company.Company:
    """The sample company, read and run once for all tests; the commands get that."""
    monkeypatch.setattr(company, "load", lambda folder: sample)
    monkeypatch.setattr(company.Company, "run", lambda self, period, **_: sample_run)
    return sample


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Printed]:
    """Run the command line in this process; its output is no terminal."""

    def run(*arguments: object) -> Printed:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return Printed(code, printed.out, printed.err)

    return run


@pytest.fixture
def process() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a program in a new process with this package on its path."""

    def run(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, *arguments]
        known = {**os.environ, "PYTHONPATH": str(SOURCE), **environment}
        return subprocess.run(command, env=known, capture_output=True, text=True, check=False, encoding="utf-8")

    return run


@pytest.fixture
def in_terminal() -> Callable[..., Printed]:
    """Run the command line in a terminal of so many columns; standard output and error are the same there."""
    pty = pytest.importorskip("pty", reason="needs a POSIX terminal")

    def run(arguments: Sequence[object], columns: int = 120, **environment: str) -> Printed:
        code = "import sys; from salesrules.cli import main; sys.exit(main())"
        command = [sys.executable, "-c", code, *map(str, arguments)]
        known = {**os.environ, "PYTHONPATH": str(SOURCE), "COLUMNS": str(columns), "TERM": "xterm", **environment}
        known.pop("NO_COLOR", None)
        leader, follower = pty.openpty()
        with subprocess.Popen(command, env=known, stdin=follower, stdout=follower, stderr=follower) as child:
            os.close(follower)
            seen = b""
            try:
                while part := os.read(leader, 65536):
                    seen += part
            except OSError:  # the other end is closed
                pass
            os.close(leader)
        return Printed(child.returncode, seen.decode("utf-8"), "")

    return run
