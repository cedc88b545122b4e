"""The firm of the cookbook, and a statement row by row.

`python pay.py` makes a copy of the firm in the folder `firm` and pays it; `start()` makes the copy alone, and
`pay("2026-M01")` prints what Ana is paid for January.
"""

import shutil
from decimal import Decimal
from pathlib import Path

from salesrules import company

HERE = Path(__file__).parent


def start(folder="firm"):
    """Make a fresh copy of the firm, with a plan that pays 10 % of everything."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE, folder)
    parts = (Path(folder, f"{name}.toml").read_text("utf-8") for name in ("section", "plan", "flat"))
    Path(folder, "rulebook.toml").write_text("\n".join(parts), "utf-8")


def pay(*periods, payee="ana", folder="firm"):
    """Print a payee's statements: each sale with its tiers, then what modifiers and balances add and take."""
    opened = company.load(folder)
    for period in periods:
        statement = opened.run(period).commissions.statement_of(payee)
        for line in statement.lines:
            show(line.credit.transaction.id, how(line), line.amount)
        for entry in (*statement.adjustments, *statement.balances):
            show(entry.kind.value, "", entry.amount)
        show("paid", period, statement.payable)
        if statement.closing:
            show("owes", "", statement.closing)
        if statement.held:
            show("held for later", "", statement.held)


def how(line):
    """How a sale was paid: what fell into each tier, and the rate there."""
    if line.formula:
        return line.formula.formula
    if line.reversal:
        return f"takes back {line.reversal.line.partition('/')[0]}"
    return " + ".join(piece(line, each) for each in line.pieces)


def piece(line, share):
    """What one tier paid."""
    if share.is_amount:
        return f"{plain(share.earned)} of tier {share.tier + 1}"
    rate = f"{plain(share.rate * 100)}%" if line.unit else plain(share.rate)
    return f"{plain(share.measure)} at {rate}{share.column and f' ({share.column})'}"


def plain(number):
    """A number without needless zeros; a fraction to four places."""
    decimal = number if isinstance(number, Decimal) else round(Decimal(number.numerator) / number.denominator, 4)
    return f"{decimal.normalize():,f}"


def show(what, how, amount):
    """Print one row."""
    print(f"{what:<14} {how:<56} {amount.amount:>12,.2f}{amount.currency:>5}")


if __name__ == "__main__":
    start("firm")
    pay("2026-M01")
