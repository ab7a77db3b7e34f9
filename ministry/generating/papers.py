"""Invented certificates with their goods, end use, exporter, signed content and undertaking."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from euc import assessing, control
from euc import content as contents
from euc import workflow as law
from euc.models import Certificate, EndUse, GoodsLine, Party, Revision, Undertaking
from euc.models.certificate import today
from ministry.generating.applications import Applications
from ministry.generating.world import Beside, World, noon

KINDS: tuple[dict[str, Any], ...] = (
    {"family": "NDFEB_SINTERED", "itc_hs": "85051190", "cn_hs": "8505111000", "dy": "2.5", "tb": "0.3", "nd": "27.5",
     "weight_class": "heavy", "share": 55, "description": "Sintered NdFeB magnet, arc segment"},
    {"family": "NDFEB_SINTERED", "itc_hs": "85051110", "cn_hs": "8505111000", "dy": "0", "tb": "0", "nd": "29.5",
     "weight_class": "light", "share": 30, "description": "Sintered NdFeB magnet, block"},
    {"family": "SMCO", "itc_hs": "85051190", "cn_hs": "8505119000", "sm": "25.0",
     "weight_class": "medium", "share": 15, "description": "SmCo magnet, ring"},
)  # fmt: skip
ELEMENTS = ("dy", "tb", "sm", "nd")


class Batch:
    """Some hundred certificates, written table by table in the order in which keys are needed."""

    def __init__(self, world: World) -> None:
        self.world, self.random = world, world.random
        self.certificates: list[Certificate] = []
        self.lines: Beside[Certificate, list[GoodsLine]] = Beside()
        self.classes: Beside[GoodsLine, str] = Beside()
        self.sectors: Beside[Certificate, str] = Beside()
        self.rules = assessing.rules()
        self.exporters: Beside[Certificate, tuple[str, str]] = Beside()

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
        Applications(self, issued).write()

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
            created_at=noon(day - timedelta(days=3)),
            changed_at=noon(day),
            revision_number=1,
            content_hash=hashlib.sha256(reference.encode()).hexdigest(),
            submitted_by=world.people[1],
            submitted_at=noon(day),
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
            certificate.ended_by, certificate.ended_at = people[2], noon(day + timedelta(days=2))
            certificate.end_reason = "The end use is too vague (demonstration)."
            return
        certificate.status, certificate.approved_by = law.APPROVED, people[2]
        certificate.approved_at, certificate.approved_hash = noon(day), certificate.content_hash
        certificate.approving_authority = self.world.authority
        if age < pick.randrange(4, 40):
            return
        issued = day + timedelta(days=2)
        certificate.status, certificate.issued_by, certificate.issued_at = law.ISSUED, people[3], noon(issued)
        certificate.issued_hash, certificate.issuing_authority = (
            certificate.content_hash,
            self.world.authority,
        )
        certificate.valid_from, certificate.valid_until = issued, issued + timedelta(days=364)
        if certificate.valid_until < today():
            certificate.status = law.EXPIRED
            certificate.ended_by, certificate.ended_at = people[3], noon(certificate.valid_until)
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
        """The content as if it had been signed that day, with what the control rules say of each line."""
        name, uscc = self.exporters[certificate]
        importer = contents.firm(certificate.importer)
        exporter = dict.fromkeys(importer, "") | {
            "name": name,
            "country": "CN",
            "identifiers": {"USCC": uscc},
        }
        goods = [
            contents.line_as_signed(line) | {"assessment": self._assessed(line, certificate)}
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
                "end_use": contents.end_use_as_signed(self._use(certificate)),
                "undertakings": [],
                "evidence": [],
                "signatory": contents.signatory(None, None),
            },
            content_hash=certificate.content_hash,
            submitted_by=certificate.submitted_by,
            submitted_at=certificate.submitted_at,
        )

    def _assessed(self, line: GoodsLine, certificate: Certificate) -> dict[str, Any]:
        on = control.day_in_china(certificate.submitted_at)
        found = control.assess(assessing.facts_of(line), on, self.rules).as_json()
        return {"on": on.isoformat(), **found, "weight_class": self.classes[line]}

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
