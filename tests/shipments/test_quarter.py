"""A realistic quarter loaded from files: forty consignments, five plants, job work, scrap, returns, theft, diversion.

What people click is done by the verbs, each on its day; what comes as papers comes as files: the plan, the Bills of
Entry, the moves of stock, the shipping bills of Indian customs.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection

from documents import sheets
from euc import reference
from euc.models import Certificate, Clause
from euc.models.certificate import today
from licensing import limits
from shipments import (
    arriving,
    balancing,
    checking,
    custody,
    import_files,
    incidents,
    services,
    signal_limits,
    signals,
    stock_files,
    watch,
    watch_law,
)
from shipments.models import ArrivingDocument, Consignment, ExportItem, Holding, Lot, Signal
from shipments.services import Receipt
from tests.euc.life import Life
from tests.shipments.voyage import KG, licence_for

PLANTS = ("Chakan", "Hosur", "Manesar", "Pithampur", "Sanand")
RECYCLER = "Deccan Recyclers"
WEIGHTS = (50, 40)  # kilograms of a consignment, under the one certificate and the other
CONSIGNMENTS = 40
JOB_WORK, RETURNS, THEFT, RECYCLED = (3, 13), (7, 21), 11, 5
DIVERSION = "9001"
SCRAPPED, FEW_PRODUCTS, OTHER_PORT = (
    8,
    (15, 25, 35),
    (38, "INMAA1"),
)  # what the books show to who adds them up
MISCOUNTED, COUNTED_ONCE = (4, 9, 14), 1


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo("Asia/Kolkata"))


def table(head, rows):
    return sheets.csv_of([head, *([row.get(name, "") for name in head] for row in rows)])


@pytest.fixture(scope="class")
def first():
    """The first day of the quarter: eighty-five days ago, so that all of it is past."""
    return today() - timedelta(days=85)


@pytest.fixture
def people(drafter, signatory, officer, senior, platform, importer):
    reference.load()
    limits.load()
    signal_limits.load()
    for plant in PLANTS:
        importer.sites.create(name=plant)
    return Life(drafter, signatory, officer, senior, None)


@pytest.fixture
def quarter(people, first):
    """The whole story; the two certificates."""
    with time_machine.travel(noon(first - timedelta(days=10))):
        certificates = [people.issued(), people.issued()]
        for certificate in certificates:
            pledge = certificate.undertakings.get()
            pledge.clauses.create(clause=Clause.objects.get(code="EX_REJECTS"))
            pledge.clauses.create(clause=Clause.objects.get(code="EX_SCRAP"), party_name=RECYCLER)
        licences = [licence_for(certificate) for certificate in certificates]
    with time_machine.travel(noon(first)):
        plan(people, certificates, licences)
    for number in range(CONSIGNMENTS):
        with time_machine.travel(noon(first + timedelta(days=2 * number))):
            travel(people, number)
    moves = table(stock_files.NAMES, moves_of(first))
    done, again = (stock_files.post(content=moves, by=people.drafter) for _time in range(2))
    assert (done.problems, done.known) == ([], 0)
    assert (again.problems, again.posted, again.known) == ([], 0, done.posted)
    steal(people, first)
    for number in (*MISCOUNTED, COUNTED_ONCE):
        count(people, number)
    return certificates


def plan(people, certificates, licences):
    """One file of the forwarder plans all consignments."""
    rows = []
    for number in range(CONSIGNMENTS):
        half = number % 2
        rows.append(
            {"certificate": certificates[half].reference, "licence": licences[half].number, "line": "1",
             "invoice_number": f"GX-{number}", "batch": f"H-{number}", "weight_kg": f"{WEIGHTS[half]}",
             "pieces": "4000"}
        )  # fmt: skip
    file, _is_new = import_files.take(content=table(tuple(rows[0]), rows), name="plan.csv", by=people.drafter)
    import_files.start(file=file, by=people.drafter, mapping=file.mapping, skips_bad=False)
    while import_files.work(file):
        continue
    assert (file.planned, file.bad) == (CONSIGNMENTS, 0)


def travel(people, number):
    """Booked, released, departed; its Bill of Entry comes as a broker's file; cleared and received at a plant."""
    consignment, by, on = Consignment.objects.get(invoice_number=f"GX-{number}"), people.drafter, today()
    services.book(consignment=consignment, by=by)
    services.declare(consignment=consignment, by=by, on=on)
    services.release(consignment=consignment, by=by, on=on)
    services.depart(consignment=consignment, by=by, on=on, transport_document=f"BL{number:06d}")
    port = OTHER_PORT[1] if number == OTHER_PORT[0] else "INNSA1"
    entry = {"boe_number": f"{5000 + number}", "boe_on": f"{on:%d-%m-%Y}", "boe_type": "H", "port_of_entry": port,
             "invoice_number": f"GX-{number}", "transport_document": f"BL{number:06d}", "unit": "KGS",
             "description": "NdFeB arc N42UH", "hs": "85051190", "quantity": f"{WEIGHTS[number % 2]}"}  # fmt: skip
    taken = arriving.take(content=table(tuple(entry), [entry]), name=f"boe-{number}.csv", by=by)
    assert taken.problems == []
    (document,) = taken.new
    (best, *_others) = arriving.proposals([document], document.importer)[0]
    assert (best.consignment, best.is_sure) == (consignment, True)
    arriving.confirm_sure(document=document, by=by, key=best.key)
    consignment.refresh_from_db()
    services.clear(consignment=consignment, by=by, on=on)
    (lot,) = consignment.lots()
    receipts = [Receipt(lot.number, lot.weight_mg, lot.pieces)]
    place = PLANTS[number % len(PLANTS)]
    services.receive(consignment=consignment, by=by, on=on, place=place, receipts=receipts)


