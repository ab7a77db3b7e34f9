"""The seal: whole-file, the same bytes every time, and never left out."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from documents import keys, signing, stamping
from documents.models import Document, StoredFile
from tests.documents import poppler
from tests.documents.conftest import AT


class TestSeal:
    def test_is_valid_and_whole_to_poppler(self, sealed, tmp_path):
        answer = poppler.signatures(sealed.content, tmp_path)
        assert "Signature is Valid" in answer
        assert "Total document signed" in answer
        assert "ETSI.CAdES.detached" in answer
        assert answer.count("Signature #") == 1

    def test_is_valid_trusted_and_whole_to_pyhanko(self, sealed, made_keys):
        status, reader = _judged(sealed.content, made_keys)
        assert status.bottom_line
        assert status.trusted
        assert status.coverage.name == "ENTIRE_FILE"
        assert status.timestamp_validity.trusted
        assert reader.embedded_signatures[0].docmdp_level.name == "FILL_FORMS"

    def test_names_its_signer_and_pages(self, sealed):
        assert "DEMONSTRATION seal" in sealed.signer_subject
        assert sealed.page_count >= 2

    def test_keeps_the_printed_bytes_in_front(self, sealed, unsealed):
        assert sealed.content.startswith(unsealed)

    def test_gives_the_same_bytes_again_without_an_authority(self, unsealed, sealing_key, monkeypatch):
        monkeypatch.setattr(stamping, "authority", lambda: None)
        first, again = (signing.seal(unsealed, reason="EUC/0388000001/2026-27/0001", at=AT) for _ in "12")
        assert again == first

    def test_lets_a_second_signature_follow(self, sealed, made_keys, sealing_key):
        status, _reader = _judged(_signed_again(sealed.content), made_keys)
        assert status.bottom_line
        assert status.docmdp_ok

    def test_is_thrown_away_when_it_does_not_check(self, unsealed, sealing_key, monkeypatch):
        monkeypatch.setattr(signing.Pkcs12Signer, "sign", lambda self, data: b"\0" * 384)
        with pytest.raises(signing.SealBroken):
            signing.seal(unsealed, reason="r", at=AT)


class TestNoKey:
    """Whatever is wrong with the key, nothing comes out and nothing is stored."""

    @pytest.fixture(autouse=True)
    def own_copy(self, settings, made_keys, tmp_path):
        for name in ("SEAL_PKCS12", "SEAL_PASSPHRASE_FILE"):
            copy = tmp_path / made_keys[name].name
            copy.write_bytes(made_keys[name].read_bytes())
            setattr(settings, name, copy)
        settings.KEYS_DIR = tmp_path  # where no time-stamping key of the machine lies

    def refused(self, unsealed, match):
        with pytest.raises(signing.NoKey, match=match):
            signing.seal(unsealed, reason="r", at=AT)

    def test_when_the_file_is_gone(self, unsealed, settings, db):
        settings.SEAL_PKCS12.unlink()
        self.refused(unsealed, "cannot be read")
        assert not StoredFile.objects.exists()
        assert not Document.objects.exists()

    def test_when_the_passphrase_is_gone(self, unsealed, settings):
        settings.SEAL_PASSPHRASE_FILE.unlink()
        self.refused(unsealed, "cannot be read")

    def test_when_the_passphrase_is_wrong(self, unsealed, settings):
        settings.SEAL_PASSPHRASE_FILE.write_text("wrong")
        self.refused(unsealed, "cannot be read")

    def test_when_the_file_is_damaged(self, unsealed, settings):
        settings.SEAL_PKCS12.write_bytes(settings.SEAL_PKCS12.read_bytes()[:-100])
        self.refused(unsealed, "cannot be read")

    def test_when_it_holds_no_certificate(self, unsealed, settings):
        passphrase = settings.SEAL_PASSPHRASE_FILE.read_bytes().strip()
        key, _certificate, _chain = pkcs12.load_key_and_certificates(
            settings.SEAL_PKCS12.read_bytes(), passphrase
        )
        lone = pkcs12.serialize_key_and_certificates(
            b"a", key, None, None, BestAvailableEncryption(passphrase)
        )
        settings.SEAL_PKCS12.write_bytes(lone)
        self.refused(unsealed, "no RSA key with its certificate")

    def test_when_the_certificate_is_of_another_key(self, unsealed, settings, monkeypatch, made_keys):
        load = pkcs12.load_key_and_certificates
        passphrase = settings.SEAL_PASSPHRASE_FILE.read_bytes().strip()
        _key, _own, (root,) = load(made_keys["SEAL_PKCS12"].read_bytes(), passphrase)
        monkeypatch.setattr(pkcs12, "load_key_and_certificates", lambda *args: (load(*args)[0], root, []))
        self.refused(unsealed, "does not belong")

    @pytest.mark.parametrize("days", [-10, 365 * keys.YEARS + 10])
    def test_when_the_certificate_is_out_of_its_dates(self, unsealed, days):
        with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
            self.refused(unsealed, "valid from")

    def test_when_the_key_vanishes_after_it_was_used(self, unsealed, settings):
        signing.seal(unsealed, reason="r", at=AT)
        settings.SEAL_PKCS12.unlink()
        self.refused(unsealed, "cannot be read")


class TestConfirm:
    @pytest.fixture
    def certificate(self, sealing_key):
        return signing.current_signer().certificate

    def test_accepts_the_sealed_file(self, sealed, certificate):
        signing.confirm(sealed.content, certificate)

    def test_refuses_an_unsealed_file(self, unsealed, certificate):
        with pytest.raises(signing.SealBroken, match="exactly one"):
            signing.confirm(unsealed, certificate)

    def test_refuses_bytes_after_the_end(self, sealed, certificate):
        with pytest.raises(signing.SealBroken, match="whole file"):
            signing.confirm(sealed.content + b"\n", certificate)

    def test_refuses_a_changed_byte(self, sealed, certificate):
        changed = bytearray(sealed.content)
        changed[1000] ^= 1
        with pytest.raises(signing.SealBroken, match="other bytes"):
            signing.confirm(bytes(changed), certificate)


class TestMakeKeys:
    def test_keeps_what_exists(self, settings, made_keys, sealing_key):
        before = settings.SEAL_PKCS12.read_bytes()
        assert keys.make() is False
        assert settings.SEAL_PKCS12.read_bytes() == before

    def test_says_everywhere_that_it_is_a_demonstration(self, made_keys, sealing_key):
        certificate = signing.current_signer().certificate
        assert "DEMONSTRATION" in certificate.subject.rfc4514_string()
        assert "DEMONSTRATION" in certificate.issuer.rfc4514_string()
        assert (made_keys["KEYS_DIR"] / "DEMONSTRATION").exists()

    def test_lets_nobody_else_read_key_and_passphrase(self, made_keys):
        for name in ("SEAL_PKCS12", "SEAL_PASSPHRASE_FILE"):
            assert made_keys[name].stat().st_mode & 0o077 == 0

    def test_refuses_in_production(self, settings, tmp_path):
        from django.core.management import CommandError, call_command

        settings.PRODUCTION = True
        settings.SEAL_PKCS12 = tmp_path / "seal.p12"
        with pytest.raises(CommandError, match="brings its own key"):
            call_command("make_keys")
        assert not settings.SEAL_PKCS12.exists()


def _judged(content, made_keys):
    import io

    from pyhanko.keys import load_certs_from_pemder
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    files = (made_keys["SEAL_TRUST_ROOTS"], made_keys["KEYS_DIR"] / stamping.DEMONSTRATION_ROOT)
    contexts = [
        ValidationContext(trust_roots=list(load_certs_from_pemder([str(file)])), allow_fetching=False)
        for file in files
    ]
    reader = PdfFileReader(io.BytesIO(content))
    return validate_pdf_signature(reader.embedded_signatures[0], *contexts), reader


def _signed_again(content):
    import io

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

    signer = PdfSigner(
        PdfSignatureMetadata(field_name="Embassy", subfilter=fields.SigSeedSubFilter.PADES),
        signing._for_pyhanko(signing.current_signer()),
        new_field_spec=fields.SigFieldSpec("Embassy"),
    )
    again = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), bytes_reserved=16384).getvalue()
    assert len(re.findall(rb"/ByteRange", again)) == 2
    return again
