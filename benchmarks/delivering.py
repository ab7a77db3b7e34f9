"""`python -m benchmarks.delivering LABEL PORT WORKER`: issue certificates over HTTP and time their documents.

A senior officer's POST commits the decision; the clock starts with the moment the owed work was written in that
transaction and stops when the database shows the registered document. Beside it, in the same minute and on the
same contents, stands the bare work: rendering and sealing in this process. For the queue the worker is halted
while 50 certificates are issued, then released.
"""

import json
import multiprocessing
import os
import signal
import statistics
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402 - Django must be set up first
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks import figures  # noqa: E402
from benchmarks.person import Person  # noqa: E402
from documents import signing  # noqa: E402
from euc import demonstration, printing, services  # noqa: E402
from euc.models import Certificate  # noqa: E402
from euc.models.certificate import today  # noqa: E402
from workflow import errands  # noqa: E402
from workflow.models import Errand  # noqa: E402

WARM, IDLE, QUEUED = 4, 30, 50
WORKERS = 2  # as `make run` starts them
A_LOOK = 0.01  # seconds between two looks at the database
PATIENCE = 300.0  # seconds
MOST_TIMES, LEAST_SHARE = 3.0, 0.5


class Senior(Person):
    """The senior officer at the web server."""

    def __init__(self, port: int):
        super().__init__(port, "senior@authority.example")

    def issue(self, certificate: Certificate) -> None:
        self.post(
            reverse("euc:certificate-step", args=[certificate.reference, "issue"]),
            seen_hash=certificate.content_hash,
            valid_until=f"{today() + timedelta(days=300):%d-%m-%Y}",
        )


def approved(count: int) -> list[Certificate]:
    """Certificates that only lack the senior officer's decision."""
    who = demonstration.people()
    found = []
    for number in range(count):
        lines = (demonstration.GOODS, demonstration.SECOND_LINE)
        certificate = demonstration.submitted(
            drafter=who["drafter"], signatory=who["signatory"], po_number=f"BENCH-{number:04d}", lines=lines
        )
        services.approve(certificate=certificate, by=who["officer"], seen_hash=certificate.content_hash)
        found.append(certificate)
    return found


def visible_at(certificates: list[Certificate]) -> dict[int, float]:
    """The time at which each certificate's document was first seen, by its key; waits for all of them."""
    seen: dict[int, float] = {}
    waiting = {certificate.pk for certificate in certificates}
    deadline = time.time() + PATIENCE
    while waiting:
        there = Certificate.objects.filter(pk__in=waiting, document__isnull=False)
        for pk in there.values_list("pk", flat=True):
            seen[pk] = time.time()
        waiting -= seen.keys()
        if time.time() > deadline:
            raise RuntimeError(f"{len(waiting)} documents were not made within {PATIENCE} s")
        time.sleep(A_LOOK)
    return seen


def delivered(senior: Senior, certificate: Certificate) -> float:
    """Seconds from the owed work being written to the document being visible."""
    senior.issue(certificate)
    seen = visible_at([certificate])[certificate.pk]
    return seen - errands.of(certificate).get(kind="euc.print_certificate").created_at.timestamp()


def at_rest() -> None:
    """Wait until the worker has nothing to do: it makes the undertaking's document after the certificate's."""
    deadline = time.time() + PATIENCE
    while Errand.objects.filter(state=Errand.PENDING).exists():
        if time.time() > deadline:
            raise RuntimeError(f"the worker was not at rest within {PATIENCE} s")
        time.sleep(A_LOOK)


def bare(certificate: Certificate) -> float:
    """Seconds of rendering and sealing the same content here."""
    content, issue = printable(certificate)
    before = time.perf_counter()
    render_and_seal(content, issue)
    return time.perf_counter() - before


def printable(certificate: Certificate) -> tuple[dict, dict]:
    certificate.refresh_from_db()
    revision = certificate.revisions.get(number=certificate.revision_number)
    return revision.content, certificate.issue_block


def render_and_seal(content: dict, issue: dict) -> None:
    pdf = printing.certificate_pdf(content=content, issue=issue)
    signing.seal(pdf, reason="Benchmark", at=timezone.now())


def idle(label: str, senior: Senior, certificates: list[Certificate]) -> list[dict]:
    """One at a time, each delivery beside the bare work on the same content."""
    times = []
    for certificate in certificates:
        ours = delivered(senior, certificate)
        at_rest()
        times.append((ours, bare(certificate)))
    times = times[WARM:]
    ours, bares = zip(*times, strict=True)
    p95 = figures.percentile(ours, 0.95)
    return [
        figures.told(f"delivery, {label}: render and seal alone, p50", statistics.median(bares), "s"),
        figures.told(f"delivery, {label}: idle, p50", statistics.median(ours), "s"),
        figures.told(f"delivery, {label}: idle, p95", p95, "s"),
        figures.at_most(
            f"delivery, {label}: idle, p95 to that of render and seal alone",
            p95 / figures.percentile(bares, 0.95),
            "ratio",
            MOST_TIMES,
        ),
    ]


def queued(label: str, senior: Senior, certificates: list[Certificate], worker: int) -> list[dict]:
    """All at once: the worker (a process group) is halted until the last is issued."""
    os.killpg(worker, signal.SIGSTOP)
    try:
        for certificate in certificates:
            senior.issue(certificate)
    finally:
        released = time.time()
        os.killpg(worker, signal.SIGCONT)
    waits = [at - released for at in visible_at(certificates).values()]
    at_rest()
    count, last = len(waits), max(waits)
    return [
        figures.told(f"delivery, {label}: {count} queued, p50", statistics.median(waits), "s"),
        figures.told(f"delivery, {label}: {count} queued, p95", figures.percentile(waits, 0.95), "s"),
        figures.told(f"delivery, {label}: {count} queued, the last", last, "s"),
        figures.at_least(
            f"delivery, {label}: {count} queued, rate to that of {WORKERS} bare processes",
            count / last / bare_rate(certificates),
            "ratio",
            LEAST_SHARE,
        ),
    ]


def bare_rate(certificates: list[Certificate]) -> float:
    """Documents a second that as many processes as there are workers render and seal, side by side."""
    contents = [printable(certificate) for certificate in certificates]
    connection.close()
    with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
        pool.starmap(render_and_seal, contents[: WORKERS * 2], chunksize=1)
        before = time.perf_counter()
        pool.starmap(render_and_seal, contents, chunksize=1)
        return len(contents) / (time.perf_counter() - before)


def main(label: str, port: int, worker: int) -> list[dict]:
    senior = Senior(port)
    alone, together = WARM + figures.scaled(IDLE, least=2), figures.scaled(QUEUED, least=4)
    certificates = approved(alone + together)
    return [
        *idle(label, senior, certificates[:alone]),
        *queued(label, senior, certificates[alone:], worker),
    ]


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
