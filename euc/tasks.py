"""Errands: the signed document, mail, lists and screening. Calls leaves, and of services only screening's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts import actors
from documents import countersigning, signing, storing
from euc import cover_printing, dossier, emails, pledge_printing, printing, workflow
from euc.models import Certificate, ExpiryReminder, ListVersion, RuleNotice, TrueCopy, Undertaking
from euc.screening import files
from euc.screening import services as screening
from workflow import errands, events
from workflow.models import Errand

KIND = "euc.certificate"
PRINT_UNDERTAKING = "euc.print_undertaking"
UNDERTAKING_KIND = "euc.undertaking"


@dataclass(frozen=True)
class Printed:
    """A sealed document that is not yet registered, and the issue block as it was printed."""

    content: bytes
    signer_subject: str
    page_count: int
    sealed_at: datetime
    issue: dict[str, Any]


def print_certificate(errand: Errand) -> Printed:
    """Render and seal the issued revision. Raises NoKey rather than give an unsigned file."""
    signing.current_signer()  # without a key nothing is rendered in vain
    certificate = Certificate.objects.get(pk=errand.subject_id)
    revision = certificate.revisions.get(number=certificate.revision_number)
    issue = certificate.issue_block | {"verify_url": f"{settings.SITE_URL}/v/{certificate.token}/"}
    pdf = printing.certificate_pdf(content=revision.content, issue=issue)
    at = timezone.now()
    sealed = signing.seal(pdf, reason=certificate.reference, at=at, leaves_field=countersigning.FIELD)
    return Printed(sealed.content, sealed.signer_subject, sealed.page_count, at, issue)


def register_certificate(errand: Errand, printed: Printed) -> None:
    """Register the bytes as the one document of this revision, inside the fenced transaction.

    Its undertaking's document is owed only now: people wait for certificates, so all queued ones come first.
    """
    certificate = Certificate.objects.select_for_update(no_key=True).get(pk=errand.subject_id)
    document = storing.register(
        content=printed.content,
        kind=KIND,
        reference=certificate.reference,
        revision=certificate.revision_number,
        content_hash=certificate.content_hash,
        signer_subject=printed.signer_subject,
        signed_at=printed.sealed_at,
        page_count=printed.page_count,
        book=certificate.book,
        name=f"{certificate.slug}.pdf",
    )
    Certificate.objects.filter(pk=certificate.pk).update(document=document, issue_block=printed.issue)
    for undertaking in certificate.undertakings.filter(
        status__in=workflow.WAS_IN_FORCE, revision_number__gt=0
    ):
        errands.owe(PRINT_UNDERTAKING, subject=undertaking, key=str(undertaking.revision_number))
    events.record(
        book=certificate.book,
        subject=certificate,
        verb="euc.certificate.seal_document",
        by=actors.clock(),
        details={"sha256": document.sha256},
    )


def print_undertaking(errand: Errand) -> Printed:
    """Render and seal what was signed of an undertaking in force. Raises NoKey rather than give an unsigned file."""
    signing.current_signer()
    undertaking = Undertaking.objects.get(pk=errand.subject_id)
    signed = undertaking.revisions.get(number=undertaking.revision_number)
    issue = undertaking.issue_block | {"verify_url": f"{settings.SITE_URL}/v/{undertaking.token}/"}
    pdf = pledge_printing.undertaking_pdf(content=signed.content, issue=issue)
    at = timezone.now()
    sealed = signing.seal(pdf, reason=undertaking.reference, at=at, leaves_field=countersigning.FIELD)
    return Printed(sealed.content, sealed.signer_subject, sealed.page_count, at, issue)


def register_undertaking(errand: Errand, printed: Printed) -> None:
    """Register the bytes as the one document of what was signed, inside the fenced transaction."""
    undertaking = Undertaking.objects.select_for_update(no_key=True).get(pk=errand.subject_id)
    document = storing.register(
        content=printed.content,
        kind=UNDERTAKING_KIND,
        reference=undertaking.reference,
        revision=undertaking.revision_number,
        content_hash=undertaking.content_hash,
        signer_subject=printed.signer_subject,
        signed_at=printed.sealed_at,
        page_count=printed.page_count,
        book=undertaking.book,
        name=f"{undertaking.slug}.pdf",
    )
    Undertaking.objects.filter(pk=undertaking.pk).update(document=document, issue_block=printed.issue)
    events.record(
        book=undertaking.book,
        subject=undertaking,
        verb="euc.undertaking.seal_document",
        by=actors.clock(),
        details={"sha256": document.sha256},
    )


def seal_dossier_contents(errand: Errand) -> None:
    """Seal and register the dossier's list of contents; the first of an edition stays. Raises NoKey without a key."""
    certificate = Certificate.objects.get(pk=errand.subject_id)
    dossier.sheet(certificate, dossier.items(certificate))


def tell_of_rule(errand: Errand) -> None:
    """Mail one importer that a rule touches its certificates."""
    emails.send_rule_notice(RuleNotice.objects.select_related("rule", "importer").get(pk=errand.subject_id))


