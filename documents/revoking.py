"""Lists of revoked certificates (CRL, RFC 5280): fetched beforehand, checked, kept as files, put into what is sealed.

Whoever checks a paper in ten years finds the lists of the day inside it (PAdES B-LT). Nothing is fetched while
sealing or judging. With REVOCATION_LIST_URLS a missing or outdated list stops both; without, what is at hand is used.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from documents import outside, stamping, storing

LONGEST_LIST = 20 * 1024 * 1024
WAIT_SECONDS = 20


class NoList(Exception):
    """There is no current list of an authority whose certificate is to be judged; the text names it."""


class Revoked(Exception):
    """An authority took a certificate back; the text names it."""


class Unfit(Exception):
    """What came from an address is no list to keep; the text says why."""


@dataclass(frozen=True)
class Fetched:
    """What came of asking one address: `problem` is empty when its list is at hand and current."""

    url: str
    issuer: str = ""
    is_new: bool = False
    problem: str = ""


def folder() -> Path:
    """Where the lists lie, one file for each issuer, for all processes."""
    return Path(settings.REVOCATION_LISTS or Path(settings.KEYS_DIR) / "crl")


def is_required() -> bool:
    """Whether judging without a current list is refused."""
    return bool(settings.REVOCATION_LIST_URLS)


# --- reading ---------------------------------------------------------------------------------------


def current(
    issuer: bytes, at: datetime, *, needed: bool | None = None
) -> x509.CertificateRevocationList | None:
    """The list of the authority with this name (DER) that counts at a moment.

    Raises NoList where one must be: as `needed` says, else where addresses are configured.
    """
    found = at_hand(issuer)
    if found is not None and (found.next_update_utc is None or at <= found.next_update_utc):
        return found
    if is_required() if needed is None else needed:
        name = x509.Name.from_bytes(issuer).rfc4514_string()
        why = "is outdated" if found is not None else "is not at hand"
        raise NoList(f"The list of revoked certificates of {name} {why}.")
    return None


def at_hand(issuer: bytes) -> x509.CertificateRevocationList | None:
    """The list kept of the authority with this name (DER), current or not."""
    try:
        return _read(_file(issuer), _file(issuer).stat().st_mtime_ns)
    except (OSError, ValueError):
        return None


def is_revoked(
    issuer: bytes,
    serial: int,
    at: datetime,
    *,
    signed_by: datetime | None = None,
    needed: bool | None = None,
) -> bool:
    """Whether the list of `issuer` (name as DER) that counts `at` names the certificate.

    A revocation after `signed_by`, a moment somebody trusted told, does not count: what was signed before stays
    signed. Without such a moment each revocation counts, for a thief dates as he likes. Raises NoList as `current`.
    """
    found = current(issuer, at, needed=needed)
    entry = found.get_revoked_certificate_by_serial_number(serial) if found is not None else None
    return entry is not None and (signed_by is None or entry.revocation_date_utc <= signed_by)


def refuse_revoked(certificates: Iterable[x509.Certificate], at: datetime) -> None:
    """Raises Revoked when one of them is revoked, NoList when that cannot be known and must be."""
    for one in certificates:
        if one.issuer != one.subject and is_revoked(one.issuer.public_bytes(), one.serial_number, at):
            raise Revoked(f"{one.subject.rfc4514_string()} was revoked by its authority.")


def of(issuers: Iterable[bytes], at: datetime, *, needed: bool | None = None) -> list[bytes]:
    """The lists (DER) of the named authorities that count at a moment, each once, in the order of the names.

    Raises NoList as `current`.
    """
    return [
        found.public_bytes(Encoding.DER)
        for name in dict.fromkeys(issuers)
        if (found := current(name, at, needed=needed)) is not None
    ]


@functools.lru_cache(maxsize=64)
def _read(file: Path, _stamp: int) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(file.read_bytes())


def _file(issuer: bytes) -> Path:
    return folder() / f"{hashlib.sha256(issuer).hexdigest()[:32]}.crl"


# --- keeping ---------------------------------------------------------------------------------------


def keep(found: x509.CertificateRevocationList) -> Path:
    """Put a list where all processes find it, in the place of the one before of its issuer."""
    file = _file(found.issuer.public_bytes())
    storing.put(file, found.public_bytes(Encoding.DER))
    return file


def fetch() -> list[Fetched]:
    """Ask every address of REVOCATION_LIST_URLS once and keep what is newer; the old list stays when one fails."""
    known = list(_authorities())
    return [_fetched(url, known) for url in settings.REVOCATION_LIST_URLS]


def _fetched(url: str, known: list[x509.Certificate]) -> Fetched:
    try:
        found = judged(_asked(url), known, datetime.now(UTC))
        before = at_hand(found.issuer.public_bytes())
        is_new = before is None or before.last_update_utc < found.last_update_utc
        if is_new:
            keep(found)
    except (OSError, Unfit) as problem:
        return Fetched(url, problem=str(problem))
    return Fetched(url, found.issuer.rfc4514_string(), is_new)


def judged(content: bytes, known: Iterable[x509.Certificate], at: datetime) -> x509.CertificateRevocationList:
    """A list in DER or PEM, signed by an authority we know and current. Raises Unfit."""
    try:
        is_pem = content.lstrip().startswith(b"-----BEGIN")
        found = x509.load_pem_x509_crl(content) if is_pem else x509.load_der_x509_crl(content)
        signers = [one for one in known if one.subject == found.issuer]
        is_signed = any(found.is_signature_valid(one.public_key()) for one in signers)  # type: ignore[arg-type]
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise Unfit(f"It is no list of revoked certificates: {problem}") from problem
    if not signers:
        raise Unfit(f"{found.issuer.rfc4514_string()} is none of the authorities trusted here.")
    if not is_signed:
        raise Unfit("The signature of the list does not check.")
    if found.next_update_utc is not None and found.next_update_utc < at:
        raise Unfit(f"The list was to be replaced on {found.next_update_utc:%d-%m-%Y}.")
    return found


def _authorities() -> Iterator[x509.Certificate]:
    """All certificates in the files of trusted roots, intermediate ones included where operators put them."""
    yield from stamping.roots()
    for file in (settings.SEAL_TRUST_ROOTS, settings.DSC_TRUST_ROOTS):
        if Path(file).is_file():
            yield from x509.load_pem_x509_certificates(Path(file).read_bytes())


def _asked(url: str) -> bytes:
    headers = {"Accept": "application/pkix-crl"}
    return outside.ask(url, headers=headers, most=LONGEST_LIST, seconds=WAIT_SECONDS)


# --- the demonstration's own -----------------------------------------------------------------------


def issue(
    key: rsa.RSAPrivateKey, authority: x509.Certificate, revoked: Iterable[tuple[int, datetime]] = ()
) -> None:
    """Write an invented authority's list of revoked serial numbers, good as long as the authority is, and keep it."""
    now = datetime.now(UTC).replace(microsecond=0)
    name = x509.CertificateRevocationListBuilder().issuer_name(authority.subject)
    built = name.last_update(now - timedelta(days=1)).next_update(authority.not_valid_after_utc)
    for serial, at in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
        built = built.add_revoked_certificate(entry)
    keep(built.sign(key, hashes.SHA256()))
