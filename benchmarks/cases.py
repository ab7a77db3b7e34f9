"""`python -m benchmarks.cases`: follow every certificate of a filled database by a licence case.

Every row is a copy of one case that the services made and reported on; reference, certificate, importer, status and
days differ. Reports are not copied: the board reads none.
"""

import random
from datetime import timedelta

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - Django must be set up first

from benchmarks.population import BATCH, raw, settle, write  # noqa: E402
from euc import control, demonstration  # noqa: E402
from euc.models import Certificate  # noqa: E402
from licensing import services, stations  # noqa: E402
from licensing.models import LicenceCase  # noqa: E402

OPEN, ENDED = sorted(stations.OPEN), sorted(stations.ENDS)
BASE = 1_000_000  # above every key that the demonstration took


def template() -> dict:
    """A case of the demonstration importer that was accepted thirty days ago."""
    by, day = demonstration.people()["drafter"], control.day_in_china()
    mine = Certificate.objects.filter(importer=by.organisation, status="ISSUED", pk__lt=BASE)
    free = mine.exclude(licence_cases__status__in=OPEN).order_by("pk").first()
    followed = LicenceCase.objects.open().filter(importer=by.organisation).first()
    case = services.open_case(certificate=free, by=by) if free else followed
    services.report(case=case, by=by, claimed=stations.FILED, claimed_on=day, application_number="26-B")
    return raw(LicenceCase, pk=case.pk)


def rows(known: dict, certificates: list[tuple[int, int, str]]) -> list[dict]:
    """One case for each certificate (its key, its importer's, its reference); six of ten have ended."""
    chance, day = random.Random(certificates[0][0]), control.day_in_china()
    return [
        {
            **known,
            "id": key,
            "reference": reference.replace("EUC", "LIC"),
            "importer_id": importer,
            "certificate_id": key,
            "application_number": f"26-{key}",
            "status": chance.choice(OPEN if key % 10 < 4 else ENDED),
            "status_on": day - timedelta(days=key % 300),
            "due_on": day + timedelta(days=key % 90 - 45),
            "is_contested": key % 50 == 0,
        }
        for key, importer, reference in certificates
    ]


def main() -> None:
    known = template()
    certificates = list(
        Certificate.objects.filter(pk__gte=BASE).order_by("pk").values_list("pk", "importer_id", "reference")
    )
    for start in range(0, len(certificates), BATCH):
        with transaction.atomic():
            write(LicenceCase, rows(known, certificates[start : start + BATCH]))
    settle()
    connection.close()


if __name__ == "__main__":
    main()
