"""The verbs of files of consignments: take one in, start it, cancel it, and work off a slice of it.

A slice is one transaction with the place that was reached, so that whoever comes after a death goes on behind it.
A file that must hold as a whole is checked to its end first; what is planned of it then is hidden until all is there,
and taken back in slices where something does not hold any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts import actors
from accounts.actors import Actor
from accounts.models import Organisation
from accounts.roles import Role
from documents import long_sheets, sheets, storing
from shipments import import_columns, import_rows, import_writing, importing, workflow
from shipments.importing import Plan
from shipments.models import ColumnChoice, ImportFile
from workflow import engine, errands, events
from workflow.models import Errand

WORK = "shipments.import"
MOST_ROWS = 100_000
READ_AT_ONCE = 5_000  # rows kept in one transaction
PLAN_AT_ONCE = 1_000  # rows checked, and planned, in one transaction
State = ImportFile.State


# --- what people do ---------------------------------------------------------------------------------


def take(*, content: bytes, name: str, by: Actor, at: datetime | None = None) -> tuple[ImportFile, bool]:
    """Look a file through and keep it; while the same bytes are still to be worked off they are that file.

    Raises sheets.Unreadable, and NotAllowed for who may not plan.
    """
    _may_import(by, by.organisation)
    sha256 = hashlib.sha256(content).hexdigest()
    open_ones = ImportFile.objects.filter(importer=by.organisation, sha256=sha256, state__in=ImportFile.OPEN)
    if earlier := open_ones.first():
        return earlier, False
    found = long_sheets.look(content, most_rows=MOST_ROWS)
    columns = _columns(found.head)
    try:
        with transaction.atomic():
            stored = storing.store(
                content=found.content, name=name, media_type="text/csv", book=by.organisation.book
            )
            file = ImportFile.objects.create(
                importer=by.organisation,
                name=name,
                sha256=sha256,
                stored=stored,
                encoding=found.encoding,
                columns=columns,
                mapping=import_columns.recognised(columns, _remembered(by.organisation)),
                first_rows=[[number, [cell[:200] for cell in cells]] for number, cells in found.first],
                is_cut=found.is_cut,
                total=found.total,
                uploaded_by=by.person,
                uploaded_at=at or timezone.now(),
            )
            _tell(file, "take", by=by)
    except IntegrityError:  # the same file a second time at the same moment
        return open_ones.get(), False
    return file, True


def _columns(head: Sequence[str]) -> list[str]:
    columns = import_columns.columns_of(head)
    plain = [import_columns.plain(column) for column in columns]
    if twice := next((name for n, name in enumerate(columns) if plain[n] in plain[:n] and plain[n]), ""):
        raise sheets.Unreadable(_("The first row names a column twice: %(name)s.") % {"name": twice[:40]})
    if not any(import_columns.recognised(columns, {}).values()) and len(columns) < len(import_columns.NEEDED):
        raise sheets.Unreadable(_("The first row must name the columns."))
    return columns


def _remembered(importer: Organisation) -> dict[str, str]:
    return dict(ColumnChoice.objects.filter(importer=importer).values_list("column", "means"))


@transaction.atomic
def start(
    *, file: ImportFile, by: Actor, mapping: Mapping[str, str], skips_bad: bool, at: datetime | None = None
) -> None:
    """Say what the columns mean and have the file worked off, as a whole or without the rows that do not hold."""
    engine.lock(file)
    _may_import(by, file.importer)
    if file.state != State.TAKEN:
        raise engine.WrongStatus(_("This file was started before."))
    mapping = {column: mapping.get(column, "") for column in file.columns}
    if lacking := import_columns.lacking(mapping):
        names = ", ".join(str(import_columns.LABELS[name]) for name in lacking)
        raise engine.WrongStatus(_("No column is chosen for: %(names)s.") % {"names": names})
    _remember(file.importer, mapping)
    _set(
        file, mapping=mapping, skips_bad=skips_bad, state=State.READING, started_by=by.person,
        started_at=at or timezone.now(), language=get_language() or "",
    )  # fmt: skip
    _tell(file, "start", by=by, skips_bad=skips_bad)
    _owe_more(file)


def _remember(importer: Organisation, mapping: Mapping[str, str]) -> None:
    ColumnChoice.objects.bulk_create(
        [
            ColumnChoice(importer=importer, column=import_columns.plain(column), means=means)
            for column, means in mapping.items()
            if import_columns.plain(column)
        ],
        update_conflicts=True,
        unique_fields=["importer", "column"],
        update_fields=["means"],
    )


@transaction.atomic
def cancel(*, file: ImportFile, by: Actor, at: datetime | None = None) -> None:
    """Stop. Consignments that were planned stay, but for a file that must hold as a whole: its are taken back."""
    engine.lock(file)
    _may_import(by, file.importer)
    if not file.may_be_cancelled:
        raise engine.WrongStatus(_("This file cannot be cancelled any more."))
    if file.is_hidden:
        _tell(file, "undo", by=by, at=at)
        _set(file, state=State.UNDOING)
        _owe_more(file)
    else:
        _end(file, State.CANCELLED, by=by, at=at)


def _may_import(by: Actor, importer: Organisation) -> None:
    if by.token or by.organisation.pk != importer.pk or not workflow.IMPORTER & by.roles:
        raise engine.NotAllowed(_("Only the importer's own people may do this."))


def machine(importer: Organisation) -> Actor:
    """Scheduled work, or somebody at the server's own console, planning for an importer."""
    return Actor(actors.clock_person(), importer, frozenset({Role.DRAFTER.value}), "Import of files")


# --- what is worked off -----------------------------------------------------------------------------


