"""Every model that declares itself append-only refuses every write, in Python and in the database."""

import pytest
from django.apps import apps
from django.db import connection

from documents.models import StoredFile
from workflow.append_only import AppendOnlyModel, WriteOnce

MODELS = [model for model in apps.get_models() if issubclass(model, AppendOnlyModel)]
EXPECTED = {"workflow.Event", "documents.StoredFile", "documents.Document"}
WRITES = {
    "update": lambda rows: rows.update(pk=1),
    "delete": lambda rows: rows.delete(),
    "bulk_update": lambda rows: rows.bulk_update([], ["pk"]),
    "update_or_create": lambda rows: rows.update_or_create(pk=1),
    "filtered delete": lambda rows: rows.filter(pk=1).delete(),
}

every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)


def triggers_on(table: str) -> set[str]:
    """The writes that the database refuses on this table."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT event_manipulation FROM information_schema.triggers WHERE event_object_table = %s",
                [table],
            )
            return {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        return {
            write
            for (sql,) in cursor.fetchall()
            for write in ("UPDATE", "DELETE")
            if f"BEFORE {write}" in sql
        }


class TestAppendOnlyModels:
    def test_are_at_least_the_history_and_the_register(self):
        assert {model._meta.label for model in MODELS} >= EXPECTED

    @every_model
    def test_refuse_to_save_a_row_again(self, model):
        row = model(pk=1)
        row._state.adding = False
        with pytest.raises(WriteOnce):
            row.save()

    @every_model
    def test_refuse_to_delete_a_row(self, model):
        with pytest.raises(WriteOnce):
            model(pk=1).delete()

    @every_model
    @pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
    def test_refuse_to_change_many(self, model, write):
        with pytest.raises(WriteOnce):
            write(model._default_manager.all())

    @every_model
    @pytest.mark.django_db
    def test_are_guarded_by_the_database(self, model):
        assert triggers_on(model._meta.db_table) >= {"UPDATE", "DELETE"}


class TestTriggers:
    @pytest.mark.django_db(transaction=True)
    def test_are_lifted_to_empty_the_tables_after_a_test(self):
        StoredFile.objects.create(sha256="a" * 64, size=1, media_type="text/plain", name="a", book="org-1")

    @pytest.mark.django_db(transaction=True)
    def test_are_back_afterwards(self):
        assert not StoredFile.objects.exists()
        assert triggers_on(StoredFile._meta.db_table) >= {"UPDATE", "DELETE"}
