"""What an address asks of a figure: `group`, `from`, `to`, `days`, dimensions; for pages and machines alike."""

from __future__ import annotations

import re
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from ministry import comparing
from ministry.bands import Days
from ministry.figuring import Figure
from ministry.naming import Names
from ministry.reading import MONTH, YEAR, Span
from ministry.tables import Query

MONTH_FORM = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
LONGEST = 200
MOST_VALUES = 20
KNOWN = ("group", "from", "to", "days", "compare", "format", "cursor", "after", "before", "wall")


class Unclear(Exception):
    """What was asked cannot be answered; `errors` says why, by parameter."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__(" ".join(errors.values()))


def parse(figure: Figure, asked: QueryDict, names: Names) -> Query:
    """The query of an address; without `group` the figure's own. Raises Unclear, for unknown parameters too."""
    errors: dict[str, str] = {}
    group = _group(figure, asked, errors)
    filters = {}
    for dim in figure.dims:
        if values := [value for value in asked.getlist(dim) if value]:
            if len(values) > MOST_VALUES or any(len(v) > LONGEST or "\x00" in v for v in values):
                errors[dim] = _("At most %(most)d values, none longer than %(longest)d signs.") % {
                    "most": MOST_VALUES,
                    "longest": LONGEST,
                }
            filters[dim] = tuple("" if value == "-" else names.value(dim, value) for value in values)
    span = _span(figure, asked, errors)
    days = _days(figure, asked, errors)
    compare = asked.get("compare", "")
    if compare and not errors and (problem := comparing.problem(compare, span, group)):
        errors["compare"] = problem
    elif compare and not figure.periods:
        errors["compare"] = _("This figure is of now; it has no period.")
    known = {*figure.dims, *KNOWN}
    for name in sorted(set(asked) - known):
        errors[name] = _("This figure has no such parameter.")
    if errors:
        raise Unclear(errors)
    return Query(group, filters, span, compare, days)


def _group(figure: Figure, asked: QueryDict, errors: dict[str, str]) -> tuple[str, ...]:
    if "group" not in asked:
        return figure.default
    said = [name for text in asked.getlist("group") for name in text.split(",") if name]
    group = tuple(dict.fromkeys(said))
    allowed = (*figure.periods, *figure.dims)
    if wrong := [name for name in group if name not in allowed]:
        errors["group"] = _("%(wrong)s: choose among %(allowed)s.") % {
            "wrong": ", ".join(wrong)[:LONGEST],
            "allowed": ", ".join(allowed),
        }
    elif len(group) > figure.most_groups or {MONTH, YEAR} <= set(group):
        errors["group"] = _("At most %(most)d, and month or year but not both.") % {
            "most": figure.most_groups
        }
    return tuple(sorted(group, key=lambda name: name not in (MONTH, YEAR)))


def _span(figure: Figure, asked: QueryDict, errors: dict[str, str]) -> Span:
    first, last = asked.get("from", ""), asked.get("to", "")
    for name, text in (("from", first), ("to", last)):
        if text and not figure.periods:
            errors[name] = _("This figure is of now; it has no period.")
        elif text and not MONTH_FORM.fullmatch(text):
            errors[name] = _("Write a month as 2026-04.")
    if first and last and last < first and not errors:
        errors["to"] = _("The last month lies before the first.")
    return Span(first, last)


def _days(figure: Figure, asked: QueryDict, errors: dict[str, str]) -> Days | None:
    said = {text for text in asked.getlist("days") if text}
    if not said:
        return None
    days = Days.of(said.pop())
    if figure.bands is None:
        errors["days"] = _("This figure does not count by days.")
    elif said:
        errors["days"] = _("Name one range of days.")
    elif days is None:
        errors["days"] = _("Write days as 16-30, or as 91- for that many and more.")
    elif days.last is not None and days.last < days.first:
        errors["days"] = _("The last day lies before the first.")
    elif days.first < figure.bands.whole.first:
        errors["days"] = _("Days count from %(first)d on here.") % {"first": figure.bands.whole.first}
    return days


def as_parameters(query: Query, names: Names) -> dict[str, Any]:
    """The address of a query again, as parameters with lists of values."""
    found: dict[str, Any] = {"group": list(query.group)}
    for dim, values in query.filters.items():
        found[dim] = [names.code(dim, value) or "-" for value in values]
    for name, month in (("from", query.span.first), ("to", query.span.last)):
        if month:
            found[name] = [month]
    if query.days:
        found["days"] = [f"{query.days}"]
    if query.compare:
        found["compare"] = [query.compare]
    return found
