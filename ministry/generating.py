"""Invented certificates, applications, licences, consignments and postings by the ten thousand, in bounded memory.

For trials, screenshots and benchmarks. The rows keep every constraint of the database and agree with each other to
the gram, but nobody took their steps: they have no history and no documents. Volumes follow what was published of the
trade (870 t in 2024-25), weights in whole milligrams.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.db import transaction

from accounts.models import Organisation, User
from accounts.roles import Kind
from euc import content as contents
from euc import workflow as law
from euc.models import Certificate, EndUse, GoodsLine, Party, Revision, Serial, Undertaking
from euc.models.certificate import financial_year, today
from licensing import calendar, clock
from licensing.models import Licence, LicenceCase, LicenceLine, StatusReport
from ministry import rebuilding
from ministry.published import TRADE
from shipments import accounts, ports
from shipments.models import Consignment, Draw, Holding, Lot, Posting

BATCH = 500
Row, Value = TypeVar("Row"), TypeVar("Value")
LEAST_LINE_MG = 100_000_000
RUPEES_A_KG = 3517  # 306 crore for 870 t
SECTORS = {
    "EV_TWO_WHEELER": 22, "EV_CAR": 18, "EV_BUS": 3, "AUTO_PARTS": 20, "AUDIO": 9, "WIND": 12, "WHITE_GOODS": 8,
    "INDUSTRIAL": 6, "MEDICAL": 2,
}  # fmt: skip
STATES = {"27": 30, "33": 22, "29": 14, "24": 10, "06": 10, "07": 5, "09": 5, "36": 4}
PROVINCES = ("330206", "360702", "150203", "140107", "510104", "440305", "110108", "370202")
PORTS_OF_ENTRY = tuple(ports.INDIA)[:12]
COUNTRIES = ("DE", "US", "JP", "GB", "FR", "ID", "BD", "MX")
KINDS: tuple[dict[str, Any], ...] = (
    {"family": "NDFEB_SINTERED", "itc_hs": "85051190", "cn_hs": "8505111000", "dy": "2.5", "tb": "0.3", "nd": "27.5",
     "weight_class": "heavy", "share": 55, "description": "Sintered NdFeB magnet, arc segment"},
    {"family": "NDFEB_SINTERED", "itc_hs": "85051110", "cn_hs": "8505111000", "dy": "0", "tb": "0", "nd": "29.5",
     "weight_class": "light", "share": 30, "description": "Sintered NdFeB magnet, block"},
    {"family": "SMCO", "itc_hs": "85051190", "cn_hs": "8505119000", "sm": "25.0",
     "weight_class": "medium", "share": 15, "description": "SmCo magnet, ring"},
)  # fmt: skip
ELEMENTS = ("dy", "tb", "sm", "nd")


def generate(
    *, certificates: int, years: int, seed: int, say: Callable[[str], None] = lambda text: None
) -> int:
    """Write so many certificates over the last years and all that hangs on them, then the figures; how many facts."""
    world = _World(certificates, years, seed)
    for done in range(0, certificates, BATCH):
        with transaction.atomic():
            _Batch(world).write(min(BATCH, certificates - done))
            world.numbers.keep()
        if done % 10_000 == 0:
            say(f"{done} of {certificates} certificates")
    return rebuilding.rebuild()


class _Beside(Generic[Row, Value]):
    """Values beside rows that have no key yet, by identity, in the order in which they were given."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Row, Value]] = {}

    def __setitem__(self, row: Row, value: Value) -> None:
        self._kept[id(row)] = (row, value)

    def __getitem__(self, row: Row) -> Value:
        return self._kept[id(row)][1]

    def get(self, row: Row) -> Value | None:
        return self._kept[id(row)][1] if id(row) in self._kept else None

    def items(self) -> list[tuple[Row, Value]]:
        return list(self._kept.values())


