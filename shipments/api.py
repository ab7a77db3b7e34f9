"""Doors in JSON: consignments, mass balances, visits and incidents to read."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import shipments.converters  # noqa: F401 - registers the converters
from euc.api import ActsForAnOrganisation, CertificatePages, DraftsForAnImporter
from euc.models import Certificate
from shipments import balancing, delivery
from shipments.models import Consignment, Incident, Lot, Sample, Visit
from shipments.serializers import (
    BalanceSerializer,
    ConsignmentDetailSerializer,
    ConsignmentSerializer,
    DeliverySerializer,
    IncidentSerializer,
    VisitDetailSerializer,
    VisitSerializer,
)


@extend_schema_view(
    list=extend_schema(summary="Consignments you may see, newest first"),
    retrieve=extend_schema(summary="One consignment with its lots"),
)
class ConsignmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    permission_classes = [ActsForAnOrganisation, DraftsForAnImporter]
    pagination_class = CertificatePages
    serializer_class = ConsignmentSerializer
    queryset = Consignment.objects.none()
    lookup_field = "reference"
    lookup_value_converter = "consignment"

    def get_queryset(self) -> QuerySet[Consignment]:
        rows = Consignment.objects.visible_to(self.request.actor).for_list().select_related("licence")
        if self.action == "list":
            return rows
        return rows.prefetch_related(Prefetch("lot_rows", Lot.objects.select_related("goods_line")))

    def get_serializer_class(self) -> type[ConsignmentSerializer]:
        return ConsignmentSerializer if self.action == "list" else ConsignmentDetailSerializer


class BalanceView(APIView):
    """The mass balance of one certificate."""

    permission_classes = [ActsForAnOrganisation, DraftsForAnImporter]

    @extend_schema(summary="Where each gram of a certificate is", responses=BalanceSerializer)
    def get(self, request: Request, reference: str) -> Response:
        mine = Certificate.objects.visible_to(request.actor).select_related("end_use")
        certificate = get_object_or_404(mine, reference=reference)
        return Response(BalanceSerializer(balancing.as_json(balancing.of(certificate))).data)


class DeliveryView(APIView):
    """What was received of one consignment, as its delivery verification certificate says it."""

    permission_classes = [ActsForAnOrganisation, DraftsForAnImporter]

    @extend_schema(
        summary="What of a consignment really arrived",
        responses={200: DeliverySerializer, 409: OpenApiResponse(description="Nothing is received yet.")},
    )
    def get(self, request: Request, reference: str) -> Response:
        mine = Consignment.objects.visible_to(request.actor)
        found = get_object_or_404(mine.select_related("certificate", "licence"), reference=reference)
        return Response(DeliverySerializer(delivery.content(found)).data)


@extend_schema_view(
    list=extend_schema(summary="Verification visits you may see, newest first"),
    retrieve=extend_schema(summary="One visit with its samples"),
)
class VisitViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    permission_classes = [ActsForAnOrganisation, DraftsForAnImporter]
    pagination_class = CertificatePages
    serializer_class = VisitSerializer
    queryset = Visit.objects.none()
    lookup_field = "reference"
    lookup_value_converter = "visit"

    def get_queryset(self) -> QuerySet[Visit]:
        rows = Visit.objects.visible_to(self.request.actor).for_list()
        if self.action == "list":
            return rows
        samples = Sample.objects.select_related("lot__consignment")
        return rows.prefetch_related("certificates", Prefetch("samples", samples))

    def get_serializer_class(self) -> type[VisitSerializer]:
        return VisitSerializer if self.action == "list" else VisitDetailSerializer


@extend_schema_view(
    list=extend_schema(summary="Incidents you may see, newest first"),
    retrieve=extend_schema(summary="One incident"),
)
class IncidentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    permission_classes = [ActsForAnOrganisation, DraftsForAnImporter]
    pagination_class = CertificatePages
    serializer_class = IncidentSerializer
    queryset = Incident.objects.none()
    lookup_field = "reference"
    lookup_value_converter = "incident"

    def get_queryset(self) -> QuerySet[Incident]:
        return Incident.objects.visible_to(self.request.actor).for_list()
