"""Terminals, pipes, interrupts, missing extras, odd encodings: the command line in the world as it is."""

from __future__ import annotations

import io
import json
import os
import re
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import salesrules
from salesrules import company
from salesrules.cli import main, output, paying
from salesrules.cli.reasons import LABELS
from salesrules.reports import RollUpKind

Cli = Callable[..., "object"]
PERIOD = company.STARTER_PERIOD
MAIN = "import sys; from salesrules.cli import main; sys.exit(main())"
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def rows(text: str) -> list[str]:
    """The last frame's lines as a reader sees them."""
    return [line.rstrip() for line in ESCAPE.sub("", text).replace("\r", "").splitlines()]


def test_progress_is_shown_on_a_terminal_only(in_terminal: Cli, cli: Cli, firm: Path) -> None:
    seen = in_terminal(["run", firm, "--period", PERIOD])
    assert seen.code == 0
    assert "firm" in rows(seen.out)[0]
    assert "━" in rows(seen.out)[0]
    assert "\x1b[" in seen.out
    printed = cli("run", firm, "--period", PERIOD)
    assert printed.err == ""
    assert "\x1b" not in printed.out


def test_forced_colours_bring_no_progress_into_a_pipe(
    process: Callable[..., subprocess.CompletedProcess[str]], firm: Path
) -> None:
    done = process(MAIN, "run", str(firm), "--period", PERIOD, FORCE_COLOR="1", TTY_COMPATIBLE="1")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("columns", "headings"),
    [
        (120, ["Payee", "Plan", "Attainment", "Earned", "recoveries", "Paid"]),
        (90, ["Payee", "Plan", "Attainment", "Earned", "recoveries", "Paid"]),
        (66, ["Payee", "Attainment", "Earned", "recoveries", "Paid"]),
        (50, ["Payee", "Earned", "recoveries", "Paid"]),
        (30, ["Payee", "Paid"]),
    ],
)
def test_narrow_terminals_leave_out_columns_but_break_no_amount(
    in_terminal: Cli, firm: Path, columns: int, headings: list[str]
) -> None:
    seen = in_terminal(["run", firm, "--period", PERIOD], columns)
    assert seen.code == 0
    lines = rows(seen.out)
    table = lines[next(i for i, line in enumerate(lines) if line.startswith("┏")) :]
    table = table[: next(i for i, line in enumerate(table) if line.startswith("└")) + 1]
    head = next(line for line in table if "Payee" in line)
    assert [word.strip() for word in head.strip("┃").split("┃")] == headings
    assert next(line for line in table if line.startswith("│ Ben")).endswith("€1,192.01 │")
    assert next(line for line in table if line.startswith("│ Total")).endswith("€2,944.79 │")
    assert {len(line) for line in table} == {len(table[0])}
    assert len(table[0]) <= columns


def test_an_amount_that_fits_nowhere_is_seen_to_be_cut(in_terminal: Cli, firm: Path) -> None:
    seen = in_terminal(["run", firm, "--period", PERIOD], 16)
    assert seen.code == 0
    assert "…" in seen.out


def test_in_a_pipe_nothing_is_broken_up_however_long_the_names(cli: Cli, firm: Path) -> None:
    people = (firm / "data/people.csv").read_text("utf-8")
    name = "Ben " + "Example " * 40
    (firm / "data/people.csv").write_text(people.replace("Ben Example", name), "utf-8")
    printed = cli("run", firm, "--period", PERIOD)
    assert f"│ {name.strip()} │ Sales representatives 2026 │" in printed.out


def test_names_cannot_steer_the_terminal(in_terminal: Cli, firm: Path) -> None:
    people = (firm / "data/people.csv").read_text("utf-8")
    hostile = "Ben\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe[red]x[/red]"
    (firm / "data/people.csv").write_text(people.replace("Ben Example", hostile), "utf-8")
    seen = in_terminal(["run", firm, "--period", PERIOD], 200)
    assert seen.code == 0
    for obeyed in ("\x1b]0;", "\x07", "\x1b[2J", "\x9b", "\u202e"):
        assert obeyed not in seen.out
    shown = r"Ben\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe[red]x[/red]"
    assert [line for line in rows(seen.out) if shown in line]


def test_faults_cannot_steer_the_terminal(cli: Cli, firm: Path) -> None:
    (firm / "rulebook.toml").write_text('["a\\u001b[2Jb"]\nx = 1\n', "utf-8")
    printed = cli("check", firm / "rulebook.toml")
    assert printed.code == 1
    assert "\x1b" not in printed.out
    assert r"a\x1b[2Jb" in printed.out
    printed = cli("check", firm / "rulebook.toml", "--json")
    assert "\x1b" not in printed.out
    assert '["a\x1b[2Jb"]' in [fault["path"] for fault in json.loads(printed.out)["faults"]]


