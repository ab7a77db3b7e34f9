"""One world for all requests of the matrix: seeded once, and every request undone."""

import logging

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings

from tests.matrix.harness import Harness, Log
from tests.matrix.tables import rows
from tests.matrix.world import build


@pytest.fixture(scope="module")
def _world_open(django_db_setup, django_db_blocker, tmp_path_factory):
    quick = {
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "ACCOUNT_RATE_LIMITS": False,
        "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
    }
    quick["FILES_DIR"] = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), override_settings(**quick), transaction.atomic():
        yield Harness(build(rows))
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def log():
    """Everything logged while the matrix ran, kept here instead of shown."""
    keeper = Log()
    loggers = [logging.getLogger(name) for name in ("django", "euc", "accounts", "documents", "workflow")]
    were = [(logger, logger.handlers, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.handlers, logger.propagate = [keeper], False
    yield keeper
    for logger, handlers, propagate in were:
        logger.handlers, logger.propagate = handlers, propagate


@pytest.fixture
def harness(_world_open, log):
    cache.clear()
    return _world_open