def moves_of(first):
    """What the ERP of the plants writes for the quarter."""
    for number in range(CONSIGNMENTS):
        day = f"{first + timedelta(days=2 * number + 1):%d-%m-%Y}"
        usual = {"lot": f"H-{number}", "happened_on": day, "document": f"D-{number}"}

        def row(verb, kg, usual=usual, **given):
            return {**usual, "move": verb, "weight_kg": f"{kg}", **given}

        yield row("issue", 30)
        yield row(
            "build_in",
            25,
            from_account="IN_PRODUCTION",
            product="Hub motor",
            units="7" if number in FEW_PRODUCTS else "27",
        )
        if number % 2:
            yield row("export_product", 10, to_place="de", document=f"SB {8000 + number}")
        else:
            yield row("sell", 10, to_place="A scooter maker")
        yield row("scrap", 2, from_account="IN_PRODUCTION", reason="Chipped")
        if number == SCRAPPED:
            yield row("scrap", 8, from_account="ON_HAND", reason="Cracked")
        if number in JOB_WORK:
            yield row("send_to_job_worker", 5, to_place="Coating works", due_on=day)
        if number == JOB_WORK[0]:
            yield row("bring_back", 5, from_account="JOB_WORKER", to_place=PLANTS[number % len(PLANTS)])
        if number in RETURNS:
            yield row("return_to_supplier", 4, document=f"SB {7000 + number}", reason="Weak field")
        if number == RECYCLED:
            yield row("recycle", 2, to_place=RECYCLER)


def steal(people, first):
    lot = Lot.objects.select_related("consignment__certificate").get(batch=f"H-{THEFT}")
    incidents.report(
        certificate=lot.consignment.certificate,
        by=people.drafter,
        kind="THEFT",
        weight_mg=6 * KG,
        happened_on=first + timedelta(days=2 * THEFT + 3),
        description="A crate was missing on Monday",
        key="theft",
        holding=Holding.objects.get(lot=lot, account="ON_HAND"),
    )


def count(people, number):
    """A stock count finds a kilogram less than is booked."""
    held = Holding.objects.select_related("lot").get(lot__batch=f"H-{number}", account="ON_HAND")
    custody.count(
        lot=held.lot,
        by=people.drafter,
        account="ON_HAND",
        place=held.place,
        counted_mg=held.weight_mg - KG,
        counted_pieces=held.pieces,
        happened_on=today(),
        witness="The store keeper",
        reason="Not found",
        key=f"count-{number}",
    )


