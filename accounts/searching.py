"""Where organisations are looked for, by those who keep them."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import finding
from accounts.actors import Actor
from accounts.finding import Asked, Hit, Place, Searcher, contains
from accounts.models import Organisation
from accounts.roles import Role


def _visible(actor: Actor) -> QuerySet:
    everyone = Organisation.objects.all()
    return everyone if actor.has(Role.ADMINISTRATOR) else everyone.none()


def _names(question: Asked, actor: Actor) -> Q:
    return contains(question, "name", "name_zh", "name_hi", codes=("iec", "gstin"))


def _organisation(row: Organisation) -> Hit:
    return Hit(
        row.name,
        reverse("accounts:organisation-people", args=[row.pk]),
        (row.get_kind_display(), row.name_zh, row.iec),
    )


ORGANISATIONS = finding.register(
    Searcher(
        _("Organisations"),
        _visible,
        lambda question: Q(iec=question.reference) & ~Q(iec=""),
        (Place(_("Name or number"), _names),),
        _organisation,
        "accounts:organisations",
        order=60,
    )
)
