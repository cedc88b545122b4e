"""What columns of several tables have in common: the days on which a row holds, the currency of its amounts."""

from __future__ import annotations

from typing import Protocol

from salesrules.core import InvalidValue

__all__ = ["DayColumns", "MoneyColumns", "check_day_columns"]


class DayColumns(Protocol):
    """Columns of which either `period` is named, or `starts`, perhaps with `ends`."""

    @property
    def period(self) -> str | None:
        """The column of labels such as `2020-Q1`."""
        ...

    @property
    def starts(self) -> str | None:
        """The column of first days."""
        ...

    @property
    def ends(self) -> str | None:
        """The column of the days after the last."""
        ...


class MoneyColumns(Protocol):
    """Columns with amounts, all in the currency of one column, or in the company's."""

    @property
    def currency(self) -> str | None:
        """The column of currencies."""
        ...


def check_day_columns(columns: DayColumns, *, is_closed: bool) -> None:
    """Refuse columns that name no days or name them twice; where they are closed, also those without an end."""
    if columns.period is not None:
        for name in ("starts", "ends"):
            if getattr(columns, name) is not None:
                raise InvalidValue(name, getattr(columns, name), "leave it out; the period says the days")
    elif columns.starts is None:
        raise InvalidValue("period", None, "name the column of labels such as 2020-Q1, or that of first days as starts")
    elif is_closed and columns.ends is None:
        raise InvalidValue("ends", None, "name the column of the days after the last")
