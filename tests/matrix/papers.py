"""An importer's certificates and undertakings for the matrix, with every text marked by who may read it."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from documents import storing
from euc import (
    countersigning,
    drafting,
    originals,
    pledges,
    services,
    true_copies,
)
from euc.demonstration import EXPORTER
from euc.kinds import EvidenceKind
from euc.models import (
    AttestationRule,
    Certificate,
    Countersignature,
    Party,
    TrueCopy,
    Undertaking,
)
from euc.models.certificate import today
from workflow.models import Errand


def dead_errand(mark, certificate) -> Errand:
    """The errand that prints this certificate, given up."""
    errand = Errand.objects.get(kind="euc.print_certificate", subject_id=certificate.pk)
    Errand.objects.filter(pk=errand.pk).update(
        state=Errand.DEAD, attempts=5, last_error=mark("errand", "errand.last_error")
    )
    return errand


def certificates(mark, drafter, signatory, reviewers) -> dict[str, Certificate]:
    """An importer's certificates, one in every stage."""
    officer, senior = reviewers["officer"], reviewers["senior"]

    def new(audience="submitted", public=None):
        return _complete(mark, drafter, audience, public or audience)

    def submitted(**given):
        certificate = new(**given)
        for one in certificate.inspected():
            mark_of = mark(given.get("audience", "submitted"), "finding_answer.text")
            drafting.answer_finding(
                certificate=certificate, by=drafter, fingerprint=one.finding.fingerprint, text=mark_of
            )
        services.submit(certificate=certificate, by=signatory, notice_seen=True)
        return certificate

    def approved(**given):
        certificate = submitted(**given)
        services.approve(certificate=certificate, by=officer, seen_hash=certificate.content_hash)
        return certificate

    def issued():
        certificate = approved(public="public")
        services.issue(certificate=certificate, by=senior, seen_hash=certificate.content_hash)
        certificate = _with_document(mark, certificate)
        _sign_in_ink(mark, certificate, signatory)
        return certificate

    made = {
        "DRAFT": new(audience="draft"),
        "SUBMITTED": submitted(),
        "RETURNED": submitted(),
        "APPROVED": approved(),
        "ISSUED": issued(),
        "REVOKED": issued(),
        "REJECTED": submitted(),
        "WITHDRAWN": submitted(),
    }
    reason = {name: mark("submitted", f"{name} reason") for name in made}
    _type_half(mark, made["DRAFT"], drafter)
    _remark(made["SUBMITTED"], officer, mark("remark", "comment.text"))
    _remark(made["RETURNED"], officer, mark("submitted", "comment.text"))
    services.send_back(certificate=made["RETURNED"], by=officer, reason=reason["RETURNED"])
    _mend(mark, made["RETURNED"], drafter)
    services.revoke(certificate=made["REVOKED"], by=senior, reason=reason["REVOKED"])
    services.reject(certificate=made["REJECTED"], by=officer, reason=reason["REJECTED"])
    services.withdraw(certificate=made["WITHDRAWN"], by=drafter, reason=reason["WITHDRAWN"])
    return {name: Certificate.objects.get(pk=row.pk) for name, row in made.items()}


def undertakings(mark, drafter, signatory, reviewers) -> dict[str, Undertaking]:
    """Undertakings for a period, by the steps they have taken."""
    officer = reviewers["officer"]

    def new(audience):
        undertaking = pledges.start(by=drafter)
        columns = {
            "exporter_name": mark(audience, "undertaking.exporter_name"),
            "exporter_name_zh": f"公司 {mark(audience, 'undertaking.exporter_name_zh')}",
            "valid_from": today(),
            "valid_until": today() + timedelta(days=90),
        }
        recycler = {"EX_SCRAP": (mark(audience, "undertaking.party_name"), "")}
        pledges.record(
            undertaking=undertaking, by=drafter, columns=columns, codes={"EX_SCRAP"}, parties=recycler
        )
        return undertaking

    made = {"NRU-DRAFT": new("draft"), "NRU-SIGNED": new("submitted"), "NRU-APPROVED": new("submitted")}
    made["NRU-RETURNED"] = new("submitted")
    for stage in ("NRU-SIGNED", "NRU-APPROVED", "NRU-RETURNED"):
        pledges.sign(undertaking=made[stage], by=signatory, notice_seen=True)
    reason = mark("submitted", "undertaking reason")
    pledges.send_back(undertaking=made["NRU-RETURNED"], by=officer, reason=reason)
    approved = made["NRU-APPROVED"]
    pledges.approve(undertaking=approved, by=officer, seen_hash=approved.content_hash)
    return {stage: Undertaking.objects.get(pk=row.pk) for stage, row in made.items()}


