"""The shape of certificates in JSON. Output fields are listed one by one; nothing is taken in."""

from rest_framework import serializers

from euc import shapes, workflow
from euc.models import Certificate


class PartySerializer(serializers.Serializer):
    name = serializers.CharField()
    name_zh = serializers.CharField()
    name_hi = serializers.CharField()
    country = serializers.CharField()


class PublicGoodsSerializer(serializers.Serializer):
    line = serializers.IntegerField()
    description = serializers.CharField()
    description_zh = serializers.CharField()
    family = serializers.CharField()
    grade = serializers.CharField()
    net_weight_mg = serializers.IntegerField(help_text="Whole milligrams.")
    pieces = serializers.IntegerField(allow_null=True)
    control_codes = serializers.CharField()


class PublicClauseSerializer(serializers.Serializer):
    code = serializers.CharField()
    version = serializers.IntegerField()
    en = serializers.CharField()
    zh = serializers.CharField()
    hi = serializers.CharField()


class PublicUndertakingSerializer(serializers.Serializer):
    reference = serializers.CharField()
    status = serializers.CharField(help_text="A status of docs/workflows.md, euc.undertaking.")
    clauses = PublicClauseSerializer(many=True)


class VerificationSerializer(serializers.Serializer):
    """What anybody may learn of an issued certificate at this moment."""

    reference = serializers.CharField()
    status = serializers.CharField(help_text="ISSUED, EXHAUSTED, EXPIRED, REVOKED or SUPERSEDED.")
    in_force = serializers.BooleanField()
    issued_at = serializers.DateTimeField()
    valid_from = serializers.DateField()
    valid_until = serializers.DateField()
    ended_at = serializers.DateTimeField(allow_null=True)
    replaced_by = serializers.CharField(
        help_text="Reference of the certificate that took its place, or empty."
    )
    replaces = serializers.CharField(help_text="Reference of the certificate whose place it took, or empty.")
    demonstration = serializers.BooleanField()
    importer = PartySerializer()
    exporter = PartySerializer()
    end_user = PartySerializer()
    order_number = serializers.CharField()
    goods = PublicGoodsSerializer(many=True)
    purpose = serializers.CharField()
    purpose_zh = serializers.CharField()
    undertakings = PublicUndertakingSerializer(many=True)
    authority = serializers.CharField()
    sha256 = serializers.CharField(help_text="SHA-256 of the signed PDF; empty while it is being made.")
    signer = serializers.CharField()


class CertificateSerializer(serializers.ModelSerializer):
    """A certificate as a row of a list."""

    importer = serializers.CharField(source="importer.name")

    class Meta:
        model = Certificate
        fields = ["reference", "status", "importer", "exporter_name", "po_number", "revision_number", "content_hash",
                  "submitted_at", "approved_at", "issued_at", "valid_from", "valid_until"]  # fmt: skip


class CertificateDetailSerializer(CertificateSerializer):
    """One certificate with its last submitted content (null before that) and the steps the caller may take."""

    actions = serializers.SerializerMethodField()
    draft = serializers.SerializerMethodField(
        help_text="While it is yours to edit, the pages as they are sent."
    )
    missing = serializers.SerializerMethodField(help_text="What it lacks before a person can submit it.")
    content = serializers.SerializerMethodField()

    class Meta(CertificateSerializer.Meta):
        fields = [*CertificateSerializer.Meta.fields, "actions", "draft", "missing", "content"]

    def get_content(self, certificate) -> dict | None:
        last = certificate.revisions.filter(number=certificate.revision_number).first()
        return last.content if last else None

    def get_draft(self, certificate) -> dict | None:
        is_mine = shapes.is_open_to(certificate, self.context["request"].actor)
        return shapes.shown(certificate) if is_mine else None

    def get_missing(self, certificate) -> list[dict]:
        is_mine = shapes.is_open_to(certificate, self.context["request"].actor)
        return shapes.misses(certificate) if is_mine else []

    def get_actions(self, certificate) -> list[str]:
        actor = self.context["request"].actor
        return [step.verb for step in workflow.CERTIFICATE.open_to(certificate, actor)]
