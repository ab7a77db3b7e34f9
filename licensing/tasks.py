"""Errands of licence cases: mails, with the secrets made where they are sent; feeds that are asked and read."""

from __future__ import annotations

from django.utils import timezone

from accounts import actors
from documents import storing
from euc import control, noticing
from licensing import (
    brief_printing,
    briefing,
    emails,
    entering,
    feed_asking,
    feed_records,
    feed_taking,
    feed_working,
    reminding,
    rooms,
)
from licensing.models import (
    CaseBrief,
    CaseReminder,
    FeedDelivery,
    FeedSource,
    RoomCode,
    RoomInvitation,
    RoomPost,
)
from workflow import errands, events
from workflow.models import Errand


def send_room_invitation(errand: Errand) -> None:
    """Give the link a fresh secret and mail it. A repeated run voids the link of the run before."""
    related = ("case__importer", "case__certificate", "invited_by")
    invitation = RoomInvitation.objects.select_related(*related).get(pk=errand.subject_id)
    token = entering.renew_token(invitation)
    if token:
        emails.send_room_invitation(invitation, token=token)


def send_room_code(errand: Errand) -> None:
    """Make the digits and mail them; nothing is sent for a code that was asked for too long ago."""
    code = RoomCode.objects.select_related("invitation__case__importer").get(pk=errand.subject_id)
    digits = entering.renew_code(code)
    if digits:
        emails.send_room_code(code, digits=digits)


def tell_of_correction(errand: Errand) -> None:
    """Mail who invited the exporter."""
    related = ("invitation__case", "invitation__invited_by")
    emails.send_correction(RoomPost.objects.select_related(*related).get(pk=errand.subject_id))


def remind(errand: Errand) -> None:
    """Mail one person, unless what presses has passed or the person left since."""
    reminder = _reminder(errand)
    found = reminding.pressing(reminder.case, control.day_in_china())
    left = next((one.left for one in found if (one.kind, one.on) == (reminder.kind, reminder.on)), None)
    if left is not None and reminder.person in noticing.users_of(reminder.case.importer_id):
        emails.send_reminder(reminder, left=left)


def _reminder(errand: Errand) -> CaseReminder:
    related = ("case__importer", "case__licence", "person")
    return CaseReminder.objects.select_related(*related).get(pk=errand.subject_id)


def note_that_reminded(errand: Errand, result: None) -> None:
    """Keep when the reminder went out, in the fenced transaction."""
    reminder = _reminder(errand)
    CaseReminder.objects.filter(pk=reminder.pk).update(sent_at=timezone.now())
    events.record(
        book=reminder.book,
        subject=reminder.case,
        verb="licensing.case.remind",
        by=actors.clock(),
        details={"kind": reminder.kind, "on": reminder.on, "person": reminder.person_id},
    )


def make_brief(errand: Errand) -> bytes:
    """Print and seal one brief."""
    return brief_printing.pdf(_brief(errand))


def keep_brief(errand: Errand, pdf: bytes) -> None:
    """Keep the PDF, in the fenced transaction."""
    brief = _brief(errand)
    name = f"{brief.case.slug}-brief-{brief.number}.pdf"
    stored = storing.store(content=pdf, name=name, media_type="application/pdf", book=brief.book)
    CaseBrief.objects.filter(pk=brief.pk, file=None).update(file=stored)


def _brief(errand: Errand) -> CaseBrief:
    return CaseBrief.objects.select_related("case", "prepared_by").get(pk=errand.subject_id)


def poll_feed(errand: Errand) -> feed_asking.Answer | None:
    """Ask the source; whatever it answers, or does not, is an answer."""
    return feed_asking.ask(_source(errand))


def note_answer(errand: Errand, answer: feed_asking.Answer | None) -> None:
    """Keep the answer, and owe the work on what came, in the fenced transaction."""
    feed_asking.note_answer(_source(errand), int(errand.key.rpartition(":")[2]), answer)


def _source(errand: Errand) -> FeedSource:
    return FeedSource.objects.select_related("organisation").get(pk=errand.subject_id)


def read_feed(errand: Errand) -> feed_records.Unreadable | bool:
    """Work off rows, each in its own transaction; whether all are done, or why there are none."""
    delivery = _delivery(errand)
    if delivery.ended_at:
        return True
    try:
        rows = feed_working.rows_of(delivery)
    except feed_records.Unreadable as problem:
        return problem
    return feed_working.work_off(delivery, rows)


def note_rows(errand: Errand, found: feed_records.Unreadable | bool) -> None:
    """Write the run when all is done or nothing can be, else owe the rest."""
    delivery = _delivery(errand)
    if isinstance(found, feed_records.Unreadable):
        feed_working.give_up(delivery, found.code, found.words)
    elif found:
        feed_working.finish(delivery)
    else:
        feed_working.owe_more(delivery)


def _delivery(errand: Errand) -> FeedDelivery:
    return FeedDelivery.objects.select_related("source__organisation", "file").get(pk=errand.subject_id)


def nothing_more(errand: Errand, result: None) -> None:
    """The work left its trace; there is nothing to store."""


errands.handle(rooms.SEND_INVITATION, work=send_room_invitation, settle=nothing_more)
errands.handle(entering.SEND_CODE, work=send_room_code, settle=nothing_more)
errands.handle(rooms.TELL_OF_CORRECTION, work=tell_of_correction, settle=nothing_more)
errands.handle(reminding.REMIND, work=remind, settle=note_that_reminded)
errands.handle(briefing.MAKE, work=make_brief, settle=keep_brief)
errands.handle(feed_asking.POLL, work=poll_feed, settle=note_answer)
errands.handle(feed_taking.READ, work=read_feed, settle=note_rows)
