"""Writing and checking history: one hash chain a book. Nothing here changes a written event."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Max
from django.dispatch import Signal
from django.utils import timezone

from workflow import pouring
from workflow.law import Actor
from workflow.models import Book, Event

GENESIS = "0" * 64

# Sent with `events`, and with their `subject` where one is written alone, in the transaction that wrote them.
recorded = Signal()


def record(
    *,
    book: str,
    subject: models.Model,
    verb: str,
    by: Actor,
    at: datetime | None = None,
    from_status: str = "",
    to_status: str = "",
    reference: str = "",
    details: dict[str, Any] | None = None,
) -> Event:
    """Append one event to a book's chain, in the caller's transaction. `at` is UTC, now by default."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An event belongs in the transaction of what it tells.")
    details = (details or {}) | ({"token": by.token} if by.token else {})
    head = _lock(book)
    event = Event(
        book=book,
        number=head.length + 1,
        at=at or timezone.now(),
        person=by.person,
        person_name=str(by.person),
        organisation_name=str(by.organisation),
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        reference=reference or getattr(subject, "reference", ""),
        from_status=from_status,
        to_status=to_status,
        details=_plain(details),
        previous_hash=head.head,
    )
    event.hash = digest(event)
    event.save(force_insert=True)
    Book.objects.filter(pk=head.pk).update(length=event.number, head=event.hash)
    recorded.send(sender=Event, events=[event], subject=subject)
    return event


@dataclass(frozen=True)
class Told:
    """One of many events of a kind: the subject's key and reference, and what else is to be told of it."""

    subject_id: int
    reference: str
    details: dict[str, Any]


def record_many(
    *,
    book: str,
    model: type[models.Model],
    verb: str,
    by: Actor,
    at: datetime,
    to_status: str,
    told: Sequence[Told],
) -> None:
    """Append an event for each of many subjects of one model, in their order; `record` says the rest.

    They come without their subject to who listens, so they tell nobody. Takes the same number of queries for all.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An event belongs in the transaction of what it tells.")
    head = _lock(book)
    alike = {"book": book, "at": at, "person_id": by.person.pk, "person_name": str(by.person)}
    alike |= {"organisation_name": str(by.organisation), "verb": verb, "to_status": to_status}
    alike |= {"subject_type": model._meta.label_lower}
    token = {"token": by.token} if by.token else {}
    written, previous = [], head.head
    for number, one in enumerate(told, start=head.length + 1):
        event = Event(
            **alike,
            number=number,
            subject_id=one.subject_id,
            reference=one.reference,
            details=_plain(one.details | token),
            previous_hash=previous,
        )
        previous = event.hash = digest(event)
        written.append(event)
    if not written:
        return
    names = [field.attname for field in Event._meta.concrete_fields if not field.primary_key]
    pouring.pour(Event, names, ([getattr(event, name) for name in names] for event in written))
    Book.objects.filter(pk=head.pk).update(length=written[-1].number, head=previous)
    recorded.send(sender=Event, events=written)


def _plain(details: dict[str, Any]) -> dict[str, Any]:
    """As every database gives it back, so that the hash computed now is the hash computed later.

    Fractions are kept as text: PostgreSQL writes 1e22 and -0.0 another way than Python does.
    """
    text = json.dumps(details, cls=DjangoJSONEncoder, allow_nan=False)
    return dict(json.loads(text, parse_float=str))


def _lock(book: str) -> Book:
    held = Book.objects.select_for_update(no_key=True).filter(name=book)
    if (found := held.first()) is None:
        Book.objects.get_or_create(name=book)
        found = held.get()
    return found


def digest(event: Event) -> str:
    """SHA-256 over every field of the event and the hash before it, as canonical JSON."""
    content = {
        "book": event.book,
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(),
        "person": event.person_id,
        "person_name": event.person_name,
        "organisation_name": event.organisation_name,
        "verb": event.verb,
        "subject": f"{event.subject_type}:{event.subject_id}",
        "reference": event.reference,
        "from": event.from_status,
        "to": event.to_status,
        "details": event.details,
        "previous": event.previous_hash,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def about(subject: models.Model) -> models.QuerySet[Event]:
    """The history of one thing, oldest first."""
    return Event.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk).order_by("id")


@dataclass(frozen=True)
class Fault:
    """One place where history does not hold together."""

    book: str
    number: int
    problem: str


def faults() -> Iterator[Fault]:
    """Walk every chain from its first event to its head, in constant memory, and name each break.

    Events that are written meanwhile are no fault: each chain is walked up to its head as it was first read.
    """
    stray = Event.objects.exclude(book__in=Book.objects.values("name"))
    yield from (
        Fault(name, 0, "events without a book head")
        for name in stray.order_by("book").values_list("book", flat=True).distinct()
    )
    for head in Book.objects.order_by("pk"):
        yield from _faults_of(head)
        yield from _faults_beyond(head)


def _faults_beyond(head: Book) -> Iterator[Fault]:
    last = Event.objects.filter(book=head.name).aggregate(last=Max("number"))["last"] or 0
    head.refresh_from_db()  # after the count: an event and its head are written together
    if last > head.length:
        yield Fault(head.name, last, f"the chain goes on to {last}, its head says {head.length}")


def _faults_of(head: Book) -> Iterator[Fault]:
    expected, previous = 1, GENESIS
    known = Event.objects.filter(book=head.name, number__lte=head.length)
    for event in known.order_by("number").iterator(chunk_size=500):
        if event.number != expected:
            yield Fault(head.name, expected, f"event {expected} is missing")
        if event.previous_hash != previous:
            yield Fault(head.name, event.number, f"event row {event.pk} does not follow the one before it")
        if digest(event) != event.hash:
            yield Fault(head.name, event.number, f"event row {event.pk} was altered")
        expected, previous = event.number + 1, event.hash
    if (expected - 1, previous) != (head.length, head.head):
        yield Fault(head.name, expected, f"the chain ends at {expected - 1}, its head says {head.length}")
