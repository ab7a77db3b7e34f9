"""The verbs of lists and hits: loading a version, judging what was found, screening again."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TextIO

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from documents.models import StoredFile
from euc import workflow
from euc.models import (
    Certificate,
    ListedEntity,
    ListedKey,
    ListedKeyCount,
    ListVersion,
    ScreeningHit,
    ScreeningList,
)
from euc.screening import files, record
from euc.screening.comparing import name_of, number
from workflow import engine, errands, events

LOAD, RESCREEN = "euc.load_list", "euc.rescreen"
BATCH = 2_000  # entries
MOST_REFUSALS_KEPT = 500
SCREENED_AT_ONCE = 20


@transaction.atomic
def begin(
    *,
    code: str,
    name: str,
    sha256: str,
    by: Actor,
    source_url: str = "",
    effect: str = "",
    file: StoredFile | None = None,
    at: datetime | None = None,
) -> tuple[ListVersion, bool]:
    """A new version of a list, to be filled; and whether it is new: the same file is loaded once.

    `effect` is what the list does to Chinese licences; once said it stays until another is said.
    """
    at = at or timezone.now()
    known, _is_new = ScreeningList.objects.get_or_create(
        code=code, defaults={"name": name or code, "source_url": source_url, "created_by": by.person}
    )
    engine.lock(known)
    if effect and effect != known.effect:
        ScreeningList.objects.filter(pk=known.pk).update(effect=effect)
        events.record(
            book=known.book,
            subject=known,
            verb="euc.list.say_effect",
            by=by,
            at=at,
            details={"effect": effect},
        )
    same = known.versions.filter(sha256=sha256, state__in=[ListVersion.LOADING, ListVersion.READY]).first()
    if same is not None:
        return same, False
    last = known.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = ListVersion.objects.create(
        on_list=known, number=last + 1, sha256=sha256, file=file, loaded_by=by.person, loaded_at=at
    )
    events.record(book=version.book, subject=version, verb="euc.list.begin", by=by, at=at)
    if file is not None:
        errands.owe(LOAD, subject=version)
    return version, True


def fill(version: ListVersion, text: TextIO, tell: Callable[[int], None] = lambda taken: None) -> None:
    """Read the rows of a list into its version, batch by batch. Raises `files.NotAList`, leaving nothing behind.

    Starts anew when it was begun before. Nothing of it is seen by anybody until `finish`.
    """
    empty(version)
    counts: Counter = Counter()
    batch: list[files.Entry] = []
    refused: list[files.Refused] = []
    taken = refusals = 0
    for row in files.read(text):
        if isinstance(row, files.Refused):
            refusals += 1
            refused += [row] if len(refused) < MOST_REFUSALS_KEPT else []
            continue
        batch.append(row)
        if len(batch) == BATCH:
            taken += _store(version, batch, counts)
            batch = []
            ListVersion.objects.filter(pk=version.pk).update(taken=taken, refused=refusals)
            tell(taken)
    taken += _store(version, batch, counts)
    items = [ListedKeyCount(version=version, key=key, entries=n) for key, n in counts.items()]
    ListedKeyCount.objects.bulk_create(items, batch_size=BATCH)
    ListVersion.objects.filter(pk=version.pk).update(
        taken=taken, refused=refusals, refusals=[[row.line, row.reason] for row in refused]
    )
    tell(taken)


@transaction.atomic
def _store(version: ListVersion, batch: list[files.Entry], counts: Counter) -> int:
    rows = ListedEntity.objects.bulk_create(
        ListedEntity(
            version=version,
            entity_id=entry.entity_id,
            name=entry.name,
            aliases=list(entry.aliases),
            countries=list(entry.countries),
            schema=entry.schema,
            program=entry.program,
            notice=entry.notice,
            effective_from=entry.effective_from,
            suspended_from=entry.suspended_from,
            suspended_until=entry.suspended_until,
        )
        for entry in batch
    )
    keys: list[tuple[int, int, int]] = []
    for row in rows:
        own = {number(key) for key in name_of((row.name, *row.aliases)).keys}
        counts.update(own)
        keys += [(version.pk, key, row.pk) for key in own]
    _insert_keys(keys)
    return len(rows)


def _insert_keys(rows: list[tuple[int, int, int]]) -> None:
    """Millions of small rows: written without an object each."""
    table = f"{ListedKey._meta.db_table} (version_id, key, entity_id)"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            text = io.StringIO("".join(f"{version}\t{key}\t{entity}\n" for version, key, entity in rows))
            cursor.copy_expert(f"COPY {table} FROM STDIN", text)
        else:
            cursor.executemany(f"INSERT INTO {table} VALUES (%s, %s, %s)", rows)  # noqa: S608 - no input in it


def empty(version: ListVersion) -> None:
    """Take back what was read of a version that did not come into use."""
    for kind in (ListedKey, ListedKeyCount, ListedEntity):
        kind.objects.filter(version=version)._raw_delete(using="default")
    ListVersion.objects.filter(pk=version.pk).update(taken=0, refused=0, refusals=[])


@transaction.atomic
def finish(version: ListVersion, *, by: Actor, at: datetime | None = None) -> None:
    """Put a filled version into use instead of the one before, and have everything screened against it."""
    at = at or timezone.now()
    engine.lock(version.on_list)
    version.refresh_from_db()
    if version.state != ListVersion.LOADING:
        return
    before = version.on_list.versions.filter(state=ListVersion.READY)
    if before.filter(number__gt=version.number).exists():
        state = ListVersion.REPLACED
    else:
        for old in before:
            ListedKey.objects.filter(version=old)._raw_delete(using="default")
            ListedKeyCount.objects.filter(version=old)._raw_delete(using="default")
        before.update(state=ListVersion.REPLACED)
        state = ListVersion.READY
    ListVersion.objects.filter(pk=version.pk).update(state=state)
    events.record(
        book=version.book,
        subject=version,
        verb="euc.list.load",
        by=by,
        at=at,
        details={"entries": version.taken, "refused": version.refused, "sha256": version.sha256},
    )
    errands.owe(RESCREEN, subject=version, key="0")


@transaction.atomic
def fail(version: ListVersion, why: str, *, by: Actor) -> None:
    """The file was no list: nothing of it is kept, and it says so."""
    empty(version)
    ListVersion.objects.filter(pk=version.pk).update(state=ListVersion.FAILED, failure=why[:300])
    events.record(book=version.book, subject=version, verb="euc.list.fail", by=by, details={"why": why[:300]})


def load_file(
    path: Path,
    *,
    code: str,
    name: str,
    by: Actor,
    source_url: str = "",
    effect: str = "",
    tell: Callable[[int], None] = lambda taken: None,
) -> tuple[ListVersion, bool]:
    """Load a file as the next version of a list. Raises `files.NotAList`; the version then says why."""
    with path.open("rb") as raw:
        sha256 = hashlib.file_digest(raw, "sha256").hexdigest()
    version, is_new = begin(code=code, name=name, sha256=sha256, by=by, source_url=source_url, effect=effect)
    if version.state == ListVersion.READY:
        return version, False
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            fill(version, text, tell)
    except files.NotAList as broken:
        fail(version, str(broken), by=by)
        raise
    finish(version, by=by)
    version.refresh_from_db()
    return version, is_new


def text_of(content: bytes) -> TextIO:
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")


def rescreen(version: ListVersion, after: int) -> int | None:
    """Screen the next certificates that are open or in force; the last one's key, or None when all are done."""
    waiting = Certificate.objects.filter(pk__gt=after, status__in=record.SCREENED, revision_number__gt=0)
    rows = list(waiting.order_by("pk")[:SCREENED_AT_ONCE])
    for certificate in rows:
        record.screen(certificate)
    return rows[-1].pk if rows else None


# --- hits -----------------------------------------------------------------------------------------


@transaction.atomic
def judge(*, hit: ScreeningHit, verb: str, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Dismiss, suspect, confirm or clear a hit, with a reason. Confirming takes a second, senior person."""
    at = at or timezone.now()
    if verb == "suspect":
        sets = {"suspected_by": by.person, "suspected_at": at, "reason": reason}
    else:
        sets = {"judged_by": by.person, "judged_at": at, "reason": reason}
    if not reason.strip():
        raise engine.NotAllowed(_("Say why."))
    engine.take(workflow.HIT, verb, hit, by=by, at=at, sets=sets, details={"reason": reason})
