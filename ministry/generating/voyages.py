"""Invented consignments under invented licences, what they drew, and the ledger of their lots."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from euc import workflow as law
from licensing.models import LicenceLine
from ministry.generating.world import World, noon
from shipments import accounts, ports
from shipments.models import Consignment, Draw, Holding, Lot, Posting

RUPEES_A_KG = 3517  # 306 crore for 870 t
PORTS_OF_ENTRY = tuple(ports.INDIA)[:12]
COUNTRIES = ("DE", "US", "JP", "GB", "FR", "ID", "BD", "MX")


class Voyages:
    """Consignments of a batch's licences, with their draws, and the ledger of their lots."""

    def __init__(self, world: World, lines: list[LicenceLine]) -> None:
        self.lines, self.world, self.random = lines, world, world.random
        self.consignments: list[Consignment] = []
        self.lots: list[tuple[Lot, LicenceLine]] = []
        self.draws: list[Draw] = []
        self.settled: list[Draw] = []
        self.postings: list[Posting] = []
        self.holdings: dict[tuple[int, str, str], Holding] = {}

    def write(self) -> None:
        for line in self.lines:
            self._ship(line)
        Consignment.objects.bulk_create(self.consignments)
        Lot.objects.bulk_create([lot for lot, _line in self.lots])
        for lot, line in self.lots:
            self._draw(lot, line)
        Draw.objects.bulk_create(self.draws)
        Draw.objects.bulk_create(self.settled)
        for lot, _line in self.lots:
            self._keep(lot)
        Posting.objects.bulk_create(self.postings)
        Holding.objects.bulk_create(self.holdings.values())

    def _ship(self, line: LicenceLine) -> None:
        """One to three consignments of a licence line, some weeks apart."""
        pick, goods, parts = self.random, line.goods_line, self.random.randrange(1, 4)
        for part in range(parts):
            day = line.licence.issued_on + timedelta(days=12 + 28 * part)
            if (
                day > self.world.last_day
                or day > line.licence.expires_on
                or goods.certificate.status == law.REVOKED
            ):
                return
            weight = line.authorised_mg // parts * pick.choice((9, 10, 10)) // 10
            self.world.serial += 1
            number, arrived = self.world.serial, day + timedelta(days=pick.randrange(5, 25))
            consignment = Consignment(
                reference=self.world.numbers.reference("CON", goods.certificate.importer.iec, day),
                importer=goods.certificate.importer,
                certificate=goods.certificate,
                licence=line.licence,
                status="DEPARTED",
                exporter_name=goods.certificate.exporter_name,
                invoice_number=f"GI-{self.world.seed}-{number}",
                invoice_date=day - timedelta(days=3),
                mode=pick.choice(("AIR", "AIR", "SEA")),
                port_of_loading="CNNGB",
                port_of_entry=pick.choice(PORTS_OF_ENTRY),
                declared_on=day,
                released_on=day,
                departed_on=day,
                created_by=self.world.people[0],
            )
            if arrived <= self.world.last_day:
                consignment.status = "RECONCILED" if pick.random() < 0.7 else "RECEIVED"
                consignment.boe_type, consignment.boe_number = "H", f"{number % 10_000_000:07d}"
                consignment.arrived_on = consignment.boe_on = consignment.cleared_on = arrived
                consignment.received_on = arrived
                consignment.assessable_value_inr = Decimal(weight // 1_000_000 * RUPEES_A_KG)
            self.consignments.append(consignment)
            lot = Lot(
                consignment=consignment,
                importer=goods.certificate.importer,
                number=1,
                goods_line=goods,
                licence_line=line,
                batch=f"H-{number}",
                weight_mg=weight,
                pieces=max(weight // 11_000_000, 1),
                entered_mg=weight if consignment.boe_on else None,
            )
            self.lots.append((lot, line))

    def _draw(self, lot: Lot, line: LicenceLine) -> None:
        given: dict[str, Any] = {"lot": lot, "goods_line": line.goods_line, "licence_line": line}
        given |= {"made_by": self.world.people[0], "made_at": noon(lot.consignment.released_on)}
        held = Draw(kind=Draw.Kind.RESERVE, reserved_mg=lot.weight_mg, drawn_mg=0, **given)
        self.draws.append(held)
        given["of"] = held
        self.settled.append(
            Draw(kind=Draw.Kind.COMMIT, reserved_mg=-lot.weight_mg, drawn_mg=lot.weight_mg, **given)
        )
        line.drawn_mg += lot.weight_mg
        line.goods_line.drawn_mg += lot.weight_mg

    def _keep(self, lot: Lot) -> None:
        """From the exporter to where the goods are by now."""
        consignment, store = lot.consignment, "Main store"
        left = consignment.released_on
        self._post(lot, "ship", (accounts.SUPPLIER, ""), (accounts.IN_TRANSIT, ""), lot.weight_mg, left)
        if not consignment.received_on:
            return
        stocked, day = (accounts.ON_HAND, store), consignment.received_on
        self._post(lot, "receive", (accounts.IN_TRANSIT, ""), stocked, lot.weight_mg, day)
        used = lot.weight_mg * self.random.randrange(60, 98) // 100
        for verb, source, target, after, share in (
            ("issue", stocked, (accounts.IN_PRODUCTION, store), 10, 100),
            ("build_in", (accounts.IN_PRODUCTION, store), (accounts.FINISHED, store), 20, 98),
            ("scrap", (accounts.IN_PRODUCTION, store), (accounts.SCRAP, store), 20, 2),
            ("sell", (accounts.FINISHED, store), (accounts.DOMESTIC_PRODUCT, "Customer"), 35, 70),
            ("export_product", (accounts.FINISHED, store),
             (accounts.EXPORTED_PRODUCT, self.random.choice(COUNTRIES)), 40, 20),
        ):  # fmt: skip
            when = day + timedelta(days=after)
            if when <= self.world.last_day:
                self._post(lot, verb, source, target, used * share // 100, when)

    def _post(
        self, lot: Lot, verb: str, source: tuple[str, str], target: tuple[str, str], weight_mg: int, day: date
    ) -> None:
        self.postings.append(
            Posting(
                lot=lot,
                importer_id=lot.importer_id,
                verb=verb,
                from_account=source[0],
                from_place=source[1],
                to_account=target[0],
                to_place=target[1],
                weight_mg=weight_mg,
                happened_on=day,
                key=f"generated-{lot.pk}-{verb}",
                posted_by=self.world.people[0],
                posted_at=noon(day),
            )
        )
        for sign, (account, place) in ((-1, source), (1, target)):
            key = (lot.pk, account, place)
            held = self.holdings.setdefault(
                key, Holding(lot=lot, importer_id=lot.importer_id, account=account, place=place)
            )
            held.weight_mg += sign * weight_mg
