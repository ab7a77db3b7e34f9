"""What anybody may learn about a certificate or an undertaking: an allow-list of fields, and whether it holds now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet

from documents.models import Document
from euc import countersigning, workflow
from euc.models import Certificate, Revision, SignedUndertaking, Undertaking


@dataclass(frozen=True)
class PublicView:
    """The public face of one issued certificate. Quantities that remain, prices and evidence are not part of it."""

    reference: str
    status: str
    in_force: bool
    issued_at: datetime
    valid_from: date
    valid_until: date
    ended_at: datetime | None
    replaced_by: str
    replaces: str
    demonstration: bool
    importer: dict[str, Any]
    exporter: dict[str, Any]
    end_user: dict[str, Any]
    order_number: str
    goods: list[dict[str, Any]]
    purpose: str
    purpose_zh: str
    undertakings: list[dict[str, Any]]
    authority: str
    sha256: str
    signer: str

    kind = "certificate"

    @property
    def tone(self) -> str:
        return "success" if self.in_force else "danger" if self.status == workflow.REVOKED else "warning"

    @property
    def status_label(self) -> Any:
        return workflow.LABELS[self.status]


@dataclass(frozen=True)
class PublicUndertaking:
    """The public face of one undertaking that was in force: who promised what, and whether it holds."""

    reference: str
    status: str
    in_force: bool
    since: datetime
    ended_at: datetime | None
    demonstration: bool
    importer: dict[str, Any]
    exporter: dict[str, Any]
    certificate: str
    valid_from: date | None
    valid_until: date | None
    clauses: list[dict[str, Any]]
    broken: list[str]
    authority: str
    sha256: str
    signer: str

    kind = "undertaking"

    @property
    def tone(self) -> str:
        bad = {workflow.REVOKED, workflow.BREACHED}
        return "success" if self.in_force else "danger" if self.status in bad else "warning"

    @property
    def status_label(self) -> Any:
        return workflow.LABELS[self.status]


MASS_BALANCE, CONSUMPTION, DELIVERY = "euc.mass_balance", "euc.consumption", "euc.delivery"
ABOUT_A_CERTIFICATE = frozenset(
    {"euc.dossier", countersigning.KIND, countersigning.PROVEN, MASS_BALANCE, CONSUMPTION, DELIVERY}
)
ABOUT_AN_UNDERTAKING = frozenset({countersigning.UNDERTAKING_KIND, countersigning.UNDERTAKING_PROVEN})
CLAUSE_FIELDS = ("code", "version", "en", "zh", "hi")
PARTY_FIELDS = ("name", "name_zh", "name_hi", "country")
GOODS_FIELDS = (
    "line",
    "description",
    "description_zh",
    "family",
    "grade",
    "net_weight_mg",
    "pieces",
    "control_codes",
)


# What the public view reads of a certificate; its other columns stay where they are.
CERTIFICATE_FIELDS = (
    "reference",
    "status",
    "issued_at",
    "valid_from",
    "valid_until",
    "ended_at",
    "end_reason",
    "supersedes__reference",
    "issue_block",
    "document__sha256",
    "document__signer_subject",
)


def by_token(token: str) -> PublicView | None:
    """The public view behind a QR code; None for an unknown token and for what was never issued."""
    token = token.strip().lower()
    if not (token.isascii() and token.isalnum()):
        return None
    return _of_one(certificate__token=token, certificate__status__in=workflow.WAS_ISSUED)


def of_document(document: Document) -> PublicView | PublicUndertaking | None:
    """The public view of what a registered file belongs to: a certificate, its paper's cover page, an undertaking."""
    if document.kind == "euc.true_copy":
        return _of_one(certificate__true_copies__document=document)
    if document.kind in ABOUT_A_CERTIFICATE:
        return _of_one(certificate__reference=document.reference)
    if document.kind in ABOUT_AN_UNDERTAKING:
        return _undertaking(undertaking__reference=document.reference)
    return _of_one(certificate__document=document) or _undertaking(undertaking__document=document)


def undertaking_by_token(token: str) -> PublicUndertaking | None:
    """The public view behind an undertaking's QR code; None for what was never in force."""
    return _undertaking(undertaking__token=token.strip().lower())


