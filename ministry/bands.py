"""Days as figures count them, in bands: so many since the day of a fact, or until it. A code names each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ministry.reading import Span

CODE = re.compile(r"([0-9]{1,4})-([0-9]{0,4})", re.ASCII)


@dataclass(frozen=True)
class Days:
    """From `first` to `last` days, both included; without `last`, that many and more."""

    first: int
    last: int | None = None

    @classmethod
    def of(cls, code: str) -> Days | None:
        """What `16-30` or `91-` says; nothing where it says nothing of the kind."""
        found = CODE.fullmatch(code)
        return cls(int(found[1]), int(found[2]) if found[2] else None) if found else None

    def __str__(self) -> str:
        return f"{self.first}-{'' if self.last is None else self.last}"

    @property
    def words(self) -> str:
        return f"≥ {self.first}" if self.last is None else f"{self.first}–{self.last}"

    def holds(self, number: int) -> bool:
        return self.first <= number and (self.last is None or number <= self.last)

    def inside(self, other: Days) -> Days | None:
        """What both of them hold."""
        ends = [end for end in (self.last, other.last) if end is not None]
        first, last = max(self.first, other.first), min(ends, default=None)
        return None if last is not None and last < first else Days(first, last)


@dataclass(frozen=True)
class Bands:
    """The bands of a figure by the day of its facts: days since it, or until it (`ahead`), in the land of `today`."""

    each: tuple[Days, ...]
    today: Callable[[datetime | None], date]
    ahead: bool = False

    @property
    def whole(self) -> Days:
        """All that the figure counts."""
        return Days(self.each[0].first, self.each[-1].last)

    def within(self, days: Days | None) -> list[Days]:
        """The bands as far as they lie inside what is asked for."""
        found = [band.inside(days or self.whole) for band in self.each]
        return [band for band in found if band]

    def number(self, day: date, at: datetime) -> int:
        """How many days a fact of that day counts at a moment."""
        gone = (self.today(at) - day).days
        return -gone if self.ahead else gone

    def span(self, days: Days, at: datetime | None = None) -> Span:
        """The days of the calendar that count so many days, now or at another moment."""
        near, far = (self._day(number, at) for number in (days.first, days.last))
        return Span(near, far) if self.ahead else Span(far, near)

    def _day(self, number: int | None, at: datetime | None) -> str:
        if number is None:
            return ""
        way = timedelta(days=number if self.ahead else -number)
        return f"{self.today(at) + way}"
