"""The verbs: what people do to certificates and undertakings. Each is atomic and leaves exactly one event a status.

All refuse with the engine's WrongStatus, NotAllowed or Incomplete. `by` is the acting person in their active
organisation, `at` a moment in UTC (now by default).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actors
from accounts.actors import Actor
from accounts.models import Organisation
from documents import fonts
from euc import bars, content, originals, pledges, printing, risk, signals, workflow
from euc.models import Approval, Certificate, EndUse, FieldComment, Party, Revision, Serial, Undertaking
from euc.models.certificate import today
from euc.screening import record
from workflow import engine, errands, events
from workflow.law import Miss

VALID_FOR = timedelta(days=365)
NO_APPROVAL = {"approved_by": None, "approved_at": None, "approved_hash": "", "approving_authority": None}


@transaction.atomic
def start(*, by: Actor, at: datetime | None = None) -> Certificate:
    """Open an empty draft with its reference, its undertaking with the required clauses, and its parties."""
    at = at or timezone.now()
    if not workflow.IMPORTER_ROLES & by.roles:
        raise engine.NotAllowed(_("Only an importer's people draft certificates."))
    if not by.organisation.iec:
        raise engine.NotAllowed(_("Your organisation has no IEC on record; a certificate needs one."))
    certificate = Certificate.objects.create(
        reference=Serial.next_reference("EUC", by.organisation.iec, today(at)),
        importer=by.organisation,
        addressed_to=Organisation.objects.only_authority(),
        created_by=by.person,
        created_at=at,
        changed_at=at,
    )
    certificate.contributors.add(by.person)
    EndUse.objects.create(certificate=certificate)
    Party.objects.create(certificate=certificate, role=Party.Role.EXPORTER, country="CN")
    for role in (Party.Role.CONSIGNEE, Party.Role.END_USER):
        Party.objects.create(certificate=certificate, role=role, same_as_importer=True)
    open_undertaking(certificate, by=by, at=at)
    _tell(certificate, "start", by=by, at=at)
    return certificate


def open_undertaking(certificate: Certificate, *, by: Actor, at: datetime) -> Undertaking:
    """The promise that goes with this certificate, with the clauses required of it. Inner: nobody is asked."""
    undertaking = Undertaking.objects.create(
        reference=Serial.next_reference("NRU", by.organisation.iec, today(at)),
        importer=certificate.importer,
        certificate=certificate,
        addressed_to=certificate.addressed_to,
        created_by=by.person,
        created_at=at,
    )
    undertaking.give([offer.clause for offer in certificate.offers() if offer.is_required])
    _tell(undertaking, "start", by=by, at=at)
    return undertaking


def _tell(subject: Any, verb: str, *, by: Actor, at: datetime, details: dict[str, Any] | None = None) -> None:
    events.record(
        book=subject.book,
        subject=subject,
        verb=f"{subject._meta.label_lower}.{verb}",
        by=by,
        at=at,
        to_status=subject.status,
        details=details,
    )


@transaction.atomic
def submit(*, certificate: Certificate, by: Actor, notice_seen: bool, at: datetime | None = None) -> Revision:
    """Sign and submit: freeze the content as a new revision, sign the undertaking, queue it by risk."""
    at = at or timezone.now()
    engine.lock(certificate)
    prefetch_related_objects([certificate], "parties", "goods", "undertakings")
    number = certificate.revision_number + 1
    if certificate.status in workflow.EDITABLE:
        for undertaking in certificate.undertakings_list():
            undertaking.freeze_texts()
    reasons = risk.reasons(certificate)
    frozen = content.build(certificate, by=by, signed_at=at, revision=number)
    _refuse_unprintable(frozen)
    fingerprint, found = content.digest(frozen), certificate.inspected()
    engine.take(
        workflow.CERTIFICATE,
        "submit",
        certificate,
        by=by,
        at=at,
        sets={
            "revision_number": number,
            "content_hash": fingerprint,
            "submitted_by": by.person,
            "submitted_at": at,
            "risk": risk.points(reasons),
            "risk_reasons": reasons,
            **NO_APPROVAL,
        },
        details={"notice_seen": notice_seen, "revision": number, "content_hash": fingerprint},
    )
    _sign_undertakings(certificate, by=by, at=at)
    revision = Revision.objects.create(
        certificate=certificate,
        number=number,
        content=frozen,
        content_hash=fingerprint,
        findings=[one.as_json() for one in found],
        submitted_by=by.person,
        submitted_at=at,
    )
    record.screen(certificate, at=at)
    return revision


def _refuse_unprintable(frozen: dict[str, Any]) -> None:
    """What no font of ours can print is refused now, not found out when the document is made."""
    if signs := fonts.unprintable(printing.printed_text(frozen)):
        text = _("These characters cannot be printed: %(signs)s. Please write them another way.")
        raise engine.Incomplete([Miss("check", "", text % {"signs": " ".join(signs[:20])})])


def _sign_undertakings(certificate: Certificate, *, by: Actor, at: datetime) -> None:
    """Sign what is promised for it alone; an empty one is not needed where another holds every promise."""
    for undertaking in certificate.undertakings_list():
        if undertaking.clauses.exists():
            pledges.freeze_and_sign(undertaking, law=workflow.UNDERTAKING, by=by, at=at)
            continue
        reason = _("Everything is promised in %(reference)s.") % {"reference": certificate.relies_on}
        given = {"sets": _ended(by, at, reason), "details": {"reason": reason}}
        engine.take(workflow.UNDERTAKING, "withdraw", undertaking, by=by, at=at, **given)


def _refuse_unseen(certificate: Certificate, seen_hash: str) -> None:
    if seen_hash != certificate.content_hash:
        raise engine.WrongStatus(_("The certificate changed since you opened it; read it again first."))


@transaction.atomic
def approve(*, certificate: Certificate, by: Actor, seen_hash: str, at: datetime | None = None) -> None:
    """The officer's yes, bound to the hash of the revision they saw; approves the undertaking with it."""
    at = at or timezone.now()
    engine.lock(certificate)
    _refuse_unseen(certificate, seen_hash)
    engine.take(
        workflow.CERTIFICATE,
        "approve",
        certificate,
        by=by,
        at=at,
        sets={
            "approved_by": by.person,
            "approved_at": at,
            "approved_hash": seen_hash,
            "approving_authority": by.organisation,
            "reviewer": None,  # another person issues it
        },
        details={"content_hash": seen_hash},
    )
    _sign_off(certificate, Approval.Kind.APPROVE, by=by, at=at)
    for undertaking in certificate.undertakings_list():
        pledges.approve_inner(undertaking, law=workflow.UNDERTAKING, by=by, at=at)


