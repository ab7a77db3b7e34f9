"""The verbs on mail: take in, once; bring to a case; confirm or dismiss what it suggests.

Mail is taken in by a named system user without any role, and changes no case: only a person's confirmation makes a
report. All refuse with the engine's refusals; `at` is a moment in UTC.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actors
from accounts.actors import Actor
from documents import storing
from documents.models import StoredFile
from euc import control
from licensing import services
from licensing.mail import reading, sorting, words
from licensing.mail.reading import Letter
from licensing.mail.sorting import Sorted
from licensing.models import (
    LicenceCase,
    MailArrival,
    MailBox,
    MailMatching,
    MailMessage,
    MailRuling,
    MailSuggestion,
    StatusReport,
)
from licensing.models.mail import SURE, UNSURE
from workflow import engine, events

log = logging.getLogger(__name__)

BOOK, MEDIA_TYPE = "mail", "message/rfc822"
MAIL_EMAIL, MAIL_NAME = "mail@system.invalid", "Mailbox"
LATEST = timedelta(days=30)  # a mail that is older when it arrives is of the day it arrives


@dataclass(frozen=True)
class Place:
    """Where a message lay: a mailbox and its number there."""

    box: MailBox
    uid_validity: int
    uid: int


# --- taking in -------------------------------------------------------------------------------------------


def take(
    content: bytes,
    *,
    place: Place | None = None,
    received_at: datetime | None = None,
    at: datetime | None = None,
) -> MailMessage:
    """Take a whole mail in; one that is known by its bytes and Message-ID is counted as arrived again."""
    letter = reading.read(content)
    digest = hashlib.sha256(content).hexdigest()
    return _take(letter, digest, len(content), content, place, received_at, at or timezone.now())


def take_head(
    head: bytes,
    *,
    size: int,
    fault: str,
    place: Place,
    received_at: datetime | None = None,
    at: datetime | None = None,
) -> MailMessage:
    """Take note of a mail of which only the head was fetched; it is kept apart for that `fault`."""
    letter = reading.head_of(head, fault)
    said = head if head else f"{place.box.name} {place.uid_validity} {place.uid}".encode()
    digest = hashlib.sha256(b"head only, of %d bytes\n" % size + said).hexdigest()
    return _take(letter, digest, size, None, place, received_at, at or timezone.now(), fault=fault)


@transaction.atomic
def _take(
    letter: Letter,
    digest: str,
    size: int,
    content: bytes | None,
    place: Place | None,
    received_at: datetime | None,
    at: datetime,
    fault: str = "",
) -> MailMessage:
    if place is not None:  # one order for all who take from this mailbox
        engine.lock(place.box)
    message = MailMessage.objects.filter(digest=digest, message_id=letter.message_id).first()
    if message is None:
        received_at = min(received_at or at, at)
        found = sorting.sort(letter, received_at=received_at, fault=fault)
        message = _create(letter, found, digest, size, content, received_at)
        if found.case and found.outcome == MailMessage.Outcome.MATCHED:
            _read(message, found.case, at)
    _arrive(message, place, at)
    return message


def _create(
    letter: Letter, found: Sorted, digest: str, size: int, content: bytes | None, received_at: datetime
) -> MailMessage:
    return MailMessage.objects.create(
        digest=digest,
        message_id=letter.message_id,
        sender=letter.senders[0] if len(letter.senders) == 1 else ", ".join(letter.senders)[:320],
        recipients=", ".join(letter.recipients)[:1000],
        subject=letter.subject,
        sent_at=letter.sent_at,
        received_at=received_at,
        size=size,
        file=_stored(content, digest) if content is not None else None,
        text=letter.text,
        attachments=list(letter.attachments),
        proof=found.proof,
        is_sender_known=found.is_sender_known,
        case=found.case,
        found_by=found.found_by,
        outcome=found.outcome,
        reason=found.reason,
    )


def _stored(content: bytes, digest: str) -> StoredFile:
    return storing.store(content=content, name=f"{digest[:12]}.eml", media_type=MEDIA_TYPE, book=BOOK)


def _arrive(message: MailMessage, place: Place | None, at: datetime) -> None:
    if place is None:
        MailArrival.objects.create(message=message, arrived_at=at)
        return
    where = {"box": place.box, "uid_validity": place.uid_validity, "uid": place.uid}
    MailArrival.objects.get_or_create(**where, defaults={"message": message, "arrived_at": at})
    pass_over(place)


def pass_over(place: Place) -> None:
    """Note that the mailbox was read so far."""
    behind = MailBox.objects.filter(pk=place.box.pk, uid_validity=place.uid_validity, last_uid__lt=place.uid)
    behind.update(last_uid=place.uid, trying_uid=0, tries=0)


def _read(message: MailMessage, case: LicenceCase, at: datetime) -> None:
    """Write down what a message suggests of a case, and an event where the importer may see the message."""
    made = [one for one in _suggestions(message, case, at) if not _is_said_already(one)]
    for one in made:
        one.save()
    if message.found_by != MailMessage.FoundBy.WORDS or message.outcome != MailMessage.Outcome.MATCHED:
        _record("receive_mail", case, by=actor_of(case), at=at, message=message.pk, suggestions=len(made))


def _suggestions(message: MailMessage, case: LicenceCase, at: datetime) -> list[MailSuggestion]:
    said = words.read(message.subject, message.text, day=_day(message, at))
    is_proven = message.is_proven and not said.is_forwarded
    return [
        MailSuggestion(
            message=message,
            case=case,
            claimed=claim.station,
            claimed_on=claim.on,
            is_day_told=claim.is_day_told,
            passage=claim.passage,
            confidence=SURE if is_proven and claim.is_day_told else UNSURE,
            application_number=said.application_number,
            licence_number=said.licence_number,
            made_at=at,
        )
        for claim in said.claims
    ]


def _day(message: MailMessage, at: datetime) -> Any:
    """The day in China on which it was written, as far as that is believable."""
    sent = message.sent_at
    is_believed = sent is not None and message.received_at - LATEST <= sent <= message.received_at
    return control.day_in_china(sent if is_believed else message.received_at)


def _is_said_already(one: MailSuggestion) -> bool:
    same = MailSuggestion.objects.filter(case=one.case, claimed=one.claimed, claimed_on=one.claimed_on)
    return same.exists() if one.confidence == UNSURE else same.filter(confidence=one.confidence).exists()


def actor_of(case: LicenceCase) -> Actor:
    """Who takes mail in: a system user for the case's importer, without any role. May write its row once."""
    return Actor(actors.system_person(MAIL_EMAIL, MAIL_NAME), case.importer, frozenset(), MAIL_NAME)


