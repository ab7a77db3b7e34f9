"""The verbs of files of consignments: take one in, start it, cancel it, and work off a slice of it.

A slice is one transaction with the place that was reached, so that whoever comes after a death goes on behind it.
A file that must hold as a whole is checked to its end first; what is planned of it then is hidden until all is there,
and taken back in slices where something does not hold any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts import actors
from accounts.actors import Actor
from accounts.models import Organisation
from accounts.roles import Role
from documents import long_sheets, sheets, storing
from shipments import import_columns, import_writing, importing, workflow
from shipments.importing import Plan, Row
from shipments.models import ColumnChoice, ImportFile, ImportProblem, ImportRow
from workflow import engine, errands, events, pouring
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
    for part in _parts(keyed, PLAN_AT_ONCE):
        _keep(file, part)
    _set(file, read=file.read + len(found))
    if len(found) < READ_AT_ONCE:
        _set(file, state=State.PLANNING if file.skips_bad else State.CHECKING)


def _keep(file: ImportFile, rows: Sequence[tuple[int, dict[str, str], str, str]]) -> None:
    kept = ImportRow.objects.filter(file=file)
    groups = _firsts(kept, "invoice", [invoice for *_others, invoice, _key in rows], "group")
    twins = _firsts(kept, "key", [key for *_others, key in rows], "number")
    made = []
    for number, texts, invoice, key in rows:
        made.append(
            (file.pk, number, groups.setdefault(invoice, number), invoice, key, twins.get(key), texts)
        )
        twins.setdefault(key, number)
    names = ("file_id", "number", "group", "invoice", "key", "twin", "texts")
    pouring.pour(ImportRow, names, made)


def _firsts(kept: Any, name: str, values: list[str], wanted: str) -> dict[str, int]:
    found = kept.filter(**{f"{name}__in": set(values)}).values_list(name).annotate(first=Min(wanted))
    return dict(found.order_by())


def _parts(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for at in range(0, len(rows), size):
        yield rows[at : at + size]


def _next(file: ImportFile) -> list[Plan]:
    """The plans behind the cursor: whole invoices, PLAN_AT_ONCE rows at most or one invoice."""
    rows = ImportRow.objects.filter(file=file, group__gt=file.cursor).order_by("group", "number")
    values = rows.values_list("group", "number", "texts", "key", "twin")
    found = list(values[: PLAN_AT_ONCE + 1])
    plans = [
        Plan([Row(number, texts, key, twin) for _group, number, texts, key, twin in some])
        for _group, some in groupby(found, key=lambda row: row[0])
    ]
    return plans[:-1] if len(found) > PLAN_AT_ONCE and len(plans) > 1 else plans


def _checked(file: ImportFile) -> list[Plan]:
    """The next plans, checked; the file's counts and place move behind them, problems are kept."""
    plans = _next(file)
    taken = {int(pk): weight for pk, weight in file.taken.items()}
    importing.check(plans, file.importer, taken)
    bad = [plan for plan in plans if plan.problems]
    _note(file, bad)
    columns: dict[str, Any] = {"taken": {str(pk): weight for pk, weight in taken.items()}}
    columns |= {"known": file.known + sum(bool(plan.known) for plan in plans), "bad": file.bad + len(bad)}
    if plans:
        columns |= {"cursor": plans[-1].group, "done": file.done + _count(file, plans)}
    _set(file, **columns)
    return plans


def _count(file: ImportFile, plans: list[Plan]) -> int:
    if len(plans) == 1:  # an invoice with more rows than a slice was not read to its end
        return ImportRow.objects.filter(file=file, group=plans[0].group).count()
    return sum(len(plan.rows) for plan in plans)


def _note(file: ImportFile, bad: Sequence[Plan]) -> None:
    problems = [
        (file.pk, plan.group, number, column, said[:500])
        for plan in bad
        for number, column, said in sorted(plan.problems)
    ]
    pouring.pour(ImportProblem, ("file_id", "group", "number", "column", "text"), problems)


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
    _forget(
        ImportRow.objects.filter(file=file, group__in=[plan.group for plan in plans if not plan.problems])
    )
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
    bad = ImportProblem.objects.filter(file=file)
    _forget(ImportRow.objects.filter(file=file).exclude(group__in=bad.values("group")))
    verb = {State.DONE: "finish", State.REFUSED: "refuse", State.CANCELLED: "cancel"}[State(state)]
    _tell(file, verb, by=by, at=at, planned=file.planned, known=file.known, bad=file.bad)


def _forget(rows: QuerySet[ImportRow]) -> None:
    """In statements that are short each, as there is a limit to their time."""
    while keys := list(rows.values_list("pk", flat=True)[:READ_AT_ONCE]):
        ImportRow.objects.filter(pk__in=keys).delete()


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


def reasons(file: ImportFile) -> Iterator[list[list[str]]]:
    """Every row of an invoice that was not planned, with the reasons, to be mended and sent again."""
    names = [name for name in import_columns.NAMES if name in file.mapping.values()]
    yield [["row", "reasons", *names]]
    bad, group, last = ImportProblem.objects.filter(file=file), 0, 0
    while True:
        behind = Q(group__gt=group) | Q(group=group, number__gt=last)
        rows = ImportRow.objects.filter(behind, file=file, group__in=bad.values("group"))
        found = list(rows.order_by("group", "number").values_list("group", "number", "texts")[:PLAN_AT_ONCE])
        if not found:
            return
        groups = (found[0][0], found[-1][0])
        group, last, _texts = found[-1]
        said: dict[int, list[str]] = {}
        for number, column, text in bad.filter(group__range=groups).values_list("number", "column", "text"):
            said.setdefault(number, []).append(f"{column}: {text}".lstrip(": "))
        other = [_("Another row of this invoice does not hold.")]
        yield [
            [str(number), "; ".join(said.get(number, other)), *(texts.get(name, "") for name in names)]
            for _group, number, texts in found
        ]
