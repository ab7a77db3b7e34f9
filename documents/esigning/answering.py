"""What the ESP answers: an `EsignResp` element, believed only under the ESP's own signature."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509

from documents.esigning import preparing, signed_xml
from documents.esigning.asking import INDIA
from documents.esigning.refusing import Refused

LARGEST = 256 * 1024


@dataclass(frozen=True)
class Answer:
    """One answer as the ESP signed it. `error` and `told` are the ESP's code and words where it did not sign."""

    txn: str
    at: datetime
    has_signed: bool
    error: str
    told: str
    certificate: bytes
    signature: bytes


def read(content: bytes, certificates: Iterable[x509.Certificate]) -> Answer:
    """The answer in the bytes a browser brought, whoever sent them. Raises Refused."""
    if not content.strip():
        raise Refused("EMPTY")
    if len(content) > LARGEST:
        raise Refused("TOO_LARGE")
    try:
        root = signed_xml.verified(content, certificates)
    except signed_xml.Unreadable:
        raise Refused("UNREADABLE") from None
    except signed_xml.Forged:
        raise Refused("FORGED") from None
    if root.tag != "EsignResp":
        raise Refused("UNREADABLE")
    has_signed = root.get("status") == "1"
    return Answer(
        txn=root.get("txn", ""),
        at=_moment(root.get("ts", "")),
        has_signed=has_signed,
        error=root.get("errCode", "").strip()[:30],
        told=" ".join(root.get("errMsg", "").split())[:200],
        certificate=_bytes(root.findtext("UserX509Certificate", "")) if has_signed else b"",
        signature=_signature(root) if has_signed else b"",
    )


def confirm_certificate(answer: Answer) -> None:
    """The certificate the answer shows must be the one that signed. Raises Refused."""
    if answer.certificate != preparing.certificates_in(answer.signature)[0]:
        raise Refused("CERTIFICATE")


def _signature(root: Any) -> bytes:
    """The one signature for the one hash that was asked for; empty when there is another number of them."""
    found = root.findall("Signatures/DocSignature")
    if len(found) != 1 or found[0].get("id") != "1" or found[0].get("error"):
        return b""
    return _bytes(found[0].text or "")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _moment(text: str) -> datetime:
    """A moment without an offset is India's. Raises Refused."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("UNREADABLE") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=INDIA)
