"""The reviewer's working place: the document on the left, what it says and what was found beside it on the right."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from euc import printing, workflow
from euc.models import Certificate
from euc.views import evidence, loading
from euc.views.certificates import REVIEWERS, reviewed


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
