"""The reviewer's working place: the document on the left, what it says and what was found beside it on the right.

Remarks on fields are written where the field stands; without scripts on a page of their own.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from euc import forms, presenting, printing, services, workflow
from euc.models import Certificate
from euc.views import evidence, loading
from euc.views.certificates import FORM, REVIEWERS, may_review, reviewed, shown_content
from workflow import engine


@require_safe
@roles_required(*REVIEWERS)
def review(request: HttpRequest, reference: str) -> HttpResponse:
    """With `evidence` in the query that file stands on the left, else the certificate as it will print."""
    certificate = loading.certificate(request, reference)
    if certificate.status not in workflow.UNDER_REVIEW:
        return redirect("euc:certificate-detail", certificate.reference)
    context = reviewed(request, certificate)
    context |= _left(certificate, context, request)
    return render(request, "euc/review.html", context)


def _left(certificate: Certificate, context: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    asked = request.GET.get("evidence", "")
    found = next((one for one in context["evidence"] if str(one.pk) == asked), None)
    if found is None:
        return printing.preview_context(context["content"])
    return {"item": found, **evidence.looked_at(found, request.GET.get("page", ""))}


# --- remarks on fields -----------------------------------------------------------------------------


@FORM
@roles_required(*REVIEWERS)
def comment(request: HttpRequest, reference: str) -> HttpResponse:
    """A remark on the field that `page`, `field` and `line` in the query name; `back` says where it was opened.

    htmx is given the row of the field: with the form, or as it stands with the remark kept or `closed` in the query.
    """
    certificate = loading.certificate(request, reference)
    section, row = _row(request, certificate)
    auto_id = f"{row.anchor}_%s" if request.htmx else "id_%s"
    form = forms.CommentForm(request.POST or None, auto_id=auto_id)
    is_kept = request.method == "POST" and form.is_valid() and _keep(certificate, row, form, request)
    back = _back(request, certificate, row)
    if request.htmx:
        is_open = not is_kept and "closed" not in request.GET
        shown = {"section": section, "row": row, "form": form if is_open else None, "is_kept": is_kept}
        return _row_alone(request, certificate, shown, back)
    if is_kept:
        messages.success(request, _("Your comment is kept; the importer sees it when you return it."))
        return redirect(back)
    context = {
        "certificate": certificate,
        "form": form,
        "back": back,
        "label": presenting.field_label(row.page, row.field, row.line),
    }
    return render(request, "euc/comment.html", context, status=422 if form.errors else 200)


def _row(request: HttpRequest, certificate: Certificate) -> tuple[presenting.Section, presenting.Row]:
    line = request.GET.get("line", "0")
    number = int(line) if line.isascii() and line.isdigit() and len(line) < 5 else 0
    key = (request.GET.get("page", ""), number, request.GET.get("field", ""))
    found = presenting.row_at(presenting.sections(shown_content(certificate, request.actor)), key)
    if found is None:
        raise Http404
    return found


def _keep(
    certificate: Certificate, row: presenting.Row, form: forms.CommentForm, request: HttpRequest
) -> bool:
    """Whether the remark is kept; if not, the form says why."""
    try:
        services.comment(
            certificate=certificate,
            by=request.actor,
            page=row.page,
            field=row.field,
            line=row.line,
            **form.cleaned_data,
        )
    except engine.Refusal as refusal:
        form.add_error("text", str(refusal))
        return False
    return True


def _beside(request: HttpRequest) -> str:
    """Which file stood beside the field, as a query of that page."""
    asked = request.GET.get("evidence", "")
    return f"evidence={asked}" if asked.isascii() and asked.isdigit() else ""


def _back(request: HttpRequest, certificate: Certificate, row: presenting.Row) -> str:
    """The row on the page where the comment was opened."""
    if request.GET.get("back") != "review":
        return f"{reverse('euc:certificate-detail', args=[certificate.reference])}#{row.anchor}"
    beside = f"?{_beside(request)}".rstrip("?")
    return f"{reverse('euc:certificate-review', args=[certificate.reference])}{beside}#{row.anchor}"


def _row_alone(
    request: HttpRequest, certificate: Certificate, shown: dict[str, Any], back: str
) -> HttpResponse:
    row, form = shown["row"], shown["form"]
    remarks = certificate.comments.filter(page=row.page, line=row.line, field=row.field)
    context = {
        **shown,
        "certificate": certificate,
        "remarks": remarks.select_related("written_by"),
        "reviewing": may_review(certificate, request.actor),
        "address": request.get_full_path(),
        "where": f"&back=review&{_beside(request)}".rstrip("&") if "back" in request.GET else "",
        "back": back,
        "is_alone": True,
    }
    return render(request, "euc/_row.html", context, status=422 if form and form.errors else 200)
