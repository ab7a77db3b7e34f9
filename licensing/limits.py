"""The statutory time limits that run while an application stands somewhere. Their lengths are dated rows.

Days are days in China, and so is the day on which a row must count: the one from which the limit is counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from euc import reference
from euc.models.ruled import READ_BY_ALL
from licensing import calendar, clock, stations
from licensing.models import LicenceCase, TimeLimit

SHIPPED = Path(__file__).parent / "reference" / "limits.json"
Known = Callable[[str, date], int | None]
Kind = TimeLimit.Kind

# Where another clock than that of the review runs, and from which day of the case.
STARTS = {
    stations.FILED: (Kind.CORRECTION, "filed_on"),
    stations.PROVINCE: (Kind.CORRECTION, "filed_on"),
    stations.APPROVED: (Kind.DELIVERY, "status_on"),
    stations.AMENDING: (Kind.AMENDMENT, "status_on"),
}


def load() -> int:
    """Add the rows that ship with the product and are not there yet; how many."""
    return reference.load_dated(SHIPPED, TimeLimit)


def shipped(kind: str) -> int:
    """How many working days the row that ships with the product says, whatever was stored since."""
    rows = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return next(row["working_days"] for row in rows if row["kind"] == kind)


def stored() -> Known:
    """The rows as stored, read once: how many working days a kind had on a day; None where no row says."""
    rows = list(TimeLimit.objects.filter(status__in=READ_BY_ALL).order_by("effective_from", "id"))

    def look_up(kind: str, day: date) -> int | None:
        found = [
            row.working_days
            for row in rows
            if row.kind == kind and row.effective_from <= day <= (row.effective_until or day)
        ]
        return found[-1] if found else None

    return look_up


@dataclass(frozen=True)
class Running:
    """A clock beside that of the review: what it is for, since when it runs, where it stands."""

    kind: str
    since: date
    count: clock.Count

    @property
    def label(self) -> Any:
        return Kind(self.kind).label


def running(
    case: LicenceCase,
    on: date,
    days: Callable[[], clock.Calendar] = calendar.stored,
    known: Callable[[], Known] = stored,
) -> Running | None:
    """The clock that runs at the case's station besides the review; None where none does. Reads rows only then."""
    if case.status not in STARTS:
        return None
    kind, name = STARTS[case.status]
    return of(kind, getattr(case, name) or case.status_on, on, days, known)


def of(
    kind: str,
    since: date | None,
    on: date,
    days: Callable[[], clock.Calendar] = calendar.stored,
    known: Callable[[], Known] = stored,
) -> Running | None:
    """One clock as it stands on a day; None without a first day, and where no row says how long it is."""
    limit = known()(kind, since) if since else None
    if since is None or limit is None:
        return None
    return Running(kind, since, clock.count(since, max(on, since), days(), limit=limit))
