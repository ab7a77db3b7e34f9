"""Doors in JSON for arriving documents: programs bring them and read what each belongs to; people confirm."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, permissions, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import KnownInputs, LineOfText, once
from accounts.roles import Role
from documents import sheets
from euc.api import KEY, ActsForAnOrganisation, CertificatePages, DraftsForAnImporter
from euc.input_serializers import ProblemSerializer
from shipments import arriving, arriving_columns, arriving_files
from shipments.models import ArrivingDocument

MOST_DOCUMENTS = 100
PROBLEMS = {
    400: OpenApiResponse(ProblemSerializer, "Something does not hold; nothing was kept."),
    409: OpenApiResponse(ProblemSerializer, "The same request is in flight."),
    422: OpenApiResponse(ProblemSerializer, "The Idempotency-Key came with another request before."),
}


def _said(fields: dict[str, Any]) -> dict[str, serializers.Field]:
    """Each of these as a text, which is read as the pages read it."""
    return {
        name: LineOfText(
            max_length=500, required=False, allow_blank=True, label=str(getattr(field, "label", field))
        )
        for name, field in fields.items()
    }


ItemInput = type(
    "ArrivingItemInput", (KnownInputs,), _said({**arriving_columns.ITEMS, **arriving_columns.MEASURES})
)
DocumentInput = type(
    "ArrivingDocumentInput",
    (KnownInputs,),
    {
        "kind": serializers.ChoiceField(choices=ArrivingDocument.Kind.choices),
        **_said(arriving_columns.PAPERS),
        "items": ItemInput(many=True, allow_empty=False, max_length=arriving_files.MOST_ITEMS),
    },
)


class PlansConsignments(permissions.BasePermission):
    """They are for the importer's own people and programs."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.actor.has(Role.DRAFTER, Role.SIGNATORY)


class DocumentsInput(KnownInputs):
    documents = DocumentInput(many=True, allow_empty=False, max_length=MOST_DOCUMENTS)


class ArrivingDocumentSerializer(serializers.ModelSerializer):
    """One document: what it says, whether it is settled, and with which consignment."""

    consignment = serializers.CharField(source="consignment.reference", default=None)

    class Meta:
        model = ArrivingDocument
        fields = ("id", "kind", "number", "dated", "state", "consignment", "reason", "file_name", "taken_at")


class PointSerializer(serializers.Serializer):
    name, said, held = serializers.CharField(), serializers.CharField(), serializers.CharField()
    got, of = serializers.IntegerField(), serializers.IntegerField()


class ProposalSerializer(serializers.Serializer):
    """What a waiting document may belong to; the score is the share of points it reached, of 100."""

    certificate = serializers.CharField(source="certificate.reference")
    consignment = serializers.CharField(source="consignment.reference", default=None)
    licence = serializers.CharField(source="licence.number", default=None)
    lines = serializers.SerializerMethodField(help_text="The goods line of each item; null where none fits.")
    score = serializers.IntegerField()
    is_sure = serializers.BooleanField()
    points = PointSerializer(many=True)

    def get_lines(self, proposal: Any) -> list[int | None]:
        return [one.line.number if one.line else None for one in proposal.items]


class ArrivingDocumentDetailSerializer(ArrivingDocumentSerializer):
    data = serializers.JSONField(help_text="Weights are milligrams, values decimals, days of the papers.")
    proposals = serializers.SerializerMethodField()

    class Meta(ArrivingDocumentSerializer.Meta):
        fields = (*ArrivingDocumentSerializer.Meta.fields, "data", "proposals")

    def get_proposals(self, document: ArrivingDocument) -> list[dict[str, Any]]:
        found = arriving.proposals([document], document.importer)[0] if document.is_waiting else []
        return ProposalSerializer(found, many=True).data


class KeptDocumentsSerializer(serializers.Serializer):
    taken = ArrivingDocumentSerializer(many=True, source="new")
    known = serializers.IntegerField(help_text="How many were here before.")


EXAMPLE = {
    "documents": [
        {
            "kind": "INVOICE", "invoice_number": "INV-2026-001", "invoice_date": "2026-10-05",
            "contract_number": "PO-2026-17", "exporter_name": "Exporter as on the certificate",
            "items": [
                {"description": "Sintered NdFeB magnet, N42SH", "hs": "85051110", "batch": "H-2609-1",
                 "weight_kg": "125.5", "pieces": "12000", "value": "8400.00", "currency": "USD"}
            ],
        }
    ]
}  # fmt: skip


@extend_schema_view(
    list=extend_schema(summary="Documents that arrived, newest first"),
    retrieve=extend_schema(summary="One document, with what it may belong to"),
)
class ArrivingDocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    permission_classes = [ActsForAnOrganisation, PlansConsignments, DraftsForAnImporter]
    pagination_class = CertificatePages
    serializer_class = ArrivingDocumentSerializer
    queryset = ArrivingDocument.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[ArrivingDocument]:
        return ArrivingDocument.objects.visible_to(self.request.actor).select_related(
            "consignment", "importer"
        )

    def get_serializer_class(self) -> type[ArrivingDocumentSerializer]:
        return ArrivingDocumentSerializer if self.action == "list" else ArrivingDocumentDetailSerializer

    @extend_schema(
        summary="Bring invoices, packing lists or Bills of Entry; a person confirms what they belong to",
        request=DocumentsInput,
        responses={201: KeptDocumentsSerializer, **PROBLEMS},
        parameters=[KEY],
        examples=[OpenApiExample("Example", value=EXAMPLE, request_only=True)],
    )
    @once
    def create(self, request: Request) -> Response:
        given = DocumentsInput(data=request.data)
        given.is_valid(raise_exception=True)
        documents = given.validated_data["documents"]
        rows, places = [], []
        for at, document in enumerate(documents):
            for item_at, item in enumerate(document["items"]):
                places.append((at, item_at))
                said = {name: text for name, text in document.items() if name != "items"} | item
                rows.append((len(places), {name: text for name, text in said.items() if text}))
        try:
            read = arriving_files.read_rows(rows)
        except sheets.Unreadable as refused:
            raise serializers.ValidationError({"documents": [str(refused)]}) from None
        if read.problems:
            raise serializers.ValidationError({"documents": _faults(places, read.problems)})
        content = json.dumps(request.data, ensure_ascii=False).encode("utf-8", "replace")
        taken = arriving.keep(read, content=content, name="api.json", by=request.actor)
        return Response(KeptDocumentsSerializer(taken).data, status=201)


def _faults(places: list[tuple[int, int]], problems: list[tuple[int, str, str]]) -> dict[int, Any]:
    """Faults in the shape of the input: by document, then the paper, or the item and its name."""
    faults: dict[int, Any] = {}
    for number, name, said in problems:
        at, item_at = places[number - 1]
        fault = faults.setdefault(at, {})
        if name not in arriving_columns.PAPERS and name:
            fault = fault.setdefault("items", {}).setdefault(item_at, {})
        fault.setdefault(name or "kind", []).append(said)
    return faults
