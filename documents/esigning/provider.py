"""The ESP of the settings, and the key by which this ASP signs what it asks."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings

ASP_KEY, ESP_KEY, ESP_CERTIFICATE = "esign-asp.p12", "esign-esp.p12", "esign-esp.pem"


class Unusable(Exception):
    """The key of the ASP or the certificate of the ESP cannot be read; the text says why."""


def is_configured() -> bool:
    """Whether signing by eSign is offered at all."""
    return bool(settings.ESIGN_URL)


def address() -> str:
    """Where the browser posts the request to; pages may send forms nowhere else."""
    return str(settings.ESIGN_URL)


def name() -> str:
    """What people call the provider; its host where nothing else is said."""
    return settings.ESIGN_NAME or urlsplit(address()).hostname or ""


def certificates() -> list[x509.Certificate]:
    """The certificates the ESP signs its answers with; more than one while it changes its key. Raises Unusable."""
    try:
        return x509.load_pem_x509_certificates(Path(settings.ESIGN_ESP_CERTIFICATES).read_bytes())
    except (OSError, ValueError) as problem:
        raise Unusable(f"ESIGN_ESP_CERTIFICATES cannot be read: {problem}") from problem


def own_key() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """The key and certificate of this ASP. Raises Unusable."""
    return key_in(Path(settings.ESIGN_ASP_PKCS12), Path(settings.ESIGN_ASP_PASSPHRASE_FILE))


def key_in(file: Path, passphrase_file: Path) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """The RSA key and its certificate in a PKCS#12 file. Raises Unusable."""
    try:
        passphrase = passphrase_file.read_bytes().strip()
        key, certificate, _chain = pkcs12.load_key_and_certificates(file.read_bytes(), passphrase)
    except (OSError, ValueError) as problem:
        raise Unusable(f"{file.name} cannot be read: {problem}") from problem
    if not isinstance(key, rsa.RSAPrivateKey) or certificate is None:
        raise Unusable(f"{file.name} holds no RSA key with its certificate.")
    return key, certificate
