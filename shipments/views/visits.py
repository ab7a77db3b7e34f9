"""Verification visits: the list, planning one, its page with samples and files, and the steps of its life."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import roles_required
from accounts.roles import Role
from documents import uploads
from euc import presenting
from euc.models.certificate import today
from euc.paging import paginate
from euc.views import loading as certificates
from euc.views.certificates import FORM, REVIEWERS
from euc.views.evidence import LOOKERS, file_response, picture_response
from euc.views.refusing import beside
from shipments import visit_forms, visit_law, visiting
from shipments.models import Holding, Lot, Visit, VisitFile
from shipments.models.visit import AT_HAND
from shipments.presenting import history
from shipments.views import asking, loading
from workflow import engine, events

SHOWN = 100
DUE_SHOWN = 20


def _starts(visit: Visit) -> dict[str, Any]:
    return {"held_on": visit.planned_on, "planned_on": visit.planned_on, "due_on": visit.action_due_on}


DOOR = asking.Door(
    law=visit_law.VISIT,
    services={
        "conclude": visiting.conclude,
        "reschedule": visiting.reschedule,
        "demand_action": visiting.demand_action,
        "answer": visiting.answer,
        "send_back": visiting.send_back,
        "close": visiting.close,
        "cancel": visiting.cancel,
    },
    forms=visit_forms.STEPS,
    name="visit",
    back="shipments:visit",
    starts=_starts,
)


@require_safe
@roles_required(*loading.READERS)
def listing(request: HttpRequest) -> HttpResponse:
    """Visits by status; for officers also whose visit is due."""
    form = visit_forms.VisitFilterForm(request.GET)
    rows = Visit.objects.visible_to(request.actor).for_list()
    if form.is_valid():
        rows = rows.overdue() if form.cleaned_data["overdue"] else rows
        status = form.cleaned_data["status"]
        rows = rows.filter(status=status) if status else rows
    watches = request.actor.has(*REVIEWERS, Role.AUDITOR)
    context = {
        "page": paginate(rows, order=("-id",), query=request.GET),
        "form": form,
        "shows_importer": not request.actor.has(*loading.IMPORTER),
        "watches": watches,
        "due": visiting.importers_due()[:DUE_SHOWN] if watches else [],
    }
    return render(request, "shipments/visit_list.html", context)


@FORM
@roles_required(*REVIEWERS)
def schedule(request: HttpRequest, reference: str) -> HttpResponse:
    """Plan a visit of the importer of one certificate."""
    certificate = certificates.certificate(request, reference)
    lots = _lots_of(certificate.importer_id)
    initial = {"planned_on": today()}
    form = visit_forms.ScheduleForm(request.POST or None, lots=lots, initial=initial)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                visit = visiting.schedule(certificate=certificate, by=request.actor, **form.answers())
            except engine.Incomplete as refused:
                refusal = beside(form, refused)
            except engine.Refusal as refused:
                refusal, status = refused, asking.REFUSED[type(refused)]
            else:
                messages.success(request, _("The visit is planned; the importer was told."))
                return redirect("shipments:visit", visit.slug)
    sites = certificate.importer.sites.filter(is_active=True).values_list("name", flat=True)
    context = {"certificate": certificate, "form": form, "refusal": refusal, "sites": sites}
    return render(request, "shipments/visit_schedule.html", context, status=status)


def _lots_of(importer_id: int) -> QuerySet[Lot]:
    """The importer's lots of which something still lies there, newest first."""
    held = Holding.objects.filter(importer=importer_id, account__in=AT_HAND, weight_mg__gt=0)
    newest = held.order_by("-lot").values_list("lot", flat=True).distinct()[: visit_forms.MOST_LOTS]
    rows = Lot.objects.filter(pk__in=list(newest)).order_by("-pk")
    return rows.select_related("consignment__certificate", "goods_line")


def _visit(request: HttpRequest, reference: str) -> Visit:
    mine = Visit.objects.visible_to(request.actor)
    related = ("importer", "authority", "held_by", "answered_by", "closed_by", "scheduled_by")
    return get_object_or_404(mine.select_related(*related), reference=reference)


@require_safe
@roles_required(*loading.READERS)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    return _page(request, _visit(request, reference), visit_forms.FileForm())


