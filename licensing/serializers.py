"""The shape of licence cases in JSON. Output fields are listed one by one; nothing is taken in."""

from rest_framework import serializers

from licensing.models import LicenceCase


class ReportSerializer(serializers.Serializer):
    claimed = serializers.CharField(help_text="A station, such as FILED, ACCEPTED or ISSUED.")
    claimed_on = serializers.DateField(help_text="The day in China.")
    source = serializers.CharField()
    confidence = serializers.CharField()
    grounds = serializers.ListField(
        child=serializers.CharField(), help_text="Why, as far as it was told: END_USE, NAMES and others."
    )
    note = serializers.CharField()
    received_at = serializers.DateTimeField()
    is_withdrawn = serializers.SerializerMethodField()

    def get_is_withdrawn(self, report) -> bool:
        return hasattr(report, "withdrawal")


class LicenceLineSerializer(serializers.Serializer):
    line = serializers.IntegerField(source="goods_line.number")
    authorised_mg = serializers.IntegerField(help_text="Whole milligrams.")
    reserved_mg = serializers.IntegerField()
    drawn_mg = serializers.IntegerField()
    left_mg = serializers.IntegerField()


class LicenceSerializer(serializers.Serializer):
    number = serializers.CharField()
    type = serializers.CharField()
    status = serializers.CharField()
    issued_on = serializers.DateField()
    expires_on = serializers.DateField()
    lines = LicenceLineSerializer(many=True)


class LicenceCaseSerializer(serializers.ModelSerializer):
    """A case as it stands."""

    certificate = serializers.CharField(source="certificate.reference")
    importer = serializers.CharField(source="importer.name")
    status = serializers.CharField(help_text="A station, such as FILED, ACCEPTED or ISSUED.")

    class Meta:
        model = LicenceCase
        fields = (
            "reference", "certificate", "importer", "exporter_name", "application_number", "status", "status_on",
            "is_contested", "filed_on", "accepted_on", "due_on", "is_due_provisional",
        )  # fmt: skip


class LicenceCaseDetailSerializer(LicenceCaseSerializer):
    """With its reports and the licence as it was reported."""

    licence = LicenceSerializer(allow_null=True)
    reports = ReportSerializer(many=True)

    class Meta(LicenceCaseSerializer.Meta):
        fields = (*LicenceCaseSerializer.Meta.fields, "licence", "reports")
