"""Days in running text: year first in digits or Chinese signs, months by name, days of this year. No database.

A day that could be read in two ways (05/11/2026) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from licensing import feed_records

_MONTH_OF = {
    name[:3]: number
    for number, name in enumerate(
        (
            *("january", "february", "march", "april", "may", "june"),
            *("july", "august", "september", "october", "november", "december"),
        ),
        start=1,
    )
}
_NAME = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>20\d{2})\b"
_SIGN = "[〇○零一二三四五六七八九十廿卅]"
_YEAR_FIRST = (
    re.compile(r"(?<!\d)\d{4}\s*([-/.])\s*\d{1,2}\s*\1\s*\d{1,2}(?!\d)"),
    re.compile(r"(?<!\d)\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*[日号]?"),
    re.compile(rf"{_SIGN}{{4}}\s*年\s*{_SIGN}{{1,3}}\s*月\s*{_SIGN}{{1,3}}\s*[日号]?"),
)
_BY_NAME = (
    re.compile(rf"\b{_DAY}(?:\s+of)?[\s-]+{_NAME}\.?,?[\s-]+{_YEAR}", re.IGNORECASE),
    re.compile(rf"\b{_NAME}\.?\s+{_DAY},?\s+{_YEAR}", re.IGNORECASE),
)
_WITHOUT_YEAR = (
    re.compile(r"(?<![\d年])(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]"),
    re.compile(rf"\b{_DAY}\s+{_NAME}(?!\.?,?\s*\d)", re.IGNORECASE),
    re.compile(rf"\b{_NAME}\.?\s+{_DAY}\b(?!,?\s*\d)", re.IGNORECASE),
)
Found = tuple[int, int, date]


def days(text: str, today: date) -> list[Found]:
    """Every day in a text, with where it begins and ends. A day without a year is the last such day."""
    return [*_with_year(text), *_without_year(text, today)]


def nearest(text: str, found: list[Found], start: int, end: int) -> date | None:
    """The day written nearest to what stands from start to end; in its own clause rather than in another."""

    def distance(one: Found) -> int:
        first, last = (one[1], start) if one[1] <= start else (end, one[0])
        between = text[first:last]
        return len(between) + 1000 * any(sign in between for sign in ",，、;；")

    return min(found, key=distance)[2] if found else None


def _with_year(text: str) -> Iterator[Found]:
    for match in (match for pattern in _YEAR_FIRST for match in pattern.finditer(text)):
        try:
            yield match.start(), match.end(), feed_records.day_of(match.group())
        except ValueError:
            continue
    for match in (match for pattern in _BY_NAME for match in pattern.finditer(text)):
        if found := _day(int(match["year"]), match["month"], match["day"]):
            yield match.start(), match.end(), found


def _without_year(text: str, today: date) -> Iterator[Found]:
    for match in (match for pattern in _WITHOUT_YEAR for match in pattern.finditer(text)):
        this, last = (_day(year, match["month"], match["day"]) for year in (today.year, today.year - 1))
        if found := this if this and this <= today else last:
            yield match.start(), match.end(), found


def _day(year: int, month: str, day: str) -> date | None:
    number = int(month) if month.isdigit() else _MONTH_OF[month[:3].lower()]
    try:
        return date(year, number, int(day))
    except ValueError:
        return None
