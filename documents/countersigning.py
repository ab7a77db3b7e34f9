"""The importer's own signature under a sealed document: made outside with its DSC, brought back, and judged here.

The file must be the sealed bytes with one more signature after them and nothing else changed. Judged in the bounded
child: the signature, its certificate's chain to DSC_TRUST_ROOTS, its validity at the time of signing, its key usage.
Then it is asked what was revoked, by OCSP and lists, and that is put behind the signature in the file that is kept.
Source: Information Technology Act, 2000, s. 3; CCA's interoperability guidelines for Digital Signature Certificates.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents import bounded, ocsp, proving, revoking, stamping

FIELD = "Importer"
CLOCKS_DIFFER_AT_MOST = timedelta(minutes=10)
REFUSALS = {
    "SIGNATURES": gettext_lazy("The file must carry exactly one signature after the seal."),
    "SEAL": gettext_lazy(
        "The seal under your signature does not hold any more. Sign the file as downloaded."
    ),
    "BROKEN": gettext_lazy("Your signature does not check: the file was changed after it was signed."),
    "CHANGED": gettext_lazy(
        "Besides the signature something else was changed in the file. Sign the file as downloaded."
    ),
    "NOT_WHOLE": gettext_lazy("Your signature does not cover the whole file."),
    "NO_TIME": gettext_lazy("The signature does not say when it was made."),
    "USAGE": gettext_lazy(
        "The certificate is not made for signing documents (digital signature or non-repudiation)."
    ),
    "UNTRUSTED": gettext_lazy(
        "The certificate does not lead to a licensed certifying authority, or was not valid when it signed."
    ),
    "REVOKED": gettext_lazy("The certificate was revoked by its certifying authority."),
    "NO_LIST": gettext_lazy(
        "The certifying authority's list of revoked certificates is not at hand just now. Try again later."
    ),
    "NO_ANSWER": gettext_lazy(
        "The certifying authority does not say just now whether the certificate was revoked. Try again later."
    ),
    "UNREADABLE": gettext_lazy("The signature in the file cannot be read."),
}
# What certificates of individuals say where others name an organisation.
PERSONAL = {"", "personal"}
_TITLES = {"mr", "mrs", "ms", "dr", "shri", "sri", "smt", "kumari"}
_FORMS = {"pvt": "private", "ltd": "limited", "co": "company", "corp": "corporation", "&": "and"}


class Refused(ValueError):
    """The file is not accepted; `message` says why, in the reader's language."""

    def __init__(self, message: str):
        self.message = message
        super().__init__(message)


class NotNow(Refused):
    """The file cannot be judged at the moment; the same file may be brought again."""


@dataclass(frozen=True)
class Countersigned:
    """What the signature says, once it was found good. `stamped_at` is a trusted authority's time, if it has one."""

    content: bytes
    subject: str
    organisation: str
    person: str
    serial: str
    issuer: str
    valid_from: datetime
    valid_until: datetime
    signed_at: datetime
    stamped_at: datetime | None
    proven: bytes = b""  # the content with its evidence behind (`documents.proving`); empty without any


def check(content: bytes, *, sealed: bytes, sealed_at: datetime, organisation: str) -> Countersigned:
    """Judge a file that should be `sealed` with the signature of `organisation`. Raises Refused."""
    found, about = _judged(content, sealed, sealed_at)
    if same_name(found.organisation) != same_name(organisation):
        text = _("The certificate names “%(found)s”; the importer is “%(wanted)s”.")
        raise Refused(text % {"found": found.organisation or "–", "wanted": organisation})
    return _proven(found, about)


def check_personal(content: bytes, *, sealed: bytes, sealed_at: datetime, person: str) -> Countersigned:
    """Judge a file that should be `sealed` with the signature of a person who signs in their own name, as by eSign.

    Their certificate names no organisation. Raises Refused.
    """
    found, about = _judged(content, sealed, sealed_at)
    if found.organisation.casefold() not in PERSONAL:
        text = _("The certificate is of an organisation, “%(found)s”, and not of a person.")
        raise Refused(text % {"found": found.organisation})
    if same_person(found.person) != same_person(person):
        text = _("The certificate names “%(found)s”; who began to sign is “%(wanted)s”.")
        raise Refused(text % {"found": found.person or "–", "wanted": person})
    return _proven(found, about)


