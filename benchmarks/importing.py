"""`python -m benchmarks.importing LABEL`: import a file of consignments, and write the same rows in other ways.

Every row is an invoice of its own, the dearest case: 100,000 rows become as many consignments, lots, keys and chained
events. Times are of everything from the upload to the end of the last slice, in one process, one slice after another;
costs are the processor's, in this process and in the server's behind it.
"""

import io
import json
import sys
import time
from pathlib import Path

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - Django must be set up first

from benchmarks import figures  # noqa: E402
from benchmarks.drawing import issued  # noqa: E402
from euc.models import Certificate  # noqa: E402
from licensing.models import Licence  # noqa: E402
from shipments import forms, import_columns, import_files, services  # noqa: E402
from shipments.models import Consignment, ImportedKey, ImportFile, Lot  # noqa: E402
from workflow import events  # noqa: E402
from workflow.models import Event  # noqa: E402

ROWS = figures.scaled(100_000, least=200)
ONE_BY_ONE = min(ROWS, figures.scaled(2_000, least=50))
LINES = 10
WRITTEN = (Consignment, Lot, ImportedKey, Event)
LEAST_OF_COPY, LEAST_OF_SINGLE, MOST_GROWTH = 0.2, 10, 40


def rows_of(certificate: Certificate, licence: Licence, count: int, mark: str) -> list[dict[str, str]]:
    return [
        {
            "certificate": certificate.reference, "licence": licence.number, "invoice_number": f"{mark}-{n:06d}",
            "invoice_date": "05-10-2026", "mode": "SEA", "transport_document": f"BL{n:08d}",
            "port_of_entry": "INNSA1", "line": str(1 + n % LINES), "batch": f"H-{n // 50}", "weight_kg": "0.2",
            "pieces": "12",
        }
        for n in range(count)
    ]  # fmt: skip


def file_of(rows: list[dict[str, str]]) -> bytes:
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    return "\n".join([*lines, ""]).encode()


def spent() -> float:
    """Seconds the processor spent on this process and on the server process behind its connection."""
    own = time.process_time()
    if connection.vendor != "postgresql":
        return own
    connection.ensure_connection()
    statistics = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return own + int(statistics.read_text().split()[0]) / 1e9 if statistics.exists() else own


def imported(content: bytes, by, *, skips_bad: bool) -> ImportFile:
    before, cost = time.perf_counter(), spent()
    file, _is_new = import_files.take(content=content, name="bench.csv", by=by)
    import_files.start(file=file, by=by, mapping=file.mapping, skips_bad=skips_bad)
    longest = 0.0
    while file.is_under_way:
        slice_began = time.perf_counter()
        import_files.work(file)
        longest = max(longest, time.perf_counter() - slice_began)
    file.took, file.cost, file.longest = time.perf_counter() - before, spent() - cost, longest
    if (file.state, file.planned) != (ImportFile.State.DONE, file.total):
        raise SystemExit(
            f"the file was not imported: {file.state}, {file.planned} of {file.total}, {file.refusal}"
        )
    return file


def one_by_one(rows: list[dict[str, str]], certificate: Certificate, licence: Licence, by) -> float:
    """What it costs to plan each row as a page does: its forms, then the verb."""
    lines = [(str(line.number), line.description) for line in certificate.goods.all()]
    before = spent()
    for row in rows:
        typed = {**row, "licence": str(licence.pk)}
        papers = forms.PapersForm(typed, certificate=certificate, licences=[licence])
        lot = forms.LotForm(
            {field: row.get(name, "") for name, field in import_columns.OF_LOTS.items()}, lines=lines
        )
        assert papers.is_valid(), papers.errors
        assert lot.is_valid(), lot.errors
        services.plan(certificate=certificate, by=by, lots=[lot.plan()], **papers.given())
    return spent() - before


def bare(since: dict) -> float:
    """What it costs to write what was imported since, as ready rows, into tables with the same keys and indexes."""
    return sum(_bare(model, last) for model, last in since.items())


