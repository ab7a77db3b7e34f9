"""Messages about figures: model in, mail out. All raise what the mail server does."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from accounts.emails import message_id
from documents import rendering, signing
from ministry import overview, published, reading
from ministry.models import DigestChoice
from ministry.naming import Names

TEMPLATE = "ministry/print/digest.html"


def send_digest(choice: DigestChoice, *, key: str, at: datetime) -> None:
    """The overview as a sealed PDF, in the person's language. A repeated run sends the same Message-ID."""
    with translation.override(choice.person.language):
        day = formats.date_format(timezone.localtime(at), "SHORT_DATE_FORMAT")
        subject = _("Figures of %(day)s") % {"day": day}
        context = {"site_url": settings.SITE_URL, "product_name": settings.PRODUCT_NAME, "subject": subject}
        mail = EmailMessage(
            subject,
            render_to_string("ministry/emails/digest.txt", context),
            to=[choice.person.email],
            headers={"Message-ID": message_id(key)},
        )
        mail.attach("figures.pdf", digest_pdf(title=subject, at=at), "application/pdf")
    mail.send()


def digest_pdf(*, title: str, at: datetime) -> bytes:
    """The overview on paper, in the language that is active."""
    names = Names()
    with reading.reader() as reader:
        found = reader.together(lambda reader: overview.found(reader, names))
    context = {**found, "title": title, "now": at, "published": published.TRADE}
    context |= {"product_name": settings.PRODUCT_NAME, "language": translation.get_language()}
    pdf = rendering.print_html(
        render_to_string(TEMPLATE, context),
        title=title,
        language=translation.get_language() or "en",
        created_at=at,
    )
    return signing.seal(pdf, reason=title, at=at).content
