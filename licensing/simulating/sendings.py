"""What an exporter sends of a course, by which way, and with which faults. Nothing is sent here."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count

from licensing import stations
from licensing.simulating.courses import Course

FAULTS = (
    "late", "silent", "doubled", "out_of_order", "contradictory", "corrected", "encoding", "malformed",
)  # fmt: skip
WRONG = (
    stations.CORRECTION, stations.ACCEPTED, stations.REVIEW, stations.PAUSED, stations.REFUSED,
    stations.SUSPENDED, stations.WITHDRAWN,
)  # fmt: skip
WHOLE_MG = 1_000_000_000
LICENCE_MG = WHOLE_MG // 2


class Way(StrEnum):
    """How something is sent."""

    HTTP = "HTTP"  # a list that we fetch
    WEBHOOK = "WEBHOOK"
    FILE = "FILE"  # laid into the folder
    ROOM = "ROOM"
    IMPORTER = "IMPORTER"  # typed in by the importer's people
    OFFICER = "OFFICER"


FEEDS = frozenset({Way.HTTP, Way.WEBHOOK, Way.FILE})
SHARES = {Way.HTTP: 24, Way.WEBHOOK: 22, Way.FILE: 24, Way.ROOM: 4, Way.IMPORTER: 18, Way.OFFICER: 6}
SOURCES = {Way.ROOM: "SUPPLIER_ROOM", Way.IMPORTER: "IMPORTER", Way.OFFICER: "OFFICER"}


@dataclass(frozen=True)
class Licence:
    """What the paper says; the weight is that of the only goods line, in milligrams."""

    number: str
    issued_on: date
    expires_on: date
    weight_mg: int = LICENCE_MG


@dataclass(frozen=True)
class Sending:
    """One thing that is sent, once or more often, with a mark that tells it from all others and stands in its remark.

    `on` is a day in China, `at` the moment (UTC) from which it is sent. `bad` says what must keep it from being
    taken; `is_true` is whether it was so; `taken_back_after` is how many days later it is withdrawn.
    """

    mark: str
    case: int
    way: Way
    station: str
    on: date
    at: datetime
    licence: Licence | None = None
    bad: str = ""
    is_true: bool = True
    is_doubled: bool = False
    taken_back_after: int = 0
    encoding: str = "utf-8"

    @property
    def source(self) -> str:
        return SOURCES.get(self.way, "FEED")


BAD = {
    Way.HTTP: ("future", "unknown_station", "no_case", "too_much"),
    Way.WEBHOOK: ("future", "unknown_station", "too_much", "forged", "stale", "garbled"),
    Way.FILE: ("future", "unknown_station", "no_case", "cut"),
    Way.ROOM: ("future", "too_much"),
    Way.IMPORTER: ("future", "too_much"),
    Way.OFFICER: ("future",),
}


def sendings(
    chance: random.Random,
    number: int,
    course: Course,
    faults: Sequence[str],
    ways: Sequence[Way] = tuple(Way),
    name: str = "S",
) -> list[Sending]:
    """All that is sent of one case, in the order of the moments. Its last step always is, however late."""
    found = list(_Exporter(chance, number, course, frozenset(faults), tuple(ways), name).says())
    if "out_of_order" in faults and len(found) > 2 and chance.random() < 0.3:
        place = chance.randrange(len(found) - 1)
        one, other = found[place], found[place + 1]
        if one.on <= other.at.date() and other.on <= one.at.date():
            found[place], found[place + 1] = replace(other, at=one.at), replace(one, at=other.at)
    return sorted(found, key=lambda sending: sending.at)


@dataclass
class _Exporter:
    chance: random.Random
    number: int
    course: Course
    faults: frozenset[str]
    ways: tuple[Way, ...]
    name: str

    def __post_init__(self) -> None:
        self.marks = count(1)
        self.habit = self.way()

    def does(self, fault: str, share: float) -> bool:
        return fault in self.faults and self.chance.random() < share

    def way(self) -> Way:
        return self.chance.choices(self.ways, [SHARES[way] for way in self.ways])[0]

    def says(self) -> Iterator[Sending]:
        steps = self.course.steps
        for station, day in steps:
            is_told = station == stations.ISSUED or (station, day) == steps[-1]
            if not is_told and self.does("silent", 0.2):
                continue
            delay = self.chance.randint(1, 20) if self.does("late", 0.35) else self.chance.randint(0, 1)
            true = self.sending(station, day, day + timedelta(days=delay))
            if self.does("malformed", 0.1):
                yield self.spoiled(true)
                true = replace(true, at=true.at + timedelta(days=1))
            yield true
            yield from self.mistakes(true)

    def sending(self, station: str, on: date, day: date) -> Sending:
        way = self.habit if self.chance.random() < 0.7 else self.way()
        encoding = "utf-8"
        if way in FEEDS and self.does("encoding", 0.3):
            encoding = self.chance.choice(("gb18030", "utf-16"))
        return Sending(
            mark=f"{self.name}{self.number}-{next(self.marks)}.",
            case=self.number,
            way=way,
            station=station,
            on=on,
            at=datetime.combine(day, self._hour(), UTC),
            licence=self.licence(on) if station == stations.ISSUED else None,
            is_doubled=self.does("doubled", 0.2),
            encoding=encoding,
        )

    def _hour(self) -> time:
        """In Chinese office hours, so that the day is the same there and in UTC."""
        return time(self.chance.randint(1, 9), self.chance.randint(0, 59), self.chance.randint(0, 59))

    def licence(self, on: date) -> Licence:
        days = timedelta(days=self.course.licence_days)
        return Licence(f"{self.name}-{self.number}", on, on + days)

    def spoiled(self, true: Sending) -> Sending:
        """The same with something that must keep it out; the exporter mends it the next day."""
        kinds = [kind for kind in BAD[true.way] if kind != "garbled" or "encoding" in self.faults]
        bad = self.chance.choice([kind for kind in kinds if kind != "too_much" or true.licence])
        return replace(true, mark=f"{self.name}{self.number}-{next(self.marks)}.", bad=bad, is_doubled=False)

    def mistakes(self, true: Sending) -> Iterator[Sending]:
        """What is said beside the truth: the same by another way, something else, what is taken back later."""
        if self.does("doubled", 0.12):
            again = self.sending(
                true.station, true.on, true.at.date() + timedelta(days=self.chance.randint(0, 6))
            )
            yield replace(again, is_doubled=False)
        if self.does("contradictory", 0.12):
            yield self.wrong(true, 0)
        if self.does("corrected", 0.1):
            yield self.wrong(true, self.chance.randint(1, 6))

    def wrong(self, true: Sending, taken_back_after: int) -> Sending:
        station = self.chance.choice([one for one in WRONG if one != true.station])
        day = true.at.date() + timedelta(days=self.chance.randint(0, 3))
        on = max(self.course.steps[0][1], min(true.on + timedelta(days=self.chance.randint(-2, 4)), day))
        false = self.sending(station, on, day)
        return replace(false, is_true=False, taken_back_after=taken_back_after)
