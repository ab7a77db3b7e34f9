"""The content of an undertaking as one JSON document (`euc-undertaking/1`): what is signed, hashed and printed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils import translation

from accounts.actors import Actor
from euc import content
from euc.models import Undertaking
from euc.models.undertaking import UndertakingClause

SCHEMA = "euc-undertaking/1"


def build(
    undertaking: Undertaking, *, by: Actor | None, signed_at: datetime | None, revision: int
) -> dict[str, Any]:
    """The whole undertaking as it stands now, every name and text copied."""
    with translation.override("en"):
        certificate = undertaking.certificate
        addressed = undertaking.addressed_to or (certificate.addressed_to if certificate else None)
        exporter = undertaking.exporter()
        rows = undertaking.rows()
        return {
            "schema": SCHEMA,
            "reference": undertaking.reference,
            "revision": revision,
            "demonstration": undertaking.importer.is_demonstration,
            "addressed_to": addressed.name if addressed else "",
            "certificate": certificate.reference if certificate else "",
            "order_number": certificate.po_number if certificate else "",
            "valid_from": undertaking.valid_from.isoformat() if undertaking.valid_from else "",
            "valid_until": undertaking.valid_until.isoformat() if undertaking.valid_until else "",
            "parties": {"importer": content.firm(undertaking.importer), "exporter": exporter},
            "clauses": [_clause(row, exporter) for row in rows if not row.clause.is_exception],
            "exceptions": [_clause(row, exporter) for row in rows if row.clause.is_exception],
            "signatory": content.signatory(by, signed_at),
        }


def _clause(row: UndertakingClause, exporter: dict[str, str]) -> dict[str, Any]:
    return {
        "code": row.clause.code,
        "version": row.clause.version,
        "title": row.clause.title,
        **row.words(exporter),
        "basis": row.clause.basis,
        "consent_authority": row.clause.consent_authority,
        "party": row.party_name,
        "party_number": row.party_number,
    }


def issue_block(
    undertaking: Undertaking, *, by: Actor, at: datetime, approver: dict[str, str]
) -> dict[str, Any]:
    """What the document says of its coming into force, copied: names may change later, this does not."""
    return {
        "issued_at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "approved_by": approver,
        "issued_by": {"name": by.name, "designation": by.designation, "authority": by.organisation.name},
        "content_hash": undertaking.content_hash,
    }
