"""The seal: PAdES signatures on finished PDFs, with a time-stamp (B-T) where an authority is configured, and with the
lists of revoked certificates (B-LT) where they are at hand.

No key, no document; no time-stamp where there should be one, no document.

A `Signer` is all the rest knows of the key, so that an HSM can take the place of the file.
"""

import functools
import hashlib
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from django.conf import settings

from documents import pkcs11_signer, proving, revoking, stamping, writing

FIELD = "Seal"
LATER_SIGNATURE = (42, 4, 262, 26)  # points from the lower left corner, below the page's foot
# Room for certificate, chain and signature; more than pyHanko would find by signing twice.
BYTES_RESERVED = 16384
BYTES_RESERVED_WITH_TOKEN = 32768


class NoKey(Exception):
    """There is no usable sealing key: absent, locked, damaged, of another certificate, or out of its dates."""


class SealBroken(Exception):
    """The seal just made does not check; the bytes were thrown away."""


class Signer(Protocol):
    """Who can seal: a certificate, the chain above it, and one operation with the private key."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    def sign(self, data: bytes) -> bytes:
        """Return the RSA PKCS#1 v1.5 signature over SHA-256 of `data`."""


@dataclass(frozen=True)
class Sealed:
    """A sealed PDF, the subject of the certificate that sealed it (RFC 4514), and its number of pages."""

    content: bytes
    signer_subject: str
    page_count: int


class Pkcs12Signer:
    """A signer whose key lies in a PKCS#12 file; the key is loaded and checked once."""

    def __init__(self, file: Path, passphrase_file: Path):
        try:
            passphrase = passphrase_file.read_bytes().strip()
            key, certificate, chain = pkcs12.load_key_and_certificates(file.read_bytes(), passphrase)
        except (OSError, ValueError) as problem:
            raise NoKey(f"The sealing key cannot be read: {problem}") from problem
        if not isinstance(key, rsa.RSAPrivateKey) or certificate is None:
            raise NoKey("The sealing file holds no RSA key with its certificate.")
        if key.public_key() != certificate.public_key():
            raise NoKey("The sealing key does not belong to its certificate.")
        self._key = key
        self.certificate = certificate
        self.chain = tuple(chain)

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def seal(pdf: bytes, *, reason: str, at: datetime, leaves_field: str = "") -> Sealed:
    """Certify `pdf` with an invisible whole-file signature dated `at`, stamped with the time of an authority.

    Allows later signatures and nothing else; with `leaves_field` an empty field of that name waits for one.
    Without an authority the same input gives the same bytes. Raises `NoKey`, `stamping.NoTimeStamp`,
    `revoking.NoList`, or `SealBroken` when the result does not check.
    """
    signer, authority, now = current_signer(), stamping.authority(), datetime.now(UTC)
    _refuse_outside_dates(signer.certificate, now)
    _refuse_revoked(signer, now)
    writer = writing.writer_of(pdf)
    _embed_lists(writer, signer, now, stamped=authority is not None)
    if leaves_field:
        _leave_field(writer, leaves_field)
    content = _sign(writer, signer, reason, at, authority)
    confirm(content, signer.certificate, stamped=authority is not None)
    return Sealed(content, signer.certificate.subject.rfc4514_string(), int(writer.root["/Pages"]["/Count"]))


def current_signer() -> Signer:
    """The signer of the settings. Raises `NoKey`. A changed key file is noticed; an unchanged one is cached."""
    if settings.SEAL_PKCS11_MODULE:
        return _in_module()
    files = (Path(settings.SEAL_PKCS12), Path(settings.SEAL_PASSPHRASE_FILE))
    try:
        stamps = tuple((file.stat().st_mtime_ns, file.stat().st_ino, file.stat().st_size) for file in files)
    except OSError as problem:
        raise NoKey(f"The sealing key cannot be read: {problem}") from problem
    return _loaded(*files, stamps)


def _in_module() -> Signer:
    """The signer of the hardware module; each process opens its own session, for none survives a fork."""
    place = pkcs11_signer.Place(
        module=settings.SEAL_PKCS11_MODULE,
        token=settings.SEAL_PKCS11_TOKEN,
        key=settings.SEAL_PKCS11_KEY,
        pin_file=Path(settings.SEAL_PKCS11_PIN_FILE),
        certificate=Path(settings.SEAL_CERTIFICATE),
    )
    try:
        return _opened(place, os.getpid())
    except pkcs11_signer.Unusable as problem:
        raise NoKey(str(problem)) from problem


@functools.lru_cache(maxsize=1)
def _opened(place: pkcs11_signer.Place, _process: int) -> Signer:
    return pkcs11_signer.Pkcs11Signer(place)


@functools.lru_cache(maxsize=1)
def _loaded(file: Path, passphrase_file: Path, stamps: tuple) -> Signer:
    return Pkcs12Signer(file, passphrase_file)


