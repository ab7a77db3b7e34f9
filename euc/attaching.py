"""Attaching a file as evidence: checked, stored, recorded. The same for pages and machines."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile

from accounts.actors import Actor
from documents import storing, uploads
from euc import drafting
from euc.models import Certificate, Evidence


def attach(*, certificate: Certificate, by: Actor, kind: str, file: UploadedFile) -> Evidence:
    """Attach a file of one kind. Raises uploads.UploadRefused, and the engine's refusals."""
    checked = uploads.check(file)
    stored = storing.store(
        content=checked.content, name=checked.name, media_type=checked.media_type, book=certificate.book
    )
    return drafting.add_evidence(certificate=certificate, by=by, kind=kind, file=stored, name=checked.name)
