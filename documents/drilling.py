"""Changing the sealing key, and what to know on the day one is stolen.

Papers sealed before stay genuine whatever happens to a key: the register decides (`verifying`). So a change of key
needs no new papers, and a stolen key makes no genuine ones.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

from documents import keys, signing, verifying
from documents.models import Document

SHORTEST_KEY = 2048
LEAST_DAYS = 30
COLUMNS = ("kind", "reference", "revision", "sha256", "signed_at", "signer_subject", "book")


class Unfit(Exception):
    """The new key cannot take the place of the old one; the text says why."""


@dataclass(frozen=True)
class Fit:
    """What a key that may seal says of itself, and whether the roots in use already lead to it."""

    subject: str
    valid_until: datetime
    is_trusted: bool


def check(file: Path, passphrase_file: Path, *, at: datetime | None = None) -> Fit:
    """Whether a PKCS#12 file could seal from now on: it opens, is strong and valid long enough. Raises Unfit."""
    at = at or datetime.now(UTC)
    try:
        signer = signing.Pkcs12Signer(file, passphrase_file)
    except signing.NoKey as problem:
        raise Unfit(str(problem)) from problem
    certificate = signer.certificate
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < SHORTEST_KEY:
        raise Unfit(f"The key is shorter than {SHORTEST_KEY} bits.")
    until = certificate.not_valid_after_utc
    if not certificate.not_valid_before_utc <= at <= until - timedelta(days=LEAST_DAYS):
        raise Unfit(f"The certificate is not valid from now for {LEAST_DAYS} days at least.")
    above = {one.subject for one in (certificate, *signer.chain)} | {
        one.issuer for one in (certificate, *signer.chain)
    }
    return Fit(certificate.subject.rfc4514_string(), until, any(root.subject in above for root in _trusted()))


def rotate_demonstration() -> Fit:
    """Make a new sealing key and trust its root beside the old ones. Raises Unfit in production."""
    if settings.PRODUCTION or not (Path(settings.KEYS_DIR) / keys.MARKER).exists():
        raise Unfit(
            "Only the demonstration's own key is made here; check and place a real one as documented."
        )
    keys.make_another_seal()
    return check(Path(settings.SEAL_PKCS12), Path(settings.SEAL_PASSPHRASE_FILE))


def _trusted() -> list[x509.Certificate]:
    file = Path(settings.SEAL_TRUST_ROOTS)
    return x509.load_pem_x509_certificates(file.read_bytes()) if file.is_file() else []


def sealed_since(since: datetime, *, subject: str = "") -> Iterator[Document]:
    """The papers sealed from a moment on by keys of that subject, or of the subject of the key in use; oldest first.

    Keys that followed each other under one name are not told apart.
    """
    name = subject or signing.current_signer().certificate.subject.rfc4514_string()
    found = Document.objects.select_related("file").filter(signed_at__gte=since, signer_subject=name)
    return found.order_by("signed_at", "pk").iterator(chunk_size=500)


def write_list(found: Iterator[Document], out: IO[str]) -> int:
    """Write papers as CSV; how many."""
    writer, count = csv.writer(out), 0
    writer.writerow(COLUMNS)
    for one in found:
        at = one.signed_at.isoformat()
        writer.writerow(
            (one.kind, one.reference, one.revision, one.sha256, at, one.signer_subject, one.file.book)
        )
        count += 1
    return count


@dataclass(frozen=True)
class Forgery:
    """What verification says of a paper that only the key's thief would have made."""

    is_genuine: bool
    has_valid_seal: bool


def forge() -> Forgery:
    """Seal a blank paper with the key in use, as a thief could, and ask verification. Nothing is stored."""
    from pypdf import PdfWriter

    blank, target = PdfWriter(), io.BytesIO()
    blank.add_blank_page(595, 842)
    blank.write(target)
    sealed = signing.seal(target.getvalue(), reason="drill", at=datetime.now(UTC))
    finding = verifying.examine(sealed.content)
    seals = finding.signatures
    return Forgery(finding.is_genuine, bool(seals) and all(s.intact and s.valid and s.trusted for s in seals))
