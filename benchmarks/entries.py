"""`python -m benchmarks.entries`: bring ten received consignments to every certificate of a filled database.

Each has one lot whose way is a copy of one that the services posted, and then goes to production and back until the
ledger holds some twenty entries of it; what is held stays the sum of the entries. Written by the database itself,
row from row, under all its constraints and keys. Events and figures are not copied: no measured page reads them.
"""

import django

django.setup()

from django.db import connection, models, transaction  # noqa: E402 - Django must be set up first

from benchmarks.population import settle  # noqa: E402
from euc.models import GoodsLine  # noqa: E402
from shipments import accounts, checking  # noqa: E402
from shipments.models import Consignment, Holding, Lot, Posting  # noqa: E402

CONSIGNMENTS, ENTRIES = 10, 20  # of a certificate, of a lot
BASE = 1_000_000  # above every key that the demonstration took
MOVED_MG = 1000
# Keys are made of the key of what a row belongs to, so that nothing need be asked while writing.
TENFOLD = f"(owner.id - {BASE}) * {CONSIGNMENTS} + s.n + {BASE}"


def series(count: int) -> str:
    """The numbers 0 to `count` - 1 as rows called s."""
    return f"(SELECT n FROM ({' UNION ALL '.join(f'SELECT {n} AS n' for n in range(count))}) AS numbers) AS s"


def copy(row: models.Model, owners: str, times: int, **given: str) -> None:
    """Copy a row for each owner so many times; columns given are SQL of `owner`, `org` and `s.n`."""
    table = row._meta.db_table
    columns = [field.column for field in row._meta.concrete_fields]
    values = ", ".join(given.get(column, f'one."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{owners}" AS owner '
            f"JOIN accounts_organisation AS org ON org.id = owner.importer_id "
            f'CROSS JOIN {series(times)} JOIN "{table}" AS one ON one.id = %s WHERE owner.id >= %s',
            [row.pk, BASE],
        )


def template() -> Lot:
    """A lot of the demonstration that arrived and lies in store."""
    held = Holding.objects.filter(
        account=accounts.ON_HAND, weight_mg__gt=MOVED_MG, lot__goods_line__isnull=False
    )
    return held.order_by("pk").first().lot


def fill(lot: Lot) -> None:
    consignment = Consignment.objects.get(pk=lot.consignment_id)
    line = GoodsLine.objects.get(pk=lot.goods_line_id)
    certificates, consignments, lots = "euc_certificate", Consignment._meta.db_table, Lot._meta.db_table
    drawn = str(lot.weight_mg * CONSIGNMENTS)
    copy(
        line, certificates, 1,
        id="owner.id", certificate_id="owner.id", number="1", net_weight_mg=drawn, drawn_mg=drawn,
        reserved_mg="0", released_mg="0",
    )  # fmt: skip
    copy(consignment.certificate.end_use, certificates, 1, id="owner.id", certificate_id="owner.id")
    copy(
        consignment, certificates, CONSIGNMENTS,
        id=TENFOLD, certificate_id="owner.id", importer_id="owner.importer_id", licence_id="NULL",
        reference=f"'CON/' || org.iec || '/2026-27/' || ({TENFOLD})", invoice_number=f"'B-' || ({TENFOLD})",
        boe_number=f"CAST(({TENFOLD}) AS varchar(7))", without_licence="'Measured without one'",
    )  # fmt: skip
    owned = {"id": "owner.id", "importer_id": "owner.importer_id"}
    own_line = f"(owner.id - {BASE}) / {CONSIGNMENTS} + {BASE}"
    copy(
        lot, consignments, 1,
        **owned, consignment_id="owner.id", goods_line_id=own_line, licence_line_id="NULL",
        number="1", batch="'H-' || owner.id",
    )  # fmt: skip
    for number, held in enumerate(lot.holdings.order_by("pk")):
        key = f"(owner.id - {BASE}) * 20 + {number} + {BASE}"
        copy(held, lots, 1, id=key, lot_id="owner.id", importer_id="owner.importer_id")
    drawn = [draw.pk for draw in lot.draws.order_by("pk")]
    for number, draw in enumerate(lot.draws.order_by("pk")):
        first = f"(owner.id - {BASE}) * 20 + {BASE}"
        copy(
            draw, lots, 1,
            id=f"{first} + {number}", lot_id="owner.id", goods_line_id="owner.goods_line_id", licence_line_id="NULL",
            of_id=f"{first} + {drawn.index(draw.of_id)}" if draw.of_id else "NULL",
        )  # fmt: skip
    post(lot, lots)


def post(lot: Lot, lots: str) -> None:
    """The entries of the lot copied, then to production and back."""
    way = list(lot.postings.order_by("pk"))
    (store,) = lot.holdings.filter(account=accounts.ON_HAND)[:1]
    pairs = (ENTRIES - len(way)) // 2
    moved = {
        "weight_mg": str(MOVED_MG), "pieces": "0", "reverses_id": "NULL", "units": "NULL", "due_on": "NULL",
        "from_place": f"'{store.place}'", "to_place": f"'{store.place}'", "document": "'WO-1'",
    }  # fmt: skip
    there = {"verb": "'issue'", "from_account": "'ON_HAND'", "to_account": "'IN_PRODUCTION'"}
    back = {"verb": "'take_back'", "from_account": "'IN_PRODUCTION'", "to_account": "'ON_HAND'"}
    each = [(entry, 1, {"reverses_id": "NULL"}) for entry in way] + [
        (way[-1], pairs, moved | verb) for verb in (there, back)
    ]
    for place, (entry, times, given) in enumerate(each):
        key = f"(owner.id - {BASE}) * 1000 + {place} * 20 + s.n + {BASE}"
        copy(
            entry,
            lots,
            times,
            id=key,
            key=f"'b-' || ({key})",
            lot_id="owner.id",
            importer_id="owner.importer_id",
            **given,
        )


def main() -> None:
    lot = template()
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
        fill(lot)
    settle()
    if Posting.objects.count() < 1_000_000:  # the long one is the short one a hundred times
        broken = [result.name for result in checking.results() if not result.holds]
        if broken:
            raise RuntimeError(f"the invented ledger breaks {broken}")
    print(Posting.objects.count())
    connection.close()


if __name__ == "__main__":
    main()
