"""Whether the board of licence cases stays as quick and as frugal with 100,000 cases as with 1,000.

Measured and judged as the other lists are.
"""

from benchmarks import places, sizes
from benchmarks.lists import IMPORTER, OFFICER, judged, visits
from benchmarks.probe import Probe

# What is opened: name, person, address, whether in the middle of the list. Each page is full on both databases.
PAGES = (
    ("board, officer, first page", OFFICER, "/licences/", False),
    ("board, officer, deep page", OFFICER, "/licences/", True),
    ("board, officer, all open ones", OFFICER, "/licences/?status=OPEN", False),
    ("board, officer, one status", OFFICER, "/licences/?status=REVIEW", False),
    ("board, officer, overdue", OFFICER, "/licences/?overdue=on", False),
    ("board, officer, contradicted", OFFICER, "/licences/?contested=on", False),
    ("board, importer, first page", IMPORTER, "/licences/", False),
    ("board, importer, all open ones", IMPORTER, "/licences/?status=OPEN", False),
)


def run() -> list[dict]:
    return [row for engine in places.engines() for row in _on(engine)]


def _on(engine) -> list[dict]:
    rows = [sizes.populate(engine)]
    for name in sizes.counts():
        places.python(engine, name, "-m", "benchmarks.cases")
    with Probe(engine, sizes.SMALL) as small, Probe(engine, sizes.LARGE) as large:
        for name, email, url, deep in PAGES:
            rows += judged(f"{name}, {engine.label}", *visits(small, large, email, url, deep))
    return rows
