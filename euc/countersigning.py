"""The importer's own signature under a sealed certificate or undertaking: kept once for each revision, registered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Role
from documents import countersigning, storing
from documents.models import Document
from euc.models import Certificate, Countersignature, Undertaking
from workflow import engine, events

KIND, UNDERTAKING_KIND = "euc.countersigned", "euc.countersigned_undertaking"
PROVEN, UNDERTAKING_PROVEN = f"{KIND}_proven", f"{UNDERTAKING_KIND}_proven"
Signable = Certificate | Undertaking


def of(paper: Signable) -> Countersignature | None:
    """The signature under the revision that is in force."""
    mine = Countersignature.objects.filter(**which(paper), revision=paper.revision_number)
    return mine.select_related("document__file", "proven__file", "brought_by", "esign").first()


def is_offered(paper: Signable, by: Actor) -> bool:
    """Whether the page of the paper leads this person to signing it."""
    return by.has(Role.SIGNATORY) and by.organisation.pk == paper.importer_id and paper.is_in_force()


def which(paper: Signable) -> dict[str, Any]:
    """The paper as the column that names it."""
    return {"undertaking" if isinstance(paper, Undertaking) else "certificate": paper}


def refuse(paper: Signable, by: Actor) -> None:
    """Refuse whom it is not for, and what cannot be signed now: not in force, not sealed yet, signed already."""
    if by.organisation.pk != paper.importer_id or not by.has(Role.SIGNATORY):
        raise engine.NotAllowed(_("Only the importer's signatory signs for it."))
    if not paper.is_in_force():
        raise engine.WrongStatus(_("Only what is in force is signed."))
    if paper.document is None:
        raise engine.WrongStatus(_("The signed documents are not there yet; try again in a moment."))
    if of(paper):
        raise engine.WrongStatus(_("It carries the importer's signature already."))


def check(paper: Signable, content: bytes) -> countersigning.Countersigned:
    """Judge the file that was brought back; takes a second. Raises `countersigning.Refused`."""
    assert paper.document is not None
    return countersigning.check(
        content,
        sealed=storing.read(paper.document.file),
        sealed_at=paper.document.signed_at,
        organisation=paper.importer.name,
    )


@transaction.atomic
def keep(
    *,
    paper: Signable,
    by: Actor,
    signed: countersigning.Countersigned,
    at: datetime | None = None,
    told: dict[str, str] | None = None,
) -> Countersignature:
    """Register the file beside the sealed one, as it was brought and with its evidence behind.

    Refuses as `refuse`, under the paper's lock. `told` goes into the event beside what the signature says.
    """
    at = at or timezone.now()
    engine.lock(paper)
    refuse(paper, by)
    is_pledge = isinstance(paper, Undertaking)
    document = _register(paper, signed, signed.content, UNDERTAKING_KIND if is_pledge else KIND)
    proven = None
    if signed.proven:
        proven = _register(paper, signed, signed.proven, UNDERTAKING_PROVEN if is_pledge else PROVEN)
    columns = ("subject", "serial", "issuer", "valid_from", "valid_until", "signed_at", "stamped_at")
    made = Countersignature.objects.create(
        **which(paper),
        revision=paper.revision_number,
        document=document,
        proven=proven,
        brought_by=by.person,
        brought_at=at,
        **{name: getattr(signed, name) for name in columns},
    )
    events.record(
        book=paper.book,
        subject=paper,
        verb=f"euc.{paper._meta.model_name}.countersign",
        by=by,
        at=at,
        details={
            "sha256": document.sha256,
            **({"proven_sha256": proven.sha256} if proven else {}),
            "serial": signed.serial,
            "subject": signed.subject,
            **(told or {}),
        },
    )
    return made


def _register(paper: Signable, signed: countersigning.Countersigned, content: bytes, kind: str) -> Document:
    assert paper.document is not None
    return storing.register(
        content=content,
        kind=kind,
        reference=paper.reference,
        revision=paper.revision_number,
        content_hash=paper.content_hash,
        signer_subject=signed.subject,
        signed_at=signed.signed_at,
        page_count=paper.document.page_count,
        book=paper.book,
        name=f"{paper.slug}-signed.pdf",
    )
