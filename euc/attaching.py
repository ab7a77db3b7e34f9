"""Attaching a file that `documents.uploads` checked as evidence. The same for pages and machines."""

from __future__ import annotations

from accounts.actors import Actor
from documents import storing
from documents.uploads import CheckedUpload
from euc import drafting
from euc.models import Certificate, Evidence


def attach(
    *, certificate: Certificate, by: Actor, kind: str, checked: CheckedUpload, line: int | None = None
) -> Evidence:
    """Store the file and attach it as evidence, of one goods line or of all. Raises the engine's refusals."""
    stored = storing.store(
        content=checked.content, name=checked.name, media_type=checked.media_type, book=certificate.book
    )
    return drafting.add_evidence(
        certificate=certificate, by=by, kind=kind, file=stored, name=checked.name, line=line
    )
