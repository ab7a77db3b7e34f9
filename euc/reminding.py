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


def due(certificate: Certificate, day: date) -> int | None:
    """Which reminder is due on that day: the nearest mark that was passed, unless it lay before the validity."""
    first, last = certificate.valid_from, certificate.valid_until
    if first is None or last is None:
        return None
    left = (last - day).days
    marks = [mark for mark in BEFORE if 0 <= left <= mark]
    if not marks or last - timedelta(days=min(marks)) <= first:
        return None
    return min(marks)


def remind(*, at: datetime | None = None) -> int:
    """Owe what is due and not yet owed; how many. Safe to run at any time, twice or at once."""
    day, count = today(at), 0
    ending = Certificate.objects.filter(
        status=workflow.ISSUED, valid_until__gte=day, valid_until__lte=day + timedelta(days=max(BEFORE))
    )
    for certificate in ending.select_related("importer").iterator(chunk_size=200):
        mark = due(certificate, day)
        if mark is not None:
            count += sum(_owe(certificate, person, mark) for person in _people(certificate))
    return count


def _people(certificate: Certificate) -> list[User]:
    held = certificate.importer.memberships.active().filter(role__in=workflow.IMPORTER_ROLES)
    return list(User.objects.filter(pk__in=held.values("person"), is_active=True).order_by("pk"))


@transaction.atomic
def _owe(certificate: Certificate, person: User, mark: int) -> bool:
    reminder, is_new = ExpiryReminder.objects.get_or_create(certificate=certificate, person=person, days=mark)
    if is_new:
        errands.owe(REMIND, subject=reminder)
        people = noticing.people_of(certificate.importer_id).filter(person=person)
        until = {"until": f"{certificate.valid_until:%d-%m-%Y}"}
        key = f"{certificate.pk}-{mark}"
        notices.tell(noticing.EXPIRY, certificate, key=f"{key}-{person.pk}", people=people, details=until)
    return is_new
