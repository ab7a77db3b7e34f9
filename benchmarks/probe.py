"""A process that opens pages of the product on one database and says what each cost.

`Probe` is the handle in the measuring process; run as a module it reads one JSON question a line and answers
with one JSON line. Pages are asked for through Django's test client: every middleware, view, query and
template runs, no network. The garbage collector is off while the clock runs.
"""

import gc
import json
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import places


@dataclass(frozen=True)
class Cost:
    """Of one page: wall and CPU milliseconds of every visit, how many queries one visit makes, rows shown."""

    wall: list[float]
    cpu: list[float]
    queries: int
    rows: int


class Probe:
    """A process on database `name` of an engine; use it as a context manager."""

    def __init__(self, engine, name: str):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.probe"],
            cwd=places.ROOT,
            env=places.env(engine, name),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Probe":
        return self

    def __exit__(self, *_error) -> None:
        self.process.stdin.close()
        self.process.wait()

    def ask(self, **question):
        print(json.dumps(question), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the probe ended when asked {question}")
        return json.loads(line)["answer"]

    def page(self, url: str, email: str = "", times: int = 1) -> Cost:
        return Cost(**self.ask(do="page", url=url, email=email, times=times))

    def deep(self, url: str, email: str) -> str:
        """The address of the page in the middle of a list, as its pager would give it."""
        return self.ask(do="deep", url=url, email=email)

    def tokens(self, count: int) -> list[str]:
        """Verification codes of issued certificates from all over the table."""
        return self.ask(do="tokens", count=count)


# --- In the child -------------------------------------------------------------------------------


class Visitor:
    """Answers the questions."""

    def __init__(self):
        self.clients = {}

    def answer(self, do: str, **given):
        return getattr(self, do)(**given)

    def client(self, email: str):
        """A signed-in client for one of the demonstration people, or an anonymous one."""
        from django.test import Client

        from accounts.models import User

        if email not in self.clients:
            self.clients[email] = client = Client()
            if email:
                person = User.objects.get(email=email)
                client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return self.clients[email]

    def page(self, url: str, email: str, times: int) -> dict:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        client = self.client(email)
        with CaptureQueriesContext(connection) as queries:
            rows = self.visit(client, url).count(b'<th scope="row">')
            asked = len(queries)
        wall, cpu = [], []
        gc.collect()
        gc.disable()
        for _ in range(times):
            wall_before, cpu_before = time.perf_counter(), self.spent()
            self.visit(client, url)
            cpu.append((self.spent() - cpu_before) * 1000)
            wall.append((time.perf_counter() - wall_before) * 1000)
        gc.enable()
        return {"wall": wall, "cpu": cpu, "queries": asked, "rows": rows}

    def spent(self) -> float:
        """CPU seconds of this process and of the PostgreSQL process that serves it, if it is on this machine."""
        own = time.process_time()
        statistics = Path(f"/proc/{self.server_process()}/schedstat")
        return own + int(statistics.read_text().split()[0]) / 1e9 if statistics.exists() else own

    def server_process(self) -> int:
        from django.db import connection

        return connection.connection.info.backend_pid if connection.vendor == "postgresql" else 0

    def visit(self, client, url: str) -> bytes:
        response = client.get(url)
        if response.status_code != 200:
            raise RuntimeError(f"{url} answered {response.status_code}")
        return response.content

    def deep(self, url: str, email: str) -> str:
        from django.http import QueryDict

        from accounts import actors
        from accounts.models import User
        from euc.models import Certificate
        from euc.paging import paginate
        from licensing.models import LicenceCase
        from shipments.models import Consignment, Holding

        person = User.objects.get(email=email)
        (organisation,) = actors.organisations_of(person)
        listed = {"/licences/": LicenceCase, "/stock/": Holding, "/consignments/": Consignment}
        rows = listed.get(url, Certificate).objects.visible_to(actors.of(person, organisation))
        order = ("-id",)
        if listed.get(url) is Holding:
            rows = rows.in_care()
        if url.startswith("/queue/"):
            rows, order = rows.awaiting_review(), ("-risk", "submitted_at", "id")
        names = [name.removeprefix("-") for name in order]
        half = max(1, rows.count() // 2)
        return url + paginate(rows.only(*names), order=order, query=QueryDict(), size=half).next_url

    def opened(self, kind: str, email: str) -> str:
        """The address of one lot in the middle of an importer's, or of what it belongs to."""
        from django.urls import reverse

        from accounts.models import User
        from shipments.models import Lot

        importers = User.objects.get(email=email).memberships.values("organisation")
        mine = Lot.objects.filter(importer__in=importers, consignment__certificate__status="ISSUED")
        lot = mine.order_by("pk")[mine.count() // 2]
        if kind == "lot":
            return reverse("shipments:lot", args=[lot.pk])
        if kind == "consignment":
            return reverse("shipments:consignment-detail", args=[lot.consignment.slug])
        return reverse(f"shipments:{kind}", args=[lot.consignment.certificate.slug])

    def tokens(self, count: int) -> list[str]:
        from euc import workflow
        from euc.models import Certificate

        issued = Certificate.objects.filter(status__in=workflow.WAS_ISSUED, document__isnull=False)
        found = list(issued.order_by("id").values_list("token", flat=True))
        return random.Random(1).sample(found, min(count, len(found)))


def main() -> None:
    import django

    from config import processes

    processes.die_with_parent()
    django.setup()
    visitor = Visitor()
    for line in sys.stdin:
        print(json.dumps({"answer": visitor.answer(**json.loads(line))}), flush=True)


if __name__ == "__main__":
    main()
