"""Rows that are made once for several tests."""

from contextlib import contextmanager

from django.db import transaction

from tests import remembering


@contextmanager
def rows(django_db_blocker):
    """Whatever is written while a fixture of a class or a module makes it is there for each of its tests, which
    are rolled back to it; at the end it is gone. The fixture asks for `django_db_setup` too."""
    remembering.forget()  # what is remembered would stand on other rows, and with the same ids
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
    remembering.forget()
