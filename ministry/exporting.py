"""The verbs of exports: ask for one, write a slice of it, delete what is a week old.

A slice is what one errand writes in SLICE_SECONDS, as of one moment; the next errand goes on behind its last row. The
errand that comes to the end joins the slices to one file.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import actors
from accounts.actors import Actor
from accounts.models import User
from documents import serving, sheets
from ministry import access, asking, reading, rows
from ministry.figures import FIGURES
from ministry.figuring import Figure
from ministry.models import Export, Fact
from ministry.naming import Names
from ministry.serializers import FACT_FIELDS
from ministry.tables import Query
from workflow import engine, errands, events
from workflow.models import Errand

WRITE = "ministry.write_export"
LASTS = timedelta(days=7)
SLICE_SECONDS = 15
MOST_AT_ONCE = 5
PIECE = 1024 * 1024
MEDIA_TYPES = {
    Export.Form.CSV: "text/csv; charset=utf-8",
    Export.Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Export.Form.PARQUET: "application/vnd.apache.parquet",
}


@transaction.atomic
def ask(
    *, figure: Figure, query: Query, form: str, names: Names, by: Actor, at: datetime | None = None
) -> Export:
    """Have the rows behind a figure written to a file, and record it.

    Raises NotAllowed for who does not oversee and for one export too many at once, WrongStatus for more rows than a
    workbook holds.
    """
    at = at or timezone.now()
    if not access.oversees(by):
        raise engine.NotAllowed(_("The rows behind figures are for ministries and authorities."))
    User.objects.select_for_update(no_key=True).get(pk=by.person.pk)
    if running(by).count() >= MOST_AT_ONCE:
        raise engine.NotAllowed(
            _("%(count)d exports are being written for you; wait for one.") % {"count": MOST_AT_ONCE}
        )
    total = reading.facts_of(figure.ask(query, (), at=at)).count()
    if form == Export.Form.XLSX and total > sheets.MOST_SHEET_ROWS * 0.99:
        raise engine.WrongStatus(_("A workbook cannot hold so many rows. Choose CSV or Parquet."))
    asked = asking.as_parameters(query.ungrouped(), names)
    found = Export.objects.create(
        person=by.person,
        organisation=by.organisation,
        figure=figure.name,
        query=urlencode(asked, doseq=True),
        form=form,
        total=total,
        asked_at=at,
        expires_at=at + LASTS,
    )
    access.note(by, "export", figure, {**asked, "form": form, "export": found.key})
    _owe_more(found)
    return found


def running(by: Actor) -> QuerySet[Export]:
    """What is still being written for somebody; not what stopped for good."""
    dead = Errand.objects.filter(subject_type=Export._meta.label_lower, state=Errand.DEAD)
    mine = Export.objects.visible_to(by).filter(state=Export.State.RUNNING)
    return mine.exclude(pk__in=dead.values("subject_id"))


def stopped(exports: Iterable[Export]) -> set[int]:
    """The keys of those whose writing failed for good. One query."""
    dead = Errand.objects.filter(subject_type=Export._meta.label_lower, state=Errand.DEAD)
    return set(dead.filter(subject_id__in=[one.pk for one in exports]).values_list("subject_id", flat=True))


def _owe_more(export: Export) -> None:
    errands.owe(WRITE, subject=export, key=str(len(export.parts)))


@dataclass(frozen=True)
class Slice:
    """What one errand wrote: rows, up to which key, in which file; `whole` is the joined file at the end."""

    count: int
    last: int
    part: str
    whole: str = ""
    size: int = 0


def write(export: Export, token: str) -> Slice:
    """Write the next slice, and at the end join all. Files bear the errand's token: nobody writes into another's."""
    facts = _facts(export)
    export.folder.mkdir(parents=True, exist_ok=True)
    part = f"{len(export.parts)}-{token}.part"
    form = _FORMS[export.form]
    count, last, until = 0, export.last, time.monotonic() + SLICE_SECONDS
    is_end = True
    with reading.snapshot(), (export.folder / part).open("wb") as file, form.part(file) as add:
        for reached, found in form.read(facts, export.last):
            add(found)
            count, last = count + len(found), reached
            if time.monotonic() > until:
                is_end = False
                break
    has_room = not count or time.monotonic() < until - SLICE_SECONDS / 2
    if not (is_end and has_room):  # after much writing, joining gets an errand of its own
        return Slice(count, last, part)
    whole = f"{token}.{export.form}"
    with (export.folder / whole).open("wb") as out:
        form.join([export.folder / name for name in (*export.parts, part)], out)
        out.flush()
    return Slice(count, last, part, whole, (export.folder / whole).stat().st_size)


def _facts(export: Export) -> QuerySet[Fact]:
    """Days count back from when it was asked for, however late a slice is written."""
    figure = FIGURES[export.figure]
    query = asking.parse(figure, QueryDict(export.query), Names())
    return reading.facts_of(figure.ask(query, (), at=export.asked_at))


def keep(export: Export, written: Slice, *, at: datetime | None = None) -> None:
    """Note a slice, inside the errand's fenced transaction; owe the next, or finish."""
    at = at or timezone.now()
    export.parts = [*export.parts, written.part]
    export.done += written.count
    export.last = written.last
    if not written.whole:
        export.save(update_fields=["parts", "done", "last"])
        _owe_more(export)
        return
    leftover = [export.folder / name for name in export.parts]
    export.state, export.file, export.size = Export.State.DONE, written.whole, written.size
    export.finished_at, export.expires_at = at, at + LASTS
    export.save(update_fields=["parts", "done", "last", "state", "file", "size", "finished_at", "expires_at"])
    transaction.on_commit(lambda: [path.unlink(missing_ok=True) for path in leftover], robust=True)


