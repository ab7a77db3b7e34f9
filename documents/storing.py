"""Keeping bytes: content-addressed files under FILES_DIR and their rows. Bytes never change."""

import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from documents.models import BOOK, Document, StoredFile


class Corrupted(Exception):
    """Bytes on disk are gone or are not the bytes that were stored."""


def path_of(book: str, sha256: str) -> Path:
    """Where the bytes of one book lie; the name is their SHA-256, never a person's words."""
    BOOK(book)
    return Path(settings.FILES_DIR) / book / sha256[:2] / sha256


def store(*, content: bytes, name: str, media_type: str, book: str) -> StoredFile:
    """Keep `content` for `book` and return its row; the same bytes again give the same row.

    Safe against a crash at any point: bytes reach the disk before their row exists.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    _write(path_of(book, sha256), content)
    values = {"size": len(content), "media_type": media_type, "name": name[:200]}
    file, _created = StoredFile.objects.get_or_create(book=book, sha256=sha256, defaults=values)
    return file


def read(file: StoredFile) -> bytes:
    """Return the stored bytes, hashed anew. Raises `Corrupted` when they are not what was stored."""
    try:
        content = path_of(file.book, file.sha256).read_bytes()
    except FileNotFoundError as gone:
        raise Corrupted(f"{file.sha256} of {file.book} is missing.") from gone
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise Corrupted(f"{file.sha256} of {file.book} has changed on disk.")
    return content


def register(
    *,
    content: bytes,
    kind: str,
    reference: str,
    revision: int,
    content_hash: str,
    signer_subject: str,
    signed_at: datetime,
    page_count: int,
    book: str,
    name: str,
) -> Document:
    """Store a sealed PDF and enter it in the register, once per kind, reference and revision.

    Whoever comes second (a repeated errand) gets the document that was registered first.
    """
    known = Document.objects.filter(kind=kind, reference=reference, revision=revision)
    if first := known.first():
        return first
    try:
        with transaction.atomic():
            file = store(content=content, name=name, media_type="application/pdf", book=book)
            return Document.objects.create(
                file=file,
                sha256=file.sha256,
                kind=kind,
                reference=reference,
                revision=revision,
                content_hash=content_hash,
                signer_subject=signer_subject[:500],
                signed_at=signed_at,
                page_count=page_count,
            )
    except IntegrityError:
        if first := known.first():
            return first
        raise


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        if path.read_bytes() != content:
            raise Corrupted(f"{path.name} has changed on disk.")
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(descriptor, 0o440)
            os.fsync(descriptor)
        os.rename(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put(path: Path, content: bytes) -> None:
    """Write a file that only this user reads, whole or not at all, in the place of one before it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    new.replace(path)