def _refuse_outside_dates(certificate: x509.Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise NoKey(
            f"The sealing certificate is valid from {certificate.not_valid_before_utc:%d-%m-%Y}"
            f" until {certificate.not_valid_after_utc:%d-%m-%Y} only."
        )


def _refuse_revoked(signer: Signer, at: datetime) -> None:
    try:
        revoking.refuse_revoked((signer.certificate, *signer.chain), at)
    except revoking.Revoked as revoked:
        raise NoKey(f"The sealing key cannot be used: {revoked}") from revoked


def _embed_lists(writer: Any, signer: Signer, at: datetime, *, stamped: bool) -> None:
    """Put certificates and lists of revoked ones into the file before it is sealed, so that the seal covers them."""
    certificates, lists = proving.evidence((signer.certificate, *signer.chain), at, stamped=stamped)
    if lists:
        writing.embed(writer, certificates, lists)


def confirm(content: bytes, certificate: x509.Certificate, *, stamped: bool = False) -> None:
    """Check that `content` is one PDF wholly covered by one seal of `certificate`. Raises `SealBroken`.

    With `stamped` the seal must carry a time-stamp that checks; raises `stamping.NoTimeStamp`.
    """
    covered, signature = _covered(content)
    try:
        signed = cms.ContentInfo.load(signature)["content"]
        (signer_info,) = signed["signer_infos"]
        attributes = {
            attribute["type"].native: attribute["values"] for attribute in signer_info["signed_attrs"]
        }
        (digest,) = attributes["message_digest"].native
        if digest != hashlib.sha256(covered).digest():
            raise SealBroken("The seal belongs to other bytes.")
        _rsa_key(certificate).verify(
            signer_info["signature"].native,
            signer_info["signed_attrs"].untag().dump(),
            padding.PKCS1v15(),
            hashes.SHA256(),
        )
    except (ValueError, KeyError, TypeError, InvalidSignature) as problem:
        raise SealBroken("The seal does not check.") from problem
    if stamped:
        stamping.check(signer_info)


def _rsa_key(certificate: x509.Certificate) -> rsa.RSAPublicKey:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise SealBroken("The seal is not of an RSA key.")
    return key


def _covered(content: bytes) -> tuple[bytes, bytes]:
    """The bytes under the one signature and the signature; nothing else may be in the file."""
    ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", content)
    if len(ranges) != 1:
        raise SealBroken("The file does not have exactly one seal.")
    start, first, resume, second = (int(number) for number in ranges[0])
    hole = content[first:resume]
    if start != 0 or resume + second != len(content) or not re.fullmatch(rb"<[0-9a-fA-F]+>", hole):
        raise SealBroken("The seal does not cover the whole file.")
    return content[:first] + content[resume:], bytes.fromhex(hole[1:-1].decode())


def _leave_field(writer: Any, name: str) -> None:
    """An empty signature field in the lower margin of the last page, where programs sign without other changes."""
    from pyhanko.sign import fields

    fields.append_signature_field(writer, fields.SigFieldSpec(name, on_page=-1, box=LATER_SIGNATURE))


def _sign(writer: Any, signer: Signer, reason: str, at: datetime, authority: Any | None) -> bytes:
    from pyhanko.sign import fields
    from pyhanko.sign.signers import PdfSignatureMetadata
    from pyhanko.sign.timestamps.common_utils import TimestampRequestError

    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS,
        reason=reason,
    )
    field = fields.SigFieldSpec(FIELD)
    make = _dated_signer_class()
    dated = make(metadata, _for_pyhanko(signer), timestamper=authority, new_field_spec=field)
    dated.at = at.astimezone(UTC)
    reserved = BYTES_RESERVED if authority is None else BYTES_RESERVED_WITH_TOKEN
    try:
        return dated.sign_pdf(writer, bytes_reserved=reserved).getvalue()
    except pkcs11_signer.Unusable as problem:
        raise NoKey(str(problem)) from problem
    except TimestampRequestError as problem:
        raise stamping.NoTimeStamp(f"The time-stamping authority answers wrongly: {problem}") from problem


@functools.cache
def _dated_signer_class() -> Any:
    from pyhanko.sign.signers import PdfSigner

    class DatedSigner(PdfSigner):
        """Dates the signature `at` instead of now."""

        at: datetime

        def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
            session = super().init_signing_session(*args, **kwargs)
            session.system_time = self.at
            return session

    return DatedSigner


def _for_pyhanko(signer: Signer) -> Any:
    from pyhanko.sign.signers import Signer as PyhankoSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class Adapter(PyhankoSigner):
        """pyHanko's own PKCS#12 signer checks the RSA key anew for each signature, which costs 160 ms."""

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            return signer.sign(data)

    store = SimpleCertificateStore.from_certs(_asn1(certificate) for certificate in signer.chain)
    return Adapter(signing_cert=_asn1(signer.certificate), cert_registry=store)


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