@pytest.mark.parametrize("arguments", [["--json"], []])
def test_a_closed_pipe_ends_quietly(firm: Path, arguments: list[str]) -> None:
    orders = ["order,date,seller,category,amount"]
    orders += [f"O-{number},2026-01-12,ben,Parts,1.00" for number in range(3_000)]
    (firm / "data/orders.csv").write_text("\n".join(orders) + "\n", "utf-8")
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", MAIN, "explain", str(firm), "--period", PERIOD, "--payee", "ben", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(company.__file__).parents[2])}
    done = subprocess.run(command, env=environment, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_reader_that_went_away_is_no_fault(monkeypatch: pytest.MonkeyPatch, firm: Path) -> None:
    silenced: list[bool] = []

    def broken(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(output, "write", broken)
    monkeypatch.setattr(output, "silence", lambda: silenced.append(True))
    assert main(["diff", str(firm / "rulebook.toml"), str(firm / "rulebook.toml")]) == 0
    assert silenced == [True]


def test_silence_needs_no_real_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    output.silence()
    assert sys.stdout.write("still there") == 11


def test_an_interrupt_is_exit_code_130(cli: Cli, firm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(paying.company, "load", interrupt)
    printed = cli("run", firm, "--period", PERIOD, "--out", tmp_path / "out")
    assert (printed.code, printed.out, printed.err) == (130, "", "interrupted\n")
    assert not (tmp_path / "out").exists()


def test_ctrl_c_in_a_process(process: Callable[..., subprocess.CompletedProcess[str]], firm: Path) -> None:
    code = f"""
import os, signal, sys
from salesrules import company
from salesrules.cli import main
company.Company.run = lambda *_, **__: os.kill(os.getpid(), {int(signal.SIGINT)}) or signal.pause()
sys.exit(main())
"""
    done = process(code, "run", str(firm), "--period", PERIOD)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")


BLOCK = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)
sys.meta_path.insert(0, Block())
from salesrules.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("missing", "command", "install"),
    [
        ("cyclopts", ["--version"], "pip install 'salesrules[cli]'"),
        ("rich", ["--version"], "pip install 'salesrules[cli]'"),
        ("jinja2", ["run", "FIRM", "--period", PERIOD, "--out", "OUT"], "pip install 'salesrules[report]'"),
        ("vl_convert", ["run", "FIRM", "--period", PERIOD, "--out", "OUT"], "pip install 'salesrules[report]'"),
        ("ruamel", ["check", "YAML"], "pip install 'salesrules[yaml]'"),
    ],
)
def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    process: Callable[..., subprocess.CompletedProcess[str]], firm: Path, missing: str, command: list[str], install: str
) -> None:
    out, yaml = firm.parent / "out", firm.parent / "r.yaml"
    yaml.write_text("rulebook: {name: X}\n", "utf-8")
    places = {"FIRM": str(firm), "OUT": str(out), "YAML": str(yaml)}
    done = process(BLOCK.format(names={missing}), *(places.get(word, word) for word in command))
    assert (done.returncode, done.stdout) == (2, "")
    assert install in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not out.exists()


def test_without_the_extra_there_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "salesrules.cli.app", raising=False)
    monkeypatch.setitem(sys.modules, "cyclopts", None)
    assert main(["--version"]) == 2
    printed = capsys.readouterr()
    assert printed.err == "the command line needs cyclopts; install it with: pip install 'salesrules[cli]'\n"


@pytest.mark.parametrize("missing", ["jinja2", "altair", "vl_convert", "ruamel", "tree_sitter", "tree_sitter_toml"])
def test_what_a_command_does_not_need_may_be_missing(
    process: Callable[..., subprocess.CompletedProcess[str]], firm: Path, missing: str
) -> None:
    done = process(BLOCK.format(names={missing}), "run", str(firm), "--period", PERIOD)
    assert (done.returncode, done.stderr) == (0, "")
    assert "€1,192.01" in done.stdout


@pytest.mark.parametrize("missing", ["tenacity", "sqlalchemy", "numpy", "narwhals"])
def test_a_diagram_needs_no_storage_and_no_frames(
    process: Callable[..., subprocess.CompletedProcess[str]], missing: str
) -> None:
    done = process(BLOCK.format(names={missing}), "diagram", "leads")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("stateDiagram-v2")


def test_a_fault_of_our_own_is_not_taken_for_a_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "salesrules.cli.app", None)
    with pytest.raises(ModuleNotFoundError):
        main(["--version"])


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk", "utf-8"])
def test_a_terminal_of_another_encoding_gets_escapes_not_errors(
    firm: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    people = (firm / "data/people.csv").read_text("utf-8")
    (firm / "data/people.csv").write_text(people.replace("Ben Example", "王小明 Zoë\u0085"), "utf-8")
    for arguments in ([], ["--json"]):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["run", str(firm), "--period", PERIOD, *arguments]) == 0
        assert stream.errors == "strict"
        stream.flush()
        printed = stream.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]  # a BytesIO
        if arguments:
            assert json.loads(printed)["statements"][1]["name"] == "王小明 Zoë\u0085".strip()
        else:
            shown = "王小明" if encoding in ("gbk", "utf-8") else r"\u738b\u5c0f\u660e"
            assert shown in printed


def test_output_into_a_buffer_of_somebody_elses(monkeypatch: pytest.MonkeyPatch, firm: Path) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["run", str(firm), "--period", PERIOD]) == 0
    assert "Ben Example" in stream.getvalue()


def test_the_module_runs_as_a_program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["salesrules", "--version"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("salesrules.cli", run_name="__main__")
    assert (caught.value.code, capsys.readouterr().out.strip()) == (0, salesrules.__version__)


def test_every_word_of_the_command_line_is_used() -> None:
    source = "".join(
        path.read_text("utf-8") for path in Path(output.__file__).parent.glob("*.py") if path.stem != "reasons"
    )
    words = [code.rpartition(".")[2] for code in LABELS]
    assert [
        word
        for word in words
        if f'"{word}"' not in source and f"label.{word}" not in source and not word.startswith("by_")
    ] == []
    assert {word for word in words if word.startswith("by_")} == {f"by_{kind.value}" for kind in RollUpKind}
