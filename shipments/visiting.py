"""The verbs of verification visits: schedule, weigh samples against the ledger, demand and answer actions, close.

Refuses with the engine's WrongStatus, NotAllowed or Incomplete. Days are days in India, weights whole milligrams.
What a sample is compared with is read from the ledger while the lot is held; nobody types a variance.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Organisation
from documents import storing
from documents.uploads import CheckedUpload
from euc import bars
from euc import workflow as certificate_law
from euc.models import Certificate, Serial
from euc.models.certificate import today
from shipments import custody, visit_law
from shipments.models import Consignment, Holding, Lot, Sample, Visit, VisitFile
from shipments.models.visit import AT_HAND, DUE_AFTER
from workflow import engine, events
from workflow.law import Miss

MOST_FILES = 40


@transaction.atomic
def schedule(
    *,
    certificate: Certificate,
    by: Actor,
    place: str,
    planned_on: date,
    purpose: str,
    asked_by: str = Visit.AskedBy.AUTHORITY,
    lots: Iterable[Lot] = (),
    at: datetime | None = None,
) -> Visit:
    """Plan a visit of the certificate's importer, to look at these lots or at everything under the certificate."""
    at = at or timezone.now()
    if not visit_law.OFFICERS & by.roles or by.token:
        raise engine.NotAllowed(_("Your role does not allow this step."))
    if certificate.status not in certificate_law.WAS_ISSUED:
        raise engine.WrongStatus(_("A visit can be planned once the certificate is issued."))
    importer, lots = certificate.importer, list(lots)
    misses = _past(planned_on)
    if any(lot.importer_id != importer.pk for lot in lots):
        misses.append(Miss("", "lots", _("A lot belongs to another importer.")))
    if misses:
        raise engine.Incomplete(misses)
    visit = Visit.objects.create(
        reference=Serial.next_reference("VIS", importer.iec, today(at)),
        importer=importer,
        authority=by.organisation,
        place=place,
        planned_on=planned_on,
        asked_by=asked_by,
        purpose=purpose,
        scheduled_by=by.person,
        scheduled_at=at,
    )
    if reason := bars.connected_with_the_importer(visit, by):
        raise engine.NotAllowed(reason)
    visit.lots.set(lots)
    of_lots = Certificate.objects.filter(consignments__lot_rows__in=lots).values_list("pk", flat=True)
    visit.certificates.set({certificate.pk, *of_lots})
    details = {"planned_on": planned_on, "place": place, "certificate": certificate.reference}
    events.record(
        book=visit.book, subject=visit, verb="shipments.visit.schedule", by=by, at=at,
        to_status=visit.status, details=details,
    )  # fmt: skip
    return visit


def _past(day: date, field: str = "planned_on") -> list[Miss]:
    return [Miss("", field, _("This day is over."))] if day < today() else []


@transaction.atomic
def take_sample(
    *,
    visit: Visit,
    holding: Holding,
    by: Actor,
    found_mg: int,
    found_pieces: int,
    key: str,
    remark: str = "",
    at: datetime | None = None,
) -> Sample:
    """Keep what was weighed and counted beside what the ledger holds now. The same `key` again keeps it once."""
    engine.lock(visit)
    _may_look(visit, by)
    if known := Sample.objects.filter(key=key).first():
        return _same(known, visit, holding, found_mg, found_pieces)
    if visit.status != visit_law.SCHEDULED:
        raise engine.WrongStatus(_("The visit is over; samples can no longer be entered."))
    if visit.planned_on > today():
        raise engine.WrongStatus(_("The day of the visit has not come yet."))
    if not visit.at_hand().filter(pk=holding.pk).exists():
        raise engine.WrongStatus(_("Nothing of this lot lies there any more."))
    custody.hold(holding.lot)
    booked = Holding.objects.get(pk=holding.pk)
    sample = Sample.objects.create(
        visit=visit,
        lot=holding.lot,
        account=booked.account,
        place=booked.place,
        found_mg=found_mg,
        found_pieces=found_pieces,
        booked_mg=booked.weight_mg,
        booked_pieces=booked.pieces,
        remark=remark,
        key=key,
        taken_by=by.person,
        taken_at=at or timezone.now(),
    )
    details = {"lot": holding.lot.reference, "found_mg": found_mg, "booked_mg": booked.weight_mg}
    events.record(
        book=visit.book, subject=visit, verb="shipments.visit.take_sample", by=by, at=at, details=details
    )
    return sample


def _same(known: Sample, visit: Visit, holding: Holding, found_mg: int, found_pieces: int) -> Sample:
    made = (known.visit_id, known.lot_id, known.account, known.place, known.found_mg, known.found_pieces)
    if made != (visit.pk, holding.lot_id, holding.account, holding.place, found_mg, found_pieces):
        raise engine.WrongStatus(_("This form was sent before with other figures; open it again."))
    return known


def _may_look(visit: Visit, by: Actor) -> None:
    if not visit_law.OFFICERS & by.roles or by.token:
        raise engine.NotAllowed(_("Your role does not allow this step."))
    if reason := next(filter(None, (bar(visit, by) for bar in visit_law.INDEPENDENT)), ""):
        raise engine.NotAllowed(reason)


