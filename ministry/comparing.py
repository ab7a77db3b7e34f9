"""A figure beside the same figure of another period: the one before, or the same of the year before."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ministry import boards, tables
from ministry.figuring import Figure
from ministry.reading import MONTH, YEAR, Reader, Span
from ministry.tables import Column, Query, Table

PREVIOUS, LAST_YEAR = "previous", "last-year"
WAYS: dict[str, Any] = {
    PREVIOUS: gettext_lazy("the period before"),
    LAST_YEAR: gettext_lazy("the same period a year before"),
}
SUMS = (tables.COUNT, tables.MILLIGRAMS)  # nothing there is a zero; rates and days of nothing are not known


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def shifted(month: str, by: int) -> str:
    """So many months later, or earlier: `2026-01` by -1 is `2025-12`."""
    at = _number(month) + by
    return f"{at // 12:04d}-{at % 12 + 1:02d}"


def distance(way: str, span: Span) -> int:
    """How many months the other period lies before; the span has both its ends."""
    return 12 if way == LAST_YEAR else _number(span.last) - _number(span.first) + 1


def other(query: Query) -> Span:
    """The period that a query compares with."""
    back = -distance(query.compare, query.span)
    return Span(shifted(query.span.first, back), shifted(query.span.last, back))


def problem(way: str, span: Span, group: tuple[str, ...]) -> str:
    """Why nothing can be compared so; empty where it can."""
    if way not in WAYS:
        return _("Choose among %(allowed)s.") % {"allowed": ", ".join(WAYS)}
    if not (span.first and span.last):
        return _("Say from which month to which, so that there is a period to compare.")
    if YEAR in group and distance(way, span) % 12:
        return _("Financial years cannot be laid beside parts of them; group by month.")
    return ""


def read(figure: Figure, reader: Reader, query: Query) -> Table:
    """Each measure with the one before, the difference and the difference in per cent of the one before."""
    now = figure.read(reader, query)
    before = figure.read(reader, Query(query.group, query.filters, other(query)))
    count, ahead = len(now.groups), distance(query.compare, query.span)
    later = {_later(row[:count], now.groups, ahead): row[count:] for row in before.rows}
    nothing = [None] * len(now.measures)
    here = {tuple(row[:count]): row[count:] for row in now.rows}
    rows = []
    for key in [*here, *(key for key in later if key not in here)]:
        pairs = zip(now.measures, here.get(key, nothing), later.get(key, nothing), strict=True)
        rows.append([*key, *(cell for pair in pairs for cell in _cells(*pair))])
    columns = [column for measure in now.measures for column in _columns(measure)]
    return Table([*now.groups, *columns], rows, now.note)


def _later(key: list[Any], groups: list[Column], months: int) -> tuple[Any, ...]:
    """A group of the other period under the name of its counterpart in the one that is asked for."""
    found = list(key)
    for place, column in enumerate(groups):
        if column.dim == MONTH:
            found[place] = shifted(key[place], months)
        elif column.dim == YEAR:
            first = key[place].removeprefix("FY")[:4]
            found[place] = boards.year_of_month(shifted(f"{first}-04", months))
    return tuple(found)


def _columns(measure: Column) -> list[Column]:
    said = {"measure": measure.label}
    return [
        measure,
        Column(f"{measure.name}_before", _("%(measure)s before") % said, measure.unit),
        Column(f"{measure.name}_change", _("%(measure)s: change") % said, measure.unit),
        Column(f"{measure.name}_change_percent", _("%(measure)s: in %%") % said, tables.PERCENT),
    ]


def _cells(measure: Column, now: Any, before: Any) -> list[Any]:
    if measure.unit in SUMS:
        now, before = now or 0, before or 0
    if now is None or before is None:
        return [now, before, None, None]
    change = round(now - before, 1)
    return [now, before, change, round(change * 100 / before, 1) if before else None]
