"""Where licence cases and licences are looked for."""

from __future__ import annotations

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts import finding
from accounts.actors import Actor
from accounts.finding import Asked, Hit, Place, Searcher, contains
from euc.searching import of_importers
from licensing.models import Licence, LicenceCase


def _numbers(question: Asked, actor: Actor) -> Q:
    return contains(question, "reference", "application_number", "exporter_name")


def _certificates(question: Asked, actor: Actor) -> Q:
    return contains(question, "certificate__reference")


def _licence_numbers(question: Asked, actor: Actor) -> Q:
    return contains(question, "number", "contract_number", "exporter_name")


def _case(row: LicenceCase) -> Hit:
    return Hit(
        row.reference,
        reverse("licensing:case-detail", args=[row.slug]),
        (str(row.importer), row.exporter_name, row.application_number),
        row.status,
        row.status_label,
        row.tone,
    )


def _licence(row: Licence) -> Hit:
    """A licence is read with the case it came from."""
    case = next(iter(row.cases.all()), None)
    register = f"{reverse('licensing:register')}?{urlencode({'q': row.number})}"
    return Hit(
        row.number,
        reverse("licensing:case-detail", args=[case.slug]) if case else register,
        (str(row.importer), row.exporter_name, row.contract_number),
        row.status,
        row.status_label,
        row.tone,
    )


CASES = finding.register(
    Searcher(
        _("Licence cases"),
        lambda actor: LicenceCase.objects.visible_to(actor).for_list(),
        lambda question: Q(reference=question.reference) | Q(application_number=question.text),
        (
            Place(_("Number or exporter"), _numbers),
            Place(_("Certificate"), _certificates),
            Place(_("Importer"), of_importers),
        ),
        _case,
        "licensing:case-list",
        order=30,
    )
)
LICENCES = finding.register(
    Searcher(
        _("Licences"),
        lambda actor: (
            Licence.objects.visible_to(actor)
            .select_related("importer")
            .prefetch_related(Prefetch("cases", LicenceCase.objects.order_by("id")))
        ),
        lambda question: Q(number=question.text),
        (Place(_("Number or exporter"), _licence_numbers), Place(_("Importer"), of_importers)),
        _licence,
        "licensing:register",
        order=40,
    )
)
