"""Evidence as it comes with a report: checked, and kept under its hash before the report's transaction begins."""

from __future__ import annotations

from typing import Any

from documents import storing, uploads
from licensing.models import LicenceCase


def stored(case: LicenceCase, form: Any) -> dict[str, Any]:
    """What `services.report` takes as evidence; nothing without a file. Raises `uploads.UploadRefused`."""
    upload = form.cleaned_data.get("evidence")
    if not upload:
        return {}
    checked = uploads.check(upload)
    given = {"content": checked.content, "name": checked.name, "media_type": checked.media_type}
    return {"evidence": storing.store(book=case.book, **given), "evidence_name": checked.name}
