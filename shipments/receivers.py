"""What the apps below announce and this app answers: consignments that depend on a certificate about to end."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from euc import signals
from euc.consequences import Consequence
from euc.models import Certificate
from shipments import workflow
from shipments.models import Consignment

SHOWN = 20


def listen() -> None:
    """Called once, when the app is ready."""
    signals.asked_for_consequences.connect(consignments_at_stake, dispatch_uid="shipments.consequences")


def booked_under(certificate: Certificate, by: Any) -> tuple[tuple[str, str], ...]:
    """Consignments that hold a reservation under it, as (words, address): some of them where there are many."""
    rows = Consignment.objects.visible_to(by).filter(certificate=certificate, status__in=workflow.RESERVED)
    found = rows.order_by("-id")[:SHOWN]
    return tuple((row.reference, reverse("shipments:consignment-detail", args=[row.slug])) for row in found)


def consignments_at_stake(certificate: Certificate, by: Any, **_given: Any) -> list[Consequence]:
    """Booked ones can no longer draw; what is under way is accounted for to the end."""
    seen = Consignment.objects.visible_to(by).filter(certificate=certificate)
    texts = (
        (workflow.RESERVED, _("Booked consignments can no longer be released against it: %(count)s.")),
        (workflow.UNDER_WAY, _("Consignments under way stay to be accounted for: %(count)s.")),
    )
    found = []
    for statuses, text in texts:
        rows = list(seen.filter(status__in=statuses).order_by("-id")[: SHOWN + 1])
        if rows:
            links = tuple(
                (row.reference, reverse("shipments:consignment-detail", args=[row.slug]))
                for row in rows[:SHOWN]
            )
            count = f"{SHOWN}+" if len(rows) > SHOWN else str(len(rows))
            found.append(Consequence(text % {"count": count}, links))
    return found
