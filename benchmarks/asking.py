"""`python -m benchmarks.asking`: ask every figure of this installation, post with and without pointers, take rows.

Prints seconds as JSON: each figure and all together, one kept figure against the same read by bare SQL and against an
aggregate of the tables, the overview page, one posting of the ledger, the rows of a figure as CSV.
"""

import csv
import io
import json
import time

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - Django must be set up first
from django.db.models import Sum  # noqa: E402
from django.db.models.functions import TruncMonth  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from benchmarks import figures  # noqa: E402
from euc import demonstration  # noqa: E402
from euc.models import GoodsLine  # noqa: E402
from euc.models.certificate import today  # noqa: E402
from ministry import boards, folding, overview, pointing, rows  # noqa: E402
from ministry.figures import FIGURES  # noqa: E402
from ministry.models import Fact, Total  # noqa: E402
from ministry.reading import Ask, facts_of, reader  # noqa: E402
from ministry.serializers import FACT_FIELDS  # noqa: E402
from ministry.tables import Query  # noqa: E402
from shipments import accounts, custody  # noqa: E402
from shipments.models import Holding  # noqa: E402
from workflow import events  # noqa: E402

TIMES = figures.scaled(25, least=3)
POSTINGS = figures.scaled(60, least=4)
KEPT = Ask(boards.ISSUED, ("month", "sector"))


def timed(work, times: int = TIMES) -> float:
    """The lower quartile of so many runs, in seconds."""
    found = []
    for _time in range(times):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return figures.quiet(found)


def asked(name: str) -> None:
    figure = FIGURES[name]
    with reader() as one:
        figure.read(one, Query(figure.default))


def kept() -> None:
    with reader() as one:
        one.read(KEPT)


def bare() -> None:
    table = Total._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT period, a, SUM(n), SUM(quantity_mg), SUM(value_cents) FROM {table} WHERE board = 'issued' "
            "AND dims = 'sector' AND period <> '' AND period NOT LIKE 'FY%%' GROUP BY period, a",
            [],
        )
        cursor.fetchall()


def naive() -> None:
    lines = GoodsLine.objects.filter(certificate__issued_at__isnull=False)
    month = TruncMonth("certificate__issued_at")
    list(
        lines.annotate(m=month).values("m", "certificate__end_use__sector").annotate(mg=Sum("net_weight_mg"))
    )


def post(number: int, lots: list) -> None:
    """One posting of the ledger: there and back, so that nothing is used up."""
    lot, by = lots[number % len(lots)]
    place = Holding.objects.get(lot=lot, account=accounts.ON_HAND, weight_mg__gt=0).place
    given = {"lot": lot, "by": by, "pieces": 0, "happened_on": today(), "weight_mg": 1000, "document": "WO-1"}
    custody.move(
        verb="issue", from_account=accounts.ON_HAND, from_place=place, key=f"bench-{number}", **given
    )


def of_demonstration() -> list:
    """The demonstration's received lots, with who may post them."""
    by = demonstration.people()["drafter"]
    held = Holding.objects.filter(account=accounts.ON_HAND, weight_mg__gt=10**6, importer=by.organisation)
    return [(row.lot, by) for row in held.select_related("lot__consignment")]


def posted() -> tuple[float, float]:
    """One posting with the pointer it leaves and without, turn and turn about."""
    lots, number, pairs = of_demonstration(), iter(range(10**6)), ([], [])
    for turn in range(POSTINGS * 2):
        if turn % 2:
            events.recorded.disconnect(dispatch_uid="ministry.point")
        begun = time.perf_counter()
        with transaction.atomic():
            post(next(number), lots)
        pairs[turn % 2].append(time.perf_counter() - begun)
        pointing.listen()
    return figures.quiet(pairs[0]), figures.quiet(pairs[1])


def as_csv() -> None:
    for _piece in rows.as_csv(facts_of(FIGURES["moves"].ask(Query(), ()))):
        pass


def bare_csv() -> None:
    """COPY on PostgreSQL; SQLite knows nothing like it: rows as they come, through the writer of CSV."""
    columns = ", ".join(name if name != "value" else "value_cents" for name in FACT_FIELDS)
    select = f"SELECT {columns} FROM {Fact._meta.db_table} WHERE board = 'moves'"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.cursor.copy_expert(f"COPY ({select}) TO STDOUT WITH CSV", io.StringIO())
        else:
            cursor.execute(select)
            csv.writer(io.StringIO()).writerows(cursor.fetchall())


def page() -> float:
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(email="analyst@ministry.example"))
    client.get("/figures/")  # a process reads its templates once
    times = []
    for _time in range(TIMES):
        begun = time.perf_counter()
        assert client.get("/figures/").status_code == 200
        times.append(time.perf_counter() - begun)
    return figures.percentile(times, 0.95)


def main() -> None:
    folding.fold()
    assert overview.SECTIONS
    each = {name: timed(lambda name=name: asked(name)) for name in FIGURES}
    found = {"figures": each, "all": sum(each.values()), "kept": timed(kept), "bare": timed(bare)}
    found |= {
        "naive": timed(naive, 3),
        "overview": page(),
        "csv": timed(as_csv, 5),
        "bare_csv": timed(bare_csv, 5),
    }
    found["with"], found["without"] = posted()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
