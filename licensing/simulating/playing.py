"""A year of an exporter's cases, day after day: opened, told of through the doors, decided upon, filed again."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path

from django.core import mail
from django.core.management import call_command
from django.db.models import Max
from django.test import override_settings
from django.urls import reverse

from accounts.actors import Actor
from euc import demonstration
from euc.models import Certificate
from licensing import feed_asking, feed_folders, feed_keeping, stations
from licensing.models import CaseReminder, FeedSource, LicenceCase, StatusReport
from licensing.simulating import courses, moving, sendings
from licensing.simulating.courses import Course
from licensing.simulating.doors import Doors
from licensing.simulating.journal import Entry, Journal
from licensing.simulating.sendings import FAULTS, Sending, Way
from licensing.simulating.serving import served
from licensing.simulating.worker import work

YEAR = 365
SILENCE = 210  # days after the year: 45 working days, a licence's 180 days, a month
QUIET = 90  # days at the end in which nobody files: what was sent late still arrives
Issue = Callable[[], Certificate]


@dataclass
class Case:
    """One application of the year: its truth, and its case once it is opened."""

    number: int
    course: Course
    sendings: list[Sending]
    certificate: Certificate | None = None
    reference: str = ""


@dataclass
class Year:
    """Everything that was played: cases by number, the sender's journal, and who decided and withdrew what when."""

    first: date
    cases: dict[int, Case] = field(default_factory=dict)
    journal: Journal = field(default_factory=Journal)
    withdrawn: set[str] = field(default_factory=set)
    decided: list[str] = field(default_factory=list)
    stood: dict[str, str] = field(default_factory=dict)  # where cases stood at the end of the year
    asked_about: set[str] = field(
        default_factory=set
    )  # cases that ended or were asked about in the silence after it


def plan(
    chance: random.Random, first: date, cases: int, faults: Sequence[str], ways: Sequence[Way], name: str
) -> Iterator[Case]:
    """So many courses over the year, with what is sent of each."""
    for number in range(cases):
        course = courses.course(chance, first + timedelta(days=chance.randint(1, YEAR - QUIET)))
        yield Case(number, course, sendings.sendings(chance, number, course, faults, ways, name))


