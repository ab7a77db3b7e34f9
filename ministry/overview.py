"""The overview: how much magnet is stuck, where, since when, whom it stops, and whether the promises hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from euc import control
from euc import workflow as certificate_law
from ministry import boards, naming, presenting
from ministry.figures import FIGURES, OPEN, UNDER_WAY, WITH_CHINA
from ministry.naming import Names
from ministry.reading import Ask, Reader
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
    table_id: str


# What stands on the page, in order: figure, grouping, filters.
PANELS: tuple[tuple[str, tuple[str, ...], dict[str, tuple[str, ...]]], ...] = (
    ("cases", ("status",), {"status": WITH_CHINA}),
    ("cases", ("sector",), {"status": WITH_CHINA}),
    ("at-risk", ("state",), {}),
    ("overdue", (), {}),
    ("ageing", (), {}),
    ("issued", ("month",), {}),
    ("issued", ("state",), {}),
    ("entries", ("year",), {}),
    ("grants", ("year",), {}),
    ("waiting", (), {}),
    ("refusals", ("kind",), {}),
    ("elements", ("kind",), {}),
    ("utilisation", ("year",), {}),
    ("custody", ("kind",), {}),
    ("cover", ("sector",), {}),
    ("expiring", (), {}),
    ("embedded", ("country",), {}),
    ("alerts", ("status",), {}),
    ("undertakings", ("status",), {}),
    ("visits", ("year",), {}),
)


def found(reader: Reader, names: Names) -> dict[str, Any]:
    return {"tiles": tiles(reader), "panels": panels(reader, names)}


def panels(reader: Reader, names: Names) -> list[Panel]:
    shown = []
    for number, (name, group, filters) in enumerate(PANELS, start=1):
        figure, query = FIGURES[name], Query(group, filters)
        table = figure.read(reader, query)
        if group != BY_STATE:
            table.rows = table.rows[-LAST_MONTHS:] if group == ("month",) else table.rows[:SHOWN]
        told = presenting.shown(figure, query, table, names)
        told = replace(told, rows=told.rows[:SHOWN]) if group == BY_STATE else told
        url = reverse("ministry:figure", args=[name]) + ("?group=state" if group == BY_STATE else "")
        by = str(naming.label(figure.board, group[0])) if group and group != figure.default else ""
        shown.append(Panel(figure, by, told, url, f"table-{number}"))
    return shown


def tiles(reader: Reader) -> list[dict[str, Any]]:
    """What waits where, in numbers and weight."""

    def tile(label: str, ask: Ask, figure: str, tone: str = "", weight: bool = True) -> dict[str, Any]:
        n, mg, _cents = reader.total(ask)
        url = reverse("ministry:figure", args=[figure])
        return {"label": label, "n": n, "mg": mg if weight else None, "url": url, "tone": tone if n else ""}

    pending = {"kind": ("PENDING",)}
    late = Ask(boards.CASES, ("day",), pending)
    today = control.day_in_china().isoformat()
    overdue = [measures for (day,), measures in reader.read(late).items() if day and day < today]
    return [
        tile(_("With Indian officers"), Ask(boards.PIPELINE, (), {"status": OPEN}), "ageing", "info"),
        tile(
            _("Waiting for a Chinese licence"),
            Ask(boards.CASES, (), {"status": WITH_CHINA}),
            "cases",
            "warning",
        ),
        {
            "label": _("Of these overdue"),
            "n": sum(measures[0] for measures in overdue),
            "mg": sum(measures[1] for measures in overdue),
            "url": reverse("ministry:figure", args=["overdue"]),
            "tone": "danger" if overdue else "",
        },
        tile(
            _("Consignments under way"),
            Ask(boards.CONSIGNMENTS, (), {"status": UNDER_WAY}),
            "under-way",
            "info",
        ),
        tile(
            _("Promises broken"),
            Ask(boards.UNDERTAKINGS, (), {"status": (certificate_law.BREACHED,)}),
            "undertakings",
            "danger",
            weight=False,
        ),
        tile(
            _("Re-export alerts open"),
            Ask(boards.EXPORTS, (), {"kind": ("MAGNET",), "status": (watch_law.OPEN,)}),
            "alerts",
            "danger",
        ),
    ]
