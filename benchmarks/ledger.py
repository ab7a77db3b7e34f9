"""Whether pages of consignments and stock stay as quick with 20,000,000 ledger entries as with 200,000.

Measured and judged as the other lists are; the ledgers are of 100,000 and of 1,000 certificates.
"""

from benchmarks import figures, places, sizes
from benchmarks.lists import IMPORTER, OFFICER, judged, visits
from benchmarks.probe import Probe

MOST = 1.5
# What is opened: name, person, address, whether in the middle of the list.
PAGES = (
    ("stock, importer, first page", IMPORTER, "/stock/", False),
    ("stock, importer, deep page", IMPORTER, "/stock/", True),
    ("stock, importer, in production", IMPORTER, "/stock/?account=IN_PRODUCTION", False),
    ("stock, officer, first page", OFFICER, "/stock/", False),
    ("consignments, importer, first page", IMPORTER, "/consignments/", False),
    ("consignments, importer, deep page", IMPORTER, "/consignments/", True),
    ("consignments, officer, first page", OFFICER, "/consignments/", False),
    ("home, importer", IMPORTER, "/", False),
)
OPENED = ("lot", "consignment", "balance", "statement")


def run() -> list[dict]:
    return [row for engine in places.engines() for row in _on(engine)]


def _on(engine) -> list[dict]:
    rows = [sizes.populate(engine)]
    for name in sizes.counts():
        count = int(places.python(engine, name, "-m", "benchmarks.entries").split()[-1])
        rows.append(figures.told(f"ledger, {name}, {engine.label}", count, "entries"))
    with Probe(engine, sizes.SMALL) as small, Probe(engine, sizes.LARGE) as large:
        for name, email, url, deep in PAGES:
            rows += judged(f"{name}, {engine.label}", *visits(small, large, email, url, deep), most=MOST)
        for kind in OPENED:
            urls = [probe.ask(do="opened", kind=kind, email=IMPORTER) for probe in (small, large)]
            found = visits(small, large, IMPORTER, urls, False)
            rows += judged(f"{kind}, importer, {engine.label}", *found, most=MOST)
    return rows
