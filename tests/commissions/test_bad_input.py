"""Bad input in a company's own folder: each an error or a finding with its path, value and remedy, all at once."""

from pathlib import Path

import pytest

from salesrules import company
from salesrules.core import InvalidDocument
from salesrules.wire import check_rulebook

RETURNS = """
[[transactions]]
file = "data/returns.csv"
kind = "return"

[transactions.columns]
id = ["id"]
day = "date"
payee = "seller"
amount = "amount"
original = ["order"]
"""
SPLITS = """
[splits]
file = "data/splits.csv"
columns = { transaction = ["order"], payee = "who", share = "share" }
"""
DRAW = """
[commissions.assignments.draw]
id = "advance"
amount = "EUR 100"
recoverable = true
effective = { from = 2026-01-01 }
"""
AGAIN = """
[[commissions.assignments]]
id = "again"
plan = "representative"
effective = { from = 2026-03-31 }
positions = ["Manager"]
"""


def pool(id, fed_by):
    return f"""
[[commissions.pools]]
id = "{id}"
effective = {{ from = 2026-01-01 }}
currency = "EUR"
split = "equal"
pools = ["{fed_by}"]

[commissions.pools.component]
id = "pool"
credits = ["direct"]
measure = "amount"
accumulate = "quarter"
table = {{ kind = "amount", mode = "marginal", tiers = {{ side = "lower", bands = [{{ from = "0", value = "1%" }}] }} }}

[[commissions.pools.members]]
id = "all"
effective = {{ from = 2026-01-01 }}
positions = ["Representative"]
"""


