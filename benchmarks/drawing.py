"""`python -m benchmarks.drawing LABEL`: book planned consignments side by side, and read balances.

Every booking is the whole verb: certificate, licence and consignment locked, law, event, draw, conditional updates.
The hot line belongs to one certificate of one importer, so that every booking waits for the one before; the 200 lines
belong to twenty importers. The hot line has room for half of the bookings, so that the others must be refused.
"""

import json
import sys
import threading
import time
from datetime import timedelta
from itertools import count

import django

django.setup()

from django.db import connection  # noqa: E402 - Django must be set up first
from django.db.utils import OperationalError  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts import actors  # noqa: E402
from accounts.models import Membership, Organisation, User  # noqa: E402
from accounts.roles import Kind, Role  # noqa: E402
from benchmarks import figures  # noqa: E402
from euc import demonstration, drafting  # noqa: E402
from euc import services as certificates  # noqa: E402
from euc.models import Certificate  # noqa: E402
from euc.models.certificate import today  # noqa: E402
from licensing.models import Licence, LicenceLine  # noqa: E402
from shipments import balancing, checking, custody, drawing, services  # noqa: E402
from shipments.services import LotPlan, Receipt  # noqa: E402

CLIENTS = 16
IMPORTERS, LINES = figures.scaled(20, least=2), 10
BOOKINGS = figures.scaled(480, least=32)
LONG = figures.scaled(10_000, least=40)
SHORT = 10
KG = 1_000_000
LEAST_SHARE, MOST_TIMES = 0.3, 1.3
_numbers = count(1)


def issued(number: int) -> tuple[Certificate, Licence, actors.Actor]:
    """One importer's certificate with ten lines and a general licence for all of it."""
    who = demonstration.people()
    importer = Organisation.objects.create(
        kind=Kind.IMPORTER, name=f"Importer {number}", address="1 Road", city="Pune", state_code="27",
        postcode="411001", iec=f"{9_000_000_000 + number:010d}",
    )  # fmt: skip
    person = User.objects.create_user(f"person-{number}@bench.example", full_name=f"Person {number}")
    for role in (Role.DRAFTER, Role.SIGNATORY):
        Membership.objects.create(person=person, organisation=importer, role=role, authority_reference="BR-1")
    by = actors.of(person, importer)
    lines = tuple({**demonstration.GOODS, "net_weight_mg": 10_000 * KG} for _ in range(LINES))
    draft = demonstration.complete_draft(by=by, po_number=f"DRAW-{number}", lines=lines)
    for one in draft.inspected():
        drafting.answer_finding(
            certificate=draft, by=by, fingerprint=one.finding.fingerprint, text="As ordered"
        )
    draft = Certificate.objects.get(pk=draft.pk)
    certificates.submit(certificate=draft, by=by, notice_seen=True)
    certificates.approve(certificate=draft, by=who["officer"], seen_hash=draft.content_hash)
    certificates.issue(certificate=draft, by=who["senior"], seen_hash=draft.content_hash)
    licence = Licence.objects.create(
        importer=importer, exporter_name=draft.exporter_name, number=f"B-{number}", type="GENERAL",
        issued_on=today() - timedelta(days=1), expires_on=today() + timedelta(days=100),
    )  # fmt: skip
    for line in draft.goods.all():
        LicenceLine.objects.create(licence=licence, goods_line=line, authorised_mg=line.net_weight_mg)
    return Certificate.objects.get(pk=draft.pk), licence, by


def planned(certificate: Certificate, licence: Licence, by: actors.Actor, line: int, weight_mg: int) -> tuple:
    consignment = services.plan(
        certificate=certificate,
        by=by,
        licence=licence,
        papers={"invoice_number": f"I-{next(_numbers)}"},
        lots=[LotPlan(line, weight_mg)],
    )
    return consignment, by


def booked(work: list[tuple]) -> tuple[float, int]:
    """Bookings a second by all clients together, and how many were refused."""
    queue, refused, lock = list(work), [0], threading.Lock()
    begin = threading.Barrier(CLIENTS + 1)

    def client() -> None:
        begin.wait()
        while True:
            with lock:
                if not queue:
                    break
                consignment, by = queue.pop()
            try:
                services.book(consignment=consignment, by=by)
            except drawing.Exceeded:
                with lock:
                    refused[0] += 1
            except OperationalError as error:
                raise SystemExit(f"a booking did not get through: {error}") from error
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    begin.wait()
    before = time.perf_counter()
    for thread in threads:
        thread.join()
    return len(work) / (time.perf_counter() - before), refused[0]


