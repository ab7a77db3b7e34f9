"""Rows that are written once: the model, its querysets and a database trigger all refuse to change them."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.migrations.operations import RunPython


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


def refuse_changes_again(table: str) -> RunPython:
    """A migration step after a change of columns, for which SQLite makes the table anew, without its triggers."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            for when in ("UPDATE", "DELETE"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_written_once_{when}")
                schema_editor.execute(_SQLITE.format(table=table, when=when))

    return RunPython(forwards, RunPython.noop)


def refuse_changes(table: str) -> RunPython:
    """A migration step: a trigger that refuses UPDATE and DELETE on `table` (SQLite and PostgreSQL)."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(_POSTGRESQL.format(table=table), None)  # the text holds a bare %
            return
        for when in ("UPDATE", "DELETE"):
            schema_editor.execute(_SQLITE.format(table=table, when=when))

    def backwards(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_written_once ON {table}")
            return
        for when in ("UPDATE", "DELETE"):
            schema_editor.execute(f"DROP TRIGGER {table}_written_once_{when}")

    return RunPython(forwards, backwards)
