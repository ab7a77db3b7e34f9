"""The shape of feeds in JSON. Output fields are listed one by one."""

from __future__ import annotations

from rest_framework import serializers

from licensing import feed_records
from licensing.models import FeedSource


class FeedRunSerializer(serializers.Serializer):
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    outcome = serializers.CharField(help_text="READ, NOT_MODIFIED or FAILED.")
    read = serializers.IntegerField()
    changed = serializers.IntegerField()
    refused = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    problem = serializers.CharField(help_text="Why it failed, as a code.")
    words = serializers.CharField()


class FeedSerializer(serializers.ModelSerializer):
    """A source and how it is."""

    state = serializers.CharField(help_text="HEALTHY, FAILING, PAUSED or NEVER (read).")

    class Meta:
        model = FeedSource
        fields = ("key", "name", "exporter_name", "kind", "state", "failing_since", "failures", "read_at")


class FeedDetailSerializer(FeedSerializer):
    """With its last runs, the newest first."""

    runs = FeedRunSerializer(many=True, source="last_runs")

    class Meta(FeedSerializer.Meta):
        fields = (*FeedSerializer.Meta.fields, "runs")


class RecordSerializer(serializers.Serializer):
    """One record as senders write it; docs/api.md says what each field takes."""

    id = serializers.CharField(max_length=feed_records.LONGEST_ID)
    case = serializers.CharField(required=False)
    application = serializers.CharField(required=False)
    station = serializers.CharField()
    date = serializers.CharField()
    licence_number = serializers.CharField(required=False)
    licence_issued_on = serializers.CharField(required=False)
    licence_expires_on = serializers.CharField(required=False)
    weights_kg = serializers.DictField(child=serializers.CharField(), required=False)
    reason = serializers.CharField(required=False)
    remark = serializers.CharField(required=False)


class RecordsSerializer(serializers.Serializer):
    records = RecordSerializer(many=True)


class TakenSerializer(serializers.Serializer):
    taken = serializers.BooleanField()
