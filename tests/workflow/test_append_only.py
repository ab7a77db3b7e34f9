"""A row that is written once: Python refuses to change it, and so does the database."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.tampering import execute
from workflow import events
from workflow.append_only import WriteOnce
from workflow.models import Event


@pytest.fixture
def event(drafter):
    return events.record(book="org-900", subject=drafter.organisation, verb="test.step", by=drafter)


class TestAppendOnlyModel:
    def test_refuses_to_be_saved_again(self, event):
        event.reference = "other"
        with pytest.raises(WriteOnce, match="written once"):
            event.save()

    def test_refuses_to_be_saved_again_when_read_anew(self, event):
        with pytest.raises(WriteOnce):
            Event.objects.get(pk=event.pk).save(update_fields=["reference"])

    def test_refuses_to_be_deleted(self, event):
        with pytest.raises(WriteOnce):
            event.delete()

    @pytest.mark.parametrize(
        "write",
        [
            lambda rows, event: rows.update(reference="other"),
            lambda rows, event: rows.filter(pk=event.pk).delete(),
            lambda rows, event: rows.bulk_update([event], ["reference"]),
            lambda rows, event: rows.update_or_create(pk=event.pk, defaults={"reference": "other"}),
            lambda rows, event: rows.filter(book="org-900").order_by("id").update(reference="other"),
        ],
        ids=["update", "delete", "bulk_update", "update_or_create", "chained"],
    )
    def test_refuses_to_be_changed_in_bulk(self, event, write):
        with pytest.raises(WriteOnce):
            write(Event.objects.all(), event)
        assert Event.objects.get(pk=event.pk).reference == event.reference


class TestTrigger:
    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE workflow_event SET reference = 'other' WHERE id = %s",
            "UPDATE workflow_event SET reference = reference WHERE id = %s",
            "DELETE FROM workflow_event WHERE id = %s",
        ],
    )
    def test_refuses_raw_statements(self, event, sql):
        with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
            execute(sql, event.pk)
        assert Event.objects.get(pk=event.pk).reference == event.reference

    def test_refuses_a_conflict_that_overwrites(self, event):
        columns = [field.column for field in Event._meta.concrete_fields]
        sql = (
            f"INSERT INTO workflow_event ({', '.join(columns)}) SELECT {', '.join(columns)} FROM workflow_event "
            "WHERE id = %s ON CONFLICT (id) DO UPDATE SET reference = 'other'"
        )
        with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
            execute(sql, event.pk)

    def test_refuses_to_replace(self, event):
        """REPLACE is SQLite's, and would delete without asking a trigger; elsewhere it is no SQL."""
        names = [field.column for field in Event._meta.concrete_fields]
        values = ["'other'" if name == "reference" else name for name in names]
        sql = (
            f"REPLACE INTO workflow_event ({', '.join(names)}) SELECT {', '.join(values)} FROM workflow_event"
        )
        with pytest.raises(DatabaseError), transaction.atomic():
            execute(sql)
        assert Event.objects.get(pk=event.pk).reference == event.reference

    def test_lets_rows_be_added(self, event):
        assert connection.vendor in {"sqlite", "postgresql"}
        assert Event.objects.filter(pk=event.pk).exists()
