"""`check`, `diff`, `schema`, `diagram`, `init` and the frame around them: help, version, wrong command lines."""

from __future__ import annotations

import json
import re
import shlex
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

import salesrules
from salesrules import company, wire
from salesrules.rulebook import Rulebook

Cli = Callable[..., "object"]
SAMPLE = company.sample_folder() / "rulebook.toml"


def edited(path: Path, *changes: tuple[str, str], of: Path = SAMPLE) -> Path:
    text = of.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")
    return path


def test_the_sample_rulebook_has_no_errors(cli: Cli) -> None:
    printed = cli("check", SAMPLE)
    assert (printed.code, printed.err) == (0, "")
    assert printed.out.splitlines()[-1].startswith(f"{SAMPLE}: 0 error(s), ")
    assert not [line for line in printed.out.splitlines() if line.startswith("error: ")]


def test_check_lists_every_error_and_exits_with_1(cli: Cli, tmp_path: Path) -> None:
    changes = [('pay_period = "quarter"', 'pay_period = "moon"'), ('mode = "marginal"', 'mode = "sometimes"')]
    path = edited(tmp_path / "r.toml", *changes)
    printed = cli("check", path)
    assert (printed.code, printed.err) == (1, "")
    first, second, last = printed.out.splitlines()
    assert re.match(rf"error: {re.escape(str(path))}:\d+: commissions\.pay_period: ", first)
    assert re.match(
        rf"error: {re.escape(str(path))}:\d+: commissions\.plans\[0\]\.components\[0\]\.table\.mode: ", second
    )
    assert last == f"{path}: 2 error(s), 0 warning(s)"


def test_check_with_warnings_only_exits_with_0(cli: Cli, tmp_path: Path) -> None:
    path = edited(
        tmp_path / "r.toml",
        ("effective = { from = 2019-07-01, until = 2020-07-01 }", "effective = { from = 2019-07-01 }"),
    )
    printed = cli("check", path)
    assert printed.code == 0
    assert re.search(r"^warning: .*commissions\.assignments\[\d\]\.draw\.effective: .*never ends", printed.out, re.M)
    assert "0 error(s), 1 warning(s)" in printed.out.splitlines()[-1]


def test_check_as_of_a_day_finds_what_is_overdue(cli: Cli) -> None:
    before, after = (cli("check", SAMPLE, "--as-of", day) for day in ("2020-12-31", "2021-01-01"))
    assert "overdue" not in before.out
    assert re.search(r"warning: .*quotas\.life\.next_review: .*overdue", after.out)
    assert (before.code, after.code) == (0, 0)
    assert cli("check", SAMPLE, "--as-of", "someday").code == 2


