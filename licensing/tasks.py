"""Errands of licence cases: mails, with the secrets made where they are sent, and the dossier's sealed contents."""

from __future__ import annotations

from euc import dossier
from euc.models import Certificate
from licensing import emails, entering, rooms
from licensing.models import RoomCode, RoomInvitation, RoomPost
from workflow import errands
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


def seal_contents(errand: Errand) -> None:
    """Seal and register the dossier's list of contents; the first of an edition stays. Raises NoKey without a key."""
    certificate = Certificate.objects.get(pk=errand.subject_id)
    dossier.sheet(certificate, dossier.items(certificate))


def nothing_more(errand: Errand, result: None) -> None:
    """The work left its trace; there is nothing to store."""


errands.handle(rooms.SEND_INVITATION, work=send_room_invitation, settle=nothing_more)
errands.handle(entering.SEND_CODE, work=send_room_code, settle=nothing_more)
errands.handle(rooms.TELL_OF_CORRECTION, work=tell_of_correction, settle=nothing_more)
errands.handle(rooms.SEAL_CONTENTS, work=seal_contents, settle=nothing_more)