def _complete(mark, by, audience, public) -> Certificate:
    """A complete draft; `public` texts stand on the verification page once it is issued."""
    certificate = services.start(by=by)
    drafting.record_parties(
        certificate=certificate, by=by, parties={Party.Role.EXPORTER: _exporter(mark, audience, public)}
    )
    order = {
        "po_number": mark(public, "po_number"),
        "po_date": today() - timedelta(days=20),
        "contract_number": mark(audience, "contract_number"),
    }
    drafting.record_order(certificate=certificate, by=by, order=order)
    line = drafting.add_line(certificate=certificate, by=by)
    drafting.record_line(certificate=certificate, by=by, line=line, columns=_goods(mark, audience, public))
    drafting.record_end_use(certificate=certificate, by=by, columns=_end_use(mark, audience, public))
    for kind in (EvidenceKind.COMPOSITION_REPORT, EvidenceKind.BOARD_RESOLUTION):
        _attach(mark, certificate, by, kind, audience)
    return Certificate.objects.get(pk=certificate.pk)


def _exporter(mark, audience, public) -> dict[str, str]:
    return {
        "name": mark(public, "exporter.name"),
        "name_zh": f"公司 {mark(public, 'exporter.name_zh')}",
        "address": mark(audience, "exporter.address"),
        "address_zh": f"地址 {mark(audience, 'exporter.address_zh')}",
        "country": "CN",
        "registration": EXPORTER["uscc"],
        "phone": mark(audience, "exporter.phone"),
        "email": mark.email(audience, "exporter.email"),
        "website": f"https://{mark(audience, 'exporter.website')}.example",
    }


def _goods(mark, audience, public) -> dict[str, Any]:
    texts = ("dimensions", "coating", "laboratory", "method", "report_number")
    return {
        "description": mark(public, "goods.description"),
        "description_zh": f"磁体 {mark(public, 'goods.description_zh')}",
        "grade": mark(public, "goods.grade"),
        "control_codes": mark(public, "goods.control_codes"),
        "family": "NDFEB_SINTERED",
        "itc_hs": "85051190",
        "cn_hs": "8505111000",
        "net_weight_mg": 1_200_000_000,
        "pieces": mark.number(public),
        "value": Decimal("84000.00"),
        "currency": "USD",
        "dy": Decimal("2.5"),
        "tb": Decimal("0.3"),
        **{name: mark(audience, f"goods.{name}") for name in texts},
    }


def _end_use(mark, audience, public) -> dict[str, Any]:
    texts = ("product", "model", "oem", "plant_name", "plant_address", "position", "destination_market")
    return {
        "sector": "EV_TWO_WHEELER",
        "purpose": f"Rotor magnets of one named hub motor of one maker {mark(public, 'end_use.purpose')}",
        "purpose_zh": f"转子 {mark(public, 'end_use.purpose_zh')}",
        "magnet_per_unit_mg": 950_000,
        "units_per_year": 24_000,
        "is_civil": True,
        **{name: mark(audience, f"end_use.{name}") for name in texts},
    }


def _picture(text: str) -> bytes:
    """A PNG with a text inside."""
    told, target = PngInfo(), io.BytesIO()
    told.add_text("Comment", text)
    Image.new("RGB", (8, 8), "teal").save(target, "PNG", pnginfo=told)
    return target.getvalue()


def _attach(mark, certificate, by, kind, audience) -> None:
    is_draft = audience in {"draft", "mended"}
    name = f"{mark('draftfile' if is_draft else 'filename', 'evidence.name')}.png"
    content = _picture(mark("draft" if is_draft else "file", "evidence bytes"))
    file = storing.store(content=content, name=name, media_type="image/png", book=certificate.book)
    drafting.add_evidence(certificate=certificate, by=by, kind=kind, file=file, name=name)


