"""Indexes for words anywhere in a text, on PostgreSQL; elsewhere, and without pg_trgm, rows are read one by one."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, transaction
from django.db.migrations.operations import RunPython

log = logging.getLogger(__name__)


def index_words(table: str, *texts: str, codes: tuple[str, ...] = ()) -> RunPython:
    """A migration step: one index by which `icontains` on `texts`, and `startswith` on `codes`, are found.

    Where the extension cannot be made (a database whose owner may not), the step says so and does nothing.
    """
    columns = [f"upper({name}::text) gin_trgm_ops" for name in texts]
    columns += [f"{name} gin_trgm_ops" for name in codes]
    name = f"{table}_words"

    def forwards(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql" and _has_trigrams(schema_editor):
            schema_editor.execute("SET LOCAL statement_timeout = 0")  # a large table takes its time
            schema_editor.execute(f"CREATE INDEX {name} ON {table} USING gin ({', '.join(columns)})")

    def backwards(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")

    return RunPython(forwards, backwards)


def _has_trigrams(schema_editor: Any) -> bool:
    alias = schema_editor.connection.alias
    try:
        with transaction.atomic(using=alias), schema_editor.connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        log.warning("searches go without an index: %s", error)
        return False
    return True
