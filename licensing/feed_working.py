"""Working off what was taken in, row by row; who dies half-way leaves whole rows and how many."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.actors import Actor
from documents import storing
from licensing import feed_records, feed_reporting, feed_runs, feed_taking
from licensing.feed_records import Record, Row
from licensing.models import FeedDelivery, FeedRecord, FeedRefusal, FeedRun, FeedSource
from workflow import engine, errands
from workflow.models import Errand

MOST_KEPT = 1000  # refused rows kept of one delivery; all are counted
WORK_SECONDS = 10
KNOWN_AT_ONCE = 1000


def rows_of(delivery: FeedDelivery) -> list[Row]:
    """The rows of a body. Raises feed_records.Unreadable."""
    try:
        content = storing.read(delivery.file)
    except storing.Corrupted:
        raise feed_records.Unreadable("LOST") from None
    if delivery.source.kind == FeedSource.Kind.FILE:
        return feed_records.rows_of_table(content)
    return feed_records.rows_of_json(content)


def work_off(delivery: FeedDelivery, rows: Sequence[Row], seconds: float = WORK_SECONDS) -> bool:
    """Work off rows for some seconds, each in a transaction of its own; whether all are done.

    Who dies half-way leaves whole rows and how many; who comes again goes on behind them.
    """
    until = time.monotonic() + seconds
    is_known = _known(delivery.source, [feed_records.read(row)[0] for row in rows])
    by = feed_runs.actor_of(delivery.source)
    while (start := delivery.done) < len(rows):
        same = list(takewhile(bool, is_known[start : start + KNOWN_AT_ONCE]))
        some = rows[start : start + max(len(same), 1)]
        if not take_rows(delivery, some, by=by, unchanged=bool(same)):
            return False
        if time.monotonic() >= until:
            break
    return delivery.done >= len(rows)


def _known(source: FeedSource, records: Sequence[Record | None]) -> list[bool]:
    """Which records are reports already, word for word: these are counted many at a time."""
    ids = [record.id for record in records if record]
    found: dict[str, str] = {}
    for start in range(0, len(ids), 500):
        some = source.records.filter(sender_id__in=ids[start : start + 500])
        found |= dict(some.values_list("sender_id", "fingerprint"))
    return [record is not None and found.get(record.id) == record.fingerprint for record in records]


@transaction.atomic
def take_rows(delivery: FeedDelivery, rows: Sequence[Row], *, by: Actor, unchanged: bool) -> bool:
    """Work off the next rows: those known are counted, one that is not becomes a report or is refused.

    False when somebody else worked on, or the source was removed meanwhile.
    """
    source = delivery.source
    engine.lock(source)
    mine = FeedDelivery.objects.filter(pk=delivery.pk, done=delivery.done, ended_at=None)
    if source.removed_at or not mine.update(done=F("done") + len(rows)):
        delivery.refresh_from_db()
        return False
    became = "unchanged" if unchanged else _become(delivery, rows[0], by)
    FeedDelivery.objects.filter(pk=delivery.pk).update(**{became: F(became) + len(rows)})
    delivery.refresh_from_db(fields=["done", "changed", "refused", "unchanged"])
    return True


def _become(delivery: FeedDelivery, row: Row, by: Actor) -> str:
    record, problems = feed_records.read(row)
    if record is not None:
        known = FeedRecord.objects.filter(source=delivery.source, sender_id=record.id).first()
        if known and known.fingerprint == record.fingerprint:
            return "unchanged"
        problems = feed_reporting.report(delivery, record, by, is_other=known is not None)
        if not problems:
            return "changed"
    if delivery.refused < MOST_KEPT:
        reasons = "; ".join(f"{name}: {said}".removeprefix(": ") for name, said in problems)
        FeedRefusal.objects.create(
            delivery=delivery, row=row.number, given=feed_records.kept(row.texts), reasons=reasons[:2000]
        )
    return "refused"


def finish(delivery: FeedDelivery, at: datetime | None = None) -> None:
    """Write the run of a delivery whose rows are all done; the source is healthy."""
    at = at or timezone.now()
    engine.lock(delivery.source)
    if not FeedDelivery.objects.filter(pk=delivery.pk, ended_at=None).update(ended_at=at):
        return
    delivery.refresh_from_db()
    feed_runs.note(
        delivery.source,
        FeedRun.Outcome.READ,
        at,
        delivery=delivery,
        started_at=delivery.received_at,
        read=delivery.done,
        changed=delivery.changed,
        refused=delivery.refused,
        unchanged=delivery.unchanged,
    )
    feed_runs.recover(delivery.source, at)


def give_up(delivery: FeedDelivery, problem: str, words: str, at: datetime | None = None) -> None:
    """Write the failed run of a delivery that could not be read."""
    at = at or timezone.now()
    engine.lock(delivery.source)
    if FeedDelivery.objects.filter(pk=delivery.pk, ended_at=None).update(ended_at=at):
        delivery.refresh_from_db(fields=["done", "changed", "refused", "unchanged"])
        feed_runs.fail(
            delivery.source, at, problem, words, started_at=delivery.received_at, delivery=delivery
        )


def owe_more(delivery: FeedDelivery) -> None:
    """Owe the work on the rows that are left; each errand is told from the others by how many are done."""
    errands.owe(feed_taking.READ, subject=delivery, key=str(delivery.done))


def end_stopped(at: datetime | None = None) -> int:
    """Give up deliveries whose errand stopped after repeated failures, so that the source shows it; how many."""
    at = at or timezone.now()
    dead = Errand.objects.dead().filter(kind=feed_taking.READ)
    open_ones = FeedDelivery.objects.filter(ended_at=None, pk__in=dead.values("subject_id"))
    busy = Errand.objects.filter(kind=feed_taking.READ, state=Errand.PENDING)
    stopped = open_ones.exclude(pk__in=busy.values("subject_id")).select_related("source__organisation")
    for delivery in stopped:
        with transaction.atomic():
            give_up(delivery, "STOPPED", "", at)
    return len(stopped)
