"""Consignments: the list, what can be shipped today, planning, and the steps of their life."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import fresh_proof_required, roles_required
from accounts.actors import Actor
from accounts.finding import narrowed
from documents import storing, uploads
from euc import control, presenting
from euc import workflow as certificate_law
from euc.models import Certificate, GoodsLine
from euc.models.certificate import today
from euc.paging import paginate
from euc.views.certificates import STATUS_OF
from euc.views.refusing import beside
from licensing import limits
from licensing.models import Licence
from shipments import custody, drawing, forms, ports, services, workflow
from shipments.models import Consignment, Holding
from shipments.presenting import history, journey
from shipments.searching import CONSIGNMENTS
from shipments.views import loading
from workflow import engine, events
from workflow.law import Step
from workflow.models import Event

FORM = require_http_methods(["GET", "HEAD", "POST"])
REFUSED = {**STATUS_OF, drawing.Exceeded: 409, custody.NotThere: 409}
SERVICES = {
    "book": services.book,
    "declare": services.declare,
    "query": services.query,
    "release": services.release,
    "refuse": services.refuse,
    "depart": services.depart,
    "arrive": services.arrive,
    "enter": services.enter,
    "clear": services.clear,
    "receive": services.receive,
    "lose": services.lose,
    "reconcile": services.reconcile,
    "cancel": services.cancel,
}
SHIPPABLE = 100


@require_safe
@roles_required(*loading.READERS)
def listing(request: HttpRequest) -> HttpResponse:
    form = forms.ConsignmentFilterForm(request.GET)
    rows = _narrowed(Consignment.objects.visible_to(request.actor).for_list(), form, request.actor)
    page = paginate(rows, order=("-id",), query=request.GET)
    may_plan = request.actor.has(*loading.IMPORTER)
    context = {"page": page, "form": form, "may_plan": may_plan}
    return render(request, "shipments/consignment_list.html", context)


def _narrowed(rows: QuerySet, form: forms.ConsignmentFilterForm, actor: Actor) -> QuerySet:
    if not form.is_valid():
        return rows
    if status := form.cleaned_data["status"]:
        rows = rows.filter(status=status)
    return narrowed(rows, CONSIGNMENTS, form.cleaned_data["q"], actor)


@require_safe
@roles_required(*loading.IMPORTER)
def shippable(request: HttpRequest) -> HttpResponse:
    """What can be shipped today: lines of certificates in force with something left, and licences for them."""
    mine = Certificate.objects.visible_to(request.actor)
    in_force = mine.filter(status=certificate_law.ISSUED, valid_from__lte=today(), valid_until__gte=today())
    left = F("net_weight_mg") - F("released_mg") - F("reserved_mg") - F("drawn_mg")
    lines = GoodsLine.objects.filter(certificate__in=in_force).annotate(rest_mg=left).filter(rest_mg__gt=0)
    rows = list(
        lines.select_related("certificate").order_by("certificate__valid_until", "certificate_id", "number")[
            :SHIPPABLE
        ]
    )
    usable = _licences(request)
    on_licence = {pk: 0 for pk in (row.pk for row in rows)}
    for licence in usable:
        for line in licence.lines.all():
            if line.goods_line_id in on_licence:
                on_licence[line.goods_line_id] += line.left_mg
    context = {"rows": [{"line": row, "licensed_mg": min(on_licence[row.pk], row.rest_mg)} for row in rows]}
    return render(request, "shipments/shippable.html", context)


def _licences(request: HttpRequest) -> list[Licence]:
    """The importer's licences that can be used today, with their lines. Two queries."""
    mine = Licence.objects.filter(
        importer=request.actor.organisation, status="ISSUED", expires_on__gte=today()
    )
    return list(mine.prefetch_related("lines").order_by("expires_on", "pk"))


@FORM
@roles_required(*loading.IMPORTER)
def create(request: HttpRequest, reference: str) -> HttpResponse:
    """Plan a consignment under one certificate."""
    mine = Certificate.objects.visible_to(request.actor).filter(status__in=certificate_law.WAS_ISSUED)
    certificate = get_object_or_404(mine, reference=reference)

    def act(**given: Any) -> Consignment:
        return services.plan(certificate=certificate, by=request.actor, **given)

    return _papers(request, certificate, act, initial=None, rows=[])


