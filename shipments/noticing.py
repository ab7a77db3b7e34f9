"""What happens to consignments and tells the importer's people."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Notice
from accounts.notices import Telling, declare
from euc.noticing import people_of
from shipments.models import Consignment


def _people(consignment: Consignment) -> QuerySet[Membership]:
    return people_of(consignment.importer_id)


def to_consignment(consignment: Consignment) -> str:
    return reverse("shipments:consignment-detail", args=[consignment.slug])


def _told(verb: str, text: Any) -> Telling:
    verbs = (f"shipments.consignment.{verb}",)
    return Telling(f"consignment-{verb}", verbs, Notice.Kind.CONSIGNMENT, text, _people, to_consignment)


declare(
    _told("arrive", _("Consignment %(reference)s has arrived.")),
    _told("query", _("Chinese customs has a question about consignment %(reference)s.")),
    _told("refuse", _("Chinese customs refused consignment %(reference)s.")),
    _told("lose", _("Consignment %(reference)s was reported lost.")),
)
