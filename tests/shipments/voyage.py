"""A consignment in any status, reached through the services as people reach it."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from accounts.actors import Actor
from euc.models import Certificate
from euc.models.certificate import today
from licensing.models import Licence, LicenceLine
from shipments import accounts, custody, services
from shipments.models import Consignment, Lot, Posting
from shipments.services import LotPlan, Receipt

KG = 1_000_000
STORE = "Chakan plant"
_numbers = count(1)


def licence_for(certificate: Certificate, *, weights: dict[int, int] | None = None, **given: Any) -> Licence:
    """A licence for all lines of the certificate, or for these weights by line number."""
    licence = Licence.objects.create(
        importer=certificate.importer,
        number=f"26-AA-{next(_numbers):06d}",
        issued_on=today() - timedelta(days=1),
        expires_on=today() + timedelta(days=200),
        **{"exporter_name": certificate.exporter_name, "type": "GENERAL", "status": "ISSUED", **given},
    )
    for line in certificate.lines():
        weight = (weights or {}).get(line.number, line.net_weight_mg)
        if weight:
            LicenceLine.objects.create(licence=licence, goods_line=line, authorised_mg=weight)
    return licence


@dataclass(frozen=True)
class Voyage:
    """The importer's people, one certificate and one licence; consignments as verbs."""

    drafter: Actor
    signatory: Actor
    certificate: Certificate
    licence: Licence | None

    def planned(self, *plans: LotPlan, **given: Any) -> Consignment:
        plans = plans or (LotPlan(1, 100 * KG, 1000, batch="H-1"), LotPlan(2, 30 * KG, 500))
        number = next(_numbers)
        return services.plan(
            certificate=Certificate.objects.get(pk=self.certificate.pk),
            by=self.drafter,
            papers={"invoice_number": f"INV-{number}", "invoice_date": today()},
            lots=plans,
            **{"licence": self.licence, **given},
        )

    def booked(self, *plans: LotPlan, **given: Any) -> Consignment:
        consignment = self.planned(*plans, **given)
        services.book(consignment=consignment, by=self.drafter)
        return consignment

    def declared(self, *plans: LotPlan, **given: Any) -> Consignment:
        consignment = self.booked(*plans, **given)
        services.declare(consignment=consignment, by=self.drafter, on=today())
        return consignment

    def queried(self) -> Consignment:
        consignment = self.declared()
        services.query(consignment=consignment, by=self.drafter, on=today(), reason="Dy?")
        return consignment

    def refused(self) -> Consignment:
        consignment = self.declared()
        services.refuse(consignment=consignment, by=self.drafter, on=today(), reason="no licence shown")
        return consignment

    def released(self, *plans: LotPlan, weights: dict[int, int] | None = None, **given: Any) -> Consignment:
        consignment = self.declared(*plans, **given)
        services.release(consignment=consignment, by=self.drafter, on=today(), weights=weights)
        return consignment

    def departed(self, *plans: LotPlan, **given: Any) -> Consignment:
        consignment = self.released(*plans, **given)
        services.depart(
            consignment=consignment, by=self.drafter, on=today(), transport_document="160-12345675"
        )
        return consignment

    def arrived(self, *plans: LotPlan) -> Consignment:
        consignment = self.departed(*plans)
        services.arrive(consignment=consignment, by=self.drafter, on=today())
        return consignment

    def entered(self, *plans: LotPlan, **given: Any) -> Consignment:
        consignment = self.departed(*plans, **given)
        services.enter(
            consignment=consignment,
            by=self.drafter,
            on=today(),
            boe_type="H",
            boe_number=f"{next(_numbers):07d}",
            port_of_entry="INNSA1",
        )
        return consignment

    def cleared(self, *plans: LotPlan, **given: Any) -> Consignment:
        consignment = self.entered(*plans, **given)
        services.clear(consignment=consignment, by=self.drafter, on=today())
        return consignment

    def received(self, *plans: LotPlan, **given: Any) -> Consignment:
        consignment = self.cleared(*plans, **given)
        self.receive(consignment)
        return consignment

    def receive(self, consignment: Consignment, **less: int) -> None:
        """Everything arrives sound; `less` names by lot ("lot1") what is missing, in milligrams."""
        receipts = [
            Receipt(lot.number, lot.weight_mg - less.get(f"lot{lot.number}", 0), lot.pieces)
            for lot in consignment.lots()
        ]
        services.receive(
            consignment=consignment,
            by=self.drafter,
            on=today(),
            place=STORE,
            receipts=receipts,
            receipt_number="GRN-1",
        )

    def received_short(self) -> Consignment:
        consignment = self.cleared()
        self.receive(consignment, lot1=KG)
        return consignment

    def lost(self) -> Consignment:
        consignment = self.departed()
        services.lose(consignment=consignment, by=self.drafter, on=today(), reason="the vessel sank")
        return consignment

    def reconciled(self, *plans: LotPlan) -> Consignment:
        consignment = self.received(*plans)
        services.reconcile(consignment=consignment, by=self.signatory)
        return consignment

    def cancelled(self) -> Consignment:
        consignment = self.booked()
        services.cancel(consignment=consignment, by=self.drafter, reason="the order was called off")
        return consignment

    def in_status(self, status: str) -> Consignment:
        named = {"SHORT": "received_short"}.get(status, status.lower())
        return getattr(self, named)()

    def move(self, lot: Lot, verb: str, weight_mg: int, pieces: int = 0, **given: Any) -> Posting:
        """One move from where the lot usually lies, with every question answered."""
        move = accounts.MOVES[verb]
        source = given.pop("source", None) or next(a for a in accounts.ACCOUNTS if a in move.sources)
        answers = {
            "document": "D-1",
            "product": "Hub motor",
            "units": 100,
            "due_on": today(),
            "consent": "C-1",
        }
        answers |= {"reason": "because"}
        facts = {name: answers[name] for name in move.asks} | given
        return custody.move(
            lot=lot,
            verb=verb,
            by=self.drafter,
            from_account=source,
            from_place=facts.pop("from_place", STORE),
            weight_mg=weight_mg,
            pieces=pieces,
            happened_on=today(),
            key=facts.pop("key", f"key-{next(_numbers)}"),
            to_place=facts.pop(
                "to_place", {"country": "US"}.get(move.holder, "Somebody" if move.holder else "")
            ),
            **facts,
        )
