"""What the apps above certificates hold of an importer: cases, consignments, visits and incidents in every stage."""

from datetime import timedelta
from typing import Any

from documents import sheets, storing
from euc.models import Certificate
from euc.models.certificate import today
from licensing import briefing, entering, feed_working, rooms
from licensing import services as licences
from licensing.licence_facts import LicenceFacts
from licensing.models import (
    CaseBrief,
    FeedDelivery,
    FeedRefusal,
    FeedSource,
    LicenceCase,
    MailMessage,
    MailSuggestion,
    RoomCode,
    RoomInvitation,
)
from shipments import arriving, custody, import_files, incidents, services, visiting, watch
from shipments.models import ArrivingDocument, Consignment, ImportFile, Incident, Signal, Visit, VisitFile
from shipments.services import LotPlan, Receipt

KG = 1_000_000
STAGES = ("PLANNED", "BOOKED", "DECLARED", "RELEASED", "DEPARTED", "ENTERED", "CLEARED", "RECEIVED")


def case(mark: Any, certificate: Certificate, drafter: Any) -> LicenceCase:
    """A case whose licence was issued, as the importer reported it with a picture."""
    found = licences.open_case(certificate=certificate, by=drafter)
    content = b"\x89PNG " + mark("file", "report bytes").encode()
    file = storing.store(content=content, name="seen.png", media_type="image/png", book=certificate.book)
    facts = LicenceFacts(
        number=mark("submitted", "licence.number"),
        type="GENERAL",
        issued_on=today(),
        expires_on=today() + timedelta(days=1),  # it may be tomorrow in China
        weights={1: 1000 * KG},
        contract_number=mark("submitted", "licence.contract_number"),
        customs_port=mark("submitted", "licence.customs_port"),
    )
    licences.report(
        case=found,
        by=drafter,
        claimed="ISSUED",
        claimed_on=today(),
        note=mark("submitted", "report.note"),
        application_number=mark("submitted", "report.application_number"),
        licence=facts,
        evidence=file,
        evidence_name=f"{mark('filename', 'report.evidence_name')}.png",
    )
    return LicenceCase.objects.get(pk=found.pk)


def import_file(mark: Any, by: Any) -> ImportFile:
    """A file of one row that does not hold, worked off to its end."""
    rows = [
        ["certificate", "invoice_number", "line", "weight_kg", "batch"],
        [
            "EUC/0000000000/2026-27/0001",
            mark("draft", "import.invoice"),
            "1",
            "1",
            mark("draft", "import.batch"),
        ],
    ]
    name = f"{mark('draftfile', 'import.name')}.csv"
    file, _is_new = import_files.take(content=sheets.csv_of(rows), name=name, by=by)
    import_files.start(file=file, by=by, mapping=file.mapping, skips_bad=False)
    while import_files.work(file):
        continue
    return file


def arriving_document(mark: Any, certificate: Certificate, by: Any) -> ArrivingDocument:
    """An invoice that waits to be confirmed."""
    rows = [
        ["invoice_number", "contract_number", "description", "batch", "weight_kg", "value", "currency"],
        [
            mark("draft", "arriving.number"),
            certificate.po_number,
            mark("draft", "arriving.description"),
            mark("draft", "arriving.batch"),
            "1",
            "70",
            "USD",
        ],
    ]
    name = f"{mark('draftfile', 'arriving.name')}.csv"
    return arriving.take(content=sheets.csv_of(rows), name=name, by=by).new[0]


def feed(mark: Any, by: Any) -> FeedSource:
    """A source that calls, with a run in which a row was refused."""
    source = FeedSource.objects.create(
        organisation=by.organisation,
        name=mark("draft", "feed.name"),
        exporter_name=mark("draft", "feed.exporter_name"),
        kind="WEBHOOK",
        added_by=by.person,
    )
    content = mark("draft", "feed bytes").encode()
    file = storing.store(content=content, name="feed.json", media_type="application/json", book=source.book)
    delivery = FeedDelivery.objects.create(source=source, file=file, done=1, refused=1)
    FeedRefusal.objects.create(
        delivery=delivery, row=1, given={"id": mark("draft", "feed.given")}, reasons=mark("draft", "feed.why")
    )
    feed_working.finish(delivery)
    return source


