"""China's calendar as stored: read for the clocks, filled from libraries, corrected by officers."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

from licensing import clock
from licensing.models import CalendarDay

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


def stored() -> clock.Calendar:
    """The stored calendar, read once; what is not stored comes from the libraries, as `load` would write it."""
    known = {row.day: clock.Day(row.is_working, row.is_official) for row in CalendarDay.objects.all()}

    def look_up(day: date) -> clock.Day:
        if day not in known:
            for row in _year(day.year):
                known.setdefault(row.day, clock.Day(row.is_working, row.is_official))
        return known[day]

    return look_up
