"""Doors in JSON: the public verification; certificates to read, and drafts to write as on the drafting pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import exceptions, mixins, pagination, permissions, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from accounts.access import open_to_all
from accounts.api import once
from accounts.roles import Role
from documents import uploads
from euc import attaching, drafting, examples, services, shapes, verification
from euc.forms import EvidenceForm
from euc.input_serializers import (
    DraftInput,
    EvidenceInput,
    EvidenceShown,
    LineInput,
    LineShown,
    NewDraftInput,
    ProblemSerializer,
)
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


class DraftsForAnImporter(permissions.BasePermission):
    """Changing something takes one of the importer's people, in person or by a token that drafts."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        is_safe = request.method in permissions.SAFE_METHODS
        return is_safe or request.actor.has(Role.DRAFTER, Role.SIGNATORY)


KEY = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    description="With a key a request that is sent again within a day is not done again; it gets the same answer.",
)
PROBLEMS = {
    400: OpenApiResponse(ProblemSerializer, "Something does not hold; nothing was saved."),
    404: OpenApiResponse(ProblemSerializer, "There is none that you may see."),
    409: OpenApiResponse(ProblemSerializer, "It is no draft any more, or the same request is in flight."),
    422: OpenApiResponse(ProblemSerializer, "The Idempotency-Key came with another request before."),
}


def _writes(summary: str, takes: Any, gives: Any, status: int, example: Any = None, **given: Any) -> Any:
    """The description of a changing request; its examples are sent by a test."""
    shown = [OpenApiExample("Example", value=example, request_only=True)] if example else []
    answers = {status: gives, **PROBLEMS}
    return extend_schema(
        summary=summary, request=takes, responses=answers, parameters=[KEY], examples=shown, **given
    )


@extend_schema_view(
    list=extend_schema(summary="Certificates you may see, newest first"),
    retrieve=extend_schema(
        summary="One certificate: its last submitted content, and the draft if it is yours"
    ),
)
class CertificateViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    permission_classes = [ActsForAnOrganisation, DraftsForAnImporter]
    pagination_class = CertificatePages
    serializer_class = CertificateSerializer
    queryset = Certificate.objects.none()
    lookup_field = "reference"
    lookup_value_converter = "reference"

    def get_queryset(self) -> QuerySet[Certificate]:
        return Certificate.objects.visible_to(self.request.actor).for_list()

    def get_serializer_class(self) -> type[CertificateSerializer]:
        return CertificateSerializer if self.action == "list" else CertificateDetailSerializer

    @_writes("Open a draft", NewDraftInput, CertificateDetailSerializer, 201, examples.DRAFT)
    @once
    def create(self, request: Request) -> Response:
        certificate = services.start(by=request.actor)
        draft = shapes.read(certificate, request.data, with_goods=True)
        shapes.write(certificate, draft, request.actor)
        return self._shown(certificate, 201)

    @_writes("Change pages of a draft", DraftInput, CertificateDetailSerializer, 200, examples.CHANGE)
    @once
    def partial_update(self, request: Request, reference: str) -> Response:
        certificate = self._draft()
        shapes.write(certificate, shapes.read(certificate, request.data), request.actor)
        return self._shown(certificate, 200)

    @_writes("Add a goods line", LineInput, LineShown, 201, examples.LINE)
    @action(detail=True, methods=["post"], url_path="lines")
    @once
    def lines(self, request: Request, reference: str) -> Response:
        certificate = self._draft()
        line = shapes.add_line(certificate, shapes.read_line(request.data), request.actor)
        return Response(shapes.shown_line(certificate.goods.get(pk=line.pk)), status=201)

    @_writes("Change a goods line", LineInput, LineShown, 200, examples.LINE_CHANGE)
    @action(detail=True, methods=["patch"], url_path="lines/<int:number>")
    @once
    def line(self, request: Request, reference: str, number: int) -> Response:
        certificate = self._draft()
        line = get_object_or_404(certificate.goods, number=number)
        shapes.change_line(certificate, line, shapes.read_line(request.data, line), request.actor)
        return Response(shapes.shown_line(certificate.goods.get(pk=line.pk)))

    @_writes("Remove a goods line; later ones move up", None, None, 204)
    @line.mapping.delete
    @once
    def remove_line(self, request: Request, reference: str, number: int) -> Response:
        certificate = self._draft()
        line = get_object_or_404(certificate.goods, number=number)
        drafting.remove_line(certificate=certificate, by=request.actor, line=line)
        return Response(status=204)

    @_writes("Attach a file as evidence", EvidenceInput, EvidenceShown, 201)
    @action(detail=True, methods=["post"], url_path="evidence", parser_classes=[MultiPartParser])
    def evidence(self, request: Request, reference: str) -> Response:
        lines = self._draft().lines()
        kind, line, checked = self._checked(request, lines)  # takes seconds: not while the database is held
        return self._attach(request, kind=kind, line=line, checked=checked)

    @once
    def _attach(
        self, request: Request, *, kind: str, line: int | None, checked: uploads.CheckedUpload
    ) -> Response:
        added = attaching.attach(
            certificate=self._draft(), by=request.actor, kind=kind, line=line, checked=checked
        )
        return Response(shapes.shown_evidence(added), status=201)

    def _checked(
        self, request: Request, lines: Iterable[Any]
    ) -> tuple[str, int | None, uploads.CheckedUpload]:
        form = EvidenceForm(request.data, request.FILES, lines=lines)
        if unknown := set(request.data) - set(form.fields):
            raise shapes.Malformed({name[:200]: [shapes.unknown()] for name in unknown})
        if not form.is_valid():
            raise shapes.Malformed(form.errors.get_json_data())
        try:
            checked = uploads.check(form.cleaned_data["file"])
        except uploads.UploadRefused as refused:
            raise shapes.Malformed({"file": [{"code": "refused", "message": str(refused)}]}) from None
        form.cleaned_data["file"].seek(0)
        return form.cleaned_data["kind"], form.cleaned_data["line"], checked

    def _draft(self) -> Certificate:
        """The certificate of the address, for a change. Whether it is a draft still, the verbs know."""
        return self._loaded(self.kwargs["reference"])

    def _loaded(self, reference: str) -> Certificate:
        mine = Certificate.objects.visible_to(self.request.actor)
        return get_object_or_404(mine.select_related("importer", "end_use", "relies_on"), reference=reference)

    def _shown(self, certificate: Certificate, status: int) -> Response:
        fresh = self._loaded(certificate.reference)
        headers = (
            {"Location": reverse("api:certificate-detail", args=[fresh.reference])} if status == 201 else {}
        )
        return Response(self.get_serializer(fresh).data, status=status, headers=headers)


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