def brief(mark: Any, case: LicenceCase, drafter: Any) -> None:
    """A brief to the ministry with its file, as a worker would have left it."""
    made = briefing.prepare(case=case, by=drafter, asks=mark("submitted", "brief.asks"))
    content = b"%PDF " + mark("file", "brief bytes").encode()
    file = storing.store(content=content, name="brief.pdf", media_type="application/pdf", book=case.book)
    CaseBrief.objects.filter(pk=made.pk).update(file=file)


def mail(mark: Any, case: LicenceCase) -> MailSuggestion:
    """A mail to the case's own address, and what it suggests."""
    content = mark("file", "mail bytes").encode()
    file = storing.store(content=content, name="mail.eml", media_type="message/rfc822", book="mail")
    message = MailMessage.objects.create(
        digest=file.sha256,
        message_id=mark("file", "mail.message_id"),
        sender=mark.email("file", "mail.sender"),
        recipients=mark("file", "mail.recipients"),
        subject=mark("file", "mail.subject"),
        size=len(content),
        file=file,
        text=mark("file", "mail.text"),
        attachments=[{"name": mark("file", "mail.attachment"), "type": "application/pdf", "size": 1}],
        case=case,
        found_by="TAG",
        outcome="MATCHED",
    )
    return MailSuggestion.objects.create(
        message=message,
        case=case,
        claimed="REVIEW",
        claimed_on=today(),
        is_day_told=True,
        passage=mark("file", "mail.passage"),
        confidence="LOW",
        application_number=mark("file", "mail.application_number"),
    )


def room(mark: Any, case: LicenceCase, drafter: Any) -> tuple[RoomInvitation, str]:
    """An open invitation of its exporter, its token, and a correction asked for. No more codes are sent today."""
    address, note = mark.email("room", "room.email"), mark("room", "room.note")
    invitation = rooms.invite(case=case, by=drafter, email=address, note=note)
    text = mark("submitted", "room.correction")
    rooms.ask_correction(invitation=invitation, key="matrix", text=text)
    RoomCode.objects.bulk_create(
        RoomCode(invitation=invitation) for _code in range(entering.MOST_CODES_A_DAY)
    )
    return invitation, entering.renew_token(invitation) or ""


def consignments(mark: Any, case: LicenceCase, drafter: Any) -> dict[str, Consignment]:
    """One in every stage; what is only planned is nobody's business but the importer's."""
    return {stage: _at(stage, mark, case, drafter) for stage in STAGES}


def _at(stage: str, mark: Any, case: LicenceCase, by: Any) -> Consignment:
    audience = "draft" if stage == "PLANNED" else "submitted"
    names = ("invoice_number", "transport_document", "house_document", "conveyance", "containers")
    papers = {name: mark(audience, f"consignment.{name}") for name in names}
    lot = LotPlan(1, 50 * KG, 500, batch=mark(audience, "lot.batch"))
    consignment = services.plan(
        certificate=case.certificate, by=by, licence=case.licence, papers=papers, lots=[lot]
    )
    steps = {
        "BOOKED": lambda: services.book(consignment=consignment, by=by),
        "DECLARED": lambda: services.declare(
            consignment=consignment, by=by, on=today(), customs_remark=mark(audience, "customs_remark")
        ),
        "RELEASED": lambda: services.release(consignment=consignment, by=by, on=today()),
        "DEPARTED": lambda: services.depart(consignment=consignment, by=by, on=today()),
        "ENTERED": lambda: services.enter(
            consignment=consignment,
            by=by,
            on=today(),
            boe_type="X",
            boe_number=f"{consignment.pk:07d}",
            port_of_entry="INNSA1",
            boe_parent=mark(audience, "consignment.boe_parent"),
        ),
        "CLEARED": lambda: services.clear(consignment=consignment, by=by, on=today()),
        "RECEIVED": lambda: _receive(mark, consignment, by),
    }
    for step in STAGES[1 : STAGES.index(stage) + 1]:
        steps[step]()
    return Consignment.objects.get(pk=consignment.pk)


