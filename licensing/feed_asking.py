"""Asking sources that are due: outside any transaction, then what came or went wrong in the errand's own."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from licensing import feed_fetching, feed_keeping, feed_runs, feed_taking
from licensing.models import FeedRun, FeedSource
from workflow import engine, errands
from workflow.models import Errand

POLL = "licensing.poll_feed"
POLLS_AT_ONCE = 20  # owed at a time, so that certificates never wait behind a thousand slow servers
READ_AGAIN_AFTER = timedelta(hours=6)


@transaction.atomic
def read_now(*, source: FeedSource, by: Actor, at: datetime | None = None) -> None:
    """Ask now and read whatever comes, known or not."""
    feed_keeping.hold(source, by)
    if source.kind != FeedSource.Kind.HTTP or source.paused_at:
        raise engine.WrongStatus(_("This source is not asked."))
    at = at or timezone.now()
    FeedSource.objects.filter(pk=source.pk).update(next_at=at, etag="", last_modified="")
    source.refresh_from_db()
    _owe_poll(source)


def owe_polls(at: datetime | None = None, most: int = POLLS_AT_ONCE) -> int:
    """Owe one errand for each source that is due, the longest waiting first; how many. Safe to run at any time."""
    at = at or timezone.now()
    under_way = Errand.objects.filter(kind=POLL, state=Errand.PENDING)
    room = max(most - under_way.count(), 0)
    waiting = FeedSource.objects.due(at).exclude(pk__in=under_way.values("subject_id"))
    owed = 0
    for source in waiting.order_by("next_at", "pk").select_related("organisation")[:room]:
        with transaction.atomic():
            errand = _owe_poll(source)
            if errand.state == Errand.DEAD:  # this turn came to nothing; the next one is another errand
                feed_runs.fail(source, at, "STOPPED", errand.last_error, started_at=errand.created_at)
                continue
        owed += 1
    return owed


def _owe_poll(source: FeedSource) -> Errand:
    """The errand of this turn. Those that are done are forgotten: the runs tell of them."""
    Errand.objects.about(source).filter(kind=POLL, state=Errand.DONE).delete()
    return errands.owe(POLL, subject=source, key=str(source.turn))


@dataclass(frozen=True)
class Answer:
    """What asking a source gave: a body, nothing new, or a problem."""

    url: str
    started_at: datetime
    content: bytes | None = None
    etag: str = ""
    last_modified: str = ""
    problem: str = ""
    words: str = ""


def ask(source: FeedSource, at: datetime | None = None) -> Answer | None:
    """Ask a source, outside any transaction; None when it is not asked now. Raises nothing a server can cause."""
    at = at or timezone.now()
    if source.kind != FeedSource.Kind.HTTP or source.paused_at or source.removed_at:
        return None
    known = {} if _is_read_again(source, at) else {"etag": source.etag, "last_modified": source.last_modified}
    try:
        found = feed_fetching.fetch(source.url, **known)
    except feed_fetching.NotFetched as problem:
        return Answer(source.url, at, problem=problem.code, words=problem.words)
    return Answer(source.url, at, found.content, found.etag, found.last_modified)


def _is_read_again(source: FeedSource, at: datetime) -> bool:
    """Rows that were refused may hold by now: what they are about was opened or corrected since."""
    last = source.runs.filter(delivery__isnull=False).first()
    if last is None or last.outcome != FeedRun.Outcome.READ:
        return True
    return bool(last.refused) and last.ended_at < at - READ_AGAIN_AFTER


def note_answer(source: FeedSource, turn: int, answer: Answer | None, at: datetime | None = None) -> None:
    """Keep what a source answered in a turn, in the fenced transaction: its body, or how it failed.

    The turn is over in any case, so that the next one is another errand.
    """
    at = at or timezone.now()
    engine.lock(source)
    if source.turn != turn:
        return
    if answer is None or source.url != answer.url or source.removed_at:
        FeedSource.objects.filter(pk=source.pk).update(turn=F("turn") + 1)
        return
    if answer.problem:
        feed_runs.fail(source, at, answer.problem, answer.words, started_at=answer.started_at)
        return
    FeedSource.objects.filter(pk=source.pk).update(
        turn=F("turn") + 1,
        next_at=at + feed_runs.backoff(0, source.every, random.random()),  # noqa: S311 - no secret
        etag=answer.etag,
        last_modified=answer.last_modified,
    )
    if answer.content is None or _is_known(source, answer.content, at):
        feed_runs.note(source, FeedRun.Outcome.NOT_MODIFIED, at, started_at=answer.started_at)
        if not source.deliveries.filter(ended_at=None).exists():
            feed_runs.recover(source, at)
        return
    feed_taking.deliver(source, answer.content, name="", media_type="application/json", at=answer.started_at)


def _is_known(source: FeedSource, content: bytes, at: datetime) -> bool:
    """Whether the last body is this one and is read, or being read."""
    last = source.deliveries.select_related("file").first()
    if last is None or last.file.sha256 != hashlib.sha256(content).hexdigest():
        return False
    return last.ended_at is None or not _is_read_again(source, at)
