"""`python -m benchmarks.polled LABEL PORT`: owe a thousand sources' asking, and use the pages meanwhile.

One source in twenty takes the connection and never says a word, so that both worker processes are held by one for
most of the time; the others send one record that is refused. A drafter opens the first page and pauses or resumes
a source of her own in turn: a page of many queries, and a decision with its event.
"""

import json
import socket
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.urls import reverse  # noqa: E402 - Django must be set up first
from django.utils import timezone  # noqa: E402

from benchmarks import figures  # noqa: E402
from benchmarks.person import Person  # noqa: E402
from euc import demonstration  # noqa: E402
from licensing import feed_fetching, feed_keeping  # noqa: E402
from licensing.models import FeedRun, FeedSource  # noqa: E402
from licensing.simulating import serving  # noqa: E402

SOURCES = figures.scaled(1000, least=20)
EVERY = 20  # of so many sources one is silent
ALONE = figures.scaled(200, least=10)  # visits before anything is asked
PATIENCE = 1200.0  # seconds
MOST_SHARE = 0.25


def sources(by, exporter: str, said: str, silent: str) -> None:
    """Registered an hour from now, so that they are due when the measuring begins and not before."""
    later = timezone.now() + timedelta(hours=1)
    FeedSource.objects.bulk_create(
        FeedSource(
            organisation=by.organisation,
            name=f"Source {number}",
            exporter_name=exporter,
            kind=FeedSource.Kind.HTTP,
            url=said if number % EVERY else silent,
            minutes=1440,
            added_by=by.person,
            next_at=later,
        )
        for number in range(SOURCES)
    )


class Visits:
    """The drafter's visits: milliseconds of each, pages and decisions apart."""

    def __init__(self, person: Person, own: FeedSource):
        self.person, self.verbs = person, ("pause", "resume")
        self.addresses = [reverse(f"licensing:feed-{verb}", args=[own.key]) for verb in self.verbs]
        self.pages: list[float] = []
        self.decisions: list[float] = []

    def once(self) -> None:
        address = self.addresses[len(self.decisions) % 2]
        for found, act in (
            (self.pages, lambda: self.person.open("/")),
            (self.decisions, lambda: self.person.post(address)),
        ):
            before = time.perf_counter()
            act()
            found.append((time.perf_counter() - before) * 1000)


def judged(label: str, alone: Visits, during: Visits, seconds: float) -> list[dict]:
    rows = [
        figures.told(f"polling, {label}: sources asked", SOURCES, "sources"),
        figures.told(f"polling, {label}: until all were asked", seconds, "s"),
        figures.told(f"polling, {label}: visits meanwhile", len(during.pages), "visits"),
    ]
    for name in ("pages", "decisions"):
        before, meanwhile = getattr(alone, name), getattr(during, name)
        p95 = figures.percentile(meanwhile, 0.95)
        rows += [
            figures.told(f"polling, {label}: {name}, p95 meanwhile", p95, "ms"),
            figures.told(
                f"polling, {label}: {name}, p95 meanwhile to alone",
                p95 / figures.percentile(before, 0.95),
                "ratio",
            ),
            figures.at_most(
                f"polling, {label}: the slowest of {name} to how long a silent source is waited for",
                max(meanwhile) / (feed_fetching.CONNECT_SECONDS * 1000),
                "ratio",
                MOST_SHARE,
            ),
        ]
    return rows


def main(label: str, port: int) -> list[dict]:
    by = demonstration.people()["drafter"]
    exporter = feed_keeping.exporters(by)[0]
    own = feed_keeping.add(by=by, name="Files", exporter_name=exporter, kind=FeedSource.Kind.FILE)
    person = Person(port, by.person.email)
    with serving.served() as server, socket.create_server(("127.0.0.1", 0), backlog=128) as silent:
        server.body = json.dumps([{"id": "r-1", "case": "none", "station": "FILED"}]).encode()
        sources(by, exporter, server.url, f"http://127.0.0.1:{silent.getsockname()[1]}/records")
        alone, during = Visits(person, own), Visits(person, own)
        for _ in range(ALONE):
            alone.once()
        begun = time.monotonic()
        FeedSource.objects.filter(kind=FeedSource.Kind.HTTP).update(next_at=timezone.now())
        while FeedRun.objects.values("source").distinct().count() < SOURCES:
            during.once()
            if time.monotonic() - begun > PATIENCE:
                raise RuntimeError(
                    f"{FeedRun.objects.count()} of {SOURCES} sources were asked in {PATIENCE} s"
                )
        return judged(label, alone, during, time.monotonic() - begun)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
