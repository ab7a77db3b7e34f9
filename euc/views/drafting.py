"""The drafting pages: one form a page, saved as typed, resumable."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import roles_required
from accounts.roles import Role
from documents import uploads
from euc import (
    assessing,
    attaching,
    capacity,
    completeness,
    control,
    drafting,
    drafting_forms,
    forms,
    pages,
    presenting,
    ruling_words,
    services,
    turns,
    workflow,
)
from euc.dated_forms import AnswerForm
from euc.inspecting import Answered
from euc.models import Certificate, GoodsLine, Scratch
from euc.quality import EXPLAIN
from euc.views import loading, parts
from workflow import engine

form_page = require_http_methods(["GET", "HEAD", "POST"])
importers_only = roles_required(Role.DRAFTER, Role.SIGNATORY)


@require_POST
@importers_only
def create(request: HttpRequest) -> HttpResponse:
    try:
        certificate = services.start(by=request.actor)
    except engine.Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("euc:certificate-list")
    return redirect("euc:draft", certificate.reference, completeness.PARTIES)


@require_POST
@importers_only
def copy(request: HttpRequest, reference: str) -> HttpResponse:
    source = loading.certificate(request, reference)
    try:
        draft = drafting.copy(
            source=source,
            by=request.actor,
            supersede="supersede" in request.POST,
            repeat="repeat" in request.POST,
        )
    except engine.Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("euc:certificate-detail", reference)
    if draft.supersedes is not None:
        said = _("Copied with its order and evidence. %(reference)s stays in force until this one is issued.")
        messages.success(request, said % {"reference": source.reference})
        return redirect("euc:draft", draft.reference, completeness.PARTIES)
    messages.success(request, _("Copied. The purchase order and the evidence are left for you to fill in."))
    return redirect("euc:draft", draft.reference, completeness.ORDER)


@form_page
@importers_only
def draft(request: HttpRequest, reference: str, page: str) -> HttpResponse:
    """One drafting page; POST saves it, with `HX-Request` as one types."""
    certificate = loading.certificate(request, reference)
    if not certificate.is_editable and request.method != "POST":
        messages.info(request, _("This certificate is not a draft any more."))
        return redirect("euc:certificate-detail", reference)
    special = {completeness.GOODS: _goods, completeness.EVIDENCE: _evidence, completeness.CHECK: _check}
    return special.get(page, _form_page)(request, certificate, page)


def _form_page(request: HttpRequest, certificate: Certificate, page: str) -> HttpResponse:
    comments = tuple(_comments(certificate, page))
    if request.method != "POST":
        form = _shown(
            pages.kind(certificate, page), certificate, page, pages.initial(certificate, page), comments
        )
        return _page(request, certificate, page, form=form)
    form = pages.kind(certificate, page)(request.POST, comments=comments)
    return _save(
        request, certificate, page, form, lambda: pages.record(certificate, page, form, request.actor)
    )


def _shown(
    kind: Any, certificate: Certificate, page: str, initial: dict, comments: tuple, line: int = 0
) -> Any:
    """The page as it was last typed where that did not hold, otherwise as recorded."""
    scratch = certificate.scratch.filter(page=page, line=line).first()
    if scratch is None:
        return kind(initial=initial, comments=comments)
    form = kind(_typed(scratch), comments=comments)
    for name in scratch.errors.keys() & form.fields.keys() - form.errors.keys():
        for error in scratch.errors[name]:  # what was kept may hold where what was typed did not
            form.add_error(name, error["message"])
    return form


def _typed(scratch: Scratch) -> dict[str, str]:
    return {name: values[-1] if values else "" for name, values in scratch.typed.items()}


def _save(
    request: HttpRequest,
    certificate: Certificate,
    page: str,
    form: Any,
    record: Any,
    line: GoodsLine | None = None,
) -> HttpResponse:
    """Record the page if it holds, keep it as typed if not; answer a person or the autosave."""
    holds = form.is_valid()
    known = _known(request)

    def write() -> None:
        record()  # what holds, also when something else does not
        if not holds:
            drafting.keep_typed(
                certificate=certificate,
                by=request.actor,
                page=page,
                line=line.number if line else 0,
                typed={name: request.POST.getlist(name) for name in form.fields if name in request.POST},
                errors=form.errors.get_json_data(),
            )

    try:
        turns.save(certificate=certificate, by=request.actor, page=page, line=line, known=known, write=write)
    except turns.Overtaken as overtaken:
        return _overtaken(request, certificate, page, form, line, overtaken)
    except engine.Refusal as refusal:
        if request.htmx:
            return render(request, "euc/_saved.html", {"refusal": refusal}, status=422)
        messages.error(request, str(refusal))
        return redirect("euc:certificate-detail", certificate.reference)
    if request.htmx:
        return _saved(request, certificate, page, form, line)
    if not holds:
        return _page(request, certificate, page, form=form, line=line, status=422)
    if line is not None:
        return redirect("euc:draft", certificate.reference, completeness.GOODS)
    return redirect("euc:draft", certificate.reference, _next(page))


def _known(request: HttpRequest) -> turns.Seen | None:
    return turns.read(request.POST.get("seen", ""), request.POST.get("window", ""))


def _seen_now(
    request: HttpRequest, certificate: Certificate, page: str, line: GoodsLine | None
) -> turns.Seen:
    """The page as it stands now, for the window that asked or, where none did, a new one."""
    known = _known(request)
    return turns.seen(certificate, page, line, known.window if known else "")


def _saved(
    request: HttpRequest, certificate: Certificate, page: str, form: Any, line: GoodsLine | None
) -> HttpResponse:
    fresh = loading.certificate(request, certificate.reference)
    seen = _seen_now(request, fresh, page, line)
    context = _beside(fresh, page) | {"form": form, "saved_at": timezone.now(), "seen": seen}
    return render(request, "euc/_saved.html", context)


def _overtaken(
    request: HttpRequest,
    certificate: Certificate,
    page: str,
    form: Any,
    line: GoodsLine | None,
    overtaken: turns.Overtaken,
) -> HttpResponse:
    """Nothing was saved: show what is saved now beside what was typed, and let the person decide."""
    if request.htmx:
        return render(request, "euc/_saved.html", {"overtaken": overtaken}, status=409)
    fresh = loading.certificate(request, certificate.reference)
    line = fresh.goods.filter(pk=line.pk).first() or line if line else None
    initial = vars(line) if line else pages.initial(fresh, page)
    kind = type(form) if line else pages.kind(fresh, page)
    stored = _shown(kind, fresh, page, initial, (), line.number if line else 0)
    changes = turns.differences(form, stored)
    return _page(request, fresh, page, form=form, line=line, overtaken=overtaken, changes=changes, status=409)


def _next(page: str) -> str:
    every = completeness.PAGES
    return every[min(every.index(page) + 1, len(every) - 1)]


def _beside(certificate: Certificate, page: str) -> dict[str, Any]:
    """What stands beside every drafting page: the task list and the open points."""
    misses = completeness.by_page(completeness.misses(certificate))
    return {
        "certificate": certificate,
        "page": page,
        "page_title": presenting.PAGE_TITLES[page],
        "tasks": presenting.tasks(certificate, misses, page),
        "misses": misses,
        "page_misses": misses[page] if page != completeness.CHECK else [],
        "open_count": sum(len(found) for found in misses.values()),
    }


def _page(
    request: HttpRequest, certificate: Certificate, page: str, status: int = 200, **more: Any
) -> HttpResponse:
    every = completeness.PAGES
    at = every.index(page)
    context = {
        **_beside(certificate, page),
        "seen": _seen_now(request, certificate, page, more.get("line")),
        "previous_page": every[at - 1] if at else "",
        "comments": _comments(certificate, page),
        "return_reason": _return_reason(certificate),
        **more,
    }
    template = "line" if more.get("line") else page.replace("-", "_")
    return render(request, f"euc/draft_{template}.html", context, status=status)


def _comments(certificate: Certificate, page: str, line: int = 0) -> list:
    sent = certificate.comments.filter(sent_at__isnull=False).select_related("written_by")
    if page == completeness.CHECK:
        return list(sent.filter(settled_at=None))
    found = sent.filter(page=page)
    return [comment for comment in found if comment.line == line or not line]


def _return_reason(certificate: Certificate) -> str:
    if certificate.status != workflow.RETURNED:
        return ""
    return engine.last_reason(certificate, "euc.certificate.send_back")


# --- goods ---------------------------------------------------------------------------------------


def _goods(request: HttpRequest, certificate: Certificate, page: str) -> HttpResponse:
    return _page(request, certificate, page, lines=certificate.lines())


def _line_or_404(certificate: Certificate, number: int) -> GoodsLine:
    return get_object_or_404(certificate.goods, number=number)


@require_POST
@importers_only
def add_line(request: HttpRequest, reference: str) -> HttpResponse:
    certificate = loading.certificate(request, reference)
    try:
        line = drafting.add_line(certificate=certificate, by=request.actor)
    except engine.Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("euc:certificate-detail", reference)
    return redirect("euc:draft-line", reference, line.number)


@form_page
@importers_only
def line(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    certificate = loading.certificate(request, reference)
    found = _line_or_404(certificate, number)
    if not certificate.is_editable and request.method != "POST":
        return redirect("euc:certificate-detail", reference)
    comments = tuple(_comments(certificate, completeness.GOODS, number))
    if request.method != "POST":
        form = _shown(drafting_forms.LineForm, certificate, completeness.GOODS, vars(found), comments, number)
        judged = ruling_words.assessment(assessing.line(found, control.day_in_china()))
        return _page(request, certificate, completeness.GOODS, form=form, line=found, judged=judged)
    form = drafting_forms.LineForm(request.POST, comments=comments)

    def record() -> None:
        pages.record_line(certificate, found, form, request.actor)

    return _save(request, certificate, completeness.GOODS, form, record, line=found)


@require_POST
@importers_only
def change_line(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Remove or copy a line, by the button that was pressed."""
    certificate = loading.certificate(request, reference)
    found = _line_or_404(certificate, number)
    try:
        if "copy" in request.POST:
            copied = drafting.copy_line(certificate=certificate, by=request.actor, line=found)
            return redirect("euc:draft-line", reference, copied.number)
        drafting.remove_line(certificate=certificate, by=request.actor, line=found)
    except engine.Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("euc:certificate-detail", reference)
    messages.success(request, _("Line %(number)d was removed.") % {"number": number})
    return redirect("euc:draft", reference, completeness.GOODS)


