"""The importer's own signature under an issued certificate, kept once for each revision and registered as genuine."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Role
from documents import countersigning, storing
from euc.models import Certificate, Countersignature
from workflow import engine, events

KIND = "euc.countersigned"


def of(certificate: Certificate) -> Countersignature | None:
    """The signature under the revision that was issued."""
    mine = Countersignature.objects.filter(certificate=certificate, revision=certificate.revision_number)
    return mine.select_related("document__file", "brought_by", "esign").first()


def refuse(certificate: Certificate, by: Actor) -> None:
    """Refuse whom it is not for, and what cannot be signed now: not in force, not sealed yet, signed already."""
    if by.organisation.pk != certificate.importer_id or not by.has(Role.SIGNATORY):
        raise engine.NotAllowed(_("Only the importer's signatory signs for it."))
    if not certificate.is_in_force():
        raise engine.WrongStatus(_("Only a certificate in force is signed."))
    if certificate.document is None:
        raise engine.WrongStatus(_("The signed documents are not there yet; try again in a moment."))
    if of(certificate):
        raise engine.WrongStatus(_("It carries the importer's signature already."))


def check(certificate: Certificate, content: bytes) -> countersigning.Countersigned:
    """Judge the file that was brought back; takes a second. Raises `countersigning.Refused`."""
    assert certificate.document is not None
    return countersigning.check(
        content,
        sealed=storing.read(certificate.document.file),
        sealed_at=certificate.document.signed_at,
        organisation=certificate.importer.name,
    )


@transaction.atomic
def keep(
    *,
    certificate: Certificate,
    by: Actor,
    signed: countersigning.Countersigned,
    at: datetime | None = None,
    told: dict[str, str] | None = None,
) -> Countersignature:
    """Register the file beside the sealed one. Refuses as `refuse`, under the certificate's lock.

    `told` goes into the event beside what the signature says.
    """
    at = at or timezone.now()
    engine.lock(certificate)
    refuse(certificate, by)
    assert certificate.document is not None
    document = storing.register(
        content=signed.content,
        kind=KIND,
        reference=certificate.reference,
        revision=certificate.revision_number,
        content_hash=certificate.content_hash,
        signer_subject=signed.subject,
        signed_at=signed.signed_at,
        page_count=certificate.document.page_count,
        book=certificate.book,
        name=f"{certificate.slug}-signed.pdf",
    )
    columns = ("subject", "serial", "issuer", "valid_from", "valid_until", "signed_at", "stamped_at")
    made = Countersignature.objects.create(
        certificate=certificate,
        revision=certificate.revision_number,
        document=document,
        brought_by=by.person,
        brought_at=at,
        **{name: getattr(signed, name) for name in columns},
    )
    events.record(
        book=certificate.book,
        subject=certificate,
        verb="euc.certificate.countersign",
        by=by,
        at=at,
        details={
            "sha256": document.sha256,
            "serial": signed.serial,
            "subject": signed.subject,
            **(told or {}),
        },
    )
    return made
