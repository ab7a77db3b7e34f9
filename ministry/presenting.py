"""Figures for people: cells in words and units, links to what is behind a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from euc import paging
from ministry import asking, boards, comparing, mapping, naming, tables
from ministry.bands import Days
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
    drawn: str = ""

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
        heads = [names.words(figure.board, c.dim, key) for c, key in zip(groups, keys, strict=True)]
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
    return Shown(groups, measures, rows, chart, table.note, maps, meanings, figure.drawn)


def _behind(figure: Figure, query: Query, groups: list[Column], keys: list[Any], names: Names) -> str:
    """The address of the rows that one row counts; nothing where they cannot be named."""
    filters = dict(query.filters)
    span, days = query.span, query.days
    for column, key in zip(groups, keys, strict=True):
        if column.dim == "band":
            days = Days.of(key)
        elif column.dim == MONTH:
            span = Span(key, key)
        elif column.dim == YEAR:
            first = key.removeprefix("FY")[:4]
            span = span.inside(Span(f"{first}-04", f"{int(first) + 1}-03"))
        else:
            filters[column.dim] = (key,)
    if not set(filters) <= set(figure.dims):
        return ""
    return rows_address(figure, Query((), filters, span, days=days), names)


def rows_address(figure: Figure, query: Query, names: Names) -> str:
    """Where the rows stand that a figure counts."""
    asked = urlencode(asking.as_parameters(query.ungrouped(), names), doseq=True)
    return reverse("ministry:rows", args=[figure.name]) + (f"?{asked}" if asked else "")


@dataclass(frozen=True)
class Narrowing:
    """One thing a figure is narrowed to, in words, and what is asked without it, for an address."""

    words: str
    without: str


def narrowings(query: Query, figure: Figure, names: Names) -> list[Narrowing]:
    """What a figure is narrowed to, each with the way back from it."""
    found: list[tuple[str, Query]] = []
    span = query.span
    for dim, values in query.filters.items():
        words = ", ".join(names.words(figure.board, dim, value) for value in values)
        others = {name: kept for name, kept in query.filters.items() if name != dim}
        found.append((f"{label(figure.board, dim)}: {words}", replace(query, filters=others)))
    if span.first:
        wider = replace(query, span=Span(last=span.last), compare="")
        found.append((_("from %(month)s") % {"month": span.first}, wider))
    if span.last:
        wider = replace(query, span=Span(first=span.first), compare="")
        found.append((_("to %(month)s") % {"month": span.last}, wider))
    if query.days:
        found.append((names.words(figure.board, "band", f"{query.days}"), replace(query, days=None)))
    if query.compare:
        other = comparing.other(query)
        words = _("beside %(first)s to %(last)s") % {"first": other.first, "last": other.last}
        found.append((words, replace(query, compare="")))
    return [
        Narrowing(words, urlencode(asking.as_parameters(rest, names), doseq=True)) for words, rest in found
    ]


def said(query: Query, figure: Figure, names: Names) -> list[str]:
    """What a figure is narrowed to, in words."""
    return [one.words for one in narrowings(query, figure, names)]


def labelled(errors: Mapping[str, str], figure: Figure) -> dict[str, str]:
    """What cannot be asked, under the names that fields bear."""
    known = {**naming.PARAMETER_LABELS, **{dim: label(figure.board, dim) for dim in figure.dims}}
    return {f"{known.get(name, name)}": text for name, text in errors.items()}


@dataclass(frozen=True)
class Sums:
    """What all rows come to: `counted` in words, in how many rows where those are more, milligrams, rupees."""

    counted: str
    rows: str
    mg: int
    value: Decimal | None


def summed(figure: Figure, query: Query, facts: QuerySet[Fact], measures: boards.Measures) -> Sums:
    """Sums as totals keep them; rows are counted, to a limit, only of what has a row for each of its lines."""
    n, mg, cents = measures
    words = naming.THINGS.get(figure.board)
    if figure.board == boards.REFUSALS and len(query.filters.get("kind", ())) > 1:
        words = None  # one with several reasons has several rows
    rows = paging.count(facts) if figure.board in boards.BY_LINE else n
    is_exact = figure.board not in boards.BY_LINE or rows <= paging.MOST_COUNTED
    in_rows = _many(naming.ROWS, rows, "" if is_exact else paging.shown_count(rows))
    value = Decimal(cents) / 100 if tables.VALUE_INR in figure.columns and cents else None
    if words is None:
        return Sums(in_rows, "", mg, value)
    return Sums(_many(words, n), in_rows if is_exact and rows != n else "", mg, value)


def _many(words: Any, number: int, shown: str = "") -> str:
    return f"{words % {'n': number, 'shown': shown or formats.number_format(number, force_grouping=True)}}"


def of_fact(figure: Figure, fact: Fact, names: Names) -> list[str]:
    """What one fact says of itself, in words; what every row of the page shares is said above them."""
    said = [(dim, getattr(fact, dim)) for dim in FACT_WORDS]
    found = [names.words(fact.board, dim, value) for dim, value in said if value]
    if figure.bands and fact.day:
        days = figure.bands.number(date.fromisoformat(fact.day), timezone.now())
        found.insert(0, ngettext("%(count)s day", "%(count)s days", days) % {"count": days})
    return found
