"""The importer's own signature: download the sealed file, sign it outside with the DSC token, bring it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from accounts.roles import Role
from documents import countersigning as judging
from documents.esigning import provider
from euc import countersigning, forms
from euc.countersigning import Signable
from euc.views import loading
from euc.views.certificates import FORM, READERS
from euc.views.evidence import file_response
from workflow import engine


@FORM
@roles_required(Role.SIGNATORY)
def sign(request: HttpRequest, reference: str) -> HttpResponse:
    certificate = loading.certificate(request, reference)
    return _sign(request, certificate, "certificate", may_esign=provider.is_configured())


@FORM
@roles_required(Role.SIGNATORY)
def sign_undertaking(request: HttpRequest, reference: str) -> HttpResponse:
    return _sign(request, loading.undertaking(request, reference), "undertaking")


def _sign(request: HttpRequest, paper: Signable, kind: str, *, may_esign: bool = False) -> HttpResponse:
    is_brought = request.method == "POST"
    form = forms.SignedFileForm(request.POST, request.FILES) if is_brought else forms.SignedFileForm()
    context: dict[str, Any] = {
        "paper": paper,
        "paper_url": reverse(f"euc:{kind}-detail", args=[paper.reference]),
        "document_url": reverse(f"euc:{kind}-document", args=[paper.reference]),
        "form": form,
        "may_esign": may_esign,
    }
    status = 422 if is_brought else 200
    try:
        countersigning.refuse(paper, request.actor)
        if is_brought and form.is_valid():
            signed = countersigning.check(paper, form.cleaned_data["file"].read())
            countersigning.keep(paper=paper, by=request.actor, signed=signed)
            kept = _("Your signature is kept with %(reference)s.")
            messages.success(request, kept % {"reference": paper.reference})
            return redirect(context["paper_url"])
    except judging.Refused as refused:
        form.add_error("file", refused.message)
    except engine.Refusal as refused:
        context["refusal"], status = refused, 409
    return render(request, "euc/countersign.html", context, status=status)


@require_safe
@roles_required(*READERS)
def fetch(request: HttpRequest, reference: str) -> HttpResponse:
    return _fetch(loading.certificate(request, reference))


@require_safe
@roles_required(*READERS)
def fetch_undertaking(request: HttpRequest, reference: str) -> HttpResponse:
    return _fetch(loading.undertaking(request, reference))


def _fetch(paper: Signable) -> HttpResponse:
    """The sealed file with the importer's signature under it."""
    signed = countersigning.of(paper)
    if signed is None:
        raise Http404
    return file_response(signed.kept.file, signed.kept.file.name)
