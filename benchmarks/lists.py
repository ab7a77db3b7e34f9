"""Whether lists stay as quick and as frugal with 100,000 certificates as with 1,000.

Each page is opened in turn on both databases, by two processes that wait for each other. Judged are CPU time
(of the page and of the database server's process; the machine may be busy) as the ratio of the lower quartiles,
and that many rows ask for no more queries than few.
"""

from benchmarks import figures, places, sizes
from benchmarks.probe import Cost, Probe

IMPORTER, OFFICER = "drafter@sahyadri.example", "officer@authority.example"
AUDITOR = "auditor@authority.example"
MOST = 1.3
ROUNDS = 12

# What is opened: name, person, address, whether in the middle of the list.
PAGES = (
    ("certificates, importer, first page", IMPORTER, "/certificates/", False),
    ("certificates, importer, deep page", IMPORTER, "/certificates/", True),
    ("certificates, importer, one status", IMPORTER, "/certificates/?status=RETURNED", False),
    ("certificates, officer, first page", OFFICER, "/certificates/", False),
    ("certificates, officer, deep page", OFFICER, "/certificates/", True),
    ("certificates, officer, one status", OFFICER, "/certificates/?status=ISSUED", False),
    ("certificates, officer, empty status", OFFICER, "/certificates/?status=SUPERSEDED", False),
    ("undertakings, importer", IMPORTER, "/undertakings/", False),
    ("undertakings, officer", OFFICER, "/undertakings/", False),
    ("queue, first page", OFFICER, "/queue/", False),
    ("queue, deep page", OFFICER, "/queue/", True),
    ("home, importer", IMPORTER, "/", False),
    ("home, officer", OFFICER, "/", False),
    ("home, auditor", AUDITOR, "/", False),
)
# A search reads what it must: told, not judged.
SEARCHES = (
    ("search, officer, words of many", OFFICER, "/certificates/?q=magnets"),
    ("search, officer, one order number", OFFICER, "/certificates/?q=PO-2026-000037"),
    ("search, importer, one order number", IMPORTER, "/certificates/?q=PO-2026-000040"),
)


def run() -> list[dict]:
    return [row for engine in places.engines() for row in _on(engine)]


def _on(engine) -> list[dict]:
    rows = [sizes.populate(engine)]
    with Probe(engine, sizes.SMALL) as small, Probe(engine, sizes.LARGE) as large:
        for name, email, url, deep in PAGES:
            rows += judged(f"{name}, {engine.label}", *visits(small, large, email, url, deep))
        for name, email, url in SEARCHES:
            _few, many = visits(small, large, email, url, False, rounds=3)
            rows.append(figures.told(f"{name}: CPU time, {engine.label}", figures.quiet(many.cpu), "ms"))
    return rows


def visits(
    small: Probe, large: Probe, email: str, url: str | list[str], deep: bool, rounds: int = ROUNDS
) -> list[Cost]:
    """What the page costs on both databases, visited in turn; an address of its own on each when two are given."""
    rounds = figures.scaled(rounds, least=1)
    addresses = [url, url] if isinstance(url, str) else url
    probes = zip((small, large), addresses, strict=True)
    urls = [(probe, probe.deep(address, email) if deep else address) for probe, address in probes]
    seen = [[probe.page(address, email) for probe, address in urls]]  # what is done only once is done now
    for _ in range(rounds):
        seen.append([probe.page(address, email, times=2) for probe, address in urls])
    return [_together(costs) for costs in zip(*seen, strict=True)]


def _together(costs: tuple[Cost, ...]) -> Cost:
    return Cost(
        wall=[one for cost in costs[1:] for one in cost.wall],
        cpu=[one for cost in costs[1:] for one in cost.cpu],
        queries=costs[-1].queries,
        rows=costs[-1].rows,
    )


def judged(name: str, few: Cost, many: Cost, most: float = MOST) -> list[dict]:
    return [
        figures.told(f"{name}: CPU time with many", figures.quiet(many.cpu), "ms"),
        figures.at_most(f"{name}: time, many to few", _ratio(few, many), "ratio", most),
        _no_more_queries(name, few, many),
    ]


def _ratio(few: Cost, many: Cost) -> float:
    return figures.quiet(many.cpu) / figures.quiet(few.cpu)


def _no_more_queries(name: str, few: Cost, many: Cost) -> dict:
    row = figures.told(f"{name}: queries", many.queries, "queries")
    return row | {"target": f"<= {few.queries}", "holds": many.queries <= few.queries}
