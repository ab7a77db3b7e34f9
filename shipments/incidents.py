"""The verbs of incidents: report, look into, decide. A suspected diversion holds draws; a loss is posted.

Refuses with the engine's exceptions, and `custody.NotThere`. Whoever reports what holds draws, and whoever draws,
hold the certificate's row first: one of both comes before the other. Whole milligrams, days in India.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from euc import workflow as certificate_law
from euc.models import Certificate, Serial
from euc.models.certificate import today
from shipments import custody, incident_law
from shipments.models import Holding, Incident
from workflow import engine, events
from workflow.law import Miss


@transaction.atomic
def report(
    *,
    certificate: Certificate,
    by: Actor,
    kind: str,
    weight_mg: int,
    happened_on: date,
    description: str,
    key: str,
    holding: Holding | None = None,
    pieces: int = 0,
    told_to: str = "",
    at: datetime | None = None,
) -> Incident:
    """Write down what happened. The importer's loss or theft leaves the store; a suspicion holds further draws.

    The same `key` again gives the incident it made.
    """
    at = at or timezone.now()
    _may_report(certificate, by)
    engine.lock(certificate)
    key = f"{certificate.importer_id}-{key}"
    if known := Incident.objects.filter(key=key).first():
        return known
    if certificate.status not in certificate_law.WAS_ISSUED:
        raise engine.WrongStatus(_("Nothing can have happened under a certificate that was never issued."))
    if misses := _misses(certificate, by, kind, holding, happened_on):
        raise engine.Incomplete(misses)
    incident = Incident.objects.create(
        reference=Serial.next_reference("INC", certificate.importer.iec, today(at)),
        importer=certificate.importer,
        certificate=certificate,
        kind=kind,
        lot=holding.lot if holding else None,
        account=holding.account if holding else "",
        place=holding.place if holding else "",
        weight_mg=weight_mg,
        pieces=pieces,
        happened_on=happened_on,
        description=description,
        told_to=told_to,
        is_holding=kind in incident_law.HOLDS,
        key=key,
        reported_by=by.person,
        reported_at=at,
    )
    if holding and kind in incident_law.POSTED and _is_theirs(certificate, by):
        _post_loss(incident, holding, by=by, at=at)
    details = {"kind": kind, "weight_mg": weight_mg, "holds": incident.is_holding, "reason": description}
    events.record(
        book=incident.book, subject=incident, verb="shipments.incident.report", by=by, at=at,
        to_status=incident.status, details=details,
    )  # fmt: skip
    return incident


def _is_theirs(certificate: Certificate, by: Actor) -> bool:
    return by.organisation.pk == certificate.importer_id


def _may_report(certificate: Certificate, by: Actor) -> None:
    if by.token or not incident_law.REPORTERS & by.roles:
        raise engine.NotAllowed(_("Your role does not allow this step."))
    if not incident_law.OFFICERS & by.roles and not _is_theirs(certificate, by):
        raise engine.NotAllowed(_("Only the importer's own people may do this."))


def _misses(
    certificate: Certificate, by: Actor, kind: str, holding: Holding | None, happened_on: date
) -> list[Miss]:
    misses = []
    if happened_on > today():
        misses.append(Miss("", "happened_on", _("This day lies in the future.")))
    if holding and holding.lot.consignment.certificate_id != certificate.pk:
        misses.append(Miss("", "holding", _("This lot came under another certificate.")))
    if holding is None and kind in incident_law.POSTED and _is_theirs(certificate, by):
        text = _("Say from which lot and place; the loss is posted there.")
        misses.append(Miss("", "holding", text))
    return misses


def _post_loss(incident: Incident, holding: Holding, *, by: Actor, at: datetime) -> None:
    """The ledger's own verb, which can be reversed on the lot's page when the goods turn up."""
    reason = f"{incident.reference}: {incident.description}"[:500]
    posting = custody.move(
        lot=holding.lot,
        verb="lose",
        by=by,
        from_account=holding.account,
        from_place=holding.place,
        weight_mg=incident.weight_mg,
        pieces=incident.pieces,
        happened_on=incident.happened_on,
        key=f"incident-{incident.pk}",
        reason=reason,
        at=at,
    )
    Incident.objects.filter(pk=incident.pk).update(posting=posting)
    incident.posting = posting


@transaction.atomic
def take_up(*, incident: Incident, by: Actor, reason: str, at: datetime | None = None) -> None:
    """An officer looks into it."""
    at = at or timezone.now()
    _take(incident, "take_up", by=by, at=at, sets={"taken_by": by.person, "taken_at": at}, reason=reason)


@transaction.atomic
def close(*, incident: Incident, by: Actor, outcome: str, reason: str, at: datetime | None = None) -> None:
    """Decide what it was. What it held is free again, unless it is as reported."""
    at = at or timezone.now()
    holds = incident.kind in incident_law.HOLDS and outcome == incident_law.CONFIRMED
    sets = {"outcome": outcome, "closed_by": by.person, "closed_at": at, "is_holding": holds}
    _take(incident, "close", by=by, at=at, sets=sets, reason=reason, outcome=outcome, holds=holds)


@transaction.atomic
def lift(*, incident: Incident, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Free the draws that a confirmed diversion holds."""
    at = at or timezone.now()
    sets = {"is_holding": False, "lifted_by": by.person, "lifted_at": at}
    _take(incident, "lift", by=by, at=at, sets=sets, reason=reason)


def _take(
    incident: Incident, verb: str, *, by: Actor, at: datetime, sets: dict[str, Any], **details: Any
) -> None:
    engine.lock(incident.certificate)
    engine.take(incident_law.INCIDENT, verb, incident, by=by, at=at, sets=sets, details=details)


def refuse_held(certificate: Certificate) -> None:
    """Refuse a draw while an incident holds them. Call with the certificate's row held."""
    held = Incident.objects.holding().filter(certificate=certificate).order_by("pk").first()
    if held is not None:
        text = _("Nothing can be drawn on %(reference)s: incident %(incident)s holds it.")
        raise engine.WrongStatus(text % {"reference": certificate.reference, "incident": held.reference})
