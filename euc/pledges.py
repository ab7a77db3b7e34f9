"""The verbs of undertakings: for a period from the first draft on, and what ends any of them.

All refuse with the engine's WrongStatus, NotAllowed or Incomplete. What is promised for one certificate is signed,
reviewed and brought into force by the certificate's verbs, with the inner functions here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actors
from accounts.actors import Actor
from accounts.models import Organisation
from documents import fonts
from euc import content, pledged, printing, workflow
from euc.models import Serial, SignedUndertaking, Undertaking
from euc.models.certificate import today
from workflow import engine, errands, events
from workflow.law import Miss, Workflow

PRINT = "euc.print_undertaking"
NO_APPROVAL = {"approved_by": None, "approved_at": None, "approved_hash": "", "approving_authority": None}
COLUMNS = ("exporter_name", "exporter_name_zh", "exporter_registration", "valid_from", "valid_until")


@transaction.atomic
def start(*, by: Actor, at: datetime | None = None) -> Undertaking:
    """Open an undertaking for a period, with the clauses that are required of one."""
    at = at or timezone.now()
    if not workflow.IMPORTER_ROLES & by.roles:
        raise engine.NotAllowed(_("Only an importer's people draft undertakings."))
    if not by.organisation.iec:
        raise engine.NotAllowed(_("Your organisation has no IEC on record; an undertaking needs one."))
    undertaking = Undertaking.objects.create(
        reference=Serial.next_reference("NRU", by.organisation.iec, today(at)),
        importer=by.organisation,
        addressed_to=Organisation.objects.only_authority(),
        created_by=by.person,
        created_at=at,
    )
    undertaking.give([offer.clause for offer in undertaking.offers() if offer.is_required])
    events.record(
        book=undertaking.book,
        subject=undertaking,
        verb="euc.undertaking.start",
        by=by,
        at=at,
        to_status=undertaking.status,
    )
    return undertaking


@transaction.atomic
def record(
    *,
    undertaking: Undertaking,
    by: Actor,
    columns: dict[str, Any],
    codes: set[str],
    parties: dict[str, tuple[str, str]],
    seen: int | None = None,
    addressed_to: Organisation | None = None,
) -> None:
    """Record what was typed: the pair, the period, the clauses with the parties they name.

    Refuses others than the importer's people, what is not a draft, and a page that somebody saved since `seen`.
    """
    engine.lock(undertaking)
    if undertaking.importer_id != by.organisation.pk or not workflow.IMPORTER_ROLES & by.roles:
        raise engine.NotAllowed(_("Only the importer's own people may do this."))
    if not undertaking.is_editable:
        raise engine.WrongStatus(
            _("%(reference)s is %(status)s and cannot be edited.")
            % {"reference": undertaking.reference, "status": undertaking.status_label}
        )
    if seen is not None and seen != undertaking.saves:
        raise engine.WrongStatus(
            _("%(name)s changed this page while you had it open.") % {"name": undertaking.changed_by}
        )
    kept = {name: columns[name] for name in COLUMNS if name in columns}
    saves: dict[str, Any] = {"saves": undertaking.saves + 1, "changed_by": by.person}
    if addressed_to is not None:
        saves["addressed_to"] = addressed_to
    Undertaking.objects.filter(pk=undertaking.pk).update(**kept, **saves)
    undertaking.refresh_from_db()
    offers = undertaking.offers()
    undertaking.give([o.clause for o in offers if o.is_required or o.clause.code in codes], parties)


@transaction.atomic
def sign(*, undertaking: Undertaking, by: Actor, notice_seen: bool, at: datetime | None = None) -> None:
    """Sign it for the company and hand it in: its words are frozen from here on."""
    engine.lock(undertaking)
    freeze_and_sign(
        undertaking,
        law=workflow.BLANKET,
        by=by,
        at=at or timezone.now(),
        details={"notice_seen": notice_seen},
    )


def freeze_and_sign(
    undertaking: Undertaking, *, law: Workflow, by: Actor, at: datetime, details: dict[str, Any] | None = None
) -> None:
    """Copy the words of today, keep the whole content for ever, and take the step. Inner for a certificate's."""
    number = undertaking.revision_number + 1
    if law is workflow.BLANKET and undertaking.is_editable:
        undertaking.freeze_texts()
    frozen = pledged.build(undertaking, by=by, signed_at=at, revision=number)
    if signs := fonts.unprintable(printing.printed_text(frozen)):
        text = _("These characters cannot be printed: %(signs)s. Please write them another way.")
        raise engine.Incomplete([Miss("", "", text % {"signs": " ".join(signs[:20])})])
    fingerprint = content.digest(frozen)
    engine.take(
        law,
        "sign",
        undertaking,
        by=by,
        at=at,
        sets={
            "signed_by": by.person,
            "signed_at": at,
            "revision_number": number,
            "content_hash": fingerprint,
            **NO_APPROVAL,
        },
        details={"content_hash": fingerprint, **(details or {})},
    )
    SignedUndertaking.objects.create(
        undertaking=undertaking,
        number=number,
        content=frozen,
        content_hash=fingerprint,
        signed_by=by.person,
        signed_at=at,
    )


