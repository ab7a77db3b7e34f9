"""Doors in JSON for mail: what it suggests of a case, to read. Confirming takes a look at the mail: no door here."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, permissions, serializers
from rest_framework.request import Request
from rest_framework.views import APIView

import licensing.converters  # noqa: F401 - registers the `case` converter
from accounts.roles import Role
from euc.api import ActsForAnOrganisation, CertificatePages, DraftsForAnImporter
from licensing.models import LicenceCase, MailSuggestion


class SeesMail(permissions.BasePermission):
    """Mail is seen by who reports, and by auditors."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return not request.actor.has(Role.ANALYST)


class SuggestionSerializer(serializers.ModelSerializer):
    """What a mail seems to say of a case."""

    state = serializers.SerializerMethodField(help_text="PENDING, CONFIRMED or DISMISSED.")
    is_sure = serializers.BooleanField(help_text="The sender is proven and the day was told.")
    sender = serializers.CharField(source="message.sender")
    subject = serializers.CharField(source="message.subject")
    received_at = serializers.DateTimeField(source="message.received_at")

    class Meta:
        model = MailSuggestion
        fields = (
            *("id", "state", "claimed", "claimed_on", "is_day_told", "is_sure", "passage"),
            *("application_number", "licence_number", "sender", "subject", "received_at"),
        )

    def get_state(self, suggestion: MailSuggestion) -> str:
        ruling = getattr(suggestion, "ruling", None)
        if ruling is None:
            return "PENDING"
        return "CONFIRMED" if ruling.report_id else "DISMISSED"


class SuggestionsView(generics.ListAPIView):
    """Suggestions of one case."""

    permission_classes = [ActsForAnOrganisation, SeesMail, DraftsForAnImporter]
    pagination_class = CertificatePages
    serializer_class = SuggestionSerializer
    queryset = MailSuggestion.objects.none()

    @extend_schema(summary="What mail suggests of a licence case, newest first")
    def get(self, request: Request, *args: object, **given: object) -> object:
        return super().get(request, *args, **given)

    def get_queryset(self) -> QuerySet[MailSuggestion]:
        mine = LicenceCase.objects.visible_to(self.request.actor)
        case = get_object_or_404(mine, reference=self.kwargs["reference"])
        rows = MailSuggestion.objects.visible_to(self.request.actor).filter(case=case)
        return rows.select_related("message", "ruling")
