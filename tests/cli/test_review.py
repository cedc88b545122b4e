"""`salesrules review`: findings with paths, exit codes, JSON as documented, bad documents."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "contracts"
BOOK = FOLDER / "rulebook.toml"
ALWAYS = ("--rulebook", BOOK, "--as-of", "2026-06-01")


def review(cli, name: str, *more: object):
    return cli("review", FOLDER / name, *ALWAYS, *more)


def test_a_contract_that_stands_is_referred_to_the_step_of_its_amount(cli) -> None:
    printed = review(cli, "contract.json", "--quotation", FOLDER / "quotation.json")
    assert (printed.code, printed.err) == (0, "")
    assert "Needs the approval of head_of_sales (contract.sign)." in printed.out


def test_every_finding_stands_after_its_path_and_the_code_is_1(cli) -> None:
    printed = review(cli, "faulty-contract.json")
    assert printed.code == 1
    lines = printed.out.splitlines()
    assert lines[0] == "Denied"
    assert [line.split(":")[0] for line in lines if line.startswith("contract.")] == [
        "contract.signatory", "contract.lines[0].amount", "contract.lines[1].amount", "contract.total",
        "contract.template", "contract.payment.method", "contract.payment.days", "contract.delivery",
        "contract.delivery", "contract.payment.days", "contract.lines[0].unit_price",
    ]  # fmt: skip


@pytest.mark.parametrize(("locale", "word"), [("zh_CN", "不予准许"), ("zh_TW", "合約沒有約定")])
def test_it_speaks_the_readers_language(cli, locale, word) -> None:
    assert word in review(cli, "faulty-contract.json", "--locale", locale).out


def test_parts_of_one_matter_add_up(cli, tmp_path) -> None:
    other = json.loads((FOLDER / "contract.json").read_text("utf-8")) | {"id": "C-2"}
    (tmp_path / "other.json").write_text(json.dumps(other), "utf-8")
    given = ("--quotation", FOLDER / "quotation.json", "--related", tmp_path / "other.json")
    assert "CN¥50,000.00" in review(cli, "contract.json", *given).out


QUOTED = ("--quotation", FOLDER / "quotation.json")
PEOPLE = ("--organisation", FOLDER / "organisation.json")


def test_an_organisation_names_the_people_of_a_step(cli) -> None:
    printed = review(cli, "contract.json", *QUOTED, *PEOPLE)
    assert printed.code == 0
    assert "Needs the approval of heidi (contract.sign)." in printed.out


def changed(tmp_path: Path, name: str, **changes: object) -> Path:
    """An example's document with some fields changed."""
    document = json.loads((FOLDER / name).read_text("utf-8")) | changes
    path = tmp_path / name
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_with_an_organisation_the_signatory_needs_authority(cli, tmp_path) -> None:
    """Sam may sign up to a million; Heidi may not sign at all."""
    other = changed(tmp_path, "contract.json", signatory="heidi")
    assert cli("review", other, *ALWAYS, *QUOTED).code == 0
    printed = cli("review", other, *ALWAYS, *QUOTED, *PEOPLE)
    assert printed.code == 1
    assert [line.split(":")[0] for line in printed.out.splitlines() if "heidi" in line and "Error" in line] == [
        "contract.signatory"
    ]


def test_evidence_turns_the_referral_into_a_yes(cli, tmp_path) -> None:
    yes = ("--evidence", FOLDER / "approval.json")
    told = review(cli, "contract.json", *QUOTED, *PEOPLE, *yes)
    assert (told.code, told.out.splitlines()[0]) == (0, "Allowed")
    assert "C-2026-017/1 was approved, last by heidi." in told.out
    for changes in ({"subject": "C-1/1"}, {"act": "contract.change"}):
        other = changed(tmp_path, "approval.json", **changes)
        assert "Referred" in review(cli, "contract.json", *QUOTED, *PEOPLE, "--evidence", other).out
        both = review(cli, "contract.json", *QUOTED, *PEOPLE, "--evidence", other, *yes)
        assert both.out.splitlines()[0] == "Allowed"
    own = changed(tmp_path, "approval.json", approver="ann")
    assert review(cli, "contract.json", *QUOTED, *PEOPLE, "--evidence", own).code == 1


