"""Moves of stock from a file: the example, the upload, what was posted or why nothing was."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from documents import sheets, uploads
from shipments import accounts, stock_files
from shipments.views import loading
from shipments.views.consignments import FORM
from workflow import engine

CSV_TYPE = "text/csv; charset=utf-8"
MOST_PROBLEMS = 50


class MovesFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        help_text=gettext_lazy("CSV or XLSX, at most 2,000 rows and 10 MB."),
    )


@FORM
@roles_required(*loading.IMPORTER)
def load(request: HttpRequest) -> HttpResponse:
    """POST posts all moves of the file, or tells for each row why it cannot be posted."""
    form, problems = MovesFileForm(request.POST or None, request.FILES or None), []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            content, _name = loading.brought(file)
            done = stock_files.post(content=content, by=request.actor)
        except (sheets.Unreadable, engine.Refusal) as refusal:
            form.add_error("file", str(refusal))
        else:
            problems = done.problems
            if not problems:
                _tell(request, done)
                return redirect("shipments:stock")
    context = {
        "form": form,
        "problems": problems[:MOST_PROBLEMS],
        "more_problems": max(0, len(problems) - MOST_PROBLEMS),
        "moves": accounts.MOVES.values(),
    }
    status = 422 if form.errors or problems else 200
    return render(request, "shipments/stock_load.html", context, status=status)


def _tell(request: HttpRequest, done: stock_files.Posted) -> None:
    if done.posted:
        said = ngettext("%(count)d move was posted.", "%(count)d moves were posted.", done.posted)
        messages.success(request, said % {"count": done.posted})
    if done.chosen:
        said = ngettext(
            "%(count)d of them named no lot: what was received first was taken.",
            "%(count)d of them named no lot: what was received first was taken.",
            len(done.chosen),
        )
        messages.info(request, said % {"count": len(done.chosen)})
    if done.known:
        said = ngettext(
            "%(count)d move was posted before.", "%(count)d moves were posted before.", done.known
        )
        messages.info(request, said % {"count": done.known})


@require_safe
@roles_required(*loading.IMPORTER)
def example(request: HttpRequest, ending: str) -> HttpResponse:
    """The head and one row, to be written over."""
    rows = stock_files.example()
    if ending == "xlsx":
        kind, content = uploads.XLSX, sheets.xlsx_of(rows, title="Moves")
    elif ending == "csv":
        kind, content = CSV_TYPE, sheets.csv_of(rows)
    else:
        raise Http404
    return loading.download(content, kind, f"moves.{ending}")
