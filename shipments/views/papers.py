"""Papers about a ledger: asked for, waited for and fetched. The mass balance, the consumption and deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import roles_required
from euc import workflow as certificate_law
from euc.models import Certificate
from euc.views import loading as certificates
from euc.views.certificates import REVIEWERS
from euc.views.evidence import file_response
from shipments import balance_papers, statement_forms
from shipments.models import BalancePaper, Consignment
from shipments.views import loading
from workflow import engine, errands
from workflow.models import Errand

SHOWN = 6
ASKERS = (*loading.IMPORTER, *REVIEWERS)


@dataclass(frozen=True)
class Shelf:
    """One kind of paper: its words, and the page it lies on."""

    kind: str
    title: Any
    says: Any
    page: str
    ask: str
    progress: str
    fetch: str


BALANCE = Shelf(
    BalancePaper.Kind.BALANCE,
    _("Signed mass balance"),
    _("One sealed page, in English and Chinese, with the numbers as they stand now."),
    "shipments:balance",
    "shipments:balance-paper-ask",
    "shipments:balance-paper-progress",
    "shipments:balance-paper",
)
CONSUMPTION = Shelf(
    BalancePaper.Kind.CONSUMPTION,
    _("Statement of consumption, for an accountant to sign"),
    _(
        "The figures of the period above, sealed, with a blank block for a chartered accountant or a cost accountant."
    ),
    "shipments:statement",
    "shipments:consumption-ask",
    "shipments:consumption-progress",
    "shipments:consumption",
)
DELIVERY = Shelf(
    BalancePaper.Kind.DELIVERY,
    _("Delivery verification certificate"),
    _(
        "One sealed page for the exporter and the Chinese side, in English and Chinese: what arrived, where and when."
    ),
    "shipments:delivery",
    "shipments:delivery-ask",
    "shipments:delivery-progress",
    "shipments:delivery-paper",
)


def on_shelf(
    request: HttpRequest, certificate: Certificate, shelf: Shelf, consignment: Consignment | None = None
) -> dict[str, Any]:
    """The papers that there are, and how far the one that was asked for last is. Three queries at most."""
    rows = BalancePaper.objects.filter(certificate=certificate, kind=shelf.kind, consignment=consignment)
    papers = list(rows.select_related("document__file").order_by("-number")[:SHOWN])
    newest = papers[0] if papers and papers[0].document is None else None
    errand = errands.of(newest).first() if newest else None
    was_issued = certificate.status in certificate_law.WAS_ISSUED
    return {
        "certificate": certificate,
        "slug": consignment.slug if consignment else certificate.slug,
        "shelf": shelf,
        "papers": [paper for paper in papers if paper.document],
        "is_making": errand is not None and errand.state == Errand.PENDING,
        "is_stopped": errand is not None and errand.state == Errand.DEAD,
        "may_ask": was_issued and request.actor.has(*ASKERS),
    }


@require_POST
@roles_required(*ASKERS)
def ask_balance(request: HttpRequest, reference: str) -> HttpResponse:
    """Freeze the balance as of now; a worker makes the signed page of it."""
    certificate = certificates.certificate(request, reference)
    attempt(request, lambda: balance_papers.ask(certificate=certificate, by=request.actor))
    return redirect(BALANCE.page, certificate.slug)


@require_POST
@roles_required(*ASKERS)
def ask_consumption(request: HttpRequest, reference: str) -> HttpResponse:
    """Freeze what was consumed in the period of the page; without a period the page asks for it."""
    certificate = certificates.certificate(request, reference)
    form = statement_forms.asked(request.POST)
    if form.is_valid():
        period = form.period()
        attempt(
            request,
            lambda: balance_papers.ask_consumption(certificate=certificate, period=period, by=request.actor),
        )
    page = redirect(CONSUMPTION.page, certificate.slug)
    page["Location"] += f"?{form.query()}"
    return page


def attempt(request: HttpRequest, act: Any) -> None:
    try:
        act()
    except engine.Incomplete as refused:
        messages.error(request, " ".join(str(miss.message) for miss in refused.misses))
    except engine.Refusal as refused:
        messages.error(request, str(refused))


def _progress(request: HttpRequest, reference: str, shelf: Shelf) -> HttpResponse:
    certificate = certificates.certificate(request, reference)
    context = on_shelf(request, certificate, shelf) | {"query": request.GET.urlencode()}
    if shelf is CONSUMPTION:
        context["asked"] = statement_forms.asked(request.GET)
    return render(request, "shipments/_papers.html", context)


def _fetch(request: HttpRequest, reference: str, shelf: Shelf, number: int) -> HttpResponse:
    """The paper exactly as registered."""
    certificate = certificates.certificate(request, reference)
    sealed = BalancePaper.objects.filter(certificate=certificate, kind=shelf.kind, document__isnull=False)
    found = get_object_or_404(sealed.select_related("document__file"), number=number)
    assert found.document is not None
    return file_response(found.document.file, found.document.file.name)


@require_safe
@roles_required(*loading.READERS)
def balance_progress(request: HttpRequest, reference: str) -> HttpResponse:
    return _progress(request, reference, BALANCE)


@require_safe
@roles_required(*loading.READERS)
def consumption_progress(request: HttpRequest, reference: str) -> HttpResponse:
    return _progress(request, reference, CONSUMPTION)


@require_safe
@roles_required(*loading.READERS)
def balance(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    return _fetch(request, reference, BALANCE, number)


@require_safe
@roles_required(*loading.READERS)
def consumption(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    return _fetch(request, reference, CONSUMPTION, number)
