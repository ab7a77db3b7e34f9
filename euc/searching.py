"""Where certificates and undertakings are looked for. What is being redrafted is the importer's until sent again."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import finding
from accounts.actors import Actor
from accounts.finding import Asked, Hit, Place, Searcher, contains
from accounts.models import Organisation
from euc import workflow
from euc.models import Certificate, GoodsLine, Party, Undertaking


def of_importers(question: Asked, actor: Actor) -> Q | None:
    """Whose it is, for those who see more than one importer."""
    if actor.has(*workflow.IMPORTER_ROLES):
        return None
    named = Organisation.objects.filter(contains(question, "name", "name_zh", codes=("iec",)))
    return Q(importer__in=named.values("pk"))


def _sent(condition: Q, actor: Actor) -> Q:
    """For reviewers only in what is not being changed: what they may read is the text that was submitted."""
    return condition if actor.has(*workflow.IMPORTER_ROLES) else condition & ~Q(status__in=workflow.EDITABLE)


def _references(question: Asked, actor: Actor) -> Q:
    return contains(question, "reference")


def _orders(question: Asked, actor: Actor) -> Q:
    return _sent(contains(question, "po_number", "contract_number", "exporter_name"), actor)


def _parties(question: Asked, actor: Actor) -> Q:
    named = Party.objects.filter(contains(question, "name", "name_zh"))
    return _sent(Q(pk__in=named.values("certificate")), actor)


def _goods(question: Asked, actor: Actor) -> Q:
    lines = GoodsLine.objects.filter(
        contains(question, "description", "description_zh", codes=("itc_hs", "cn_hs"))
    )
    return _sent(Q(pk__in=lines.values("certificate")), actor)


def _certificate(row: Certificate) -> Hit:
    return Hit(
        row.reference,
        reverse("euc:certificate-detail", args=[row.reference]),
        (str(row.importer), row.exporter_name, row.po_number),
        row.status,
        row.status_label,
        row.tone,
    )


CERTIFICATES = finding.register(
    Searcher(
        _("Certificates"),
        lambda actor: Certificate.objects.visible_to(actor).select_related("importer"),
        lambda question: Q(reference=question.reference),
        (
            Place(_("Reference"), _references),
            Place(_("Order"), _orders),
            Place(_("Importer"), of_importers),
            Place(_("Parties"), _parties),
            Place(_("Goods"), _goods),
        ),
        _certificate,
        "euc:certificate-list",
        order=10,
    )
)


def _pledge_references(question: Asked, actor: Actor) -> Q:
    return contains(question, "reference", "certificate__reference")


def _exporters(question: Asked, actor: Actor) -> Q:
    own = contains(question, "exporter_name", "exporter_name_zh")
    return _sent(own | Q(certificate__in=_exported_by(question, actor).values("pk")), actor)


def _exported_by(question: Asked, actor: Actor) -> QuerySet:
    return Certificate.objects.filter(_sent(contains(question, "exporter_name"), actor))


def _undertaking(row: Undertaking) -> Hit:
    certificate = row.certificate
    exporter = row.exporter_name if certificate is None else certificate.reference
    return Hit(
        row.reference,
        reverse("euc:undertaking-detail", args=[row.reference]),
        (str(row.importer), exporter),
        row.status,
        row.status_label,
        row.tone,
    )


UNDERTAKINGS = finding.register(
    Searcher(
        _("Undertakings"),
        lambda actor: Undertaking.objects.visible_to(actor).select_related("importer", "certificate"),
        lambda question: Q(reference=question.reference),
        (
            Place(_("Reference"), _pledge_references),
            Place(_("Exporter"), _exporters),
            Place(_("Importer"), of_importers),
        ),
        _undertaking,
        "euc:undertaking-list",
        order=20,
    )
)
