"""Incidents: the list, a report with what follows from it, its page, and the steps of its life."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from euc import presenting
from euc import workflow as certificate_law
from euc.consequences import Consequence
from euc.models import Certificate
from euc.models.certificate import today
from euc.paging import paginate
from euc.views.certificates import FORM, REVIEWERS
from euc.views.refusing import beside
from shipments import accounts, incident_forms, incident_law, incidents
from shipments.models import Holding, Incident
from shipments.presenting import history
from shipments.receivers import booked_under
from shipments.views import asking, loading
from workflow import engine, events
from workflow.law import Step

DOOR_VERBS = {"take_up": incidents.take_up, "close": incidents.close, "lift": incidents.lift}


@require_safe
@roles_required(*loading.READERS)
def listing(request: HttpRequest) -> HttpResponse:
    form = incident_forms.IncidentFilterForm(request.GET)
    rows = Incident.objects.visible_to(request.actor).for_list()
    if form.is_valid():
        given = form.cleaned_data
        rows = rows.holding() if given["holding"] else rows
        rows = rows.filter(**{name: given[name] for name in ("status", "kind") if given[name]})
    context = {
        "page": paginate(rows, order=("-id",), query=request.GET),
        "form": form,
        "shows_importer": not request.actor.has(*loading.IMPORTER),
    }
    return render(request, "shipments/incident_list.html", context)


@FORM
@roles_required(*loading.IMPORTER, *REVIEWERS)
def report(request: HttpRequest, reference: str) -> HttpResponse:
    """Report an incident under a certificate; what it suspends stands on the page before."""
    mine = Certificate.objects.visible_to(request.actor).filter(status__in=certificate_law.WAS_ISSUED)
    certificate = get_object_or_404(mine.select_related("importer"), reference=reference)
    held = _holdings(certificate)
    form = incident_forms.ReportForm(
        request.POST or None, holdings=held, initial={"happened_on": today(), "kind": incident_law.LOSS}
    )
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = incidents.report(certificate=certificate, by=request.actor, **form.answers())
            except engine.Incomplete as refused:
                refusal = beside(form, refused)
            except engine.Refusal as refused:
                refusal, status = refused, asking.REFUSED[type(refused)]
            else:
                messages.success(request, _("Reported."))
                return redirect("shipments:incident", made.slug)
    context = {
        "certificate": certificate,
        "form": form,
        "refusal": refusal,
        "consequences": _of_reporting(certificate, request.actor),
    }
    return render(request, "shipments/incident_report.html", context, status=status)


def _holdings(certificate: Certificate) -> QuerySet[Holding]:
    """Places under the certificate from which something can be lost, the newest lots first."""
    rows = Holding.objects.filter(
        lot__consignment__certificate=certificate,
        account__in=accounts.MOVES["lose"].sources,
        weight_mg__gt=0,
    )
    newest = list(rows.order_by("-id").values_list("pk", flat=True)[: incident_forms.MOST_PLACES])
    return Holding.objects.filter(pk__in=newest).select_related("lot__consignment").order_by("-id")


def _of_reporting(certificate: Certificate, actor: Any) -> list[Consequence]:
    """What each kind of report brings with it, told before it is made."""
    said = [
        Consequence(_("A suspected diversion holds this certificate: nothing more is booked or released under it "
                      "until two officers have decided.")),
    ]  # fmt: skip
    if booked := booked_under(certificate, actor):
        said.append(Consequence(_("Booked consignments that could not be released:"), booked))
    if actor.organisation.pk == certificate.importer_id:
        text = _(
            "A loss or a theft is posted from the place you name to what is lost or stolen; it can be reversed."
        )
    else:
        text = _(
            "A loss or a theft that you report is not posted: the importer posts it from the lot's page."
        )
    return [*said, Consequence(text)]


def _incident(request: HttpRequest, reference: str) -> Incident:
    mine = Incident.objects.visible_to(request.actor).for_list()
    related = ("reported_by", "taken_by", "closed_by", "lifted_by", "posting__reversed_by")
    return get_object_or_404(mine.select_related(*related), reference=reference)


@require_safe
@roles_required(*loading.READERS)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    incident = _incident(request, reference)
    posting = incident.posting
    is_reversed = posting is not None and hasattr(posting, "reversed_by")
    context = {
        "incident": incident,
        "is_reversed": is_reversed,
        "may_reverse": posting is not None
        and not is_reversed
        and request.actor.organisation.pk == incident.importer_id,
        "steps": presenting.step_buttons(
            incident_law.INCIDENT, incident, request.actor, "shipments:incident-step"
        ),
        "history": history(events.about(incident)),
    }
    return render(request, "shipments/incident_detail.html", context)


def _shows(request: HttpRequest, incident: Incident, step: Step) -> dict[str, Any]:
    """What a decision frees, told before it is taken."""
    if not incident.is_holding or step.verb == "take_up":
        return {}
    booked = booked_under(incident.certificate, request.actor)
    free = _(
        "Draws on %(reference)s are held. “It is as reported” keeps them held; every other answer frees them."
    )
    if step.verb == "lift":
        free = _("Draws on %(reference)s are free again.")
    said = [Consequence(free % {"reference": incident.certificate.reference})]
    if booked:
        said.append(Consequence(_("Booked consignments that could be released again:"), booked))
    return {"consequences": said}


DOOR = asking.Door(
    law=incident_law.INCIDENT,
    services=DOOR_VERBS,
    forms=incident_forms.STEPS,
    name="incident",
    back="shipments:incident",
    shows=_shows,
)


@FORM
@roles_required(*REVIEWERS)
def step(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    """The one door for every verb."""
    return asking.step(request, door=DOOR, subject=_incident(request, reference), verb=verb)
