"""Undertakings: reading, drafting for a period, taking steps, the signed document, what changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import actor_required, roles_required
from accounts.actors import Actor
from accounts.finding import narrowed
from accounts.models import Organisation
from accounts.roles import Role
from euc import (
    consequences,
    countersigning,
    drafting_forms,
    forms,
    pages,
    pledge_printing,
    pledge_words,
    pledged,
    pledges,
    presenting,
    workflow,
)
from euc.models import Certificate, Undertaking
from euc.paging import count, paginate, shown_count
from euc.searching import UNDERTAKINGS
from euc.views import loading
from euc.views.certificates import FORM, READERS, STATUS_OF, take_step
from euc.views.drafting import importers_only
from euc.views.evidence import file_response
from workflow import engine, errands, events
from workflow.law import Step
from workflow.models import Errand

SERVICES = {
    "sign": pledges.sign,
    "approve": pledges.approve,
    "bring_into_force": pledges.bring_into_force,
    "send_back": pledges.send_back,
    "reject": pledges.reject,
    "withdraw": pledges.withdraw,
    "release": pledges.release,
    "declare_breach": pledges.declare_breach,
    "revoke": pledges.revoke,
}
ENDS = {"release", "declare_breach", "revoke"}


@require_safe
@roles_required(*READERS)
def listing(request: HttpRequest) -> HttpResponse:
    statuses = [(status, workflow.LABELS[status]) for status in workflow.UNDERTAKING.statuses]
    form = forms.UndertakingFilterForm(request.GET, statuses=statuses)
    mine = Undertaking.objects.visible_to(request.actor)
    rows = _narrowed(mine, form, request.actor).select_related("importer", "certificate")
    page = paginate(rows, order=("-id",), query=request.GET)
    context = {
        "page": page,
        "form": form,
        "may_draft": request.actor.has(Role.DRAFTER, Role.SIGNATORY),
        "waiting": _waiting(request, mine),
    }
    return render(request, "euc/undertaking_list.html", context)


def _waiting(request: HttpRequest, mine: QuerySet) -> list[dict[str, str]]:
    """What waits for this person: those for a period to sign, to approve, to bring into force."""
    asks = [
        (Role.SIGNATORY, workflow.RETURNED, _("Returned to you")),
        (Role.OFFICER, workflow.SIGNED, _("Waiting for approval")),
        (Role.SENIOR, workflow.APPROVED, _("Waiting to be brought into force")),
    ]
    found = []
    for role, status, label in asks:
        if request.actor.has(role):
            number = count(mine.for_periods().filter(status=status))
            if number:
                found.append(
                    {"label": label, "shown": shown_count(number), "query": f"?period=on&status={status}"}
                )
    return found


def _narrowed(rows: QuerySet, form: forms.UndertakingFilterForm, actor: Actor) -> QuerySet:
    if not form.is_valid():
        return rows
    if status := form.cleaned_data["status"]:
        rows = rows.filter(status=status)
    if form.cleaned_data["period"]:
        rows = rows.for_periods()
    return narrowed(rows, UNDERTAKINGS, form.cleaned_data["q"], actor)


@require_safe
@roles_required(*READERS)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    undertaking = loading.undertaking(request, reference)
    exporter = undertaking.exporter()
    relying = Certificate.objects.visible_to(request.actor).filter(relies_on=undertaking)
    context = {
        "undertaking": undertaking,
        "exporter": exporter,
        "clauses": [{"row": row, "words": row.words(exporter)} for row in undertaking.rows()],
        "steps": presenting.step_buttons(undertaking.law, undertaking, request.actor, "euc:undertaking-step"),
        "may_edit": undertaking.is_editable and request.actor.organisation.pk == undertaking.importer_id,
        "relying": paginate(relying.for_list(), order=("-id",), query=request.GET)
        if undertaking.is_for_a_period
        else None,
        "broken": [r.clause.title_here for r in undertaking.rows() if r.clause.code in undertaking.concerns],
        "reason": engine.last_reason(undertaking, "euc.blanket.send_back")
        if undertaking.status == workflow.RETURNED
        else undertaking.end_reason,
        "history": presenting.history(events.about(undertaking)),
        **progress_of(undertaking, request.actor),
    }
    return render(request, "euc/undertaking_detail.html", context)


def progress_of(undertaking: Undertaking, actor: Actor) -> dict[str, Any]:
    """How far the signed document is: made, being made, or stopped with its reason."""
    errand = errands.of(undertaking).filter(kind=pledges.PRINT).first()
    return {
        "document": undertaking.document,
        "countersigned": countersigning.of(undertaking) if undertaking.document else None,
        "may_countersign": countersigning.is_offered(undertaking, actor),
        "is_making": errand is not None and errand.state == Errand.PENDING,
        "is_stopped": errand is not None and errand.state == Errand.DEAD,
    }


@require_safe
@roles_required(*READERS)
def progress(request: HttpRequest, reference: str) -> HttpResponse:
    undertaking = loading.undertaking(request, reference)
    context = {"undertaking": undertaking, **progress_of(undertaking, request.actor)}
    return render(request, "euc/_undertaking_progress.html", context)


@require_safe
@roles_required(*READERS)
def document(request: HttpRequest, reference: str) -> HttpResponse:
    """The signed PDF exactly as registered; nothing else is ever served in its place."""
    undertaking = loading.undertaking(request, reference)
    if undertaking.document is None:
        raise Http404
    return file_response(undertaking.document.file, f"{undertaking.slug}.pdf")


@require_safe
@roles_required(*READERS)
def preview(request: HttpRequest, reference: str) -> HttpResponse:
    """The document as it will print, or as it was signed."""
    undertaking = loading.undertaking(request, reference)
    context = {"undertaking": undertaking, **_sheet(undertaking)}
    return render(request, "euc/undertaking_preview.html", context)


def _sheet(undertaking: Undertaking) -> dict[str, Any]:
    signed = undertaking.revisions.filter(number=undertaking.revision_number).first()
    if signed is None or undertaking.status in workflow.EDITABLE:
        number = undertaking.revision_number + 1
        content = pledged.build(undertaking, by=None, signed_at=None, revision=number)
        return pledge_printing.print_context(content, {})
    return pledge_printing.print_context(signed.content, {})


@require_safe
@roles_required(*READERS)
def changes(request: HttpRequest, reference: str) -> HttpResponse:
    """What was signed against today's library, and against the signature before it."""
    undertaking = loading.undertaking(request, reference)
    last = list(undertaking.revisions.order_by("-number")[:2])
    standings = pledge_words.against_today(undertaking, undertaking.offers())
    context = {
        "undertaking": undertaking,
        "standings": [one for one in standings if one.state != pledge_words.SAME],
        "alike": [one for one in standings if one.state == pledge_words.SAME],
        "changes": pledge_words.changed_since_before(last[1].content, last[0].content)
        if len(last) == 2
        else [],
        "has_two": len(last) == 2,
    }
    return render(request, "euc/undertaking_changes.html", context)


