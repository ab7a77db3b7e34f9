"""Files laid into a folder for a source of files: taken in once they rest, then put aside. Nothing is deleted."""

from __future__ import annotations

import logging
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from documents import uploads
from licensing import feed_records, feed_runs, feed_taking
from licensing.models import FeedSource

log = logging.getLogger(__name__)

RESTS_SECONDS = 10  # what changed more recently may still be written
ENDINGS = (".csv", ".xlsx")
TAKEN, REFUSED = ".taken", ".refused"
MOST_AT_ONCE = 20


def take(now: float | None = None) -> int:
    """Take in what lies in the sources' folders; how many files. Who dies half-way takes nothing twice."""
    if not settings.FEEDS_FOLDER:
        return 0
    taken = 0
    sources = FeedSource.objects.filter(kind=FeedSource.Kind.FILE, removed_at=None, paused_at=None)
    folders = [one for one in Path(settings.FEEDS_FOLDER).glob("*") if one.is_dir() and not one.is_symlink()]
    for source in sources.filter(key__in=[one.name for one in folders]).select_related("organisation"):
        try:
            for file in _resting(Path(settings.FEEDS_FOLDER) / source.key, now or time.time()):
                taken += _take(source, file)
        except OSError:  # one folder that cannot be read keeps no other from being read
            log.exception("the folder of feed %s cannot be read", source.key)
    return taken


def _resting(folder: Path, now: float) -> Iterator[Path]:
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in ENDINGS)
    for file in files[:MOST_AT_ONCE]:
        found = file.lstat()
        if stat.S_ISREG(found.st_mode) and found.st_mtime <= now - RESTS_SECONDS:
            yield file


def _take(source: FeedSource, file: Path) -> bool:
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(handle, "rb") as opened:
        found = os.fstat(handle)
        content = opened.read(feed_records.MOST_BYTES + 1)
    kind = uploads.XLSX if content.startswith(b"PK\x03\x04") else uploads.CSV
    name = uploads.safe_name(file.name, kind)
    if len(content) > feed_records.MOST_BYTES:
        feed_runs.refuse_file(source=source, name=name)
        _put_aside(file, REFUSED, found.st_mtime_ns)
        return False
    delivery = feed_taking.drop(source=source, content=content, name=name, mark=str(found.st_mtime_ns))
    _put_aside(file, TAKEN, found.st_mtime_ns)
    return delivery is not None


def _put_aside(file: Path, where: str, moment: int) -> None:
    folder = file.parent / where
    folder.mkdir(exist_ok=True)
    file.rename(folder / f"{moment}-{file.name}")