@transaction.atomic
def work(file: ImportFile) -> bool:
    """Do the next slice as the person who started it, and owe the one after; whether there is one."""
    engine.lock(file)
    if not file.is_under_way:
        return False
    _set(file, slices=file.slices + 1)
    with override(file.language):
        try:
            _SLICES[file.state](file, _actor(file))
        except (engine.Refusal, sheets.Unreadable) as refused:
            _stop(file, str(refused))
    if file.is_under_way:
        _owe_more(file)
    return file.is_under_way


def _stop(file: ImportFile, said: str) -> None:
    """Nobody can go on: what is to be seen stays, what is hidden is taken back."""
    if file.is_hidden:
        _set(file, state=State.UNDOING, refusal=said[:500])
    else:
        _end(file, State.DONE if file.planned else State.REFUSED, by=machine(file.importer), said=said)


def _actor(file: ImportFile) -> Actor:
    if file.state == State.UNDOING:  # whoever started it may have left
        return machine(file.importer)
    person = file.started_by
    if person is None:
        raise engine.WrongStatus(_("Nobody started this file."))
    by = machine(file.importer) if person.is_system else actors.of(person, file.importer)
    _may_import(by, file.importer)
    return by


def _owe_more(file: ImportFile) -> None:
    errands.owe(WORK, subject=file, key=str(file.slices))


def _read_some(file: ImportFile, by: Actor) -> None:
    """Keep the next rows with their keys and their invoices."""
    rows = long_sheets.stream(storing.read(file.stored), file.encoding, skip=1 + file.read)
    found = list(islice(rows, READ_AT_ONCE))
    named, width = file.named(), len(file.columns)
    texts = [(number, import_columns.texts_of(named, width, cells)) for number, cells in found]
    keyed = [(n, t, import_columns.invoice_of(n, t), import_columns.key_of(t)) for n, t in texts]
    import_rows.keep(file, keyed)
    _set(file, read=file.read + len(found))
    if len(found) < READ_AT_ONCE:
        _set(file, state=State.PLANNING if file.skips_bad else State.CHECKING)


def _checked(file: ImportFile) -> list[Plan]:
    """The next plans, checked; the file's counts and place move behind them, problems are kept."""
    plans = import_rows.next_plans(file, PLAN_AT_ONCE)
    taken = {int(pk): weight for pk, weight in file.taken.items()}
    importing.check(plans, file.importer, taken)
    bad = [plan for plan in plans if plan.problems]
    import_rows.note(file, bad)
    columns: dict[str, Any] = {"taken": {str(pk): weight for pk, weight in taken.items()}}
    columns |= {"known": file.known + sum(bool(plan.known) for plan in plans), "bad": file.bad + len(bad)}
    if plans:
        columns |= {"cursor": plans[-1].group, "done": file.done + import_rows.count(file, plans)}
    _set(file, **columns)
    return plans


def _check_some(file: ImportFile, by: Actor) -> None:
    """Check the next rows of a file that must hold as a whole; at its end plan it or refuse it."""
    if _checked(file):
        return
    if file.bad:
        _end(file, State.REFUSED, by=by)
    else:
        _set(file, state=State.PLANNING, is_hidden=True, cursor=0, done=0, known=0, taken={})


def _plan_some(file: ImportFile, by: Actor) -> None:
    """Plan what holds of the next rows; a whole file where one does not hold any more is taken back."""
    at = timezone.now()
    plans = _checked(file)
    if file.is_hidden and file.bad:
        _set(file, state=State.UNDOING)
        return
    new = [plan for plan in plans if plan.is_new]
    import_writing.write(new, file=file, by=by, at=at)
    _set(file, planned=file.planned + len(new))
    import_rows.forget(file, groups=[plan.group for plan in plans if not plan.problems])
    if not plans:
        _end(file, State.DONE, by=by, at=at)


def _undo_some(file: ImportFile, by: Actor) -> None:
    """Take back the next consignments that nobody has seen."""
    if import_writing.take_back(file, PLAN_AT_ONCE):
        return
    is_refused = file.bad or file.refusal
    _set(file, planned=0)
    _end(file, State.REFUSED if is_refused else State.CANCELLED, by=by, said=file.refusal)


_SLICES: dict[str, Callable[[ImportFile, Actor], None]] = {
    State.READING: _read_some,
    State.CHECKING: _check_some,
    State.PLANNING: _plan_some,
    State.UNDOING: _undo_some,
}


def _end(file: ImportFile, state: str, *, by: Actor, at: datetime | None = None, said: str = "") -> None:
    """What was hidden is shown. Only rows that do not hold are kept: their reasons can be fetched."""
    at = at or timezone.now()
    _set(file, state=state, is_hidden=False, ended_at=at, refusal=said[:500])
    import_rows.forget(file)
    verb = {State.DONE: "finish", State.REFUSED: "refuse", State.CANCELLED: "cancel"}[State(state)]
    _tell(file, verb, by=by, at=at, planned=file.planned, known=file.known, bad=file.bad)


def _set(file: ImportFile, **columns: Any) -> None:
    ImportFile.objects.filter(pk=file.pk).update(**columns)
    for name, value in columns.items():
        setattr(file, name, value)


def _tell(file: ImportFile, verb: str, *, by: Actor, at: datetime | None = None, **more: Any) -> None:
    events.record(
        book=file.book,
        subject=file,
        verb=f"shipments.importfile.{verb}",
        by=by,
        at=at,
        details={"sha256": file.sha256, "name": file.name, **more},
    )


def is_stopped(file: ImportFile) -> bool:
    """Whether its errand failed for good: an administrator has to look."""
    return file.is_under_way and Errand.objects.dead().about(file).exists()
