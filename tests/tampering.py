"""Changing rows behind the product's back, as somebody with the database password could."""

from contextlib import contextmanager

from django.db import connection

from tests.transactions import triggers_lifted


@contextmanager
def unguarded(table: str):
    """Inside, the database lets rows of an append-only table be changed."""
    if connection.vendor != "postgresql":
        with triggers_lifted(connection):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def execute(sql: str, *parameters) -> int:
    """Run one statement; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount
