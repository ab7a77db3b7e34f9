"""Public verification: by the QR code's address, by the code, or by the file itself. Nobody needs an account."""

from __future__ import annotations

import json
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import open_to_all
from documents import verifying
from euc import forms, verification

TOKEN = re.compile(r"[a-z2-7]{32}")
CHECKED, KEPT_SECONDS = "checked", 600  # the cookie that lets an answer be read in another language


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a code or a file; POST answers for the file."""
    if "file" in request.FILES:
        return _verify_file(request)
    asked = request.POST if request.method == "POST" else request.GET
    if "code" not in asked and "q" not in asked:
        return render(request, "euc/verify.html", {"form": forms.VerifyForm()})
    form = forms.VerifyForm({"code": asked.get("code") or asked.get("q") or ""})
    if form.is_valid() and (token := TOKEN.search(form.cleaned_data["code"].replace(" ", "").lower())):
        return redirect("euc:verify-token", token.group())
    if not form.errors:
        form.add_error("code", _("This is not a verification code: it has 32 letters and digits."))
    return render(request, "euc/verify.html", {"form": form}, status=422)


def _verify_file(request: HttpRequest) -> HttpResponse:
    upload = request.FILES["file"]
    if upload.size > settings.VERIFY_MAX_BYTES:
        problem = _("This file is larger than any certificate can be; it is not one of ours.")
        return render(
            request, "euc/verify.html", {"form": forms.VerifyForm(), "problem": problem}, status=413
        )
    finding = verifying.examine(upload.read())
    response = _answer(request, finding)
    response.set_signed_cookie(
        CHECKED,
        json.dumps(_summary(finding)),
        max_age=KEPT_SECONDS,
        path=reverse("euc:verify"),
        secure=request.is_secure(),
        httponly=True,
        samesite="Strict",
    )
    return response


def _answer(request: HttpRequest, finding: verifying.Finding) -> HttpResponse:
    view = verification.of_document(finding.document) if finding.document else None
    context = {"finding": finding, "view": view, "by_file": True, "stay_at": reverse("euc:verify-file")}
    return render(request, "euc/verified.html", context)


def _summary(finding: verifying.Finding) -> dict[str, Any]:
    """What the answer about a file says, short enough for a cookie of 4 kB; the file itself is not kept."""
    signatures = [[s.subject[:80], s.intact, s.whole_file] for s in finding.signatures]
    return {"sha256": finding.sha256, "problem": finding.problem, "signatures": signatures}


@open_to_all
@never_cache
@require_safe
def last_file(request: HttpRequest) -> HttpResponse:
    """The answer about the file this browser sent last, in another language: its status is looked up again."""
    kept = request.get_signed_cookie(CHECKED, default="", max_age=KEPT_SECONDS)
    if not kept:
        return render(request, "euc/verify.html", {"form": forms.VerifyForm()})
    said = json.loads(kept)
    finding = verifying.Finding(
        said["sha256"],
        verifying.registered(said["sha256"]),
        [
            verifying.SignatureFinding("", subject, None, intact=intact, whole_file=whole)
            for subject, intact, whole in said["signatures"]
        ],
        verifying.Problem(said["problem"]) if said["problem"] else None,
    )
    return _answer(request, finding)


@open_to_all
@never_cache
@require_safe
def by_token(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the QR code: the status at this moment."""
    view = None
    if TOKEN.fullmatch(token):
        view = verification.by_token(token) or verification.undertaking_by_token(token)
    status = 200 if view else 404
    return render(request, "euc/verified.html", {"view": view, "by_file": False}, status=status)