# --- people ----------------------------------------------------------------------------------------------


def may_match(by: Actor) -> bool:
    """Whether this person may bring mail to cases: officers, who see all of it."""
    return bool(by.roles & services.OFFICERS)


def is_to_match(message: MailMessage) -> bool:
    """Whether a message may still be brought to a case: not what its own tag, or an officer, brought to one."""
    is_tagged = message.outcome == MailMessage.Outcome.MATCHED and message.found_by == MailMessage.FoundBy.TAG
    return not is_tagged and not MailMatching.objects.filter(message=message).exists()


@transaction.atomic
def match(*, message: MailMessage, case: LicenceCase, by: Actor, at: datetime | None = None) -> None:
    """Bring a message to a case; from then on the case's importer sees it. What it suggests is never sure."""
    at = at or timezone.now()
    engine.lock(case)
    if not may_match(by):
        raise engine.NotAllowed(_("Only officers bring mail to cases."))
    is_new = False
    if is_to_match(message):
        given = {"case": case, "matched_by": by.person, "matched_at": at}
        _made, is_new = MailMatching.objects.get_or_create(message=message, defaults=given)
    if not is_new:
        raise engine.WrongStatus(_("This message was brought to a case already."))
    for one in message.suggestions.pending().exclude(case=case):
        MailRuling.objects.create(suggestion=one, ruled_by=by.person, ruled_at=at)
    known = set(message.suggestions.filter(case=case).values_list("claimed", flat=True))
    made = [one for one in _suggestions(message, case, at) if one.claimed not in known]
    for one in made:
        one.confidence = UNSURE
        one.save()
    _record("match_mail", case, by=by, at=at, message=message.pk, suggestions=len(made) + len(known))


@transaction.atomic
def confirm(
    *, suggestion: MailSuggestion, by: Actor, claimed: str, at: datetime | None = None, **told: Any
) -> StatusReport:
    """Report what a mail says, as the person put it, with the mail as evidence. Confirmed twice it reports once."""
    at = at or timezone.now()
    case, ruling = _hold(suggestion, by)
    if ruling is not None:
        if ruling.report is None:
            raise engine.WrongStatus(_("It was dismissed already."))
        return ruling.report
    message = suggestion.message
    made = services.report(
        case=case,
        by=by,
        claimed=claimed,
        source=StatusReport.Source.EMAIL,
        evidence=message.file,
        evidence_name=f"{message.digest[:12]}.eml" if message.file else "",
        at=at,
        **told,
    )
    MailRuling.objects.create(suggestion=suggestion, report=made, ruled_by=by.person, ruled_at=at)
    return made


@transaction.atomic
def dismiss(*, suggestion: MailSuggestion, by: Actor, at: datetime | None = None) -> None:
    """Say that a mail does not say this. It stays to be seen; dismissed twice it is dismissed once."""
    at = at or timezone.now()
    case, ruling = _hold(suggestion, by)
    if ruling is not None:
        if ruling.report is not None:
            raise engine.WrongStatus(_("It was confirmed already; withdraw the report instead."))
        return
    MailRuling.objects.create(suggestion=suggestion, ruled_by=by.person, ruled_at=at)
    _record("dismiss_mail", case, by=by, at=at, message=suggestion.message_id, claimed=suggestion.claimed)


def _hold(suggestion: MailSuggestion, by: Actor) -> tuple[LicenceCase, MailRuling | None]:
    """Hold the case's row, so that two people have one order; refuse who may not decide here."""
    case = suggestion.case
    engine.lock(case)
    is_theirs = MailSuggestion.objects.visible_to(by).filter(pk=suggestion.pk).exists()
    if not (is_theirs and services.may_report(case, by)):
        raise engine.NotAllowed(_("Only the importer's people and officers report here."))
    return case, MailRuling.objects.select_related("report").filter(suggestion=suggestion).first()


def _record(verb: str, case: LicenceCase, *, by: Actor, at: datetime, **details: Any) -> None:
    events.record(book=case.book, subject=case, verb=f"licensing.case.{verb}", by=by, at=at, details=details)
