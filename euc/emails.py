"""Messages about certificates and rules: model in, mail out."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.emails import message_id
from euc import noticing
from euc.models import ExpiryReminder, RuleNotice
from euc.models.certificate import today


def send_rule_notice(notice: RuleNotice) -> None:
    """Tell one importer's people of a rule that touches their certificates. Raises what the mail server raises.

    A repeated run sends the same Message-ID, by which mail systems know a message they have already.
    """
    people = noticing.users_of(notice.importer_id)
    addresses = [person.email for person in people]
    if not addresses:
        return
    with translation.override(people[0].language):
        message = EmailMessage(
            _("A control rule touches your certificates: %(rule)s") % {"rule": notice.rule.name},
            render_to_string("euc/emails/rule_notice.txt", _context(notice)),
            to=addresses,
            headers={"Message-ID": message_id(f"rule-notice-{notice.pk}")},
        )
        message.send()


def send_expiry_reminder(reminder: ExpiryReminder) -> None:
    """Tell one person, in their language, that a certificate ends soon. Raises what the mail server raises."""
    certificate, person = reminder.certificate, reminder.person
    with translation.override(person.language):
        EmailMessage(
            _("%(reference)s ends soon") % {"reference": certificate.reference},
            render_to_string(
                "euc/emails/expiry_reminder.txt",
                {
                    "certificate": certificate,
                    "left": (certificate.valid_until - today()).days,
                    "product_name": settings.PRODUCT_NAME,
                    "address": settings.SITE_URL
                    + reverse("euc:certificate-detail", args=[certificate.reference]),
                },
            ),
            to=[person.email],
            headers={"Message-ID": message_id(f"expiry-reminder-{reminder.pk}")},
        ).send()


def _context(notice: RuleNotice) -> dict[str, object]:
    return {
        "notice": notice,
        "rule": notice.rule,
        "product_name": settings.PRODUCT_NAME,
        "address": settings.SITE_URL + reverse("euc:rule-detail", args=[notice.rule.reference]),
        "certificates": settings.SITE_URL + reverse("euc:certificate-list"),
    }
