"""A key in a hardware module, proven with SoftHSM: the seal is as good as from a file, and never left out."""

import os
import shutil
import subprocess
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from documents import pkcs11_signer, signing
from tests.documents import poppler
from tests.documents.conftest import AT

MODULES = [
    Path(folder) / "softhsm" / "libsofthsm2.so" for folder in ("/usr/lib", "/usr/lib64", "/usr/local/lib")
]
MODULES += sorted(Path("/usr/lib").glob("*/softhsm/libsofthsm2.so"))
MISSING = [
    name
    for name, is_there in {
        "softhsm2": shutil.which("softhsm2-util") and any(module.exists() for module in MODULES),
        "python-pkcs11": find_spec("pkcs11"),
    }.items()
    if not is_there
]
PIN = "271828"


@pytest.fixture(autouse=True, scope="module")
def everything_is_there():
    if MISSING and os.environ.get("CI"):
        pytest.fail(f"The gate must prove this, but there is no {' and no '.join(MISSING)}.")
    if MISSING:
        pytest.skip(f"no {' and no '.join(MISSING)} on this machine")


@pytest.fixture(scope="module")
def token(everything_is_there, made_keys, tmp_path_factory):
    """A token of SoftHSM that holds the demonstration's sealing key, and the settings that name it."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(config)
    passphrase = made_keys["SEAL_PASSPHRASE_FILE"].read_bytes().strip()
    key, certificate, chain = pkcs12.load_key_and_certificates(
        made_keys["SEAL_PKCS12"].read_bytes(), passphrase
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    (folder / "seal.pem").write_bytes(
        b"".join(one.public_bytes(Encoding.PEM) for one in (certificate, *chain))
    )
    (folder / "root.pem").write_bytes(chain[0].public_bytes(Encoding.PEM))
    (folder / "pin").write_text(f"{PIN}\n")
    tool = ["softhsm2-util", "--token", "euc", "--pin", PIN]
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "euc", "--pin", PIN, "--so-pin", PIN],
        check=True,
        capture_output=True,
    )
    subprocess.run(
        [*tool, "--import", str(folder / "key.pem"), "--label", "seal", "--id", "01"],
        check=True,
        capture_output=True,
    )
    yield {
        "SEAL_PKCS11_MODULE": str(next(module for module in MODULES if module.exists())),
        "SEAL_PKCS11_TOKEN": "euc",
        "SEAL_PKCS11_KEY": "seal",
        "SEAL_PKCS11_PIN_FILE": folder / "pin",
        "SEAL_CERTIFICATE": folder / "seal.pem",
    }
    os.environ.pop("SOFTHSM2_CONF")


@pytest.fixture
def module(settings, token, sealing_key, tmp_path, monkeypatch):
    """The settings of a module; the file with the key is out of reach."""
    signing._opened.cache_clear()
    settings.SEAL_PKCS12 = tmp_path / "absent.p12"
    for name, value in token.items():
        setattr(settings, name, value)
    opened, opening = [], pkcs11_signer.Pkcs11Signer.__init__

    def remembered(self, place):
        opened.append(self)
        opening(self, place)

    monkeypatch.setattr(pkcs11_signer.Pkcs11Signer, "__init__", remembered)
    yield settings
    signing._opened.cache_clear()
    for signer in opened:
        signer.close()


def seal(unsealed):
    return signing.seal(unsealed, reason="EUC/0388000001/2026-27/0001", at=AT)


class TestSeal:
    def test_is_valid_to_poppler_and_to_ourselves(self, unsealed, module, tmp_path):
        sealed = seal(unsealed)
        answer = poppler.signatures(sealed.content, tmp_path)
        assert "Signature is Valid" in answer
        assert "Total document signed" in answer
        signing.confirm(sealed.content, signing.current_signer().certificate, stamped=True)

    def test_is_the_one_the_file_would_give(self, unsealed, module, made_keys):
        data = b"the same key, wherever it lies"
        in_module = signing.current_signer().sign(data)
        in_file = signing.Pkcs12Signer(made_keys["SEAL_PKCS12"], made_keys["SEAL_PASSPHRASE_FILE"]).sign(data)
        assert in_module == in_file

    def test_comes_after_a_lost_session(self, unsealed, module):
        signer = signing.current_signer()
        signer._session.close()
        assert seal(unsealed)

    def test_waits_its_turn(self, module):
        signer, found = signing.current_signer(), []
        threads = [threading.Thread(target=lambda: found.append(signer.sign(b"x"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 8
        assert len(set(found)) == 1

    def test_opens_another_session_in_another_process(self, module, monkeypatch):
        first = signing.current_signer()
        assert signing.current_signer() is first
        monkeypatch.setattr(os, "getpid", lambda: 1)
        assert signing.current_signer() is not first


class TestNoKey:
    def refused(self, unsealed, match):
        with pytest.raises(signing.NoKey, match=match):
            seal(unsealed)

    @pytest.mark.parametrize(
        ("name", "value", "match"),
        [
            ("SEAL_PKCS11_MODULE", "/absent.so", "cannot be reached"),
            ("SEAL_PKCS11_TOKEN", "another", "cannot be reached"),
            ("SEAL_PKCS11_KEY", "another", "cannot be reached"),
            ("SEAL_PKCS11_PIN_FILE", Path("/absent"), "cannot be reached"),
            ("SEAL_CERTIFICATE", Path("/absent"), "certificate cannot be read"),
        ],
    )
    def test_when_something_is_missing(self, unsealed, module, name, value, match):
        setattr(module, name, value)
        self.refused(unsealed, match)

    def test_when_the_pin_is_wrong(self, unsealed, module, tmp_path):
        module.SEAL_PKCS11_PIN_FILE = tmp_path / "pin"
        module.SEAL_PKCS11_PIN_FILE.write_text("000000")
        self.refused(unsealed, "cannot be reached")

    def test_when_the_certificate_is_of_another_key(self, unsealed, module, token):
        module.SEAL_CERTIFICATE = token["SEAL_CERTIFICATE"].with_name("root.pem")
        self.refused(unsealed, "does not belong")

    def test_when_the_module_stops_signing(self, unsealed, module, monkeypatch):
        signer = signing.current_signer()

        class Dead:
            def sign(self, *_given, **_more):
                from pkcs11.exceptions import DeviceRemoved

                raise DeviceRemoved

        monkeypatch.setattr(signer, "_key", Dead())
        monkeypatch.setattr(pkcs11_signer.Pkcs11Signer, "_open", lambda self: Dead())
        self.refused(unsealed, "does not sign")
