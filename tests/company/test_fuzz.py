"""Whatever a folder holds, loading and running it gives a result or a `SalesRulesError`, and nothing else."""

from __future__ import annotations

import contextlib
import io
import shutil
from pathlib import Path

import pytest
from company_folder import Folder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesrules import company
from salesrules.cli import main
from salesrules.core import SalesRulesError

STARTER = Path(company.__file__).parent / "starter"
FILES = ["company.toml", "rulebook.toml", "data/people.csv", "data/orders.csv", "data/targets.csv"]
TEXTS = {name: (STARTER / name).read_bytes() for name in FILES}
#: What is put in the place of a word: values of other types, boundaries, signs, names of other things.
WORDS = [
    b"", b" ", b"0", b"-1", b"1e400", b"nan", b"inf", b"9" * 60, b"0.5", b"true", b"{}", b"[]", b"[[]]", b'""', b'"',
    b"'", b",", b";", b"=", b"\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", "é".encode(), "王".encode(), b"ada",
    b"ben", b"zoe", b"EUR", b"USD", b"ZZZ", b"O-1", b"sale", b"return", b"2026-01-01", b"9999-12-31",
    b"0001-01-01", b"2026-Q1", b'"2026-02-30"', b'"-5%"', b'"1000%"', b'"EUR 5"',
    b"{ from = 2026-01-01, until = 2025-01-01 }", b"../x", b"/etc", b'"%Y"', b'"%"', b'"gb18030"', b'"utf-16"',
    b'"zlib"', b'"week"', b'"half_up"', b"{ digits = -12, mode = \"down\" }",
]  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file of the starter and what becomes of it: bytes changed, words exchanged, lines moved, cut or doubled."""
    name = draw(st.sampled_from(FILES))
    content = TEXTS[name]
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["byte", "cut", "insert", "word", "word", "word", "line", "swap", "truncate"]))
        place = draw(st.integers(0, max(len(content) - 1, 0)))
        lines = content.split(b"\n")
        row, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        match kind:
            case "byte":
                content = content[:place] + draw(st.binary(min_size=1, max_size=1)) + content[place + 1 :]
            case "cut":
                content = content[:place] + content[place + draw(st.integers(1, 30)) :]
            case "insert":
                content = content[:place] + draw(st.sampled_from(WORDS)) + content[place:]
            case "truncate":
                content = content[:place]
            case "line":
                lines[row:row] = [lines[other]]
                content = b"\n".join(lines)
            case "swap":
                lines[row], lines[other] = lines[other], lines[row]
                content = b"\n".join(lines)
            case _:
                mark = b"," if name.endswith(".csv") else b" "
                words = lines[row].split(mark)
                words[draw(st.integers(0, len(words) - 1))] = draw(st.sampled_from(WORDS))
                lines[row] = mark.join(words)
                content = b"\n".join(lines)
    return name, content


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("fuzz") / "firm")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutation=mutations())
def test_only_our_errors_come_out(firm: Folder, mutation: tuple[str, bytes]) -> None:
    name, content = mutation
    for file, text in TEXTS.items():
        (firm.path / file).write_bytes(content if file == name else text)
    try:
        result = company.load(firm.path).run(company.STARTER_PERIOD)
    except SalesRulesError as error:
        assert str(error)  # noqa: PT017 - what is asserted is that no other error came
        return
    assert sum(row["amount"] for row in result.to_records()) == sum(
        statement.paid.amount for statement in result.commissions.statements
    )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutation=mutations())
def test_the_command_line_gives_an_exit_code_and_writes_all_or_nothing(
    firm: Folder, mutation: tuple[str, bytes]
) -> None:
    name, content = mutation
    for file, text in TEXTS.items():
        (firm.path / file).write_bytes(content if file == name else text)
    out = firm.path.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    printed, faults = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(faults):
        code = main(["run", str(firm.path), "--period", company.STARTER_PERIOD, "--out", str(out)])
    if code == 2:
        assert not out.exists()
        assert printed.getvalue() == ""
        assert faults.getvalue()
    else:
        assert code == 0
        assert sorted(path.name for path in out.iterdir()) == ["report.html", "statements.csv", "statements.json"]
        assert faults.getvalue() == ""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("company.toml", b"x = " + b"[" * 100_000),
        ("company.toml", b".".join([b"a"] * 50_000) + b" = 1"),
        ("company.toml", b"#" * (2 * 1024 * 1024 + 1)),
        ("rulebook.toml", b"[[commissions.plans]]\n" * 100_000),
        ("rulebook.toml", b"x = " + b"{a=" * 5_000 + b"1" + b"}" * 5_000),
        ("data/people.csv", b'id,name,position,manager\n"' + b"x" * 200_000 + b'",b,c,d\n'),
        ("data/people.csv", b"id,name,position,manager\n" + b"," * 100_000 + b"\n"),
        ("data/orders.csv", b"order,date,seller,category,amount\n" + b"O,2026-01-01,ben,x," + b"9" * 90_000 + b"\n"),
        ("data/orders.csv", b"order,date,seller,category,amount\n" + b"O,nope,ben,x,nope\n" * 50_000),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_absurd_size_and_depth_are_refused(folder: Folder, name: str, content: bytes) -> None:
    (folder.path / name).write_bytes(content)
    found = folder.faults()
    assert 1 <= len(found) <= 300
    assert len(str(found)) < 100_000