def _undertaking(**which: Any) -> PublicUndertaking | None:
    current = SignedUndertaking.objects.filter(
        number=F("undertaking__revision_number"), undertaking__status__in=workflow.WAS_IN_FORCE
    )
    signed = current.select_related("undertaking__document").filter(**which).first()
    if signed is None:
        return None
    undertaking, content, document = signed.undertaking, signed.content, signed.undertaking.document
    clauses = [*content["clauses"], *content["exceptions"]]
    return PublicUndertaking(
        reference=undertaking.reference,
        status=undertaking.status,
        in_force=undertaking.is_in_force(),
        since=undertaking.brought_at,
        ended_at=undertaking.ended_at,
        demonstration=content["demonstration"],
        importer=_only(content["parties"]["importer"], PARTY_FIELDS),
        exporter=_only(content["parties"]["exporter"], PARTY_FIELDS),
        certificate=content["certificate"],
        valid_from=undertaking.valid_from,
        valid_until=undertaking.valid_until,
        clauses=[_only(clause, CLAUSE_FIELDS) for clause in clauses],
        broken=[clause["en"] for clause in clauses if clause["code"] in undertaking.concerns],
        authority=undertaking.issue_block["issued_by"]["authority"],
        sha256=document.sha256 if document else "",
        signer=document.signer_subject if document else "",
    )


def _of_one(**which: Any) -> PublicView | None:
    revision = _revisions().filter(**which).first()
    return _of_revision(revision) if revision else None


def _revisions() -> QuerySet[Revision]:
    """The revision that counts of each certificate, with the certificate and its document: one query."""
    fields = [f"certificate__{name}" for name in CERTIFICATE_FIELDS]
    current = Revision.objects.filter(number=F("certificate__revision_number")).order_by()
    related = current.select_related("certificate__document", "certificate__supersedes")
    return related.only("content", *fields)


def _of_revision(revision: Revision) -> PublicView:
    certificate, content = revision.certificate, revision.content
    document = certificate.document
    parties = content["parties"]
    references = [undertaking["reference"] for undertaking in content["undertakings"]]
    states = dict(Undertaking.objects.filter(reference__in=references).values_list("reference", "status"))
    return PublicView(
        reference=certificate.reference,
        status=_status(certificate),
        in_force=certificate.is_in_force(),
        issued_at=certificate.issued_at,
        valid_from=certificate.valid_from,
        valid_until=certificate.valid_until,
        ended_at=certificate.ended_at,
        replaced_by=certificate.end_reason if certificate.status == workflow.SUPERSEDED else "",
        replaces=certificate.supersedes.reference if certificate.supersedes else "",
        demonstration=content["demonstration"],
        importer=_only(parties["importer"], PARTY_FIELDS),
        exporter=_only(parties["exporter"], PARTY_FIELDS),
        end_user=_only(parties["end_user"], PARTY_FIELDS),
        order_number=content["order"]["number"],
        goods=[_only(line, GOODS_FIELDS) for line in content["goods"]],
        purpose=content["end_use"]["purpose"],
        purpose_zh=content["end_use"]["purpose_zh"],
        undertakings=[
            {**undertaking, "status": states[undertaking["reference"]]}
            for undertaking in content["undertakings"]
        ],
        authority=certificate.issue_block["issued_by"]["authority"],
        sha256=document.sha256 if document else "",
        signer=document.signer_subject if document else "",
    )


def _status(certificate: Certificate) -> str:
    """Past its last day it is expired, even before the clock has said so."""
    if certificate.status == workflow.ISSUED and not certificate.is_in_force():
        return workflow.EXPIRED
    return certificate.status


def _only(given: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: given.get(name, "") for name in names}


def status_of(document: Document) -> dict[str, Any]:
    """For machines: the status of the paper behind a registered document."""
    view = of_document(document)
    if view is None:
        return {"reference": document.reference, "status": "UNKNOWN", "in_force": False}
    return {
        "reference": view.reference,
        "status": view.status,
        "in_force": view.in_force,
        "valid_from": view.valid_from.isoformat() if view.valid_from else "",
        "valid_until": view.valid_until.isoformat() if view.valid_until else "",
    }
