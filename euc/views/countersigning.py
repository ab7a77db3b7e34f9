"""The importer's own signature: download the sealed file, sign it outside with the DSC token, bring it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from accounts.roles import Role
from documents import countersigning as judging
from documents.esigning import provider
from euc import countersigning, forms
from euc.views import loading
from euc.views.certificates import FORM, READERS
from euc.views.evidence import file_response
from workflow import engine


@FORM
@roles_required(Role.SIGNATORY)
def sign(request: HttpRequest, reference: str) -> HttpResponse:
    certificate = loading.certificate(request, reference)
    is_brought = request.method == "POST"
    form = forms.SignedFileForm(request.POST, request.FILES) if is_brought else forms.SignedFileForm()
    context: dict[str, Any] = {
        "certificate": certificate,
        "form": form,
        "may_esign": provider.is_configured(),
    }
    status = 422 if is_brought else 200
    try:
        countersigning.refuse(certificate, request.actor)
        if is_brought and form.is_valid():
            signed = countersigning.check(certificate, form.cleaned_data["file"].read())
            countersigning.keep(certificate=certificate, by=request.actor, signed=signed)
            messages.success(request, _("Your signature is kept with the certificate."))
            return redirect("euc:certificate-detail", certificate.reference)
    except judging.Refused as refused:
        form.add_error("file", refused.message)
    except engine.Refusal as refused:
        context["refusal"], status = refused, 409
    return render(request, "euc/countersign.html", context, status=status)


@require_safe
@roles_required(*READERS)
def fetch(request: HttpRequest, reference: str) -> HttpResponse:
    """The sealed file with the importer's signature under it."""
    signed = countersigning.of(loading.certificate(request, reference))
    if signed is None:
        raise Http404
    return file_response(signed.document.file, signed.document.file.name)