@transaction.atomic
def approve(*, undertaking: Undertaking, by: Actor, seen_hash: str, at: datetime | None = None) -> None:
    """The compliance officer's yes, bound to the hash of the text they saw."""
    engine.lock(undertaking)
    _refuse_unseen(undertaking, seen_hash)
    approve_inner(undertaking, law=workflow.BLANKET, by=by, at=at or timezone.now())


def approve_inner(undertaking: Undertaking, *, law: Workflow, by: Actor, at: datetime) -> None:
    engine.take(
        law,
        "approve",
        undertaking,
        by=by,
        at=at,
        sets={
            "approved_by": by.person,
            "approved_at": at,
            "approved_hash": undertaking.content_hash,
            "approving_authority": by.organisation,
        },
        details={"content_hash": undertaking.content_hash},
    )


@transaction.atomic
def bring_into_force(
    *, undertaking: Undertaking, by: Actor, seen_hash: str, at: datetime | None = None
) -> None:
    """The second person's yes: certificates of the period can rely on it, and the signed document is owed."""
    engine.lock(undertaking)
    _refuse_unseen(undertaking, seen_hash)
    bring_inner(undertaking, law=workflow.BLANKET, by=by, at=at or timezone.now())
    if undertaking.revision_number:
        errands.owe(PRINT, subject=undertaking, key=str(undertaking.revision_number))


def bring_inner(undertaking: Undertaking, *, law: Workflow, by: Actor, at: datetime) -> None:
    """In force. The document of one that goes with a certificate is owed once the certificate's is made."""
    block = pledged.issue_block(undertaking, by=by, at=at, approver=_approver(undertaking))
    engine.take(
        law,
        "bring_into_force",
        undertaking,
        by=by,
        at=at,
        sets={"brought_by": by.person, "brought_at": at, "issue_block": block},
        details={"content_hash": undertaking.content_hash},
    )


def _approver(undertaking: Undertaking) -> dict[str, str]:
    person, authority = undertaking.approved_by, undertaking.approving_authority
    return {
        "name": person.full_name if person else "",
        "designation": actors.of(person, authority).designation if person and authority else "",
        "authority": authority.name if authority else "",
    }


def _refuse_unseen(undertaking: Undertaking, seen_hash: str) -> None:
    if seen_hash != undertaking.content_hash:
        raise engine.WrongStatus(_("The undertaking changed since you opened it; read it again first."))


@transaction.atomic
def send_back(*, undertaking: Undertaking, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Return it for correction with a reason."""
    engine.take(
        workflow.BLANKET, "send_back", undertaking, by=by, at=at, sets=NO_APPROVAL, details={"reason": reason}
    )


@transaction.atomic
def reject(*, undertaking: Undertaking, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Refuse it for good."""
    _end(undertaking, "reject", by=by, reason=reason, at=at)


@transaction.atomic
def withdraw(*, undertaking: Undertaking, by: Actor, reason: str, at: datetime | None = None) -> None:
    """The importer takes it back before it is in force."""
    _end(undertaking, "withdraw", by=by, reason=reason, at=at)


@transaction.atomic
def release(*, undertaking: Undertaking, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Free the importer of the promise from now on."""
    _end(undertaking, "release", by=by, reason=reason, at=at)


@transaction.atomic
def declare_breach(
    *, undertaking: Undertaking, by: Actor, reason: str, concerns: list[str], at: datetime | None = None
) -> None:
    """Record that promises were broken; `concerns` are the codes of the broken clauses, which it must hold."""
    engine.lock(undertaking)
    promised = {row.clause.code for row in undertaking.rows() if not row.clause.is_exception}
    if unknown := set(concerns) - promised:
        raise engine.NotAllowed(
            _("The undertaking does not promise %(codes)s.") % {"codes": ", ".join(sorted(unknown))}
        )
    _end(undertaking, "declare_breach", by=by, reason=reason, at=at, concerns=sorted(set(concerns)))


@transaction.atomic
def revoke(*, undertaking: Undertaking, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Take the undertaking out of force for a reason other than breach or release."""
    _end(undertaking, "revoke", by=by, reason=reason, at=at)


def _end(
    undertaking: Undertaking, verb: str, *, by: Actor, reason: str, at: datetime | None, **columns: Any
) -> None:
    at = at or timezone.now()
    engine.take(
        undertaking.law,
        verb,
        undertaking,
        by=by,
        at=at,
        sets={"ended_by": by.person, "ended_at": at, "end_reason": reason, **columns},
        details={"reason": reason, **columns},
    )
