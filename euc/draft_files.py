"""The verbs of files of orders: take one in, draft from it a few orders at a time. The same file drafts once."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import actors
from accounts.actors import Actor
from accounts.models import Organisation
from accounts.roles import Role
from documents import sheets
from euc import draft_sheets, services, shapes, workflow
from euc.draft_sheets import Order
from euc.models import Certificate, DraftFile, DraftFileOrder
from workflow import engine, errands, events

DRAFT = "euc.draft_from_file"
AT_ONCE = 10  # orders drafted in one transaction
ENDED = (workflow.WITHDRAWN, workflow.REJECTED, workflow.REVOKED, workflow.SUPERSEDED, workflow.EXPIRED)


def read(content: bytes, importer: Organisation) -> tuple[list[Order], str]:
    """The orders in a file, checked, and how it was read. Raises sheets.Unreadable."""
    table = sheets.read(content, most_rows=draft_sheets.MOST_ROWS + 1)
    orders = draft_sheets.orders_of(draft_sheets.rows_of(table))
    _note_known(orders, importer)
    return orders, table.encoding


def _note_known(orders: list[Order], importer: Organisation) -> None:
    """An order that has a certificate already is not drafted again from another file."""
    own = Certificate.objects.filter(importer=importer).exclude(status__in=ENDED).exclude(po_number="")
    known = {number.casefold(): found for number, found in own.values_list("po_number", "reference")}
    for order in orders:
        if reference := known.get(order.po_number.casefold()):
            said = _("%(reference)s is for this order already.") % {"reference": reference}
            order.problems.append((order.rows[0][0], "po_number", said))


def take(*, content: bytes, name: str, by: Actor, at: datetime | None = None) -> tuple[DraftFile, bool]:
    """Read a file and keep what it holds; the same bytes a second time are the file of the first.

    Raises sheets.Unreadable, and NotAllowed for who may not draft.
    """
    if by.token or not workflow.IMPORTER_ROLES & by.roles:
        raise engine.NotAllowed(_("Only an importer's people draft certificates."))
    sha256 = hashlib.sha256(content).hexdigest()
    if earlier := DraftFile.objects.filter(importer=by.organisation, sha256=sha256).first():
        return earlier, False
    orders, encoding = read(content, by.organisation)
    try:
        return _keep(
            orders, sha256=sha256, encoding=encoding, name=name, by=by, at=at or timezone.now()
        ), True
    except IntegrityError:  # the same file a second time at the same moment
        return DraftFile.objects.get(importer=by.organisation, sha256=sha256), False


@transaction.atomic
def _keep(
    orders: list[Order], *, sha256: str, encoding: str, name: str, by: Actor, at: datetime
) -> DraftFile:
    found = DraftFile.objects.create(
        importer=by.organisation,
        name=name,
        sha256=sha256,
        encoding=encoding,
        uploaded_by=by.person,
        uploaded_at=at,
    )
    DraftFileOrder.objects.bulk_create(
        DraftFileOrder(
            draft_file=found,
            position=position,
            po_number=order.po_number,
            rows=order.rows,
            problems=order.problems,
            is_good=not order.problems,
        )
        for position, order in enumerate(sorted(orders, key=lambda order: not order.problems))
    )
    _tell(found, "take", by=by, at=at)
    return found


@transaction.atomic
def start(*, draft_file: DraftFile, by: Actor, skip_bad: bool, at: datetime | None = None) -> None:
    """Draft every order of the file, or with `skip_bad` those that hold. Refused once it was started."""
    at = at or timezone.now()
    engine.lock(draft_file)
    if by.token or draft_file.importer_id != by.organisation.pk or not workflow.IMPORTER_ROLES & by.roles:
        raise engine.NotAllowed(_("Only the importer's own people may do this."))
    if draft_file.state != DraftFile.READ:
        raise engine.WrongStatus(_("This file was drafted from before."))
    bad = draft_file.orders.filter(is_good=False).count()
    if bad and not skip_bad:
        said = ngettext("%(count)d order does not hold.", "%(count)d orders do not hold.", bad)
        raise engine.WrongStatus(said % {"count": bad})
    DraftFile.objects.filter(pk=draft_file.pk).update(
        state=DraftFile.RUNNING, started_by=by.person, started_at=at
    )
    _tell(draft_file, "start", by=by, at=at)
    _owe_more(draft_file)


def _owe_more(draft_file: DraftFile) -> None:
    """Owe the next few; each errand is told from the others by how many orders are left."""
    errands.owe(DRAFT, subject=draft_file, key=str(waiting(draft_file).count()))


def waiting(draft_file: DraftFile) -> QuerySet[DraftFileOrder]:
    """The orders that hold and were neither drafted nor refused."""
    return draft_file.orders.filter(is_good=True, certificate=None, refusal="")


@transaction.atomic
def draft_some(draft_file: DraftFile, most: int = AT_ONCE) -> int:
    """Draft the next few orders as the person who started it, owe the rest; how many are left."""
    engine.lock(draft_file)
    if draft_file.state != DraftFile.RUNNING:
        return 0
    by = _actor(draft_file)
    for order in waiting(draft_file)[:most]:
        _draft_or_refuse(order, by)
    if left := waiting(draft_file).count():
        _owe_more(draft_file)
        return left
    at = timezone.now()
    DraftFile.objects.filter(pk=draft_file.pk).update(state=DraftFile.DONE, finished_at=at)
    _tell(draft_file, "finish", by=by, at=at)
    return 0


def _actor(draft_file: DraftFile) -> Actor:
    person = draft_file.started_by
    if person is None:
        raise engine.WrongStatus(_("Nobody started this file."))
    if person.is_system:
        return machine(draft_file.importer)
    return actors.of(person, draft_file.importer)


def machine(importer: Organisation) -> Actor:
    """Scheduled work, or somebody at the server's own console, drafting for an importer."""
    return Actor(actors.clock_person(), importer, frozenset({Role.DRAFTER.value}))


def _draft_or_refuse(order: DraftFileOrder, by: Actor) -> None:
    try:
        with transaction.atomic():
            certificate = _draft(order, by)
            DraftFileOrder.objects.filter(pk=order.pk).update(certificate=certificate)
    except engine.Refusal as refusal:
        DraftFileOrder.objects.filter(pk=order.pk).update(refusal=str(refusal)[:500] or "–")


def _draft(order: DraftFileOrder, by: Actor) -> Certificate:
    checked = draft_sheets.check([(number, texts) for number, texts in order.rows])
    if checked.problems:
        raise engine.WrongStatus(checked.problems[0][2])
    certificate = services.start(by=by)
    shapes.write(certificate, checked.draft, by)
    return certificate


def _tell(draft_file: DraftFile, verb: str, *, by: Actor, at: datetime) -> None:
    events.record(
        book=draft_file.book,
        subject=draft_file,
        verb=f"euc.draftfile.{verb}",
        by=by,
        at=at,
        details={"sha256": draft_file.sha256, "name": draft_file.name},
    )


def reasons(draft_file: DraftFile) -> list[list[str]]:
    """Every row of an order that was not drafted, with the reasons, in columns that can be mended and sent again."""
    found = [["row", "reasons", *draft_sheets.NAMES]]
    for order in draft_file.orders.filter(certificate=None):
        for number, texts in order.rows:
            said = [f"{column}: {text}".lstrip(": ") for row, column, text in order.problems if row == number]
            said += [order.refusal] if order.refusal else []
            if order.problems and not said:
                said = [_("Another row of this order does not hold.")]
            if said:
                found.append([str(number), "; ".join(said), *(texts.get(n, "") for n in draft_sheets.NAMES)])
    return found
