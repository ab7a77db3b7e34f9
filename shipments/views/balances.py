"""The mass balance of a certificate: as a page with its picture, as CSV and as JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from documents import sheets
from euc import workflow as certificate_law
from euc.views import loading as certificates
from euc.views.certificates import REVIEWERS
from shipments import accounts, balancing, picture, presenting
from shipments.models import Consignment, Incident, Visit
from shipments.views import loading, papers

SHOWN = 50


@require_safe
@roles_required(*loading.READERS)
def balance(request: HttpRequest, reference: str) -> HttpResponse:
    certificate = certificates.certificate(request, reference)
    found = balancing.of(certificate)
    ours = Consignment.objects.visible_to(request.actor).filter(certificate=certificate)
    was_issued = certificate.status in certificate_law.WAS_ISSUED
    context = {
        "certificate": certificate,
        "balance": found,
        "picture": picture.of(found),
        "places": [place for place in found.places() if place.account not in accounts.OUTSIDE],
        "consignments": ours.for_list().order_by("-id")[:SHOWN],
        "may_plan": request.actor.organisation.pk == certificate.importer_id and certificate.is_in_force(),
        **papers.on_shelf(request, certificate, papers.BALANCE),
        "incidents": _newest(Incident, request, certificate=certificate),
        "visits": _newest(Visit, request, certificates=certificate),
        "may_visit": was_issued and request.actor.has(*REVIEWERS),
        "may_report": was_issued and request.actor.has(*REVIEWERS, *loading.IMPORTER),
    }
    return render(request, "shipments/balance.html", context)


def _newest(model: Any, request: HttpRequest, **which: Any) -> Any:
    return model.objects.visible_to(request.actor).filter(**which).order_by("-id")[:SHOWN]


@require_safe
@roles_required(*loading.READERS)
def as_csv(request: HttpRequest, reference: str) -> HttpResponse:
    """One row a place; cells that a spreadsheet would run come back as text."""
    certificate = certificates.certificate(request, reference)
    table = sheets.csv_of(presenting.csv_rows(balancing.of(certificate)))
    response = HttpResponse(table, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="mass-balance-{certificate.slug}.csv"'
    return response


@require_safe
@roles_required(*loading.READERS)
def as_json(request: HttpRequest, reference: str) -> HttpResponse:
    certificate = certificates.certificate(request, reference)
    return JsonResponse(balancing.as_json(balancing.of(certificate)))
