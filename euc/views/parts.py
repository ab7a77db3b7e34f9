"""Evidence that arrives in parts and goes on after a broken line: the core and creation of the tus protocol 1.0.0.

What arrived becomes evidence by the page's own form, which names the upload in place of a file.
"""

from __future__ import annotations

import base64
import binascii

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import roles_required
from accounts.roles import Role
from documents import parts
from euc.models import Certificate
from euc.views import loading

VERSION = "1.0.0"
LONGEST_NUMBER = 12


@require_POST
@roles_required(Role.DRAFTER, Role.SIGNATORY)
def begin(request: HttpRequest, reference: str) -> HttpResponse:
    """Expect a file; answers where its parts go."""
    certificate = loading.certificate(request, reference)
    size = _number(request.headers.get("Upload-Length", ""))
    if size is None:
        return _answer(400)
    try:
        arriving = parts.begin(
            owner=certificate.importer_id, purpose=certificate.slug, size=size, name=_file_name(request)
        )
    except parts.TooLarge:
        return _answer(413)
    except parts.TooMany:
        return _answer(429)
    address = reverse("euc:evidence-part", args=[certificate.reference, arriving.token])
    return _answer(201, Location=address, Upload_Offset=0)


@require_http_methods(["GET", "HEAD", "PATCH"])
@roles_required(Role.DRAFTER, Role.SIGNATORY)
def part(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """How much has arrived, or the next part."""
    certificate = loading.certificate(request, reference)
    try:
        arriving = parts.known(token, owner=certificate.importer_id, purpose=certificate.slug)
        if request.method != "PATCH":
            return _answer(200, Upload_Offset=arriving.offset, Upload_Length=arriving.size)
        at = _number(request.headers.get("Upload-Offset", ""))
        if at is None or request.content_type != "application/offset+octet-stream":
            return _answer(400 if at is None else 415)
        return _answer(204, Upload_Offset=parts.append(arriving, at=at, stream=request))
    except parts.Unknown:
        return _answer(404)
    except parts.OffsetDiffers as differs:
        return _answer(409, Upload_Offset=differs.at)
    except parts.TooLarge:
        return _answer(413)


def arrived(request: HttpRequest, certificate: Certificate) -> UploadedFile | str | None:
    """The whole file that the form names as `upload`, a sentence when it is not there, None without one."""
    token = request.POST.get("upload", "")
    if not token:
        return None
    try:
        return parts.whole(parts.known(token, owner=certificate.importer_id, purpose=certificate.slug))
    except parts.Unknown:
        return _("The file did not arrive whole. Choose it again; what has arrived is not sent twice.")


def settle(request: HttpRequest, certificate: Certificate) -> None:
    """Forget the parts of a file that was taken or refused."""
    try:
        parts.forget(
            parts.known(
                request.POST.get("upload", ""), owner=certificate.importer_id, purpose=certificate.slug
            )
        )
    except parts.Unknown:
        return


def _answer(status: int, **headers: object) -> HttpResponse:
    told = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return HttpResponse(
        status=status, headers={"Tus-Resumable": VERSION, "Cache-Control": "no-store", **told}
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def _file_name(request: HttpRequest) -> str:
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _space, value = pair.strip().partition(" ")
        if key == "filename":
            try:
                return base64.b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return ""
    return ""
