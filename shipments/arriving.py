"""The verbs of arriving documents: take in what a file says, confirm what it belongs to, set aside, take up again.

Confirming does what a person would type from the paper: an invoice or a packing list plans a consignment or completes
a planned one, a Bill of Entry enters one. All are atomic and refuse like the verbs of consignments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Organisation
from documents import storing
from shipments import arriving_files, matching, services, workflow
from shipments.arriving_files import Arrived, Read
from shipments.matching import Proposal
from shipments.models import ArrivingDocument, Consignment, Lot
from workflow import engine, events

State, Kind = ArrivingDocument.State, ArrivingDocument.Kind


@dataclass(frozen=True)
class Taken:
    """What became of a file: documents that are new, how many were known, and what does not hold."""

    new: list[ArrivingDocument]
    known: int
    problems: list[tuple[int, str, str]]


def take(*, content: bytes, name: str, by: Actor, at: datetime | None = None) -> Taken:
    """Keep every document of a file that holds. What is known already stays as it is. Raises sheets.Unreadable."""
    _may_work(by, by.organisation)
    return keep(arriving_files.read(content), content=content, name=name, by=by, at=at)


@transaction.atomic
def keep(read: Read, *, content: bytes, name: str, by: Actor, at: datetime | None = None) -> Taken:
    """Keep the documents of what was read, with the bytes they were read of."""
    _may_work(by, by.organisation)
    at = at or timezone.now()
    prints = {document.fingerprint(): document for document in read.documents}
    mine = ArrivingDocument.objects.filter(importer=by.organisation)
    before = set(mine.filter(fingerprint__in=prints).values_list("fingerprint", flat=True))
    fresh = {key: document for key, document in prints.items() if key not in before}
    if fresh:
        stored = storing.store(
            content=content, name=name, media_type=_type(content), book=by.organisation.book
        )
        ArrivingDocument.objects.bulk_create(
            [_row(key, document, name=name, stored=stored, by=by, at=at) for key, document in fresh.items()],
            ignore_conflicts=True,
        )
    new = list(mine.filter(fingerprint__in=fresh, taken_at=at).order_by("pk"))
    for document in new:
        _tell(document, "take", by=by, at=at)
    return Taken(new, len(read.documents) - len(new), sorted(read.problems))


def _row(key: str, document: Arrived, *, name: str, stored: Any, by: Actor, at: datetime) -> ArrivingDocument:
    return ArrivingDocument(
        importer=by.organisation, kind=document.kind, number=document.number, dated=document.dated,
        data=document.as_json(), fingerprint=key, file_name=name, stored=stored, taken_by=by.person, taken_at=at,
    )  # fmt: skip


def _type(content: bytes) -> str:
    if content.startswith(b"PK\x03\x04"):
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return "text/plain; charset=utf-8"


def _may_work(by: Actor, importer: Organisation) -> None:
    if by.organisation.pk != importer.pk or not workflow.IMPORTER & by.roles:
        raise engine.NotAllowed(_("Only the importer's own people may do this."))


def proposals(documents: Sequence[ArrivingDocument], importer: Organisation) -> list[list[Proposal]]:
    """What each may belong to as things stand now."""
    return matching.propose([arriving_files.of_json(document.data) for document in documents], importer)


@transaction.atomic
def confirm(
    *,
    document: ArrivingDocument,
    by: Actor,
    key: str,
    lines: Sequence[int] | None = None,
    at: datetime | None = None,
) -> Consignment:
    """Do what the document says to the proposal of this key; `lines` are goods lines a person chose for the items."""
    at = at or timezone.now()
    proposal = _open(document, by, key)
    if lines is not None:
        goods = {line.number: line for line in proposal.certificate.goods.all()}
        chosen = zip(proposal.items, lines, strict=True)
        proposal.items = [replace(one, line=goods.get(number)) for one, number in chosen]
    return _confirm(document, proposal, by, at)


def _confirm(document: ArrivingDocument, proposal: Proposal, by: Actor, at: datetime) -> Consignment:
    if any(one.line is None for one in proposal.items):
        raise engine.WrongStatus(_("Choose the goods line of every item."))
    arrived = arriving_files.of_json(document.data)
    consignment = _ENTERS[document.kind == Kind.BILL_OF_ENTRY](proposal, arrived, by, at)
    accepted = proposal.as_json() | {"consignment": consignment.reference}
    _set(
        document,
        state=State.CONFIRMED,
        consignment=consignment,
        accepted=accepted,
        settled_by=by.person,
        settled_at=at,
    )
    _tell(document, "confirm", by=by, at=at, **accepted)
    return consignment


@transaction.atomic
def confirm_sure(*, document: ArrivingDocument, by: Actor, key: str) -> Consignment:
    """Confirm as it was proposed, and only while that proposal is sure."""
    proposal = _open(document, by, key)
    if not proposal.is_sure:
        raise engine.WrongStatus(_("This is not sure any more. Look at it by itself."))
    return _confirm(document, proposal, by, timezone.now())


def _open(document: ArrivingDocument, by: Actor, key: str) -> Proposal:
    engine.lock(document)
    _may_work(by, document.importer)
    if by.token:
        raise engine.NotAllowed(_("A person confirms what a document belongs to, not a program."))
    if not document.is_waiting:
        raise engine.WrongStatus(_("This document was settled before."))
    found = {one.key: one for one in proposals([document], document.importer)[0]}
    if key not in found:
        raise engine.WrongStatus(
            _("Things have changed: the document does not fit there any more. Look at it again.")
        )
    return found[key]


def _enter(proposal: Proposal, arrived: Arrived, by: Actor, at: datetime) -> Consignment:
    consignment, papers = proposal.consignment, arrived.papers
    assert consignment is not None
    entered = matching.entered_by_lot(proposal.items, consignment.lots())
    if entered is None:
        raise engine.WrongStatus(_("The Bill of Entry cannot cover more than was shipped."))
    services.enter(
        consignment=consignment,
        by=by,
        on=papers["boe_on"],
        boe_type=papers["boe_type"],
        boe_number=papers["boe_number"],
        port_of_entry=papers["port_of_entry"],
        boe_parent=papers.get("boe_parent", ""),
        assessable_value_inr=papers.get("assessable_value_inr"),
        entered=entered,
        at=at,
    )
    return consignment


def _plan(proposal: Proposal, arrived: Arrived, by: Actor, at: datetime) -> Consignment:
    """Plan a consignment, or complete a planned one: what the paper does not state stays as it was."""
    consignment = proposal.consignment
    said = {name: value for name, value in arrived.papers.items() if name in services.PAPERS}
    if consignment is None:
        return services.plan(
            certificate=proposal.certificate,
            by=by,
            licence=proposal.licence,
            papers=said,
            lots=_lots(proposal),
            at=at,
        )
    services.change(
        consignment=consignment,
        by=by,
        licence=proposal.licence,
        without_licence=consignment.without_licence,
        papers={name: getattr(consignment, name) for name in services.PAPERS} | said,
        lots=_lots(proposal, consignment.lots()),
        at=at,
    )
    events.record(
        book=consignment.book, subject=consignment, verb="shipments.consignment.complete", by=by, at=at,
        details={"document": arrived.kind, "number": arrived.number},
    )  # fmt: skip
    return consignment


_ENTERS = {True: _enter, False: _plan}


def _lots(proposal: Proposal, before: Iterable[Lot] = ()) -> list[services.LotPlan]:
    """One lot an item; what the item leaves open is kept of the lot of its line that stood in its place."""
    waiting: dict[int, list[Lot]] = {}
    for lot in before:
        waiting.setdefault(lot.goods_line.number, []).append(lot)
    made = []
    for one in proposal.items:
        assert one.line is not None
        queue = waiting.get(one.line.number, [])
        old, item = queue.pop(0) if queue else None, one.item
        weight = item.weight_mg or (old.weight_mg if old else None)
        if not weight:
            raise engine.WrongStatus(
                _("“%(goods)s” has no net weight. Plan the consignment by hand.")
                % {"goods": item.description[:60]}
            )
        has_value = item.value is not None
        made.append(
            services.LotPlan(
                line=one.line.number,
                weight_mg=weight,
                pieces=item.pieces or (old.pieces if old else 0),
                batch=item.batch or (old.batch if old else ""),
                value=item.value if has_value else (old.value if old else None),
                currency=item.currency if has_value else (old.currency if old else ""),
            )
        )
    return made


@transaction.atomic
def set_aside(*, document: ArrivingDocument, by: Actor, reason: str, at: datetime | None = None) -> None:
    """It belongs to nothing here; the reason is kept."""
    at = at or timezone.now()
    engine.lock(document)
    _may_work(by, document.importer)
    if not document.is_waiting:
        raise engine.WrongStatus(_("This document was settled before."))
    _set(document, state=State.ASIDE, reason=reason, settled_by=by.person, settled_at=at)
    _tell(document, "set_aside", by=by, at=at, reason=reason)


@transaction.atomic
def take_up(*, document: ArrivingDocument, by: Actor, at: datetime | None = None) -> None:
    """What was set aside waits again."""
    engine.lock(document)
    _may_work(by, document.importer)
    if document.state != State.ASIDE:
        raise engine.WrongStatus(_("Only a document that was set aside can be taken up again."))
    _set(document, state=State.WAITING, reason="", settled_by=None, settled_at=None)
    _tell(document, "take_up", by=by, at=at)


def _set(document: ArrivingDocument, **columns: Any) -> None:
    ArrivingDocument.objects.filter(pk=document.pk).update(**columns)
    for name, value in columns.items():
        setattr(document, name, value)


def _tell(
    document: ArrivingDocument, verb: str, *, by: Actor, at: datetime | None = None, **more: Any
) -> None:
    events.record(
        book=document.book,
        subject=document,
        verb=f"shipments.arrivingdocument.{verb}",
        by=by,
        at=at,
        details={"kind": document.kind, "number": document.number, **more},
    )