def draws(label: str, papers: list[tuple]) -> list[dict]:
    certificate, licence, by = papers[0]
    hot = certificate.goods.get(number=1)
    each = hot.net_weight_mg // (BOOKINGS // 2)
    on_hot = [planned(certificate, licence, by, 1, each) for _ in range(BOOKINGS)]
    spread = [
        planned(*papers[n % len(papers)], 2 + n // len(papers) % (LINES - 1), KG) for n in range(BOOKINGS)
    ]
    wide, _none = booked(spread)
    narrow, refused = booked(on_hot)
    hot.refresh_from_db()
    over = max(hot.reserved_mg + hot.drawn_mg - hot.net_weight_mg, 0)
    broken = sum(result.broken for result in checking.results())
    return [
        figures.told(f"draws, {label}: on {IMPORTERS * (LINES - 1)} lines, {CLIENTS} clients", wide, "1/s"),
        figures.told(f"draws, {label}: on one hot line, {CLIENTS} clients", narrow, "1/s"),
        figures.told(f"draws, {label}: refused on the hot line", refused, "bookings"),
        figures.at_least(f"draws, {label}: hot line to many lines", narrow / wide, "ratio", LEAST_SHARE),
        figures.at_most(f"draws, {label}: drawn beyond the hot line", over, "mg", 0),
        figures.at_most(f"draws, {label}: invariants broken afterwards", broken, "rows", 0),
    ]


def received(papers: tuple, postings: int) -> Certificate:
    """A certificate with one received lot that was moved so often."""
    certificate, licence, by = papers
    consignment, by = planned(certificate, licence, by, 1, 5_000 * KG)
    day = today()
    services.book(consignment=consignment, by=by)
    services.declare(consignment=consignment, by=by, on=day)
    services.release(consignment=consignment, by=by, on=day)
    services.depart(consignment=consignment, by=by, on=day)
    entry = {"boe_type": "H", "boe_number": f"{consignment.pk:07d}", "port_of_entry": "INNSA1"}
    services.enter(consignment=consignment, by=by, on=day, **entry)
    services.clear(consignment=consignment, by=by, on=day)
    receipts = [Receipt(1, 5_000 * KG)]
    services.receive(consignment=consignment, by=by, on=day, place="Store", receipts=receipts)
    lot = consignment.lots()[0]
    for number in range(postings):
        there = number % 2 == 0
        custody.move(
            lot=lot, verb="issue" if there else "take_back", by=by,
            from_account="ON_HAND" if there else "IN_PRODUCTION", from_place="Store", weight_mg=KG,
            happened_on=day, key=f"{lot.pk}-{number}", **({"document": "WO"} if there else {}),
        )  # fmt: skip
    return Certificate.objects.get(pk=certificate.pk)


def balances(label: str, papers: list[tuple]) -> list[dict]:
    short, long = received(papers[0], SHORT), received(papers[1], LONG)
    times: dict[int, list[float]] = {short.pk: [], long.pk: []}
    queries = {}
    for round_number in range(15):
        for certificate in (short, long):
            with CaptureQueriesContext(connection) as seen:
                before = time.process_time() if label == "SQLite" else time.perf_counter()
                balancing.of(certificate)
                after = time.process_time() if label == "SQLite" else time.perf_counter()
            queries[certificate.pk] = len(seen)
            if round_number:
                times[certificate.pk].append(after - before)
    ratio = figures.quiet(times[long.pk]) / figures.quiet(times[short.pk])
    return [
        figures.told(
            f"balance, {label}: of a ledger of {LONG} postings", figures.quiet(times[long.pk]) * 1000, "ms"
        ),
        figures.at_most(
            f"balance, {label}: queries more than of {SHORT} postings",
            queries[long.pk] - queries[short.pk],
            "queries",
            0,
        ),
        figures.at_most(f"balance, {label}: long ledger to short", ratio, "ratio", MOST_TIMES),
    ]


def main(label: str) -> list[dict]:
    papers = [issued(number) for number in range(1, IMPORTERS + 3)]
    return [*draws(label, papers[2:]), *balances(label, papers[:2])]


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
