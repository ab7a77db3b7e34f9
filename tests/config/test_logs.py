"""Secrets in addresses are in no log: Django's, Gunicorn's."""

import io
import logging

import pytest
from gunicorn.config import Config

from config.access_log import AccessLog
from config.logs import SecretsInAddresses


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Not Found: /room/9ODmZrMNAqIve/report/", "Not Found: /room/-/report/"),
        ("GET /room/9ODm?x=/room/8?y", "GET /room/-?x=/room/-?y"),
        ("Gone: /invitations/9ODm/", "Gone: /invitations/-/"),
        ("Not Found: /licences/LIC-1/", "Not Found: /licences/LIC-1/"),
    ],
)
def test_what_is_said_of_an_address(said, kept):
    head, _, path = said.partition(" /")
    record = logging.LogRecord("django.request", logging.WARNING, "", 1, f"{head} %s", (f"/{path}",), None)
    assert SecretsInAddresses().filter(record)
    assert record.getMessage() == kept


def test_gunicorn_says_no_more():
    out = io.StringIO()
    log = AccessLog(Config().set("accesslog", "-") or Config())
    log.access_log.addHandler(logging.StreamHandler(out))
    log.access_log.info('"GET /room/9ODmZrMNAqIve/ HTTP/1.1" 200')
    assert "/room/-/" in out.getvalue()
    assert "9ODm" not in out.getvalue()
