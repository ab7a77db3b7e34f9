"""Making the document: sealed or not at all, once, and again after a person mended what was wrong (F19, I-28)."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from django.utils import timezone

from documents import keys, signing, storing
from documents.models import Document, StoredFile
from euc import printing, services, workflow
from euc.models import Certificate
from tests.remembering import remembered
from workflow import errands, events
from workflow.models import Errand

NO_KEY = "NoKey: The sealing key cannot be read"


@pytest.fixture(scope="session")
def made_keys(tmp_path_factory):
    """A folder with a sealing key, made once: two RSA keys take a while."""
    folder = tmp_path_factory.mktemp("keys")
    with override_settings(**paths_in(folder)):
        keys.make()
    return folder


def paths_in(folder):
    return {
        "KEYS_DIR": folder,
        "SEAL_PKCS12": folder / "seal.p12",
        "SEAL_PASSPHRASE_FILE": folder / "seal.passphrase",
        "SEAL_TRUST_ROOTS": folder / "trust.pem",
    }


@pytest.fixture(autouse=True)
def sealing_key(made_keys, settings):
    for name, path in paths_in(made_keys).items():
        setattr(settings, name, path)


@pytest.fixture
def no_key(settings, tmp_path):
    """Takes the key away; called again, gives it back."""
    there = Path(settings.SEAL_PKCS12)

    def switch():
        gone = tmp_path / "gone.p12"
        settings.SEAL_PKCS12 = gone if there == settings.SEAL_PKCS12 else there

    switch()
    return switch


@remembered
def certificate(life):
    return life.issued()


def errand_of(certificate):
    return errands.of(certificate).get()


def run(certificate):
    errand = errand_of(certificate)
    Errand.objects.filter(pk=errand.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    return errands.run(errand.pk)


def run_until_it_stops(certificate, attempts):
    assert [run(certificate) for _ in range(attempts)] == [False] * attempts
    return errand_of(certificate)


def pdfs():
    return StoredFile.objects.filter(media_type="application/pdf")


class TestPrintCertificate:
    def test_registers_one_sealed_document(self, certificate):
        assert run(certificate) is True
        document = Certificate.objects.get(pk=certificate.pk).document
        content = storing.read(document.file)
        assert document.sha256 == hashlib.sha256(content).hexdigest()
        signing.confirm(content, signing.current_signer().certificate)
        assert (document.reference, document.revision) == (certificate.reference, 1)
        assert document.content_hash == certificate.content_hash
        assert (document.page_count >= 2, "DEMONSTRATION" in document.signer_subject) == (True, True)

    def test_is_told_once_by_the_clock(self, certificate, clock):
        run(certificate)
        event = events.about(certificate).last()
        assert (event.verb, event.person) == ("euc.certificate.seal_document", clock.person)
        assert event.details == {"sha256": Document.objects.get().sha256}

    def test_then_owes_the_undertaking_s_document(self, certificate):
        undertaking = certificate.undertakings.get()
        assert run(certificate) is True
        assert run(undertaking) is True
        undertaking.refresh_from_db()
        assert undertaking.document.reference == undertaking.reference

    def test_has_one_effect_for_five_deliveries(self, certificate):
        assert [run(certificate) for _ in range(5)] == [True, False, False, False, False]
        assert (Document.objects.count(), pdfs().count()) == (1, 1)
        assert events.about(certificate).filter(verb="euc.certificate.seal_document").count() == 1

    def test_waits_for_the_time_stamp(self, certificate, settings):
        """While a configured authority is out of reach there is no document; then there is, with its time."""
        settings.TIME_STAMP_URL = "http://127.0.0.1:9/"
        assert run(certificate) is False
        assert "NoTimeStamp" in errand_of(certificate).last_error
        assert Certificate.objects.get(pk=certificate.pk).document is None
        assert not pdfs().exists()
        settings.TIME_STAMP_URL = ""
        assert run(certificate) is True
        content = storing.read(Certificate.objects.get(pk=certificate.pk).document.file)
        signing.confirm(content, signing.current_signer().certificate, stamped=True)

    def test_discards_the_document_of_an_overtaken_worker(self, certificate, monkeypatch):
        seal, answers = signing.seal, []

        def seal_while_another_finishes(pdf, **given):
            sealed = seal(pdf, **given)
            if not answers:
                answers.append("first")
                errand = errand_of(certificate)
                Errand.objects.filter(pk=errand.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
                answers.append(errands.run(errand.pk))
            return sealed

        monkeypatch.setattr(signing, "seal", seal_while_another_finishes)
        assert errands.run(errand_of(certificate).pk) is False
        assert answers == ["first", True]
        assert (Document.objects.count(), pdfs().count()) == (1, 1)

    def test_says_where_it_is_verified(self, certificate, settings):
        settings.SITE_URL = "https://verify.example"
        run(certificate)
        block = Certificate.objects.get(pk=certificate.pk).issue_block
        assert block["verify_url"] == f"https://verify.example/v/{certificate.token}/"

    def test_still_makes_the_document_of_one_revoked_meanwhile(self, life, certificate):
        services.revoke(certificate=certificate, by=life.senior, reason="cancelled")
        assert run(certificate) is True
        assert Certificate.objects.get(pk=certificate.pk).status == workflow.REVOKED


class TestWithoutTheKey:
    def test_there_is_no_document_at_all(self, certificate, no_key):
        assert run(certificate) is False
        assert Certificate.objects.get(pk=certificate.pk).document is None
        assert not Document.objects.exists()
        assert not pdfs().exists()

    def test_not_one_unsealed_byte_is_stored(self, certificate, no_key, settings):
        run(certificate)
        kept = [path for path in Path(settings.FILES_DIR).rglob("*") if path.is_file()]
        assert kept, "the evidence is there"
        assert [path for path in kept if path.read_bytes().startswith(b"%PDF")] == []

    def test_the_reason_is_kept_while_it_is_tried_again(self, certificate, no_key):
        run(certificate)
        errand = errand_of(certificate)
        assert (errand.state, errand.attempts) == (Errand.PENDING, 1)
        assert errand.last_error.startswith(NO_KEY)
        assert errand.due_at > timezone.now()

    def test_it_stops_after_the_allowed_attempts(self, certificate, no_key, settings):
        errand = run_until_it_stops(certificate, settings.ERRAND_MAX_ATTEMPTS)
        assert errand.state == Errand.DEAD
        assert errand.last_error.startswith(NO_KEY)
        assert run(certificate) is False

    def test_reviewers_see_that_it_stopped_and_why(self, certificate, no_key, settings, senior, client_for):
        run_until_it_stops(certificate, settings.ERRAND_MAX_ATTEMPTS)
        client = client_for(senior)
        assert "could not be made" in client.get(f"/certificates/{certificate.slug}/").content.decode()
        deliveries = client.get("/deliveries/").content.decode()
        assert certificate.reference in deliveries
        assert "The sealing key cannot be read" in deliveries

    def test_nothing_is_rendered_in_vain(self, certificate, no_key, monkeypatch):
        monkeypatch.setattr(
            printing, "certificate_pdf", lambda **given: pytest.fail("rendered without a key")
        )
        run(certificate)
        assert errand_of(certificate).last_error.startswith(NO_KEY)

    def test_with_the_key_back_a_retry_makes_it(self, certificate, no_key, settings, senior):
        errand = run_until_it_stops(certificate, settings.ERRAND_MAX_ATTEMPTS)
        no_key()
        errands.retry(errand, by=senior)
        assert run(certificate) is True
        assert Certificate.objects.get(pk=certificate.pk).document == Document.objects.get()
        assert list(events.faults()) == []

    def test_everything_else_goes_on(self, life, certificate, no_key):
        other = life.issued()
        services.revoke(certificate=other, by=life.senior, reason="cancelled")
        assert life.draft().status == workflow.DRAFT
