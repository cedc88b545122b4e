"""Code that a reader can paste to see the first difference again, alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from salesrules.commissions import CommissionPolicy, CommissionRun, Plan
from salesrules.core import PeriodKind
from salesrules.testing.cases import PlanCase

if TYPE_CHECKING:
    from salesrules.testing.their_rows import TheirRow, TheirRows

__all__ = ["repeat"]

#: So many rows are printed; more are picked out of the reader's own.
_MOST = 12


def repeat(transaction: str, row: TheirRow | None, plan: object, rows: TheirRows, options: Mapping[str, object]) -> str:
    """Lines of Python that repeat a difference, and nothing else, with the options that `assert_agrees` was given.

    Rows that are the transactions themselves are printed as far as they lead to the difference: those of its payee up
    to its day. A company's result can be asked on the command line as well.
    """
    return "\n".join(_lines(transaction, row, plan, rows, dict(options)))


def _lines(
    transaction: str, row: TheirRow | None, plan: object, rows: TheirRows, options: dict[str, object]
) -> Iterator[str]:
    given = "their_rows"
    yield "from salesrules.testing import assert_agrees"
    yield ""
    if row is not None and options.get("facts") is None and isinstance(plan, Plan | CommissionPolicy):
        leading = [each for each in rows.rows if _leads_to(each, row)]
        if len(leading) <= _MOST:
            given = "rows"
            options |= {"columns": None, "float_digits": None}
            yield "rows = ["
            yield from (f"    {_literal(each, rows)!r}," for each in leading)
            yield "]"
    arguments = [given, _name_of(plan), *_options(options), f"only={[transaction]!r}"]
    yield f"assert_agrees({', '.join(arguments)})"
    if _name_of(plan) == "result":
        result: Any = plan
        payee = "" if row is None else row.cells.get("payee", "")
        label = result.commissions.period.label
        yield f"# or: salesrules explain FOLDER --period {label} --payee {payee or 'PAYEE'} --transaction {transaction}"


def _leads_to(each: TheirRow, row: TheirRow) -> bool:
    """Whether a row is of the same payee, and not of a later day."""
    same = str(each.cells["payee"]) == str(row.cells["payee"])
    return same and str(each.cells["day"]) <= str(row.cells["day"])


def _literal(row: TheirRow, rows: TheirRows) -> dict[str, str]:
    """A row by our words, all of it text."""
    ignored: list[Any] = []
    cells = {}
    for word in rows.columns:
        value = row.cells.get(word)
        number = rows.number(row, word, ignored) if isinstance(value, float) else None
        cells[word] = "" if value is None or value != value else str(value if number is None else number)
    return cells | {str(name): str(value) for name, value in row.attributes.items() if value is not None}


def _name_of(plan: object) -> str:
    """What a test is likely to call it."""
    match plan:
        case Plan():
            return "plan"
        case CommissionPolicy():
            return "policy"
        case CommissionRun():
            return "run"
        case PlanCase():
            return "case"
        case _:
            return "result"


def _options(options: Mapping[str, object]) -> Iterator[str]:
    """Options that were given: plain ones as they are, others by their name."""
    for name, value in options.items():
        match value:
            case _ if value is None or value in ((), {}):
                pass
            case PeriodKind():
                yield f"{name}={value.value!r}"
            case str() | int() | dict():
                yield f"{name}={value!r}"
            case Decimal():
                yield f"{name}={str(value)!r}"
            case _:
                yield f"{name}={name}"
