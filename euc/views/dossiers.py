"""The dossier in the browser: what is in it, what it still lacks, its sealed list of contents and the ZIP."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import roles_required
from accounts.roles import Role
from documents import signing, storing
from euc import dossier, inspecting, quality_words
from euc.models import Certificate
from euc.views import loading
from euc.views.evidence import LOOKERS
from workflow import engine, errands, events
from workflow.models import Errand

FETCHERS = (Role.DRAFTER, Role.SIGNATORY, Role.OFFICER, Role.SENIOR)
WANTING = quality_words.EVIDENCE_CHECKS | {"TRANSLATION", "GLOSSARY"}


@require_safe
@roles_required(*LOOKERS)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    certificate = loading.certificate(request, reference)
    return render(request, "euc/dossier.html", _context(request, certificate))


def _context(request: HttpRequest, certificate: Certificate) -> dict[str, Any]:
    context: dict[str, Any] = {
        "certificate": certificate,
        "wanting": [one for one in inspecting.of_revision(certificate) if one.finding.check in WANTING],
        "may_fetch": request.actor.has(*FETCHERS),
        **_progress(certificate),
    }
    try:
        dossier.refuse_unready(certificate)
        context["items"] = dossier.items(certificate)
    except engine.WrongStatus as refused:
        context["refusal"] = refused
        context["is_waiting"] = certificate.is_in_force()  # its papers are being sealed
    except storing.Corrupted:
        context["refusal"] = _("A file cannot be read at the moment. An administrator has to look after it.")
    return context


def _progress(certificate: Certificate) -> dict[str, Any]:
    """How far the sealed list of contents of the present edition is."""
    sealing = _sealing(certificate)
    return {
        "is_ready": dossier.is_sealed(certificate),
        "is_making": sealing is not None and sealing.state == Errand.PENDING,
        "is_stopped": sealing is not None and sealing.state == Errand.DEAD,
    }


def _sealing(certificate: Certificate) -> Errand | None:
    owed = errands.of(certificate).filter(kind=dossier.SEAL)
    return owed.filter(key__endswith=f":{dossier.edition(certificate)}").first()


@require_safe
@roles_required(*LOOKERS)
def progress(request: HttpRequest, reference: str) -> HttpResponse:
    certificate = loading.certificate(request, reference)
    context = {
        "certificate": certificate,
        "may_fetch": request.actor.has(*FETCHERS),
        **_progress(certificate),
    }
    return render(request, "euc/_dossier_progress.html", context)


@require_http_methods(["POST"])
@roles_required(*FETCHERS)
def fetch(request: HttpRequest, reference: str) -> HttpResponse:
    """The ZIP, with an event that it was fetched; first its list of contents is sealed by a worker."""
    certificate = loading.certificate(request, reference)
    try:
        dossier.refuse_unready(certificate)
        if not dossier.is_sealed(certificate):
            with transaction.atomic():
                dossier.prepare(certificate)
            return redirect("euc:dossier", certificate.reference)
        content = dossier.pack(certificate)
    except engine.WrongStatus as refused:
        messages.error(request, str(refused))
        return redirect("euc:dossier", certificate.reference)
    except (storing.Corrupted, signing.NoKey):
        return render(request, "euc/dossier.html", _context(request, certificate), status=409)
    with transaction.atomic():
        events.record(
            book=certificate.book,
            subject=certificate,
            verb="euc.certificate.pack_dossier",
            by=request.actor,
            details={"edition": dossier.edition(certificate)},
        )
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{certificate.slug}-dossier.zip"'
    return response
