"""Is this file one of ours? The register decides; signatures only explain what was not registered."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from documents import bounded, stamping
from documents.models import Document

MAX_REVISIONS = 6
MAX_SIGNATURES = 4


class Problem(models.TextChoices):
    """Why bytes that are not registered could not be looked into."""

    EMPTY = "EMPTY", _("The file is empty.")
    TOO_LARGE = "TOO_LARGE", _("The file is larger than any certificate.")
    NOT_A_PDF = "NOT_A_PDF", _("The file is not a PDF.")
    TOO_MANY_REVISIONS = "TOO_MANY_REVISIONS", _("The file was changed more often than a certificate can be.")
    TOO_MANY_SIGNATURES = (
        "TOO_MANY_SIGNATURES",
        _("The file has more signatures than a certificate can have."),
    )
    UNREADABLE = "UNREADABLE", _("The file is damaged and cannot be read.")
    TOO_COSTLY = "TOO_COSTLY", _("The file is built so that reading it takes too long.")
    BUSY = "BUSY", _("Many files are being checked just now. Try again in a minute.")


@dataclass(frozen=True)
class SignatureFinding:
    """What one signature of an unregistered file says. None of it makes the file genuine."""

    field: str
    subject: str
    signed_at: datetime | None  # as the signer says
    stamped_at: datetime | None = None  # as a trusted time-stamping authority says
    intact: bool = False
    valid: bool = False
    trusted: bool = False
    whole_file: bool = False
    unchanged: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Finding:
    """The answer about some bytes. They are genuine only when `document` is set."""

    sha256: str
    document: Document | None = None
    signatures: list[SignatureFinding] = field(default_factory=list)
    problem: Problem | None = None

    @property
    def is_genuine(self) -> bool:
        return self.document is not None


def examine(content: bytes) -> Finding:
    """Look `content` up in the register; only unregistered bytes are parsed, in a bounded child process."""
    sha256 = hashlib.sha256(content).hexdigest()
    if document := registered(sha256):
        return Finding(sha256, document)
    try:
        return Finding(sha256, signatures=signatures_of(content))
    except NotRead as stopped:
        return Finding(sha256, problem=stopped.problem)


def registered(sha256: str) -> Document | None:
    """The register's document with exactly these bytes."""
    return Document.objects.select_related("file").filter(sha256=sha256).first()


class NotRead(Exception):
    """The bytes were not looked into; `problem` says why."""

    def __init__(self, problem: Problem):
        self.problem = problem
        super().__init__(problem.value)


def signatures_of(content: bytes) -> list[SignatureFinding]:
    """What the signatures in `content` say, read in a bounded child process. Raises `NotRead`."""
    if problem := _too_much(content):
        raise NotRead(problem)
    try:
        answer = bounded.read(
            "signatures",
            content,
            roots=_pem(Path(settings.SEAL_TRUST_ROOTS)),
            stamp_roots=_pem(stamping.roots_file()),
        )
    except bounded.TooCostly:
        raise NotRead(Problem.TOO_COSTLY) from None
    except bounded.Busy:
        raise NotRead(Problem.BUSY) from None
    if refused := answer.get("refused"):
        raise NotRead(Problem(refused))
    return [_finding(about) for about in answer["signatures"]]


def _too_much(content: bytes) -> Problem | None:
    """What plain counting already says against parsing."""
    if not content:
        return Problem.EMPTY
    if len(content) > settings.VERIFY_MAX_BYTES:
        return Problem.TOO_LARGE
    if not content.startswith(b"%PDF-"):
        return Problem.NOT_A_PDF
    if content.count(b"startxref") > MAX_REVISIONS:
        return Problem.TOO_MANY_REVISIONS
    if content.count(b"/ByteRange") > MAX_SIGNATURES:
        return Problem.TOO_MANY_SIGNATURES
    return None


def _pem(file: Path) -> str:
    return file.read_text() if file.is_file() else ""


def _finding(about: dict) -> SignatureFinding:
    signed_at, stamped_at = _moment(about.pop("signed_at")), _moment(about.pop("stamped_at"))
    return SignatureFinding(signed_at=signed_at, stamped_at=stamped_at, **about)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
