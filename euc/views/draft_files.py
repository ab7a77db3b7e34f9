"""Many drafts from one file: the template, the upload, what was read, the drafting as it goes on, the reasons."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from documents import sheets, uploads
from euc import draft_files, draft_sheets
from euc.forms import DraftFileForm
from euc.models import DraftFile
from euc.paging import paginate
from euc.views.drafting import importers_only
from workflow import engine
from workflow.models import Errand

CSV_TYPE = "text/csv; charset=utf-8"


@require_http_methods(["GET", "HEAD", "POST"])
@importers_only
def listing(request: HttpRequest) -> HttpResponse:
    """The template, the upload and the files of before; POST takes a file in."""
    form = DraftFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            found, is_new = _take(request, form.cleaned_data["file"])
        except (sheets.Unreadable, engine.Refusal) as refusal:
            form.add_error("file", str(refusal))
        else:
            if not is_new:
                messages.info(request, _("This file was taken in before; nothing is drafted twice."))
            return redirect("euc:draft-file", found.pk)
    page = paginate(_files(request), order=("-id",), query=request.GET)
    context = {"form": form, "page": page, "most": draft_sheets.MOST_ROWS}
    return render(request, "euc/draft_file_list.html", context, status=422 if form.errors else 200)


def _take(request: HttpRequest, file: UploadedFile) -> tuple[DraftFile, bool]:
    if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise sheets.Unreadable(_("The file is larger than 10 MB."))
    content = file.read()
    kind = uploads.XLSX if content.startswith(b"PK\x03\x04") else uploads.CSV
    return draft_files.take(content=content, name=uploads.safe_name(file.name, kind), by=request.actor)


def _files(request: HttpRequest) -> Any:
    mine = DraftFile.objects.visible_to(request.actor).select_related("uploaded_by", "importer")
    drafted = Count("orders", filter=Q(orders__certificate__isnull=False))
    return mine.annotate(
        count=Count("orders"),
        drafted=drafted,
        bad=Count("orders", filter=Q(orders__is_good=False)),
        refused=Count("orders", filter=~Q(orders__refusal="")),
    )


def _file(request: HttpRequest, pk: int) -> DraftFile:
    return get_object_or_404(_files(request), pk=pk)


@require_safe
@importers_only
def template(request: HttpRequest, ending: str) -> HttpResponse:
    """The head and one example row, as CSV or XLSX."""
    rows = draft_sheets.template()
    if ending == "xlsx":
        return _download(sheets.xlsx_of(rows, title="Orders"), uploads.XLSX, "orders.xlsx")
    if ending == "csv":
        return _download(sheets.csv_of(rows), CSV_TYPE, "orders.csv")
    raise Http404


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@require_safe
@importers_only
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file holds, order by order, the ones with problems first; and what became of it."""
    found = _file(request, pk)
    orders = paginate(found.orders.select_related("certificate"), order=("position",), query=request.GET)
    return render(request, "euc/draft_file.html", {"page": orders, **_progress(found)})


@require_safe
@importers_only
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "euc/_draft_file_progress.html", _progress(_file(request, pk)))


def _progress(found: DraftFile) -> dict[str, Any]:
    good = found.count - found.bad
    stopped = found.state == DraftFile.RUNNING and Errand.objects.dead().about(found).exists()
    return {
        "file": found,
        "good": good,
        "done": found.drafted + found.refused,
        "is_read": found.state == DraftFile.READ,
        "is_done": found.state == DraftFile.DONE,
        "is_stopped": stopped,
        "has_reasons": found.bad or found.refused,
    }


@require_POST
@importers_only
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft all orders, or skip the ones that do not hold, by the button that was pressed."""
    found = _file(request, pk)
    try:
        draft_files.start(draft_file=found, by=request.actor, skip_bad="skip" in request.POST)
    except engine.Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("euc:draft-file", pk)


@require_safe
@importers_only
def reasons(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were not drafted with the reasons, to be mended and sent again."""
    found = _file(request, pk)
    return _download(sheets.csv_of(draft_files.reasons(found)), CSV_TYPE, f"reasons-{found.pk}.csv")
