"""Issuing or consuming without naming a lot: the amount, then the lots it takes, then the postings."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import roles_required
from euc.models.certificate import today
from euc.views.refusing import beside
from shipments import accounts, forms, oldest_first
from shipments.models import Holding
from shipments.oldest_first import Part, Shelf
from shipments.views import loading
from shipments.views.consignments import FORM, REFUSED
from shipments.views.stock import holding_of
from workflow import engine


@FORM
@roles_required(*loading.IMPORTER)
def take(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """The first POST tells which lots it takes; the second, of what was seen, takes them."""
    holding, verb = holding_of(request, pk), verb.replace("-", "_")
    if verb not in oldest_first.VERBS or holding.account not in accounts.MOVES[verb].sources:
        raise Http404
    way, shelf = accounts.MOVES[verb], Shelf.of(holding)
    form = forms.OldestFirstForm(
        request.POST or None, move=way, holding=holding, initial={"happened_on": today()}
    )
    status, refusal, parts = 200, None, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if form.cleaned_data["seen"]:
                    made = oldest_first.take(shelf=shelf, verb=verb, by=request.actor, **form.cleaned_data)
                    return _posted(request, holding, len(made))
                parts, status = _planned(shelf, form), 200
            except engine.Incomplete as refused:
                refusal = beside(form, refused)
            except oldest_first.Changed as refused:
                refusal, status, parts = refused, 409, refused.parts
            except engine.Refusal as refused:
                refusal, status = refused, REFUSED[type(refused)]
    context = {
        "holding": holding,
        "line": shelf.line,
        "form": form,
        "refusal": refusal,
        "heading": _("%(move)s, oldest lots first") % {"move": way.label},
        "text": way.explains,
        "parts": parts,
        "seen": oldest_first.fingerprint(parts) if parts else "",
    }
    return render(request, "shipments/oldest_first.html", context, status=status)


def _planned(shelf: Shelf, form: forms.OldestFirstForm) -> list[Part]:
    given = form.cleaned_data
    units = given.get("units") or 0
    return oldest_first.plan(shelf, given["weight_mg"], given["happened_on"], units=units)


def _posted(request: HttpRequest, holding: Holding, count: int) -> HttpResponse:
    said = ngettext("Posted, from %(count)d lot.", "Posted, from %(count)d lots.", count)
    messages.success(request, said % {"count": count})
    return redirect("shipments:lot", holding.lot_id)
