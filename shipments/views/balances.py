"""The mass balance of a certificate: as a page with its picture, as CSV and as JSON."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import roles_required
from documents import sheets
from euc import workflow as certificate_law
from euc.models import Certificate
from euc.views import loading as certificates
from euc.views.certificates import REVIEWERS
from euc.views.evidence import file_response
from shipments import accounts, balance_papers, balancing, picture, presenting
from shipments.models import Consignment, Incident, Visit
from shipments.views import loading
from workflow import engine, errands
from workflow.models import Errand

SHOWN = 50
PAPERS = 6


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
        **_papers(certificate),
        "may_ask": was_issued and request.actor.has(*loading.IMPORTER, *REVIEWERS),
        "incidents": _newest(Incident, request, certificate=certificate),
        "visits": _newest(Visit, request, certificates=certificate),
        "may_visit": was_issued and request.actor.has(*REVIEWERS),
        "may_report": was_issued and request.actor.has(*REVIEWERS, *loading.IMPORTER),
    }
    return render(request, "shipments/balance.html", context)


def _papers(certificate: Certificate) -> dict[str, Any]:
    """The signed balances that there are, and how far the one that was asked for last is."""
    papers = list(certificate.balance_papers.select_related("document__file").order_by("-number")[:PAPERS])
    newest = papers[0] if papers and papers[0].document is None else None
    errand = errands.of(newest).first() if newest else None
    return {
        "papers": [paper for paper in papers if paper.document],
        "is_making": errand is not None and errand.state == Errand.PENDING,
        "is_stopped": errand is not None and errand.state == Errand.DEAD,
    }


@require_POST
@roles_required(*loading.IMPORTER, *REVIEWERS)
def ask_paper(request: HttpRequest, reference: str) -> HttpResponse:
    """Freeze the balance as of now; a worker makes the signed page of it."""
    certificate = certificates.certificate(request, reference)
    try:
        balance_papers.ask(certificate=certificate, by=request.actor)
    except engine.Incomplete as refused:
        messages.error(request, " ".join(str(miss.message) for miss in refused.misses))
    except engine.Refusal as refused:
        messages.error(request, str(refused))
    return redirect("shipments:balance", certificate.slug)


@require_safe
@roles_required(*loading.READERS)
def paper_progress(request: HttpRequest, reference: str) -> HttpResponse:
    certificate = certificates.certificate(request, reference)
    may_ask = certificate.status in certificate_law.WAS_ISSUED and request.actor.has(
        *loading.IMPORTER, *REVIEWERS
    )
    context = {"certificate": certificate, "may_ask": may_ask, **_papers(certificate)}
    return render(request, "shipments/_balance_papers.html", context)


@require_safe
@roles_required(*loading.READERS)
def paper(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The signed page exactly as registered."""
    certificate = certificates.certificate(request, reference)
    found = get_object_or_404(certificate.balance_papers.filter(document__isnull=False), number=number)
    return file_response(found.document.file, found.document.file.name)


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
