"""Cover pages of scanned originals: the ledger as it stands is frozen, a worker prints, seals and registers it.

Refuses with the engine's WrongStatus, NotAllowed or Incomplete.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from documents import fonts
from euc import cover_printing, custody, originals
from euc.models import Certificate, OriginalEntry, TrueCopy
from workflow import engine, errands, events
from workflow.law import Miss

PRINT = "euc.print_true_copy"


@transaction.atomic
def make(*, certificate: Certificate, by: Actor, at: datetime | None = None) -> TrueCopy:
    """Owe the cover page of what has been recorded so far; asking twice of the same ledger owes it once.

    Refused before the signed document is there and before anything was scanned.
    """
    at = at or timezone.now()
    engine.lock(certificate)
    originals.may_record(certificate, by)
    if certificate.document is None:
        raise engine.WrongStatus(_("The signed document is not there yet; the cover page names its hash."))
    entries = list(certificate.original_entries.whole())
    if not any(entry.scan_id for entry in custody.counting(entries) if isinstance(entry, OriginalEntry)):
        raise engine.WrongStatus(_("Nothing has been scanned yet."))
    content = _content(certificate, entries, at=at)
    if signs := fonts.unprintable(cover_printing.printed_text(content)):
        text = _("These characters cannot be printed: %(signs)s. Please write them another way.")
        raise engine.Incomplete([Miss("", "", text % {"signs": " ".join(signs[:20])})])
    copy, is_new = TrueCopy.objects.get_or_create(
        certificate=certificate,
        entries=len(entries),
        defaults={"content": content, "requested_by": by.person, "requested_at": at},
    )
    if is_new:
        errands.owe(PRINT, subject=copy)
        events.record(
            book=certificate.book,
            subject=certificate,
            verb="euc.original.make_true_copy",
            by=by,
            at=at,
            details={"entries": copy.entries},
        )
    return copy


def _content(certificate: Certificate, entries: list[OriginalEntry], *, at: datetime) -> dict[str, Any]:
    """What the cover page says, frozen: names, hashes and stamps as they stand, nothing looked up later."""
    frozen = certificate.revisions.get(number=certificate.revision_number).content
    parties = frozen["parties"]
    return {
        "reference": certificate.reference,
        "demonstration": frozen["demonstration"],
        "importer": parties["importer"]["name"],
        "importer_zh": parties["importer"].get("name_zh", ""),
        "exporter": parties["exporter"]["name"],
        "exporter_zh": parties["exporter"].get("name_zh", ""),
        "document": certificate.document.sha256 if certificate.document else "",
        "as_of": at.isoformat(timespec="seconds"),
        "token": certificate.token,
        "entries": [
            _entry(entry)
            for entry in custody.counting(entries)
            if isinstance(entry, OriginalEntry) and entry.kind in PRINTED
        ],
    }


PRINTED = (custody.SIGNED, custody.ATTESTED, custody.SENT)


def _entry(entry: OriginalEntry) -> dict[str, Any]:
    rule = entry.step.rule if entry.step else None
    return {
        "kind": entry.kind,
        "on": entry.happened_on.isoformat() if entry.happened_on else "",
        "station": rule.name if rule else "",
        "station_zh": rule.name_zh if rule else "",
        "reference": entry.reference,
        "office": entry.office,
        "officer": entry.officer,
        "estamp": entry.estamp,
        "waybill": " ".join(filter(None, (entry.carrier, entry.waybill))),
        "scan": entry.scan.sha256 if entry.scan else "",
    }