@dataclass
class Player:
    """Plays a year day by day. What is filed again takes the place of a course that was planned for later."""

    year: Year
    doors: Doors
    chance: random.Random
    issue: Issue
    product: Callable[[datetime], None]
    waiting: list[Case]
    running: list[Case] = field(default_factory=list)
    free: list[Certificate] = field(default_factory=list)
    mistakes: list[Entry] = field(default_factory=list)

    def day(self, day: date) -> Iterator[datetime]:
        """What happens on a day; gives each moment before something happens at it."""
        yield datetime.combine(day, time(0, 30), UTC)
        self.doors.sign_out()
        self.withdraw(day)
        for case in [one for one in self.waiting if one.course.steps[0][1] <= day]:
            self._open(case)
        for sending in sorted(self._due(day), key=lambda one: one.at):
            yield sending.at
            self._send(sending)
            if self.chance.random() < 0.2:
                self.doors.work()
        yield datetime.combine(day, time(11), UTC)
        self._evening(day)

    def _send(self, sending: Sending) -> None:
        entry = self.year.journal.enter(sending, self.year.cases[sending.case].reference)
        if sending.taken_back_after:
            self.mistakes.append(entry)
        self.doors.send(entry)

    def _due(self, day: date) -> Iterator[Sending]:
        for case in self.running:
            while case.sendings and case.sendings[0].at.date() <= day:
                yield case.sendings.pop(0)

    def _evening(self, day: date) -> None:
        """Files are dropped, the list is published, the product does what it owes; people decide."""
        at = datetime.combine(day, time(11), UTC)
        self.doors.drop(at)
        self.doors.publish(at)
        self.product(at)
        self._decide(0.4)
        self._end()

    # --- cases --------------------------------------------------------------------------------------

    def _open(self, case: Case) -> None:
        case.certificate = self.free.pop() if self.free else self.issue()
        self.waiting.remove(case)
        self._follow(case)

    def _follow(self, case: Case) -> None:
        assert case.certificate
        address = reverse("licensing:case-open", args=[case.certificate.slug])
        self.doors.client(Way.IMPORTER).post(address)
        opened = LicenceCase.objects.filter(certificate=case.certificate).latest("pk")
        case.reference = opened.reference
        self.year.cases[case.number] = case
        self.running.append(case)

    def _end(self) -> None:
        """Cases of which all is said: their certificates serve others, or the application is filed again."""
        told = [case for case in self.running if not case.sendings]
        found = LicenceCase.objects.in_bulk([case.reference for case in told], field_name="reference")
        for case in told:
            if found[case.reference].is_open:
                continue
            self.running.remove(case)
            next_one = next(iter(self.waiting), None)
            if (
                case.course.is_filed_again
                and next_one
                and found[case.reference].status in stations.MAY_FILE_AGAIN
            ):
                self.waiting.remove(next_one)
                next_one.certificate = case.certificate
                self._follow(next_one)
            elif case.certificate:
                self.free.append(case.certificate)

    # --- people -------------------------------------------------------------------------------------

    def _decide(self, share: float) -> None:
        """Some of what contradicts itself is decided: the newest that is true stands."""
        own = [case.reference for case in self.year.cases.values()]
        for case in LicenceCase.objects.filter(is_contested=True, reference__in=own).order_by("pk"):
            if self.chance.random() >= share:
                continue
            told = self.year.journal.of_case(case.reference)
            marks = {one.sending.mark for one in told if one.sending.is_true}
            rows = case.reports.filter(withdrawal=None)
            row = max(rows, key=lambda one: (one.note in marks, one.claimed_on, one.pk))
            if self.doors.decide(self.year.journal.entries[row.note], row.pk):
                self.year.decided.append(row.note)

    def decide_all(self) -> None:
        """At the end everything that is asked is answered."""
        self.doors.sign_out()
        self._decide(1)

    def falls_silent(self, last: date) -> Iterator[datetime]:
        """Nobody says anything any more: which of the open cases the product itself asks about, or ends."""
        known = LicenceCase.objects.in_bulk(
            [case.reference for case in self.year.cases.values()], field_name="reference"
        )
        self.year.stood = {reference: case.status for reference, case in known.items()}
        told = CaseReminder.objects.aggregate(last=Max("pk"))["last"] or 0
        for week in range(1, SILENCE // 7 + 1):
            day = last + timedelta(days=7 * week - last.toordinal() % 7)
            yield datetime.combine(day, time(12), UTC)
            _night(day)
        asked = CaseReminder.objects.filter(pk__gt=told).values_list("case__reference", flat=True)
        ended = LicenceCase.objects.filter(status__in=stations.ENDS).values_list("reference", flat=True)
        self.year.asked_about = {*asked, *ended}

    def withdraw(self, day: date) -> None:
        """What was said by mistake is taken back, if it was taken at all."""
        for entry in [one for one in self.mistakes if _day_taken_back(one.sending) <= day]:
            self.mistakes.remove(entry)
            row = StatusReport.objects.filter(note=entry.sending.mark).first()
            if row and self.doors.withdraw(entry, row.pk):
                self.year.withdrawn.add(entry.sending.mark)


def an_evening(at: datetime) -> None:
    """What clock and workers of the product do of an evening, done here."""
    feed_folders.take(now=at.timestamp() + 60)
    feed_asking.owe_polls()
    work()
    _night(at.date())


def _night(day: date) -> None:
    """The commands of the night; reminders once a week are enough here."""
    call_command("expire_licences")
    if day.toordinal() % 7 == 0:
        call_command("remind_cases", stdout=StringIO())


def _day_taken_back(sending: Sending) -> date:
    return sending.at.date() + timedelta(days=sending.taken_back_after)


def play(
    *,
    people: dict[str, Actor],
    cases: int,
    seed: int,
    until: date,
    faults: Sequence[str] = FAULTS,
    ways: Sequence[Way] = tuple(Way),
) -> Year:
    """Play the year before a day, all of it in this process; `people` as `demonstration.people` gives them."""
    first = until - timedelta(days=YEAR)
    start = datetime.combine(first, time(4), UTC)
    with moving.clock(start) as moved, _stage(people, seed, first, faults) as (doors, issue):
        player = player_of(doors, issue, an_evening, first, cases, seed, faults, ways)
        for number in range(YEAR):
            for moment in player.day(first + timedelta(days=number + 1)):
                moved.go_to(moment)
        player.decide_all()
        for moment in player.falls_silent(until):
            moved.go_to(moment)
    return player.year


def player_of(
    doors: Doors,
    issue: Issue,
    product: Callable[[datetime], None],
    first: date,
    cases: int,
    seed: int,
    faults: Sequence[str],
    ways: Sequence[Way],
) -> Player:
    """A player with a plan; `product` does, or waits for, what the product's clock and workers do of an evening."""
    chance = random.Random(seed)  # noqa: S311 - a play, no secret
    waiting = list(plan(chance, first, cases, faults, ways, f"S{seed}."))
    waiting.sort(key=lambda case: case.course.steps[0][1])
    return Player(Year(first), doors, chance, issue, product, waiting)


@contextmanager
def _stage(
    people: dict[str, Actor], seed: int, first: date, faults: Sequence[str]
) -> Iterator[tuple[Doors, Issue]]:
    """A server, a folder and a mailbox of the exporter's own, and the sources of the importer that hear of them."""
    with tempfile.TemporaryDirectory(prefix="exporter-") as folder, served() as server:
        locmem = "django.core.mail.backends.locmem.EmailBackend"
        with override_settings(FEEDS_FOLDER=folder, EMAIL_BACKEND=locmem):
            mail.outbox = []
            call_command("load_calendar", stdout=StringIO())
            issue = issuer(people, first)
            sources = add_sources(people["drafter"], issue().exporter_name, server.url)
            chance = random.Random(seed + 1)  # noqa: S311 - a play, no secret
            yield (
                Doors(
                    people["drafter"],
                    people["officer"],
                    sources,
                    server,
                    Path(folder),
                    work,
                    chance,
                    frozenset(faults),
                ),
                issue,
            )


def add_sources(by: Actor, exporter_name: str, url: str) -> dict[Way, FeedSource]:
    """One source of each kind, as the importer registers them."""
    return {
        way: feed_keeping.add(
            by=by,
            name=f"Exporter {way}",
            exporter_name=exporter_name,
            kind=way.value,
            url=url if way == Way.HTTP else "",
        )
        for way in (Way.HTTP, Way.WEBHOOK, Way.FILE)
    }


def issuer(people: dict[str, Actor], first: date) -> Issue:
    """What issues one more certificate, at the beginning of the year."""
    at = datetime.combine(first, time(4), UTC)

    def issue() -> Certificate:
        made = demonstration.issued(
            drafter=people["drafter"],
            signatory=people["signatory"],
            officer=people["officer"],
            senior=people["senior"],
            po_number=f"SIM-{Certificate.objects.count()}",
            at=at,
        )
        return Certificate.objects.get(pk=made.pk)

    return issue
