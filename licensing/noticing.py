"""What reports of Chinese export licences tell whom, and licences that end soon."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.models import Membership, Notice
from accounts.notices import Telling, declare
from euc import control
from euc.noticing import authors, people_of
from licensing import stations
from licensing.models import Licence, LicenceCase

BEFORE = (60, 30, 7)  # days, counted in China; the nearest mark that was passed is told
RESTATED = ("licensing.case.report", "licensing.case.withdraw_report", "licensing.case.decide")


def _people(case: LicenceCase) -> QuerySet[Membership]:
    return authors(case.certificate)


def to_case(case: LicenceCase) -> str:
    return reverse("licensing:case-detail", args=[case.slug])


def _to_licence(licence: Licence) -> str:
    case = licence.cases.order_by("id").first()
    return to_case(case) if case else reverse("licensing:register")


def _became(*statuses: str) -> Any:
    return lambda case, event: event.to_status in statuses and event.from_status != event.to_status


def _told(code: str, text: Any, *statuses: str) -> Telling:
    return Telling(code, RESTATED, Notice.Kind.LICENCE, text, _people, to_case, _became(*statuses))


EXPIRY = Telling(
    "licence-expiry",
    (),
    Notice.Kind.LICENCE,
    _("Licence %(reference)s ends soon: its last day in China is %(until)s."),
    lambda licence: people_of(licence.importer_id),
    _to_licence,
)

declare(
    _told("licence-issued", _("%(reference)s: the licence was issued."), stations.ISSUED),
    _told(
        "licence-refused",
        _("%(reference)s: the application was refused or not accepted."),
        stations.REFUSED,
        stations.NOT_ACCEPTED,
    ),
    _told(
        "licence-correction",
        _("%(reference)s: the exporter was asked for a correction."),
        stations.CORRECTION,
    ),
    _told(
        "licence-stopped",
        _("%(reference)s: the licence was suspended or revoked."),
        stations.SUSPENDED,
        stations.REVOKED,
    ),
    Telling(
        "licence-contested",
        ("licensing.case.report",),
        Notice.Kind.LICENCE,
        _("%(reference)s: reports contradict each other; say which one stands."),
        _people,
        to_case,
        lambda case, event: case.is_contested,
    ),
    EXPIRY,
)


def remind(*, at: datetime | None = None) -> int:
    """Tell importers of usable licences that end within 60, 30 or 7 days; how many notices. Safe to run twice."""
    day = control.day_in_china(at)
    ending = Licence.objects.filter(
        status=stations.USABLE, expires_on__gte=day, expires_on__lte=day + timedelta(days=max(BEFORE))
    )
    count = 0
    for licence in ending.order_by("pk").iterator(chunk_size=200):
        mark = min(mark for mark in BEFORE if (licence.expires_on - day).days <= mark)
        until = {"until": f"{licence.expires_on:%d-%m-%Y}"}
        with transaction.atomic():
            count += len(notices.tell(EXPIRY, licence, key=f"{licence.pk}-{mark}", details=until))
    return count
