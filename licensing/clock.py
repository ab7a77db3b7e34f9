"""Statutory clocks in Chinese working days. Pure: the calendar comes in, dates go out; all days are days in China.

The first day is not counted: day 1 is the first working day after the day of acceptance. Days of a pause (both ends
included) are not counted. Source: Administrative Licensing Law art. 82; Order 792 art. 17 (45 working days, time of
identification, expert advice and on-site checks not counted) and art. 18 (20 for amendments).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

REVIEW_DAYS = 45
FARTHEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Day:
    """Whether one day is a working day, and whether that is official or estimated."""

    is_working: bool
    is_official: bool


Calendar = Callable[[date], Day]
Pause = tuple[date, date | None]  # first and last day; the last is open while it lasts


@dataclass(frozen=True)
class Count:
    """Where the clock stands on a day: `number` working days of `limit` are over."""

    day_1: date
    due_on: date | None
    number: int
    limit: int
    provisional: bool
    is_paused: bool = False

    @property
    def overdue(self) -> int:
        """Working days beyond the limit; 0 while it holds."""
        return max(self.number - self.limit, 0)

    @property
    def percent(self) -> int:
        return min(round(self.number * 100 / self.limit), 100)


class TooFar(ValueError):
    """The due day would lie beyond every calendar."""


def count(
    start: date, on: date, calendar: Calendar, *, limit: int = REVIEW_DAYS, pauses: Sequence[Pause] = ()
) -> Count:
    """The clock that started on `start` as it stands on `on`; while a pause is open there is no due day."""
    is_open = any(last is None for _first, last in pauses)
    number, passed, day = 0, 0, start
    first: date | None = None  # what day 1 would be: a pause that is open from the start leaves none to count
    day_1: date | None = None
    due: date | None = None
    while day < on or first is None or (due is None and not is_open):
        day += timedelta(days=1)
        if day - start > FARTHEST:
            raise TooFar(start)
        if not calendar(day).is_working:
            continue
        first = first or day
        if _rests(day, pauses):
            continue
        number += 1
        day_1 = day_1 or day
        passed = number if day <= on else passed
        due = day if number == limit else due
    provisional = _is_guessed(start, due or on, calendar)
    return Count(day_1 or first, due, passed, limit, provisional, _rests(on, pauses))


def _rests(day: date, pauses: Sequence[Pause]) -> bool:
    return any(first <= day and (last is None or day <= last) for first, last in pauses)


def _is_guessed(start: date, end: date, calendar: Calendar) -> bool:
    """Whether a day that is not official lies between: a free day there could be a working day, or the reverse."""
    day = start
    while day < end:
        day += timedelta(days=1)
        if not calendar(day).is_official:
            return True
    return False


def due_on(
    start: date, calendar: Calendar, *, limit: int = REVIEW_DAYS, pauses: Sequence[Pause] = ()
) -> Count:
    """The clock as of its own start: when it falls due."""
    return count(start, start, calendar, limit=limit, pauses=pauses)


def working_days(after: date, last: date, calendar: Calendar) -> int:
    """How many working days lie after a day, up to and including the last; 0 when it is not later."""
    days = (after + timedelta(days=n) for n in range(1, (last - after).days + 1))
    return sum(calendar(day).is_working for day in days)
