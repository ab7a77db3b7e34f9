"""Giving up part of a certificate's quantity: a page that warns, and the POST that acts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import fresh_proof_required, roles_required
from accounts.roles import Role
from euc import forms, releasing
from euc.views import loading
from euc.views.certificates import FORM, STATUS_OF
from workflow import engine


@FORM
@roles_required(Role.SIGNATORY)
@fresh_proof_required
def give_up(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    certificate = loading.certificate(request, reference)
    line = get_object_or_404(certificate.goods, number=number)
    form = forms.GiveUpForm(request.POST or None)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                releasing.give_up(certificate=certificate, by=request.actor, number=number, **form.answers())
            except engine.Incomplete as refused:
                for miss in refused.misses:
                    form.add_error(miss.field, str(miss.message))
            except engine.Refusal as refused:
                refusal, status = refused, STATUS_OF[type(refused)]
            else:
                messages.success(request, _("Given up. It cannot be taken back."))
                return redirect("euc:certificate-detail", certificate.reference)
    context = {"certificate": certificate, "line": line, "form": form, "refusal": refusal}
    return render(request, "euc/give_up.html", context, status=status)
