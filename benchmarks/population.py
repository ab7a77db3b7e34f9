"""`python -m benchmarks.population COUNT`: fill a prepared database with COUNT certificates.

With 0 it only makes the documents that the demonstration owes, so that copies of the database need not.

Every row is a copy of one that the services made: the demonstration certificates of each status, with their
undertaking, submitted revision, stored file and registered document. Reference, token, importer, hashes, dates
and risk differ. The database checks every constraint and key as it always does. History (hash-chained) and
evidence are not copied: nothing measured here reads them.
"""

import hashlib
import random
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta

import django

django.setup()

from django.db import connection, models, transaction  # noqa: E402 - Django must be set up first

from accounts.models import Organisation  # noqa: E402
from documents.models import Document, StoredFile  # noqa: E402
from euc.models import Certificate, Revision, Undertaking  # noqa: E402
from euc.models.certificate import new_token  # noqa: E402
from workflow import errands  # noqa: E402
from workflow.models import Errand  # noqa: E402

IMPORTERS = 200
SHARE_OF_THE_LARGEST = 10  # every tenth certificate is the demonstration importer's
MIX = {"ISSUED": 65, "REVOKED": 5, "SUBMITTED": 10, "APPROVED": 5, "RETURNED": 5, "DRAFT": 10}
BATCH = 5_000
YEAR = "2026-27"

Row = dict[str, object]


class Template:
    """One certificate made by the services, with the rows that belong to it."""

    def __init__(self, certificate: Certificate):
        self.reference = certificate.reference
        self.certificate = raw(Certificate, pk=certificate.pk)
        self.undertaking = raw(Undertaking, certificate=certificate)
        self.revision = raw(Revision, certificate=certificate, number=certificate.revision_number)
        self.document = raw(Document, pk=certificate.document_id)
        self.file = raw(StoredFile, pk=certificate.document.file_id) if certificate.document else None


def raw(model: type[models.Model], **which: object) -> Row | None:
    """The columns of one row as the database holds them."""
    found = model.objects.filter(**which).first()
    if found is None:
        return None
    columns = [field.column for field in model._meta.concrete_fields if not field.generated]
    quoted = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {quoted} FROM "{model._meta.db_table}" WHERE id = %s', [found.pk])
        return dict(zip(columns, cursor.fetchone(), strict=True))


def templates() -> dict[str, Template]:
    for errand in Errand.objects.filter(kind="euc.print_certificate", state=Errand.PENDING):
        if not errands.run(errand.pk):
            raise RuntimeError(f"{errand.key} could not be done")
    found = {}
    for status in MIX:
        row = Certificate.objects.filter(status=status).select_related("document").first()
        found[status] = Template(row)
    return found


def importers() -> list[Row]:
    """The demonstration importer, and the others as its copies under other names."""
    first = raw(Organisation, iec="0388000001")
    others = []
    for number in range(1, IMPORTERS):
        name = f"Benchmark Importer {number:03d} Private Limited (demonstration)"
        empty = dict.fromkeys(("pan", "gstin", "cin", "udyam"), "")
        others.append({**first, **empty, "id": 100_000 + number, "name": name, "iec": f"99{number:08d}"})
    return [first, *others]


