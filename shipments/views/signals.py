"""Signals of the importers' own books: by score, one with its reasons and what it rests on, a decision."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from euc import presenting
from euc.paging import paginate
from euc.views.certificates import FORM, REVIEWERS, take_step
from shipments import signal_words, signals, watch_law
from shipments.models import Posting, Signal
from shipments.presenting import history
from shipments.views.watch import WATCHERS, FilterForm
from workflow import events

SERVICES = {"explain": signals.explain, "confirm": signals.confirm}


@require_safe
@roles_required(*WATCHERS)
def listing(request: HttpRequest) -> HttpResponse:
    """Every signal, by status and score."""
    form = FilterForm(request.GET)
    rows = Signal.objects.visible_to(request.actor).select_related("importer", "certificate")
    if form.is_valid() and form.cleaned_data["status"]:
        rows = rows.filter(status=form.cleaned_data["status"])
    page = paginate(rows, order=("status", "-score", "-id"), query=request.GET)
    context = {"page": page, "form": form, "signals": [signal_words.row(signal) for signal in page.rows]}
    return render(request, "shipments/signal_list.html", context)


def _signal(request: HttpRequest, pk: int) -> Signal:
    mine = Signal.objects.visible_to(request.actor)
    return get_object_or_404(
        mine.select_related("importer", "certificate", "consignment", "decided_by"), pk=pk
    )


@require_safe
@roles_required(*WATCHERS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    signal = _signal(request, pk)
    postings = Posting.objects.visible_to(request.actor).filter(pk__in=signal.rests_on)
    context = {
        **signal_words.row(signal),
        "steps": presenting.step_buttons(watch_law.SIGNAL, signal, request.actor, "shipments:signal-step"),
        "postings": postings.select_related("lot__consignment").order_by("-id"),
        "history": history(events.about(signal)),
    }
    return render(request, "shipments/signal.html", context)


@FORM
@roles_required(*REVIEWERS)
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    return take_step(
        request,
        law=watch_law.SIGNAL,
        subject=_signal(request, pk),
        verb=verb,
        services=SERVICES,
        name="signal",
        back="shipments:signal",
    )
