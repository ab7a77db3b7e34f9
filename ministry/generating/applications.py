"""What followed an invented issue: an application, what was reported of it, perhaps a licence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from euc import workflow as law
from euc.models import Certificate, GoodsLine
from euc.models.certificate import today
from licensing import calendar, clock, limits
from licensing.grounds import GROUNDS
from licensing.models import Licence, LicenceCase, LicenceLine, StatusReport
from ministry.generating.voyages import Voyages
from ministry.generating.world import Beside, noon

if TYPE_CHECKING:
    from ministry.generating.papers import Batch


REASONS = tuple(GROUNDS)


@lru_cache(maxsize=4096)
def due_on(accepted: date) -> date | None:
    limit = _limits()(limits.Kind.REVIEW, accepted)
    return clock.due_on(accepted, _calendar(), limit=limit).due_on if limit else None


@lru_cache(maxsize=1)
def _calendar() -> clock.Calendar:
    return calendar.stored()


@lru_cache(maxsize=1)
def _limits() -> limits.Known:
    return limits.stored()


class Applications:
    """What followed the issue: an application, perhaps a licence, consignments and what became of the goods."""

    def __init__(self, batch: Batch, issued: list[Certificate]) -> None:
        self.batch, self.issued = batch, issued
        self.world, self.random = batch.world, batch.random
        self.cases: list[LicenceCase] = []
        self.licences: Beside[LicenceCase, Licence] = Beside()
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
        Voyages(self.world, lines).write()
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
            opened_at=noon(opened),
            filed_on=opened + timedelta(days=4),
            accepted_on=accepted,
        )
        self.cases.append(case)
        self._said(case, "FILED", case.filed_on)
        self._said(case, "ACCEPTED", accepted)
        decided = accepted + timedelta(days=round(pick.lognormvariate(4.06, 0.45)))
        if decided > last or certificate.status == law.REVOKED:
            case.status, case.status_on, case.due_on = "ACCEPTED", accepted, due_on(accepted)
        elif pick.random() < 0.12:
            self._said(case, "REFUSED", decided, pick.sample(REASONS, pick.choice((0, 1, 1, 1, 2))))
            case.status, case.status_on = "REFUSED", decided
        else:
            self._said(case, "ISSUED", decided)
            self._grant(case, decided)

    def _said(self, case: LicenceCase, claimed: str, day: date, grounds: Sequence[str] = ()) -> None:
        self.reports.append(
            StatusReport(
                case=case,
                claimed=claimed,
                claimed_on=day,
                grounds=sorted(grounds),
                source=StatusReport.Source.IMPORTER,
                confidence=StatusReport.Confidence.MEDIUM,
                recorded_by=self.world.people[0],
                received_at=noon(day),
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