@dataclass
class _Numbers:
    """Serials of references, counted on in memory from what is stored."""

    last: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def reference(self, kind: str, iec: str, day: date) -> str:
        key = (kind, iec, financial_year(day))
        if key not in self.last:
            stored = Serial.objects.filter(kind=kind, iec=iec, year=key[2]).first()
            self.last[key] = stored.last if stored else 0
        self.last[key] += 1
        return f"{kind}/{iec}/{key[2]}/{self.last[key]:04d}"

    def keep(self) -> None:
        rows = [Serial(kind=k, iec=iec, year=year, last=last) for (k, iec, year), last in self.last.items()]
        Serial.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["kind", "iec", "year"],
            update_fields=["last"],
            batch_size=500,
        )


class _World:
    """Who trades with whom, the same for the same seed, and how much a certificate weighs."""

    def __init__(self, certificates: int, years: int, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - invented data, no secret
        self.seed = seed
        self.years = years
        self.numbers = _Numbers()
        self.last_day = today() - timedelta(days=1)
        self.mean_mg = max(TRADE[0].quantity_mg * years // max(certificates, 1), 2 * LEAST_LINE_MG)
        self.authority = _organisation(Kind.AUTHORITY, "Generated Authority (demonstration)", "")
        self.people = [_person(name) for name in ("drafter", "signatory", "officer", "senior")]
        count = min(max(certificates // 100, 8), 400)
        self.importers = [self._importer(number) for number in range(1, count + 1)]
        self.exporters = [self._exporter(number) for number in range(1, min(max(count // 4, 5), 80) + 1)]
        self.serial = Consignment.objects.count()

    def _importer(self, number: int) -> tuple[Organisation, str]:
        state = self.random.choices(list(STATES), list(STATES.values()))[0]
        name = f"Generated Importer {number:03d} Private Limited (demonstration)"
        sector = self.random.choices(list(SECTORS), list(SECTORS.values()))[0]
        return _organisation(Kind.IMPORTER, name, f"98{number:08d}", state), sector

    def _exporter(self, number: int) -> tuple[str, str]:
        district = self.random.choice(PROVINCES)
        return f"Generated Magnetics {number:02d} Co., Ltd. (demonstration)", f"91{district}MA{number:08d}"

    def weight(self) -> int:
        """Of one goods line, in milligrams: lognormal about the mean."""
        return max(round(self.mean_mg * self.random.lognormvariate(-0.6, 0.9) / 1.4), LEAST_LINE_MG)


def _organisation(kind: str, name: str, iec: str, state: str = "27") -> Organisation:
    given = {"address": "Demonstration Road", "city": "Demonstration", "state_code": state, "iec": iec}
    found, _made = Organisation.objects.get_or_create(
        kind=kind, name=name, defaults={**given, "postcode": "411001", "is_demonstration": True}
    )
    return found


def _person(name: str) -> User:
    given = {"full_name": f"Generated {name}", "is_system": True, "is_active": False, "password": "!"}
    return User.objects.get_or_create(email=f"generated-{name}@system.invalid", defaults=given)[0]


def _at(day: date) -> datetime:
    """Noon in India."""
    return datetime.combine(day, time(6, 30), UTC)


@lru_cache(maxsize=4096)
def _due_on(accepted: date) -> date | None:
    return clock.due_on(accepted, _calendar()).due_on


@lru_cache(maxsize=1)
def _calendar() -> clock.Calendar:
    return calendar.stored()


class _Batch:
    """Some hundred certificates, written table by table in the order in which keys are needed."""

    def __init__(self, world: _World) -> None:
        self.world, self.random = world, world.random
        self.certificates: list[Certificate] = []
        self.lines: _Beside[Certificate, list[GoodsLine]] = _Beside()
        self.classes: _Beside[GoodsLine, str] = _Beside()
        self.sectors: _Beside[Certificate, str] = _Beside()
        self.exporters: _Beside[Certificate, tuple[str, str]] = _Beside()

    def write(self, count: int) -> None:
        for _number in range(count):
            self._draft()
        Certificate.objects.bulk_create(self.certificates)
        lines = [line for certificate in self.certificates for line in self.lines[certificate]]
        GoodsLine.objects.bulk_create(lines)
        EndUse.objects.bulk_create([self._use(certificate) for certificate in self.certificates])
        Party.objects.bulk_create([self._party(certificate) for certificate in self.certificates])
        Revision.objects.bulk_create([self._revision(certificate) for certificate in self.certificates])
        issued = [c for c in self.certificates if c.status in law.WAS_ISSUED]
        Undertaking.objects.bulk_create([self._undertaking(certificate) for certificate in issued])
        _Applications(self, issued).write()

    def _draft(self) -> None:
        world, pick = self.world, self.random
        day = world.last_day - timedelta(days=pick.randrange(world.years * 365))
        importer, sector = pick.choice(world.importers)
        reference = world.numbers.reference("EUC", importer.iec, day)
        certificate = Certificate(
            reference=reference,
            importer=importer,
            addressed_to=world.authority,
            po_number=f"PO-{reference[-9:]}",
            po_date=day - timedelta(days=10),
            contract_number=f"C-{reference[-9:]}",
            created_by=world.people[0],
            created_at=_at(day - timedelta(days=3)),
            changed_at=_at(day),
            revision_number=1,
            content_hash=hashlib.sha256(reference.encode()).hexdigest(),
            submitted_by=world.people[1],
            submitted_at=_at(day),
            risk=5 * pick.randrange(12),
        )
        self.certificates.append(certificate)
        self.exporters[certificate] = pick.choice(world.exporters)
        certificate.exporter_name = self.exporters[certificate][0]
        self.sectors[certificate] = sector
        self._decide(certificate, day)
        self.lines[certificate] = [self._line(certificate, n) for n in range(1, 2 + (pick.random() < 0.3))]

    def _decide(self, certificate: Certificate, day: date) -> None:
        """The younger it is, the more likely it still waits."""
        age, pick, people = (self.world.last_day - day).days, self.random, self.world.people
        if age < pick.randrange(2, 30):
            certificate.status = pick.choice((law.SUBMITTED, law.SUBMITTED, law.RETURNED))
            return
        if pick.random() < 0.03:
            certificate.status = law.REJECTED
            certificate.ended_by, certificate.ended_at = people[2], _at(day + timedelta(days=2))
            certificate.end_reason = "The end use is too vague (demonstration)."
            return
        certificate.status, certificate.approved_by = law.APPROVED, people[2]
        certificate.approved_at, certificate.approved_hash = _at(day), certificate.content_hash
        certificate.approving_authority = self.world.authority
        if age < pick.randrange(4, 40):
            return
        issued = day + timedelta(days=2)
        certificate.status, certificate.issued_by, certificate.issued_at = law.ISSUED, people[3], _at(issued)
        certificate.issued_hash, certificate.issuing_authority = (
            certificate.content_hash,
            self.world.authority,
        )
        certificate.valid_from, certificate.valid_until = issued, issued + timedelta(days=364)
        if certificate.valid_until < today():
            certificate.status = law.EXPIRED
            certificate.ended_by, certificate.ended_at = people[3], _at(certificate.valid_until)
        elif pick.random() < 0.01:
            certificate.status, certificate.ended_by = law.REVOKED, people[3]
            certificate.ended_at, certificate.end_reason = certificate.issued_at, "Revoked (demonstration)."

    def _line(self, certificate: Certificate, number: int) -> GoodsLine:
        kind = self.random.choices(KINDS, [kind["share"] for kind in KINDS])[0]
        weight = self.world.weight()
        line = GoodsLine(
            certificate=certificate,
            number=number,
            description=f"{kind['description']} (demonstration)",
            family=kind["family"],
            grade="N42UH",
            itc_hs=kind["itc_hs"],
            cn_hs=kind["cn_hs"],
            net_weight_mg=weight,
            pieces=max(weight // 11_000_000, 1),
            value=(Decimal(weight) / 1_000_000 * 40).quantize(Decimal("0.01")),
            currency="USD",
            **{name: Decimal(kind[name]) for name in ELEMENTS if name in kind},
        )
        self.classes[line] = kind["weight_class"]
        return line

    def _use(self, certificate: Certificate) -> EndUse:
        return EndUse(
            certificate=certificate,
            sector=self.sectors[certificate],
            product="Motor (demonstration)",
            purpose="Rotor magnets (demonstration).",
            is_civil=True,
        )

    def _party(self, certificate: Certificate) -> Party:
        name, uscc = self.exporters[certificate]
        return Party(
            certificate=certificate,
            role=Party.Role.EXPORTER,
            name=name,
            address="Demonstration Road",
            country="CN",
            registration=uscc,
        )

    def _revision(self, certificate: Certificate) -> Revision:
        """The content as if it had been signed; the assessment of a line says its class and no more."""
        name, uscc = self.exporters[certificate]
        importer = contents.firm(certificate.importer)
        exporter = dict.fromkeys(importer, "") | {
            "name": name,
            "country": "CN",
            "identifiers": {"USCC": uscc},
        }
        goods = [
            contents.line_as_signed(line)
            | {"assessment": {"weight_class": self.classes[line], "controlled": True, "codes": [], "why": []}}
            for line in self.lines[certificate]
        ]
        return Revision(
            certificate=certificate,
            number=1,
            content={
                "schema": contents.SCHEMA,
                "reference": certificate.reference,
                "revision": 1,
                "template": certificate.template,
                "demonstration": True,
                "parties": {
                    "exporter": exporter,
                    "importer": importer,
                    "consignee": importer,
                    "end_user": importer,
                },
                "order": {
                    "number": certificate.po_number,
                    "date": f"{certificate.po_date}",
                    "contract_number": certificate.contract_number,
                },
                "goods": goods,
                "end_use": {"sector": self.sectors[certificate], "sector_label": "", "product": "Motor"},
                "undertakings": [],
                "evidence": [],
                "signatory": contents.signatory(None, None),
            },
            content_hash=certificate.content_hash,
            submitted_by=certificate.submitted_by,
            submitted_at=certificate.submitted_at,
        )

    def _undertaking(self, certificate: Certificate) -> Undertaking:
        people = self.world.people
        return Undertaking(
            reference=certificate.reference.replace("EUC", "NRU", 1),
            importer=certificate.importer,
            certificate=certificate,
            addressed_to=self.world.authority,
            status=law.REVOKED if certificate.status == law.REVOKED else law.IN_FORCE,
            valid_from=certificate.valid_from,
            valid_until=certificate.valid_until,
            created_by=people[0],
            content_hash=certificate.content_hash,
            signed_by=people[1],
            signed_at=certificate.submitted_at,
            approved_by=people[2],
            approved_at=certificate.approved_at,
            approved_hash=certificate.content_hash,
            approving_authority=self.world.authority,
            brought_by=people[3],
            brought_at=certificate.issued_at,
            ended_by=certificate.ended_by if certificate.status == law.REVOKED else None,
            ended_at=certificate.ended_at if certificate.status == law.REVOKED else None,
        )


class _Applications:
    """What followed the issue: an application, perhaps a licence, consignments and what became of the goods."""

    def __init__(self, batch: _Batch, issued: list[Certificate]) -> None:
        self.batch, self.issued = batch, issued
        self.world, self.random = batch.world, batch.random
        self.cases: list[LicenceCase] = []
        self.licences: _Beside[LicenceCase, Licence] = _Beside()
        self.reports: list[StatusReport] = []

    def write(self) -> None:
        for certificate in self.issued:
            self._apply(certificate)
        Licence.objects.bulk_create([licence for _case, licence in self.licences.items()])
        lines = [line for case, licence in self.licences.items() for line in self._allowed(case, licence)]
        LicenceLine.objects.bulk_create(lines)
        for case, licence in self.licences.items():
            case.licence = licence
        LicenceCase.objects.bulk_create(self.cases)
        for report in self.reports:
            report.licence = self.licences.get(report.case) if report.claimed == "ISSUED" else None
        StatusReport.objects.bulk_create(self.reports)
        _Voyages(self.batch, lines).write()
        LicenceLine.objects.bulk_update(
            [line for line in lines if line.drawn_mg], ["drawn_mg"], batch_size=200
        )
        goods = [line.goods_line for line in lines if line.drawn_mg]
        GoodsLine.objects.bulk_update(goods, ["drawn_mg"], batch_size=200)

    def _apply(self, certificate: Certificate) -> None:
        pick, last = self.random, self.world.last_day
        opened = certificate.valid_from + timedelta(days=7)
        accepted = opened + timedelta(days=pick.randrange(8, 25))
        if accepted > last:
            return
        case = LicenceCase(
            reference=self.world.numbers.reference("LIC", certificate.importer.iec, opened),
            importer=certificate.importer,
            certificate=certificate,
            exporter_name=certificate.exporter_name,
            opened_by=self.world.people[0],
            opened_at=_at(opened),
            filed_on=opened + timedelta(days=4),
            accepted_on=accepted,
        )
        self.cases.append(case)
        self._said(case, "FILED", case.filed_on)
        self._said(case, "ACCEPTED", accepted)
        decided = accepted + timedelta(days=round(pick.lognormvariate(4.06, 0.45)))
        if decided > last or certificate.status == law.REVOKED:
            case.status, case.status_on, case.due_on = "ACCEPTED", accepted, _due_on(accepted)
        elif pick.random() < 0.12:
            self._said(case, "REFUSED", decided)
            case.status, case.status_on = "REFUSED", decided
        else:
            self._said(case, "ISSUED", decided)
            self._grant(case, decided)

    def _said(self, case: LicenceCase, claimed: str, day: date) -> None:
        self.reports.append(
            StatusReport(
                case=case,
                claimed=claimed,
                claimed_on=day,
                source=StatusReport.Source.IMPORTER,
                confidence=StatusReport.Confidence.MEDIUM,
                recorded_by=self.world.people[0],
                received_at=_at(day),
            )
        )

    def _grant(self, case: LicenceCase, decided: date) -> None:
        expires = decided + timedelta(days=180)
        over = expires < today()
        case.status, case.status_on = ("EXPIRED" if over else "ISSUED"), (expires if over else decided)
        if over:
            self._said(case, "EXPIRED", expires)
        self.licences[case] = Licence(
            importer=case.importer,
            exporter_name=case.exporter_name,
            number=f"GN-{case.reference}",
            type=Licence.Type.GENERAL,
            status="EXPIRED" if over else "ISSUED",
            issued_on=decided,
            expires_on=expires,
            contract_number=case.certificate.contract_number,
            customs_port="Ningbo",
        )

    def _allowed(self, case: LicenceCase, licence: Licence) -> Iterator[LicenceLine]:
        for line in self.batch.lines[case.certificate]:
            yield LicenceLine(licence=licence, goods_line=line, authorised_mg=line.net_weight_mg or 0)


class _Voyages:
    """Consignments of a batch's licences, with their draws, and the ledger of their lots."""

    def __init__(self, batch: _Batch, lines: list[LicenceLine]) -> None:
        self.batch, self.lines, self.world, self.random = batch, lines, batch.world, batch.random
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
                reference=self.world.numbers.reference("SHP", goods.certificate.importer.iec, day),
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
        given |= {"made_by": self.world.people[0], "made_at": _at(lot.consignment.released_on)}
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
                posted_at=_at(day),
            )
        )
        for sign, (account, place) in ((-1, source), (1, target)):
            key = (lot.pk, account, place)
            held = self.holdings.setdefault(
                key, Holding(lot=lot, importer_id=lot.importer_id, account=account, place=place)
            )
            held.weight_mg += sign * weight_mg
