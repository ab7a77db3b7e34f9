"""Doors in JSON for feeds: sources and their runs to read, and the address that senders call."""

from __future__ import annotations

import logging
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import exceptions, mixins, permissions, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import licensing.converters  # noqa: F401 - registers the `feed` converter
from accounts.access import open_to_all
from accounts.api import TooLarge
from accounts.roles import Role
from euc.api import ActsForAnOrganisation, CertificatePages, DraftsForAnImporter
from euc.input_serializers import ProblemSerializer
from licensing import feed_serializers, feed_taking
from licensing.models import FeedRun, FeedSource
from licensing.models.feed import KEEPERS

log = logging.getLogger(__name__)
MOST_RUNS = 20
NOT_TAKEN = "Unknown address, wrong or old signature, or sent before: one answer for all."


class SeesFeeds(permissions.BasePermission):
    """Feeds are seen by who reports, and by auditors."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.actor.has(*KEEPERS, Role.AUDITOR)


@extend_schema_view(
    list=extend_schema(summary="Feeds of your organisation and how they are, newest first"),
    retrieve=extend_schema(summary="One feed with its last runs"),
)
class FeedSourceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    permission_classes = [ActsForAnOrganisation, SeesFeeds, DraftsForAnImporter]
    http_method_names = ["get", "head", "options"]
    pagination_class = CertificatePages
    queryset = FeedSource.objects.none()
    lookup_field = "key"
    lookup_value_converter = "feed"

    def get_queryset(self) -> QuerySet[FeedSource]:
        return FeedSource.objects.visible_to(self.request.actor)

    def get_serializer_class(self) -> Any:
        is_list = self.action == "list"
        return feed_serializers.FeedSerializer if is_list else feed_serializers.FeedDetailSerializer

    def get_object(self) -> FeedSource:
        found = super().get_object()
        found.last_runs = list(FeedRun.objects.filter(source=found)[:MOST_RUNS])
        return found


class FeedInboxView(APIView):
    """Where senders call. No account: the signature is the proof."""

    authentication_classes: list = []
    permission_classes: list = []
    throttle_classes: list = []
    http_method_names = ["post"]

    @extend_schema(
        summary="Send records, signed",
        auth=[],
        request={"application/json": feed_serializers.RecordsSerializer},
        parameters=[
            OpenApiParameter("X-Feed-Timestamp", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True,
                             description="Seconds since 1970 (UTC), within five minutes of our clock."),
            OpenApiParameter("X-Feed-Signature", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True,
                             description="HMAC-SHA256, in hexadecimal, of timestamp, full stop and body."),
        ],
        responses={
            202: OpenApiResponse(feed_serializers.TakenSerializer, "Taken in; it is worked off soon."),
            404: OpenApiResponse(ProblemSerializer, NOT_TAKEN),
            413: OpenApiResponse(ProblemSerializer, "More than 1 MB."),
            429: OpenApiResponse(ProblemSerializer, "Much that was sent waits to be worked off; send again later."),
        },
    )  # fmt: skip
    def post(self, request: Request, key: str) -> Response:
        plain = request._request
        length = plain.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > feed_taking.MOST_WEBHOOK_BYTES:
            raise TooLarge
        try:
            taken = feed_taking.receive(
                key=key,
                timestamp=plain.headers.get("X-Feed-Timestamp", ""),
                given=plain.headers.get("X-Feed-Signature", ""),
                body=plain.body,
            )
        except feed_taking.TooMany:
            raise exceptions.Throttled(wait=60) from None
        if not taken:
            log.warning("a call of feed %s was not taken", key[:40])
            raise Http404
        return Response({"taken": True}, status=202)


inbox = open_to_all(FeedInboxView.as_view())
