"""Evidence to fetch and to look at. Files are shown as pictures of their pages, never run by the browser."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from accounts.actors import Actor
from accounts.roles import Role
from documents import bounded, picturing, storing
from euc.models import Certificate, Evidence
from euc.views import loading

LOOKERS = (Role.DRAFTER, Role.SIGNATORY, Role.OFFICER, Role.SENIOR, Role.AUDITOR)
KEPT_BY_BROWSERS = "private, max-age=86400, immutable"


def shown(certificate: Certificate, actor: Actor) -> list[Evidence]:
    """The evidence as it stands for the importer; what was ever submitted for others; nothing for analysts."""
    if actor.has(Role.ANALYST):
        return []
    if actor.organisation.pk == certificate.importer_id:
        return certificate.current_evidence()
    contents = certificate.revisions.values_list("content", flat=True)
    sent = {(row["name"], row["sha256"]) for content in contents for row in content["evidence"]}
    files = certificate.evidence.select_related("file")
    return [evidence for evidence in files if (evidence.name, evidence.file.sha256) in sent]


def _found(request: HttpRequest, reference: str, pk: int) -> tuple[Certificate, Evidence]:
    certificate = loading.certificate(request, reference)
    found = next((one for one in shown(certificate, request.actor) if one.pk == pk), None)
    if found is None:
        raise Http404
    return certificate, found


@require_safe
@roles_required(*LOOKERS)
def fetch(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The file itself, as a download."""
    _certificate, found = _found(request, reference, pk)
    return file_response(found.file, found.name)


@require_safe
@roles_required(*LOOKERS)
def picture(request: HttpRequest, reference: str, pk: int, number: int) -> HttpResponse:
    """One page as a JPEG; with `small` in the query as a thumbnail."""
    _certificate, found = _found(request, reference, pk)
    return picture_response(request, found.file, number)


@require_safe
@roles_required(*LOOKERS)
def view(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """A page to look at one file: `page` of it in the query, and the files before and after."""
    certificate, found = _found(request, reference, pk)
    files = shown(certificate, request.actor)
    place = files.index(found)
    context = {
        "certificate": certificate,
        "item": found,
        "earlier": files[place - 1] if place else None,
        "later": files[place + 1] if place + 1 < len(files) else None,
        **looked_at(found, request.GET.get("page", "")),
    }
    return render(request, "euc/evidence_view.html", context)


def looked_at(found: Evidence, asked: str) -> dict[str, Any]:
    """What the viewer shows of a file: a page of how many, a table, or why neither."""
    try:
        if picturing.is_sheet(found.file):
            return {"sheet": picturing.sheet(found.file)}
        last = picturing.pages(found.file)
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
        number = min(max(number, 1), last)
        return {
            "number": number,
            "last": last,
            "before": number - 1,
            "after": number + 1 if number < last else 0,
        }
    except picturing.NoPicture:
        return {"problem": _("This file cannot be shown here; download it to look at it.")}
    except storing.Corrupted:
        return {
            "problem": _("This file cannot be read at the moment. An administrator has to look after it.")
        }
    except bounded.Busy:
        return {"problem": _("Many files are being looked at just now. Try again in a minute.")}


def picture_response(request: HttpRequest, stored: Any, number: int) -> HttpResponse:
    """One page of a stored file as a JPEG; with `small` in the query as a thumbnail."""
    if not picturing.is_drawn(stored):
        raise Http404
    width = picturing.SMALL if "small" in request.GET else picturing.LARGE
    try:
        content = picturing.page(stored, number, width)
    except (picturing.NoPicture, storing.Corrupted):
        raise Http404 from None
    except bounded.Busy:
        return HttpResponse(status=503, headers={"Retry-After": "5"})
    return HttpResponse(content, content_type="image/jpeg", headers={"Cache-Control": KEPT_BY_BROWSERS})


def file_response(stored: Any, name: str) -> HttpResponse:
    """A stored file as a download that no browser runs or shows in our origin."""
    response = HttpResponse(storing.read(stored), content_type=stored.media_type)
    ascii_name = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    response["Content-Disposition"] = f'attachment; filename="{ascii_name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
