"""China's calendar as stored: read for the clocks, filled from libraries, corrected by officers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import chinese_calendar
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Role
from licensing import clock
from licensing.models import CalendarCorrection, CalendarDay
from workflow import engine, events

OFFICIAL = "State Council notice, as published in chinesecalendar"
ESTIMATED = "Estimate: weekends and statutory days; the State Council has not published this year"
FIRST_YEAR, YEARS_AHEAD = 2024, 2


def load(today: date) -> int:
    """Write the days of all years up to two ahead that are not stored as official yet; how many were written.

    Days that an officer corrected in a published year stay; estimates give way once a year is published.
    """
    years = range(FIRST_YEAR, today.year + YEARS_AHEAD + 1)
    official = set(CalendarDay.objects.filter(is_official=True).values_list("day", flat=True))
    rows = [row for year in years for row in _year(year) if row.day not in official]
    CalendarDay.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["is_working", "is_official", "source"],
        batch_size=500,
    )
    return len(rows)


def _year(year: int) -> list[CalendarDay]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    try:
        working = {day: bool(chinese_calendar.is_workday(day)) for day in days}
    except NotImplementedError:  # the library knows no such year yet
        import holidays  # 6 MB that a worker which prints should not carry

        free = holidays.country_holidays("CN", years=year)
        return [
            CalendarDay(day=d, is_working=d.weekday() < 5 and d not in free, source=ESTIMATED) for d in days
        ]
    return [CalendarDay(day=d, is_working=w, is_official=True, source=OFFICIAL) for d, w in working.items()]


@transaction.atomic
def correct(
    *, day: date, is_working: bool, source: str, by: Actor, at: datetime | None = None
) -> CalendarCorrection:
    """Say of one day in China what a notice says; it counts as official and stays when the year is loaded again.

    Refuses who is no officer with NotAllowed, and a day that is so already with WrongStatus. Open cases are counted
    anew by `services.recount`, which runs every hour.
    """
    at = at or timezone.now()
    if not by.has(Role.OFFICER, Role.SENIOR):
        raise engine.NotAllowed(_("Only officers correct the calendar."))
    known = stored()(day)
    if known == clock.Day(is_working, True):
        raise engine.WrongStatus(_("The calendar says so already."))
    CalendarDay.objects.update_or_create(
        day=day, defaults={"is_working": is_working, "is_official": True, "source": source}
    )
    made = CalendarCorrection.objects.create(
        day=day, is_working=is_working, source=source, corrected_by=by.person, corrected_at=at
    )
    events.record(
        book=made.book,
        subject=made,
        verb="licensing.calendar.correct",
        by=by,
        at=at,
        details={"day": day.isoformat(), "is_working": is_working, "reason": source},
    )
    return made


@dataclass(frozen=True)
class Year:
    """What is special in a year: working days in all, and the days that are not as their weekday would be."""

    number: int
    working: int
    is_official: bool
    special: list[CalendarDay]


def year(number: int) -> Year:
    """One stored year. One query."""
    days = list(CalendarDay.objects.filter(day__year=number))
    special = [day for day in days if day.is_working != (day.day.weekday() < 5)]
    official = bool(days) and all(day.is_official for day in days)
    return Year(number, sum(day.is_working for day in days), official, special)


def years() -> list[int]:
    """The years that are stored, oldest first."""
    return [first.year for first in CalendarDay.objects.dates("day", "year")]


def stored() -> clock.Calendar:
    """The stored calendar, each year read once when a day of it is asked for.

    What is not stored comes from the libraries, as `load` would write it.
    """
    known: dict[date, clock.Day] = {}

    def look_up(day: date) -> clock.Day:
        if day not in known:
            columns = ("day", "is_working", "is_official")
            rows = CalendarDay.objects.filter(day__year=day.year).values_list(*columns)
            known.update({row[0]: clock.Day(*row[1:]) for row in rows})
        if day not in known:
            for row in _year(day.year):
                known.setdefault(row.day, clock.Day(row.is_working, row.is_official))
        return known[day]

    return look_up
