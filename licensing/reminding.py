"""The clock's reminders about cases: a time limit is nearly or wholly over, the licence ends in 60, 30 or 7 days,
or nobody reported anything for 30 days, 60, 90 ... while nothing else asks.

Days are days in China. Each of the importer's people is told of each day once; a due day that is moved (a pause, a
calendar that was published) is another day. What is pressing is shown on the case's page by the same rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import notices
from accounts.models import User
from euc import control, noticing
from euc import reminding as expiry
from licensing import calendar, clock, limits, stations
from licensing import noticing as licence_notices
from licensing.models import CaseReminder, LicenceCase, StatusReport
from workflow import errands

REMIND = "licensing.remind"
LONGEST_HOLIDAY = timedelta(days=14)
SILENT_DAYS = 30

Kind = CaseReminder.Kind


@dataclass(frozen=True)
class Pressing:
    """One thing that presses on a case: what, of which day, and how many days are left.

    `left` counts working days before a due day, calendar days before the end of a licence, 0 once it is over, and of
    silence the days since the last report; `mark` tells the reminders of one day apart.
    """

    kind: str
    on: date
    left: int
    mark: int = 0


def pressing(
    case: LicenceCase,
    day: date,
    load: Callable[[], clock.Calendar] = calendar.stored,
    known: Callable[[], limits.Known] = limits.stored,
) -> list[Pressing]:
    """What presses on the case on that day, clocks before the licence; rows are read where they count."""
    return [
        *_of_clock(case, day, load),
        *_of_limit(case, day, load, known),
        *_of_licence(case, day),
        *_of_silence(case, day),
    ]


def _of_clock(case: LicenceCase, day: date, load: Callable[[], clock.Calendar]) -> Iterator[Pressing]:
    if case.due_on is None or case.status not in stations.RUNNING:
        return
    if case.due_on < day:
        yield Pressing(Kind.OVERDUE, case.due_on, 0)
    elif case.due_on <= _horizon(day):
        left = clock.working_days(day, case.due_on, load())
        if left <= settings.LICENCE_DUE_SOON_WORKING_DAYS:
            yield Pressing(Kind.DUE_SOON, case.due_on, left)


def _of_limit(
    case: LicenceCase, day: date, load: Callable[[], clock.Calendar], known: Callable[[], limits.Known]
) -> Iterator[Pressing]:
    found = limits.running(case, day, load, known)
    if found and found.count.due_on and found.count.overdue:
        yield Pressing(Kind.LIMIT, found.count.due_on, 0)


def _of_licence(case: LicenceCase, day: date) -> Iterator[Pressing]:
    licence = case.licence
    if licence is None or licence.status != stations.USABLE or not case.station.has_licence:
        return
    mark = expiry.mark(licence.issued_on, licence.expires_on, day)
    if mark is not None:
        yield Pressing(Kind.EXPIRES, licence.expires_on, (licence.expires_on - day).days, mark)


def _of_silence(case: LicenceCase, day: date) -> Iterator[Pressing]:
    """Open, and neither a running clock nor the last day of a usable licence will ask: so the silence does."""
    licence = case.licence
    asks_until = case.due_on + timedelta(days=SILENT_DAYS) if case.due_on else day
    has_clock = case.status in stations.RUNNING and asks_until > day
    has_last_day = (
        case.status == stations.ISSUED and licence is not None and licence.status == stations.USABLE
    )
    if not case.is_open or has_clock or has_last_day:
        return
    last = case.reports.aggregate(last=Max("received_at"))["last"]
    heard_on = control.day_in_china(last or case.opened_at)
    days = (day - heard_on).days
    if days >= SILENT_DAYS:
        yield Pressing(Kind.SILENT, heard_on, days, days - days % SILENT_DAYS)


def _silent(at: datetime) -> QuerySet[LicenceCase]:
    """Open cases of which nothing was heard, and nobody was told so, for so long."""
    since, told_since = at - timedelta(days=SILENT_DAYS - 1), at - timedelta(days=SILENT_DAYS - 2)
    reports = StatusReport.objects.filter(case=OuterRef("pk"), received_at__gt=since)
    told = CaseReminder.objects.filter(case=OuterRef("pk"), kind=Kind.SILENT, sent_at__gt=told_since)
    return LicenceCase.objects.open().filter(~Exists(reports), ~Exists(told), opened_at__lte=since)


def _horizon(day: date) -> date:
    """The last day that can be so many working days away: twice the days, and the longest holiday."""
    return day + timedelta(days=2 * settings.LICENCE_DUE_SOON_WORKING_DAYS) + LONGEST_HOLIDAY


def remind(*, at: datetime | None = None) -> int:
    """Owe what is due and not yet owed; how many. Safe to run at any time, twice or at once."""
    at = at or timezone.now()
    day, days, known, count = control.day_in_china(at), calendar.stored(), limits.stored(), 0
    nearing = Q(status__in=stations.RUNNING, undecided_due_on__lte=_horizon(day))
    ending = Q(
        has_ended=False,
        licence__status=stations.USABLE,
        licence__expires_on__gte=day,
        licence__expires_on__lte=day + timedelta(days=max(expiry.BEFORE)),
    )
    elsewhere = Q(status__in=limits.STARTS)
    pressed = nearing | ending | elsewhere | Q(pk__in=_silent(at).values("pk"))
    cases = LicenceCase.objects.filter(pressed).select_related("importer", "licence")
    for case in cases.order_by("pk").iterator(chunk_size=200):
        for found in pressing(case, day, lambda: days, lambda: known):
            count += sum(_owe(case, person, found) for person in noticing.users_of(case.importer_id))
    return count


@transaction.atomic
def _owe(case: LicenceCase, person: User, found: Pressing) -> bool:
    reminder, is_new = CaseReminder.objects.get_or_create(
        case=case, person=person, kind=found.kind, on=found.on, days=found.mark
    )
    if is_new:
        errands.owe(REMIND, subject=reminder)
        if found.kind == Kind.EXPIRES:
            _tell(case, person, found)
    return is_new


def _tell(case: LicenceCase, person: User, found: Pressing) -> None:
    """In the product as well; a licence of several cases is told of once."""
    key = f"{case.licence_id}-{found.mark}-{person.pk}"
    mine = noticing.people_of(case.importer_id).filter(person=person)
    until = {"until": f"{found.on:%d-%m-%Y}"}
    notices.tell(licence_notices.EXPIRY, case.licence, key=key, people=mine, details=until)
