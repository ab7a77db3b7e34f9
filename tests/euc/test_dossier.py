"""The dossier: complete, the same bytes each time, and checked by the tools that its readers have."""

import json
import subprocess

import pytest
from django.core.management import CommandError, call_command

from documents import signing, storing, verifying
from documents.models import Document
from euc import dossier, verification
from euc.models import Certificate, Undertaking
from tests.euc.test_true_copies import sign
from workflow.engine import WrongStatus
from workflow.models import Event


@pytest.fixture
def ready(life, monkeypatch):
    """An issued certificate whose signed documents are there, and a stand-in for the seal."""
    monkeypatch.setattr(signing, "seal", lambda pdf, **given: signing.Sealed(pdf, "CN=Stand-in", 1))
    certificate = life.issued()
    for model, paper in ((Certificate, certificate), (Undertaking, certificate.undertakings.get())):
        document = storing.register(
            content=b"%PDF-1.7 " + paper.slug.encode(), kind=paper._meta.label_lower, reference=paper.reference,
            revision=1, content_hash="0" * 64, signer_subject="CN=Seal", signed_at=certificate.issued_at,
            page_count=1, book=paper.book, name="a.pdf",
        )  # fmt: skip
        model.objects.filter(pk=paper.pk).update(document=document)
    return Certificate.objects.get(pk=certificate.pk)


def unpack(certificate, tmp_path):
    call_command("dossier", certificate.slug, "--out", str(tmp_path))
    folder = tmp_path / "unpacked"
    packed = tmp_path / f"{certificate.slug}-dossier.zip"
    subprocess.run(
        ["python3", "-m", "zipfile", "-e", str(packed), str(folder)], check=True, capture_output=True
    )
    return folder


class TestPack:
    def test_holds_everything_and_its_hashes_verify(self, life, ready, tmp_path):
        sign(life, ready)
        folder = unpack(ready, tmp_path)
        subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=folder, check=True)
        files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
        listed = {line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
        assert files == listed | {"SHA256SUMS"}
        manifest = json.loads((folder / "manifest.json").read_text())
        assert {file["path"] for file in manifest["files"]} == files - {"SHA256SUMS", "manifest.json"}
        frozen = ready.revisions.get().content
        assert len(list(folder.glob("05-evidence/*/*"))) == len(frozen["evidence"]) > 0
        assert len(list(folder.glob("03-assessment/*"))) == len(frozen["goods"])
        assert (folder / f"01-certificate/{ready.slug}.pdf").read_bytes() == storing.read(ready.document.file)
        assert list(folder.glob("02-undertakings/*.pdf"))
        assert (folder / "06-paper-original/01-signed.pdf").read_bytes() == b"%PDF-scan"
        pairs = json.loads((folder / "04-translations/texts.json").read_text())
        assert any(pair["field"].endswith("purpose") for pair in pairs)
        assert Event.objects.filter(verb="euc.certificate.pack_dossier").count() == 1

    def test_is_the_same_bytes_until_the_record_changes(self, life, ready):
        first = dossier.pack(ready)
        assert dossier.pack(ready) == first
        sign(life, ready)
        assert dossier.pack(ready) != first
        assert Document.objects.filter(kind=dossier.KIND).count() == 2

    def test_its_list_of_contents_verifies_as_the_certificate(self, ready):
        dossier.pack(ready)
        document = Document.objects.get(kind=dossier.KIND)
        assert verifying.examine(storing.read(document.file)).document == document
        assert verification.of_document(document).reference == ready.reference

    def test_refuses_what_is_not_in_force_or_not_sealed_yet(self, life, tmp_path):
        for certificate in (life.issued(), life.revoked(), life.draft()):
            with pytest.raises(WrongStatus):
                dossier.pack(certificate)
        with pytest.raises(CommandError, match="no certificate"):
            call_command("dossier", "EUC-1", "--out", str(tmp_path))

    @pytest.mark.parametrize(
        ("name", "plain"),
        [
            ("../../etc/passwd", "etc-passwd"),
            ("报告.pdf", "pdf"),
            ("a\nb \\c.pdf", "a-b--c.pdf"),
            ("", "file"),
        ],
    )
    def test_names_files_plainly(self, name, plain):
        assert dossier.plain_name(name) == plain
