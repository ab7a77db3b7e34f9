"""The JSON API: its addresses, and every refusal as problem details (RFC 9457) with `code` and `fields`."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import exception_handler

from accounts.access import open_to_all
from accounts.api import TooLarge
from euc import api as euc_api
from euc import converters, shapes  # noqa: F401  (converters registers `reference`)
from licensing import api as licensing_api
from licensing import feed_api, mail_api, writing_api
from ministry import api as ministry_api
from shipments import api as shipments_api
from shipments import arriving_api, signal_api
from workflow import engine

STATUS_OF = {engine.Refusal: 409, engine.WrongStatus: 409, engine.NotAllowed: 403, engine.Incomplete: 400}
CODE_OF = {
    engine.WrongStatus: "wrong_status",
    engine.NotAllowed: "not_allowed",
    engine.Incomplete: "incomplete",
}


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Refusals as data: of the law, of the framework, and of what was sent."""
    if isinstance(error, shapes.Malformed):
        return problem(400, "invalid", str(exceptions.ValidationError.default_detail), error.errors)
    if isinstance(error, engine.Refusal):
        return problem(STATUS_OF[type(error)], CODE_OF[type(error)], str(error), _misses(error))
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    code, detail, fields = _said(error)
    headers = {name: response[name] for name in ("WWW-Authenticate", "Retry-After") if name in response}
    return problem(response.status_code, code, detail, fields, headers)


def problem(
    status: int, code: str, detail: str, fields: dict | None = None, headers: dict | None = None
) -> Response:
    """One shape for everything that was not done. `fields` names inputs, each with its codes and sentences."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "fields": fields or {},
    }
    return Response(body, status=status, headers=headers, content_type="application/problem+json")


def _misses(error: engine.Refusal) -> dict[str, list[dict[str, str]]]:
    fields: dict[str, list[dict[str, str]]] = {}
    for miss in getattr(error, "misses", []):
        fields.setdefault(miss.field, []).append({"code": "missing", "message": str(miss.message)})
    return fields


def _said(error: exceptions.APIException) -> tuple[str, str, dict]:
    """Code, sentence and fields of what the framework raised."""
    if isinstance(error.detail, dict):
        return "invalid", str(exceptions.ValidationError.default_detail), error.get_full_details()
    first = error.detail[0] if isinstance(error.detail, list) else error.detail
    return first.code, str(first), {}


router = SimpleRouter(use_regex_path=False)
router.register("certificates", euc_api.CertificateViewSet, basename="certificate")
router.register("licence-cases", licensing_api.LicenceCaseViewSet, basename="licence-case")
router.register("feed-sources", feed_api.FeedSourceViewSet, basename="feed-source")
router.register("consignments", shipments_api.ConsignmentViewSet, basename="consignment")
router.register("arriving-documents", arriving_api.ArrivingDocumentViewSet, basename="arriving-document")
router.register("visits", shipments_api.VisitViewSet, basename="visit")
router.register("incidents", shipments_api.IncidentViewSet, basename="incident")
router.register("signals", signal_api.SignalViewSet, basename="signal")

urlpatterns = [
    path("", include((router.urls, "api"), namespace="api")),
    path(
        "licence-cases/<case:reference>/suggestions/",
        mail_api.SuggestionsView.as_view(),
        name="api-suggestions",
    ),
    path(
        "licence-cases/<case:reference>/reports/",
        writing_api.ReportsView.as_view(),
        name="api-reports",
    ),
    path("licence-cases/<case:reference>/briefs/", writing_api.BriefsView.as_view(), name="api-briefs"),
    path(
        "licence-cases/<case:reference>/briefs/<int:number>/file/",
        writing_api.BriefFileView.as_view(),
        name="api-brief-file",
    ),
    path(
        "certificates/<reference:reference>/balance/", shipments_api.BalanceView.as_view(), name="api-balance"
    ),
    path(
        "consignments/<consignment:reference>/delivery/",
        shipments_api.DeliveryView.as_view(),
        name="api-delivery",
    ),
    path("figures/", ministry_api.CatalogueView.as_view(), name="api-figures"),
    path("figures/<str:name>/", ministry_api.FigureView.as_view(), name="api-figure"),
    path("figures/<str:name>/exports/", ministry_api.AskForExportView.as_view(), name="api-figure-exports"),
    path("exports/", ministry_api.ExportsView.as_view(), name="api-exports"),
    path("exports/<str:key>/", ministry_api.ExportView.as_view(), name="api-export"),
    path("exports/<str:key>/file/", ministry_api.ExportFileView.as_view(), name="api-export-file"),
    path("figures/<str:name>/rows/", ministry_api.RowsView.as_view(), name="api-figure-rows"),
    path("feeds/<feed:key>/", feed_api.inbox, name="api-feed"),
    path("verifications/<str:token>/", euc_api.verify, name="api-verification"),
    path("openapi.yaml", open_to_all(SpectacularAPIView.as_view()), name="api-schema"),
]
