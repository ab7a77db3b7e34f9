"""Doors in JSON: licence cases to read."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets

import licensing.converters  # noqa: F401 - registers the `case` converter
from euc.api import ActsForAnOrganisation, CertificatePages, DraftsForAnImporter
from licensing.models import LicenceCase, StatusReport
from licensing.serializers import LicenceCaseDetailSerializer, LicenceCaseSerializer


@extend_schema_view(
    list=extend_schema(summary="Licence cases you may see, newest first"),
    retrieve=extend_schema(summary="One licence case: its reports and the licence with what is left"),
)
class LicenceCaseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    permission_classes = [ActsForAnOrganisation, DraftsForAnImporter]
    pagination_class = CertificatePages
    serializer_class = LicenceCaseSerializer
    queryset = LicenceCase.objects.none()
    lookup_field = "reference"
    lookup_value_converter = "case"

    def get_queryset(self) -> QuerySet[LicenceCase]:
        rows = LicenceCase.objects.visible_to(self.request.actor).for_list()
        if self.action == "list":
            return rows
        reports = StatusReport.objects.select_related("withdrawal").order_by("id")
        return rows.prefetch_related(Prefetch("reports", reports), "licence__lines__goods_line")

    def get_serializer_class(self) -> type[LicenceCaseSerializer]:
        return LicenceCaseSerializer if self.action == "list" else LicenceCaseDetailSerializer
