"""Rows that are written once: the model, its querysets and a database trigger all refuse to change them."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.migrations.operations.base import Operation


class WriteOnce(Exception):
    """An attempt to change or delete a row that is written once."""


def _refuse(*_args: Any, **_kwargs: Any) -> NoReturn:
    raise WriteOnce("This record is written once; it can be neither changed nor deleted.")


class AppendOnlyQuerySet(models.QuerySet):
    update = _refuse
    delete = _refuse
    bulk_update = _refuse
    update_or_create = _refuse


class AppendOnlyModel(models.Model):
    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)

    delete = _refuse


_POSTGRESQL = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'rows of % are written once', TG_TABLE_NAME; END $$;
CREATE TRIGGER {table}_written_once BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
_SQLITE = """
CREATE TRIGGER {table}_written_once_{when} BEFORE {when} ON {table}
BEGIN SELECT RAISE(ABORT, 'rows of {table} are written once'); END
"""
_GONE = "DROP TRIGGER IF EXISTS {table}_written_once_{when}"


class RefuseChanges(Operation):
    """A migration step: a trigger that refuses UPDATE and DELETE on `table` (SQLite and PostgreSQL).

    An operation of its own, not `RunPython`: it needs no models, and whatever asks for them makes Django build all of
    them again.
    """

    reversible = True

    def __init__(self, table: str):
        self.table = table

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of the models."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(_POSTGRESQL.format(table=self.table), None)  # the text holds a bare %
        else:
            self._on_sqlite(schema_editor, _SQLITE)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {self.table}_written_once ON {self.table}")
        else:
            self._on_sqlite(schema_editor, _GONE)

    def _on_sqlite(self, schema_editor: Any, text: str) -> None:
        for when in ("UPDATE", "DELETE"):
            schema_editor.execute(text.format(table=self.table, when=when))

    def references_model(self, name: str, app_label: str) -> bool:
        return self.table == f"{app_label}_{name.lower()}"

    def describe(self) -> str:
        return f"Refuse changes of {self.table}"


class RefuseChangesAgain(RefuseChanges):
    """The step after a change of columns, for which SQLite makes the table anew, without its triggers."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            self._on_sqlite(schema_editor, _GONE)
            self._on_sqlite(schema_editor, _SQLITE)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """The triggers were there before as well."""