def test_days_of_payment_need_the_credit_desk(cli, tmp_path) -> None:
    later = changed(tmp_path, "contract.json", payment={"method": "transfer", "days": 30})
    found = json.loads(cli("review", later, *ALWAYS, *QUOTED, "--json").out)
    assert "contracts.credit_missing" in [one["code"] for one in found["findings"]]
    with_credit = json.loads(cli("review", later, *ALWAYS, *QUOTED, "--credit", FOLDER / "credit.json", "--json").out)
    assert (with_credit["outcome"], with_credit["findings"][0]["code"]) == ("refer", "approvals.row_chosen")
    over = {"customer": "harbour", "exposure": "CNY 9000.00", "limit": "CNY 5000.00", "threshold": "100%"}
    reasons = [{"code": "credit.over_limit", "parameters": over, "path": "order"}]
    no = tmp_path / "credit.json"
    no.write_text(json.dumps({"outcome": "deny", "reasons": reasons}), "utf-8")
    denied = cli("review", later, *ALWAYS, *QUOTED, "--credit", no)
    assert denied.code == 1
    assert "harbour would owe CN¥9,000.00 on a limit of CN¥5,000.00" in denied.out


@pytest.mark.parametrize(
    ("option", "text", "place"),
    [
        ("--organisation", '{"units": [{"id": "a"}]}', "units[0].kind"),
        (
            "--organisation",
            '{"units": [{"id": "a", "kind": "unit", "parent": "b", "effective": {"from": "2026-01-01"}}]}',
            "units[0].parent",
        ),
        ("--credit", '{"outcome": "maybe"}', "outcome"),
        ("--credit", '{"outcome": "deny", "reasons": [{"path": "x"}]}', "reasons[0].code"),
        ("--evidence", '{"approver": "heidi"}', "subject"),
        ("--evidence", "[", "paper.json"),
    ],
)
def test_a_paper_beside_the_contract_that_cannot_be_read_is_2_with_its_place(
    cli, tmp_path, option, text, place
) -> None:
    path = tmp_path / "paper.json"
    path.write_text(text, "utf-8")
    printed = review(cli, "contract.json", option, path)
    assert (printed.code, printed.out) == (2, "")
    assert place in printed.err


def fields(page: str, heading: str) -> set[str]:
    rows = page[page.index(heading) :].split("\n| --- | --- |\n", 1)[1].split("\n\n", 1)[0]
    return {name for row in rows.splitlines() for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def test_json_is_as_the_reference_says(cli, root) -> None:
    page = (root / "docs" / "reference" / "command-line.md").read_text("utf-8")
    printed = review(cli, "faulty-contract.json", "--json")
    document = json.loads(printed.out)
    assert printed.code == 1
    assert document.keys() == fields(page, "### salesrules.review/1")
    assert all(finding.keys() == fields(page, "Each finding of a review:") for finding in document["findings"])
    total = next(one for one in document["findings"] if one["code"] == "contracts.total_differs")
    assert total["parameters"] == {"stated": "CNY 225000.00", "expected": "CNY 212200.00"}
    referred = json.loads(review(cli, "contract.json", "--quotation", FOLDER / "quotation.json", "--json").out)
    assert referred["outcome"] == "refer"
    assert referred["approvals"] == [{"approver": "head_of_sales", "act": "contract.sign"}]
    assert (referred["headroom"], referred["changes_at"]) == ("CNY 275000.00", "2026-06-30")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"id": "C", "total": "ten"}', "total"),
        ('{"id": "C", "lines": [{"id": "1"}]}', "lines[0].product"),
        ('{"id": "C", "payment": {"days": "soon"}}', "payment.days"),
        ("{", "contract.json"),
    ],
)
def test_a_document_that_cannot_be_read_is_2_with_every_place(cli, tmp_path, text, place) -> None:
    path = tmp_path / "contract.json"
    path.write_text(text, "utf-8")
    printed = cli("review", path, *ALWAYS)
    assert (printed.code, printed.out) == (2, "")
    assert place in printed.err


def test_a_rulebook_without_the_section_is_2(cli, tmp_path) -> None:
    book = tmp_path / "book.toml"
    book.write_text('rulebook.name = "None"\n', "utf-8")
    printed = cli("review", FOLDER / "contract.json", "--rulebook", book, "--as-of", "2026-06-01")
    assert printed.code == 2
    assert "contracts" in printed.err
    assert cli("review", tmp_path / "none.json", *ALWAYS).code == 2
