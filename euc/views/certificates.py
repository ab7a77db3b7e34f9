"""Reading certificates and taking steps on them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import actor_required, fresh_proof_required, roles_required
from accounts.actors import Actor
from accounts.finding import narrowed
from accounts.roles import Role
from documents.esigning import provider
from euc import (
    assessing,
    capacity,
    consequences,
    content,
    control,
    countersigning,
    forms,
    inspecting,
    presenting,
    printing,
    ruling_words,
    services,
    workflow,
    worklist,
)
from euc.models import Certificate, FieldComment, ScreeningHit
from euc.models.certificate import today
from euc.paging import paginate
from euc.searching import CERTIFICATES
from euc.views import evidence, loading
from workflow import engine, errands, events
from workflow.law import Step, Workflow
from workflow.models import Errand

SERVICES = {
    "submit": services.submit,
    "approve": services.approve,
    "send_back": services.send_back,
    "issue": services.issue,
    "reject": services.reject,
    "withdraw": services.withdraw,
    "revoke": services.revoke,
}
FORM = require_http_methods(["GET", "HEAD", "POST"])
READERS = (Role.DRAFTER, Role.SIGNATORY, Role.OFFICER, Role.SENIOR, Role.AUDITOR, Role.ANALYST)
REVIEWERS = (Role.OFFICER, Role.SENIOR)


@require_safe
@roles_required(*READERS)
def listing(request: HttpRequest) -> HttpResponse:
    statuses = [(status, workflow.LABELS[status]) for status in workflow.CERTIFICATE.statuses]
    form = forms.CertificateFilterForm(request.GET, statuses=statuses)
    rows = _narrowed(Certificate.objects.visible_to(request.actor).for_list(), form, request.actor)
    page = paginate(rows, order=("-id",), query=request.GET)
    may_draft = request.actor.has(Role.DRAFTER, Role.SIGNATORY)
    return render(request, "euc/certificate_list.html", {"page": page, "form": form, "may_draft": may_draft})


def _narrowed(rows: QuerySet, form: forms.CertificateFilterForm, actor: Actor) -> QuerySet:
    if not form.is_valid():
        return rows
    if status := form.cleaned_data["status"]:
        rows = rows.filter(status=status)
    if form.cleaned_data["expiring"]:
        rows = rows.filter(status=workflow.ISSUED, valid_until__lte=today() + worklist.SOON)
    return narrowed(rows, CERTIFICATES, form.cleaned_data["q"], actor)


@require_safe
@roles_required(*READERS)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    certificate = loading.certificate(request, reference)
    return render(request, "euc/certificate_detail.html", reviewed(request, certificate))


def reviewed(request: HttpRequest, certificate: Certificate) -> dict[str, Any]:
    """All that is said of a certificate: what it holds, what was found, remarked and done, and the steps."""
    shown = shown_content(certificate, request.actor)
    judged = assessing.content(shown["goods"], control.day_in_china())
    return {
        "certificate": certificate,
        "content": shown,
        "sections": presenting.sections(shown),
        "assessments": {number: ruling_words.assessment(found) for number, found in judged.items()},
        "steps": presenting.step_buttons(
            workflow.CERTIFICATE, certificate, request.actor, "euc:certificate-step"
        ),
        "history": presenting.history(events.about(certificate)),
        "undertakings": certificate.undertakings.all(),
        "evidence": evidence.shown(certificate, request.actor),
        "comments": _comments_by_field(certificate, request.actor),
        "reviewing": may_review(certificate, request.actor),
        "may_copy": request.actor.organisation.pk == certificate.importer_id,
        "hits": _hits(certificate, request.actor),
        "findings": [] if request.actor.has(Role.ANALYST) else _findings(certificate, request.actor),
        "risk_reasons": presenting.risk_reasons(certificate),
        "reason": engine.last_reason(certificate, "euc.certificate.send_back")
        if certificate.status == workflow.RETURNED
        else certificate.end_reason,
        "replaced_by": _successor(certificate),
        **_quantities(certificate, request.actor),
        **_against(certificate, shown),
        **progress_of(certificate),
        **_may_countersign(request, certificate),
    }


def may_review(certificate: Certificate, actor: Actor) -> bool:
    return actor.has(*REVIEWERS) and certificate.status in workflow.UNDER_REVIEW


def _quantities(certificate: Certificate, actor: Actor) -> dict[str, Any]:
    """What is left of each line once issued, and the year's capacity while it is drafted, reviewed or repeated."""
    said: dict[str, Any] = {"lines": {}}
    if certificate.was_issued:
        is_theirs = actor.organisation.pk == certificate.importer_id
        said["lines"] = {line.number: line for line in certificate.lines()}
        said["releases"] = list(certificate.releases.select_related("released_by"))
        said["may_give_up"] = is_theirs and actor.has(Role.SIGNATORY) and certificate.is_in_force()
    if not certificate.was_issued or certificate.repeats_id:
        said["use"] = capacity.of(certificate)
    return said


def _successor(certificate: Certificate) -> Certificate | None:
    """The issued certificate that took this one's place."""
    if certificate.status != workflow.SUPERSEDED:
        return None
    return certificate.superseded_by.filter(status__in=workflow.WAS_ISSUED).first()


def _against(certificate: Certificate, shown: dict[str, Any]) -> dict[str, Any]:
    """What a certificate that takes another's place changes, against the text that was issued."""
    predecessor = certificate.supersedes
    if predecessor is None:
        return {}
    issued = predecessor.revisions.get(number=predecessor.revision_number).content
    return {"predecessor": predecessor, "against": presenting.changes(issued, shown)}


def shown_content(certificate: Certificate, actor: Actor) -> dict[str, Any]:
    """What is shown: the submitted revision, or the draft as it stands for those who edit it."""
    is_theirs = actor.organisation.pk == certificate.importer_id
    if (certificate.is_editable and is_theirs) or not certificate.revision_number:
        return content.build(certificate, by=None, signed_at=None, revision=certificate.revision_number + 1)
    return certificate.revisions.get(number=certificate.revision_number).content


def _hits(certificate: Certificate, actor: Actor) -> QuerySet:
    """What screening found and still holds, for those who judge it."""
    mine = ScreeningHit.objects.visible_to(actor).filter(certificate=certificate)
    return mine.exclude(status=workflow.LAPSED).select_related("on_list").order_by("id")


def _findings(certificate: Certificate, actor: Actor) -> list[inspecting.Answered]:
    """As they stand for those who edit it, else as they were kept with the submitted revision."""
    is_theirs = actor.organisation.pk == certificate.importer_id
    if certificate.is_editable and is_theirs:
        return certificate.inspected()
    return inspecting.of_revision(certificate)


def _comments_by_field(certificate: Certificate, actor: Actor) -> dict[tuple, list[FieldComment]]:
    rows = certificate.comments.select_related("written_by")
    if not actor.has(*REVIEWERS):
        rows = rows.filter(sent_at__isnull=False)
    found: dict[tuple, list[FieldComment]] = {}
    for row in rows:
        found.setdefault((row.page, row.line, row.field), []).append(row)
    return found


def progress_of(certificate: Certificate) -> dict[str, Any]:
    """How far the signed document is: made, being made, or stopped with its reason."""
    errand = errands.of(certificate).filter(kind="euc.print_certificate").first()
    return {
        "document": certificate.document,
        "countersigned": countersigning.of(certificate) if certificate.document else None,
        "errand": errand,
        "is_making": errand is not None and errand.state == Errand.PENDING,
        "is_stopped": errand is not None and errand.state == Errand.DEAD,
    }


@require_safe
@roles_required(*READERS)
def progress(request: HttpRequest, reference: str) -> HttpResponse:
    certificate = loading.certificate(request, reference)
    context = {
        "certificate": certificate,
        **progress_of(certificate),
        **_may_countersign(request, certificate),
    }
    return render(request, "euc/_progress.html", context)


def _may_countersign(request: HttpRequest, certificate: Certificate) -> dict[str, bool]:
    may = countersigning.is_offered(certificate, request.actor)
    return {"may_countersign": may, "may_esign": may and provider.is_configured()}


@require_safe
@roles_required(*READERS)
def preview(request: HttpRequest, reference: str) -> HttpResponse:
    """The document as it will print, or as it was submitted."""
    certificate = loading.certificate(request, reference)
    shown = printing.preview_context(shown_content(certificate, request.actor))
    return render(request, "euc/certificate_preview.html", {"certificate": certificate, **shown})


@require_safe
@roles_required(*READERS)
def changes(request: HttpRequest, reference: str) -> HttpResponse:
    """What changed between the last two submitted revisions, or up to any chosen one."""
    certificate = loading.certificate(request, reference)
    revisions = {
        revision.number: revision for revision in certificate.revisions.select_related("submitted_by")
    }
    asked = request.GET.get("to", "")
    to = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else certificate.revision_number
    before, after = revisions.get(to - 1), revisions.get(to)
    rows = presenting.changes(before.content, after.content) if before and after else []
    context = {
        "certificate": certificate,
        "changes": rows,
        "before": before,
        "after": after,
        "revisions": list(revisions.values())[1:],
    }
    return render(request, "euc/certificate_changes.html", context)


