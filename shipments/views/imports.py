"""Many consignments from one file: the template, the upload, its columns, the work as it goes on, the reasons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import roles_required
from documents import sheets, uploads
from euc import workflow as certificate_law
from euc.models import Certificate
from euc.paging import paginate
from licensing.models import Licence
from shipments import import_columns, import_files, import_rows
from shipments.import_forms import ImportFileForm, MappingForm
from shipments.models import ImportFile, ImportProblem
from shipments.views import loading
from workflow import engine

FORM = require_http_methods(["GET", "HEAD", "POST"])
CSV_TYPE = "text/csv; charset=utf-8"


@FORM
@roles_required(*loading.IMPORTER)
def listing(request: HttpRequest) -> HttpResponse:
    """The template, the upload and the files of before; POST takes a file in."""
    form = ImportFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            found, is_new = _take(request, form.cleaned_data["file"])
        except (sheets.Unreadable, engine.Refusal) as refusal:
            form.add_error("file", str(refusal))
        else:
            if not is_new:
                messages.info(request, _("This file was uploaded before and is not done yet."))
            return redirect("shipments:import-file", found.pk)
    mine = ImportFile.objects.visible_to(request.actor).select_related("uploaded_by")
    page = paginate(mine, order=("-id",), query=request.GET)
    context = {"form": form, "page": page}
    return render(request, "shipments/import_list.html", context, status=422 if form.errors else 200)


def _take(request: HttpRequest, file: UploadedFile) -> tuple[ImportFile, bool]:
    content, name = loading.brought(file)
    return import_files.take(content=content, name=name, by=request.actor)


@require_safe
@roles_required(*loading.IMPORTER)
def template(request: HttpRequest, ending: str) -> HttpResponse:
    """The head and one example row about a certificate of one's own, as CSV or XLSX."""
    mine = Certificate.objects.visible_to(request.actor).filter(status=certificate_law.ISSUED).order_by("-pk")
    certificate = mine.first()
    covering = Licence.objects.filter(lines__goods_line__certificate=certificate, status="ISSUED")
    licence = covering.order_by("pk").first() if certificate else None
    rows = import_columns.template(str(certificate or ""), str(licence or ""))
    if ending == "xlsx":
        return loading.download(sheets.xlsx_of(rows, title="Consignments"), uploads.XLSX, "consignments.xlsx")
    if ending == "csv":
        return loading.download(sheets.csv_of(rows), CSV_TYPE, "consignments.csv")
    raise Http404


def _file(request: HttpRequest, pk: int) -> ImportFile:
    mine = ImportFile.objects.visible_to(request.actor).select_related("importer", "uploaded_by")
    return get_object_or_404(mine, pk=pk)


@FORM
@roles_required(*loading.IMPORTER)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """First what its columns mean, where POST starts it; then how far it is and what did not hold."""
    found = _file(request, pk)
    form = MappingForm(request.POST or None, file=found)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                import_files.start(file=found, by=request.actor, **form.answers())
            except engine.Refusal as refused:
                refusal, status = refused, 409
            else:
                return redirect("shipments:import-file", pk)
    problems = paginate(ImportProblem.objects.filter(file=found), order=("number", "id"), query=request.GET)
    context = {"form": form, "refusal": refusal, "page": problems, **_progress(found)}
    return render(request, "shipments/import_detail.html", context, status=status)


@require_safe
@roles_required(*loading.IMPORTER)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    found = _file(request, pk)
    answer = render(request, "shipments/_import_progress.html", _progress(found))
    if not found.is_under_way:  # what did not hold stands on the page around it
        answer["HX-Refresh"] = "true"
    return answer


def _progress(found: ImportFile) -> dict[str, Any]:
    return {
        "file": found,
        "states": {state.name.lower(): found.state == state for state in ImportFile.State},
        "is_stopped": import_files.is_stopped(found),
    }


@require_POST
@roles_required(*loading.IMPORTER)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = _file(request, pk)
    try:
        import_files.cancel(file=found, by=request.actor)
    except engine.Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("shipments:import-file", pk)


@require_safe
@roles_required(*loading.IMPORTER)
def reasons(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rows that were not planned with the reasons, to be mended and sent again."""
    found = _file(request, pk)
    return StreamingHttpResponse(
        _written(found), content_type=CSV_TYPE, headers=loading.as_file(f"reasons-{found.pk}.csv")
    )


def _written(found: ImportFile) -> Iterator[bytes]:
    for number, rows in enumerate(import_rows.reasons(found)):
        yield sheets.csv_of(rows, is_begun=bool(number))
