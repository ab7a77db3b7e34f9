"""Doors in JSON and CSV: the catalogue of figures, a figure, the rows behind it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, pagination, permissions
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api import AnyFile
from euc.api import ActsForAnOrganisation, DraftsForAnImporter
from euc.input_serializers import ProblemSerializer
from ministry import access, asking, comparing, exporting, opening, reading
from ministry.figures import FIGURES
from ministry.figuring import Figure
from ministry.models import Export, Fact
from ministry.naming import Names
from ministry.serializers import (
    ExportAskSerializer,
    ExportPageSerializer,
    ExportSerializer,
    FactPageSerializer,
    FigureSerializer,
    TableSerializer,
    fact_as_data,
    figure_as_data,
    sums_as_data,
    table_as_csv,
    table_as_data,
)
from ministry.tables import Query

PARAMETERS = [
    OpenApiParameter("group", description="Up to two dimensions of the figure, or month or year and one.", many=True),
    OpenApiParameter("from", description="The first month, such as 2026-04."),
    OpenApiParameter("to", description="The last month."),
    OpenApiParameter(
        "compare",
        enum=list(comparing.WAYS),
        description="Beside the period before, or the same a year before; with `from` and `to`.",
    ),
    OpenApiParameter(
        "days",
        description="Figures in bands of days (`ageing`, `expiring`, `overdue`): one of the bands, such as 16-30, "
        "or any other range; 91- is that many and more.",
    ),
    OpenApiParameter("sector", description="A value to narrow to; so for any dimension, repeatedly.", many=True),
]  # fmt: skip
PROBLEM = "application/problem+json"
SAID = {
    400: "Something that was asked is not known; `fields` says what.",
    401: "No token, or one that is not valid.",
    403: "Not for your role.",
    404: "There is none that you may see.",
    406: "Neither of the forms that there are is accepted.",
    409: "Not now; `detail` says why.",
    415: "The body is no JSON.",
    429: "Too often.",
}


def _problems(*codes: int) -> dict[tuple[int, str], OpenApiResponse]:
    """The refusals of an address, as they are documented; those of every address are added."""
    return {
        (code, PROBLEM): OpenApiResponse(ProblemSerializer, SAID[code])
        for code in (*codes, 401, 403, 406, 429)
    }


EXAMPLE = {
    "figure": "issued",
    "as_of": "2026-11-27T09:00:00Z",
    "group": ["month"],
    "filters": {"sector": ["WIND"]},
    "columns": [
        {"name": "month", "unit": "words"},
        {"name": "n", "unit": "count"},
        {"name": "quantity_mg", "unit": "mg"},
    ],
    "rows": [{"month": "2026-10", "n": 12, "quantity_mg": 14400000000}],
    "labels": {"month": {"2026-10": "2026-10"}},
    "note": "",
    "compared_with": None,
}


class TableAsCsv(BaseRenderer):
    """A figure as CSV; refusals stay problem details."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, *_context: Any, **_given: Any) -> bytes:
        is_table = isinstance(data, dict) and "rows" in data and "columns" in data
        return table_as_csv(data) if is_table else JSONRenderer().render(data)