def test_check_as_json(cli: Cli, tmp_path: Path) -> None:
    path = edited(tmp_path / "r.toml", ('pay_period = "quarter"', 'pay_period = "moon"'))
    printed = cli("check", path, "--json")
    assert printed.code == 1
    found = json.loads(printed.out)
    assert found.keys() == {"format", "faults", "proofs"}
    assert found["format"] == "salesrules.check/1"
    (fault,) = found["faults"]
    assert fault.keys() == {"code", "severity", "path", "file", "line", "value", "problem", "remedy"}
    assert (fault["severity"], fault["path"], fault["value"]) == ("error", "commissions.pay_period", "moon")
    assert fault["file"] == str(path)
    assert path.read_text("utf-8").splitlines()[fault["line"] - 1] == 'pay_period = "moon"'
    assert json.loads(cli("check", SAMPLE, "--json").out)["faults"] == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.toml", b"x = ["),
        ("r.toml", b""),
        ("r.toml", b"\xff\xfe"),
        ("r.txt", b"x = 1"),
        ("r.json", b'{"a": 1, "a": '),
        ("r.yaml", b"a: [b"),
    ],
)
@pytest.mark.parametrize("command", ["check", "diff"])
def test_what_cannot_be_read_exits_with_2(cli: Cli, tmp_path: Path, name: str, content: bytes, command: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    arguments = [path] if command == "check" else [SAMPLE, path]
    for extra in ([], ["--json"]):
        printed = cli(command, *arguments, *extra)
        assert (printed.code, printed.out) == (2, "")
        assert str(path) in printed.err


def test_rulebooks_in_json_and_yaml_are_checked_too(cli: Cli, tmp_path: Path) -> None:
    book = wire.dump_rulebook(wire.load_rulebook(SAMPLE))
    for name in ("r.json", "r.yaml"):  # JSON is YAML
        (tmp_path / name).write_text(json.dumps(book), "utf-8")
        assert cli("check", tmp_path / name).code == 0
        assert cli("diff", SAMPLE, tmp_path / name).out == "nothing changed\n"


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", ("was 0.6% and is now 0.7%", "in force")),
        ("zh_CN", ("0.6%", "0.7%", "生效")),
        ("zh_TW", ("0.6%", "0.7%", "生效")),
    ],
)
def test_diff_in_words(cli: Cli, tmp_path: Path, locale: str, words: tuple[str, ...]) -> None:
    new = edited(
        tmp_path / "r.toml", ('value = "0.6%"', 'value = "0.7%"'), ('status = "superseded"', 'status = "in_force"')
    )
    printed = cli("diff", SAMPLE, new, "--locale", locale)
    assert (printed.code, printed.err) == (0, "")
    assert len(printed.out.splitlines()) == 2
    assert [word for word in words if word not in printed.out] == []
    assert "rulebook." not in printed.out, "no code is left without its sentence"


def test_no_difference_is_said_in_the_reader_s_language(cli: Cli) -> None:
    assert cli("diff", SAMPLE, SAMPLE).out == "nothing changed\n"
    assert cli("diff", SAMPLE, SAMPLE, "--locale", "zh_CN").out == "没有变化\n"
    assert cli("diff", SAMPLE, SAMPLE, "--locale", "zh_TW").out == "沒有變化\n"


JOINERS = """[[quotas.ramps]]
id = "joiners-2019"
holders = ["481044938", "954276278", "758596752"]
starts = 2019-07-01
shares = ["50%", "75%", "90%"]
base = "own"
"""


def test_diff_as_json_holds_plain_data(cli: Cli, tmp_path: Path) -> None:
    new = edited(
        tmp_path / "r.toml",
        ('value = "0.6%"', 'value = "0.7%"'),
        ('starts = 2017-07-01\nshares = ["50%"]', 'starts = 2017-07-01\nshares = ["50%", "60%"]'),
        (JOINERS, ""),
    )
    found = json.loads(cli("diff", SAMPLE, new, "--json").out)
    assert found["format"] == "salesrules.diff/1"
    assert {(c["code"], c["path"]): (c["old"], c["new"]) for c in found["changes"]} == {
        ("rulebook.value_changed", "quotas.ramps[id=carson-2017].shares"): (["50%"], ["50%", "60%"]),
        ("rulebook.entry_removed", "quotas.ramps[id=joiners-2019]"): (
            {
                "id": "joiners-2019",
                "holders": ["481044938", "954276278", "758596752"],
                "starts": "2019-07-01",
                "shares": ["50%", "75%", "90%"],
                "base": "own",
            },
            None,
        ),
        (
            "rulebook.value_changed",
            "commissions.plans[id=representative-2017].components[id=quota].table.tiers[from=0].value",
        ): ("0.6%", "0.7%"),
    }
    assert json.loads(cli("diff", SAMPLE, SAMPLE, "--json").out)["changes"] == []


