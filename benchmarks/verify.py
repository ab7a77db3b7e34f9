"""The public verification page: how many a second, and as quick with 100,000 certificates as with 1,000.

Gunicorn serves each database with two processes on the loopback interface, as in production. The empty view is
`/livez` of the same servers: it passes the same middleware, asks nothing and answers two letters.
"""

import contextlib
import signal
import statistics
from collections.abc import Iterator
from urllib.request import urlopen

from benchmarks import figures, http, places, sizes
from benchmarks.probe import Probe
from scripts import services

WORKERS, THREADS, CONNECTIONS = 2, 8, 4
EMPTY = "/livez"
ROUNDS, SECONDS = 5, 2.0
P95_ROUNDS, P95_REQUESTS = 9, 100
MOST, LEAST_SHARE = 1.3, 0.05


def run() -> list[dict]:
    return [row for engine in places.engines() for row in _on(engine)]


def _on(engine) -> list[dict]:
    rows = [sizes.populate(engine)]
    tokens = {}
    for name in (sizes.SMALL, sizes.LARGE):
        with Probe(engine, name) as probe:
            tokens[name] = [f"/v/{token}/" for token in probe.tokens(2_000)]
    with served(engine, sizes.SMALL) as small, served(engine, sizes.LARGE) as large:
        ports = {sizes.SMALL: small, sizes.LARGE: large}
        rows += _rates(engine.label, large, tokens[sizes.LARGE])
        rows += _p95(engine.label, ports, tokens)
    with Probe(engine, sizes.SMALL) as few, Probe(engine, sizes.LARGE) as many:
        rows += _cpu(engine.label, (few, tokens[sizes.SMALL]), (many, tokens[sizes.LARGE]))
    return rows


@contextlib.contextmanager
def served(engine, name: str) -> Iterator[int]:
    """A web server on this database; its port."""
    port = services.free_port()
    command = places.gunicorn(port, workers=WORKERS, threads=THREADS)
    log = places.folder() / f"web-{name}.log"
    with (
        log.open("ab") as file,
        services.running(
            command, signal.SIGTERM, env=places.env(engine, name), cwd=places.ROOT, stderr=file
        ) as process,
    ):
        services.wait_until(lambda: _answers(port), process, "gunicorn")
        yield port


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}{EMPTY}", timeout=5) as answer:
        return answer.status == 200
    return False


def _rates(label: str, port: int, paths: list[str]) -> list[dict]:
    """Requests a second of the page and of the empty view, in turn."""
    seconds = max(0.2, SECONDS * figures.scale())
    given = {"seconds": seconds, "connections": CONNECTIONS}
    http.rate(port, lambda n: paths[n % len(paths)], **given)  # every process has loaded what it needs
    pairs = [
        (
            http.rate(port, lambda n: paths[n % len(paths)], **given),
            http.rate(port, lambda n: EMPTY, **given),
        )
        for _ in range(figures.scaled(ROUNDS, least=1))
    ]
    pages, empties = zip(*pairs, strict=True)
    return [
        figures.told(f"verify, {label}: requests a second", statistics.median(pages), "1/s"),
        figures.told(f"empty view, {label}: requests a second", statistics.median(empties), "1/s"),
        figures.at_least(
            f"verify, {label}: requests a second to the empty view's",
            figures.ratio(pairs),
            "ratio",
            LEAST_SHARE,
        ),
    ]


def _p95(label: str, ports: dict[str, int], tokens: dict[str, list[str]]) -> list[dict]:
    """p95 of single requests with many certificates and with few, asked in turn."""
    requests = figures.scaled(P95_REQUESTS, least=10)
    rounds = figures.scaled(P95_ROUNDS, least=1)
    connections = {name: http.Connection(port) for name, port in ports.items()}
    seen = []
    for number in range(rounds + 1):
        times: dict[str, list[float]] = {name: [] for name in ports}
        for n in range(number * requests, (number + 1) * requests):
            for name, connection in connections.items():
                paths = tokens[name]
                times[name].append(http.milliseconds(connection, paths[n % len(paths)]))
        seen.append({name: figures.percentile(found, 0.95) for name, found in times.items()})
    for connection in connections.values():
        connection.close()
    seen = seen[1:]  # the first round loads
    pairs = [(one[sizes.LARGE], one[sizes.SMALL]) for one in seen]
    p95 = statistics.median(one[sizes.LARGE] for one in seen)
    return [
        figures.told(f"verify, {label}: p95 with many", p95, "ms"),
        figures.at_most(f"verify, {label}: p95, many to few", figures.ratio(pairs), "ratio", MOST),
    ]


def _cpu(label: str, few: tuple[Probe, list[str]], many: tuple[Probe, list[str]]) -> list[dict]:
    """The same comparison in CPU time, which a busy machine disturbs less."""
    times: list[list[float]] = [[], []]
    for n in range(figures.scaled(60, least=5)):
        for found, (probe, paths) in zip(times, (few, many), strict=True):
            found.append(min(probe.page(paths[n % len(paths)], times=2).cpu))
    cost = figures.percentile(times[1], 0.95)
    return [
        figures.told(f"verify, {label}: p95 of CPU time with many", cost, "ms"),
        figures.at_most(
            f"verify, {label}: p95 of CPU time, many to few",
            cost / figures.percentile(times[0], 0.95),
            "ratio",
            MOST,
        ),
    ]