def _countersign(mark, paper, kind) -> None:
    at = timezone.now()
    document = storing.register(
        content=b"%PDF-1.7 " + mark("submitted", "signed bytes").encode(),
        kind=kind,
        reference=paper.reference,
        revision=paper.revision_number,
        content_hash=paper.content_hash,
        signer_subject="CN=Importer",
        signed_at=at,
        page_count=2,
        book=paper.book,
        name=f"{paper.slug}-signed.pdf",
    )
    Countersignature.objects.create(
        **countersigning.which(paper),
        revision=paper.revision_number,
        document=document,
        subject=mark("submitted", "countersignature.subject"),
        serial="0a",
        issuer="CN=Authority",
        valid_from=at,
        valid_until=at,
        signed_at=at,
        brought_by=paper.created_by,
    )


def _with_document(mark, certificate) -> Certificate:
    _seal(mark, certificate, "euc.certificate", "document bytes")
    _countersign(mark, certificate, countersigning.KIND)
    undertaking = certificate.undertakings.get()
    _seal(mark, undertaking, "euc.undertaking", "undertaking bytes")
    _countersign(mark, undertaking, countersigning.UNDERTAKING_KIND)
    certificate.refresh_from_db()
    return certificate


def _seal(mark, paper, kind, place) -> None:
    """A stand-in for the sealed PDF: what matters here is who gets the bytes."""
    document = storing.register(
        content=b"%PDF-1.7 " + mark("submitted", place).encode(),
        kind=kind,
        reference=paper.reference,
        revision=paper.revision_number,
        content_hash=paper.content_hash,
        signer_subject="CN=Seal",
        signed_at=timezone.now(),
        page_count=2,
        book=paper.book,
        name=f"{paper.slug}.pdf",
    )
    type(paper).objects.filter(pk=paper.pk).update(document=document)


def _sign_in_ink(mark, certificate, by) -> None:
    """The paper original: signed and scanned, with one more office on its way."""
    content = b"%PDF-scan " + mark("file", "scan bytes").encode()
    scan = storing.store(
        content=content, name="scan.pdf", media_type="application/pdf", book=certificate.book
    )
    originals.record(
        certificate=certificate,
        by=by,
        kind="SIGNED",
        happened_on=today(),
        facts={"officer": mark("submitted", "original.officer"), "note": mark("submitted", "original.note")},
        scan=scan,
        scan_name=f"{mark('filename', 'original.scan_name')}.pdf",
    )
    cover = storing.register(
        content=b"%PDF-1.7 cover " + mark("submitted", "cover bytes").encode(),
        kind="euc.true_copy",
        reference=certificate.reference,
        revision=1,
        content_hash="0" * 64,
        signer_subject="CN=Seal",
        signed_at=timezone.now(),
        page_count=1,
        book=certificate.book,
        name="cover.pdf",
    )
    copy = true_copies.make(certificate=certificate, by=by)
    TrueCopy.objects.filter(pk=copy.pk).update(document=cover)
    chamber = AttestationRule.objects.get(code="CHAMBER")
    originals.add_station(certificate=certificate, by=by, rule=chamber)


def _type_half(mark, certificate, by) -> None:
    drafting.keep_typed(
        certificate=certificate,
        by=by,
        page="order",
        typed={"po_number": [mark("draft", "scratch.typed")], "po_date": [mark("draft", "scratch.typed")]},
        errors={"po_date": [{"message": mark("draft", "scratch.errors"), "code": "invalid"}]},
    )


def _remark(certificate, by, text) -> None:
    services.comment(certificate=certificate, by=by, page="order", field="po_number", text=text)


def _mend(mark, certificate, by) -> None:
    """What was typed since the return is the importer's own until it is submitted again."""
    line = drafting.add_line(certificate=certificate, by=by)
    drafting.record_line(certificate=certificate, by=by, line=line, columns=_goods(mark, "mended", "mended"))
    drafting.record_end_use(certificate=certificate, by=by, columns=_end_use(mark, "mended", "mended"))
    _attach(mark, certificate, by, EvidenceKind.PRODUCT_DRAWING, "mended")
