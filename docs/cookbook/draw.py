"""The pictures of the cookbook, each made from the plan that stands above it on its page.

`python docs/cookbook/draw.py` draws those that are missing or stale. A picture holds the exact knots of its curve, so
that tests/docs/test_cookbook.py finds stale ones whatever drew them.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import attrs

from salesrules.commissions import (
    CommissionPolicy,
    CurveProof,
    EarningsFloor,
    FormulaTable,
    LimitSpan,
    Measure,
    Plan,
    prove_plan,
)
from salesrules.reports import PlanCurve, draw_payout_curve
from salesrules.wire import load_rulebook

HERE = Path(__file__).parent
FIRM = HERE.parents[1] / "examples" / "cookbook"
#: What everybody at the cookbook's firm has to sell in a quarter.
QUOTA = Decimal(100_000)
BLOCK = re.compile(r"^```toml\n# file: firm/rulebook\.toml, below ([^\n]*)\n(.*?)^```", re.M | re.S)
PICTURE = re.compile(r"^!\[(.*?): .*\]\(pictures/(.*)\.svg\)$", re.M)
KNOTS = re.compile(r"<metadata>(.*?)</metadata>")


class Recipe(NamedTuple):
    """A picture's name and title, and the rulebook whose curve it shows."""

    name: str
    title: str
    rulebook: str


def recipes() -> Iterator[Recipe]:
    """Every picture of every page, with the plan above it."""
    for page in sorted(HERE.glob("*.md")):
        text = page.read_text("utf-8")
        for picture in PICTURE.finditer(text):
            block = list(BLOCK.finditer(text, 0, picture.start()))[-1]
            heads = (FIRM / Path(name).name for name in block[1].split())
            yield Recipe(picture[2], picture[1], "\n".join([*(head.read_text("utf-8") for head in heads), block[2]]))


def plan_of(rulebook: str) -> Plan:
    """The rulebook's only plan; a draw is in it as the floor that it is to what is paid in its first month."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rulebook.toml")
        path.write_text(rulebook, "utf-8")
        policy = load_rulebook(path).policy(CommissionPolicy)
    [plan] = policy.plans
    draws = [assignment.draw for assignment in policy.assignments if assignment.draw is not None]
    floors = [EarningsFloor(id=draw.id, amount=draw.amount, per=LimitSpan.PERIOD) for draw in draws]
    return attrs.evolve(plan, modifiers=[*plan.modifiers, *floors])


def curves_of(rulebook: str) -> list[CurveProof]:
    """The curve of the plan's first component, or those of its columns, at the firm's quota and with its modifiers."""
    plan = plan_of(rulebook)
    return [c for c in prove_plan(plan, quota=QUOTA).curves if c.component == plan.components[0].id]


def picture(recipe: Recipe) -> str:
    """The picture of a plan's first component."""
    plan = plan_of(recipe.rulebook)
    [shown], component = curves_of(recipe.rulebook), plan.components[0]
    drawn = PlanCurve(
        plan=plan.id,
        component=component.id,
        currency=plan.currency,
        mode=None if isinstance(component.table, FormulaTable) else component.table.mode,
        is_in_units=component.measure in (Measure.QUANTITY, Measure.COUNT),
        proof=shown,
    )
    return draw_payout_curve(drawn, title=recipe.title)


def knots(curves: list[CurveProof]) -> str:
    """Every piece of every curve: column, whether it owns its start, start, pay there, rate, how the rate grows."""
    rows = [
        [
            c.column,
            c.curve.owns_start(i),
            *(str(Fraction(number)) for number in (s.start, s.base, s.slope, s.curvature)),
        ]
        for c in curves
        for i, s in enumerate(c.curve.segments)
    ]
    return json.dumps(rows)


def drawn_knots(name: str) -> str | None:
    """The knots that a committed picture holds; `None` where there is no picture."""
    path = HERE / "pictures" / f"{name}.svg"
    found = KNOTS.search(path.read_text("utf-8")) if path.is_file() else None
    return found[1] if found else None


def main() -> None:
    """Draw every picture that is missing or stale, and remove those that no page shows."""
    wanted = list(recipes())
    for recipe in wanted:
        curves = curves_of(recipe.rulebook)
        if drawn_knots(recipe.name) != knots(curves):
            kept = f'</title><metadata>{knots(curves)}</metadata><rect width="100%" height="100%" fill="white"/>'
            path = HERE / "pictures" / f"{recipe.name}.svg"
            path.write_text(picture(recipe).replace("</title>", kept, 1), "utf-8")
            print(f"drawn: {path.relative_to(HERE)}")
    for path in (HERE / "pictures").glob("*.svg"):
        if path.stem not in {recipe.name for recipe in wanted}:
            path.unlink()


if __name__ == "__main__":
    main()
