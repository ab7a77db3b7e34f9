"""The shape of consignments, balances and visits in JSON. Output fields are listed one by one, none taken in."""

from rest_framework import serializers

from shipments.models import Consignment, Incident, Visit


class LotSerializer(serializers.Serializer):
    lot = serializers.IntegerField(source="number")
    line = serializers.IntegerField(source="goods_line.number", help_text="Of the certificate.")
    batch = serializers.CharField()
    weight_mg = serializers.IntegerField(help_text="Whole milligrams.")
    pieces = serializers.IntegerField()
    entered_mg = serializers.IntegerField(allow_null=True)


class ConsignmentSerializer(serializers.ModelSerializer):
    """A consignment with its papers."""

    certificate = serializers.CharField(source="certificate.reference")
    importer = serializers.CharField(source="importer.name")
    licence = serializers.CharField(source="licence.number", allow_null=True, default=None)
    status = serializers.CharField(help_text="A status of docs/workflows.md, shipments.consignment.")

    class Meta:
        model = Consignment
        fields = (
            "reference", "certificate", "importer", "licence", "without_licence", "status", "exporter_name",
            "invoice_number", "invoice_date", "mode", "transport_document", "port_of_loading", "port_of_entry",
            "declared_on", "released_on", "departed_on", "arrived_on", "boe_type", "boe_number", "boe_on",
            "cleared_on", "received_on",
        )  # fmt: skip


class ConsignmentDetailSerializer(ConsignmentSerializer):
    """With its lots."""

    lots = LotSerializer(many=True, source="lot_rows")

    class Meta(ConsignmentSerializer.Meta):
        fields = (*ConsignmentSerializer.Meta.fields, "lots")


class PlaceSerializer(serializers.Serializer):
    account = serializers.CharField(help_text="An account of the custody ledger, such as ON_HAND.")
    place = serializers.CharField()
    weight_mg = serializers.IntegerField()
    pieces = serializers.IntegerField()


class BalanceLineSerializer(serializers.Serializer):
    line = serializers.IntegerField()
    description = serializers.CharField()
    licensed_mg = serializers.IntegerField()
    given_up_mg = serializers.IntegerField()
    reserved_mg = serializers.IntegerField()
    drawn_mg = serializers.IntegerField()
    left_mg = serializers.IntegerField()
    entered_mg = serializers.IntegerField()
    received_mg = serializers.IntegerField()
    found_mg = serializers.IntegerField()
    difference_mg = serializers.IntegerField(help_text="0 when every gram is somewhere.")
    where = PlaceSerializer(many=True)


class NormSerializer(serializers.Serializer):
    """What was built in against what the certificate states for so many products."""

    units = serializers.IntegerField()
    built_mg = serializers.IntegerField()
    norm_mg = serializers.IntegerField()
    percent = serializers.IntegerField(allow_null=True, help_text="By how much it differs.")
    tolerance_percent = serializers.IntegerField(
        allow_null=True, help_text="Beyond it the balance asks; as it applied on `as_of`."
    )


class BalanceSerializer(serializers.Serializer):
    """Where each gram of a certificate is, in whole milligrams."""

    certificate = serializers.CharField()
    as_of = serializers.DateField()
    lines = BalanceLineSerializer(many=True)
    norm = NormSerializer(allow_null=True)
    difference_mg = serializers.IntegerField()
    questions = serializers.ListField(child=serializers.CharField())


class DeliveredLotSerializer(serializers.Serializer):
    """One lot: left China + beyond the papers = sound + damaged + not received + lost on the way, in mg."""

    line = serializers.IntegerField(help_text="Of the certificate.")
    lot = serializers.CharField()
    description = serializers.CharField()
    grade = serializers.CharField(allow_blank=True)
    shipped_mg = serializers.IntegerField()
    found_mg = serializers.IntegerField(help_text="Received beyond the papers.")
    received_mg = serializers.IntegerField(help_text="Sound.")
    received_pieces = serializers.IntegerField()
    damaged_mg = serializers.IntegerField()
    damaged_pieces = serializers.IntegerField()
    short_mg = serializers.IntegerField()
    lost_mg = serializers.IntegerField()


