"""Briefs to the ministry: preparing one, its text for a mail, its sealed PDF."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import roles_required
from accounts.fields import TextField
from accounts.roles import Role
from documents import storing
from euc.views.certificates import STATUS_OF
from licensing import brief_printing, briefing, services
from licensing.models import CaseBrief, LicenceCase
from licensing.views import loading
from workflow import engine
from workflow.models import Errand

SHOWN = 20
FETCHERS = (*loading.REPORTERS, Role.AUDITOR)  # analysts see no files


class BriefForm(forms.Form):
    asks = TextField(
        max_length=1000,
        label=gettext_lazy("What you ask for"),
        help_text=gettext_lazy("For example: ask the ministry in Beijing for the decision that is overdue."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(*loading.READERS)
def show(request: HttpRequest, reference: str) -> HttpResponse:
    """The briefs of a case, and the form for another."""
    if request.method == "POST" and not request.actor.has(*loading.REPORTERS):
        raise PermissionDenied
    case = loading.case(request, reference)
    form = BriefForm(request.POST or None)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                briefing.prepare(case=case, by=request.actor, asks=form.cleaned_data["asks"])
            except engine.Refusal as refused:
                refusal, status = refused, STATUS_OF[type(refused)]
            else:
                messages.success(request, _("The brief is prepared; its PDF is being made."))
                return redirect("licensing:brief", case.slug)
    context = {"case": case, "refusal": refusal, "may_fetch": request.actor.has(*FETCHERS), **_briefs(case)}
    if services.may_report(case, request.actor) and case.is_open:
        context["form"] = form
    return render(request, "licensing/brief.html", context, status=status)


def _briefs(case: LicenceCase) -> dict[str, Any]:
    briefs = list(case.briefs.select_related("prepared_by")[:SHOWN])
    open_ones = [brief.pk for brief in briefs if brief.file_id is None]
    dead = Errand.objects.dead().filter(kind=briefing.MAKE, subject_id__in=open_ones)
    stopped = set(dead.values_list("subject_id", flat=True))
    rows = [
        {"brief": brief, "text": brief_printing.mail_text(brief), "is_stopped": brief.pk in stopped}
        for brief in briefs
    ]
    return {"briefs": rows, "is_busy": bool(set(open_ones) - stopped)}


@require_safe
@roles_required(*FETCHERS)
def file(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The sealed PDF of a brief."""
    case = loading.case(request, reference)
    return sent(case, get_object_or_404(case.briefs.select_related("file"), number=number))


def sent(case: LicenceCase, brief: CaseBrief) -> HttpResponse:
    """The PDF as a download; 404 until a worker has made it."""
    if brief.file is None:
        raise Http404
    name = f"{case.slug}-brief-{brief.number}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(storing.read(brief.file), content_type="application/pdf", headers=headers)
