"""The content of a revision as one JSON document (`euc-certificate/1`): built, hashed, compared.

It is what the signatory signs, the officers approve by its hash, the PDF prints and the machine reads.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import translation

from accounts.actors import Actor
from accounts.models import Organisation
from euc import assessing
from euc.models import Certificate, EndUse, GoodsLine, Party, Undertaking

SCHEMA = "euc-certificate/1"


def build(
    certificate: Certificate, *, by: Actor | None, signed_at: datetime | None, revision: int
) -> dict[str, Any]:
    """The whole certificate as it stands now, every name and text copied. Weights are whole milligrams.

    Labels are English whatever language the person at the screen reads: one content, one hash.
    """
    with translation.override("en"):
        return _build(certificate, by=by, signed_at=signed_at, revision=revision)


def _build(
    certificate: Certificate, *, by: Actor | None, signed_at: datetime | None, revision: int
) -> dict[str, Any]:
    importer = firm(certificate.importer)
    parties = certificate.parties_by_role()
    exporter = parties.get(Party.Role.EXPORTER)
    consignee, end_user = parties.get(Party.Role.CONSIGNEE), parties.get(Party.Role.END_USER)
    return {
        "schema": SCHEMA,
        "reference": certificate.reference,
        "revision": revision,
        "template": certificate.template,
        "demonstration": certificate.importer.is_demonstration,
        "parties": {
            "exporter": _party(exporter) if exporter else {},
            "importer": importer,
            "consignee": _party(consignee) if consignee else importer,
            "end_user": _party(end_user) if end_user else importer,
        },
        "order": {
            "number": certificate.po_number,
            "date": certificate.po_date.isoformat() if certificate.po_date else "",
            "contract_number": certificate.contract_number,
        },
        "goods": _goods(certificate.lines(), signed_at),
        "end_use": end_use_as_signed(certificate.end_use),
        "undertakings": [_undertaking(u) for u in certificate.promises() if u.rows()],
        "evidence": [
            {
                "kind": evidence.kind,
                "kind_label": str(evidence.get_kind_display()),
                "line": evidence.line,
                "name": evidence.name,
                "sha256": evidence.file.sha256,
                "size": evidence.file.size,
            }
            for evidence in certificate.current_evidence()
        ],
        "signatory": signatory(by, signed_at),
    }


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON; the hash that approvals are bound to."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def firm(firm: Organisation) -> dict[str, Any]:
    """An organisation as a party, with its identifiers as they stand on record now."""
    place = firm.address
    for part in (firm.city, firm.postcode):
        place = place if not part or part in place else f"{place}, {part}".removeprefix(", ")
    identifiers = {
        "IEC": firm.iec,
        "PAN": firm.pan,
        "GSTIN": firm.gstin,
        "CIN": firm.cin,
        "LLPIN": firm.llpin,
    }
    return {
        "name": firm.name,
        "name_zh": firm.name_zh,
        "name_hi": firm.name_hi,
        "address": place,
        "address_zh": firm.address_zh,
        "country": firm.country,
        "identifiers": {name: value for name, value in identifiers.items() if value},
        "phone": firm.phone,
        "email": firm.email,
        "website": firm.website,
    }


def _party(party: Party) -> dict[str, Any]:
    label = "USCC" if party.country == "CN" else "Registration"
    return {
        "name": party.name,
        "name_zh": party.name_zh,
        "name_hi": "",
        "address": party.address,
        "address_zh": party.address_zh,
        "country": party.country,
        "identifiers": {label: party.registration} if party.registration else {},
        "phone": party.phone,
        "email": party.email,
        "website": party.website,
    }


def _goods(lines: list[GoodsLine], signed_at: datetime | None) -> list[dict[str, Any]]:
    """Each line with what the control rules said of it on the day in China on which it is signed."""
    assessed = assessing.frozen(lines, signed_at)
    return [line_as_signed(line) | {"assessment": found} for line, found in zip(lines, assessed, strict=True)]


def line_as_signed(line: GoodsLine) -> dict[str, Any]:
    """One goods line, without what the rules say of it."""
    copied = ("description", "description_zh", "family", "form", "grade", "dimensions", "coating", "laboratory",
              "method", "report_number", "itc_hs", "cn_hs", "control_codes", "net_weight_mg", "pieces",
              "currency")  # fmt: skip
    return {
        "line": line.number,
        **{name: getattr(line, name) for name in copied},
        "composition": {symbol: _plain(value) for symbol, value in line.composition().items()},
        "value": str(line.value) if line.value is not None else "",
    }


def _plain(value: Any) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def end_use_as_signed(use: EndUse) -> dict[str, Any]:
    """What the goods are for."""
    copied = ("sector", "product", "model", "oem", "plant_name", "plant_address", "position", "purpose",
              "purpose_zh", "magnet_per_unit_mg", "units_per_year", "destination_market", "is_civil")  # fmt: skip
    return {
        "sector_label": str(use.get_sector_display()) if use.sector else "",
        **{name: getattr(use, name) for name in copied},
    }


def _undertaking(undertaking: Undertaking) -> dict[str, Any]:
    exporter = undertaking.exporter()
    return {
        "reference": undertaking.reference,
        "clauses": [
            {
                "code": row.clause.code,
                "version": row.clause.version,
                "title": row.clause.title,
                **row.words(exporter),
                "basis": row.clause.basis,
            }
            for row in undertaking.rows()
        ],
    }


def signatory(by: Actor | None, signed_at: datetime | None) -> dict[str, Any]:
    if by is None or signed_at is None:
        return {"name": "", "designation": "", "authority": "", "signed_at": ""}
    return {
        "name": by.name,
        "designation": by.designation,
        "authority": by.authority_reference,
        "signed_at": signed_at.astimezone(UTC).isoformat(timespec="seconds"),
    }


@dataclass(frozen=True)
class Difference:
    """One value that changed between two revisions; `path` such as `goods.1.grade`."""

    path: str
    before: str
    after: str


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """What changed, field by field, without the fields that change with every revision."""
    old, new = _flat(before), _flat(after)
    paths = sorted(set(old) | set(new))
    found = (Difference(path, old.get(path, ""), new.get(path, "")) for path in paths)
    return [d for d in found if d.before != d.after and d.path not in {"revision", "signatory.signed_at"}]


def _flat(value: Any, path: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        items = [(str(key), inner) for key, inner in value.items()]
    elif isinstance(value, list):
        items = [(str(number), inner) for number, inner in enumerate(value, 1)]
    else:
        return {path: "" if value is None else str(value)}
    flat: dict[str, str] = {}
    for key, inner in items:
        flat.update(_flat(inner, f"{path}.{key}" if path else key))
    return flat