def send(request: HttpRequest, export: Export, by: Actor) -> HttpResponseBase:
    """The file or a range of it; beginning with its first byte is recorded. Raises Http404 where it is gone."""
    form = Export.Form(export.form)
    try:
        answer = serving.send(
            request,
            export.path,
            name=f"{export.figure}-rows.{export.form}",
            media_type=MEDIA_TYPES[form],
            tag=export.file,
        )
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET" and not serving.first_byte(request):
        access.note(by, "fetch", FIGURES[export.figure], {"export": export.key})
    return answer


def expire(*, at: datetime | None = None) -> int:
    """Delete the files of exports that are over, each an event; how many. Safe to run twice."""
    at, clock = at or timezone.now(), actors.clock()
    over = Export.objects.exclude(state=Export.State.EXPIRED).filter(expires_at__lt=at)
    return sum(_expire(export, clock, at) for export in over.order_by("pk"))


@transaction.atomic
def _expire(export: Export, clock: Actor, at: datetime) -> int:
    mine = Export.objects.filter(pk=export.pk).exclude(state=Export.State.EXPIRED)
    if not mine.update(state=Export.State.EXPIRED):
        return 0
    shutil.rmtree(export.folder, ignore_errors=True)
    events.record(
        book=export.book, subject=export, verb="ministry.export.expire", by=clock, at=at,
        details={"export": export.key},
    )  # fmt: skip
    return 1


# --- the three forms --------------------------------------------------------------------------------

Add = Callable[[Sequence[Any]], Any]


@dataclass(frozen=True)
class _Form:
    """How rows are read, how a slice is written, and how slices become one file."""

    read: Callable[[Any, int], Iterator[tuple[int, Sequence[Any]]]]
    part: Callable[[IO[bytes]], AbstractContextManager[Add]]
    join: Callable[[list[Path], IO[bytes]], None]


@contextmanager
def _csv_part(file: IO[bytes]) -> Iterator[Add]:
    yield lambda lines: file.write("".join(f"{line}\r\n" for line in lines).encode())


def _join_csv(paths: list[Path], out: IO[bytes]) -> None:
    out.write(sheets.csv_of([FACT_FIELDS]))
    for piece in _pieces(paths):
        out.write(piece)


@contextmanager
def _xlsx_part(file: IO[bytes]) -> Iterator[Add]:
    yield lambda found: file.write(sheets.xlsx_rows(found))


def _join_xlsx(paths: list[Path], out: IO[bytes]) -> None:
    sheets.xlsx_around(chain([sheets.xlsx_rows([FACT_FIELDS])], _pieces(paths)), out)


@contextmanager
def _parquet_part(file: IO[bytes]) -> Iterator[Add]:
    import pyarrow.parquet  # 100 MB that only the worker who writes such a file should carry

    schema = _schema()

    def add(found: Sequence[Any]) -> None:
        columns = zip(*found, strict=True)
        arrays = [pyarrow.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
        writer.write_batch(pyarrow.record_batch(arrays, schema=schema))

    with pyarrow.parquet.ParquetWriter(file, schema) as writer:
        yield add


def _join_parquet(paths: list[Path], out: IO[bytes]) -> None:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetWriter(out, _schema(), compression="zstd") as writer:
        for path in paths:
            for batch in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=10_000):
                writer.write_batch(batch)


def _schema() -> Any:
    import pyarrow

    return pyarrow.schema(
        [(name, pyarrow.int64() if name in rows.NUMBERS else pyarrow.string()) for name in FACT_FIELDS]
    )


def _pieces(paths: list[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


_FORMS: dict[str, _Form] = {
    Export.Form.CSV: _Form(rows.lines, _csv_part, _join_csv),
    Export.Form.XLSX: _Form(rows.values, _xlsx_part, _join_xlsx),
    Export.Form.PARQUET: _Form(rows.values, _parquet_part, _join_parquet),
}
