"""Errands of this app: the mail an invitation owes."""

from accounts import emails, services
from accounts.models import Invitation
from workflow import errands


def send_invitation(errand) -> None:
    """Give the offer a fresh secret and mail it. A repeated run voids the link of the run before."""
    invitation = Invitation.objects.select_related("organisation", "invited_by").get(pk=errand.subject_id)
    token = services.renew_token(invitation)
    if token:
        emails.send_invitation(invitation, token=token)


def _nothing_more(errand, result) -> None:
    """The mail is out; there is nothing to store."""


errands.handle(services.SEND_INVITATION, work=send_invitation, settle=_nothing_more)
