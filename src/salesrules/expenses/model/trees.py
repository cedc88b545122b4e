"""Budget lines as trees: each found by its id, with everything above it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from salesrules.core import Fault, InvalidDocument, UnknownName, as_tuple, nearest_names
from salesrules.expenses.model.budgets import BudgetLine

__all__ = ["BudgetBook"]


@attrs.frozen(kw_only=True)
class BudgetBook:
    """The lines of a firm's budgets, as one or several trees.

    Raises `InvalidDocument` with all faults at once: an id given twice, an unknown parent, a cycle, a line in another
    currency than its parent's, or with days that its parent does not have.

    >>> from datetime import date
    >>> from salesrules.core import DateRange, Money
    >>> year = DateRange(date(2026, 1, 1), date(2027, 1, 1))
    >>> sales = BudgetLine(id="sales", span=year, unit="sales", category="all", amount=Money(1000, "CNY"))
    >>> trips = BudgetLine(id="trips", span=year, unit="n", category="travel", amount=Money(9, "CNY"), parent="sales")
    >>> book = BudgetBook(lines=[sales, trips])
    >>> [line.id for line in book.chain("trips")]
    ['trips', 'sales']
    """

    lines: tuple[BudgetLine, ...] = attrs.field(converter=as_tuple)
    _by_id: Mapping[str, BudgetLine] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        by_id: dict[str, BudgetLine] = {}
        for line in self.lines:
            by_id.setdefault(line.id, line)
        object.__setattr__(self, "_by_id", by_id)
        faults = tuple(self._faults())
        if faults:
            raise InvalidDocument(faults)

    def find(self, id: str) -> BudgetLine | None:
        """The line of that id, `None` where there is none."""
        return self._by_id.get(id)

    def line(self, id: str) -> BudgetLine:
        """The line of that id; raises `UnknownName` with the nearest ones."""
        found = self._by_id.get(id)
        if found is None:
            raise UnknownName("budget line", id, self.nearest(id))
        return found

    def nearest(self, id: str) -> tuple[str, ...]:
        """The ids that resemble one that is unknown."""
        return nearest_names(id, self._by_id)

    def chain(self, id: str) -> tuple[BudgetLine, ...]:
        """A line and every line above it, its own first; raises `UnknownName`."""
        chain = [self.line(id)]
        while chain[-1].parent is not None:
            chain.append(self._by_id[chain[-1].parent])
        return tuple(chain)

    def level(self, id: str) -> int:
        """How many levels down the tree a line stands: 1 for a root."""
        return len(self.chain(id))

    def children(self, id: str) -> tuple[BudgetLine, ...]:
        """The lines directly under a line, in the order given."""
        return tuple(line for line in self.lines if line.parent == id)

    def top_down(self) -> tuple[BudgetLine, ...]:
        """Every line, each parent before its children, otherwise in the order given."""
        return tuple(sorted(self.lines, key=lambda line: self.level(line.id)))

    def _faults(self) -> Iterator[Fault]:
        seen = set[str]()
        for index, line in enumerate(self.lines):
            path = f"budgets[{index}]"
            if line.id in seen:
                yield _fault("duplicate_id", f"{path}.id", "another line has this id", "give each its own", line.id)
            seen.add(line.id)
            if line.parent is None:
                continue
            parent = self._by_id.get(line.parent)
            if parent is None:
                near = self.nearest(line.parent)
                remedy = f"did you mean {near[0]!r}?" if near else "add the line, or leave the parent out"
                yield _fault("unknown_parent", f"{path}.parent", "there is no such line", remedy, line.parent)
                continue
            if self._is_cyclic(line):
                problem, remedy = "the line stands above itself", "name a parent outside its own tree"
                yield _fault("budget_cycle", f"{path}.parent", problem, remedy, line.parent)
                continue
            if line.amount.currency != parent.amount.currency:
                problem = f"its parent is in {parent.amount.currency}"
                yield _fault("parent_currency", f"{path}.amount", problem, "keep one currency per tree", line.amount)
            if not parent.span.encloses(line.span):
                problem = f"its parent is for {parent.span}"
                yield _fault("parent_span", f"{path}.span", problem, "stay within the parent's days", str(line.span))

    def _is_cyclic(self, line: BudgetLine) -> bool:
        seen, here = {line.id}, line.parent
        while here is not None and here in self._by_id:
            if here == line.id:
                return True
            if here in seen:
                return False  # a cycle above, which is told where it is
            seen.add(here)
            here = self._by_id[here].parent
        return False


def _fault(code: str, path: str, problem: str, remedy: str, value: object) -> Fault:
    return Fault(code=f"expenses.{code}", path=path, problem=problem, remedy=remedy, value=value)