@FORM
@roles_required(*loading.IMPORTER)
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change a planned consignment."""
    consignment = loading.consignment(request, reference)
    names = [*services.PAPERS, "without_licence"]
    initial = {name: getattr(consignment, name) for name in names} | {"licence": consignment.licence_id or ""}
    rows = [
        {
            "line": str(lot.goods_line.number),
            "batch": lot.batch,
            "weight_mg": lot.weight_mg,
            "pieces": lot.pieces or None,
            "value": lot.value,
            "currency": lot.currency,
        }
        for lot in consignment.lots()
    ]

    def act(**given: Any) -> Consignment:
        services.change(consignment=consignment, by=request.actor, **given)
        return consignment

    return _papers(request, consignment.certificate, act, initial=initial, rows=rows, consignment=consignment)


def _papers(
    request: HttpRequest,
    certificate: Certificate,
    act: Any,
    *,
    initial: dict[str, Any] | None,
    rows: list[dict[str, Any]],
    consignment: Consignment | None = None,
) -> HttpResponse:
    """The one page for planning and changing; a refusal stands on it with what was typed."""
    lines = certificate.lines()
    choices = [(str(line.number), f"{line.number} · {line.description}") for line in lines]
    known = {line.pk for line in lines}
    covering = [row for row in _licences(request) if known & {line.goods_line_id for line in row.lines.all()}]
    if initial is None:
        initial = {"licence": covering[0].pk} if covering else {}
    form = forms.PapersForm(request.POST or None, certificate=certificate, licences=covering, initial=initial)
    lots = forms.LotForms(request.POST or None, initial=rows, prefix="lots", form_kwargs={"lines": choices})
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid() & lots.is_valid():
            try:
                made = act(**form.given(), lots=lots.plans())
            except engine.Incomplete as refused:
                refusal = beside(form, refused)
            except engine.Refusal as refused:
                refusal, status = refused, REFUSED[type(refused)]
            else:
                messages.success(request, _("Saved. Nothing is reserved until you book it."))
                return redirect("shipments:consignment-detail", made.slug)
    elif consignment is not None and not consignment.is_planned:
        status, refusal = 409, _("Only a planned consignment can be changed.")
    context = {
        "certificate": certificate,
        "consignment": consignment,
        "form": form,
        "lots": lots,
        "lines": lines,
        "refusal": refusal,
        "ports_china": ports.CHINA,
        "ports_india": ports.INDIA,
    }
    return render(request, "shipments/consignment_form.html", context, status=status)


@require_safe
@roles_required(*loading.READERS)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    consignment = loading.consignment(request, reference)
    lots = consignment.lots()
    recorded = list(events.about(consignment))
    held = Holding.objects.filter(lot__in=lots).exclude(weight_mg=0, pieces=0).order_by("id")
    by_lot: dict[int, list[Holding]] = {}
    for row in held:
        by_lot.setdefault(row.lot_id, []).append(row)
    context = {
        "consignment": consignment,
        "journey": journey(consignment),
        "lots": [{"lot": lot, "held": by_lot.get(lot.pk, [])} for lot in lots],
        "total_mg": sum(lot.weight_mg for lot in lots),
        "draws": services.draws_of(consignment),
        "steps": presenting.step_buttons(
            workflow.CONSIGNMENT, consignment, request.actor, "shipments:consignment-step"
        ),
        "may_change": consignment.is_planned and request.actor.organisation.pk == consignment.importer_id,
        "query": _query(consignment, recorded),
        "arrived": consignment.arrived_documents.visible_to(request.actor).order_by("pk"),
        "history": history(recorded),
    }
    return render(request, "shipments/consignment_detail.html", context)


def _query(consignment: Consignment, recorded: list[Event]) -> limits.Running | None:
    """The clock of the question that Chinese customs asked last; None when none is open."""
    if consignment.status != workflow.QUERIED:
        return None
    asked = [event.details["on"] for event in recorded if event.action == "query"]
    since = date.fromisoformat(asked[-1]) if asked else None
    return limits.of(limits.Kind.CUSTOMS_QUERY, since, control.day_in_china())


@FORM
@roles_required(*loading.IMPORTER)
def step(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    """The one door for every verb: a page that asks, and the POST that acts."""
    consignment = loading.consignment(request, reference)
    verb = verb.replace("-", "_")
    if verb not in SERVICES:
        raise Http404
    found = workflow.CONSIGNMENT.step(verb)
    act = fresh_proof_required(_ask_and_act) if found.binding else _ask_and_act
    return act(request, consignment=consignment, step=found)


def _ask_and_act(request: HttpRequest, *, consignment: Consignment, step: Step) -> HttpResponse:
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = forms.FORMS[step.verb](*given, consignment=consignment, initial={"on": today()})
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                answers = form.answers() | _uploaded(request, consignment, form)
                SERVICES[step.verb](consignment=consignment, by=request.actor, **answers)
            except uploads.UploadRefused as refused:
                form.add_error("photograph", str(refused))
            except engine.Incomplete as refused:
                refusal = beside(form, refused)
            except engine.Refusal as refused:
                refusal, status = refused, REFUSED[type(refused)]
            else:
                messages.success(request, f"{consignment}: {workflow.LABELS[consignment.status]}.")
                return redirect("shipments:consignment-detail", consignment.slug)
            consignment.refresh_from_db()
    elif step not in workflow.CONSIGNMENT.open_to(consignment, request.actor):
        status, refusal = 409, _why_not(consignment, step, request.actor)
    context = {
        "consignment": consignment,
        "step": step,
        "form": form,
        "refusal": refusal,
        "misses": step.misses(consignment) if consignment.status in step.sources else [],
        "ports_india": ports.INDIA,
        "sites": getattr(form, "sites", []),
    }
    return render(request, "shipments/step.html", context, status=status)


def _uploaded(request: HttpRequest, consignment: Consignment, form: Any) -> dict[str, Any]:
    file = form.cleaned_data.get("photograph") if "photograph" in form.fields else None
    if not file:
        return {}
    checked = uploads.check(file)
    stored = storing.store(
        content=checked.content, name=checked.name, media_type=checked.media_type, book=consignment.book
    )
    return {"evidence": stored}


def _why_not(consignment: Consignment, step: Step, actor: Any) -> str:
    if consignment.status not in step.sources:
        said = {"status": consignment.status_label}
        return _("This step is not possible while it is %(status)s.") % said
    return str(step.bar(consignment, actor) or _("Your role does not allow this step."))
