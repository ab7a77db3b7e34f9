"""Figures for people: cells in words and units, links to what is behind a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from ministry import asking, comparing, mapping, tables
from ministry.figuring import Figure
from ministry.models import Fact
from ministry.naming import MEANINGS, Names, label
from ministry.reading import MONTH, YEAR, Span
from ministry.tables import Column, Query, Table

CHART_MOST = 40
FACT_WORDS = ("status", "kind", "country", "sector", "weight_class", "hs_in", "port", "state", "exporter")


@dataclass(frozen=True)
class Cell:
    """A value under its heading: `raw` is a plain number for pictures, in kilograms, rupees or as it is."""

    label: Any
    unit: str
    value: Any
    currency: str = "INR"

    @property
    def raw(self) -> str:
        if self.value is None:
            return ""
        scale = {tables.MILLIGRAMS: 1_000_000, tables.RUPEES: 100, tables.MONEY: 100}.get(self.unit, 1)
        return f"{self.value / scale:.6f}".rstrip("0").rstrip(".")

    @property
    def amount(self) -> Decimal:
        """Hundredths as units of the currency."""
        return Decimal(self.value) / 100


@dataclass(frozen=True)
class Row:
    """One row: its name in words, where clicking it leads, and its cells."""

    heads: list[str]
    url: str
    cells: list[Cell]


@dataclass(frozen=True)
class Shown:
    """A table ready for a page."""

    groups: list[Column]
    measures: list[Column]
    rows: list[Row]
    chart: str
    note: str
    maps: list[mapping.TileMap] = field(default_factory=list)
    meanings: list[tuple[Any, Any]] = field(default_factory=list)

    @property
    def always_apart(self) -> bool:
        """Whether a group is there that nobody asked for."""
        return any(column.dim in ("band", "currency") for column in self.groups)

    @property
    def has_picture(self) -> bool:
        return bool(self.chart or self.maps)

    @property
    def is_narrow(self) -> bool:
        """Whether it stays a table on a phone, where others become cards."""
        return len(self.groups) + len(self.measures) <= 3

    @property
    def lead(self) -> mapping.TileMap | None:
        """The one map where there is room for one: the first weight, else the first of all."""
        weights = [one for one in self.maps if one.unit == tables.MILLIGRAMS]
        return next(iter([*weights, *self.maps]), None)


def shown(figure: Figure, query: Query, table: Table, names: Names, *, links: bool = True) -> Shown:
    """The rows in words; each leads to the rows behind it where they can be named by filters."""
    groups, measures = table.groups, table.measures
    rows = []
    for row in table.rows:
        keys, values = row[: len(groups)], row[len(groups) :]
        heads = [_head(figure, column, key, names) for column, key in zip(groups, keys, strict=True)]
        currency = dict(zip([column.dim for column in groups], keys, strict=True)).get("currency", "INR")
        cells = [
            Cell(column.label, column.unit, value, currency)
            for column, value in zip(measures, values, strict=True)
        ]
        url = _behind(figure, query, groups, keys, names) if links else ""
        rows.append(Row(heads, url, cells))
    by_time = bool(groups) and groups[0].dim in (MONTH, YEAR) and len(groups) == 1
    chart = "" if len(groups) != 1 or not 1 < len(rows) <= CHART_MOST else "line" if by_time else "bar"
    maps = []
    if [column.dim for column in groups] == ["state"] and not query.compare:
        placed = [(row[0], told) for row, told in zip(table.rows, rows, strict=True)]
        chart, maps = "", mapping.of(measures, placed)
    dims = dict.fromkeys((*(column.dim for column in groups), *query.filters))
    meanings = [(label(figure.board, dim), MEANINGS[dim]) for dim in dims if dim in MEANINGS]
    return Shown(groups, measures, rows, chart, table.note, maps, meanings)


def _head(figure: Figure, column: Column, key: str, names: Names) -> str:
    if column.dim == "band":
        return _("%(days)s days") % {"days": key}
    return names.words(figure.board, column.dim, key)


def _behind(figure: Figure, query: Query, groups: list[Column], keys: list[Any], names: Names) -> str:
    """The address of the rows behind one row; nothing where a band of days stands for many values."""
    filters = dict(query.filters)
    span = query.span
    for column, key in zip(groups, keys, strict=True):
        if column.dim == "band":
            return ""
        if column.dim == MONTH:
            span = Span(key, key)
        elif column.dim == YEAR:
            first = key.removeprefix("FY")[:4]
            span = Span(f"{first}-04", f"{int(first) + 1}-03")
        else:
            filters[column.dim] = (key,)
    if not set(filters) <= set(figure.dims):
        return ""
    asked = asking.as_parameters(Query((), filters, span), names)
    return f"{reverse('ministry:rows', args=[figure.name])}?{urlencode(asked, doseq=True)}"


def said(query: Query, figure: Figure, names: Names) -> list[str]:
    """What a figure is narrowed to, in words."""
    found = []
    for dim, values in query.filters.items():
        words = ", ".join(names.words(figure.board, dim, value) for value in values)
        found.append(f"{label(figure.board, dim)}: {words}")
    if query.span.first:
        found.append(_("from %(month)s") % {"month": query.span.first})
    if query.span.last:
        found.append(_("to %(month)s") % {"month": query.span.last})
    if query.compare:
        span = comparing.other(query)
        found.append(_("beside %(first)s to %(last)s") % {"first": span.first, "last": span.last})
    return found


def of_fact(fact: Fact, names: Names) -> list[str]:
    """What one fact says of itself, in words; what every row of the page shares is said above them."""
    said = ((dim, getattr(fact, dim)) for dim in FACT_WORDS)
    return [names.words(fact.board, dim, value) for dim, value in said if value]
