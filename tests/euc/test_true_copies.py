"""The cover page of a scanned original: frozen, sealed, registered, and known to public verification."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents import signing, storing, verifying
from documents.models import Document
from euc import cover_printing, originals, true_copies, verification
from euc.models import Certificate, TrueCopy
from euc.models.certificate import today
from tests.documents import poppler
from tests.euc.test_originals import FACTS
from workflow import errands
from workflow.engine import Incomplete, NotAllowed, WrongStatus
from workflow.models import Errand


@pytest.fixture
def scanned(life, importer):
    """An issued certificate with its document, whose paper is signed in ink and scanned."""
    certificate = life.issued()
    document = storing.register(
        content=b"%PDF-1.7 sealed", kind="euc.certificate", reference=certificate.reference, revision=1,
        content_hash=certificate.content_hash, signer_subject="CN=Seal", signed_at=certificate.issued_at,
        page_count=2, book=certificate.book, name="a.pdf",
    )  # fmt: skip
    Certificate.objects.filter(pk=certificate.pk).update(document=document)
    sign(life, certificate)
    return Certificate.objects.get(pk=certificate.pk)


def sign(life, certificate, **facts):
    scan = storing.store(
        content=b"%PDF-scan", name="scan.pdf", media_type="application/pdf", book=certificate.book
    )
    originals.record(
        certificate=certificate, by=life.drafter, kind="SIGNED", happened_on=today(),
        facts=FACTS["SIGNED"] | facts, scan=scan, scan_name="scan.pdf",
    )  # fmt: skip


def print_it(monkeypatch):
    monkeypatch.setattr(signing, "current_signer", lambda: None)
    monkeypatch.setattr(signing, "seal", lambda pdf, **given: signing.Sealed(pdf, "CN=Stand-in", 1))
    assert errands.run(Errand.objects.get(kind=true_copies.PRINT).pk)


class TestMake:
    def test_owes_it_once_per_ledger(self, life, scanned):
        copies = [true_copies.make(certificate=scanned, by=life.drafter) for _ in range(2)]
        assert copies[0] == copies[1]
        assert Errand.objects.filter(kind=true_copies.PRINT).count() == 1
        originals.record(certificate=scanned, by=life.drafter, kind="HANDED_IN", happened_on=today())
        assert true_copies.make(certificate=scanned, by=life.officer) != copies[0]

    def test_refuses_before_a_scan_and_before_the_document(self, life):
        certificate = life.issued()
        with pytest.raises(WrongStatus, match="signed document"):
            true_copies.make(certificate=certificate, by=life.drafter)

    @pytest.mark.parametrize("who", ["stranger", "auditor", "analyst"])
    def test_is_for_those_who_record(self, scanned, who, request):
        with pytest.raises(NotAllowed):
            true_copies.make(certificate=scanned, by=request.getfixturevalue(who))

    def test_refuses_what_cannot_be_printed(self, life, scanned):
        entry = scanned.original_entries.get()
        originals.correct(
            certificate=scanned, by=life.drafter, entry=entry, reason="odd", happened_on=today(),
            facts={"officer": "\U00013000"},
        )  # fmt: skip
        with pytest.raises(Incomplete):
            true_copies.make(certificate=scanned, by=life.drafter)


class TestPrinted:
    def test_is_one_page_that_links_paper_and_record(self, life, scanned, tmp_path):
        content = true_copies.make(certificate=scanned, by=life.drafter).content
        address = f"https://example.test/v/{scanned.token}/"
        pdf = cover_printing.cover_pdf(content=content, verify_url=address)
        assert pdf == cover_printing.cover_pdf(content=content, verify_url=address)
        text = "".join(poppler.text(pdf, tmp_path).split())
        scan = scanned.original_entries.get().scan.sha256
        for words in (
            scanned.reference,
            scan,
            scanned.document.sha256,
            "SitaSignatory",
            "真实副本封面页",
            address,
        ):
            assert "".join(words.split()) in text

    def test_is_registered_and_verified_as_of_its_certificate(self, life, scanned, monkeypatch, client):
        true_copies.make(certificate=scanned, by=life.drafter)
        print_it(monkeypatch)
        document = TrueCopy.objects.get().document
        assert Document.objects.filter(kind="euc.true_copy").get() == document
        pdf = storing.read(document.file)
        assert verifying.examine(pdf).document == document
        assert verification.of_document(document).reference == scanned.reference
        page = client.post("/verify/", {"file": SimpleUploadedFile("cover.pdf", pdf)}).content.decode()
        assert "Genuine and in force" in page
        changed = client.post("/verify/", {"file": SimpleUploadedFile("cover.pdf", pdf + b" ")})
        assert "Not genuine" in changed.content.decode()

    def test_is_unsigned_by_nobody(self, life, scanned, settings, tmp_path):
        """Without a key there is no cover page."""
        true_copies.make(certificate=scanned, by=life.drafter)
        settings.SEAL_PKCS12 = tmp_path / "absent.p12"
        assert not errands.run(Errand.objects.get(kind=true_copies.PRINT).pk)
        assert TrueCopy.objects.get().document is None
