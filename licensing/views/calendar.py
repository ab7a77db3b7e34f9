"""China's working days, year by year: what is official, what is special, and correcting a day by its notice."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import roles_required
from accounts.roles import Role
from euc import control
from licensing import calendar, forms
from licensing.models import CalendarCorrection
from licensing.views import loading
from workflow import engine

CORRECTORS = (Role.OFFICER, Role.SENIOR)
SHOWN = 50


@require_safe
@roles_required(*loading.READERS)
def show(request: HttpRequest) -> HttpResponse:
    """One year, this one unless the query names another."""
    known, asked = calendar.years(), request.GET.get("year", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else 0
    if asked and number not in known:
        raise Http404
    year = calendar.year(number or control.day_in_china().year)
    mine = CalendarCorrection.objects.filter(day__year=year.number).select_related("corrected_by")
    context = {
        "year": year,
        "number": str(year.number),
        "years": [str(one) for one in known],
        "corrections": mine[:SHOWN],
        "may_correct": request.actor.has(*CORRECTORS),
    }
    return render(request, "licensing/calendar.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(*CORRECTORS)
def correct(request: HttpRequest) -> HttpResponse:
    """Say of one day what a notice says."""
    form = forms.CalendarForm(request.POST) if request.method == "POST" else forms.CalendarForm()
    if request.method == "POST" and form.is_valid():
        try:
            made = calendar.correct(by=request.actor, **form.answers())
        except engine.Refusal as refused:
            form.add_error("day", str(refused))
        else:
            messages.success(request, _("Corrected. Open cases are counted anew within the hour."))
            return redirect(f"{reverse('licensing:calendar')}?year={made.day.year}")
    return render(
        request, "licensing/calendar_correct.html", {"form": form}, status=422 if form.errors else 200
    )
