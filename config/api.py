"""The JSON API: its addresses, and refusals of the law as 400, 403 and 409 with `code`, `message`, `fields`."""

from typing import Any

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import exception_handler

from accounts.access import open_to_all
from euc import api as euc_api
from euc import converters  # noqa: F401  (registers the `reference` converter)
from workflow import engine

STATUS_OF = {engine.WrongStatus: 409, engine.NotAllowed: 403, engine.Incomplete: 400}


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Refusals as data; everything else as the framework has it."""
    if not isinstance(error, engine.Refusal):
        return exception_handler(error, context)
    fields = {miss.field: str(miss.message) for miss in getattr(error, "misses", [])}
    body = {"code": type(error).__name__, "message": str(error), "fields": fields}
    return Response(body, status=STATUS_OF[type(error)])


router = SimpleRouter(use_regex_path=False)
router.register("certificates", euc_api.CertificateViewSet, basename="certificate")

urlpatterns = [
    path("", include((router.urls, "api"), namespace="api")),
    path("verifications/<str:token>/", euc_api.verify, name="api-verification"),
    path("openapi.yaml", open_to_all(SpectacularAPIView.as_view()), name="api-schema"),
]