class ConfirmedSerializer(serializers.Serializer):
    what = serializers.CharField(help_text="receive, receive_short or reconcile.")
    name = serializers.CharField()
    organisation = serializers.CharField()
    at = serializers.DateTimeField()


class DeliverySerializer(serializers.Serializer):
    """What was received of a consignment, and who confirmed it."""

    consignment = serializers.CharField()
    licence = serializers.CharField(allow_blank=True)
    bill_of_entry = serializers.CharField(help_text="Customs location and number.")
    boe_on = serializers.DateField()
    arrived_on = serializers.CharField(help_text="YYYY-MM-DD; empty where nobody reported it.")
    received_on = serializers.DateField()
    receipt_number = serializers.CharField(allow_blank=True)
    stores = serializers.ListField(child=serializers.CharField())
    lines = DeliveredLotSerializer(many=True)
    confirmed = ConfirmedSerializer(many=True)
    difference_mg = serializers.IntegerField(help_text="0 when every gram that left China is told.")


class SampleSerializer(serializers.Serializer):
    lot = serializers.CharField(source="lot.reference")
    account = serializers.CharField(help_text="An account of the custody ledger, such as ON_HAND.")
    place = serializers.CharField()
    found_mg = serializers.IntegerField()
    found_pieces = serializers.IntegerField()
    booked_mg = serializers.IntegerField(help_text="What the ledger held when it was weighed.")
    booked_pieces = serializers.IntegerField()
    variance_mg = serializers.IntegerField(help_text="Found less booked.")
    variance_pieces = serializers.IntegerField()
    taken_at = serializers.DateTimeField()


class VisitSerializer(serializers.ModelSerializer):
    """A verification visit of an importer's plant."""

    importer = serializers.CharField(source="importer.name")
    status = serializers.CharField(help_text="A status of docs/workflows.md, shipments.visit.")

    class Meta:
        model = Visit
        fields = (
            "reference", "importer", "place", "planned_on", "asked_by", "purpose", "status", "is_overdue", "held_on",
            "findings", "action", "action_due_on", "answer", "answered_at", "closed_at",
        )  # fmt: skip
        extra_kwargs = {"is_overdue": {"help_text": "Not held, or not answered, by its day."}}


class VisitDetailSerializer(VisitSerializer):
    """With its certificates and samples."""

    certificates = serializers.SlugRelatedField("reference", many=True, read_only=True)
    samples = SampleSerializer(many=True)

    class Meta(VisitSerializer.Meta):
        fields = (*VisitSerializer.Meta.fields, "certificates", "samples")


class IncidentSerializer(serializers.ModelSerializer):
    """A loss, a theft, a suspected diversion or tampering under one certificate."""

    importer = serializers.CharField(source="importer.name")
    certificate = serializers.CharField(source="certificate.reference")
    lot = serializers.CharField(source="lot.reference", allow_null=True, default=None)
    kind = serializers.CharField(help_text="LOSS, THEFT, DIVERSION or TAMPERING.")
    outcome = serializers.CharField(help_text="FOUND, CONFIRMED or UNFOUNDED; empty until it is closed.")
    status = serializers.CharField(help_text="A status of docs/workflows.md, shipments.incident.")

    class Meta:
        model = Incident
        fields = (
            "reference", "importer", "certificate", "kind", "lot", "account", "place", "weight_mg", "pieces",
            "happened_on", "description", "told_to", "status", "outcome", "is_holding", "reported_at", "closed_at",
        )  # fmt: skip
        extra_kwargs = {"is_holding": {"help_text": "Nothing is drawn on the certificate while it is true."}}
