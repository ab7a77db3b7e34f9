"""Invented certificates in every stage, made through the services so that no status is one the law forbids."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts import actors, demonstration
from accounts.actors import Actor
from accounts.models import User
from documents import storing
from documents.models import StoredFile
from euc import completeness, drafting, originals, pledges, reference, releasing, ruling, services
from euc.kinds import EvidenceKind, Template
from euc.models import Certificate, Party, Policy
from euc.models.certificate import today
from euc.screening import services as screening

EXPORTER = demonstration.EXPORTERS["ningbo"]
GOODS: dict[str, Any] = {
    "description": "Sintered NdFeB magnet, arc segment, for hub motor rotor",
    "description_zh": "烧结钕铁硼磁体，弧形，用于轮毂电机转子",
    "family": "NDFEB_SINTERED",
    "grade": "N42UH",
    "dimensions": "32 x 14 x 3.2 mm, R 68",
    "coating": "Epoxy",
    "laboratory": "Demonstration Materials Laboratory",
    "method": "ICP-OES",
    "report_number": "DML-2026-0417",
    "itc_hs": "85051190",
    "cn_hs": "8505111000",
    "control_codes": "1C904.a, 1C905.a",
    "net_weight_mg": 1_200_000_000,
    "pieces": 110_000,
    "value": Decimal("84000.00"),
    "currency": "USD",
    "nd": Decimal("27.5"),
    "pr": Decimal("1.2"),
    "dy": Decimal("2.5"),
    "tb": Decimal("0.3"),
}
SECOND_LINE = GOODS | {
    "description": "Sintered NdFeB ring magnet for position sensing",
    "description_zh": "烧结钕铁硼环形磁体，用于转子位置检测",
    "grade": "N38SH",
    "dimensions": "OD 22 x ID 12 x 4 mm",
    "coating": "Ni-Cu-Ni",
    "control_codes": "1C905.a",
    "net_weight_mg": 36_500_500,
    "pieces": 4_400,
    "value": Decimal("3190.50"),
    "dy": Decimal("0.9"),
    "tb": Decimal("0"),
}
END_USE: dict[str, Any] = {
    "sector": "EV_TWO_WHEELER",
    "product": "Hub motor for an electric scooter",
    "model": "HM-3 (demonstration)",
    "oem": "Sahyadri EV Motors Private Limited (demonstration)",
    "plant_name": "Chakan motor plant (demonstration)",
    "plant_address": "Plot D-00, Demonstration Industrial Area, Chakan, Pune",
    "position": "Inner face of the rotor drum, 46 segments a motor",
    "purpose": "Rotor magnets of the hub motor HM-3, 3 kW, built at Chakan into the rear wheel of one named "
    "maker's electric scooter for the Indian market.",
    "purpose_zh": "用于在恰坎工厂生产的HM-3型3千瓦轮毂电机转子，该电机安装于电动摩托车后轮，供应印度市场。",
    "magnet_per_unit_mg": 950_000,
    "units_per_year": 24_000,
    "destination_market": "India",
    "is_civil": True,
}


def picture(text: str) -> bytes:
    """A small PNG that says what it stands for."""
    image = Image.new("RGB", (640, 400), "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((20, 20, 620, 380), outline="black", width=2)
    pen.text((60, 180), f"DEMONSTRATION\n\n{text}", fill="black")
    out = BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _evidence(certificate: Certificate, kind: EvidenceKind, name: str) -> StoredFile:
    content = picture(f"{kind.value} for {certificate.reference}")
    return storing.store(content=content, name=name, media_type="image/png", book=certificate.book)


@transaction.atomic
def complete_draft(
    *, by: Actor, po_number: str, lines: tuple[dict[str, Any], ...] = (GOODS,), at: datetime | None = None
) -> Certificate:
    """A draft that lacks nothing, ready for the signatory."""
    certificate = services.start(by=by, at=at)
    columns = {name: EXPORTER[name] for name in ("name", "name_zh", "address", "address_zh", "country")}
    exporter = columns | {
        "registration": EXPORTER["uscc"],
        "phone": EXPORTER["phone"],
        "email": EXPORTER["email"],
    }
    drafting.record_parties(certificate=certificate, by=by, parties={Party.Role.EXPORTER: exporter})
    order = {
        "po_number": po_number,
        "po_date": today() - timedelta(days=20),
        "contract_number": f"C-{po_number}",
    }
    drafting.record_order(certificate=certificate, by=by, order=order)
    for columns in lines:
        line = drafting.add_line(certificate=certificate, by=by)
        drafting.record_line(certificate=certificate, by=by, line=line, columns=columns)
    drafting.record_end_use(certificate=certificate, by=by, columns=END_USE)
    drafting.choose_clauses(certificate=certificate, by=by, codes={"NO_MILITARY", "COOPERATE"})
    for kind, name in (
        (EvidenceKind.COMPOSITION_REPORT, "composition-report.png"),
        (EvidenceKind.BOARD_RESOLUTION, "board-resolution.png"),
    ):
        file = _evidence(certificate, kind, name)
        drafting.add_evidence(certificate=certificate, by=by, kind=kind, file=file, name=name)
    return Certificate.objects.get(pk=certificate.pk)


def submitted(
    *, drafter: Actor, signatory: Actor, po_number: str, at: datetime | None = None, **given: Any
) -> Certificate:
    certificate = complete_draft(by=drafter, po_number=po_number, at=at, **given)
    services.submit(certificate=certificate, by=signatory, notice_seen=True, at=at)
    return certificate


def issued(
    *, drafter: Actor, signatory: Actor, officer: Actor, senior: Actor, po_number: str,
    valid_until: date | None = None, at: datetime | None = None, **given: Any,
) -> Certificate:  # fmt: skip
    certificate = submitted(drafter=drafter, signatory=signatory, po_number=po_number, at=at, **given)
    services.approve(certificate=certificate, by=officer, seen_hash=certificate.content_hash, at=at)
    services.issue(
        certificate=certificate, by=senior, seen_hash=certificate.content_hash, valid_until=valid_until, at=at
    )
    return certificate


def people() -> dict[str, Actor]:
    """The demonstration people as actors, by what they do."""
    places = demonstration.load()
    emails = {
        "drafter": ("drafter@sahyadri.example", "motors"),
        "signatory": ("signatory@sahyadri.example", "motors"),
        "officer": ("officer@authority.example", "authority"),
        "senior": ("senior@authority.example", "authority"),
        "other_drafter": ("drafter@kaveri.example", "drives"),
        "other_signatory": ("signatory@kaveri.example", "drives"),
    }
    return {
        key: actors.of(User.objects.get(email=email), places[place]) for key, (email, place) in emails.items()
    }


@transaction.atomic
def load() -> None:
    """Certificates in every stage for two importers; nothing happens when there are certificates already."""
    if Certificate.objects.exists():
        return
    who = people()
    motors = {"drafter": who["drafter"], "signatory": who["signatory"]}
    drives = {"drafter": who["other_drafter"], "signatory": who["other_signatory"]}
    review = {"officer": who["officer"], "senior": who["senior"]}

    paper = issued(**motors, **review, po_number="PO-2026-0311", lines=(GOODS, SECOND_LINE))
    _original(paper, who)
    releasing.give_up(
        certificate=paper, by=who["signatory"], number=1, weight_mg=100_000_000, pieces=9_000,
        reason="One production line was closed (demonstration).",
    )  # fmt: skip
    drafting.copy(source=paper, by=who["drafter"], repeat=True)
    revoked = issued(**motors, **review, po_number="PO-2026-0327")
    services.revoke(
        certificate=revoked,
        by=who["senior"],
        reason="The order was cancelled by the exporter (demonstration).",
    )
    first = issued(**drives, **review, po_number="KDS-PO-118", lines=(SECOND_LINE,))
    _amended(first, drives, review)
    _overdue(drives, review)
    submitted(**motors, po_number="PO-2026-0402")
    submitted(**drives, po_number="KDS-PO-121", lines=(GOODS, SECOND_LINE))
    approved = submitted(**motors, po_number="PO-2026-0399", lines=(SECOND_LINE,))
    services.approve(certificate=approved, by=who["officer"], seen_hash=approved.content_hash)
    _undertakings(who, motors)
    _policy(who["officer"])
    _returned(who, motors)
    _begun(who["drafter"])
    load_sample_lists()


def load_sample_lists() -> None:
    """Two small invented lists, and everything screened against them."""
    by = actors.clock()
    for path in sorted(reference.LISTS.glob("*.csv")):
        version, _is_new = screening.load_file(
            path, code=path.stem, name=path.stem.replace("-", " ").title(), by=by
        )
    after: int | None = 0
    while after is not None:
        after = screening.rescreen(version, after)


def _original(certificate: Certificate, who: dict[str, Actor]) -> None:
    """The paper is signed in ink, stamped by the first office, corrected once, and handed in at the second."""
    book = certificate.book

    def happened(kind: str, by: str, **facts: Any) -> Any:
        scan = None
        if kind in {"SIGNED", "ATTESTED"}:
            content = picture(f"{kind} {certificate.reference}")
            scan = storing.store(content=content, name="scan.png", media_type="image/png", book=book)
        return originals.record(
            certificate=certificate, by=who[by], kind=kind, happened_on=today(), facts=facts,
            scan=scan, scan_name="scan.png" if scan else "",
        )  # fmt: skip

    stamp = {"reference": "DEMO/EUC/0042", "office": "New Delhi (demonstration)", "officer": "S. Example"}
    happened("SIGNED", "drafter", officer="Rohan Deshmukh", estamp="IN-MH00000000000042D")
    happened("HANDED_IN", "drafter", office=stamp["office"])
    wrong = happened("ATTESTED", "officer", **stamp, fee=Decimal("500.00"), currency="INR")
    originals.correct(
        certificate=certificate, by=who["officer"], entry=wrong, happened_on=today(),
        reason="The fee was misread (demonstration).", facts=stamp | {"fee": Decimal("50.00"), "currency": "INR"},
    )  # fmt: skip
    happened("HANDED_IN", "drafter", office="Commercial Section (demonstration)")


def _overdue(importer: dict[str, Actor], review: dict[str, Actor]) -> None:
    """A paper that was issued twelve days ago and is still not signed in ink."""
    at = timezone.now() - timedelta(days=12)
    issued(**importer, **review, po_number="KDS-PO-104", lines=(SECOND_LINE,), at=at)


def _amended(first: Certificate, importer: dict[str, Actor], review: dict[str, Actor]) -> None:
    """The coating was wrong: another certificate takes its place."""
    draft = drafting.copy(source=first, by=importer["drafter"], supersede=True)
    line = draft.goods.get(number=1)
    drafting.record_line(certificate=draft, by=importer["drafter"], line=line, columns={"coating": "Epoxy"})
    draft = Certificate.objects.get(pk=draft.pk)
    services.submit(certificate=draft, by=importer["signatory"], notice_seen=True)
    services.approve(certificate=draft, by=review["officer"], seen_hash=draft.content_hash)
    services.issue(certificate=draft, by=review["senior"], seen_hash=draft.content_hash)


def _policy(officer: Actor) -> None:
    """A policy that waits for another officer; nothing is asked of anybody until it is adopted."""
    columns = {
        "clause_code": "NO_MILITARY",
        "template": Template.CERTIFICATE,
        "authority": officer.organisation,
        "stance": Policy.Stance.REQUIRED,
        "effective_from": today() + timedelta(days=30),
        "source": "Circular 7 of the demonstration authority (invented)",
    }
    code = Policy.code_of("NO_MILITARY", Template.CERTIFICATE, officer.organisation.pk)
    ruling.propose(by=officer, columns=columns, code=code, of=Policy)


def _undertakings(who: dict[str, Actor], motors: dict[str, Actor]) -> None:
    """One for a period in force with a certificate that relies on it, one that waits for approval."""
    for is_ready in (True, False):
        undertaking = pledges.start(by=motors["drafter"])
        columns = {
            "exporter_name": EXPORTER["name"],
            "exporter_name_zh": EXPORTER["name_zh"],
            "exporter_registration": EXPORTER["uscc"],
            "valid_from": today() if is_ready else today() + timedelta(days=365),
            "valid_until": today() + timedelta(days=364 if is_ready else 729),
        }
        pledges.record(
            undertaking=undertaking,
            by=motors["drafter"],
            columns=columns,
            codes={"NO_MILITARY", "COOPERATE", "EX_REJECTS", "EX_SCRAP"},
            parties={"EX_SCRAP": ("Deccan Magnet Recyclers Private Limited (demonstration)", "")},
        )
        pledges.sign(undertaking=undertaking, by=motors["signatory"], notice_seen=True)
        if is_ready:
            seen: dict[str, Any] = {"undertaking": undertaking, "seen_hash": undertaking.content_hash}
            pledges.approve(by=who["officer"], **seen)
            pledges.bring_into_force(by=who["senior"], **seen)
            certificate = complete_draft(by=motors["drafter"], po_number="PO-2026-0408")
            drafting.choose_clauses(
                certificate=certificate, by=motors["drafter"], codes=set(), relies_on=undertaking
            )
            fresh = Certificate.objects.get(pk=certificate.pk)
            services.submit(certificate=fresh, by=motors["signatory"], notice_seen=True)


def _returned(who: dict[str, Actor], motors: dict[str, Actor]) -> None:
    certificate = submitted(**motors, po_number="PO-2026-0405")
    services.comment(
        certificate=certificate,
        by=who["officer"],
        page=completeness.END_USE,
        field="position",
        text="Please add a drawing reference for the rotor (demonstration).",
    )
    services.send_back(
        certificate=certificate,
        by=who["officer"],
        reason="The place of the magnet is not clear (demonstration).",
    )


def _begun(drafter: Actor) -> None:
    certificate = services.start(by=drafter)
    order = {"po_number": "PO-2026-0410", "po_date": today() - timedelta(days=3), "contract_number": ""}
    drafting.record_order(certificate=certificate, by=drafter, order=order)
