"""The shape every figure has: columns with units, rows, and what each row was grouped by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from ministry.bands import Days
from ministry.reading import ALL_TIME, Span

COUNT, MILLIGRAMS, RUPEES, MONEY = "count", "mg", "inr", "money"
PERCENT, DAYS, WEEKS, WORDS = "percent", "days", "weeks", "words"


@dataclass(frozen=True)
class Column:
    """One column: its name in JSON and CSV, its heading, its unit; `dim` for what rows are grouped by."""

    name: str
    label: Any
    unit: str
    dim: str = ""


@dataclass(frozen=True)
class Query:
    """What somebody asks of a figure; filters by the values of dimensions; `compare` is a way of `comparing`.

    `days` narrow a figure that counts by days; None is all that it counts.
    """

    group: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    span: Span = ALL_TIME
    compare: str = ""
    days: Days | None = None

    def ungrouped(self) -> Query:
        """All of it together: what is narrowed to, without how it is shown."""
        return replace(self, group=(), compare="")


@dataclass
class Table:
    """A figure as it was read: whole numbers, milligrams, hundredths; None where a value is withheld or unknown."""

    columns: list[Column]
    rows: list[list[Any]]
    note: str = ""

    @property
    def groups(self) -> list[Column]:
        return [column for column in self.columns if column.dim]

    @property
    def measures(self) -> list[Column]:
        return [column for column in self.columns if not column.dim]


N = Column("n", _("Number"), COUNT)
QUANTITY = Column("quantity_mg", _("Net weight"), MILLIGRAMS)
VALUE_INR = Column("value_inr", _("Assessable value"), RUPEES)
