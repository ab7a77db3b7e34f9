"""Errands of this app: the mail an invitation owes."""

from django.utils import timezone

from accounts import digests, emails, notices, services
from accounts.models import Digest, Invitation, Notice
from workflow import errands


def send_invitation(errand) -> None:
    """Give the offer a fresh secret and mail it. A repeated run voids the link of the run before."""
    invitation = Invitation.objects.select_related("organisation", "invited_by").get(pk=errand.subject_id)
    token = services.renew_token(invitation)
    if token:
        emails.send_invitation(invitation, token=token)


def mail_notice(errand) -> None:
    """Mail one notice at once, unless the person has left the organisation or read it since."""
    notice = Notice.objects.select_related("person", "organisation").get(pk=errand.subject_id)
    if notice.read_at is None and _still_theirs(notice.person, [notice]):
        emails.send_notices(notice.person, [notice], key=f"notice-{notice.pk}")


def send_digest(errand) -> None:
    """Mail one person what they have not read; nothing when that is nothing by now."""
    digest = Digest.objects.select_related("person").get(pk=errand.subject_id)
    waiting = list(digest.notices.unread().select_related("organisation").order_by("organisation", "id"))
    kept = _still_theirs(digest.person, waiting)
    if kept:
        emails.send_notices(digest.person, kept, key=digest.reference + f"-{digest.pk}", day=digest.day)


def _still_theirs(person, found) -> list[Notice]:
    """The notices of organisations this person still acts for."""
    held = set(person.memberships.active().values_list("organisation", flat=True))
    return [notice for notice in found if notice.organisation_id in held]


def note_that_sent(errand, result) -> None:
    Digest.objects.filter(pk=errand.subject_id).update(sent_at=timezone.now())


def _nothing_more(errand, result) -> None:
    """The mail is out; there is nothing to store."""


errands.handle(services.SEND_INVITATION, work=send_invitation, settle=_nothing_more)
errands.handle(notices.MAIL, work=mail_notice, settle=_nothing_more)
errands.handle(digests.SEND, work=send_digest, settle=note_that_sent)
