"""Whatever is wrong with a folder, the command line names it, exits with 2, and leaves nothing half done."""

from collections.abc import Callable
from pathlib import Path

import pytest

from salesrules import company
from salesrules.cli import main

PERIOD = company.STARTER_PERIOD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    company.start_folder(tmp_path / "firm")
    return tmp_path / "firm"


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refused(folder: Path, capsys: pytest.CaptureFixture[str], *expected: str) -> str:
    """Run the folder, see that it is refused, and return what standard error said."""
    out = folder.parent / "out"
    assert main(["run", str(folder), "--period", PERIOD, "--out", str(out)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert not out.exists()
    assert "Traceback" not in printed.err
    for words in expected:
        assert words in printed.err
    return printed.err


def test_the_starter_runs_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(folder), "--period", PERIOD]) == 0
    assert "Ben Example" in capsys.readouterr().out


ZEROS = "cho,2026-01,0\ncho,2026-02,0\ncho,2026-03,0"
Change = Callable[[Path], None]

CASES: dict[str, tuple[Change, tuple[str, ...]]] = {
    "malformed TOML": (
        lambda f: edit(f, "rulebook.toml", "[commissions]", "[commissions"),
        ("rulebook.toml:18",),
    ),
    "malformed mapping": (lambda f: edit(f, "company.toml", 'currency = "EUR"', "currency = EUR"), ("company.toml:6",)),
    "unknown key": (
        lambda f: edit(f, "rulebook.toml", "pay_period", "pay_perod"),
        ("rulebook.toml:19", "commissions.pay_perod", "pay_period"),
    ),
    "unknown key of the mapping": (
        lambda f: edit(f, "company.toml", 'payee = "seller"', 'paye = "seller"'),
        ("company.toml", "transactions[0].columns.paye", "payee"),
    ),
    "wrong type": (
        lambda f: edit(f, "rulebook.toml", "carry_shortfall = true", 'carry_shortfall = "yes"'),
        ("commissions.carry_shortfall", "'yes'"),
    ),
    "a number that is not one": (
        lambda f: edit(f, "rulebook.toml", 'from = "0%", to = "80%", value = "2%"', 'from = nan, value = "2%"'),
        ("commissions.plans[0].components[0].table.tiers.bands[0].from",),
    ),
    "a float where a whole number belongs": (
        lambda f: edit(f, "rulebook.toml", "digits = 2", "digits = 2.9"),
        ("quotas.rounding.digits", "2.9"),
    ),
    "a negative bound": (
        lambda f: edit(f, "rulebook.toml", 'from = "0%", to = "80%"', 'from = "-5%", to = "80%"'),
        ("commissions.plans[0].components[0].table.tiers.bands[0].from", "start the first tier at 0"),
    ),
    "bands that overlap": (
        lambda f: edit(f, "rulebook.toml", 'from = "80%", to = "100%"', 'from = "70%", to = "100%"'),
        ("commissions.plans[0].components[0].table.tiers.bands[1]",),
    ),
    "bands with a gap": (
        lambda f: edit(f, "rulebook.toml", 'from = "80%", to = "100%"', 'from = "85%", to = "100%"'),
        ("commissions.plans[0].components[0].table.tiers.bands[1]",),
    ),
    "an empty range of days": (
        lambda f: edit(f, "rulebook.toml", "from = 2026-01-01", "from = 2026-01-01, until = 2026-01-01"),
        ("quotas.life.effective", "until"),
    ),
    "versions that overlap": (
        lambda f: edit(f, "rulebook.toml", 'family = "manager"', 'family = "representative"'),
        ("commissions.plans[1].life.effective", "hold on the same days"),
    ),
    "an unknown plan": (
        lambda f: edit(f, "rulebook.toml", 'plan = "manager"', 'plan = "manger"'),
        ("commissions.assignments[1].plan", "'manger'", "manager"),
    ),
    "an unapproved version": (
        lambda f: edit(f, "rulebook.toml", 'status = "in_force" #', 'status = "draft" #'),
        ("rulebook.toml:11: quotas.life.status", "draft"),
    ),
    "a plan that nobody is assigned to": (
        lambda f: edit(f, "rulebook.toml", 'positions = ["Representative"]', 'positions = ["Clerk"]'),
        ("payees[ben]", "no plan pays this person", "assignment"),
    ),
    "an unknown person": (
        lambda f: edit(f, "data/orders.csv", "O-3,2026-02-09,ben", "O-3,2026-02-09,bne"),
        ("data/orders.csv:4", "'bne'", "'ben'"),
    ),
    "an unknown manager": (
        lambda f: edit(f, "data/people.csv", "Representative,ada", "Representative,adam"),
        ("people", "adam"),
    ),
    "a cycle": (lambda f: edit(f, "data/people.csv", "Manager,", "Manager,ben"), ("ada", "ben")),
    "a duplicate transaction": (
        lambda f: edit(f, "data/orders.csv", "O-2,", "O-1,"),
        ("data/orders.csv:3", "'O-1'", "data/orders.csv:2"),
    ),
    "a person twice": (
        lambda f: edit(f, "data/people.csv", "cho,Cho", "ben,Cho"),
        ("data/people.csv:4", "'ben'"),
    ),
    "a missing quota": (
        lambda f: edit(f, "data/targets.csv", "ben,2026-02,20000\n", ""),
        ("ben", "2026-M02", "add a target line"),
    ),
    "a quota of zero": (
        lambda f: edit(f, "data/targets.csv", "cho,2026-01,15000\ncho,2026-02,15000\ncho,2026-03,15000", ZEROS),
        ("cho", "zero"),
    ),
    "a missing exchange rate": (
        lambda f: (
            edit(f, "company.toml", 'amount = "amount"', 'amount = "amount"\ncurrency = "category"'),
            edit(f, "data/orders.csv", "ben,Machines,18000.00", "ben,USD,18000.00"),
            [edit(f, "data/orders.csv", word, "EUR") for word in ("Parts", "Machines", "Machines", "Parts", "Parts")],
        )[0],
        ("USD/EUR", "2026-01-12"),
    ),
    "a date that is none": (
        lambda f: edit(f, "data/orders.csv", "2026-01-12", "12.01.2026"),
        ("data/orders.csv:2", "date", "'12.01.2026'", "date_format"),
    ),
    "a day outside the calendar": (
        lambda f: edit(
            f,
            "rulebook.toml",
            'name = "My sales compensation"',
            'name = "My sales compensation"\ncalendar.covers = { from = 2026-02-01, until = 2027-01-01 }',
        ),
        ("2026-02-01",),
    ),
    "a number with letters": (
        lambda f: edit(f, "data/orders.csv", "9500.00", "9500,00 EUR"),
        ("data/orders.csv:3",),
    ),
    "NaN": (lambda f: edit(f, "data/orders.csv", "9500.00", "NaN"), ("data/orders.csv:3", "'NaN'", "amount")),
    "a sale below zero": (
        lambda f: edit(f, "data/orders.csv", "9500.00", "-9500.00"),
        ("data/orders.csv:3", "amount", "return"),
    ),
    "a missing column": (
        lambda f: edit(f, "data/orders.csv", "seller", "sellr"),
        ("data/orders.csv", "seller", "sellr"),
    ),
    "an empty file": (lambda f: (f / "data/orders.csv").write_bytes(b"") and None, ("data/orders.csv", "empty")),
    "an empty rulebook": (lambda f: (f / "rulebook.toml").write_bytes(b"") and None, ("rulebook.toml", "empty")),
    "no such file": (lambda f: (f / "data/orders.csv").unlink(), ("data/orders.csv",)),
    "no mapping": (lambda f: (f / "company.toml").unlink(), ("company.toml",)),
    "a wrong encoding": (
        lambda f: (
            (f / "data/people.csv").write_bytes("id,name,position,manager\nada,Zoë,Manager,\n".encode("latin-1"))
            and None
        ),
        ("data/people.csv", "UTF-8"),
    ),
    "a path out of the folder": (
        lambda f: edit(f, "company.toml", "data/orders.csv", "../../etc/passwd"),
        ("../../etc/passwd", "folder"),
    ),
    "an absolute path": (
        lambda f: edit(f, "company.toml", "data/orders.csv", "/etc/passwd"),
        ("/etc/passwd", "folder"),
    ),
    "a rulebook out of the folder": (
        lambda f: edit(f, "company.toml", '"rulebook.toml"', '"../rulebook.toml"'),
        ("../rulebook.toml", "folder"),
    ),
    "a document of absurd depth": (
        lambda f: (f / "rulebook.toml").write_text("x = " + "[" * 5000 + "]" * 5000) and None,
        ("rulebook.toml",),
    ),
}


@pytest.mark.parametrize("change", CASES.values(), ids=list(CASES))
def test_bad_input_is_named_and_nothing_is_written(
    change: tuple[Change, tuple[str, ...]], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil, expected = change
    spoil(folder)
    assert refused(folder, capsys, *expected)


def test_all_faults_of_all_files_come_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(folder, "data/orders.csv", "2026-01-12", "soon")
    edit(folder, "data/orders.csv", "9500.00", "much")
    edit(folder, "data/targets.csv", "ben,2026-02,20000", "ben,2026-13,20000")
    edit(folder, "data/people.csv", "Cho Example", "")
    printed = refused(folder, capsys, "'soon'", "'much'", "'2026-13'", "data/people.csv:4")
    assert len(printed.splitlines()) >= 4


def test_an_unknown_period_kind_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for period in ("2026-M01", "someday", "2026-Q5"):
        assert main(["run", str(folder), "--period", period]) == 2
        assert period in capsys.readouterr().err


def test_wrong_command_lines_exit_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["pay"], ["run"], ["run", "x", "--peroid", "y"], ["demo", "--locale", "xx"]):
        assert main(arguments) == 2
        printed = capsys.readouterr()
        assert printed.err
        assert "Traceback" not in printed.err
