"""The review's clock of a case, from the reports that count: when it falls due, where it stands.

Reads reports, the calendar and the time limits; writes nothing. Days are days in China.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from euc import control
from licensing import calendar, clock, effects, limits, stations
from licensing.models import LicenceCase, StatusReport


def clock_of(case: LicenceCase, *, on: date | None = None) -> clock.Count | None:
    """The review's clock as of a day in China; None before acceptance, and where no limit applies any more."""
    reports = [row for row in case.reports.select_related("withdrawal") if not hasattr(row, "withdrawal")]
    until = on or control.day_in_china()
    if case.accepted_on is None or _has_no_limit(case, reports, until):
        return None
    if case.status not in stations.AFTER_ACCEPTANCE and case.status_on:
        until = min(until, max(case.status_on, case.accepted_on))
    limit = limits.stored()(limits.Kind.REVIEW, case.accepted_on)
    if limit is None:
        return None
    return clock.count(case.accepted_on, until, calendar.stored(), limit=limit, pauses=pauses(reports))


def due(
    case: LicenceCase,
    reports: list[StatusReport],
    accepted_on: date | None,
    at: datetime,
    days: clock.Calendar | None = None,
    known: limits.Known | None = None,
) -> dict[str, Any]:
    """The due day of the review, where a clock runs or rests; none without acceptance or without a limit."""
    none: dict[str, Any] = {"due_on": None, "is_due_provisional": False}
    if accepted_on is None or _has_no_limit(case, reports, control.day_in_china(at)):
        return none
    limit = (known or limits.stored())(limits.Kind.REVIEW, accepted_on)
    if limit is None:
        return none
    counted = clock.due_on(accepted_on, days or calendar.stored(), limit=limit, pauses=pauses(reports))
    return {
        "due_on": counted.due_on,
        "is_due_provisional": counted.provisional and counted.due_on is not None,
    }


def pauses(reports: list[StatusReport]) -> list[clock.Pause]:
    """From a reported pause to the next report that the review goes on, both in order of their days."""
    rows = sorted(
        (row for row in reports if row.claimed in stations.AFTER_ACCEPTANCE),
        key=lambda row: (row.claimed_on, row.pk),
    )
    found: list[clock.Pause] = []
    since: date | None = None
    for row in rows:
        if row.claimed == stations.PAUSED:
            since = since or row.claimed_on
        elif since is not None:
            found.append((since, row.claimed_on))
            since = None
    return [*found, (since, None)] if since else found


def _has_no_limit(case: LicenceCase, reports: list[StatusReport], on: date) -> bool:
    """Referred to the State Council (Order 792 art. 17), or a party is on the Watch List (art. 26)."""
    is_referred = any(row.claimed == stations.REFERRED for row in reports)
    return is_referred or effects.has_no_limit(effects.of(case.certificate, on))
