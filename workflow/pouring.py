"""Writing rows by the thousand without an object each: COPY on PostgreSQL, executemany on SQLite.

Nothing is filled in: each row names every column that has no default in the database. Call inside a transaction.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection, models

_SPECIAL = re.compile(r"[\\\b\t\n\v\f\r]")
_ESCAPED = {"\\": r"\\", "\b": r"\b", "\t": r"\t", "\n": r"\n", "\v": r"\v", "\f": r"\f", "\r": r"\r"}


def keys(model: type[models.Model], count: int) -> Sequence[int]:
    """Primary keys for the next rows of a model, ascending and given out once."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return sorted(key for (key,) in cursor.fetchall())
        # This transaction is SQLite's only writer; writing rows moves the sequence on.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
    return range(last + 1, last + 1 + count)


def pour(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows whose values stand in the order of `names` (attributes of the model, such as `importer_id`)."""
    found = {field.attname: field for field in model._meta.concrete_fields}
    fields = [found[name] for name in names]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    into = f"{connection.ops.quote_name(model._meta.db_table)} ({columns})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            text = io.StringIO("".join(["\t".join(map(_copied, row)) + "\n" for row in rows]))
            with connection.wrap_database_errors:
                cursor.copy_expert(f"COPY {into} FROM STDIN", text)
            return
        marks = ", ".join(["%s"] * len(names))
        cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", list(_bound(fields, rows)))  # noqa: S608


def _copied(value: Any) -> str:
    """One value as COPY reads it: dates and numbers as they print, the others as JSON."""
    kind = type(value)
    if kind is int:
        return str(value)
    if value is None:
        return r"\N"
    if kind is dict or kind is list:
        value = json.dumps(value)
    text = value if kind is str else str(value)
    return _SPECIAL.sub(lambda sign: _ESCAPED[sign[0]], text) if _SPECIAL.search(text) else text


def _bound(fields: Sequence[models.Field], rows: Iterable[Sequence[Any]]) -> Iterable[list[Any]]:
    """Rows as SQLite takes them. Only values of these kinds are not stored as they are."""
    ways: dict[type, Callable[[Any], Any]] = {
        models.JSONField: json.dumps,
        models.DateTimeField: connection.ops.adapt_datetimefield_value,
        models.DateField: connection.ops.adapt_datefield_value,
        models.DecimalField: str,
    }
    places = [(place, ways[type(field)]) for place, field in enumerate(fields) if type(field) in ways]
    for row in rows:
        bound = list(row)
        for place, put in places:
            if bound[place] is not None:
                bound[place] = put(bound[place])
        yield bound
