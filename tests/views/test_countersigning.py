"""Bringing the importer's signature back: the page, who may, what is kept, and what everybody then sees."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents import countersigning as judging
from documents import verifying
from euc import countersigning, dossier, verification
from euc.models import Countersignature
from workflow import engine
from workflow.models import Event

NOW = datetime.now(UTC)


def a_signature(content=b"%PDF-1.7 sealed and signed\n%%EOF\n", proven=b""):
    return judging.Countersigned(
        content=content,
        subject="Common Name: A. Kulkarni, Organization: Sahyadri",
        organisation="Sahyadri",
        person="A. Kulkarni",
        serial="0a1b",
        issuer="Common Name: DEMONSTRATION certifying authority",
        valid_from=NOW - timedelta(days=1),
        valid_until=NOW + timedelta(days=1),
        signed_at=NOW,
        stamped_at=None,
        proven=proven,
    )


@pytest.fixture
def found_good(monkeypatch):
    monkeypatch.setattr(judging, "check", lambda content, **given: a_signature(content))


def bring(client, certificate, url, content=b"%PDF-1.7 mine\n%%EOF\n"):
    return client.post(url(certificate, "countersign/"), {"file": SimpleUploadedFile("s.pdf", content)})


def test_is_kept_registered_and_shown_to_all(client_for, signatory, auditor, sealed, url, found_good):
    assert bring(client_for(signatory), sealed, url).status_code == 302
    kept = countersigning.of(sealed)
    assert kept.brought_by == signatory.person
    page = client_for(auditor).get(url(sealed)).content.decode()
    assert "Signed by the importer: Common Name: A. Kulkarni" in page
    assert client_for(auditor).get(url(sealed, "signed.pdf")).content == b"%PDF-1.7 mine\n%%EOF\n"
    assert verification.of_document(kept.document).reference == sealed.reference
    event = Event.objects.get(verb="euc.certificate.countersign")
    assert event.details["serial"] == "0a1b"


def test_takes_the_place_of_the_sealed_file_in_the_dossier(signatory, sealed, found_good):
    before = dossier.edition(sealed)
    signed = countersigning.check(sealed, b"%PDF-1.7 mine\n%%EOF\n")
    countersigning.keep(paper=sealed, by=signatory, signed=signed)
    assert dossier.edition(sealed) == before + 1
    first = next(iter(dossier._signed(sealed)))
    assert first.content == b"%PDF-1.7 mine\n%%EOF\n"


def test_with_evidence_behind_both_files_are_the_same_certificate(
    client_for, signatory, sealed, url, monkeypatch
):
    mine, with_lists = b"%PDF-1.7 mine\n%%EOF\n", b"%PDF-1.7 mine\n%%EOF\n% lists\n%%EOF\n"
    monkeypatch.setattr(judging, "check", lambda content, **given: a_signature(content, with_lists))
    bring(client_for(signatory), sealed, url, mine)
    kept = countersigning.of(sealed)
    for content in (mine, with_lists):
        found = verifying.examine(content)
        assert found.is_genuine
        assert verification.of_document(found.document).reference == sealed.reference
        page = client_for(signatory).post("/verify/", {"file": SimpleUploadedFile("s.pdf", content)})
        assert "Genuine and in force" in page.content.decode()
    assert client_for(signatory).get(url(sealed, "signed.pdf")).content == with_lists
    assert "behind the signature" in client_for(signatory).get(url(sealed)).content.decode()
    assert next(iter(dossier._signed(sealed))).content == with_lists
    event = Event.objects.get(verb="euc.certificate.countersign")
    assert (event.details["sha256"], event.details["proven_sha256"]) == (
        kept.document.sha256,
        kept.proven.sha256,
    )


def test_a_refused_file_is_refused_beside_its_field(client_for, signatory, sealed, url):
    response = bring(client_for(signatory), sealed, url)
    assert response.status_code == 422
    assert "Sign the file as downloaded" in response.content.decode()
    assert client_for(signatory).post(url(sealed, "countersign/"), {}).status_code == 422
    assert not Countersignature.objects.exists()


def test_is_brought_once(client_for, signatory, sealed, url, found_good):
    bring(client_for(signatory), sealed, url)
    response = bring(client_for(signatory), sealed, url, b"%PDF-1.7 again\n%%EOF\n")
    assert response.status_code == 409
    assert "carries the importer" in response.content.decode()
    assert Countersignature.objects.count() == 1


def test_waits_for_the_seal(client_for, signatory, issued, url, found_good):
    assert bring(client_for(signatory), issued, url).status_code == 409
    assert "not there yet" in client_for(signatory).get(url(issued, "countersign/")).content.decode()


def test_is_the_signatorys_alone(client_for, drafter, officer, stranger, sealed, url, found_good):
    assert bring(client_for(drafter), sealed, url).status_code == 403
    assert bring(client_for(officer), sealed, url).status_code == 403
    with pytest.raises(engine.NotAllowed):
        countersigning.keep(paper=sealed, by=officer, signed=a_signature())
    with pytest.raises(engine.NotAllowed):
        countersigning.keep(paper=sealed, by=stranger, signed=a_signature())


def test_without_one_there_is_none_to_fetch(client_for, signatory, sealed, url):
    assert client_for(signatory).get(url(sealed, "signed.pdf")).status_code == 404
