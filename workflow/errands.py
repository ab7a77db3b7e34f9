"""The outbox: what an event owes is written with it, and done at least once with exactly one effect.

A worker claims an errand by a lease with a fencing token, works outside any transaction, and settles in one
transaction that only the holder of the token can complete. Redis holds hints; this table is the record.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from workflow import doorbell, events
from workflow.law import Actor
from workflow.models import Errand

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Handler:
    """`work` makes the result outside any transaction; `settle` stores it inside the fenced one."""

    work: Callable[[Errand], Any]
    settle: Callable[[Errand, Any], None]


HANDLERS: dict[str, Handler] = {}


def handle(kind: str, *, work: Callable[[Errand], Any], settle: Callable[[Errand, Any], None]) -> None:
    """Register how errands of one kind are done; called once at import of an app's tasks."""
    HANDLERS[kind] = Handler(work, settle)


def owe(kind: str, *, subject: Any, key: str = "") -> Errand:
    """Write down work owed about `subject`, in the caller's transaction, and ring for it after commit.

    `key` tells one piece of work from another about the same subject (a revision, a recipient); owing the
    same work twice owes it once.
    """
    label = subject._meta.label_lower
    errand, _created = Errand.objects.get_or_create(
        key=f"{kind}:{label}:{subject.pk}:{key}",
        defaults={
            "kind": kind,
            "book": subject.book,
            "subject_type": label,
            "subject_id": subject.pk,
            "reference": subject.reference,
        },
    )
    transaction.on_commit(lambda: doorbell.ring(errand.pk), robust=True)
    return errand


def run(errand_id: int) -> bool:
    """Do one errand if it is free and due. True when its effect was settled by this call."""
    errand = _claim(errand_id)
    if errand is None:
        return False
    try:
        handler = _handler(errand.kind)
        result = handler.work(errand)
        return _settle(errand, handler, result)
    except Exception as error:  # whatever failed, the errand must know and be tried again
        log.exception("errand %s failed", errand.key)
        _release(errand, error)
        return False


def _handler(kind: str) -> Handler:
    if kind not in HANDLERS:
        autodiscover_modules("tasks")
    return HANDLERS[kind]


def _claim(errand_id: int) -> Errand | None:
    now = timezone.now()
    token = uuid.uuid4()
    until = now + timedelta(seconds=settings.ERRAND_LEASE_SECONDS)
    runnable = Errand.objects.runnable(now).filter(pk=errand_id)
    if _bury(runnable.filter(attempts__gte=settings.ERRAND_MAX_ATTEMPTS)):
        log.error("errand %s stopped after %s attempts", errand_id, settings.ERRAND_MAX_ATTEMPTS)
        return None
    claimed = runnable.update(lease_token=token, lease_until=until, attempts=F("attempts") + 1)
    return Errand.objects.get(pk=errand_id) if claimed else None


def _bury(worn_out: models.QuerySet[Errand]) -> int:
    """Stop what used up its attempts without ever reporting back, and say so where no error was left."""
    silent = Value("The worker ended each time before it could report an error.")
    error = Case(When(last_error="", then=silent), default=F("last_error"), output_field=models.TextField())
    return worn_out.update(state=Errand.DEAD, lease_token=None, lease_until=None, last_error=error)


def _settle(errand: Errand, handler: Handler, result: Any) -> bool:
    with transaction.atomic():
        mine = Errand.objects.filter(pk=errand.pk, state=Errand.PENDING, lease_token=errand.lease_token)
        if not mine.update(
            state=Errand.DONE, done_at=timezone.now(), lease_token=None, lease_until=None, last_error=""
        ):
            log.warning("errand %s was taken over; this result is discarded", errand.key)
            return False
        handler.settle(errand, result)
        return True


def _release(errand: Errand, error: Exception) -> None:
    dead = errand.attempts >= settings.ERRAND_MAX_ATTEMPTS
    Errand.objects.filter(pk=errand.pk, state=Errand.PENDING, lease_token=errand.lease_token).update(
        state=Errand.DEAD if dead else Errand.PENDING,
        lease_token=None,
        lease_until=None,
        due_at=timezone.now() + backoff(errand.attempts),
        last_error=f"{type(error).__name__}: {error}"[:2000],
    )


def backoff(attempts: int) -> timedelta:
    """How long to wait after the n-th failure: 5, 10, 20, 40 ... seconds, ten minutes at most."""
    return timedelta(seconds=min(5 * 2 ** (max(attempts, 1) - 1), 600))


def sweep(at: datetime | None = None, limit: int = 500) -> int:
    """Ring again for what is due, free and unheard; how many. Safe to run twice or at once."""
    at = at or timezone.now()
    ids = list(Errand.objects.unheard(at).order_by("due_at").values_list("pk", flat=True)[:limit])
    Errand.objects.filter(pk__in=ids).update(rung_at=at)
    for errand_id in ids:
        doorbell.publish(errand_id)
    return len(ids)


@transaction.atomic
def retry(errand: Errand, *, by: Actor) -> None:
    """Give a stopped errand a fresh set of attempts; recorded as an event."""
    revived = Errand.objects.filter(pk=errand.pk, state=Errand.DEAD).update(
        state=Errand.PENDING, attempts=0, due_at=timezone.now(), last_error=""
    )
    if revived:
        events.record(
            book=errand.book,
            subject=errand,
            verb="workflow.errand.retry",
            by=by,
            reference=errand.reference,
            details={"errand": errand.key},
        )
        transaction.on_commit(lambda: doorbell.ring(errand.pk), robust=True)


def of(subject: models.Model) -> models.QuerySet[Errand]:
    """The errands about one thing, newest first."""
    return Errand.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