class Oversees(permissions.BasePermission):
    """The rows behind figures are for ministries and authorities."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return access.oversees(request.actor)


def figure_named(name: str, request: Request) -> Figure:
    """The figure, if there is one of this name for the actor."""
    figure = FIGURES.get(name)
    if figure is None or figure not in access.figures_for(request.actor):
        raise Http404
    return figure


def query_of(figure: Figure, request: Request, names: Names) -> Query:
    try:
        return access.query_of(figure, request.query_params, names, request.actor)
    except asking.Unclear as unclear:
        raise exceptions.ValidationError({name: [text] for name, text in unclear.errors.items()}) from None


class CatalogueView(APIView):
    """What figures there are."""

    permission_classes = [ActsForAnOrganisation, DraftsForAnImporter]

    @extend_schema(
        operation_id="figures_list",
        summary="The figures you may read, with their definitions",
        responses={200: FigureSerializer(many=True), **_problems(404)},
    )
    def get(self, request: Request) -> Response:
        return Response([figure_as_data(figure) for figure in access.figures_for(request.actor)])


class FigureView(APIView):
    """One figure as of now."""

    permission_classes = [ActsForAnOrganisation, DraftsForAnImporter]
    renderer_classes = [JSONRenderer, TableAsCsv]

    @extend_schema(
        summary="A figure, grouped and narrowed; complete up to the last change",
        parameters=PARAMETERS,
        responses={
            (200, "application/json"): TableSerializer,
            (200, "text/csv"): OpenApiTypes.STR,
            304: OpenApiResponse(None, "What `If-None-Match` names."),
            **_problems(400, 404),
        },
        examples=[
            OpenApiExample("Certificates issued", value=EXAMPLE, response_only=True, status_codes=["200"])
        ],
    )
    def get(self, request: Request, name: str) -> Response:
        figure, names = figure_named(name, request), Names()
        query = query_of(figure, request, names)
        with reading.reader() as reader:
            try:
                table = access.read(figure, reader, query, request.actor)
            except ValueError:
                said = _("Published by one dimension and financial year, without filters.")
                raise exceptions.ValidationError({"group": [said]}) from None
            data = table_as_data(figure, query, table, names, None)
            changed_at = reader.changed_at()
        tag = _tag(data, request)
        headers = {"ETag": tag, "Last-Modified": http_date(changed_at.timestamp())}
        if request.headers.get("If-None-Match") == tag:
            return Response(status=304, headers=headers)
        data["as_of"] = timezone.now()
        if request.accepted_renderer.format == "csv":
            headers["Content-Disposition"] = f'attachment; filename="{figure.name}.csv"'
        return Response(data, headers=headers)


def _tag(data: dict[str, Any], request: Request) -> str:
    """The same for the same numbers in the same shape and language, whenever they are read."""
    text = json.dumps(data, sort_keys=True, cls=DjangoJSONEncoder, ensure_ascii=False)
    digest = hashlib.sha256(f"{request.accepted_renderer.format} {text}".encode()).hexdigest()
    return f'"{digest[:32]}"'


class FactPages(pagination.CursorPagination):
    ordering = "-id"
    page_size = 100


class RowsView(APIView):
    """The rows behind a figure."""

    permission_classes = [ActsForAnOrganisation, Oversees, DraftsForAnImporter]

    @extend_schema(
        summary="The rows behind a figure, newest first; reading them is recorded",
        parameters=[*PARAMETERS, OpenApiParameter("cursor", description="From `next` of the page before.")],
        responses={200: FactPageSerializer, **_problems(400, 404)},
    )
    def get(self, request: Request, name: str) -> Response:
        figure, names = figure_named(name, request), Names()
        query = query_of(figure, request, names).ungrouped()
        pages = FactPages()
        with opening.behind(figure.ask(query, ())) as (facts, measures):
            page: list[Fact] = pages.paginate_queryset(facts, request, view=self) or []
        access.note(request.actor, "open", figure, asking.as_parameters(query, names))
        answer = pages.get_paginated_response([fact_as_data(fact, names) for fact in page])
        answer.data["sums"] = sums_as_data(figure, measures)
        return answer


class ExportPages(pagination.CursorPagination):
    ordering = "-id"
    page_size = 50


class AskForExportView(APIView):
    """The rows behind a figure as a file, written by a job."""

    permission_classes = [ActsForAnOrganisation, Oversees]
    only_reads = True  # it changes nothing but what the asker will fetch

    @extend_schema(
        summary="Have the rows behind a figure written to a file; asking is recorded",
        parameters=PARAMETERS,
        request=ExportAskSerializer,
        responses={
            202: ExportSerializer,
            **_problems(400, 404, 409, 415),
        },
    )
    def post(self, request: Request, name: str) -> Response:
        figure, names = figure_named(name, request), Names()
        query = query_of(figure, request, names)
        asked = ExportAskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        form = asked.validated_data["form"]
        opening.settle()
        export = exporting.ask(figure=figure, query=query, form=form, names=names, by=request.actor)
        return Response(
            export_as_data(export, request), status=202, headers={"Location": _address(export, request)}
        )


def _address(export: Export, request: Request, name: str = "api-export") -> str:
    return reverse(name, args=[export.key], request=request)


def export_as_data(export: Export, request: Request, is_stopped: bool = False) -> dict[str, Any]:
    is_done = export.state == Export.State.DONE
    return {
        "key": export.key,
        "figure": export.figure,
        "query": export.query,
        "form": export.form,
        "state": "STOPPED" if is_stopped else export.state,
        "total": export.total,
        "done": export.done,
        "size": export.size if is_done else None,
        "asked_at": export.asked_at,
        "expires_at": export.expires_at,
        "file": _address(export, request, "api-export-file") if is_done else None,
    }


class ExportsView(APIView):
    """One's own exports."""

    permission_classes = [ActsForAnOrganisation, Oversees, DraftsForAnImporter]

    @extend_schema(
        operation_id="exports_list",
        summary="Your exports, the newest first",
        parameters=[OpenApiParameter("cursor", description="From `next` of the page before.")],
        responses={200: ExportPageSerializer, **_problems(404)},
    )
    def get(self, request: Request) -> Response:
        pages = ExportPages()
        mine = Export.objects.visible_to(request.actor)
        page = pages.paginate_queryset(mine, request, view=self) or []
        stopped = exporting.stopped(page)
        rows = [export_as_data(one, request, one.pk in stopped) for one in page]
        return pages.get_paginated_response(rows)


def export_of(request: Request, key: str) -> Export:
    if not key.isalnum():
        raise Http404
    return get_object_or_404(Export.objects.visible_to(request.actor), key=key)


class ExportView(APIView):
    """How far one export is."""

    permission_classes = [ActsForAnOrganisation, Oversees, DraftsForAnImporter]

    @extend_schema(
        summary="How far an export is written, and where its file is",
        responses={200: ExportSerializer, **_problems(404)},
    )
    def get(self, request: Request, key: str) -> Response:
        export = export_of(request, key)
        is_stopped = bool(export.state == Export.State.RUNNING and exporting.stopped([export]))
        return Response(export_as_data(export, request, is_stopped))


class ExportFileView(APIView):
    """The file of one export."""

    permission_classes = [ActsForAnOrganisation, Oversees, DraftsForAnImporter]
    renderer_classes = [JSONRenderer, AnyFile]

    @extend_schema(
        summary="The file; `Range` goes on with a download that broke off",
        parameters=[OpenApiParameter("Range", location=OpenApiParameter.HEADER, description="`bytes=1000-`")],
        responses={
            **{
                (code, kind.partition(";")[0]): OpenApiTypes.BINARY
                for code in (200, 206)
                for kind in exporting.MEDIA_TYPES.values()
            },
            **_problems(404),
            416: OpenApiResponse(None, "The file ends before."),
        },
    )
    def get(self, request: Request, key: str) -> HttpResponseBase:
        export = export_of(request, key)
        if export.state != Export.State.DONE:
            raise Http404
        return exporting.send(request._request, export, request.actor)
