"""Keys, folders and one sealed certificate for the documents' tests; nothing of the machine is touched."""

from datetime import UTC, datetime

import pytest
from django.test import override_settings

from documents import keys, signing, storing
from euc import printing
from tests.documents import samples

AT = datetime(2026, 11, 21, 7, 45, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture(scope="session")
def key_settings(tmp_path_factory):
    """Settings that point at demonstration keys made for this test run."""
    folder = tmp_path_factory.mktemp("keys")
    return {
        "KEYS_DIR": folder,
        "SEAL_PKCS12": folder / "seal.p12",
        "SEAL_PASSPHRASE_FILE": folder / "seal.passphrase",
        "SEAL_TRUST_ROOTS": folder / "trust.pem",
        "DSC_TRUST_ROOTS": folder / "dsc-trust.pem",
        "ESIGN_ASP_PKCS12": folder / "esign-asp.p12",
        "ESIGN_ASP_PASSPHRASE_FILE": folder / "seal.passphrase",
        "ESIGN_ESP_CERTIFICATES": folder / "esign-esp.pem",
    }


@pytest.fixture(scope="session")
def made_keys(key_settings):
    with override_settings(**key_settings):
        keys.make()
    return key_settings


@pytest.fixture
def sealing_key(settings, made_keys):
    """A usable sealing key, and only in this test the settings that name it."""
    for name, value in made_keys.items():
        setattr(settings, name, value)


@pytest.fixture(scope="session")
def unsealed():
    """A printed certificate before the seal; made once because printing takes half a second."""
    return printing.certificate_pdf(content=samples.content(), issue=samples.issue())


@pytest.fixture(scope="session")
def sealed(unsealed, made_keys):
    with override_settings(**made_keys):
        return signing.seal(unsealed, reason="EUC/0388000001/2026-27/0001", at=AT)


@pytest.fixture
def registered(db, sealed):
    """The sealed certificate in the register."""
    return storing.register(
        content=sealed.content,
        kind="euc.certificate",
        reference="EUC/0388000001/2026-27/0001",
        revision=2,
        content_hash=samples.issue()["content_hash"],
        signer_subject=sealed.signer_subject,
        signed_at=AT,
        page_count=sealed.page_count,
        book="org-7",
        name="certificate.pdf",
    )
