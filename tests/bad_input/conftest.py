"""Certificates at the stages in which people type, and clients that send bytes as browsers and programs do."""

from urllib.parse import quote

import pytest

from euc import demonstration, services
from tests.remembering import remembered


@pytest.fixture(autouse=True)
def clauses(library):
    """The clause library is there."""


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False


@remembered
def draft(drafter):
    return demonstration.complete_draft(by=drafter, po_number="PO-1")


@remembered
def submitted(draft, signatory):
    services.submit(certificate=draft, by=signatory, notice_seen=True)
    return draft


@remembered
def approved(submitted, officer):
    services.approve(certificate=submitted, by=officer, seen_hash=submitted.content_hash)
    return submitted


def encoded(fields) -> str:
    """A form's body; lone surrogates and NUL go out as a hostile program would send them."""
    pairs = fields.items() if isinstance(fields, dict) else fields
    return "&".join(f"{raw(name)}={raw(value)}" for name, value in pairs)


def raw(text) -> str:
    return quote(str(text), safe="", errors="surrogatepass")


@pytest.fixture
def send():
    """`send(client, path, fields)`: POST like a browser's form, whatever the fields hold."""

    def post(client, path, fields, **headers):
        body = encoded(fields)
        return client.post(path, body, content_type="application/x-www-form-urlencoded", headers=headers)

    return post
