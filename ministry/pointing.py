"""Every event points at what changed, in the event's own transaction: nothing that counts can change unseen."""

from __future__ import annotations

from typing import Any

from ministry.models import Pointer
from workflow import events
from workflow.models import Event

CERTIFICATE, UNDERTAKING, CASE, LICENCE = "certificate", "undertaking", "case", "licence"
CONSIGNMENT, LOT, EXPORT, VISIT = "consignment", "lot", "export", "visit"

IMPORTER = "importer"  # everything that counts for one importer

SOURCE_OF = {
    "euc.certificate": CERTIFICATE,
    "euc.undertaking": UNDERTAKING,
    "licensing.licencecase": CASE,
    "licensing.licence": LICENCE,
    "shipments.consignment": CONSIGNMENT,
    "shipments.lot": LOT,
    "shipments.exportitem": EXPORT,
    "shipments.visit": VISIT,
}


def listen() -> None:
    events.recorded.connect(point, dispatch_uid="ministry.point")


def _moved(event: Event) -> bool:
    """Whether an importer is in another state now, or may be."""
    is_change = event.verb == "accounts.organisation.change"
    return is_change and not {"state_code", "gstin"}.isdisjoint(event.details.get("fields", ()))


def point(sender: type[Event], events: list[Event], **_others: Any) -> None:
    """Leave a pointer for each subject that counts."""
    pointed = [(SOURCE_OF[e.subject_type], e.subject_id) for e in events if e.subject_type in SOURCE_OF]
    pointed += [(IMPORTER, event.subject_id) for event in events if _moved(event)]
    if pointed:
        Pointer.objects.bulk_create([Pointer(source=source, ref=ref) for source, ref in pointed])
