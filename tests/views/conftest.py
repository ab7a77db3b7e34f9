"""Certificates at each stage, as the people's own browsers meet them. Documents are stand-ins: quick and unsealed."""

import pytest

from documents import signing
from euc import demonstration, printing, services
from euc.models import Certificate
from licensing import limits
from tests.remembering import remembered
from workflow import errands

PDF = b"%PDF-1.7 stand-in for a sealed document\n%%EOF\n"


@pytest.fixture(autouse=True)
def clauses(library, known_limits):
    """The clause library and the limits are there for every page."""


@remembered
def known_limits(db):
    limits.load()


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


@remembered
def issued(approved, senior):
    services.issue(certificate=approved, by=senior, seen_hash=approved.content_hash)
    return approved


@pytest.fixture
def stand_ins(monkeypatch):
    monkeypatch.setattr(printing, "certificate_pdf", lambda **given: PDF)
    monkeypatch.setattr(signing, "current_signer", lambda: None)
    monkeypatch.setattr(signing, "seal", lambda pdf, **given: signing.Sealed(pdf, "CN=Stand-in", 2))


@remembered
def sealed(issued, stand_ins):
    assert errands.run(errands.of(issued).get().pk)
    return Certificate.objects.select_related("document").get(pk=issued.pk)


@pytest.fixture
def url():
    """`url(certificate, "draft/order/")`: an address under the certificate's own."""

    def address(subject, tail=""):
        kind = "undertakings" if subject.reference.startswith("NRU") else "certificates"
        return f"/{kind}/{subject.slug}/{tail}"

    return address


@pytest.fixture
def queries_of(client_for):
    """How many queries one GET makes, the caches of the process being warm."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(actor, address):
        client = client_for(actor)
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    return count
