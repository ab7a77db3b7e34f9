"""A demonstration of the importer's DSC token: an invented certifying authority and signatures in its name.

Never for production: the key of the authority lies beside the demonstration's other keys, so anybody here can sign
as anybody. It stands in for the token and its signing program, which work outside of this product.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from django.conf import settings

from documents import countersigning, revoking, stamping

AUTHORITY_KEY, AUTHORITY_ROOT = "dsc-authority.p12", "dsc-trust.pem"


@dataclass(frozen=True)
class Token:
    """How one token signs: every deviation here is one the check must refuse."""

    organisation: str
    person: str = "Authorised signatory"
    valid_from: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=30))
    valid_until: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(days=700))
    usage: tuple[str, ...] = ("digital_signature", "content_commitment")
    signed_at: datetime | None = None
    field_name: str = countersigning.FIELD
    is_stamped: bool = False
    is_self_signed: bool = False
    revoked_at: datetime | None = None
    responder: str = ""  # by OCSP, as its certificate names it


def sign(pdf: bytes, token: Token) -> bytes:
    """The file with the token's signature as an incremental update. Raises RuntimeError in production."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    if settings.PRODUCTION:
        raise RuntimeError("The demonstration's token does not exist in production.")
    key, certificate, above = _issued(token)
    signer = SimpleSigner(
        signing_cert=_asn1(certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
        cert_registry=SimpleCertificateStore.from_certs([_asn1(one) for one in above]),
    )
    metadata = PdfSignatureMetadata(
        field_name=token.field_name, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )

    class Dated(PdfSigner):
        def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
            session = super().init_signing_session(*args, **kwargs)
            session.system_time = token.signed_at or datetime.now(UTC)
            return session

    authority = stamping.authority() if token.is_stamped else None
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    return Dated(metadata, signer, timestamper=authority).sign_pdf(writer).getvalue()


def _issued(token: Token) -> tuple[rsa.RSAPrivateKey, x509.Certificate, list[x509.Certificate]]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "IN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, token.organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, token.person),
        ]
    )
    authority_key, authority = _authority()
    usages = dict.fromkeys(
        (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
            "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
        ),
        False,
    )  # fmt: skip
    signing_key = key if token.is_self_signed else authority_key
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if token.is_self_signed else authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(token.valid_from)
        .not_valid_after(token.valid_until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usages | dict.fromkeys(token.usage, True)), critical=True)
    )
    if token.responder:
        built = built.add_extension(_named_responder(token.responder), critical=False)
    issued = built.sign(signing_key, hashes.SHA256())
    if token.revoked_at is not None:
        revoking.issue(authority_key, authority, [(issued.serial_number, token.revoked_at)])
    return key, issued, [] if token.is_self_signed else [authority]


def _named_responder(url: str) -> x509.AuthorityInformationAccess:
    place = x509.UniformResourceIdentifier(url)
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)]
    )


def _authority() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    passphrase = Path(settings.SEAL_PASSPHRASE_FILE).read_bytes().strip()
    packed = (Path(settings.KEYS_DIR) / AUTHORITY_KEY).read_bytes()
    key, certificate, _chain = pkcs12.load_key_and_certificates(packed, passphrase)
    if not isinstance(key, rsa.RSAPrivateKey) or certificate is None:
        raise ValueError("The demonstration's certifying authority holds no RSA key.")
    return key, certificate


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
