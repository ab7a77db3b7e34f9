"""The verbs of the supplier room: invite, revoke; inside it report, ask for a correction, fetch the dossier.

Nobody in a room has an account: what is done there is done by a named system user, with the invitation (and with it
the exporter's address and who invited it) in the event. Refusals are the engine's; `at` is a moment in UTC.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actors
from accounts.actors import Actor
from accounts.roles import Role
from documents.models import StoredFile
from euc import dossier
from licensing import services
from licensing.models import LicenceCase, RoomInvitation, RoomPost, StatusReport
from workflow import engine, errands, events
from workflow.law import Miss

INVITATION_LASTS = timedelta(days=14)
MOST_POSTS_A_DAY = 40
MOST_OPEN_INVITATIONS = 5

SEND_INVITATION = "licensing.send_room_invitation"
TELL_OF_CORRECTION = "licensing.tell_of_correction"

ROOM_EMAIL, ROOM_NAME = "room@system.invalid", "Supplier room"


# --- the importer's side ---------------------------------------------------------------------------------


def may_invite(case: LicenceCase, by: Actor) -> bool:
    """Whether this person may open the case to its exporter: those of the importer who report on it."""
    return bool(by.organisation.pk == case.importer_id and by.has(Role.DRAFTER, Role.SIGNATORY))


@transaction.atomic
def invite(
    *,
    case: LicenceCase,
    by: Actor,
    email: str,
    language: str = RoomInvitation.Language.CHINESE,
    note: str = "",
    at: datetime | None = None,
) -> RoomInvitation:
    """Open the case to one address and owe the mail with the link; an open link to the same address is revoked."""
    at = at or timezone.now()
    engine.lock(case)
    _refuse_others(case, by)
    if not case.is_open:
        raise engine.WrongStatus(_("The case has ended; nobody is invited to it any more."))
    email = email.strip().lower()
    mine = RoomInvitation.objects.open(at).filter(case=case)
    for earlier in mine.filter(email=email):
        revoke(invitation=earlier, by=by, at=at)
    if mine.count() >= MOST_OPEN_INVITATIONS:
        text = _("%(count)d links are open already; revoke one first.") % {"count": MOST_OPEN_INVITATIONS}
        raise engine.WrongStatus(text)
    invitation = RoomInvitation.objects.create(
        case=case,
        email=email,
        language=language,
        note=note,
        token_hash=hashed(secrets.token_urlsafe(20)),  # of no use: the mail carries a fresh one
        invited_by=by.person,
        invited_at=at,
        expires_at=at + INVITATION_LASTS,
    )
    record("invite", invitation, by=by, at=at)
    errands.owe(SEND_INVITATION, subject=invitation)
    dossier.prepare(case.certificate)
    return invitation


@transaction.atomic
def revoke(*, invitation: RoomInvitation, by: Actor, at: datetime | None = None) -> None:
    """Close a link and every visit it opened, at once; one that is closed already stays as it is."""
    at = at or timezone.now()
    _refuse_others(invitation.case, by)
    ended = RoomInvitation.objects.filter(pk=invitation.pk, revoked_at=None)
    if ended.update(revoked_at=at, revoked_by=by.person):
        record("revoke_invitation", invitation, by=by, at=at)


def _refuse_others(case: LicenceCase, by: Actor) -> None:
    if not may_invite(case, by):
        raise engine.NotAllowed(_("Only the importer's people invite the exporter."))


# --- inside ----------------------------------------------------------------------------------------------


def actor_of(invitation: RoomInvitation) -> Actor:
    """Who acts in a room: a system user for the case's importer, without any role. May write its row once."""
    person = actors.system_person(ROOM_EMAIL, ROOM_NAME)
    return Actor(person, invitation.case.importer, frozenset(), invitation.email)


