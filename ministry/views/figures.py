"""Figures in the browser: the overview, one figure, the rows behind it, both as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from euc.paging import paginate
from ministry import access, asking, opening, overview, presenting, published, reading, suppressing, warning
from ministry import rows as row_files
from ministry.figures import FIGURES
from ministry.figuring import Figure
from ministry.forms import AskForm, SavedViewForm
from ministry.naming import Names, label
from ministry.serializers import table_as_csv, table_as_data
from ministry.tables import Query

CSV = "text/csv; charset=utf-8"


@require_safe
@roles_required(*access.READERS)
def listing(request: HttpRequest) -> HttpResponse:
    """All questions answered on one page for those who oversee; what is published for importers."""
    names = Names()
    if not access.oversees(request.actor):
        return _published(request, names)
    with reading.reader() as reader:
        context = reader.together(lambda reader: overview.found(reader, names))
    context |= {
        "figures": access.figures_for(request.actor),
        "published": published.TRADE,
        "now": timezone.now(),
        "is_wall": request.GET.get("wall") == "on",
    }
    part = "ministry/_overview.html" if "HX-Request" in request.headers else "ministry/overview.html"
    return render(request, part, context)


def _published(request: HttpRequest, names: Names) -> HttpResponse:
    with reading.reader() as reader:
        tables = reader.together(lambda reader: list(_published_tables(reader, names)))
    context = {"tables": tables, "least": suppressing.LEAST, "published": published.TRADE}
    return render(request, "ministry/published.html", context)


def _published_tables(
    reader: reading.Reader, names: Names
) -> Iterator[tuple[Figure, list[tuple[str, presenting.Shown]]]]:
    """Each figure by financial year, the newest first."""
    for figure in suppressing.figures():
        query = access.published_query(figure)
        table, _hidden = suppressing.read(figure, reader, query)
        shown = presenting.shown(figure, query, table, names, links=False)
        years = groupby(shown.rows, key=lambda row: row.heads[0])
        parts = [(year, replace(shown, rows=list(rows), note="")) for year, rows in years]
        yield figure, parts[::-1]


def _figure(request: HttpRequest, name: str) -> Figure:
    figure = FIGURES.get(name)
    if figure is None or figure not in access.figures_for(request.actor):
        raise Http404
    return figure


@require_safe
@roles_required(*access.READERS)
def figure(request: HttpRequest, name: str) -> HttpResponse:
    """One figure with its picture, its definition and what it can be narrowed to."""
    found, names = _figure(request, name), Names()
    errors: dict[str, str] = {}
    query = Query(found.default)
    try:
        query = access.query_of(found, request.GET, names, request.actor)
    except asking.Unclear as unclear:
        errors = unclear.errors
    oversees = access.oversees(request.actor)
    shown = None
    if not errors:
        with reading.reader() as reader:
            try:
                table = access.read(found, reader, query, request.actor)
            except ValueError:
                raise Http404 from None
        shown = presenting.shown(found, query, table, names, links=oversees)
    parameters = urlencode(asking.as_parameters(query, names), doseq=True)
    form = AskForm(request.GET, found, names) if oversees else None
    context = {
        "figure": found,
        "shown": shown,
        "narrowings": [] if errors else presenting.narrowings(query, found, names),
        "form": form,
        "errors": presenting.labelled(errors, found),
        "parameters": parameters,
        "others": access.figures_for(request.actor),
        "now": timezone.now(),
        "oversees": oversees,
        "map_parameters": _map_parameters(found, query, shown, names) if oversees else "",
        "may_warn": oversees and warning.columns_of(found),
        "view_form": SavedViewForm() if oversees else None,
        "published_groups": []
        if oversees
        else [(dim, label(found.board, dim)) for dim in suppressing.groups_of(found)],
    }
    return render(request, "ministry/figure.html", context, status=422 if errors else 200)


def _map_parameters(figure: Figure, query: Query, shown: presenting.Shown | None, names: Names) -> str:
    """The same as a map; nothing where it is one, or where bands or currencies always stand apart."""
    if shown is None or shown.maps or "state" not in figure.dims or shown.always_apart:
        return ""
    asked = replace(query, group=("state",), compare="")
    return urlencode(asking.as_parameters(asked, names), doseq=True)


@require_safe
@roles_required(*access.READERS)
def as_csv(request: HttpRequest, name: str) -> HttpResponse:
    found, names = _figure(request, name), Names()
    try:
        query = access.query_of(found, request.GET, names, request.actor)
        with reading.reader() as reader:
            table = access.read(found, reader, query, request.actor)
    except ValueError:
        raise Http404 from None
    except asking.Unclear as unclear:
        return _refused(unclear)
    if access.oversees(request.actor):
        access.note(request.actor, "download", found, asking.as_parameters(query, names))
    data = table_as_data(found, query, table, names, timezone.now())
    response = HttpResponse(table_as_csv(data), content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="{found.name}.csv"'
    return response


@require_safe
@roles_required(*access.OVERSEERS)
def rows(request: HttpRequest, name: str) -> HttpResponse:
    """The rows behind a figure with their sums, page by page."""
    found, names = _figure(request, name), Names()
    try:
        query = asking.parse(found, request.GET, names).ungrouped()
    except asking.Unclear as unclear:
        context = {"figure": found, "errors": presenting.labelled(unclear.errors, found)}
        return render(request, "ministry/rows.html", context, status=422)
    with opening.behind(found.ask(query, ())) as (facts, measures):
        page = paginate(facts, order=("-id",), query=request.GET)
        sums = presenting.summed(found, query, facts, measures)
    asked = asking.as_parameters(query, names)
    if "after" not in request.GET and "before" not in request.GET:
        access.note(request.actor, "open", found, asked)
    context = {
        "figure": found,
        "page": page,
        "sums": sums,
        "facts": [
            (fact, url, presenting.of_fact(found, fact, names)) for fact, url in access.links_of(page.rows)
        ],
        "narrowings": presenting.narrowings(query, found, names),
        "parameters": urlencode(asked, doseq=True),
    }
    return render(request, "ministry/rows.html", context)


@require_safe
@roles_required(*access.OVERSEERS)
def rows_as_csv(request: HttpRequest, name: str) -> HttpResponse | StreamingHttpResponse:
    """Every row behind a figure, written while it is read."""
    found, names = _figure(request, name), Names()
    try:
        query = asking.parse(found, request.GET, names)
    except asking.Unclear as unclear:
        return _refused(unclear)
    opening.settle()
    access.note(request.actor, "export", found, asking.as_parameters(query.ungrouped(), names))
    facts = reading.facts_of(found.ask(query, ()))
    response = StreamingHttpResponse(row_files.as_csv(facts), content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="{found.name}-rows.csv"'
    return response


def _refused(unclear: asking.Unclear) -> HttpResponse:
    return HttpResponse(str(unclear), status=422, content_type="text/plain; charset=utf-8")
