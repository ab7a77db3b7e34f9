"""The ledger in the columns of IGCR-3: for an importer or one certificate, as a page, as CSV and as XLSX."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from documents import sheets, uploads
from euc.views import loading as certificates
from shipments import statement, statement_forms, statement_words
from shipments.views import loading, papers

SHOWN = 200


@require_safe
@roles_required(*loading.IMPORTER)
def own(request: HttpRequest) -> HttpResponse:
    """The statement of the importer the person acts for."""
    return _page(request, statement.lots_of(importer=request.actor.organisation))


@require_safe
@roles_required(*loading.IMPORTER)
def own_file(request: HttpRequest, ending: str) -> HttpResponse:
    lots = statement.lots_of(importer=request.actor.organisation)
    return _file(request, lots, ending, request.actor.organisation.iec)


@require_safe
@roles_required(*loading.READERS)
def of_certificate(request: HttpRequest, reference: str) -> HttpResponse:
    """The statement of one certificate."""
    certificate = certificates.certificate(request, reference)
    return _page(request, statement.lots_of(certificate=certificate), certificate=certificate)


@require_safe
@roles_required(*loading.READERS)
def certificate_file(request: HttpRequest, reference: str, ending: str) -> HttpResponse:
    certificate = certificates.certificate(request, reference)
    return _file(request, statement.lots_of(certificate=certificate), ending, certificate.slug)


def _page(request: HttpRequest, lots: Any, certificate: Any = None) -> HttpResponse:
    form = statement_forms.asked(request.GET)
    is_asked = form.is_valid()
    rows = statement.of(lots, form.period()) if is_asked else []
    together = statement.totals(rows)
    shelf = papers.on_shelf(request, certificate, papers.CONSUMPTION) if certificate and is_asked else {}
    context = {
        **shelf,
        "certificate": certificate,
        "form": form,
        "period": form.period() if is_asked else None,
        "heads": statement_words.heads(),
        "rows": [{"row": row, "cells": statement_words.cells(row)} for row in rows[:SHOWN]],
        "count": len(rows),
        "is_cut": len(rows) > SHOWN,
        "totals": [(label, together[name]) for name, (_n, label) in statement_words.COLUMNS.items()],
        "doubts": statement.DOUBTS,
        "asked": form,
    }
    return render(request, "shipments/statement.html", context, status=200 if is_asked else 422)


def _file(request: HttpRequest, lots: Any, ending: str, name: str) -> HttpResponse:
    form = statement_forms.asked(request.GET)
    if ending not in {"csv", "xlsx"} or not form.is_valid():
        raise Http404
    period = form.period()
    table = statement_words.table(statement.of(lots, period))
    is_csv = ending == "csv"
    content = sheets.csv_of(table) if is_csv else sheets.xlsx_of(table, title="IGCR-3")
    kind = "text/csv; charset=utf-8" if is_csv else uploads.XLSX
    response = HttpResponse(content, content_type=kind)
    name = f"igcr-3-{name}-{period.first:%Y-%m}-{period.last:%Y-%m}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
