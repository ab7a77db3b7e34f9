"""Messages about accounts: model in, mail out."""

from django.conf import settings
from django.core.mail import EmailMessage, send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import notices


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


def send_notices(person, found, *, key, day=None) -> None:
    """One mail, in the person's language, of one notice or of a day's. Raises what the mail server raises.

    A repeated run sends the same Message-ID (`key`), by which mail systems know a message they have already.
    """
    with translation.override(person.language):
        said = [{"notice": one, "text": notices.words(one)} for one in found]
        subject = said[0]["text"]
        if day is not None:
            count = ngettext("%(count)d notice waits for you", "%(count)d notices wait for you", len(found))
            subject = count % {"count": len(found)}
        context = {"said": said, "site_url": settings.SITE_URL, "product_name": settings.PRODUCT_NAME}
        body = render_to_string("accounts/emails/notices.txt", context)
        heads = {"Message-ID": message_id(key)}
        EmailMessage(" ".join(subject.split()), body, to=[person.email], headers=heads).send()


def message_id(key: str) -> str:
    """The same for the same key: by it mail systems know a message they have already."""
    host = settings.SITE_URL.partition("//")[2].partition("/")[0].partition(":")[0] or "localhost"
    return f"<{key}@{host}>"
