"""What every dated row says of itself: from when to when it counts, where it comes from, how sure it is."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from euc.models.dated import Dated


def rows(row: Dated) -> list[dict[str, Any]]:
    """The rows of a summary list, as label and value; what the row does not say is left out."""
    found = [
        (_("Counts from"), f"{row.effective_from:%d-%m-%Y}"),
        (_("Counts until"), f"{row.effective_until:%d-%m-%Y}" if row.effective_until else ""),
        (_("Source"), row.source),
        (_("Address of the source"), row.source_url),
        (_("Confidence"), row.get_confidence_display()),
        (_("Checked against the official text"), _("yes") if row.confirmed else _("no")),
        (_("Doubts, in words"), row.doubt),
    ]
    return [{"label": label, "value": value} for label, value in found if value]
