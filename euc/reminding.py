"""The clock's reminders: 60, 30 and 7 days before a certificate ends, once to each person who drafts or signs."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from accounts import notices
from accounts.models import User
from euc import noticing, workflow
from euc.models import Certificate, ExpiryReminder
from euc.models.certificate import today
from workflow import errands

BEFORE = (60, 30, 7)  # days, counted in India; on the last day none are left
REMIND = "euc.remind_of_expiry"


def mark(first: date, last: date, day: date) -> int | None:
    """The nearest mark before the last day that was passed on that day; none where it lay before the first."""
    left = (last - day).days
    marks = [days for days in BEFORE if 0 <= left <= days]
    return min(marks) if marks and last - timedelta(days=min(marks)) > first else None


def due(certificate: Certificate, day: date) -> int | None:
    """Which reminder of a certificate is due on that day."""
    first, last = certificate.valid_from, certificate.valid_until
    return mark(first, last, day) if first and last else None


def remind(*, at: datetime | None = None) -> int:
    """Owe what is due and not yet owed; how many. Safe to run at any time, twice or at once."""
    day, count = today(at), 0
    ending = Certificate.objects.filter(
        status=workflow.ISSUED, valid_until__gte=day, valid_until__lte=day + timedelta(days=max(BEFORE))
    )
    for certificate in ending.select_related("importer").iterator(chunk_size=200):
        days = due(certificate, day)
        if days is not None:
            people = noticing.users_of(certificate.importer_id)
            count += sum(_owe(certificate, person, days) for person in people)
    return count


@transaction.atomic
def _owe(certificate: Certificate, person: User, days: int) -> bool:
    reminder, is_new = ExpiryReminder.objects.get_or_create(certificate=certificate, person=person, days=days)
    if is_new:
        errands.owe(REMIND, subject=reminder)
        people = noticing.people_of(certificate.importer_id).filter(person=person)
        until = {"until": f"{certificate.valid_until:%d-%m-%Y}"}
        key = f"{certificate.pk}-{days}"
        notices.tell(noticing.EXPIRY, certificate, key=f"{key}-{person.pk}", people=people, details=until)
    return is_new
