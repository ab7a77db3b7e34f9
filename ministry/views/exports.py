"""Exports in the browser: ask for one, the list of one's own, the file."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import roles_required
from euc.paging import paginate
from ministry import access, asking, exporting, opening
from ministry.figures import FIGURES
from ministry.models import Export
from ministry.naming import Names
from workflow import engine


@require_safe
@roles_required(*access.OVERSEERS)
def listing(request: HttpRequest) -> HttpResponse:
    """One's own exports, the newest first."""
    page = paginate(Export.objects.visible_to(request.actor), order=("-id",), query=request.GET)
    stopped = exporting.stopped(page.rows)
    rows = [(one, FIGURES.get(one.figure), one.pk in stopped) for one in page.rows]
    is_running = any(one.state == Export.State.RUNNING and not failed for one, _figure, failed in rows)
    part = "ministry/_exports.html" if "HX-Request" in request.headers else "ministry/exports.html"
    return render(request, part, {"page": page, "rows": rows, "is_running": is_running})


@require_POST
@roles_required(*access.OVERSEERS)
def ask(request: HttpRequest, name: str) -> HttpResponse:
    """Have the rows behind a figure written; what is asked stands in the address."""
    figure, names = FIGURES.get(name), Names()
    form = request.POST.get("form", "")
    if figure is None:
        raise Http404
    try:
        query = asking.parse(figure, request.GET, names)
    except asking.Unclear as unclear:
        messages.error(request, str(unclear))
        return redirect("ministry:exports")
    if form not in Export.Form.values:
        messages.error(request, _("Choose CSV, XLSX or Parquet."))
        return redirect("ministry:exports")
    opening.settle()
    try:
        exporting.ask(figure=figure, query=query, form=form, names=names, by=request.actor)
        messages.success(request, _("The file is being written; it will be here for a week."))
    except engine.Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("ministry:exports")


@require_safe
@roles_required(*access.OVERSEERS)
def fetch(request: HttpRequest, key: str) -> HttpResponseBase:
    """The file, or the rest of it; beginning to fetch is recorded."""
    export = get_object_or_404(Export.objects.visible_to(request.actor), key=key, state=Export.State.DONE)
    return exporting.send(request, export, request.actor)