def _receive(mark: Any, consignment: Consignment, by: Any) -> None:
    content = b"\x89PNG " + mark("file", "receipt bytes").encode()
    photograph = storing.store(content=content, name="r.png", media_type="image/png", book=consignment.book)
    store = mark("submitted", "holding.place")
    services.receive(
        consignment=consignment,
        by=by,
        on=today(),
        place=store,
        receipt_number=mark("submitted", "consignment.receipt_number"),
        receipts=[Receipt(1, 50 * KG, 500)],
        evidence=photograph,
    )
    custody.move(
        lot=consignment.lots()[0],
        verb="issue",
        by=by,
        from_account="ON_HAND",
        from_place=store,
        weight_mg=KG,
        pieces=10,
        happened_on=today(),
        key=f"matrix-{consignment.pk}",
        document=mark("submitted", "posting.document"),
    )


VISITS = ("SCHEDULED", "DONE", "ACTION_OPEN", "ANSWERED")


def visits(mark: Any, certificate: Certificate, officer: Any, drafter: Any) -> dict[str, Visit]:
    """One in every stage that is still open, each with a photograph."""
    return {stage: _visit(stage, mark, certificate, officer, drafter) for stage in VISITS}


def _visit(stage: str, mark: Any, certificate: Certificate, officer: Any, drafter: Any) -> Visit:
    texts = {name: mark("submitted", f"visit.{name}") for name in ("place", "purpose", "findings")}
    texts |= {name: mark("submitted", f"visit.{name}") for name in ("action", "answer")}
    visit = visiting.schedule(
        certificate=certificate,
        by=officer,
        place=texts["place"],
        planned_on=today(),
        purpose=texts["purpose"],
    )
    content = b"\x89PNG " + mark("file", "visit bytes").encode()
    file = storing.store(content=content, name="v.png", media_type="image/png", book=visit.book)
    name, caption = f"{mark('filename', 'visit_file.name')}.png", mark("filename", "visit_file.caption")
    VisitFile.objects.create(
        visit=visit, file=file, name=name, caption=caption, is_of_importer=False, added_by=officer.person
    )
    steps = {
        "DONE": lambda: visiting.conclude(
            visit=visit, by=officer, held_on=today(), findings=texts["findings"]
        ),
        "ACTION_OPEN": lambda: visiting.demand_action(
            visit=visit, by=officer, action=texts["action"], due_on=today()
        ),
        "ANSWERED": lambda: visiting.answer(visit=visit, by=drafter, answer=texts["answer"]),
    }
    for step in VISITS[1 : VISITS.index(stage) + 1]:
        steps[step]()
    return visit


def report_incidents(mark: Any, certificate: Certificate, officer: Any, senior: Any) -> dict[str, Incident]:
    """One in every stage. The closed one was as reported, so it holds draws until who did not close it frees them."""
    made = {
        stage: _incident(stage, mark, certificate, officer) for stage in ("OPEN", "UNDER_REVIEW", "CLOSED")
    }
    for stage, by in (("UNDER_REVIEW", officer), ("CLOSED", senior)):
        reason = mark("submitted", "incident.reason")
        incidents.take_up(incident=made[stage], by=by, reason=reason)
    reason = mark("submitted", "incident.reason")
    incidents.close(incident=made["CLOSED"], by=officer, outcome="CONFIRMED", reason=reason)
    return made


def _incident(stage: str, mark: Any, certificate: Certificate, officer: Any) -> Incident:
    return incidents.report(
        certificate=certificate,
        by=officer,
        kind="DIVERSION",
        weight_mg=KG,
        happened_on=today(),
        description=mark("submitted", "incident.description"),
        told_to=mark("submitted", "incident.told_to"),
        key=f"matrix-{stage}",
    )


def export(importer: Any, officer: Any) -> None:
    """Magnets as such that left India, raised as a case."""
    row = (importer.iec, "INBOM4", "4410001", f"{today():%d-%m-%Y}", "85051110", "NdFeB magnets", "US")
    watch.load(sheets.csv_of([watch.NEEDED, row]), by=officer)


def signal(certificate: Certificate) -> None:
    """Something that does not fit in the importer's books, as a night's weighing would have raised it."""
    Signal.objects.create(
        importer=certificate.importer,
        kind="CONSUMPTION",
        subject=f"{certificate.pk}||",
        certificate=certificate,
        score=50,
        reasons=[["more_than_products_hold", 50]],
        facts={"built_mg": 2 * KG, "stated_mg": KG, "units": 1, "each_mg": KG, "percent": 5},
        measure=KG,
    )