@transaction.atomic
def add_file(
    *, visit: Visit, by: Actor, checked: CheckedUpload, caption: str = "", at: datetime | None = None
) -> VisitFile:
    """Keep a photograph or paper: an officer's until the visit is closed, the importer's while an action is open."""
    engine.lock(visit)
    is_theirs = by.organisation.pk == visit.importer_id and bool(visit_law.IMPORTER & by.roles)
    if not is_theirs:
        _may_look(visit, by)
    if visit.status not in ({visit_law.ACTION_OPEN} if is_theirs else visit_law.OPEN):
        raise engine.WrongStatus(_("Files cannot be added while the visit is %(status)s.") % _said(visit))
    stored = storing.store(
        content=checked.content, name=checked.name, media_type=checked.media_type, book=visit.book
    )
    if known := visit.files.filter(file=stored).first():
        return known
    if visit.files.count() >= MOST_FILES:
        text = _("A visit keeps at most %(most)d files.")
        raise engine.Incomplete([Miss("", "file", text % {"most": MOST_FILES})])
    made = VisitFile.objects.create(
        visit=visit,
        file=stored,
        name=checked.name,
        caption=caption,
        is_of_importer=is_theirs,
        added_by=by.person,
        added_at=at or timezone.now(),
    )
    events.record(
        book=visit.book, subject=visit, verb="shipments.visit.add_file", by=by, at=at,
        details={"sha256": stored.sha256, "name": checked.name},
    )  # fmt: skip
    return made


def _said(visit: Visit) -> dict[str, Any]:
    return {"status": visit.status_label}


@transaction.atomic
def conclude(*, visit: Visit, by: Actor, held_on: date, findings: str, at: datetime | None = None) -> None:
    """The visit was held, with these findings; whoever concludes it answers for it."""
    at = at or timezone.now()
    if held_on > today():
        raise engine.Incomplete([Miss("", "held_on", _("This day lies in the future."))])
    sets = {"held_on": held_on, "findings": findings, "held_by": by.person, "held_at": at}
    _take(visit, "conclude", by=by, at=at, sets=sets, details={"held_on": held_on, "findings": findings})


@transaction.atomic
def reschedule(*, visit: Visit, by: Actor, planned_on: date, reason: str, at: datetime | None = None) -> None:
    """Another day, for this reason."""
    _refuse(_past(planned_on))
    details = {"planned_on": planned_on, "reason": reason}
    _take(visit, "reschedule", by=by, at=at, sets={"planned_on": planned_on}, details=details)


@transaction.atomic
def demand_action(*, visit: Visit, by: Actor, action: str, due_on: date, at: datetime | None = None) -> None:
    """Ask the importer to put something right by a day."""
    _refuse(_past(due_on, "due_on"))
    sets = {"action": action, "action_due_on": due_on}
    _take(visit, "demand_action", by=by, at=at, sets=sets, details={"action": action, "due_on": due_on})


@transaction.atomic
def answer(*, visit: Visit, by: Actor, answer: str, at: datetime | None = None) -> None:
    """The importer says what was done."""
    at = at or timezone.now()
    sets = {"answer": answer, "answered_by": by.person, "answered_at": at}
    _take(visit, "answer", by=by, at=at, sets=sets, details={"answer": answer})


@transaction.atomic
def send_back(*, visit: Visit, by: Actor, due_on: date, reason: str, at: datetime | None = None) -> None:
    """The answer is not enough; there is a new day for another."""
    _refuse(_past(due_on, "due_on"))
    details = {"due_on": due_on, "reason": reason}
    _take(visit, "send_back", by=by, at=at, sets={"action_due_on": due_on}, details=details)


@transaction.atomic
def close(*, visit: Visit, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Nothing is open any more, says another officer than who held the visit."""
    at = at or timezone.now()
    sets = {"closed_by": by.person, "closed_at": at}
    _take(visit, "close", by=by, at=at, sets=sets, details={"reason": reason})


@transaction.atomic
def cancel(*, visit: Visit, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Call the visit off."""
    _take(visit, "cancel", by=by, at=at, sets={}, details={"reason": reason})


def _take(
    visit: Visit,
    verb: str,
    *,
    by: Actor,
    at: datetime | None,
    sets: dict[str, Any],
    details: dict[str, Any],
) -> None:
    engine.take(visit_law.VISIT, verb, visit, by=by, at=at, sets=sets, details=details)


def _refuse(misses: list[Miss]) -> None:
    if misses:
        raise engine.Incomplete(misses)


def importers_due(day: date | None = None) -> QuerySet[Organisation]:
    """Importers that answer for magnets since a year or longer and had no visit within the year, none planned.

    Derived from the ledger and the visits; no rule of law sets a rhythm, so this one is the product's own.
    """
    since = (day or today()) - DUE_AFTER
    theirs = {"importer": OuterRef("pk")}
    received = Consignment.objects.filter(received_on__lte=since, **theirs)
    held = Holding.objects.filter(account__in=AT_HAND, weight_mg__gt=0, **theirs)
    visits = Visit.objects.filter(**theirs)
    recent = visits.filter(held_on__gt=since) | visits.filter(status=visit_law.SCHEDULED)
    rows = Organisation.objects.importers().filter(Exists(held), Exists(received), ~Exists(recent))
    return rows.order_by("name", "pk")
