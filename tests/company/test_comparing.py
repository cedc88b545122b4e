"""Why pay differs between two periods of a folder, and restatements in rows, documents and pages."""

from __future__ import annotations

import json
from decimal import Decimal

import attrs
import pytest
from company_folder import Folder

from salesrules import company
from salesrules.commissions import Restatement, RestatementCause
from salesrules.company.results import COLUMNS
from salesrules.core import CurrencyTable, InvalidValue, Money, UnknownName
from salesrules.reports import render_report

PAYEE = "758596752"


def cells(found: company.PayComparison) -> list[tuple[str, str]]:
    return [(change.reason.code.removeprefix("commissions.why_"), str(change.amount)) for change in found.changes]


@pytest.fixture
def ready(
    sample: company.Company, sample_run: company.CompanyResult, monkeypatch: pytest.MonkeyPatch
) -> company.Company:
    """The sample company, run once for all tests; the statements of all periods up to then are in that run."""
    monkeypatch.setattr(company.Company, "run", lambda self, period: sample_run)
    return sample


def test_pay_is_compared_with_the_period_before(ready: company.Company) -> None:
    found = ready.why("2020-Q1", PAYEE)
    before, after = found.paid
    assert (found.earlier_period.label, str(before), str(after)) == ("2019-Q4", "USD 5317.88", "USD 4733.61")
    assert sum(change.amount.amount for change in found.changes) == Decimal("-584.27")
    assert found.currencies == CurrencyTable.iso()


@pytest.mark.parametrize(("period", "against"), [("2019-Q4", "2020-Q1"), ("2020-Q1", "2019-Q4")])
def test_either_period_may_be_the_earlier_one(ready: company.Company, period: str, against: str) -> None:
    found = ready.why(period, PAYEE, against=against)
    assert (found.period.label, found.earlier_period.label) == (period, against)
    assert found.before is not None
    assert found.after is not None
    assert (found.before.period.label, found.after.period.label) == (against, period)


def test_a_first_period_is_compared_with_nothing(ready: company.Company) -> None:
    found = ready.why("2019-Q3", PAYEE)
    assert found.before is None
    assert found.paid[0] == Money.zero("USD")
    assert sum(change.amount.amount for change in found.changes) == found.paid[1].amount
    assert ready.why("2019-Q2", PAYEE, against="2019-Q3").after is None


def test_nothing_to_compare(ready: company.Company) -> None:
    with pytest.raises(UnknownName) as caught:
        ready.why("2020-Q1", "75859675")
    assert PAYEE in caught.value.nearest
    with pytest.raises(UnknownName) as caught:
        ready.why("2020-Q1", "nobody at all")
    assert len(caught.value.nearest) == 3
    with pytest.raises(InvalidValue, match="label"):
        ready.why("2020-Q9", PAYEE)


def test_the_later_of_both_periods_is_run(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, plain, asked = folder.load(), company.Company.run, []

    def run(self: company.Company, period: str) -> company.CompanyResult:
        asked.append(period)
        return plain(self, period)

    monkeypatch.setattr(company.Company, "run", run)
    opened.why("2026-Q1", "ben")
    opened.why("2026-Q1", "ben", against="2026-Q2")
    assert asked == ["2026-Q1", "2026-Q2"]


def test_the_document_holds_text_only(ready: company.Company) -> None:
    document = ready.why("2020-Q1", PAYEE).to_document()
    assert json.loads(json.dumps(document)) == document
    assert document["before"] == "USD 5317.88"
    quota = next(change for change in document["changes"] if change["code"] == "commissions.why_quota")
    assert quota["parameters"]["quota_before"] == "USD 225000.00"
    assert "/" in quota["parameters"]["rate_before"]


def test_a_folder_that_starts_has_no_earlier_statement(folder: Folder) -> None:
    found = folder.load().why(company.STARTER_PERIOD, "ben")
    assert found.before is None
    assert cells(found)[0][0] == "measure"


def restated(result: company.CompanyResult, amount: str) -> company.CompanyResult:
    """The result with a restatement on its first statement."""
    first, *others = result.commissions.statements
    money = Money(amount, first.currency)
    entry = Restatement(
        payee=first.payee,
        period=first.period,
        causes=[RestatementCause.QUOTA, RestatementCause.PERSON],
        subjects=["q-1"],
        amount=money,
        earned=money,
        owed=Money.zero(first.currency),
    )
    changed = attrs.evolve(first, restatements=[entry], paid=first.paid + money)
    run = attrs.evolve(result.commissions, statements=[changed, *others])
    return attrs.evolve(result, content=attrs.evolve(result.content, run=run))


def test_restatements_have_their_rows_and_all_rows_sum_to_what_is_paid(sample_run: company.CompanyResult) -> None:
    result = restated(sample_run, "12.34")
    rows = result.to_records()
    (row,) = [row for row in rows if row["entry"] == "restatement"]
    assert tuple(row) == COLUMNS
    assert (row["amount"], row["kind"], row["line"]) == (Decimal("12.34"), "quota, person", "2020-Q1")
    assert sum(row["amount"] for row in rows) == result.commissions.totals()["USD"].amount
    assert result.summary_records()[0]["restated"] == Decimal("12.34")
    document = result.to_document()["statements"][0]["restatements"]
    assert document == [
        {
            "period": "2020-Q1",
            "causes": ["quota", "person"],
            "subjects": ["q-1"],
            "amount": "12.34",
            "earned": "12.34",
            "owed": "0",
            "held": None,
        }
    ]


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "Restatement of Q1 2020 (quota and people or assignments)"),
        ("zh_CN", "2020年第1季度的重述（配额和人员或方案分配）"),
    ],
)
def test_restatements_stand_in_the_report(sample_run: company.CompanyResult, locale: str, words: str) -> None:
    page = render_report(restated(sample_run, "12.34").content, locale)
    assert words in page
    assert words not in render_report(sample_run.content, locale)
