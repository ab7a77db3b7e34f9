"""Doors in JSON for what machines say of licence cases: reports, and briefs to the ministry with their files."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import generics, permissions, serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import licensing.converters  # noqa: F401 - registers the `case` converter
from accounts.api import AnyFile, KnownInputs, LineOfText, LinesOfText, once
from accounts.roles import Role
from euc.api import KEY, ActsForAnOrganisation, CertificatePages, DraftsForAnImporter
from euc.input_serializers import ProblemSerializer
from licensing import briefing, grounds, services, stations
from licensing.licence_facts import LicenceFacts
from licensing.models import CaseBrief, Licence, LicenceCase, StatusReport
from licensing.serializers import ReportSerializer
from licensing.views.briefs import sent

MOST_MG = 10**15
PROBLEMS = {
    400: OpenApiResponse(ProblemSerializer, "Something does not hold; nothing was saved."),
    404: OpenApiResponse(ProblemSerializer, "There is none that you may see."),
    409: OpenApiResponse(ProblemSerializer, "The case does not take it, or the same request is in flight."),
    422: OpenApiResponse(ProblemSerializer, "The Idempotency-Key came with another request before."),
}


def case_of(request: Request, reference: str) -> LicenceCase:
    mine = LicenceCase.objects.visible_to(request.actor).select_related("certificate", "importer", "licence")
    return get_object_or_404(mine, reference=reference)


class LicensedLineInput(KnownInputs):
    line = serializers.IntegerField(
        min_value=1, max_value=1000, help_text="The goods line of the certificate."
    )
    authorised_mg = serializers.IntegerField(min_value=1, max_value=MOST_MG, help_text="Whole milligrams.")


class LicenceInput(KnownInputs):
    """The licence as its paper has it, when one was issued or amended."""

    number = LineOfText(max_length=60)
    type = serializers.ChoiceField(choices=Licence.Type.choices, default=Licence.Type.SINGLE)
    issued_on = serializers.DateField()
    expires_on = serializers.DateField()
    contract_number = LineOfText(max_length=60, required=False, allow_blank=True)
    customs_port = LineOfText(max_length=60, required=False, allow_blank=True)
    lines = LicensedLineInput(many=True, allow_empty=False)

    def validate_lines(self, lines: list[dict[str, int]]) -> dict[int, int]:
        weights = {row["line"]: row["authorised_mg"] for row in lines}
        if len(weights) < len(lines):
            raise serializers.ValidationError(_("A line stands here twice."), code="twice")
        return weights


class ReportInput(KnownInputs):
    """What was said of a case, and the licence only where one was issued or changed."""

    claimed = serializers.ChoiceField(choices=[(code, stations.LABELS[code]) for code in stations.CLAIMABLE])
    claimed_on = serializers.DateField(help_text="The day in China on which it was so.")
    confidence = serializers.ChoiceField(choices=StatusReport.Confidence.choices, default="MEDIUM")
    application_number = LineOfText(max_length=60, required=False, allow_blank=True)
    grounds = serializers.MultipleChoiceField(choices=list(grounds.LABELS.items()), required=False)
    note = LinesOfText(max_length=2000, required=False, allow_blank=True)
    licence = LicenceInput(required=False, allow_null=True)


REPORT = {
    "claimed": "ACCEPTED",
    "claimed_on": "2026-11-30",
    "application_number": "2026-XK-0042",
    "note": "Told by the exporter's ERP.",
}


class ReportsView(APIView):
    """Reports on one case; they are read with the case itself."""

    permission_classes = [ActsForAnOrganisation, DraftsForAnImporter]

    @extend_schema(
        summary="Report where a licence case stands, as it was said; nothing is overwritten",
        request=ReportInput,
        responses={201: ReportSerializer, **PROBLEMS},
        parameters=[KEY],
        examples=[OpenApiExample("Example", value=REPORT, request_only=True)],
    )
    @once
    def post(self, request: Request, reference: str) -> Response:
        case = case_of(request, reference)
        taken = ReportInput(data=request.data)
        taken.is_valid(raise_exception=True)
        given = dict(taken.validated_data)
        facts = given.pop("licence", None)
        if facts:
            given["licence"] = LicenceFacts(weights=facts.pop("lines"), **facts)
        made = services.report(case=case, by=request.actor, **given)
        return Response(ReportSerializer(made).data, status=201)


class SeesFiles(permissions.BasePermission):
    """Files of a case are fetched by who reports, and by auditors."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return not request.actor.has(Role.ANALYST)


class BriefInput(KnownInputs):
    asks = LinesOfText(max_length=1000, help_text="What is asked of the ministry.")


class BriefSerializer(serializers.ModelSerializer):
    """A brief: the facts as they were frozen, and where its sealed PDF lies once it is made."""

    prepared_by = serializers.CharField(source="prepared_by.full_name")
    facts = serializers.JSONField(help_text="Days are days in China, moments UTC, weights milligrams.")
    file = serializers.SerializerMethodField(help_text="Null until a worker has made it.")

    class Meta:
        model = CaseBrief
        fields = ("number", "language", "asks", "facts", "prepared_by", "prepared_at", "file")

    def get_file(self, brief: CaseBrief) -> str | None:
        if brief.file_id is None:
            return None
        address = reverse("api-brief-file", args=[brief.case.reference, brief.number])
        return self.context["request"].build_absolute_uri(address)


class BriefsView(generics.ListAPIView):
    """Briefs of one case."""

    permission_classes = [ActsForAnOrganisation, DraftsForAnImporter]
    pagination_class = CertificatePages
    serializer_class = BriefSerializer
    queryset = CaseBrief.objects.none()

    @extend_schema(summary="The briefs to the ministry of a licence case, newest first")
    def get(self, request: Request, *args: Any, **given: Any) -> Response:
        return super().get(request, *args, **given)

    @extend_schema(
        summary="Prepare a brief of an open case; a worker makes its PDF",
        request=BriefInput,
        responses={201: BriefSerializer, **PROBLEMS},
        parameters=[KEY],
        examples=[
            OpenApiExample("Example", value={"asks": "Please ask for the decision."}, request_only=True)
        ],
    )
    @once
    def post(self, request: Request, reference: str) -> Response:
        case = case_of(request, reference)
        taken = BriefInput(data=request.data)
        taken.is_valid(raise_exception=True)
        brief = briefing.prepare(case=case, by=request.actor, asks=taken.validated_data["asks"])
        return Response(self.get_serializer(brief).data, status=201)

    def get_queryset(self) -> QuerySet[CaseBrief]:
        case = case_of(self.request, self.kwargs["reference"])
        return case.briefs.select_related("prepared_by", "case")


class BriefFileView(APIView):
    """The sealed PDF of one brief."""

    permission_classes = [ActsForAnOrganisation, SeesFiles, DraftsForAnImporter]
    renderer_classes = [JSONRenderer, AnyFile]

    @extend_schema(
        summary="The sealed PDF of a brief",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, 404: PROBLEMS[404]},
    )
    def get(self, request: Request, reference: str, number: int) -> HttpResponseBase:
        case = case_of(request, reference)
        brief = get_object_or_404(case.briefs.select_related("file"), number=number)
        return sent(case, brief)
