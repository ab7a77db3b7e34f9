"""The day's one mail: who is owed one at nine in India, and what stands in it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Digest, Notice
from workflow import errands

INDIA = ZoneInfo("Asia/Kolkata")
NINE = time(9)
SEND = "accounts.send_digest"


def pending(before: datetime) -> QuerySet[Notice]:
    """Notices for a daily mail that are unread and in none yet, written before a moment."""
    return Notice.objects.unread().filter(digest=None, mail=Notice.Mail.DAILY, at__lt=before)


def owe(*, at: datetime | None = None) -> int:
    """Owe each person one mail of what came before nine today, India; how many. Safe to run at any time, or twice."""
    here = timezone.localtime(at, timezone=INDIA)
    nine = datetime.combine(here.date(), NINE, INDIA)
    if here < nine:
        nine -= timedelta(days=1)  # a run that came late still sends yesterday's
    people = list(pending(nine).order_by("person").values_list("person", flat=True).distinct())
    return sum(_owe(person, nine) for person in people)


@transaction.atomic
def _owe(person: int, nine: datetime) -> bool:
    digest, is_new = Digest.objects.get_or_create(person_id=person, day=nine.date())
    if is_new:
        pending(nine).filter(person=person).update(digest=digest)
        errands.owe(SEND, subject=digest)
    return is_new