def bills_of(importer, first):
    """What Indian customs saw leave: products, the two returns, one diversion, and what has nothing to do with it."""
    day = f"{first + timedelta(days=84):%d-%m-%Y}"
    usual = {"iec": importer.iec, "port": "INNSA1", "destination": "DE", "date": day}
    for number in range(1, CONSIGNMENTS, 2):
        yield {**usual, "shipping_bill": f"{8000 + number}", "hs": "85013119", "description": "Hub motor"}
    for number in RETURNS:
        returned = {
            "hs": "85051190",
            "description": "NdFeB magnets N42UH, rejects",
            "destination": "CN",
            "weight_kg": "4",
        }
        yield {**usual, **returned, "shipping_bill": f"{7000 + number}"}
    diverted = {
        "hs": "85051190",
        "description": "Sintered NdFeB N42UH arc",
        "destination": "US",
        "weight_kg": "12",
    }
    yield {**usual, **diverted, "shipping_bill": DIVERSION}
    yield {**usual, "shipping_bill": "4000", "hs": "61091000", "description": "Cotton shirts"}
    yield {**usual, "iec": "0000000000", "shipping_bill": "1", "hs": "85051190", "description": "Magnets"}


@pytest.mark.django_db
class TestQuarter:
    def test_holds_to_the_gram_and_the_watch_finds_what_was_planted(
        self, quarter, importer, officer, first, clock
    ):
        assert Consignment.objects.filter(status="RECEIVED").count() == CONSIGNMENTS
        assert ArrivingDocument.objects.filter(state="CONFIRMED").count() == CONSIGNMENTS
        self.check_balances(quarter)
        for _time in range(2):
            loaded = watch.load(table(watch.NAMES, bills_of(importer, first)), by=officer)
            assert (loaded.refused, loaded.strangers) == ([], 1)
        assert loaded.kept == 0
        raised = ExportItem.objects.filter(status=watch_law.OPEN)
        assert list(raised.values_list("bill", flat=True)) == [DIVERSION]
        self.check_signals(quarter, importer, clock)

    def check_signals(self, certificates, importer, clock):
        """The books raise the planted four, however often they are weighed."""
        weighed = [signals.weigh(importer=importer, by=clock) for _time in range(2)]
        assert [(one.raised, one.grown) for one in weighed] == [(4, 0), (0, 0)]
        even, odd = (certificate.pk for certificate in certificates)
        assert set(Signal.objects.values_list("kind", "certificate", "place")) == {
            ("SCRAP", even, PLANTS[SCRAPPED % len(PLANTS)]),
            ("CONSUMPTION", odd, ""),
            ("COUNTS", None, PLANTS[MISCOUNTED[0] % len(PLANTS)]),
            ("PORT", even, OTHER_PORT[1]),
        }

    def check_balances(self, certificates):
        """Every balance is whole, equals the sums of the entries in plain SQL, and no invariant is broken."""
        for certificate in certificates:
            balance = balancing.of(Certificate.objects.get(pk=certificate.pk))
            assert [line.difference_mg for line in balance.lines] == [0] * len(balance.lines)
            kept: dict[str, int] = {}
            for place in balance.places():
                kept[place.account] = kept.get(place.account, 0) + place.weight_mg
            assert {a: mg for a, mg in kept.items() if mg} == entries_of(certificate)
        assert [result.name for result in checking.results() if not result.holds] == []
        together = {}
        for certificate in certificates:
            for account, mg in entries_of(certificate).items():
                together[account] = together.get(account, 0) + mg // KG
        assert together == {
            "SUPPLIER": -1800, "VARIANCE": 4,
            "ON_HAND": 569, "IN_PRODUCTION": 120, "FINISHED": 600, "DOMESTIC_PRODUCT": 200,
            "EXPORTED_PRODUCT": 200, "SCRAP": 86, "RECYCLER": 2, "JOB_WORKER": 5, "RETURNED": 8, "LOSS": 6,
        }  # fmt: skip


def entries_of(certificate):
    """Milligrams by account, added up from the postings themselves."""
    sql = """SELECT account, SUM(mg) FROM (
        SELECT to_account AS account, weight_mg AS mg, lot_id FROM shipments_posting
        UNION ALL SELECT from_account, -weight_mg, lot_id FROM shipments_posting) AS entry
        JOIN shipments_lot ON shipments_lot.id = entry.lot_id
        JOIN shipments_consignment c ON c.id = shipments_lot.consignment_id
        WHERE c.certificate_id = %s GROUP BY account HAVING SUM(mg) <> 0"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [certificate.pk])
        return {account: int(mg) for account, mg in cursor.fetchall()}