@transaction.atomic
def report(
    *,
    invitation: RoomInvitation,
    key: str,
    claimed: str,
    evidence: StoredFile | None = None,
    evidence_name: str = "",
    at: datetime | None = None,
    **told: Any,
) -> StatusReport:
    """Write down what the exporter says, as `services.report` takes it. The same form sent twice reports once."""
    at = at or timezone.now()
    hold_open(invitation, at)
    facts = {**told, "licence": asdict(told["licence"]) if told.get("licence") else None, "claimed": claimed}
    fingerprint = services.fingerprint(key, facts, evidence)
    if (known := _posted(invitation, fingerprint)) and known.report:
        return known.report
    _refuse_flood(invitation, at)
    made = services.report(
        case=invitation.case,
        by=actor_of(invitation),
        source=StatusReport.Source.SUPPLIER_ROOM,
        claimed=claimed,
        evidence=evidence,
        evidence_name=evidence_name,
        at=at,
        **told,
    )
    RoomPost.objects.create(invitation=invitation, fingerprint=fingerprint, report=made, posted_at=at)
    note_use(invitation, at)
    return made


@transaction.atomic
def ask_correction(
    *, invitation: RoomInvitation, key: str, text: str, at: datetime | None = None
) -> RoomPost:
    """Tell the importer what has to be corrected: an event on the case, and a mail to who invited."""
    at = at or timezone.now()
    hold_open(invitation, at)
    if not text:
        raise engine.Incomplete([Miss("", "text", _("Write what has to be corrected."))])
    fingerprint = services.fingerprint(key, {"text": text})
    if known := _posted(invitation, fingerprint):
        return known
    _refuse_flood(invitation, at)
    post = RoomPost.objects.create(invitation=invitation, fingerprint=fingerprint, text=text, posted_at=at)
    record("ask_correction", invitation, by=actor_of(invitation), at=at, reason=text)
    errands.owe(TELL_OF_CORRECTION, subject=post)
    note_use(invitation, at)
    return post


def _posted(invitation: RoomInvitation, fingerprint: str) -> RoomPost | None:
    return invitation.posts.select_related("report").filter(fingerprint=fingerprint).first()


def _refuse_flood(invitation: RoomInvitation, at: datetime) -> None:
    if invitation.posts.filter(posted_at__gt=at - timedelta(days=1)).count() >= MOST_POSTS_A_DAY:
        raise engine.WrongStatus(
            _("Too much was sent from here today. Go on tomorrow, or write to the importer.")
        )


# --- the dossier -----------------------------------------------------------------------------------------


def is_dossier_ready(case: LicenceCase) -> bool:
    """Whether the sealed list of contents of the present edition is there. Refuses as `dossier.refuse_unready`."""
    dossier.refuse_unready(case.certificate)
    return dossier.is_sealed(case.certificate)


def pack(*, invitation: RoomInvitation, at: datetime | None = None) -> bytes | None:
    """The dossier's ZIP, with an event that it was fetched; None while its list of contents is being sealed."""
    case = invitation.case
    if not is_dossier_ready(case):
        with transaction.atomic():
            dossier.prepare(case.certificate)
        return None
    content = dossier.pack(case.certificate)
    at = at or timezone.now()
    with transaction.atomic():
        hold_open(invitation, at)
        edition = dossier.edition(case.certificate)
        record("fetch_dossier", invitation, by=actor_of(invitation), at=at, edition=edition)
        note_use(invitation, at)
    return content


# --- what all of it shares -------------------------------------------------------------------------------


def hold_open(invitation: RoomInvitation, at: datetime) -> None:
    """Hold the case's row, so that a revocation and a double click have one order with what is done here."""
    engine.lock(invitation.case)
    if not RoomInvitation.objects.open(at).filter(pk=invitation.pk).exists():
        raise engine.WrongStatus(_("This link is not valid any more."))


def note_use(invitation: RoomInvitation, at: datetime) -> None:
    """Keep when the room was last used."""
    RoomInvitation.objects.filter(pk=invitation.pk).update(last_used_at=at)


def record(verb: str, invitation: RoomInvitation, *, by: Actor, at: datetime, **details: Any) -> None:
    """One event on the case, with whose room it was."""
    case = invitation.case
    about = {
        "invitation": invitation.pk,
        "address": invitation.email,
        "invited_by": str(invitation.invited_by),
    }
    events.record(
        book=case.book, subject=case, verb=f"licensing.case.{verb}", by=by, at=at, details=about | details
    )


def hashed(secret: str) -> str:
    """How secrets of 160 random bits are kept: SHA-256."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
