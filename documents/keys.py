"""Demonstration keys: invented authorities that seal and stamp one machine's papers. Never for production."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from django.conf import settings

from documents import importers_token, revoking, stamping, storing
from documents.esigning import provider, simulated

MARKER = "DEMONSTRATION"
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
YEARS = 5
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def make() -> bool:
    """Make what is missing of the keys that seal, stamp and play an importer's token; False when nothing was.

    The private keys of the first two roots are forgotten at once: nothing else will ever be issued under them.
    """
    made = [_make_seal(), _make_time_stamper(), _make_certifying_authority(), _make_esign_parties()]
    return any(made)


def _make_seal() -> bool:
    """Root, sealing key and passphrase where the settings expect them."""
    if Path(settings.SEAL_PKCS12).exists():
        return False
    root_key, seal_key = (rsa.generate_private_key(public_exponent=65537, key_size=3072) for _ in range(2))
    root = _root(root_key)
    revoking.issue(root_key, root)
    seal = _seal(seal_key, root, root_key)
    passphrase = secrets.token_urlsafe(32).encode()
    packed = pkcs12.serialize_key_and_certificates(
        b"seal", seal_key, seal, [root], BestAvailableEncryption(passphrase)
    )
    storing.put(
        Path(settings.KEYS_DIR) / MARKER, b"These keys are invented by this machine and prove nothing.\n"
    )
    storing.put(Path(settings.SEAL_TRUST_ROOTS), root.public_bytes(Encoding.PEM))
    storing.put(Path(settings.SEAL_PASSPHRASE_FILE), passphrase + b"\n")
    storing.put(Path(settings.SEAL_PKCS12), packed)
    return True


def make_another_seal() -> None:
    """A new root and sealing key under the same passphrase; the roots of the keys before it stay trusted."""
    root_key, seal_key = (rsa.generate_private_key(public_exponent=65537, key_size=3072) for _ in range(2))
    root = _root(root_key, f"DEMONSTRATION root {datetime.now(UTC):%Y-%m-%d %H:%M:%S}")
    revoking.issue(root_key, root)
    seal = _seal(seal_key, root, root_key)
    lock = BestAvailableEncryption(Path(settings.SEAL_PASSPHRASE_FILE).read_bytes().strip())
    trusted = Path(settings.SEAL_TRUST_ROOTS)
    storing.put(trusted, trusted.read_bytes().rstrip() + b"\n" + root.public_bytes(Encoding.PEM))
    storing.put(
        Path(settings.SEAL_PKCS12),
        pkcs12.serialize_key_and_certificates(b"seal", seal_key, seal, [root], lock),
    )


def _make_time_stamper() -> bool:
    """Another root and a key that stamps the time, under the passphrase of the seal."""
    folder = Path(settings.KEYS_DIR)
    file, passphrase_file = folder / stamping.DEMONSTRATION_KEY, Path(settings.SEAL_PASSPHRASE_FILE)
    if file.exists() or not passphrase_file.exists():
        return False
    root_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    root = _root(root_key, "DEMONSTRATION time-stamping root")
    revoking.issue(root_key, root)
    own = (
        _certificate(_name("DEMONSTRATION time-stamps"), root.subject, key.public_key(), root_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    lock = BestAvailableEncryption(passphrase_file.read_bytes().strip())
    storing.put(folder / stamping.DEMONSTRATION_ROOT, root.public_bytes(Encoding.PEM))
    storing.put(file, pkcs12.serialize_key_and_certificates(b"time-stamps", key, own, [root], lock))
    return True


def _make_certifying_authority() -> bool:
    """The invented authority under which an importer's token is played (`documents.importers_token`)."""
    folder = Path(settings.KEYS_DIR)
    file, passphrase_file = folder / importers_token.AUTHORITY_KEY, Path(settings.SEAL_PASSPHRASE_FILE)
    if file.exists() or not passphrase_file.exists():
        return False
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    root = _root(key, "DEMONSTRATION certifying authority")
    revoking.issue(key, root)
    lock = BestAvailableEncryption(passphrase_file.read_bytes().strip())
    storing.put(folder / importers_token.AUTHORITY_ROOT, root.public_bytes(Encoding.PEM))
    storing.put(file, pkcs12.serialize_key_and_certificates(b"dsc", key, root, None, lock))
    return True


def _make_esign_parties() -> bool:
    """The keys by which this ASP and the simulated ESP sign what they tell each other (`documents.esigning`)."""
    folder, passphrase_file = Path(settings.KEYS_DIR), Path(settings.SEAL_PASSPHRASE_FILE)
    if (folder / provider.ESP_CERTIFICATE).exists() or not passphrase_file.exists():
        return False
    lock = BestAvailableEncryption(passphrase_file.read_bytes().strip())
    for file, name in ((provider.ASP_KEY, "DEMONSTRATION ASP"), (provider.ESP_KEY, "DEMONSTRATION ESP")):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        own = (
            _certificate(_name(name), _name(name), key.public_key(), key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        packed = pkcs12.serialize_key_and_certificates(b"esign", key, own, None, lock)
        storing.put(folder / file, packed)
    storing.put(folder / provider.ESP_CERTIFICATE, own.public_bytes(Encoding.PEM))
    return True


def simulated_esp() -> simulated.Esp:
    """The simulated ESP with the keys of this machine. Raises RuntimeError in production."""
    if settings.PRODUCTION:
        raise RuntimeError("The simulated ESP does not exist in production.")
    folder, passphrase_file = Path(settings.KEYS_DIR), Path(settings.SEAL_PASSPHRASE_FILE)
    key, certificate = provider.key_in(folder / provider.ESP_KEY, passphrase_file)
    authority_key, authority = provider.key_in(folder / importers_token.AUTHORITY_KEY, passphrase_file)
    return simulated.Esp(key, certificate, authority_key, authority, asp=provider.own_key()[1])


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "IN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "DEMONSTRATION, not a real authority"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _root(key, common_name: str = "DEMONSTRATION root") -> x509.Certificate:
    name = _name(common_name)
    return (
        _certificate(name, name, key.public_key(), key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _seal(key, root: x509.Certificate, root_key) -> x509.Certificate:
    return (
        _certificate(_name("DEMONSTRATION seal"), root.subject, key.public_key(), root_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), critical=False)
        .sign(root_key, hashes.SHA256())
    )


def _certificate(subject, issuer, public_key, issuer_key) -> x509.CertificateBuilder:
    now = datetime.now(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )


def _usage(**allowed: bool) -> x509.KeyUsage:
    return x509.KeyUsage(**dict.fromkeys(_USAGES, False) | allowed)
