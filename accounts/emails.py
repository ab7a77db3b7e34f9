"""Messages about accounts: model in, mail out."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _


def send_invitation(invitation, *, token: str) -> None:
    """Send the link that accepts an invitation, in the inviter's language. Raises what the mail server raises."""
    with translation.override(invitation.invited_by.language):
        _send_invitation(invitation, token)


def _send_invitation(invitation, token):
    context = {
        "invitation": invitation,
        "product_name": settings.PRODUCT_NAME,
        "address": settings.SITE_URL + reverse("accounts:accept-invitation", args=[token]),
    }
    organisation = " ".join(invitation.organisation.name.split())
    send_mail(
        _("Invitation to act for %(organisation)s") % {"organisation": organisation},
        render_to_string("accounts/emails/invitation.txt", context),
        None,
        [invitation.email],
    )
