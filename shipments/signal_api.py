"""Doors in JSON for signals of the importers' own books, to read: a person decides on the page, no machine does."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, permissions, serializers, viewsets
from rest_framework.request import Request

from accounts.roles import Role
from euc.api import ActsForAnOrganisation, CertificatePages, DraftsForAnImporter
from shipments import signal_words, watch_law
from shipments.models import Posting, Signal

WATCHERS = (Role.OFFICER, Role.SENIOR, Role.AUDITOR)


class WatchesImporters(permissions.BasePermission):
    """For those who oversee alone: an importer is asked, not shown the watch."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.actor.has(*WATCHERS)


class SignalSerializer(serializers.ModelSerializer):
    """One thing that does not fit in an importer's books, and what was decided of it."""

    importer = serializers.CharField(source="importer.name")
    kind = serializers.CharField(help_text="SCRAP, CONSUMPTION, COUNTS or PORT.")
    certificate = serializers.CharField(source="certificate.reference", allow_null=True, default=None)
    consignment = serializers.CharField(source="consignment.reference", allow_null=True, default=None)
    status = serializers.CharField(help_text="A status of docs/workflows.md, shipments.signal.")
    decided_by = serializers.CharField(source="decided_by.full_name", allow_null=True, default=None)

    class Meta:
        model = Signal
        fields = (
            "id", "importer", "kind", "certificate", "consignment", "place", "score", "measure", "stands",
            "status", "raised_at", "reason", "decided_by", "decided_at",
        )  # fmt: skip
        extra_kwargs = {
            "measure": {"help_text": "How much lies beyond, in whole milligrams; 1 for a port."},
            "stands": {"help_text": "Whether the books still showed it when they were weighed last."},
            "reason": {"help_text": "Of the decision."},
        }


class SignalReasonSerializer(serializers.Serializer):
    text, points = serializers.CharField(), serializers.IntegerField()


class SignalPostingSerializer(serializers.Serializer):
    lot = serializers.CharField(source="lot.reference")
    move = serializers.CharField(source="verb")
    happened_on = serializers.DateField()
    weight_mg = serializers.IntegerField()
    from_account = serializers.CharField(help_text="An account of the custody ledger, such as ON_HAND.")
    from_place = serializers.CharField()


class SignalDetailSerializer(SignalSerializer):
    """With its reasons in words, the numbers behind them, the newest postings it rests on, and the next steps."""

    reasons = serializers.SerializerMethodField(help_text="They add up to the score, of 100.")
    facts = serializers.JSONField(help_text="Weights are whole milligrams.")
    postings = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField(
        help_text="The steps that you may take on its page; none by a token."
    )

    class Meta(SignalSerializer.Meta):
        fields = (*SignalSerializer.Meta.fields, "reasons", "facts", "postings", "actions")

    @extend_schema_field(SignalReasonSerializer(many=True))
    def get_reasons(self, signal: Signal) -> Any:
        return SignalReasonSerializer(signal_words.reasons(signal), many=True).data

    @extend_schema_field(SignalPostingSerializer(many=True))
    def get_postings(self, signal: Signal) -> Any:
        rows = Posting.objects.visible_to(self.context["request"].actor).filter(pk__in=signal.rests_on)
        found = rows.select_related("lot__consignment").order_by("-id")
        return SignalPostingSerializer(found, many=True).data

    def get_actions(self, signal: Signal) -> list[str]:
        actor = self.context["request"].actor
        return [step.verb for step in watch_law.SIGNAL.open_to(signal, actor)]


@extend_schema_view(
    list=extend_schema(summary="Signals of the importers' own books, newest first"),
    retrieve=extend_schema(summary="One signal with its reasons and what it rests on"),
)
class SignalViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    permission_classes = [ActsForAnOrganisation, WatchesImporters, DraftsForAnImporter]
    pagination_class = CertificatePages
    serializer_class = SignalSerializer
    queryset = Signal.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Signal]:
        rows = Signal.objects.visible_to(self.request.actor)
        return rows.select_related("importer", "certificate", "consignment", "decided_by")

    def get_serializer_class(self) -> type[SignalSerializer]:
        return SignalSerializer if self.action == "list" else SignalDetailSerializer
