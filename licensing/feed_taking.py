"""Taking in what a source sends: a file that is brought, one that lay in its folder, a signed message."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from documents import storing
from licensing import feed_keeping, feed_records, feed_runs, feed_signing
from licensing.models import FeedDelivery, FeedSource
from workflow import engine, errands

READ = "licensing.read_feed"
MOST_WAITING = 50  # deliveries of one source that are not worked off yet
MOST_WEBHOOK_BYTES = 1024 * 1024


class TooMany(engine.Refusal):
    """More was sent than is taken before it is worked off."""


@transaction.atomic
def upload(
    *, source: FeedSource, by: Actor, content: bytes, name: str, at: datetime | None = None
) -> FeedDelivery:
    """Take a file in that a person brought; its rows are worked off by a worker. Raises feed_records.Unreadable."""
    feed_keeping.hold(source, by)
    if source.kind != FeedSource.Kind.FILE or source.paused_at:
        raise engine.WrongStatus(_("This source takes no files now."))
    feed_records.Meter().expect(len(content))
    at = at or timezone.now()
    found = deliver(source, content, name=name, media_type="text/csv", at=at, by=by)
    feed_runs.record("upload", source, by=by, at=at, name=name, sha256=found.file.sha256)
    return found


@transaction.atomic
def drop(
    *, source: FeedSource, content: bytes, name: str, mark: str, at: datetime | None = None
) -> FeedDelivery | None:
    """Take a file in that lay in the source's folder; None when it was taken, told by its `mark`, or is not taken."""
    engine.lock(source)
    nonce = hashlib.sha256(f"{mark}\x1f{name}\x1f".encode(errors="replace") + content).hexdigest()
    if source.removed_at or source.paused_at or source.deliveries.filter(nonce=nonce).exists():
        return None
    return deliver(source, content, name=name, media_type="text/csv", at=at or timezone.now(), nonce=nonce)


def receive(*, key: str, timestamp: str, given: str, body: bytes, at: datetime | None = None) -> bool:
    """Take a signed message in. False for everything that is not to be taken, without saying which it was."""
    at = at or timezone.now()
    hooks = FeedSource.objects.filter(kind=FeedSource.Kind.WEBHOOK, removed_at=None, paused_at=None)
    source = hooks.select_related("organisation").filter(key=key, organisation__is_active=True).first()
    asked = source or FeedSource(key="none")  # as much work for a stranger as for a known one
    signed = feed_signing.is_signed(asked, timestamp=timestamp, given=given, body=body, at=at)
    if source is None or not signed:
        return False
    try:
        with transaction.atomic():
            engine.lock(source)
            nonce = feed_signing.nonce(timestamp, body)
            deliver(source, body, name="", media_type="application/json", at=at, nonce=nonce)
    except IntegrityError:  # this message was taken before
        return False
    return True


def deliver(
    source: FeedSource,
    content: bytes,
    *,
    name: str,
    media_type: str,
    at: datetime,
    nonce: str | None = None,
    by: Actor | None = None,
) -> FeedDelivery:
    """Keep a body, and owe the work on its rows. Refuses when too much waits already."""
    if source.deliveries.filter(ended_at=None).count() >= MOST_WAITING:
        raise TooMany(_("Much of what was sent is not worked off yet. Send again later."))
    stored = storing.store(content=content, name=name or "feed.json", media_type=media_type, book=source.book)
    delivery = FeedDelivery.objects.create(
        source=source,
        file=stored,
        name=name,
        nonce=nonce,
        brought_by=by.person if by else None,
        received_at=at,
    )
    errands.owe(READ, subject=delivery, key="0")
    return delivery
