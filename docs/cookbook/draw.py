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

from salesrules.commissions import (
    CommissionPolicy,
    EarningsCap,
    EarningsFloor,
    Gate,
    GridTable,
    Kicker,
    PayoutCurve,
    Plan,
    RateMode,
    Segment,
    payout_curve,
    payout_curves,
)
from salesrules.core import Side, narrowed
from salesrules.reports import CurveBasis, PlanCurve, draw_payout_curve
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


def curves_of(rulebook: str) -> list[PlanCurve]:
    """The curve of the plan's first component that pays, or those of its columns, with modifiers and draw."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rulebook.toml")
        path.write_text(rulebook, "utf-8")
        policy = load_rulebook(path).policy(CommissionPolicy)
    [plan] = policy.plans
    component = plan.components[0]
    table = component.table
    found = payout_curves(table, QUOTA) if isinstance(table, GridTable) else {"": payout_curve(table, QUOTA)}
    draws = [assignment.draw for assignment in policy.assignments if assignment.draw is not None]
    return [
        PlanCurve(
            plan=plan.id,
            component=component.id,
            basis=CurveBasis.AMOUNT,
            curve=shaped(curve, plan, [draw.amount.amount for draw in draws]),
            column=column,
        )
        for column, curve in found.items()
    ]


class Piece(NamedTuple):
    """A straight piece: from where on (1: the start itself belongs to the piece before), its pay there, its rate."""

    start: Fraction
    side: int
    base: Fraction
    slope: Fraction

    def at(self, measure: Fraction) -> Fraction:
        """What it pays at a measure."""
        return self.base + self.slope * (measure - self.start)


def shaped(curve: PayoutCurve, plan: Plan, draws: list[Decimal]) -> PayoutCurve:
    """What a period pays by its measure: the curve with the plan's modifiers, lifted to what draws advance."""
    if not plan.modifiers and not draws:
        return curve
    pieces = [
        Piece(Fraction(s.start), int(not curve.owns_start(i)), Fraction(s.base), Fraction(s.slope))
        for i, s in enumerate(curve.segments)
    ]
    for modifier in plan.modifiers:
        match modifier:
            case Gate():
                below, above = cut(pieces, modifier.threshold, modifier.side)
                pieces = [*(times(piece, modifier.otherwise.value) for piece in below), *above]
            case Kicker():
                below, above = cut(pieces, modifier.threshold, modifier.side)
                share = 1 + (Fraction(modifier.share.value) if modifier.share else 0)
                extra = Fraction(modifier.amount.amount) if modifier.amount else Fraction(0)
                pieces = [*below, *(p._replace(base=p.base + extra) for p in (times(piece, share) for piece in above))]
            case EarningsCap():
                pieces = limited(pieces, Fraction(modifier.amount.amount), min)
            case EarningsFloor():
                pieces = limited(pieces, Fraction(modifier.amount.amount), max)
    for draw in draws:
        pieces = limited(pieces, Fraction(draw), max)
    ends = [*(narrowed(piece.start) for piece in pieces[1:]), None]
    segments = [
        Segment(tier=i, start=narrowed(p.start), end=end, base=narrowed(p.base), slope=narrowed(p.slope))
        for i, (p, end) in enumerate(zip(pieces, ends, strict=True))
    ]
    keys = [(narrowed(piece.start), piece.side) for piece in pieces[1:]]
    return PayoutCurve(mode=RateMode.MARGINAL, segments=segments, keys=keys)


def times(piece: Piece, factor: Fraction | Decimal) -> Piece:
    """The piece with its pay multiplied."""
    return piece._replace(base=piece.base * Fraction(factor), slope=piece.slope * Fraction(factor))


def cut(pieces: list[Piece], at: Decimal, side: Side) -> tuple[list[Piece], list[Piece]]:
    """The pieces below and above a threshold."""
    place, number = Fraction(at), int(side is Side.UPPER)
    below = [piece for piece in pieces if piece.start < place]
    above = [piece for piece in pieces if piece.start > place or piece.start == place == pieces[0].start]
    if not above or above[0].start != place:
        owner = [piece for piece in pieces if piece.start <= place][-1]
        above.insert(0, Piece(place, number, owner.at(place), owner.slope))
    return below, above


def limited(pieces: list[Piece], limit: Fraction, better: type[min] | type[max]) -> list[Piece]:
    """The pieces held at a limit from above (`min`) or below (`max`)."""
    found = []
    for index, piece in enumerate(pieces):
        end = pieces[index + 1].start if index + 1 < len(pieces) else None
        cross = piece.start + (limit - piece.base) / piece.slope if piece.slope else None
        inside = cross is not None and cross > piece.start and (end is None or cross < end)
        for start, number in [(piece.start, piece.side), *([(cross, 0)] if inside else [])]:
            probe = start + 1 if end is None else (start + (cross if inside and start < cross else end)) / 2
            free = better(piece.at(probe), limit) == piece.at(probe)
            found.append(Piece(start, number, *((piece.at(start), piece.slope) if free else (limit, Fraction(0)))))
    return found


def knots(curves: list[PlanCurve]) -> str:
    """Every piece of every curve, exactly: column, start, who owns it, pay there, rate and how the rate grows."""
    rows = [
        [c.column, *map(str, (s.start, c.curve.owns_start(i), s.base, s.slope, s.curvature))]
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
            svg = draw_payout_curve(curves[0], title=recipe.title)
            kept = f'</title><metadata>{knots(curves)}</metadata><rect width="100%" height="100%" fill="white"/>'
            path = HERE / "pictures" / f"{recipe.name}.svg"
            path.write_text(svg.replace("</title>", kept, 1), "utf-8")
            print(f"drawn: {path.relative_to(HERE)}")
    for path in (HERE / "pictures").glob("*.svg"):
        if path.stem not in {recipe.name for recipe in wanted}:
            path.unlink()


if __name__ == "__main__":
    main()
