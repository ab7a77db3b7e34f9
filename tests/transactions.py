"""Tests with real transactions end by emptying every table; on SQLite the triggers that guard
append-only rows are lifted for that moment (PostgreSQL truncates, which they let pass)."""

from contextlib import contextmanager

import pytest


@contextmanager
def triggers_lifted(connection):
    """Drop the triggers of a SQLite database, and make them again afterwards."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        try:
            yield
        finally:
            for _, sql in triggers:
                cursor.execute(sql)


@pytest.fixture(scope="session", autouse=True)
def _emptying_lifts_triggers():
    from django.db import connection
    from django.test import TransactionTestCase

    empty = TransactionTestCase._fixture_teardown

    def lift_and_empty(self):
        with triggers_lifted(connection):
            empty(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lift_and_empty)
        yield