@FORM
@actor_required
def step(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    """The one door for every verb: a page that asks and warns, and the POST that acts."""
    certificate = loading.certificate(request, reference)
    return take_step(
        request,
        law=workflow.CERTIFICATE,
        subject=certificate,
        verb=verb,
        services=SERVICES,
        name="certificate",
        back="euc:certificate-detail",
        extra=_step_context,
    )


def _step_context(request: HttpRequest, certificate: Certificate, step: Step) -> dict[str, Any]:
    context: dict[str, Any] = {"misses": step.misses(certificate), "certificate": certificate}
    if step.verb in {"submit", "approve", "issue"}:
        shown = shown_content(certificate, request.actor)
        context |= printing.preview_context(shown) | _against(certificate, shown)
        context["hits"] = _hits(certificate, request.actor)
        context["findings"] = _findings(certificate, request.actor)
    if step.verb == "revoke":
        context["consequences"] = consequences.of_ending(certificate, by=request.actor)
    return context


def take_step(
    request: HttpRequest,
    *,
    law: Workflow,
    subject: Any,
    verb: str,
    services: dict[str, Any],
    name: str,
    back: str,
    extra: Any = lambda request, subject, step: {"misses": []},
) -> HttpResponse:
    """Ask the step's questions and take it; a refusal is shown on the same page with what was typed."""
    verb = verb.replace("-", "_")
    if verb not in services:
        raise Http404
    step = law.step(verb)
    act = _ask_and_act if not step.binding else fresh_proof_required(_ask_and_act)
    return act(
        request,
        law=law,
        subject=subject,
        step=step,
        service=services[verb],
        name=name,
        back=back,
        extra=extra,
    )


def _ask_and_act(
    request: HttpRequest,
    *,
    law: Workflow,
    subject: Any,
    step: Step,
    service: Any,
    name: str,
    back: str,
    extra: Any,
) -> HttpResponse:
    initial = {
        "seen_hash": getattr(subject, "content_hash", ""),
        "valid_until": today() + services.VALID_FOR - timedelta(days=1),
    }
    form = forms.StepForm(request.POST or None, step=step, subject=subject, initial=initial)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                service(**{name: subject}, by=request.actor, **_answers(form, step))
            except engine.Refusal as refused:
                refusal, status = refused, STATUS_OF[type(refused)]
            else:
                done = presenting.VERBS.get(step.verb, step.label)
                messages.success(request, f"{subject}: {done}.")
                return redirect(back, subject.reference)
        subject.refresh_from_db()
    elif step not in law.open_to(subject, request.actor):
        status, refusal = 409, _why_not(law, subject, step, request.actor)
    context = {
        "subject": subject,
        "step": step,
        "form": form,
        "refusal": refusal,
        "back": back,
        **extra(request, subject, step),
    }
    return render(request, "euc/step.html", context, status=status)


STATUS_OF = {engine.WrongStatus: 409, engine.NotAllowed: 403, engine.Incomplete: 422}


def _answers(form: forms.StepForm, step: Step) -> dict[str, Any]:
    answers = form.answers()
    if step.verb not in {"approve", "issue", "bring_into_force"}:
        answers.pop("seen_hash", None)
    return answers


def _why_not(law: Workflow, subject: Any, step: Step, actor: Any) -> str:
    if subject.status not in step.sources:
        return _("This step is not possible while it is %(status)s.") % {"status": subject.status_label}
    return step.bar(subject, actor) or _("Your role does not allow this step.")


# --- files ---------------------------------------------------------------------------------------


@require_safe
@roles_required(*READERS)
def document(request: HttpRequest, reference: str) -> HttpResponse:
    """The signed PDF exactly as registered; nothing else is ever served in its place."""
    certificate = loading.certificate(request, reference)
    if certificate.document is None:
        raise Http404
    return evidence.file_response(certificate.document.file, f"{certificate.slug}.pdf")


@require_safe
@roles_required(*READERS)
def machine_readable(request: HttpRequest, reference: str) -> HttpResponse:
    """The same JSON that is attached inside the signed PDF."""
    certificate = loading.certificate(request, reference)
    if certificate.document is None:
        raise Http404
    revision = certificate.revisions.get(number=certificate.revision_number)
    body = printing.certificate_json(content=revision.content, issue=certificate.issue_block)
    response = HttpResponse(body, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{certificate.slug}.json"'
    return response
