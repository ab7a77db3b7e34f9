"""Loading what the actor may see; what they may not see and what does not exist are the same 404.

Files that people bring, and those they take with them.
"""

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.roles import Role
from documents import sheets, uploads
from shipments.models import Consignment, Lot

READERS = (Role.DRAFTER, Role.SIGNATORY, Role.OFFICER, Role.SENIOR, Role.AUDITOR, Role.ANALYST)
IMPORTER = (Role.DRAFTER, Role.SIGNATORY)


def consignment(request: HttpRequest, reference: str) -> Consignment:
    mine = Consignment.objects.visible_to(request.actor)
    return get_object_or_404(mine.select_related("importer", "certificate", "licence"), reference=reference)


def lot(request: HttpRequest, pk: int) -> Lot:
    mine = Lot.objects.visible_to(request.actor)
    related = ("consignment__certificate", "consignment__importer", "goods_line")
    return get_object_or_404(mine.select_related(*related), pk=pk)


def brought(file: UploadedFile) -> tuple[bytes, str]:
    """The bytes of a file of rows and a safe name for it. Raises sheets.Unreadable when it is too large."""
    if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise sheets.Unreadable(_("The file is larger than 10 MB."))
    content = file.read()
    kind = uploads.XLSX if content.startswith(b"PK\x03\x04") else uploads.CSV
    return content, uploads.safe_name(file.name, kind)


def download(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers=as_file(name))


def as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
