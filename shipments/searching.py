"""Where consignments are looked for."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import finding
from accounts.actors import Actor
from accounts.finding import Asked, Hit, Place, Searcher, contains
from euc.searching import of_importers
from shipments.models import Consignment

PAPERS = (
    "reference",
    "invoice_number",
    "transport_document",
    "house_document",
    "boe_number",
    "exporter_name",
)


def _papers(question: Asked, actor: Actor) -> Q:
    return contains(question, *PAPERS)


def _certificates(question: Asked, actor: Actor) -> Q:
    return contains(question, "certificate__reference")


def _licences(question: Asked, actor: Actor) -> Q:
    return contains(question, "licence__number")


def _consignment(row: Consignment) -> Hit:
    return Hit(
        row.reference,
        reverse("shipments:consignment-detail", args=[row.slug]),
        (str(row.importer), row.exporter_name, row.invoice_number),
        row.status,
        row.status_label,
        row.tone,
    )


def _exact(question: Asked) -> Q:
    numbers = ("invoice_number", "transport_document", "house_document", "boe_number")
    found = Q(reference=question.reference)
    for number in numbers:
        found |= Q(**{number: question.text})
    return found


CONSIGNMENTS = finding.register(
    Searcher(
        _("Consignments"),
        lambda actor: Consignment.objects.visible_to(actor).for_list(),
        _exact,
        (
            Place(_("Papers"), _papers),
            Place(_("Certificate"), _certificates),
            Place(_("Licence"), _licences),
            Place(_("Importer"), of_importers),
        ),
        _consignment,
        "shipments:consignment-list",
        order=50,
    )
)
