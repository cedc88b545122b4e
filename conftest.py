"""Every example printed in README.md and docs/ runs as a test.

A `python` block runs, and its `>>>` lines must print what stands below them. A `console` block holds `$ salesrules …`
commands and what they print (`...` stands for what is left out). A `toml`, `yaml` or `text` block whose first line is
`# file: firm/company.toml` is written there, without that line; with `, below firm/head.toml` after the name, what
stands in those files goes before it. All work in a fresh folder per document, with `examples/` in it. What must not
run, such as an installation, stands in a `sh` block.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import shlex
import tempfile
import unittest.mock
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sybil import Example, Sybil
from sybil.evaluators.doctest import OutputChecker
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

from salesrules.cli import main

ROOT = Path(__file__).resolve().parent
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

# On a busy machine an example may take any time: no test is a race against a clock.
settings.register_profile("unhurried", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

collect_ignore = ["docs/conf.py", "noxfile.py"]

#: The files that take longest, the longest first. Processes begin with them, so that none is left to one of them alone
#: at the end; pytest-xdist begins with the files that have most tests.
LONGEST = [
    "tests/docs/test_pages.py",
    "tests/differential/test_literal_oracle.py",
    "tests/architecture/test_lint.py",
    "tests/differential/test_proofs_z3.py",
    "tests/frames/test_spark.py",
    "tests/frames/test_sql_exactness.py",
    "tests/frames/test_expressions_exactness.py",
]


def pytest_configure(config: pytest.Config) -> None:
    """Leave the order of files to `LONGEST` when they go to several processes."""
    if config.getoption("numprocesses", None):
        config.option.loadscopereorder = False
        missing = [name for name in LONGEST if not (ROOT / name).is_file()]
        if missing:
            raise pytest.UsageError(f"LONGEST in conftest.py names what is not there: {', '.join(missing)}")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest files first in each of several processes."""
    if hasattr(config, "workerinput"):
        places = {ROOT / name: place for place, name in enumerate(LONGEST)}
        items.sort(key=lambda item: places.get(item.path, len(LONGEST)))


def run_console(example: Example) -> str:
    """Run each command of a console block; the differences, or nothing where all printed what they should."""
    return "".join(
        differences(command, printed, wanted)
        for command, wanted in commands(example.parsed)
        for printed in [run(command)]
    )


def commands(block: str) -> list[tuple[str, str]]:
    r"""The commands of a block, each with the output that is printed below it.

    >>> commands("$ salesrules check a.toml\n0 faults\n$ salesrules schema\n")
    [('salesrules check a.toml', '0 faults\n'), ('salesrules schema', '')]
    """
    found: list[tuple[str, str]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), ""))
        else:
            command, wanted = found[-1]
            found[-1] = (command, f"{wanted}{line}\n")
    return found


def run(command: str) -> str:
    """What a `salesrules` command prints, faults included."""
    program, *arguments = shlex.split(command)
    assert program == "salesrules", f"only salesrules runs in a console block, not {program}; use a sh block"
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    quiet = unittest.mock.patch.dict(os.environ, COLUMNS="120", NO_COLOR="1")
    with quiet, contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        main(arguments)
        printed.flush()
    return printed.buffer.getvalue().decode("utf-8")


def differences(command: str, printed: str, wanted: str) -> str:
    r"""Nothing where the output is the wanted one, else both.

    >>> differences("salesrules", "1 fault at line 7\n", "1 fault ...\n")
    ''
    >>> bool(differences("salesrules", "2 faults\n", "1 fault\n"))
    True
    """
    checker, shown = OutputChecker(), doctest.Example(command, wanted)
    if checker.check_output(wanted, printed, FLAGS):
        return ""
    return f"$ {command}\n{checker.output_difference(shown, printed, FLAGS)}"


def write_file(example: Example) -> None:
    """Write a block that names its file in its first line; any other is only looked at."""
    first, _, text = example.parsed.partition("\n")
    if first.startswith("# file: "):
        name, _, above = first.removeprefix("# file: ").partition(", below ")
        path = Path(name.strip())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*(Path(file).read_text("utf-8") for file in above.split()), text]), "utf-8")


def enter_folder(namespace: dict[str, Any]) -> None:
    """Begin a document in a fresh folder that has the examples in it."""
    stack = namespace["_stack"] = contextlib.ExitStack()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    if (ROOT / "examples").is_dir():
        (folder / "examples").symlink_to(ROOT / "examples")
    stack.enter_context(contextlib.chdir(folder))


def leave_folder(namespace: dict[str, Any]) -> None:
    """Go back to where the document was entered from."""
    namespace["_stack"].close()


pytest_collect_file = Sybil(
    parsers=[
        PythonCodeBlockParser(doctest_optionflags=FLAGS),
        CodeBlockParser(language="console", evaluator=run_console),
        *(CodeBlockParser(language=language, evaluator=write_file) for language in ("toml", "yaml", "text")),
        SkipParser(),
    ],
    patterns=["README.md", "docs/*.md", "docs/**/*.md"],
    excludes=["docs/_build/*"],
    setup=enter_folder,
    teardown=leave_folder,
).pytest()