def _judged(content: bytes, sealed: bytes, sealed_at: datetime) -> tuple[Countersigned, dict]:
    """What the signature says, whoever it names, and the child's whole answer with the certificates it rests on."""
    if len(content) > settings.VERIFY_MAX_BYTES:
        raise Refused(_("The file is larger than any certificate can be."))
    if content == sealed:
        raise Refused(_("This is the file as downloaded: it is not signed yet."))
    if not content.startswith(sealed):
        raise Refused(
            _(
                "This is not the sealed document with a signature added. Sign the file as downloaded, without "
                "printing or saving it anew."
            )
        )
    about = _asked(content)
    found = Countersigned(
        content=content,
        subject=about["subject"],
        organisation=about["organisation"],
        person=about["person"],
        serial=about["serial"],
        issuer=about["issuer"],
        valid_from=datetime.fromisoformat(about["valid_from"]),
        valid_until=datetime.fromisoformat(about["valid_until"]),
        signed_at=datetime.fromisoformat(about["signed_at"]),
        stamped_at=datetime.fromisoformat(about["stamped_at"]) if about["stamped_at"] else None,
    )
    _refuse_wrong_time(found, sealed_at)
    return found, about


def _proven(found: Countersigned, about: dict) -> Countersigned:
    """The same with what it rests on behind the signature. Raises Refused for what was revoked."""
    at = datetime.now(UTC)
    chain = [x509.load_der_x509_certificate(bytes.fromhex(one)) for one in about["chain"]]
    answers = _refuse_revoked(chain, at, found.stamped_at)
    with _bounded():
        proven = proving.kept(found.content, chain, at, stamped=found.stamped_at is not None, answers=answers)
    return replace(found, proven=proven)


def _refuse_revoked(chain: list[x509.Certificate], at: datetime, signed_by: datetime | None) -> list[bytes]:
    """Ask of each certificate below the root by OCSP where it is configured, and the lists. The answers, as DER.

    Either may say revoked. Where either is configured one of them must have spoken.
    """
    answers = []
    for issuer, one in itertools.pairwise(chain):
        try:
            answer = ocsp.asked(one, issuer)
            needed = answer is None and (revoking.is_required() or bool(settings.OCSP_URLS))
            name = one.issuer.public_bytes()
            is_listed = revoking.is_revoked(name, one.serial_number, at, signed_by=signed_by, needed=needed)
        except ocsp.NoAnswer:
            raise NotNow(str(REFUSALS["NO_ANSWER"])) from None
        except revoking.NoList:
            raise NotNow(str(REFUSALS["NO_LIST"])) from None
        if is_listed or (answer is not None and answer.counts_against(signed_by)):
            raise Refused(str(REFUSALS["REVOKED"]))
        answers += [answer.der] if answer is not None else []
    return answers


@contextlib.contextmanager
def _bounded() -> Iterator[None]:
    """What the bounded child could not do, as a refusal in words."""
    try:
        yield
    except bounded.TooCostly:
        raise Refused(_("The file is built so that reading it takes too long.")) from None
    except bounded.Busy:
        raise NotNow(_("Many files are being checked just now. Try again in a minute.")) from None


def _asked(content: bytes) -> dict:
    with _bounded():
        answer = bounded.read(
            "countersignature",
            content,
            roots=_pem(settings.DSC_TRUST_ROOTS),
            seal_roots=_pem(settings.SEAL_TRUST_ROOTS),
            stamp_roots=_pem(stamping.roots_file()),
        )
    if code := answer.get("refused"):
        raise Refused(str(REFUSALS.get(code, REFUSALS["UNREADABLE"])))
    return answer


def _refuse_wrong_time(found: Countersigned, sealed_at: datetime) -> None:
    at = found.stamped_at or found.signed_at
    earliest, latest = sealed_at - CLOCKS_DIFFER_AT_MOST, datetime.now(UTC) + CLOCKS_DIFFER_AT_MOST
    if not earliest <= at <= latest:
        raise Refused(
            _("The signature says a time before the seal or in the future. Set the clock and sign again.")
        )


def same_name(name: str) -> str:
    """A firm's name for comparison: without case, punctuation, and the ways to shorten its legal form."""
    plain = unicodedata.normalize("NFKC", name).casefold().removesuffix("(demonstration)")
    words = re.findall(r"[^\W_]+|&", plain)
    return " ".join(_FORMS.get(word, word) for word in words)


def same_person(name: str) -> list[str]:
    """A person's name for comparison: its words in any order, without case, punctuation and titles."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    spaced = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in plain)
    return sorted(word for word in spaced.split() if word not in _TITLES)


def _pem(file: Path) -> str:
    path = Path(file)
    return path.read_text() if path.is_file() else ""