def note_that_told(errand: Errand, result: None) -> None:
    """Keep when the mail went out, in the fenced transaction."""
    notice = RuleNotice.objects.select_for_update(no_key=True).get(pk=errand.subject_id)
    RuleNotice.objects.filter(pk=notice.pk).update(sent_at=timezone.now())
    events.record(
        book=notice.book,
        subject=notice,
        verb="euc.rule.tell",
        by=actors.clock(),
        details={"issued": notice.issued, "open": notice.open},
    )


def remind_of_expiry(errand: Errand) -> None:
    """Mail one person, unless the certificate has ended or the person left since."""
    reminder = _reminder(errand)
    held = reminder.person.memberships.active().filter(organisation_id=reminder.certificate.importer_id)
    if reminder.certificate.status == workflow.ISSUED and held.exists():
        emails.send_expiry_reminder(reminder)


def _reminder(errand: Errand) -> ExpiryReminder:
    reminders = ExpiryReminder.objects.select_related("certificate", "person")
    return reminders.get(pk=errand.subject_id)


def note_that_reminded(errand: Errand, result: None) -> None:
    """Keep when the reminder went out, in the fenced transaction."""
    reminder = _reminder(errand)
    ExpiryReminder.objects.filter(pk=reminder.pk).update(sent_at=timezone.now())
    events.record(
        book=reminder.book,
        subject=reminder.certificate,
        verb="euc.certificate.remind",
        by=actors.clock(),
        details={"days": reminder.days, "person": reminder.person_id},
    )


def print_true_copy(errand: Errand) -> Printed:
    """Render and seal the cover page of a scanned original. Raises NoKey rather than give an unsigned file."""
    signing.current_signer()
    copy = TrueCopy.objects.get(pk=errand.subject_id)
    address = f"{settings.SITE_URL}/v/{copy.content['token']}/"
    pdf = cover_printing.cover_pdf(content=copy.content, verify_url=address)
    at = timezone.now()
    sealed = signing.seal(pdf, reason=copy.reference, at=at)
    return Printed(sealed.content, sealed.signer_subject, sealed.page_count, at, {})


def register_true_copy(errand: Errand, printed: Printed) -> None:
    """Register the cover page, inside the fenced transaction; its number is how long the ledger was."""
    copy = TrueCopy.objects.select_for_update(no_key=True).get(pk=errand.subject_id)
    document = storing.register(
        content=printed.content,
        kind="euc.true_copy",
        reference=copy.reference,
        revision=copy.entries,
        content_hash=hashlib.sha256(printing.canonical(copy.content)).hexdigest(),
        signer_subject=printed.signer_subject,
        signed_at=printed.sealed_at,
        page_count=printed.page_count,
        book=copy.book,
        name=f"{copy.certificate.slug}-true-copy-{copy.entries}.pdf",
    )
    TrueCopy.objects.filter(pk=copy.pk).update(document=document)
    events.record(
        book=copy.book,
        subject=copy.certificate,
        verb="euc.original.seal_true_copy",
        by=actors.clock(),
        details={"sha256": document.sha256},
    )


def load_list(errand: Errand) -> str:
    """Read an uploaded list into its version; the answer says why it is no list, or nothing."""
    version = ListVersion.objects.select_related("file").get(pk=errand.subject_id)
    if version.state != ListVersion.LOADING or version.file is None:
        return ""
    try:
        screening.fill(version, screening.text_of(storing.read(version.file)))
    except files.NotAList as broken:
        return str(broken)
    return ""


def put_list_into_use(errand: Errand, failure: str) -> None:
    """In the fenced transaction: into use, or marked as not readable."""
    version = ListVersion.objects.select_related("on_list", "loaded_by").get(pk=errand.subject_id)
    if failure:
        screening.fail(version, failure, by=actors.clock())
    else:
        screening.finish(version, by=actors.clock())


def nothing(errand: Errand) -> None:
    """Errands whose whole work belongs into the fenced transaction."""


def rescreen(errand: Errand, result: None) -> None:
    """Screen the next certificates against the lists in use, and owe the ones after them."""
    version = ListVersion.objects.get(pk=errand.subject_id)
    last = screening.rescreen(version, int(errand.key.rpartition(":")[2]))
    if last is not None:
        errands.owe(screening.RESCREEN, subject=version, key=str(last))


def nothing_more(errand: Errand, result: None) -> None:
    """The work left its trace; there is nothing to store."""


errands.handle("euc.print_true_copy", work=print_true_copy, settle=register_true_copy)
errands.handle(screening.LOAD, work=load_list, settle=put_list_into_use)
errands.handle(screening.RESCREEN, work=nothing, settle=rescreen)
errands.handle("euc.remind_of_expiry", work=remind_of_expiry, settle=note_that_reminded)
errands.handle("euc.tell_of_rule", work=tell_of_rule, settle=note_that_told)
errands.handle("euc.print_certificate", work=print_certificate, settle=register_certificate)
errands.handle(dossier.SEAL, work=seal_dossier_contents, settle=nothing_more)
errands.handle(PRINT_UNDERTAKING, work=print_undertaking, settle=register_undertaking)
