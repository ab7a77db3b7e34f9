"""A simulated ESP: how it answers a request, well or badly on demand. Knows no Django; never for production.

Its certifying authority is the demonstration's own, so that anybody here can be certified under any name.
"""

from __future__ import annotations

import asyncio
import base64
import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree

from documents.esigning import signed_xml

INDIA = timedelta(hours=5, minutes=30)
# Every way in which it may behave; all but the first two and the last two must be refused by whoever asked.
WAYS = {
    "well": "as it should",
    "timeless": "as it should, without saying when it signed",
    "cancelled": "the person cancels",
    "error": "the provider reports an error",
    "wrong_txn": "another transaction",
    "wrong_hash": "signs another hash",
    "expired": "a certificate that had ended",
    "early": "a certificate that is not valid yet",
    "other_person": "a certificate of another person",
    "organisation": "a certificate of a firm",
    "unknown_authority": "a certificate of an authority nobody knows",
    "other_certificate": "shows another certificate than signed",
    "two_signatures": "two signatures for one document",
    "no_signature": "no signature at all",
    "rubbish": "a signature that cannot be read",
    "stale": "a moment of two days ago",
    "forged": "changed after it was signed",
    "stranger": "signed by somebody else's key",
    "unsigned": "without a signature of its own",
    "no_xml": "no XML",
    "document_type": "XML with a document type",
    "twice": "posts twice",
    "slow": "answers after 20 seconds",
}


class BadRequest(ValueError):
    """What was posted is no request of the ASP; the text says why."""


@dataclass(frozen=True)
class Esp:
    """The keys of the simulated ESP and of its certifying authority, and the certificate of the ASP it serves."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    authority_key: rsa.RSAPrivateKey
    authority: x509.Certificate
    asp: x509.Certificate


@dataclass(frozen=True)
class Asked:
    """A request whose signature checks."""

    txn: str
    asp_id: str
    sha256: str
    about: str
    answer_to: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


def read(esp: Esp, request: bytes) -> Asked:
    """The request, signed by the ASP. Raises BadRequest."""
    try:
        root = signed_xml.verified(request, [esp.asp])
    except ValueError as problem:
        raise BadRequest(f"{type(problem).__name__}: {problem}") from problem
    found = root.findall("Docs/InputHash")
    if root.tag != "Esign" or root.get("ver") != "2.1" or len(found) != 1 or root.get("sc") != "Y":
        raise BadRequest("It is no request of version 2.1 for one document with consent.")
    return Asked(
        txn=root.get("txn", ""),
        asp_id=root.get("aspId", ""),
        sha256=found[0].text or "",
        about=found[0].get("docInfo", ""),
        answer_to=root.get("responseUrl", ""),
    )


def answer(esp: Esp, asked: Asked, *, person: str, way: str = "well") -> bytes:
    """The `EsignResp` for a request, in one of WAYS, in the name of `person`."""
    if way == "no_xml":
        return b"This is no XML."
    root = _failed(asked, way) if way in {"cancelled", "error"} else _signed(esp, asked, person, way)
    if way == "unsigned":
        return etree.tostring(root)
    content = signed_xml.signed(root, *(_stranger() if way == "stranger" else (esp.key, esp.certificate)))
    if way == "forged":
        return content.replace(asked.txn.encode(), b"0" * len(asked.txn), 1)
    if way == "document_type":
        return content.replace(b"?>", b'?><!DOCTYPE EsignResp [<!ENTITY a "a">]>', 1)
    return content


def _response(asked: Asked, **given: str) -> Any:
    at = asked.at.astimezone(UTC) + INDIA
    told = {"ts": at.strftime("%Y-%m-%dT%H:%M:%S"), "txn": asked.txn, "errCode": "", "errMsg": ""}
    return etree.Element("EsignResp", {"ver": "2.1", "resCode": f"SIM-{asked.txn[:8]}", **told, **given})


def _failed(asked: Asked, way: str) -> Any:
    if way == "cancelled":
        return _response(asked, status="0", errCode="SIM-991", errMsg="The person cancelled.")
    return _response(
        asked, status="0", errCode="SIM-952", errMsg="The one-time password was wrong three times."
    )


def _signed(esp: Esp, asked: Asked, person: str, way: str) -> Any:
    given = {"txn": "0" * len(asked.txn)} if way == "wrong_txn" else {}
    if way == "stale":
        given["ts"] = (asked.at + INDIA - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S")
    root = _response(asked, status="1", **given)
    key, certificate, above = _certified(esp, asked.at, person, way)
    shown = _certified(esp, asked.at, person, way)[1] if way == "other_certificate" else certificate
    etree.SubElement(root, "UserX509Certificate").text = _base64(shown.public_bytes(Encoding.DER))
    digest = bytes(32) if way == "wrong_hash" else bytes.fromhex(asked.sha256)
    told = None if way == "timeless" else asked.at
    signature = b"rubbish" if way == "rubbish" else _cms(digest, key, certificate, above, told)
    signatures = etree.SubElement(root, "Signatures")
    if way != "no_signature":
        one = etree.SubElement(
            signatures, "DocSignature", {"id": "1", "sigHashAlgorithm": "SHA256", "error": ""}
        )
        one.text = _base64(signature)
        if way == "two_signatures":
            signatures.append(copy.deepcopy(one))
    return root


def _certified(
    esp: Esp, at: datetime, person: str, way: str
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate, list[x509.Certificate]]:
    """A key that lives for one signature, and its certificate of half an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = {"other_person": "Somebody Else", "organisation": person}.get(way, person)
    firm = "Another Firm Private Limited" if way == "organisation" else "Personal"
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "IN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, firm),
            x509.NameAttribute(NameOID.COMMON_NAME, named),
        ]
    )
    moved = {"expired": timedelta(days=-1), "early": timedelta(days=1)}.get(way, timedelta())
    first = (at + moved).replace(microsecond=0) - timedelta(minutes=1)
    usage = dict.fromkeys(
        (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
            "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
        ),
        False,
    )  # fmt: skip
    is_unknown = way == "unknown_authority"
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if is_unknown else esp.authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(first + timedelta(minutes=31))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(**usage | {"digital_signature": True, "content_commitment": True}), critical=True
        )
        .sign(key if is_unknown else esp.authority_key, hashes.SHA256())
    )
    return key, certificate, [] if is_unknown else [esp.authority]


def _cms(
    digest: bytes,
    key: ec.EllipticCurvePrivateKey,
    certificate: x509.Certificate,
    above: list[x509.Certificate],
    at: datetime | None,
) -> bytes:
    """A detached signature (PKCS#7) over a hash; the ESP sees no more of the document than that."""
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = SimpleSigner(
        signing_cert=_asn1(certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(der),
        cert_registry=SimpleCertificateStore.from_certs([_asn1(one) for one in above]),
    )
    settings = PdfCMSSignedAttributes(signing_time=at)
    made = asyncio.run(signer.async_sign(digest, "sha256", signed_attr_settings=settings))
    return made.dump()


def _stranger() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nobody known")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
