"""The overview: how much magnet is stuck, where, since when, whom it stops, and whether the promises hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from euc import workflow as certificate_law
from ministry import asking, naming, presenting, tables
from ministry.figures import FIGURES, WITH_CHINA
from ministry.naming import Names
from ministry.reading import Reader
from ministry.tables import Query
from shipments import watch_law

SHOWN, LAST_MONTHS = 8, 24
BY_STATE = ("state",)  # the map shows all of them, the table beside it the first


@dataclass(frozen=True)
class Panel:
    """One figure on the overview, with its first rows."""

    figure: Any
    by: str
    shown: presenting.Shown
    url: str
    key: str


@dataclass(frozen=True)
class Section:
    """Figures that answer one question; `key` is its place on the page."""

    key: str
    title: Any
    panels: list[Panel]


@dataclass(frozen=True)
class Tile:
    """One number at the head of the page, its weight in milligrams, and where it comes from."""

    label: Any
    n: int
    mg: int | None
    url: str
    tone: str


Asked = tuple[str, tuple[str, ...], dict[str, tuple[str, ...]]]  # figure, grouping, filters

# What waits where: a name, what is counted, and a tone where there is any.
TILES: tuple[tuple[Any, Asked, str], ...] = (
    (gettext_lazy("With Indian officers"), ("ageing", (), {}), "info"),
    (
        gettext_lazy("Waiting for a Chinese licence"),
        ("cases", ("status",), {"status": WITH_CHINA}),
        "warning",
    ),
    (gettext_lazy("Of these overdue"), ("overdue", (), {}), "danger"),
    (gettext_lazy("Consignments under way"), ("under-way", ("status",), {}), "info"),
    (
        gettext_lazy("Promises broken"),
        ("undertakings", ("status",), {"status": (certificate_law.BREACHED,)}),
        "danger",
    ),
    (gettext_lazy("Re-export alerts open"), ("alerts", ("status",), {"status": (watch_law.OPEN,)}), "danger"),
)
# What stands on the page, in order.
SECTIONS: tuple[tuple[str, Any, tuple[Asked, ...]], ...] = (
    ("stuck", gettext_lazy("What is stuck, where and since when"), (
        ("cases", ("status",), {"status": WITH_CHINA}),
        ("cases", ("sector",), {"status": WITH_CHINA}),
        ("overdue", (), {}),
        ("ageing", (), {}),
        ("at-risk", ("state",), {}),
    )),
    ("certified", gettext_lazy("What is certified and imported"), (
        ("issued", ("month",), {}),
        ("issued", ("state",), {}),
        ("entries", ("year",), {}),
        ("elements", ("kind",), {}),
        ("expiring", (), {}),
    )),
    ("decided", gettext_lazy("How applications for licences end"), (
        ("grants", ("year",), {}),
        ("waiting", (), {}),
        ("refusals", ("kind",), {}),
        ("utilisation", ("year",), {}),
    )),
    ("held", gettext_lazy("Where the magnets are and how long they last"), (
        ("custody", ("kind",), {}),
        ("cover", ("sector",), {}),
        ("embedded", ("country",), {}),
    )),
    ("promised", gettext_lazy("Whether the promises hold"), (
        ("undertakings", ("status",), {}),
        ("visits", ("year",), {}),
        ("alerts", ("status",), {}),
    )),
)  # fmt: skip


def found(reader: Reader, names: Names) -> dict[str, Any]:
    return {"tiles": tiles(reader, names), "sections": sections(reader, names)}


def sections(reader: Reader, names: Names) -> list[Section]:
    return [
        Section(key, title, [_panel(reader, names, f"{key}-{n}", asked) for n, asked in enumerate(wanted, 1)])
        for key, title, wanted in SECTIONS
    ]


def _panel(reader: Reader, names: Names, key: str, asked: Asked) -> Panel:
    name, group, filters = asked
    figure, query = FIGURES[name], Query(group, filters)
    table = figure.read(reader, query)
    if group != BY_STATE:
        table.rows = table.rows[-LAST_MONTHS:] if group == ("month",) else table.rows[:SHOWN]
    told = presenting.shown(figure, query, table, names)
    told = replace(told, rows=told.rows[:SHOWN]) if group == BY_STATE else told
    by = str(naming.label(figure.board, group[0])) if group and group != figure.default else ""
    return Panel(figure, by, told, _whole(name, query, names), key)


def _whole(name: str, query: Query, names: Names) -> str:
    """Where the same figure is shown whole, as it was asked for here."""
    asked = urlencode(asking.as_parameters(query, names), doseq=True)
    return reverse("ministry:figure", args=[name]) + (f"?{asked}" if asked else "")


def tiles(reader: Reader, names: Names) -> list[Tile]:
    """What waits where, in numbers and weight; each leads to the figure, narrowed to what it counts."""
    return [_tile(reader, names, *told) for told in TILES]


def _tile(reader: Reader, names: Names, label: Any, asked: Asked, tone: str) -> Tile:
    name, group, filters = asked
    figure, query = FIGURES[name], Query(group, filters)
    n, mg, _cents = reader.total(figure.ask(query, ()))
    weight = mg if tables.QUANTITY in figure.columns else None
    return Tile(label, n, weight, _whole(name, query, names), tone if n else "")
