"""Reading the mailbox: each message in a transaction of its own, with how far was read.

What fails is shown as failing. Who dies half-way leaves whole messages; who comes again goes on behind them. A
mailbox that was made anew (another UIDVALIDITY) is read from its beginning, and what is known counts once.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from licensing.mail import fetching, keeping, reading
from licensing.mail.fetching import About, Account, Mailbox, NotRead, Oversized
from licensing.mail.keeping import Place
from licensing.models import MailBox

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200
WORK_SECONDS = 25
LEASE = timedelta(seconds=90)
EVERY, LONGEST_BACKOFF = timedelta(minutes=1), timedelta(minutes=30)
MOST_TRIES = 4  # of one message that the server does not hand over
NO_ADDRESS = "MAIL_IMAP_URL"


@dataclass(frozen=True)
class Polled:
    """One time the mailbox was asked: messages taken, whether more wait, and the trouble it ended with."""

    taken: int = 0
    is_more: bool = False
    trouble: str = ""


def poll(*, at: datetime | None = None, now: bool = False) -> Polled | None:
    """Ask the mailbox once, outside any transaction; None where there is none, it is not due, or others ask it."""
    if not settings.MAIL_IMAP_URL:
        return None
    try:
        account = fetching.account()
    except NotRead as problem:
        box, _is_new = MailBox.objects.get_or_create(name=NO_ADDRESS)
        return _failed(box, problem, at or timezone.now(), 0)
    box, _is_new = MailBox.objects.get_or_create(name=account.name)
    at = at or timezone.now()
    free = MailBox.objects.filter(Q(lease_until=None) | Q(lease_until__lt=at), pk=box.pk)
    due = free if now else free.filter(next_at__lte=at)
    if not due.update(lease_until=at + LEASE):
        return None
    try:
        return _asked(box, account, at)
    finally:
        MailBox.objects.filter(pk=box.pk).update(lease_until=None)


def _asked(box: MailBox, account: Account, at: datetime) -> Polled:
    taken: list[int] = []
    try:
        with fetching.opened(account) as mailbox:
            is_more = _take_all(box, mailbox, taken)
    except NotRead as problem:
        return _failed(box, problem, at, len(taken))
    except Exception as problem:  # what one message does must be seen, and not stop those behind it for ever
        log.exception("the work on mail stopped")
        return _failed(box, NotRead("STOPPED", type(problem).__name__), at, len(taken))
    _recover(box, at)
    return Polled(len(taken), is_more)


def _take_all(box: MailBox, mailbox: Mailbox, taken: list[int]) -> bool:
    """Take what came since, for some seconds; whether more waits."""
    MailBox.objects.filter(pk=box.pk).exclude(uid_validity=mailbox.uid_validity).update(
        uid_validity=mailbox.uid_validity, last_uid=0, trying_uid=0, tries=0
    )
    box.refresh_from_db()
    until = time.monotonic() + WORK_SECONDS
    waiting = mailbox.uids_after(box.last_uid)
    for uid in waiting[:MOST_AT_ONCE]:
        _take(box, mailbox, uid)
        taken.append(uid)
        if time.monotonic() >= until:
            break
    return len(waiting) > len(taken)


def _take(box: MailBox, mailbox: Mailbox, uid: int) -> None:
    place = Place(box, mailbox.uid_validity, uid)
    if box.trying_uid == uid and box.tries >= MOST_TRIES:
        _give_up(mailbox, place)
        return
    # Written before it is tried: who is killed by a message must not meet it for ever.
    MailBox.objects.filter(pk=box.pk).update(
        trying_uid=uid, tries=F("tries") + 1 if box.trying_uid == uid else 1
    )
    about = mailbox.about(uid)
    if about is None:
        keeping.pass_over(place)
        return
    if about.size > reading.MOST_BYTES:
        _take_head(place, about, "HUGE")
        return
    try:
        content = mailbox.whole(uid)
    except Oversized:
        _take_head(place, about, "HUGE")
        raise NotRead("ANSWER", "more than was announced") from None
    keeping.take(content, place=place, received_at=about.received_at)


def _give_up(mailbox: Mailbox, place: Place) -> None:
    """Keep what is known of a message that was tried several times, so that those behind it are read."""
    try:
        about = mailbox.about(place.uid)
    except (NotRead, Oversized) as problem:
        keeping.take_head(b"", size=0, fault="NOT_FETCHED", place=place)
        raise NotRead("ANSWER", "given up") from problem
    if about is None:
        keeping.pass_over(place)
        return
    _take_head(place, about, "NOT_FETCHED")


def _take_head(place: Place, about: About, fault: str) -> None:
    keeping.take_head(about.head, size=about.size, fault=fault, place=place, received_at=about.received_at)


def _failed(box: MailBox, problem: NotRead, at: datetime, taken: int) -> Polled:
    """The mailbox fails since the first of these until it is read; it is asked less and less often meanwhile."""
    log.warning("the mailbox %s was not read: %s %s", box.name, problem.code, problem.words)
    box.refresh_from_db()
    wait = min(EVERY * 2 ** min(box.failures, 10), LONGEST_BACKOFF)
    MailBox.objects.filter(pk=box.pk).update(
        failures=F("failures") + 1,
        failing_since=box.failing_since or at,
        trouble=problem.code,
        words=problem.words[:500],
        next_at=at + wait,
    )
    return Polled(taken, False, problem.code)


def _recover(box: MailBox, at: datetime) -> None:
    MailBox.objects.filter(pk=box.pk).update(
        failures=0, failing_since=None, trouble="", words="", read_at=at, next_at=at
    )
