"""What is written down of a source: its runs, that it fails or works again, events; and who acts for it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actors
from accounts.actors import Actor
from licensing.models import FeedDelivery, FeedRun, FeedSource
from workflow import engine, events

FEED_EMAIL, FEED_NAME = "feed@system.invalid", "Feed"
LONGEST_BACKOFF = timedelta(hours=6)


def backoff(failures: int, every: timedelta, chance: float) -> timedelta:
    """How long to wait after so many failures in a row: twice as long each time, six hours at most.

    `chance`, between 0 and 1, moves the answer by a fifth either way, so that sources do not come in step.
    """
    doubled = min(every * 2 ** min(failures, 16), max(LONGEST_BACKOFF, every))
    return doubled * (0.8 + 0.4 * chance)


def fail(
    source: FeedSource,
    at: datetime,
    problem: str,
    words: str,
    *,
    started_at: datetime,
    delivery: FeedDelivery | None = None,
) -> None:
    """Write down that a run failed; the source fails since the first of these until something is read."""
    engine.lock(source)
    counts = ("changed", "refused", "unchanged")
    note(
        source,
        FeedRun.Outcome.FAILED,
        at,
        started_at=started_at,
        delivery=delivery,
        read=delivery.done if delivery else 0,
        **{name: getattr(delivery, name) if delivery else 0 for name in counts},
        problem=problem,
        words=words[:500].replace("\x00", "\ufffd"),
    )
    wait = backoff(source.failures + 1, source.every, random.random())  # noqa: S311 - no secret
    FeedSource.objects.filter(pk=source.pk).update(
        failures=F("failures") + 1,
        failing_since=source.failing_since or at,
        turn=F("turn") + 1,
        next_at=at + wait,
        etag="",
        last_modified="",
    )
    if source.failing_since is None:
        record("fail", source, by=actor_of(source), at=at, problem=problem)
    source.refresh_from_db()


def recover(source: FeedSource, at: datetime) -> None:
    """Write down that something was read: the source fails no more."""
    if source.failing_since is not None:
        record("recover", source, by=actor_of(source), at=at, since=source.failing_since.isoformat())
    FeedSource.objects.filter(pk=source.pk).update(failures=0, failing_since=None, read_at=at)
    source.refresh_from_db()


def note(source: FeedSource, outcome: str, at: datetime, **given: Any) -> FeedRun:
    """Write down one run and what came of it."""
    return FeedRun.objects.create(source=source, outcome=outcome, ended_at=at, **given)


@transaction.atomic
def refuse_file(*, source: FeedSource, name: str, at: datetime | None = None) -> None:
    """Write down that a file in the source's folder is too large to be taken."""
    at = at or timezone.now()
    fail(source, at, "TOO_LARGE", name, started_at=at)


def refused_rows(run: FeedRun) -> Iterator[tuple[int, dict[str, str], str]]:
    """Row, values and reasons of what a run refused; the last one says how many more there were."""
    if run.delivery is None:
        return
    kept = list(run.delivery.refusals.values_list("row", "given", "reasons"))
    yield from kept
    if more := run.refused - len(kept):
        said = _("%(count)d more rows were refused; the first %(most)d are kept.")
        yield run.read, {}, said % {"count": more, "most": len(kept)}


def record(verb: str, source: FeedSource, *, by: Actor, at: datetime | None = None, **details: Any) -> None:
    """An event of the source."""
    events.record(
        book=source.book,
        subject=source,
        verb=f"licensing.feedsource.{verb}",
        by=by,
        at=at or timezone.now(),
        details=details,
    )


def actor_of(source: FeedSource) -> Actor:
    """Who acts for a feed: a system user of its organisation, without any role. May write its row once."""
    return Actor(actors.system_person(FEED_EMAIL, FEED_NAME), source.organisation, frozenset(), source.name)
