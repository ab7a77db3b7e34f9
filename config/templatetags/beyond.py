"""Links from a page of one app to pages of the apps above it, which it does not know."""

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from licensing.models import LicenceCase

register = template.Library()


@register.simple_tag
def links_about(certificate):
    """Where to go on from an issued certificate: label and address. One query."""
    if not certificate.was_issued:
        return []
    cases = LicenceCase.objects.filter(certificate=certificate).order_by("id")
    followed = [
        {
            "label": f"{_('Chinese export licence')}: {case.status_label}",
            "url": reverse("licensing:case-detail", args=[case.slug]),
        }
        for case in cases
    ]
    balance = reverse("shipments:balance", args=[certificate.slug])
    return [*followed, {"label": _("Consignments and mass balance"), "url": balance}]


@register.simple_tag
def may_follow(certificate, actor):
    """Whether this person may open a licence case for it by hand."""
    if not certificate.was_issued or not actor or not actor.has("DRAFTER", "SIGNATORY", "OFFICER", "SENIOR"):
        return False
    return not LicenceCase.objects.open().filter(certificate=certificate).exists()
