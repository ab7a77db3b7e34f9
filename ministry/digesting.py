"""The overview by mail: who wants it how often, and who is owed one at nine in India on the first day of a period."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import actors
from accounts.actors import Actor
from accounts.digests import INDIA, NINE
from ministry import access
from ministry.models import DigestChoice
from workflow import errands

SEND = "ministry.send_digest"
Every = DigestChoice.Every


def chosen(by: Actor) -> str:
    found = DigestChoice.objects.filter(person=by.person, organisation=by.organisation).first()
    return found.every if found else Every.NEVER


@transaction.atomic
def choose(by: Actor, every: str, *, at: datetime | None = None) -> None:
    """Keep how often; it counts for periods that begin from now on."""
    if chosen(by) != every:
        DigestChoice.objects.update_or_create(
            person=by.person,
            organisation=by.organisation,
            defaults={"every": every, "since": at or timezone.now()},
        )


def begins(every: str, day: date) -> date:
    """The first day of the period a day lies in."""
    if every == Every.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if every == Every.MONTH else day


def owe(*, at: datetime | None = None) -> int:
    """Owe what is due: one mail a person, organisation and period; how many are new. Safe to run at any time."""
    here = timezone.localtime(at, timezone=INDIA)
    count = 0
    for choice in DigestChoice.objects.exclude(every=Every.NEVER).order_by("pk"):
        first = begins(choice.every, here.date())
        nine = datetime.combine(first, NINE, INDIA)
        if choice.since < nine <= here:
            count += _owe(choice, first)
    return count


@transaction.atomic
def _owe(choice: DigestChoice, first: date) -> int:
    before = errands.of(choice).count()
    errands.owe(SEND, subject=choice, key=f"{choice.every}-{first}")
    return errands.of(choice).count() - before


def reader_of(choice: DigestChoice) -> Actor | None:
    """The person as they stand now; None when they want none any more or may not read it."""
    actor = actors.of(choice.person, choice.organisation)
    wants = choice.every != Every.NEVER and choice.person.is_active and choice.organisation.is_active
    return actor if wants and access.oversees(actor) else None
