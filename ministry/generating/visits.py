"""Invented verification visits: some importers every half year, held, missed, called off or still to come."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from accounts.models import Organisation
from euc.models import Certificate
from ministry.generating.world import World, noon
from shipments import visit_law
from shipments.models import Visit

HALF_A_YEAR = 182
AHEAD_DAYS = 60


class Visits:
    """Visits of every importer of the invented world, each about its last certificate before it."""

    def __init__(self, world: World) -> None:
        self.world, self.random = world, world.random

    def write(self) -> None:
        for importer, _sector in self.world.importers:
            issued = Certificate.objects.filter(importer=importer, issued_at__isnull=False).order_by("pk")
            papers = list(issued.only("pk", "valid_from"))
            visits = [
                visit for paper in papers[:: max(len(papers) // 4, 1)] for visit in self._of(paper, importer)
            ]
            made = Visit.objects.bulk_create([visit for visit, _paper in visits])
            through = Visit.certificates.through
            pairs = zip(made, visits, strict=True)
            through.objects.bulk_create(
                [through(visit=visit, certificate=paper) for visit, (_same, paper) in pairs]
            )
        self.world.numbers.keep()

    def _of(self, paper: Certificate, importer: Organisation) -> list[tuple[Visit, Certificate]]:
        """A visit some months after the issue of a certificate, unless that is too far ahead."""
        day = paper.valid_from + timedelta(days=self.random.randrange(20, HALF_A_YEAR))
        if day > self.world.last_day + timedelta(days=AHEAD_DAYS):
            return []
        visit = Visit(
            reference=self.world.numbers.reference("VIS", importer.iec, paper.valid_from),
            importer=importer,
            authority=self.world.authority,
            place="Demonstration Road",
            planned_on=day,
            asked_by=self.random.choice(("AUTHORITY", "AUTHORITY", "CUSTOMS", "EXPORTER")),
            purpose="Stock against the ledger (demonstration)",
            scheduled_by=self.world.people[2],
            scheduled_at=noon(paper.valid_from),
            **self._became(day),
        )
        return [(visit, paper)]

    def _became(self, day: date) -> dict[str, Any]:
        """What came of a visit planned for that day."""
        chance = self.random.random()
        if chance < 0.08:
            return {"status": visit_law.CANCELLED}
        if day > self.world.last_day or chance < 0.2:
            return {"status": visit_law.SCHEDULED}
        held = {"held_on": day, "held_by": self.world.people[2], "held_at": noon(day)}
        held["findings"] = "As in the ledger (demonstration)."
        if chance < 0.35:
            return held | {"status": visit_law.DONE}
        closed = day + timedelta(days=7)
        return held | {
            "status": visit_law.CLOSED,
            "closed_by": self.world.people[3],
            "closed_at": noon(closed),
        }
