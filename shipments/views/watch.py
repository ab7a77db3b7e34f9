"""The re-export watch: signals and cases by score, one case with its reasons, shipping bills loaded, a decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from accounts.roles import Role
from documents import sheets
from euc import countries, presenting
from euc.paging import paginate
from euc.views.certificates import FORM, REVIEWERS, take_step
from shipments import signal_words, watch, watch_law
from shipments.models import ExportItem, Signal
from shipments.presenting import history
from workflow import events

WATCHERS = (*REVIEWERS, Role.AUDITOR)
SERVICES = {"explain": watch.explain, "confirm": watch.confirm}
MOST_BYTES = 10 * 2**20
SHOWN = 20


class FilterForm(forms.Form):
    """What the watch can be narrowed by."""

    status = forms.ChoiceField(required=False, label=gettext_lazy("Status"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["status"].choices = [("", _("any")), *watch_law.LABELS.items()]
        self.fields["status"].is_needed = True  # a filter has nothing optional about it


class BillsForm(forms.Form):
    """A file of shipping bills."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        help_text=gettext_lazy(
            "CSV or XLSX, at most 10 MB, with the columns iec, port, shipping_bill, date, hs, description and "
            "destination; item, consignee and weight_kg where they are known."
        ),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 10 MB; load it with manage.py watch_reexports.")
            )
        return file


@require_safe
@roles_required(*WATCHERS)
def listing(request: HttpRequest) -> HttpResponse:
    """Signals and exports by status and score, and magnets inside exported products by country."""
    query = request.GET.copy()
    query.setdefault("status", watch_law.OPEN)
    form = FilterForm(query)
    rows = ExportItem.objects.visible_to(request.actor).select_related("importer")
    signals = Signal.objects.visible_to(request.actor).select_related("importer", "certificate")
    if form.is_valid() and form.cleaned_data["status"]:
        rows = rows.filter(status=form.cleaned_data["status"])
        signals = signals.filter(status=form.cleaned_data["status"])
    first = list(signals.order_by("status", "-score", "-id")[: SHOWN + 1])
    embedded = [
        {**row, "name": countries.name(row["country"])} for row in watch.embedded_by_country()[:SHOWN]
    ]
    context = {
        "page": paginate(rows, order=("status", "-score", "-id"), query=request.GET),
        "form": form,
        "signals": [signal_words.row(signal) for signal in first[:SHOWN]],
        "has_more_signals": len(first) > SHOWN,
        "embedded": embedded,
        "may_load": request.actor.has(*REVIEWERS),
    }
    return render(request, "shipments/watch.html", context)


@FORM
@roles_required(*REVIEWERS)
def load(request: HttpRequest) -> HttpResponse:
    """Load shipping bills; what was refused stays on the page, row by row."""
    form = BillsForm(request.POST or None, request.FILES or None)
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            found = watch.load(form.cleaned_data["file"].read(), by=request.actor)
        except sheets.Unreadable as problem:
            form.add_error("file", str(problem))
        else:
            said = _("%(kept)d items kept, %(cases)d cases raised.")
            messages.success(request, said % {"kept": found.kept, "cases": len(found.cases)})
            if not found.refused:
                return redirect("shipments:watch")
    status = 422 if form.is_bound and found is None else 200
    return render(request, "shipments/watch_load.html", {"form": form, "found": found}, status=status)


def _item(request: HttpRequest, pk: int) -> ExportItem:
    mine = ExportItem.objects.visible_to(request.actor).select_related("importer", "decided_by")
    return get_object_or_404(mine, pk=pk)


@require_safe
@roles_required(*WATCHERS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    context = {
        "item": item,
        "destination": countries.name(item.destination),
        "steps": presenting.step_buttons(watch_law.EXPORT, item, request.actor, "shipments:export-step"),
        "history": history(events.about(item)),
    }
    return render(request, "shipments/export.html", context)


@FORM
@roles_required(*REVIEWERS)
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    return take_step(
        request,
        law=watch_law.EXPORT,
        subject=_item(request, pk),
        verb=verb,
        services=SERVICES,
        name="item",
        back="shipments:export",
    )