def _page(
    request: HttpRequest, visit: Visit, form: visit_forms.FileForm, refusal: Any = None, status: int = 200
) -> HttpResponse:
    actor = request.actor
    is_theirs = actor.organisation.pk == visit.importer_id
    is_officers = actor.has(*REVIEWERS) and not any(bar(visit, actor) for bar in visit_law.INDEPENDENT)
    is_open = visit.status == visit_law.SCHEDULED and visit.planned_on <= today()
    samples = visit.samples.select_related("lot__consignment", "lot__goods_line", "taken_by")
    context = {
        "visit": visit,
        "certificates": visit.certificates.order_by("reference"),
        "held": _at_hand(visit) if is_officers and visit.status == visit_law.SCHEDULED else [],
        "may_sample": is_officers and is_open,
        "samples": samples.order_by("id"),
        "files": visit.files.select_related("file", "added_by") if actor.has(*LOOKERS) else [],
        "may_add": (is_officers and visit.status in visit_law.OPEN)
        or (is_theirs and visit.status == visit_law.ACTION_OPEN),
        "form": form,
        "refusal": refusal,
        "steps": presenting.step_buttons(visit_law.VISIT, visit, actor, "shipments:visit-step"),
        "history": history(events.about(visit)),
    }
    return render(request, "shipments/visit_detail.html", context, status=status)


def _at_hand(visit: Visit) -> QuerySet[Holding]:
    rows = visit.at_hand().select_related("lot__consignment", "lot__goods_line")
    return rows.order_by("lot_id", "id")[:SHOWN]


@FORM
@roles_required(*REVIEWERS)
def sample(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Enter what was weighed and counted in one place; the ledger tells what should be there."""
    visit = _visit(request, reference)
    related = ("lot__consignment__certificate", "lot__goods_line")
    holding = get_object_or_404(visit.at_hand().select_related(*related), pk=pk)
    form = visit_forms.SampleForm(request.POST or None)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                visiting.take_sample(visit=visit, holding=holding, by=request.actor, **form.answers())
            except engine.Refusal as refused:
                refusal, status = refused, asking.REFUSED[type(refused)]
            else:
                messages.success(request, _("Kept beside what the ledger holds."))
                return redirect("shipments:visit", visit.slug)
    context = {"visit": visit, "holding": holding, "form": form, "refusal": refusal}
    return render(request, "shipments/visit_sample.html", context, status=status)


@require_POST
@roles_required(*loading.IMPORTER, *REVIEWERS)
def add_file(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a photograph or paper; a refusal stands on the visit's own page."""
    visit = _visit(request, reference)
    form = visit_forms.FileForm(request.POST, request.FILES)
    refusal, status = None, 422
    if form.is_valid():
        try:
            checked = uploads.check(form.cleaned_data["file"])
            if checked.media_type == uploads.XLSX:
                raise uploads.UploadRefused(_("A photograph or paper is a PDF or a picture."))
            caption = form.cleaned_data["caption"] or ""
            visiting.add_file(visit=visit, by=request.actor, checked=checked, caption=caption)
        except uploads.UploadRefused as refused:
            form.add_error("file", str(refused))
        except engine.Incomplete as refused:
            refusal = beside(form, refused)
        except engine.Refusal as refused:
            refusal, status = refused, asking.REFUSED[type(refused)]
        else:
            messages.success(request, _("Added."))
            return redirect("shipments:visit", visit.slug)
    return _page(request, visit, form, refusal, status)


def _file(request: HttpRequest, reference: str, pk: int) -> VisitFile:
    return get_object_or_404(_visit(request, reference).files.select_related("file"), pk=pk)


@require_safe
@roles_required(*LOOKERS)
def fetch(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The file itself, always as a download."""
    found = _file(request, reference, pk)
    return file_response(found.file, found.name)


@require_safe
@roles_required(*LOOKERS)
def picture(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Its first page as a JPEG."""
    return picture_response(request, _file(request, reference, pk).file, 1)


@FORM
@roles_required(*loading.IMPORTER, *REVIEWERS)
def step(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    """The one door for every verb."""
    return asking.step(request, door=DOOR, subject=_visit(request, reference), verb=verb)
