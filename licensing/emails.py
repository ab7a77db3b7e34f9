"""Messages about licence cases and their supplier rooms: model in, mail out. All raise what the mail server does."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.emails import message_id
from licensing import presenting
from licensing.mail import tagging
from licensing.models import CaseReminder, LicenceCase, RoomCode, RoomInvitation, RoomPost


def send_room_invitation(invitation: RoomInvitation, *, token: str) -> None:
    """Send the exporter the link, in the language of the invitation and in English below."""
    address = settings.SITE_URL + reverse("licensing:room", args=[token])
    case = invitation.case
    with translation.override(invitation.language):
        importer = " ".join((case.importer.name_zh or case.importer.name).split())
        subject = _("%(importer)s asks for your help with an export licence") % {"importer": importer}
    answers = tagging.address_of(case)  # what the exporter answers belongs to the case
    _to_exporter(invitation, subject, "room_invitation", reply_to=answers, address=address)


def send_room_code(code: RoomCode, *, digits: str) -> None:
    """Send the exporter the one-time code. It says nothing of the case."""
    with translation.override(code.invitation.language):
        subject = _("%(digits)s is your code") % {"digits": digits}
    _to_exporter(code.invitation, subject, "room_code", digits=digits)


def send_correction(post: RoomPost) -> None:
    """Tell who invited the exporter that something has to be corrected. A repeated run repeats the Message-ID."""
    invitation = post.invitation
    with translation.override(invitation.invited_by.language):
        EmailMessage(
            _("%(reference)s: the exporter asks for a correction") % {"reference": post.reference},
            _text("correction", {"post": post, "address": address_of(invitation.case)}),
            to=[invitation.invited_by.email],
            headers={"Message-ID": message_id(f"room-post-{post.pk}")},
        ).send()


def send_reminder(reminder: CaseReminder, *, left: int) -> None:
    """Tell one person, in their language, what presses on a case. A repeated run repeats the Message-ID."""
    case = reminder.case
    with translation.override(reminder.person.language):
        about = {
            "reminder": reminder,
            "case": case,
            "left": left,
            "limit_over": presenting.limit_over(case, reminder.on),
            "address": address_of(case),
        }
        EmailMessage(
            f"{case.reference}: {reminder.get_kind_display()}",
            _text("reminder", about),
            to=[reminder.person.email],
            headers={"Message-ID": message_id(f"case-reminder-{reminder.pk}")},
        ).send()


def address_of(case: LicenceCase) -> str:
    """The case's page, as a link in a mail."""
    return settings.SITE_URL + reverse("licensing:case-detail", args=[case.slug])


def _to_exporter(
    invitation: RoomInvitation, subject: str, template: str, *, reply_to: str = "", **context: Any
) -> None:
    texts = []
    for language in dict.fromkeys([invitation.language, "en"]):
        with translation.override(language):
            texts.append(_text(template, {"invitation": invitation, "case": invitation.case, **context}))
    body = "\n\n– – –\n\n".join(texts)
    EmailMessage(subject, body, to=[invitation.email], reply_to=[reply_to] if reply_to else None).send()


def _text(template: str, context: dict[str, Any]) -> str:
    given = {"product_name": settings.PRODUCT_NAME, **context}
    return render_to_string(f"licensing/emails/{template}.txt", given).strip()