# --- evidence ------------------------------------------------------------------------------------


def _evidence(request: HttpRequest, certificate: Certificate, page: str) -> HttpResponse:
    if request.method != "POST":
        return _page(
            request,
            certificate,
            page,
            form=forms.EvidenceForm(lines=certificate.lines()),
            files=certificate.current_evidence(),
        )
    form = forms.EvidenceForm(request.POST, request.FILES, lines=certificate.lines())
    file = parts.arrived(request, certificate)
    if isinstance(file, UploadedFile):
        form.files = MultiValueDict({"file": [file]})
    elif file:
        form.add_error("file", file)
    if form.is_valid():
        try:
            checked = uploads.check(form.cleaned_data["file"])
            kind, number = form.cleaned_data["kind"], form.cleaned_data["line"]
            added = attaching.attach(
                certificate=certificate, by=request.actor, kind=kind, line=number, checked=checked
            )
        except (uploads.UploadRefused, drafting.SameFile) as refused:
            form.add_error("file", str(refused))
        except engine.Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("euc:certificate-detail", certificate.reference)
        else:
            parts.settle(request, certificate)
            messages.success(request, _("%(name)s was added.") % {"name": added.name})
            if twins := added.twins():
                kinds = ", ".join(str(twin.get_kind_display()) for twin in twins)
                messages.info(request, _("The same file is attached as %(kinds)s too.") % {"kinds": kinds})
            return redirect("euc:draft", certificate.reference, completeness.EVIDENCE)
    parts.settle(request, certificate)
    return _page(request, certificate, page, form=form, files=certificate.current_evidence(), status=422)