def _bare(model, last: int) -> float:
    table, copy = model._meta.db_table, f"bare_{model._meta.model_name}"
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    select = f"SELECT {columns} FROM {table} WHERE id > {last} ORDER BY id"
    with connection.cursor() as cursor:
        _make_alike(cursor, table, copy)
        if connection.vendor == "postgresql":
            cursor.execute("SET statement_timeout = 0")
            ready = io.StringIO()
            cursor.copy_expert(f"COPY ({select}) TO STDOUT", ready)
            ready.seek(0)
            before = spent()
            cursor.copy_expert(f"COPY {copy} ({columns}) FROM STDIN", ready)
            return spent() - before
        rows = cursor.execute(select).fetchall()
        marks = ", ".join(["?"] * len(model._meta.concrete_fields))
        before = spent()
        with transaction.atomic():
            cursor.connection.executemany(f"INSERT INTO {copy} ({columns}) VALUES ({marks})", rows)
        return spent() - before


def _make_alike(cursor, table: str, copy: str) -> None:
    if connection.vendor == "postgresql":
        cursor.execute(f"CREATE TABLE {copy} (LIKE {table} INCLUDING ALL)")
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
            [table],
        )
        for (definition,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {copy} ADD {definition}")
        return
    cursor.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name = %s AND type IN ('table', 'index') AND sql IS NOT NULL"
        " ORDER BY type DESC",
        [table],
    )
    for number, (sql,) in enumerate(cursor.fetchall()):
        if sql.startswith("CREATE TABLE"):
            sql = sql.replace(f'"{table}"', f'"{copy}"', 1)
        else:
            head, _on, rest = sql.partition(f' ON "{table}"')
            unique = "UNIQUE " if "UNIQUE" in head else ""
            sql = f'CREATE {unique}INDEX "{copy}_{number}" ON "{copy}"{rest}'
        cursor.execute(sql)


def peak_mb() -> float:
    """The most memory this process has had, in MB."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    return int(line.split()[1]) / 1024


def last_ids() -> dict:
    return {
        model: model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0 for model in WRITTEN
    }


def main(label: str) -> list[dict]:
    papers = [issued(number) for number in range(501, 504)]
    few, many, whole = (
        file_of(rows_of(certificate, licence, count, mark))
        for (certificate, licence, _by), count, mark in zip(
            papers, (ROWS // 10, ROWS, ROWS), ("FEW", "MANY", "WHOLE"), strict=True
        )
    )
    imported(few, papers[0][2], skips_bad=True)
    before, since = peak_mb(), last_ids()
    skipping = imported(many, papers[1][2], skips_bad=True)
    growth, raw = peak_mb() - before, bare(since)
    as_a_whole = imported(whole, papers[2][2], skips_bad=False)
    singles = rows_of(papers[0][0], papers[0][1], ONE_BY_ONE, "ONE")
    single = one_by_one(singles, *papers[0]) / ONE_BY_ONE
    each, faults = skipping.cost / ROWS, len(list(events.faults()))
    return [
        figures.told(f"imports, {label}: {ROWS} rows, skipping bad ones", skipping.took, "s"),
        figures.told(f"imports, {label}: {ROWS} rows as a whole", as_a_whole.took, "s"),
        figures.told(f"imports, {label}: longest transaction", as_a_whole.longest, "s"),
        figures.told(f"imports, {label}: CPU time a row", each * 1000, "ms"),
        figures.told(f"imports, {label}: CPU time a row by COPY", raw / ROWS * 1000, "ms"),
        figures.told(f"imports, {label}: CPU time a row one by one", single * 1000, "ms"),
        figures.at_least(f"imports, {label}: rate to COPY", raw / ROWS / each, "ratio", LEAST_OF_COPY),
        figures.at_least(f"imports, {label}: rate to one by one", single / each, "ratio", LEAST_OF_SINGLE),
        figures.at_most(f"imports, {label}: peak memory beyond a tenth of it", growth, "MB", MOST_GROWTH),
        figures.at_most(f"imports, {label}: faults in the history afterwards", faults, "events", 0),
    ]


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
