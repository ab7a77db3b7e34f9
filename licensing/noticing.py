"""What reports of Chinese export licences tell whom; that one ends soon is told by `reminding`."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Notice
from accounts.notices import Telling, declare
from euc.noticing import authors, people_of
from licensing import stations
from licensing.models import Licence, LicenceCase

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
    Notice.Kind.EXPIRY,
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
    Telling(
        "licence-mail",
        ("licensing.case.receive_mail", "licensing.case.match_mail"),
        Notice.Kind.LICENCE,
        _("%(reference)s: mail came in; confirm or dismiss what it says."),
        _people,
        to_case,
        lambda case, event: bool(event.details.get("suggestions")),
    ),
    EXPIRY,
)