class Copies:
    """Rows for `total` certificates, table by table, in the order their keys ask for."""

    def __init__(self, total: int):
        self.random = random.Random(20261121)
        self.templates, self.importers = templates(), importers()
        statuses = [status for status, share in MIX.items() for _ in range(share)]
        self.random.shuffle(statuses)
        self.plan = [(number, self.templates[statuses[number % 100]]) for number in range(total)]
        self.base = 1_000_000  # above every key the demonstration took

    def tables(self) -> Iterator[tuple[type[models.Model], Callable[[int, Template], Row | None]]]:
        yield StoredFile, self.file
        yield Document, self.document
        yield Certificate, self.certificate
        yield Revision, self.revision
        yield Undertaking, self.undertaking

    def rows(self, make: Callable[[int, Template], Row | None], batch: list) -> list[Row]:
        return [row for number, template in batch if (row := make(number, template))]

    def importer(self, number: int) -> Row:
        if number % SHARE_OF_THE_LARGEST == 0:
            return self.importers[0]
        return self.importers[1 + number % (IMPORTERS - 1)]

    def reference(self, number: int, kind: str = "EUC") -> str:
        return f"{kind}/{self.importer(number)['iec']}/{YEAR}/{number + 10_001}"

    def sha256(self, number: int, of: str) -> str:
        return hashlib.sha256(f"{of} {number}".encode()).hexdigest()

    def file(self, number: int, template: Template) -> Row | None:
        book = f"org-{self.importer(number)['id']}"
        name = self.reference(number).replace("/", "-") + ".pdf"
        new = {"id": self.base + number, "sha256": self.sha256(number, "file"), "book": book, "name": name}
        return template.file and {**template.file, **new}

    def document(self, number: int, template: Template) -> Row | None:
        return template.document and {
            **template.document,
            "id": self.base + number,
            "file_id": self.base + number,
            "sha256": self.sha256(number, "file"),
            "reference": self.reference(number),
            "content_hash": self.sha256(number, "content"),
        }

    def certificate(self, number: int, template: Template) -> Row:
        row = {
            **template.certificate,
            "id": self.base + number,
            "reference": self.reference(number),
            "importer_id": self.importer(number)["id"],
            "token": new_token(),
            "exporter_name": f"Demonstration Magnets {number % 40:02d} Co., Ltd.",
            "po_number": f"PO-2026-{number:06d}",
            "risk": 5 * self.random.randrange(20),
            "changed_at": template.certificate["changed_at"] - timedelta(minutes=number % 500_000),
        }
        for name in ("content_hash", "approved_hash", "issued_hash"):
            row[name] = row[name] and self.sha256(number, "content")
        if row["submitted_at"]:
            row["submitted_at"] -= timedelta(minutes=self.random.randrange(500_000))
        if row["document_id"]:
            row["document_id"] = self.base + number
        return row

    def revision(self, number: int, template: Template) -> Row | None:
        return template.revision and {
            **template.revision,
            "id": self.base + number,
            "certificate_id": self.base + number,
            "content": self._renamed(number, template, template.revision["content"]),
            "content_hash": self.sha256(number, "content"),
        }

    def _renamed(self, number: int, template: Template, content: str) -> str:
        content = content.replace(template.undertaking["reference"], self.reference(number, "NRU"))
        return content.replace(template.reference, self.reference(number))

    def undertaking(self, number: int, template: Template) -> Row:
        return {
            **template.undertaking,
            "id": self.base + number,
            "certificate_id": self.base + number,
            "importer_id": self.importer(number)["id"],
            "reference": self.reference(number, "NRU"),
            "token": new_token(),
            "document_id": None,
        }


def write(model: type[models.Model], rows: list[Row]) -> None:
    if not rows:
        return
    columns = ", ".join(f'"{column}"' for column in rows[0])
    into = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES'
    values = [tuple(row.values()) for row in rows]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg2.extras import execute_values

            execute_values(cursor.cursor, f"{into} %s", values, page_size=500)
        else:
            marks = ", ".join("?" * len(rows[0]))
            cursor.connection.executemany(f"{into} ({marks})", values)


def settle() -> None:
    """What a database does by itself in time: statistics and free space on PostgreSQL; nothing on SQLite."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")


def fill(total: int) -> None:
    """Insert so many certificates, and what belongs to them, beside the demonstration's."""
    copies = Copies(total)
    with transaction.atomic():
        write(Organisation, copies.importers[1:])
    for start in range(0, total, BATCH):
        batch = copies.plan[start : start + BATCH]
        with transaction.atomic():
            for model, make in copies.tables():
                write(model, copies.rows(make, batch))


def main(total: int) -> None:
    if total:
        fill(total)
        settle()
    else:
        templates()
    connection.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
