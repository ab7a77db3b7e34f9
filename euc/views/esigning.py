"""Signing by Aadhaar eSign: the page that sends the browser to the provider, and the door it comes back through."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.access import open_to_all, roles_required
from accounts.roles import Role
from documents.esigning import provider
from documents.esigning.refusing import REFUSALS, Refused
from euc import esigning, forms
from euc.models import Certificate, Esign
from euc.views import loading
from euc.views.certificates import FORM
from workflow import engine

log = logging.getLogger(__name__)


@FORM
@roles_required(Role.SIGNATORY)
def sign(request: HttpRequest, reference: str) -> HttpResponse:
    """Begin, go to the provider, and see what came of it."""
    certificate = loading.certificate(request, reference)
    is_sent = request.method == "POST"
    form = forms.EsignForm(request.POST if is_sent else None)
    context: dict[str, Any] = {"certificate": certificate, "form": form, "provider": provider.name()}
    status = 422 if is_sent else 200
    try:
        esigning.refuse(certificate, request.actor)
        if is_sent and form.is_valid():
            esigning.begin(certificate=certificate, by=request.actor)
            return redirect("euc:esign", certificate.reference)
    except engine.Refusal as refused:
        context["refusal"], status = refused, 409
    except Refused as refused:
        context["refusal"], status = refused.message, 409
    context |= _last(certificate, request)
    if context.get("is_done") and not is_sent:
        status = 200
    page = csp_update({"form-action": [_form_target()]}) if context.get("request_xml") else _as_it_is
    return page(render)(request, "euc/esign.html", context, status=status)


@csrf_exempt  # the post comes from the provider's page: its signature and the transaction are the proof
@open_to_all
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Take what the browser brings from the provider; no session speaks here."""
    if not provider.is_configured():
        raise Http404
    try:
        settled = esigning.settle(content=request.POST.get(settings.ESIGN_ANSWER_FIELD, "").encode())
    except Refused as refused:
        return _turned_down(request, refused.message)
    except provider.Unusable:
        log.exception("An answer of the eSign provider could not be judged.")
        return _turned_down(request, str(REFUSALS["NOT_NOW"]))
    if settled.state == Esign.State.DONE:
        messages.success(request, _("Your signature is kept with the certificate."))
    return redirect("euc:esign", settled.certificate.reference)


def _turned_down(request: HttpRequest, why: str) -> HttpResponse:
    return render(request, "euc/esign_refused.html", {"refusal": why}, status=409)


def _last(certificate: Certificate, request: HttpRequest) -> dict[str, Any]:
    """What the newest transaction is to this person: theirs to take to the provider, another's, or settled."""
    esign = esigning.last(certificate)
    if esign is None:
        return {}
    at = timezone.now()
    is_over = esign.state == Esign.State.PENDING and not esign.is_open(at)
    found = {
        "esign": esign,
        "is_open": esign.is_open(at),
        "is_mine": esign.begun_by_id == request.user.pk,
        "is_done": esign.state == Esign.State.DONE,
        "problem": _("No answer came in time.") if is_over else esign.reason,
    }
    if not (found["is_open"] and found["is_mine"] and provider.is_configured()):
        return found
    try:
        return found | {
            "request_xml": esigning.request(esign, at),
            "esp_url": provider.address(),
            "request_field": settings.ESIGN_REQUEST_FIELD,
        }
    except provider.Unusable:
        log.exception("The eSign provider cannot be asked.")
        return found | {"is_open": False, "problem": _("The eSign provider cannot be asked just now.")}


def _form_target() -> str:
    """The provider's address as a policy names it: without query and fragment."""
    return urlsplit(provider.address())._replace(query="", fragment="").geturl()


def _as_it_is(page: Any) -> Any:
    return page
