"""What waits for an importer's people beyond their certificates, and what of theirs ends soon. Reads only."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Role
from euc import workflow as certificate_law
from euc.models import Certificate
from euc.models.certificate import today
from euc.paging import count, shown_count
from euc.worklist import SOON
from licensing.models import Licence, LicenceCase
from licensing.noticing import to_case
from shipments import workflow
from shipments.models import Consignment

ROWS = 6


def of(actor: Actor) -> dict[str, Any]:
    """Tiles and rows for an importer's people; nothing for others. A constant number of queries."""
    if not actor.has(Role.DRAFTER, Role.SIGNATORY):
        return {}
    licences = Licence.objects.visible_to(actor).ending_soon()
    contested = LicenceCase.objects.visible_to(actor).open().filter(is_contested=True)
    corrections = LicenceCase.objects.visible_to(actor).filter(status="CORRECTION")
    arrived = Consignment.objects.visible_to(actor).filter(status=workflow.ARRIVED)
    cases = reverse("licensing:case-list")
    return {
        "tiles": [
            _tile(_("Corrections asked for in China"), corrections, f"{cases}?status=CORRECTION"),
            _tile(_("Reports that contradict"), contested, f"{cases}?status=OPEN&contested=on"),
            _tile(
                _("Licences that end within 60 days"), licences, f"{reverse('licensing:register')}?ending=on"
            ),
            _tile(
                _("Arrived, to be entered"),
                arrived,
                f"{reverse('shipments:consignment-list')}?status={workflow.ARRIVED}",
            ),
        ],
        "ends": _ends(actor, licences),
    }


def _tile(label: str, rows: Any, url: str) -> dict[str, Any]:
    value = count(rows)
    return {
        "label": label,
        "value": value,
        "shown": shown_count(value),
        "url": url,
        "tone": "warning" if value else "",
    }


def _ends(actor: Actor, licences: Any) -> list[dict[str, Any]]:
    """Certificates and licences by the day they end, the nearest first."""
    day = today()
    issued = Certificate.objects.visible_to(actor).filter(status=certificate_law.ISSUED)
    ending = issued.filter(valid_until__gte=day, valid_until__lte=day + SOON)
    found = [
        {
            "what": _("Certificate"),
            "title": row.reference,
            "url": reverse("euc:certificate-detail", args=[row.reference]),
            "day": row.valid_until,
        }
        for row in ending.order_by("valid_until", "id")[:ROWS]
    ]
    for row in licences.prefetch_related("cases").order_by("expires_on", "id")[:ROWS]:
        case = next(iter(row.cases.all()), None)
        url = to_case(case) if case else reverse("licensing:register")
        found.append({"what": _("Licence"), "title": row.number, "url": url, "day": row.expires_on})
    return sorted(found, key=lambda one: one["day"])[:ROWS]
