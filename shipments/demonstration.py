"""Invented licence cases and consignments beside the invented certificates: one to the end, others on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from documents import sheets
from euc import control, demonstration
from euc.models import Certificate
from euc.models.certificate import today
from licensing import services as licences
from licensing.licence_facts import LicenceFacts
from licensing.models import LicenceCase, StatusReport
from shipments import accounts, arriving, custody, services, visiting
from shipments.models import Consignment, Lot
from shipments.services import LotPlan, Receipt

KG = 1_000_000
STORE = "Chakan plant (demonstration)"


@transaction.atomic
def load() -> None:
    """A certificate of last season with its licence, consignments and stock; nothing happens when cases exist."""
    if LicenceCase.objects.exists():
        return
    who = demonstration.people()
    motors = {"drafter": who["drafter"], "signatory": who["signatory"]}
    review = {"officer": who["officer"], "senior": who["senior"]}
    begun = timezone.now() - timedelta(days=120)
    lines = (demonstration.GOODS, demonstration.SECOND_LINE)
    old = demonstration.issued(**motors, **review, po_number="PO-2026-0188", lines=lines, at=begun)
    case = _granted(old, who)
    _story(Certificate.objects.get(pk=old.pk), case, who)
    *waiting, last = Certificate.objects.filter(status="ISSUED").exclude(pk=old.pk).order_by("pk")
    for certificate in waiting:
        _filed(certificate, who)
    _contradicted(last, who)


def _granted(certificate: Certificate, who: dict[str, Any]) -> LicenceCase:
    by, today = who["drafter"], control.day_in_china()
    case = licences.open_case(certificate=certificate, by=by)

    def said(claimed: str, days: int, note: str, **given: Any) -> None:
        licences.report(
            case=case, by=by, claimed=claimed, claimed_on=today - timedelta(days=days), note=note, **given
        )

    said("FILED", 110, "Filed online, says the exporter (demonstration).", application_number="SQ-2026-88031")
    said("ACCEPTED", 104, "Notice of acceptance seen on a picture (demonstration).", confidence="HIGH")
    said("PAUSED", 90, "The product drawing was sent to experts (demonstration).")
    said("REVIEW", 82, "The review goes on (demonstration).")
    weights = {line.number: line.net_weight_mg or 0 for line in certificate.lines()}
    facts = LicenceFacts(
        number="26-ZZ-000188",
        type="GENERAL",
        issued_on=today - timedelta(days=45),
        expires_on=today + timedelta(days=200),
        weights=weights,
        contract_number=certificate.contract_number,
        customs_port="Ningbo",
    )
    said("ISSUED", 45, "Licence seen (demonstration).", licence=facts, confidence="HIGH")
    return LicenceCase.objects.get(pk=case.pk)


def _filed(certificate: Certificate, who: dict[str, Any]) -> LicenceCase:
    """A case the importer has only heard to be filed."""
    by = _drafter_of(certificate, who)
    case = licences.open_case(certificate=certificate, by=by)
    licences.report(
        case=case,
        by=by,
        claimed="FILED",
        claimed_on=certificate.valid_from or control.day_in_china(),
        note="Filed (demonstration).",
    )
    return case


def _contradicted(certificate: Certificate, who: dict[str, Any]) -> None:
    """A case whose later report, from a weaker source, is of another station than the better one."""
    importer, case = _drafter_of(certificate, who), _filed(certificate, who)
    licences.report(
        case=case,
        by=who["officer"],
        claimed="PROVINCE",
        claimed_on=certificate.valid_from or control.day_in_china(),
        confidence="HIGH",
        note="The provincial department has it (demonstration).",
    )
    licences.report(
        case=case,
        by=importer,
        claimed="ACCEPTED",
        claimed_on=control.day_in_china(),
        confidence=StatusReport.Confidence.LOW,
        note="Accepted, the exporter's agent said on the telephone (demonstration).",
    )


def _drafter_of(certificate: Certificate, who: dict[str, Any]) -> Any:
    own = certificate.importer_id == who["drafter"].organisation.pk
    return who["drafter"] if own else who["other_drafter"]


def _story(certificate: Certificate, case: LicenceCase, who: dict[str, Any]) -> None:
    """One consignment received and in use, one under way, one booked, one planned."""
    received = _sent(certificate, case, who, "GX-4471", LotPlan(1, 400 * KG, 36_000, batch="H-2611"))
    _receive(received, who)
    _use(received.lots()[0], who)
    _visited(received.lots()[0], who)
    _sent(certificate, case, who, "GX-4502", LotPlan(1, 300 * KG, 27_000, batch="H-2634"), days=9)
    booked = _planned(certificate, case, who, "GX-4533", LotPlan(2, 20 * KG, 4_000, batch="S-118"))
    services.book(consignment=booked, by=who["drafter"])
    _planned(certificate, case, who, "GX-4550", LotPlan(1, 200 * KG, 18_000))
    _documents(certificate, who)


def _documents(certificate: Certificate, who: dict[str, Any]) -> None:
    """What arrived and waits: the invoice of what is planned, one that names another order, a Bill of Entry."""
    arc, day = demonstration.GOODS, f"{control.day_in_china():%d-%m-%Y}"
    goods = {"description": f"NdFeB arc segment {arc['grade']}", "hs": arc["cn_hs"], "batch": "H-2655"}
    exporter, order = certificate.exporter_name, certificate.po_number
    invoices: list[dict[str, str]] = [
        {"invoice_number": "GX-4550", "contract_number": order, "weight_kg": "200", "pieces": "18000",
         "value": "14000.00"},
        {"invoice_number": "GX-4561", "contract_number": "PO-2026-0199", "weight_kg": "150", "pieces": "13500",
         "value": "13200.00"},
    ]  # fmt: skip
    rows = [
        {"invoice_date": day, "exporter_name": exporter, "currency": "USD", **goods, **row}
        for row in invoices
    ]
    arriving.take(content=_sheet(rows), name="invoices.csv", by=who["drafter"])
    entry = {"boe_number": "5937232", "boe_on": f"{today():%d-%m-%Y}", "boe_type": "H", "port_of_entry": "INBOM4",
             "invoice_number": "GX-4502", "description": goods["description"], "hs": arc["itc_hs"], "quantity": "300",
             "unit": "KGS", "assessable_value_inr": "1804000.00"}  # fmt: skip
    arriving.take(content=_sheet([entry]), name="bill-of-entry.csv", by=who["drafter"])


def _sheet(rows: list[dict[str, str]]) -> bytes:
    return sheets.csv_of([tuple(rows[0]), *(tuple(row.values()) for row in rows)])


def _planned(
    certificate: Certificate, case: LicenceCase, who: dict[str, Any], invoice: str, *lots: LotPlan
) -> Consignment:
    papers = {
        "invoice_number": invoice,
        "invoice_date": control.day_in_china() - timedelta(days=40),
        "incoterm": "FOB",
        "mode": "AIR",
        "port_of_loading": "CNNGB",
        "port_of_entry": "INBOM4",
        "packages": 12,
    }
    return services.plan(
        certificate=Certificate.objects.get(pk=certificate.pk),
        by=who["drafter"],
        licence=case.licence,
        papers=papers,
        lots=lots,
    )


def _sent(
    certificate: Certificate,
    case: LicenceCase,
    who: dict[str, Any],
    invoice: str,
    *lots: LotPlan,
    days: int = 38,
) -> Consignment:
    by, today = who["drafter"], control.day_in_china()
    consignment = _planned(certificate, case, who, invoice, *lots)
    services.book(consignment=consignment, by=by)
    left = today - timedelta(days=days)
    remark = "属于两用物项 1C904.a"
    services.declare(consignment=consignment, by=by, on=left, customs_remark=remark)
    services.release(consignment=consignment, by=by, on=left + timedelta(days=1))
    services.depart(
        consignment=consignment, by=by, on=left + timedelta(days=2), transport_document="160-12345675"
    )
    return consignment


def _receive(consignment: Consignment, who: dict[str, Any]) -> None:
    by, today = who["drafter"], control.day_in_china()
    services.arrive(consignment=consignment, by=by, on=today - timedelta(days=34))
    services.enter(
        consignment=consignment,
        by=by,
        on=today - timedelta(days=33),
        boe_type="H",
        boe_number="5937232",
        port_of_entry="INBOM4",
    )
    services.clear(consignment=consignment, by=by, on=today - timedelta(days=32))
    services.receive(
        consignment=consignment,
        by=by,
        on=today - timedelta(days=31),
        place=STORE,
        receipt_number="GRN-0931",
        receipts=[Receipt(1, 396 * KG, 35_640, damaged_mg=2 * KG, damaged_pieces=180)],
    )
    services.reconcile(consignment=consignment, by=who["signatory"])


def _use(lot: Lot, who: dict[str, Any]) -> None:
    """Half of it in motors sold and exported, some at a job worker, a little scrapped."""
    today = control.day_in_china()

    def move(verb: str, account: str, weight_mg: int, pieces: int, days: int, **facts: Any) -> None:
        custody.move(
            lot=lot,
            verb=verb,
            by=who["drafter"],
            from_account=account,
            from_place=facts.pop("place", STORE),
            weight_mg=weight_mg,
            pieces=pieces,
            happened_on=today - timedelta(days=days),
            key=f"demonstration-{verb}-{days}",
            **facts,
        )

    move("issue", accounts.ON_HAND, 240 * KG, 21_600, 28, document="WO-7001")
    move("build_in", accounts.IN_PRODUCTION, 209 * KG, 18_810, 24, product="Hub motor HM-450", units=220)
    move("scrap", accounts.IN_PRODUCTION, 3 * KG, 270, 24, reason="Chipped in pressing (demonstration)")
    move(
        "sell",
        accounts.FINISHED,
        150 * KG,
        13_500,
        18,
        document="INV-2231",
        to_place="Scooter maker (demonstration)",
    )
    move("export_product", accounts.FINISHED, 38 * KG, 3_420, 12, document="SB 4410072", to_place="DE")
    move(
        "send_to_job_worker", accounts.ON_HAND, 60 * KG, 5_400, 10, document="DC-118",
        due_on=today - timedelta(days=2), to_place="Bhosari Coatings (demonstration)",
    )  # fmt: skip


def _visited(lot: Lot, who: dict[str, Any]) -> None:
    """The store was weighed, a little was missing, and the importer has to say why."""
    visit = visiting.schedule(
        certificate=lot.consignment.certificate,
        by=who["officer"],
        place=STORE,
        planned_on=today(),
        purpose="Weigh the lot in store against the ledger (demonstration).",
        lots=[lot],
    )
    there = lot.holdings.get(account=accounts.ON_HAND, place=STORE)
    found = there.weight_mg - KG // 2
    visiting.take_sample(
        visit=visit, holding=there, by=who["officer"], found_mg=found, found_pieces=there.pieces - 45,
        key="demonstration-sample", remark="One box open (demonstration)",
    )  # fmt: skip
    findings = "Half a kilogram less than booked; one box was open (demonstration)."
    visiting.conclude(visit=visit, by=who["officer"], held_on=today(), findings=findings)
    action = "Count the store again and post the difference (demonstration)."
    due = today() + timedelta(days=14)
    visiting.demand_action(visit=visit, by=who["officer"], action=action, due_on=due)
