"""Doors in JSON: the public verification, and certificates as the signed-in actor sees them. Read only."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import exceptions, mixins, pagination, permissions, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from accounts.access import open_to_all
from accounts.roles import Role
from euc import verification
from euc.models import Certificate
from euc.serializers import CertificateDetailSerializer, CertificateSerializer, VerificationSerializer

READERS = (Role.DRAFTER, Role.SIGNATORY, Role.OFFICER, Role.SENIOR, Role.AUDITOR, Role.ANALYST)


class ActsForAnOrganisation(permissions.BasePermission):
    """Signed in, acting for an organisation, in a role that reads certificates."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        actor = getattr(request, "actor", None)
        return actor is not None and actor.has(*READERS)


class CertificatePages(pagination.CursorPagination):
    ordering = "-id"
    page_size = 50


@extend_schema_view(
    list=extend_schema(summary="Certificates you may see, newest first"),
    retrieve=extend_schema(summary="One certificate with its last submitted content"),
)
class CertificateViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    permission_classes = [ActsForAnOrganisation]
    pagination_class = CertificatePages
    serializer_class = CertificateSerializer
    queryset = Certificate.objects.none()
    lookup_field = "reference"
    lookup_value_converter = "reference"

    def get_queryset(self) -> QuerySet[Certificate]:
        return Certificate.objects.visible_to(self.request.actor).for_list()

    def get_serializer_class(self) -> type[CertificateSerializer]:
        return CertificateDetailSerializer if self.action == "retrieve" else CertificateSerializer


class VerificationThrottle(AnonRateThrottle):
    rate = "120/minute"


class VerificationView(APIView):
    """What the QR code leads to, for machines. Needs no account."""

    authentication_classes: list = []
    permission_classes = [permissions.AllowAny]
    throttle_classes = [VerificationThrottle]

    @extend_schema(
        summary="Verify by the code under the QR code",
        responses={
            200: VerificationSerializer,
            404: OpenApiResponse(description="No such certificate was issued."),
        },
    )
    def get(self, request: Request, token: str) -> Response:
        view = verification.by_token(token)
        if view is None:
            raise exceptions.NotFound
        return Response(VerificationSerializer(view).data, headers={"Cache-Control": "no-store"})


verify = open_to_all(VerificationView.as_view())
