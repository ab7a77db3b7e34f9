"""The verbs on feeds: add, change, pause, resume, remove, renew the secret; ask, take in, work off row by row.

Whoever keeps a source is of its organisation. Rows become reports by a named system user without any role, of the
importer's own cases or, for a source of an authority, of all cases of that exporter. `at` is a moment in UTC.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actors
from accounts.actors import Actor
from accounts.roles import Kind, Role
from documents import storing
from euc import workflow as certificate_law
from euc.models import Certificate
from licensing import feed_fetching, feed_records, feed_signing, services, stations
from licensing.feed_records import Problem, Record, Row
from licensing.models import (
    FeedDelivery,
    FeedRecord,
    FeedRefusal,
    FeedRun,
    FeedSource,
    LicenceCase,
    StatusReport,
)
from licensing.services import LicenceFacts
from workflow import engine, errands, events
from workflow.law import Miss
from workflow.models import Errand

POLL, READ = "licensing.poll_feed", "licensing.read_feed"
FEED_EMAIL, FEED_NAME = "feed@system.invalid", "Feed"
KEEPERS = frozenset({Role.DRAFTER, Role.SIGNATORY, Role.OFFICER, Role.SENIOR})
MOST_SOURCES = 200  # of one organisation
MOST_WAITING = 50  # deliveries of one source that are not worked off yet
MOST_KEPT = 1000  # refused rows kept of one delivery; all are counted
POLLS_AT_ONCE = 20  # owed at a time, so that certificates never wait behind a thousand slow servers
WORK_SECONDS = 10
KNOWN_AT_ONCE = 1000
READ_AGAIN_AFTER = timedelta(hours=6)
LONGEST_BACKOFF = timedelta(hours=6)
MOST_WEBHOOK_BYTES = 1024 * 1024
KINDS = (FeedSource.Kind.HTTP, FeedSource.Kind.WEBHOOK, FeedSource.Kind.FILE)


class TooMany(engine.Refusal):
    """More was sent than is taken before it is worked off."""


# --- keeping sources -------------------------------------------------------------------------------------


def may_keep(by: Actor) -> bool:
    """Whether this person may register sources for their organisation: who may report for it."""
    return bool(by.roles & KEEPERS) and not by.token


@transaction.atomic
def add(
    *,
    by: Actor,
    name: str,
    exporter_name: str,
    kind: str,
    url: str = "",
    minutes: int = 60,
    at: datetime | None = None,
) -> FeedSource:
    """Register a source; one that is asked is due at once."""
    at = at or timezone.now()
    _refuse_others(by)
    url = url if kind == FeedSource.Kind.HTTP else ""
    _refuse_bad(by, exporter_name, kind, url)
    if FeedSource.objects.visible_to(by).count() >= MOST_SOURCES:
        raise engine.WrongStatus(_("There are %(count)d sources already.") % {"count": MOST_SOURCES})
    source = FeedSource.objects.create(
        organisation=by.organisation,
        name=name,
        exporter_name=exporter_name,
        kind=kind,
        url=url,
        minutes=minutes,
        added_by=by.person,
        added_at=at,
        next_at=at,
    )
    _record("add", source, by=by, at=at, kind=kind, exporter=exporter_name)
    return source


@transaction.atomic
def change(
    *, source: FeedSource, by: Actor, name: str, exporter_name: str, url: str = "", minutes: int = 60
) -> None:
    """Change what was entered; the kind stays. A new address is asked at once, as if never asked before."""
    _hold(source, by)
    url = url if source.kind == FeedSource.Kind.HTTP else ""
    _refuse_bad(by, exporter_name, source.kind, url)
    columns: dict[str, Any] = {"name": name, "exporter_name": exporter_name, "minutes": minutes}
    if url != source.url:
        columns |= {"url": url, "etag": "", "last_modified": "", "next_at": timezone.now()}
    FeedSource.objects.filter(pk=source.pk).update(**columns)
    source.refresh_from_db()
    _record("change", source, by=by, exporter=exporter_name)


def _refuse_bad(by: Actor, exporter_name: str, kind: str, url: str) -> None:
    misses = []
    if kind not in KINDS:
        misses.append(Miss("", "kind", _("Choose how it reports.")))
    if not _certificates(by).filter(exporter_name__iexact=exporter_name).exists():
        misses.append(Miss("", "exporter_name", _("No issued certificate names this exporter.")))
    if kind == FeedSource.Kind.HTTP:
        try:
            feed_fetching.checked(url)
        except feed_fetching.NotFetched:
            said = _("Enter an address that begins with https:// and holds no password.")
            misses.append(Miss("", "url", said))
    if misses:
        raise engine.Incomplete(misses)


def _certificates(by: Actor) -> QuerySet[Certificate]:
    return Certificate.objects.visible_to(by).filter(status__in=certificate_law.WAS_ISSUED)


def exporters(by: Actor, most: int = 200) -> list[str]:
    """Exporters of the certificates one may see, by name."""
    named = _certificates(by).exclude(exporter_name="").order_by("exporter_name")
    return list(named.values_list("exporter_name", flat=True).distinct()[:most])


@transaction.atomic
def pause(*, source: FeedSource, by: Actor, at: datetime | None = None) -> None:
    """Ask and take in nothing until it is resumed."""
    _hold(source, by)
    at = at or timezone.now()
    if FeedSource.objects.filter(pk=source.pk, paused_at=None).update(paused_at=at, paused_by=by.person):
        _record("pause", source, by=by, at=at)


@transaction.atomic
def resume(*, source: FeedSource, by: Actor, at: datetime | None = None) -> None:
    """Go on after a pause; one that is asked is due at once."""
    _hold(source, by)
    at = at or timezone.now()
    paused = FeedSource.objects.filter(pk=source.pk, paused_at__isnull=False)
    if paused.update(paused_at=None, paused_by=None, next_at=at):
        _record("resume", source, by=by, at=at)


@transaction.atomic
def remove(*, source: FeedSource, by: Actor, at: datetime | None = None) -> None:
    """Take a source away for good; its reports and its log stay."""
    _hold(source, by)
    at = at or timezone.now()
    FeedSource.objects.filter(pk=source.pk).update(removed_at=at, removed_by=by.person)
    _record("remove", source, by=by, at=at)


@transaction.atomic
def read_now(*, source: FeedSource, by: Actor, at: datetime | None = None) -> None:
    """Ask now and read whatever comes, known or not."""
    _hold(source, by)
    if source.kind != FeedSource.Kind.HTTP or source.paused_at:
        raise engine.WrongStatus(_("This source is not asked."))
    at = at or timezone.now()
    FeedSource.objects.filter(pk=source.pk).update(next_at=at, etag="", last_modified="")
    source.refresh_from_db()
    _owe_poll(source)


@transaction.atomic
def renew_secret(*, source: FeedSource, by: Actor, at: datetime | None = None) -> str:
    """A fresh secret, to be shown once; the one before holds for 24 hours more, and no older one."""
    _hold(source, by)
    if source.kind != FeedSource.Kind.WEBHOOK:
        raise engine.WrongStatus(_("Only a source that calls us has a secret."))
    at = at or timezone.now()
    FeedSource.objects.filter(pk=source.pk).update(
        secret_number=F("secret_number") + 1, former_ends_at=at + feed_signing.FORMER_LASTS
    )
    source.refresh_from_db()
    _record("renew_secret", source, by=by, at=at, number=source.secret_number)
    return feed_signing.secret_of(source)


def _refuse_others(by: Actor) -> None:
    if not may_keep(by):
        raise engine.NotAllowed(_("Only people who report keep feeds."))


def _hold(source: FeedSource, by: Actor) -> None:
    """Lock the source; refuse who is not of its organisation and what is gone."""
    engine.lock(source)
    _refuse_others(by)
    if source.organisation_id != by.organisation.pk:
        raise engine.NotAllowed(_("Only people who report keep feeds."))
    if source.removed_at:
        raise engine.WrongStatus(_("This source was removed."))


def _record(verb: str, source: FeedSource, *, by: Actor, at: datetime | None = None, **details: Any) -> None:
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


# --- asking ----------------------------------------------------------------------------------------------


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
                fail(source, at, "STOPPED", errand.last_error, started_at=errand.created_at)
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
        fail(source, at, answer.problem, answer.words, started_at=answer.started_at)
        return
    FeedSource.objects.filter(pk=source.pk).update(
        turn=F("turn") + 1,
        next_at=at + backoff(0, source.every, random.random()),  # noqa: S311 - no secret
        etag=answer.etag,
        last_modified=answer.last_modified,
    )
    if answer.content is None or _is_known(source, answer.content, at):
        _run(source, FeedRun.Outcome.NOT_MODIFIED, at, started_at=answer.started_at)
        if not source.deliveries.filter(ended_at=None).exists():
            _recover(source, at)
        return
    _deliver(source, answer.content, name="", media_type="application/json", at=answer.started_at)


def _is_known(source: FeedSource, content: bytes, at: datetime) -> bool:
    """Whether the last body is this one and is read, or being read."""
    last = source.deliveries.select_related("file").first()
    if last is None or last.file.sha256 != hashlib.sha256(content).hexdigest():
        return False
    return last.ended_at is None or not _is_read_again(source, at)


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
    _run(
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
        _record("fail", source, by=actor_of(source), at=at, problem=problem)
    source.refresh_from_db()


def _recover(source: FeedSource, at: datetime) -> None:
    if source.failing_since is not None:
        _record("recover", source, by=actor_of(source), at=at, since=source.failing_since.isoformat())
    FeedSource.objects.filter(pk=source.pk).update(failures=0, failing_since=None, read_at=at)
    source.refresh_from_db()


def _run(source: FeedSource, outcome: str, at: datetime, **given: Any) -> FeedRun:
    return FeedRun.objects.create(source=source, outcome=outcome, ended_at=at, **given)


# --- taking in -------------------------------------------------------------------------------------------


@transaction.atomic
def upload(
    *, source: FeedSource, by: Actor, content: bytes, name: str, at: datetime | None = None
) -> FeedDelivery:
    """Take a file in that a person brought; its rows are worked off by a worker. Raises feed_records.Unreadable."""
    _hold(source, by)
    if source.kind != FeedSource.Kind.FILE or source.paused_at:
        raise engine.WrongStatus(_("This source takes no files now."))
    feed_records.Meter().expect(len(content))
    at = at or timezone.now()
    found = _deliver(source, content, name=name, media_type="text/csv", at=at, by=by)
    _record("upload", source, by=by, at=at, name=name, sha256=found.file.sha256)
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
    return _deliver(source, content, name=name, media_type="text/csv", at=at or timezone.now(), nonce=nonce)


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
            _deliver(source, body, name="", media_type="application/json", at=at, nonce=nonce)
    except IntegrityError:  # this message was taken before
        return False
    return True


def _deliver(
    source: FeedSource,
    content: bytes,
    *,
    name: str,
    media_type: str,
    at: datetime,
    nonce: str | None = None,
    by: Actor | None = None,
) -> FeedDelivery:
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


# --- working off -----------------------------------------------------------------------------------------


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
    by = actor_of(delivery.source)
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
        problems = _report(delivery, record, by, is_other=known is not None)
        if not problems:
            return "changed"
    if delivery.refused < MOST_KEPT:
        reasons = "; ".join(f"{name}: {said}".removeprefix(": ") for name, said in problems)
        FeedRefusal.objects.create(
            delivery=delivery, row=row.number, given=feed_records.kept(row.texts), reasons=reasons[:2000]
        )
    return "refused"


def _report(delivery: FeedDelivery, record: Record, by: Actor, *, is_other: bool) -> list[Problem]:
    """Report what a record says; what stands against it, when nothing was written."""
    if is_other:
        return [("id", _("A record with this id was sent before and says something else."))]
    case = _case(delivery.source, record)
    if isinstance(case, list):
        return case
    if said := _goes_back(case, record):
        return [("date", said)]
    facts, problems = _facts(case, record)
    if problems:
        return problems
    try:
        with transaction.atomic():
            made = services.report(
                case=case,
                by=by,
                claimed=record.station,
                claimed_on=record.on,
                source=StatusReport.Source.FEED,
                note=record.note,
                application_number=record.application,
                grounds=record.grounds,
                licence=facts,
            )
            FeedRecord.objects.create(
                source=delivery.source,
                delivery=delivery,
                sender_id=record.id,
                fingerprint=record.fingerprint,
                report=made,
            )
    except engine.Incomplete as refused:
        return [(_FIELD_OF.get(miss.field, miss.field), str(miss.message)) for miss in refused.misses]
    except engine.Refusal as refused:
        return [("", str(refused))]
    return []


_FIELD_OF = {"claimed": "station", "claimed_on": "date", "number": "licence_number", "weights": "weights_kg",
             "issued_on": "licence_issued_on", "expires_on": "licence_expires_on", "grounds": "reason"}  # fmt: skip


def _case(source: FeedSource, record: Record) -> LicenceCase | list[Problem]:
    """The one case a record is about, among those the source may report on."""
    cases = LicenceCase.objects.filter(exporter_name__iexact=source.exporter_name)
    if source.organisation.kind == Kind.IMPORTER:
        cases = cases.filter(importer=source.organisation)
    related = cases.select_related("certificate", "licence", "importer").order_by("-id")
    if record.case:
        slashed = record.case if "/" in record.case else _slashed(record.case)
        found = list(related.filter(reference=slashed)[:2])
        if found and record.application and found[0].application_number not in {"", record.application}:
            return [("application", _("The case carries another application number."))]
    else:
        named = related.filter(application_number=record.application).exclude(application_number="")
        found = list(named[:2])
    if not found:
        name = "case" if record.case else "application"
        return [(name, _("No case of this exporter carries it."))]
    if len(found) > 1:
        return [("application", _("Several cases carry it; name our reference of the case."))]
    return found[0]


def _slashed(reference: str) -> str:
    """LIC-0388000001-2026-27-0001, as addresses write it, in the form of the record."""
    parts = reference.split("-")
    return f"{parts[0]}/{parts[1]}/{parts[2]}-{parts[3]}/{parts[4]}" if len(parts) == 5 else reference


def _goes_back(case: LicenceCase, record: Record) -> str:
    """A feed does not take a case back that has ended; a person may."""
    is_later = case.status_on is None or record.on >= case.status_on
    if case.is_open or record.station in stations.ENDS or not is_later:
        return ""
    said = _("The case ended on %(day)s: a feed does not open it again. Report it by hand.")
    return said % {"day": case.status_on}


def _facts(case: LicenceCase, record: Record) -> tuple[LicenceFacts | None, list[Problem]]:
    """The licence a record tells of. One that the case carries already need not be told again."""
    if not record.licence_number:
        told = record.weights or record.licence_expires_on or record.licence_issued_on
        return None, [("licence_number", _("This is needed."))] if told else []
    is_whole = record.licence_expires_on and record.weights
    if not is_whole and case.licence is not None and case.licence.number == record.licence_number:
        return None, []
    if record.licence_expires_on is None:
        return None, [("licence_expires_on", _("This is needed with a licence number."))]
    numbers = list(case.certificate.goods.values_list("number", flat=True)[:2])
    weights = record.weights
    if 0 in weights:
        if len(numbers) != 1:
            return None, [("weights_kg", _("The certificate has several lines: write 1:500; 2:20.5"))]
        weights = {numbers[0]: weights[0]}
    kept = case.licence if case.licence and case.licence.number == record.licence_number else None
    facts = LicenceFacts(
        number=record.licence_number,
        issued_on=record.licence_issued_on or (kept.issued_on if kept else record.on),
        expires_on=record.licence_expires_on,
        weights=weights,
        contract_number=kept.contract_number if kept else "",
        customs_port=kept.customs_port if kept else "",
        **({"type": kept.type} if kept else {}),
    )
    return facts, []


def refused_rows(run: FeedRun) -> Iterator[tuple[int, dict[str, str], str]]:
    """Row, values and reasons of what a run refused; the last one says how many more there were."""
    if run.delivery is None:
        return
    kept = list(run.delivery.refusals.values_list("row", "given", "reasons"))
    yield from kept
    if more := run.refused - len(kept):
        said = _("%(count)d more rows were refused; the first %(most)d are kept.")
        yield run.read, {}, said % {"count": more, "most": len(kept)}


def finish(delivery: FeedDelivery, at: datetime | None = None) -> None:
    """Write the run of a delivery whose rows are all done; the source is healthy."""
    at = at or timezone.now()
    engine.lock(delivery.source)
    if not FeedDelivery.objects.filter(pk=delivery.pk, ended_at=None).update(ended_at=at):
        return
    delivery.refresh_from_db()
    _run(
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
    _recover(delivery.source, at)


def give_up(delivery: FeedDelivery, problem: str, words: str, at: datetime | None = None) -> None:
    """Write the failed run of a delivery that could not be read."""
    at = at or timezone.now()
    engine.lock(delivery.source)
    if FeedDelivery.objects.filter(pk=delivery.pk, ended_at=None).update(ended_at=at):
        delivery.refresh_from_db(fields=["done", "changed", "refused", "unchanged"])
        fail(delivery.source, at, problem, words, started_at=delivery.received_at, delivery=delivery)


def owe_more(delivery: FeedDelivery) -> None:
    """Owe the work on the rows that are left; each errand is told from the others by how many are done."""
    errands.owe(READ, subject=delivery, key=str(delivery.done))


def end_stopped(at: datetime | None = None) -> int:
    """Give up deliveries whose errand stopped after repeated failures, so that the source shows it; how many."""
    at = at or timezone.now()
    dead = Errand.objects.dead().filter(kind=READ)
    open_ones = FeedDelivery.objects.filter(ended_at=None, pk__in=dead.values("subject_id"))
    busy = Errand.objects.filter(kind=READ, state=Errand.PENDING)
    stopped = open_ones.exclude(pk__in=busy.values("subject_id")).select_related("source__organisation")
    for delivery in stopped:
        with transaction.atomic():
            give_up(delivery, "STOPPED", "", at)
    return len(stopped)


@transaction.atomic
def refuse_file(*, source: FeedSource, name: str, at: datetime | None = None) -> None:
    """Write down that a file in the source's folder is too large to be taken."""
    at = at or timezone.now()
    fail(source, at, "TOO_LARGE", name, started_at=at)