@pytest.mark.parametrize("document", [None, "rulebook", "company"])
def test_schema_is_a_json_schema_that_accepts_the_sample(cli: Cli, document: str | None) -> None:
    printed = cli("schema", *([document] if document else []))
    assert printed.code == 0
    schema = json.loads(printed.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    if document == "company":
        mapping = wire.load_document(company.sample_folder() / "company.toml", company.CompanyDocument)
        good = json.loads(wire.render_json(mapping))
        good["people"]["encoding"] = "gb18030"
    else:
        good = json.loads(wire.render_json(wire.dump_rulebook(wire.load_rulebook(SAMPLE))))
    validator.validate(good)
    assert not validator.is_valid({**good, "commision": {}})


def test_schema_of_an_unknown_document(cli: Cli) -> None:
    printed = cli("schema", "orders")
    assert (printed.code, printed.out) == (2, "")
    assert "orders" in printed.err


@pytest.mark.parametrize(
    ("name", "states"), [("quota", {"proposed", "accepted"}), ("sales_plan", {"submitted", "approved"})]
)
def test_diagrams_of_one_workflow(cli: Cli, name: str, states: set[str]) -> None:
    mermaid = cli("diagram", "quotas", name)
    assert mermaid.code == 0
    assert mermaid.out.startswith("stateDiagram-v2\n")
    assert states <= set(re.findall(r'state "(\w+)"', mermaid.out))
    root = ET.fromstring(cli("diagram", "quotas", name, "--format", "scxml").out)
    assert root.get("name") == name
    assert states <= {state.get("id") for state in root.iter() if state.tag.endswith("}state")}


def test_diagrams_of_all_workflows_of_a_room(cli: Cli) -> None:
    both = cli("diagram", "quotas").out
    assert both.count("stateDiagram-v2") == len(salesrules.quotas.WORKFLOWS) == 2
    for name in salesrules.quotas.WORKFLOWS:
        assert cli("diagram", "quotas", name).out in both
        assert salesrules.quotas.WORKFLOWS[name]().id == name


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["core"], ["room with workflows 'core'", "'quotas'"]),
        (["nowhere"], ["'nowhere'", "'quotas'"]),
        (["quotas", "qouta"], ["workflow of quotas 'qouta'", "'quota'"]),
        (["quotas", "life"], ["'quota'", "'sales_plan'"]),
        (["quotas", "--format", "png"], ["'png'", "mermaid", "scxml"]),
    ],
)
def test_unknown_diagrams(cli: Cli, arguments: list[str], words: list[str]) -> None:
    printed = cli("diagram", *arguments)
    assert (printed.code, printed.out) == (2, "")
    assert [word for word in words if word not in printed.err] == []


@pytest.mark.parametrize("name", ["my firm", "公司", "firm"])
def test_init_makes_a_folder_that_runs_with_the_command_it_prints(cli: Cli, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    printed = cli("init", folder)
    assert (printed.code, printed.err) == (0, "")
    *files, command = printed.out.splitlines()
    assert sorted(files) == sorted(str(path) for path in folder.rglob("*") if path.is_file())
    program, *arguments = shlex.split(command)
    assert program == "salesrules"
    assert cli(*arguments).code == 0
    assert cli("check", folder / "rulebook.toml").code == 0
    again = cli("init", folder)
    assert (again.code, again.out) == (2, "")
    assert "new or empty" in again.err


def test_help_and_version(cli: Cli) -> None:
    assert cli("--version").out.strip() == salesrules.__version__
    commands = ["demo", "run", "explain", "check", "diff", "schema", "diagram", "init"]
    for arguments in ([], ["--help"]):
        printed = cli(*arguments)
        assert printed.code == 0
        assert [command for command in commands if command not in printed.out] == []
    for command in commands:
        assert cli(command, "--help").code == 0


@pytest.mark.parametrize("arguments", [["pay"], ["demo", "extra", "words"], ["check"], ["demo", "--json=maybe"]])
def test_wrong_command_lines_name_the_help(cli: Cli, arguments: list[str]) -> None:
    printed = cli(*arguments)
    assert (printed.code, printed.out) == (2, "")
    assert printed.err.endswith("see: salesrules --help\n")


def test_a_rulebook_that_names_a_schema_is_read(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text('"$schema" = "rulebook.schema.json"\nrulebook.name = "X"\n', "utf-8")
    assert cli("check", path).code == 0
    assert wire.load_rulebook(path) == Rulebook(name="X")
