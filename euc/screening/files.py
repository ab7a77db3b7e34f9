"""Reading list files row by row: the `targets.simple.csv` of OpenSanctions, with columns of our own beside it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TextIO

csv.field_size_limit(2**20)
NEEDED = ("id", "name")
LONGEST_NAME, MOST_ALIASES = 300, 200
OURS = ("notice", "effective_from", "suspended_from", "suspended_until")


class NotAList(Exception):
    """The file as a whole is no list; nothing was read."""


@dataclass(frozen=True)
class Entry:
    """One person or firm on a list; days count where the list comes from, `suspended_until` is the last day."""

    entity_id: str
    name: str
    aliases: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    schema: str = ""
    program: str = ""
    notice: str = ""
    effective_from: date | None = None
    suspended_from: date | None = None
    suspended_until: date | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class Refused:
    """A row that could not be taken, by its line in the file, and why."""

    line: int
    reason: str


@dataclass
class Progress:
    taken: int = 0
    refused: list[Refused] = field(default_factory=list)


def read(file: TextIO) -> Iterator[Entry | Refused]:
    """The entries of a list and the rows it refuses, in the order of the file. Raises NotAList."""
    try:
        rows = csv.DictReader(file, strict=True)
        columns = [name.strip().lower().lstrip("\ufeff") for name in rows.fieldnames or ()]
        if missing := [name for name in NEEDED if name not in columns]:
            raise NotAList(f"The first line must name the columns; missing: {', '.join(missing)}.")
        rows.fieldnames = columns
        seen: set[str] = set()
        for row in rows:
            yield _entry(row, rows.line_num, seen)
    except (csv.Error, UnicodeDecodeError) as broken:
        raise NotAList(f"The file cannot be read as CSV in UTF-8: {broken}.") from broken


def _entry(row: dict[str, Any], line: int, seen: set[str]) -> Entry | Refused:
    if None in row or None in row.values():
        return Refused(line, "The row has more or fewer columns than the first line.")
    if any("\x00" in str(value) for value in row.values()):
        return Refused(line, "The row holds a NUL character.")
    entity_id, name = row["id"].strip(), row["name"].strip()
    if not entity_id or not name:
        return Refused(line, "The id or the name is empty.")
    if len(entity_id) > 120 or len(name) > LONGEST_NAME:
        return Refused(line, "The id or the name is too long.")
    if entity_id in seen:
        return Refused(line, f"The id {entity_id} stands in the file twice.")
    try:
        days = {column: _day(row.get(column, "")) for column in OURS[1:]}
    except ValueError:
        return Refused(line, "A day is not written as YYYY-MM-DD.")
    seen.add(entity_id)
    return Entry(
        entity_id,
        name,
        tuple(
            alias[:LONGEST_NAME] for alias in _parts(row.get("aliases", ""))[:MOST_ALIASES] if alias != name
        ),
        tuple(country.upper()[:2] for country in _parts(row.get("countries", ""))),
        row.get("schema", "")[:40],
        (row.get("program_ids") or row.get("sanctions") or "")[:300],
        row.get("notice", "")[:200],
        **days,
    )


def _parts(text: str) -> list[str]:
    return list(dict.fromkeys(part for part in (piece.strip() for piece in text.split(";")) if part))


def _day(text: str) -> date | None:
    return date.fromisoformat(text.strip()) if text.strip() else None


def matches(entries: Iterable[Entry | Refused], names: list[str], country: str, threshold: int) -> list[dict]:
    """Compare a name with every entry of a file, without a database; the best first."""
    from euc.screening.comparing import compare, name_of
    from euc.screening.names import skeleton

    asked = name_of(names, [country] if country else [])
    counts = {word: 0 for spelling in asked.spellings for word in map(skeleton, spelling.words)}
    candidates, total = [], 0
    for entry in entries:
        if isinstance(entry, Refused):
            continue
        total += 1
        listed = name_of(entry.names, entry.countries)
        for word in {skeleton(w) for spelling in listed.spellings for w in spelling.words} & counts.keys():
            counts[word] += 1
        if asked.keys & listed.keys:
            candidates.append((entry, listed))
    found = []
    for entry, listed in candidates:
        comparison = compare(asked, listed, count=lambda word: counts.get(skeleton(word), 0), total=total)
        if comparison.score >= threshold:
            found.append({"id": entry.entity_id, "name": entry.name, **comparison.as_json(), **_facts(entry)})
    return sorted(found, key=lambda row: (-row["score"], row["id"]))


def _facts(entry: Entry) -> dict[str, Any]:
    days = {name: getattr(entry, name) for name in OURS[1:]}
    return {
        "countries": list(entry.countries),
        "program": entry.program,
        "notice": entry.notice,
        **{name: day.isoformat() if day else "" for name, day in days.items()},
    }
