"""Reporting where a case stands, withdrawing a report, deciding between reports that contradict each other."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import roles_required
from accounts.roles import Role
from documents import uploads
from euc import control
from euc.views.certificates import STATUS_OF
from euc.views.evidence import file_response
from euc.views.refusing import beside
from licensing import forms, services
from licensing.views import evidencing, loading
from workflow import engine

FORM = require_http_methods(["GET", "HEAD", "POST"])


@FORM
@roles_required(*loading.REPORTERS)
def create(request: HttpRequest, reference: str) -> HttpResponse:
    """Report what was said of the case."""
    case = loading.case(request, reference)
    initial = {"claimed_on": control.day_in_china()}
    form = forms.TypedReportForm(request.POST or None, request.FILES or None, case=case, initial=initial)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                told = {**form.answers(), **evidencing.stored(case, form)}
                services.report(case=case, by=request.actor, key=form.cleaned_data["key"], **told)
            except uploads.UploadRefused as refused:
                form.add_error("evidence", str(refused))
            except engine.Incomplete as refused:
                refusal = beside(form, refused)
            except engine.Refusal as refused:
                refusal, status = refused, STATUS_OF[type(refused)]
            else:
                messages.success(request, _("Reported. The case stands where its reports put it."))
                return redirect("licensing:case-detail", case.slug)
            case.refresh_from_db()
    context = {"case": case, "form": form, "refusal": refusal}
    return render(request, "licensing/report.html", context, status=status)


@FORM
@roles_required(*loading.REPORTERS)
def withdraw(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    text = _("It stays to be seen and counts no more.")
    return _reason(request, reference, pk, services.withdraw_report, _("Withdraw the report"), text, "danger")


@FORM
@roles_required(*loading.REPORTERS)
def decide(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    text = _("The case stands where this report puts it, until something later is reported.")
    return _reason(request, reference, pk, services.decide, _("This report stands"), text, "primary")


def _reason(
    request: HttpRequest,
    reference: str,
    pk: int,
    act: Callable[..., None],
    heading: str,
    text: str,
    tone: str,
) -> HttpResponse:
    """Ask for the reason and act; a refusal stands on the same page."""
    report = loading.report(request, reference, pk)
    form = forms.ReasonForm(request.POST or None)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act(report=report, by=request.actor, **form.cleaned_data)
            except engine.Refusal as refused:
                refusal, status = refused, STATUS_OF[type(refused)]
            else:
                messages.success(request, _("Done. The case was derived anew."))
                return redirect("licensing:case-detail", report.case.slug)
    context = {"report": report, "case": report.case, "form": form, "refusal": refusal}
    context |= {"heading": heading, "text": text, "tone": tone}
    return render(request, "licensing/reason.html", context, status=status)


@require_safe
@roles_required(*loading.REPORTERS, Role.AUDITOR)
def evidence(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The evidence of a report, always as a download."""
    report = loading.report(request, reference, pk)
    if report.evidence is None:
        raise Http404
    return file_response(report.evidence, report.evidence_name)