def _sign_off(certificate: Certificate, kind: str, *, by: Actor, at: datetime) -> None:
    Approval.objects.create(
        revision=certificate.revisions.get(number=certificate.revision_number),
        kind=kind,
        content_hash=certificate.content_hash,
        given_by=by.person,
        authority=by.organisation,
        given_at=at,
    )


@transaction.atomic
def send_back(*, certificate: Certificate, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Return it for correction with a reason; comments written so far become visible to the importer."""
    at = at or timezone.now()
    engine.take(
        workflow.CERTIFICATE,
        "send_back",
        certificate,
        by=by,
        at=at,
        sets=NO_APPROVAL,
        details={"reason": reason},
    )
    certificate.comments.filter(sent_at=None).update(sent_at=at)
    for undertaking in certificate.undertakings_list():
        engine.take(
            workflow.UNDERTAKING,
            "send_back",
            undertaking,
            by=by,
            at=at,
            sets=pledges.NO_APPROVAL,
            details={"reason": reason},
        )


@transaction.atomic
def issue(
    *,
    certificate: Certificate,
    by: Actor,
    seen_hash: str,
    valid_until: date | None = None,
    at: datetime | None = None,
) -> None:
    """The second person's yes: bring it into force and owe the signed document.

    `valid_until` is the last day of validity in India, a year from today unless given.
    """
    at = at or timezone.now()
    engine.lock(certificate)
    if certificate.supersedes is not None:
        engine.lock(certificate.supersedes)  # before any event is written, as whoever else ends it does
    if certificate.relies_on is not None:
        engine.lock(certificate.relies_on)
    _refuse_unseen(certificate, seen_hash)
    valid_from = today(at)
    valid_until = valid_until or valid_from + VALID_FOR - timedelta(days=1)
    if valid_until < valid_from:
        raise engine.NotAllowed(_("The validity cannot end before it begins."))
    if valid_until > valid_from + VALID_FOR:
        raise engine.NotAllowed(_("A certificate is valid for one year at most."))
    engine.take(
        workflow.CERTIFICATE,
        "issue",
        certificate,
        by=by,
        at=at,
        sets={
            "issued_by": by.person,
            "issued_at": at,
            "issued_hash": seen_hash,
            "issuing_authority": by.organisation,
            "valid_from": valid_from,
            "valid_until": valid_until,
            "issue_block": _issue_block(
                certificate, by=by, at=at, valid_from=valid_from, valid_until=valid_until
            ),
        },
        details={"content_hash": seen_hash, "valid_until": valid_until.isoformat()},
    )
    _sign_off(certificate, Approval.Kind.ISSUE, by=by, at=at)
    for undertaking in certificate.undertakings_list():
        pledges.bring_inner(undertaking, law=workflow.UNDERTAKING, by=by, at=at)
    if certificate.supersedes is not None and certificate.supersedes.status != workflow.REVOKED:
        _supersede(certificate.supersedes, by=by, at=at, successor=certificate)
    originals.open_for(certificate, at=at)
    errands.owe("euc.print_certificate", subject=certificate, key=str(certificate.revision_number))


def hold_in_force(certificate: Certificate, *, at: datetime | None = None) -> None:
    """Hold the certificate's row until the transaction ends; refuse with WrongStatus what is not in force then.

    For whatever draws on it: a supersession, revocation or release before or after has one order with the draw.
    """
    engine.lock(certificate)
    if not certificate.is_in_force(today(at)):
        raise engine.WrongStatus(
            _("%(reference)s is %(status)s and not in force.")
            % {"reference": certificate.reference, "status": certificate.status_label}
        )


def _issue_block(
    certificate: Certificate, *, by: Actor, at: datetime, valid_from: date, valid_until: date
) -> dict[str, Any]:
    """What the document says about its issue, copied as it stands: names may change later, this does not.

    Asked for before the law has spoken, so a certificate without an approval gives empty names. The address
    of verification is added when the document is printed.
    """
    approver, authority = certificate.approved_by, certificate.approving_authority
    return {
        "issued_at": at.isoformat(timespec="seconds"),
        "valid_from": valid_from.isoformat(),
        "valid_until": valid_until.isoformat(),
        "approved_by": {
            "name": approver.full_name if approver else "",
            "designation": actors.of(approver, authority).designation if approver and authority else "",
            "authority": authority.name if authority else "",
        },
        "issued_by": {"name": by.name, "designation": by.designation, "authority": by.organisation.name},
        "content_hash": certificate.content_hash,
    }


def _supersede(certificate: Certificate, *, by: Actor, at: datetime, successor: Certificate) -> None:
    _end(
        certificate,
        "supersede",
        by=by,
        at=at,
        reason=successor.reference,
        details={"successor": successor.reference},
    )


def _end(
    certificate: Certificate,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Take an issued certificate out of force and announce it to the apps above."""
    sets = _ended(by, at, reason)
    engine.take(workflow.CERTIFICATE, verb, certificate, by=by, at=at, sets=sets, details=details)
    signals.certificate_ended.send(
        sender=Certificate, certificate=certificate, status=certificate.status, at=at, by=by
    )


def _ended(by: Actor, at: datetime, reason: str) -> dict[str, Any]:
    return {"ended_by": by.person, "ended_at": at, "end_reason": reason}


@transaction.atomic
def reject(*, certificate: Certificate, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Refuse it for good, with the undertaking that was given for it."""
    _end_with_undertakings(certificate, "reject", by=by, reason=reason, at=at)


@transaction.atomic
def withdraw(*, certificate: Certificate, by: Actor, reason: str, at: datetime | None = None) -> None:
    """The importer takes it back before it is issued."""
    _end_with_undertakings(certificate, "withdraw", by=by, reason=reason, at=at)


def _end_with_undertakings(
    certificate: Certificate, verb: str, *, by: Actor, reason: str, at: datetime | None
) -> None:
    at = at or timezone.now()
    undertakings = certificate.undertakings_list()
    given = {"sets": _ended(by, at, reason), "details": {"reason": reason}}
    engine.take(workflow.CERTIFICATE, verb, certificate, by=by, at=at, **given)
    for undertaking in undertakings:
        engine.take(workflow.UNDERTAKING, verb, undertaking, by=by, at=at, **given)


@transaction.atomic
def revoke(*, certificate: Certificate, by: Actor, reason: str, at: datetime | None = None) -> None:
    """End it at once. The undertaking stays in force: goods that came under it are still promised."""
    _end(certificate, "revoke", by=by, at=at or timezone.now(), reason=reason, details={"reason": reason})


@transaction.atomic
def expire(*, certificate: Certificate, by: Actor, at: datetime | None = None) -> None:
    """The clock's verb: the last day of validity is over in India."""
    _end(certificate, "expire", by=by, at=at or timezone.now())


@transaction.atomic
def exhaust(*, certificate: Certificate, by: Actor, at: datetime | None = None) -> None:
    """Everything it allows has been drawn."""
    _end(certificate, "exhaust", by=by, at=at or timezone.now())


@transaction.atomic
def comment(
    *, certificate: Certificate, by: Actor, page: str, text: str, field: str = "", line: int = 0
) -> FieldComment:
    """A reviewer's remark on a field; the importer sees it when the certificate is returned."""
    engine.lock(certificate)
    if certificate.status not in workflow.UNDER_REVIEW or not (workflow.OFFICER | workflow.SENIOR) & by.roles:
        raise engine.NotAllowed(_("Comments are written by reviewers while it is under review."))
    if reason := bars.connected_with_the_importer(certificate, by):
        raise engine.NotAllowed(reason)
    return FieldComment.objects.create(
        certificate=certificate,
        revision_number=certificate.revision_number,
        page=page,
        field=field,
        line=line,
        text=text,
        written_by=by.person,
    )


@transaction.atomic
def settle_comment(*, comment: FieldComment, by: Actor, at: datetime | None = None) -> None:
    """The importer marks a remark as dealt with; doing it twice changes nothing."""
    if by.organisation.pk != comment.certificate.importer_id:
        raise engine.NotAllowed(_("Only the importer's own people may do this."))
    open_one = FieldComment.objects.filter(pk=comment.pk, settled_at=None, sent_at__isnull=False)
    open_one.update(settled_by=by.person, settled_at=at or timezone.now())