@require_POST
@importers_only
def create(request: HttpRequest) -> HttpResponse:
    try:
        undertaking = pledges.start(by=request.actor)
    except engine.Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("euc:undertaking-list")
    return redirect("euc:undertaking-draft", undertaking.reference)


@FORM
@importers_only
def draft(request: HttpRequest, reference: str) -> HttpResponse:
    """The one page of an undertaking for a period."""
    undertaking = loading.undertaking(request, reference)
    if not undertaking.is_editable:
        messages.info(request, _("This undertaking is not a draft any more."))
        return redirect("euc:undertaking-detail", reference)
    columns = {name: getattr(undertaking, name) for name in pledges.COLUMNS}
    head = {"seen": undertaking.saves, "addressed_to": undertaking.addressed_to_id}
    form = drafting_forms.PledgeForm(
        request.POST or None,
        offers=undertaking.offers(),
        authorities=Organisation.objects.choosable_authorities(),
        initial=columns | head | pages.given_clauses(undertaking.rows()),
    )
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                pledges.record(
                    undertaking=undertaking,
                    by=request.actor,
                    columns=form.columns(),
                    codes=form.codes(),
                    parties=form.parties(),
                    seen=form.cleaned_data["seen"],
                    addressed_to=form.addressee(),
                )
            except engine.Refusal as refused:
                refusal, status = refused, STATUS_OF[type(refused)]
            else:
                messages.success(request, _("Saved."))
                return redirect("euc:undertaking-detail", reference)
    context = {"undertaking": undertaking, "form": form, "refusal": refusal}
    return render(request, "euc/undertaking_draft.html", context, status=status)


@FORM
@actor_required
def step(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    undertaking = loading.undertaking(request, reference)
    if verb.replace("-", "_") not in {step.verb for step in undertaking.law.steps if not step.inner}:
        raise Http404
    return take_step(
        request,
        law=undertaking.law,
        subject=undertaking,
        verb=verb,
        services=SERVICES,
        name="undertaking",
        back="euc:undertaking-detail",
        extra=_step_context,
    )


def _step_context(request: HttpRequest, undertaking: Undertaking, step: Step) -> dict[str, Any]:
    context: dict[str, Any] = {"misses": step.misses(undertaking)}
    if step.verb in ENDS:
        context["consequences"] = consequences.of_ending_a_promise(undertaking, step.verb, by=request.actor)
    elif step.verb in {"sign", "approve", "bring_into_force"}:
        context |= _sheet(undertaking)
    return context
