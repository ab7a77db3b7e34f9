"""The proof that a consignment arrived: what it says, asking for the sealed page, waiting for it and fetching it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import roles_required
from euc.views.evidence import file_response
from shipments import balance_papers, delivery
from shipments.models import BalancePaper
from shipments.views import loading, papers


@require_safe
@roles_required(*loading.READERS)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """What can be certified as it stands; where nothing can, why not."""
    consignment = loading.consignment(request, reference)
    if reason := delivery.why_not(consignment):
        context = {"consignment": consignment, "why_not": reason}
        return render(request, "shipments/delivery.html", context, status=409)
    context = {
        "consignment": consignment,
        "found": delivery.content(consignment),
        **papers.on_shelf(request, consignment.certificate, papers.DELIVERY, consignment),
    }
    return render(request, "shipments/delivery.html", context)


@require_POST
@roles_required(*papers.ASKERS)
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Freeze what was received; a worker makes the signed page of it."""
    consignment = loading.consignment(request, reference)
    papers.attempt(request, lambda: balance_papers.ask_delivery(consignment=consignment, by=request.actor))
    return redirect("shipments:delivery", consignment.slug)


@require_safe
@roles_required(*loading.READERS)
def progress(request: HttpRequest, reference: str) -> HttpResponse:
    consignment = loading.consignment(request, reference)
    context = papers.on_shelf(request, consignment.certificate, papers.DELIVERY, consignment)
    return render(request, "shipments/_papers.html", context)


@require_safe
@roles_required(*loading.READERS)
def fetch(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The paper exactly as registered."""
    consignment = loading.consignment(request, reference)
    sealed = BalancePaper.objects.filter(consignment=consignment, document__isnull=False)
    found = get_object_or_404(sealed.select_related("document__file"), number=number)
    assert found.document is not None
    return file_response(found.document.file, found.document.file.name)