@require_POST
@importers_only
def remove_evidence(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    certificate = loading.certificate(request, reference)
    evidence = get_object_or_404(certificate.evidence.filter(removed_at=None), pk=pk)
    try:
        drafting.remove_evidence(certificate=certificate, by=request.actor, evidence=evidence)
    except engine.Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("euc:certificate-detail", reference)
    messages.success(request, _("%(name)s was removed.") % {"name": evidence.name})
    return redirect("euc:draft", reference, completeness.EVIDENCE)


# --- check ---------------------------------------------------------------------------------------


def _check(request: HttpRequest, certificate: Certificate, page: str) -> HttpResponse:
    """What is still open; POST explains one finding of the quality checks."""
    typed, status = None, 200
    if request.method == "POST":
        fingerprint = request.POST.get("fingerprint", "")[:16].replace("\x00", "")
        typed, status = AnswerForm(request.POST, fingerprint=fingerprint), 422
        if typed.is_valid():
            text = typed.cleaned_data[f"answer-{fingerprint}"]
            try:
                drafting.answer_finding(
                    certificate=certificate, by=request.actor, fingerprint=fingerprint, text=text
                )
            except engine.Refusal as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, _("Your explanation was saved."))
            return redirect("euc:draft", certificate.reference, page)
    found = [(one, _answer_form(one, typed)) for one in certificate.inspected()]
    steps = presenting.step_buttons(workflow.CERTIFICATE, certificate, request.actor, "euc:certificate-step")
    return _page(
        request,
        certificate,
        page,
        steps=steps,
        use=capacity.of(certificate),
        found=found,
        typed=typed,
        status=status,
    )


def _answer_form(one: Answered, typed: AnswerForm | None) -> AnswerForm | None:
    """The form to explain a finding: as typed when that did not hold, else as answered."""
    fingerprint = one.finding.fingerprint
    name = f"answer-{fingerprint}"
    if one.finding.severity != EXPLAIN:
        return None
    if typed is not None and name in typed.fields:
        return typed
    return AnswerForm(initial={name: one.answer}, fingerprint=fingerprint)


@require_POST
@importers_only
def settle_comment(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    certificate = loading.certificate(request, reference)
    comment = get_object_or_404(certificate.comments.filter(sent_at__isnull=False), pk=pk)
    services.settle_comment(comment=comment, by=request.actor)
    return redirect("euc:draft", reference, comment.page)