class Firm:
    """The folder that `salesrules init` makes, to be spoilt."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        company.start_folder(folder)

    def edit(self, name, *pairs):
        path = self.folder / name
        text = path.read_text("utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, "utf-8")

    def add(self, name, text):
        path = self.folder / name
        path.write_text((path.read_text("utf-8") if path.exists() else "") + text, "utf-8")

    def check(self):
        return self._plain(check_rulebook(self.folder / "rulebook.toml"))

    def run(self):
        """The faults of a run, or (none) its findings."""
        try:
            found = company.load(self.folder).run("2026-Q1")
        except InvalidDocument as error:
            return self._plain(error.faults)
        return [f for f in found.commissions.findings if f.code.startswith("commissions.")]

    def _plain(self, faults):
        return [(f.code.removeprefix("commissions."), f.path, str(f.value), f.remedy, f.severity) for f in faults]


@pytest.fixture
def firm(tmp_path):
    return Firm(tmp_path / "firm")


def test_the_folder_itself_has_nothing_to_be_told(firm):
    assert (firm.check(), firm.run()) == ([], [])


def test_everything_wrong_with_a_rulebook_is_told_at_once_in_the_order_of_its_lines(firm):
    firm.edit("rulebook.toml", ('value = "6%"', 'value = "60%"'))
    firm.add("rulebook.toml", DRAW + AGAIN + pool("a", "b") + pool("b", "a"))
    unusual = (
        "unusual_rate",
        "commissions.plans[0].components[0].table.tiers.bands[2].value",
        "60%",
        "correct the rate (2% is 0.02), or raise sanity_rate if it is meant",
        "warning",
    )
    endless = (
        "endless_draw",
        "commissions.assignments[1].draw.effective",
        "[2026-01-01, …)",
        "give it an 'until'",
        "warning",
    )
    errors = [
        (
            "overlapping_assignments",
            "commissions.assignments[2].positions",
            "Manager",
            "let one end where the other starts",
            "error",
        ),
        ("circular_pool", "commissions.pools[0].pools", "b", "let pools feed in one direction", "error"),
        ("circular_pool", "commissions.pools[1].pools", "a", "let pools feed in one direction", "error"),
    ]
    assert firm.check() == [unusual, endless, *errors]
    assert firm.run() == errors, "warnings stop nobody's pay"


def test_a_rate_above_the_bound_and_a_draw_that_never_ends_are_paid_as_stated(firm):
    firm.edit("rulebook.toml", ('value = "6%"', 'value = "60%"'))
    firm.add("rulebook.toml", DRAW)
    assert [severity for *_, severity in firm.check()] == ["warning", "warning"]
    assert firm.run() == []


def test_tiers_out_of_order_name_the_bound_that_comes_too_late(firm):
    first = '{ from = "0%", to = "80%", value = "2%" },'
    last = '{ from = "100%", value = "6%" },'
    firm.edit("rulebook.toml", (first, ""), (last, f"{last}\n  {first}"))
    path = "commissions.plans[0].components[0].table.tiers.bands[2].from"
    assert firm.check() == firm.run() == [("wire.overlap", path, "0.00", "give more than 1.00", "error")]


def test_a_quota_of_zero_is_an_error_for_everybody_who_has_one(firm):
    months = [(f"{who}-01,{amount}", f"{who}-01,0") for who, amount in (("ben,2026", 20000), ("cho,2026", 15000))]
    others = [(old.replace("-01,", f"-0{n},"), new.replace("-01,", f"-0{n},")) for old, new in months for n in (2, 3)]
    firm.edit("data/targets.csv", *months, *others)
    assert firm.run() == [
        ("zero_quota", f"payees[{who}]", "0", "give one above zero", "error") for who in ("ben", "cho")
    ]


def test_payees_without_a_plan_on_a_date_are_all_told(firm):
    old = 'effective = { from = 2026-01-01 }\npositions = ["Representative"]'
    firm.edit("rulebook.toml", (old, old.replace("01-01", "02-01")))
    remedy = "add or extend an assignment or the days of its plan; a plan without components pays nothing"
    assert firm.run() == [
        ("no_plan", "payees[ben]", "O-1", remedy, "error"),
        ("no_plan", "payees[cho]", "O-2", remedy, "error"),
    ]


def test_returns_without_their_original_are_told_with_their_lines(firm):
    firm.add("company.toml", RETURNS)
    firm.add(
        "data/returns.csv",
        "id,date,seller,amount,order\n"
        "R-1,2026-03-01,ben,-10,O-9\n"
        "R-2,2026-01-01,ben,-10,O-1\n"
        "R-3,2026-03-01,ben,-18000.01,O-1\n"
        "R-4,2026-03-01,ben,-18000.00,O-1\n",
    )
    assert firm.run() == [
        ("unfit_return", "data/returns.csv:3", "2026-01-01", "correct the date", "error"),
        ("unfit_return", "data/returns.csv:2", "O-9", "give the id of a sale among the transactions", "error"),
        (
            "unfit_return",
            "data/returns.csv:4",
            "EUR -18000.01",
            "lower the return, or enter the rest against another sale",
            "error",
        ),
    ]


def test_a_return_that_names_nothing_says_so(firm):
    firm.add("company.toml", RETURNS)
    firm.add("data/returns.csv", "id,date,seller,amount,order\nR-1,2026-03-01,ben,-10,\n")
    assert firm.run() == [("company.cell", "order", "None", "fill it in, or leave the row out", "error")]


def test_splits_that_do_not_total_what_policy_says_are_told_with_what_is_missing(firm):
    firm.add("company.toml", SPLITS)
    rows = "O-1,ben,50%\nO-1,cho,49.9%\nO-2,ben,60%\nO-2,cho,60%\nO-3,bne,100%\n"
    firm.add("data/splits.csv", f"order,who,share\n{rows}")
    under = ("splits_under", "data/orders.csv:2", "99.9%", "give 0.1% more", "error")
    over = ("splits_over", "data/orders.csv:3", "120%", "take 20% away", "error")
    nobody = ("unknown_payee", "data/orders.csv:4", "bne", "add the person, or did you mean 'ben'", "error")
    assert firm.run() == [under, over, nobody]
    firm.edit("rulebook.toml", ("carry_shortfall = true", 'carry_shortfall = true\nmaximum_split = "120%"'))
    assert firm.run() == [under, nobody]


def test_currencies_without_a_rate_are_told_with_pair_day_and_line(firm):
    firm.edit("company.toml", ('amount = "amount"', 'amount = "amount"\ncurrency = "currency"'))
    rows = (firm.folder / "data/orders.csv").read_text("utf-8").splitlines()
    coins = ["currency", "USD", "EUR", "CHF", *["EUR"] * (len(rows) - 4)]
    text = "".join(f"{row},{coin}\n" for row, coin in zip(rows, coins, strict=True))
    (firm.folder / "data/orders.csv").write_text(text, "utf-8")
    assert firm.run() == [
        ("unmeasurable", "data/orders.csv:2", "USD 18000.00", "give the exchange rate USD/EUR of that day", "error"),
        ("unmeasurable", "data/orders.csv:4", "CHF 31000.00", "give the exchange rate CHF/EUR of that day", "error"),
    ]
    with pytest.raises(InvalidDocument, match="exchange rate USD/EUR: no entry on 2026-01-12"):
        company.load(firm.folder).run("2026-Q1")


def test_credits_that_a_misspelt_filter_leaves_out_are_a_finding_and_not_silence(firm):
    component = 'id = "quota"\ncredits = ["direct"]\n'
    filtered = f'{component}filters = [{{ attribute = "category", one_of = ["Machine"] }}]\n'
    firm.edit("rulebook.toml", (component, filtered))
    told = [(f.code.removeprefix("commissions."), f.parameters["payee"]) for f in firm.run()]
    assert told == [("uncounted", "ben"), ("uncounted", "cho")]


def test_a_crediting_rule_that_leads_to_nobody_is_a_finding_and_not_silence(firm):
    firm.edit("rulebook.toml", ('kind = "direct"\nid = "seller"', 'kind = "override"\nlevel = 2\nid = "seller"'),
              ('credits = ["direct"]', 'credits = ["override_2"]'), ("level = 1", "level = 3"),
              ('credits = ["override_1"]', 'credits = ["override_3"]'))  # fmt: skip
    (found,) = firm.run()
    rows = (firm.folder / "data/orders.csv").read_text("utf-8").splitlines()
    assert (found.code, found.parameters["lines"]) == ("commissions.uncredited", len(rows) - 1)
