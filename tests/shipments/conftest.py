"""An issued certificate with two lines, its licence, and consignments in any status."""

import pytest

from accounts import actors
from documents import sheets
from euc import demonstration
from euc.models import Certificate
from licensing import limits
from shipments import import_columns
from tests.euc.life import Life
from tests.remembering import remembered
from tests.shipments.voyage import Voyage, licence_for


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@remembered
def clock(platform):
    return actors.clock()


@remembered
def life(library, drafter, signatory, officer, senior, clock):
    limits.load()
    return Life(drafter, signatory, officer, senior, clock)


@remembered
def certificate(life):
    approved = life.approved(lines=(demonstration.GOODS, demonstration.SECOND_LINE))
    life.issue(approved)
    return Certificate.objects.get(pk=approved.pk)


@remembered
def licence(certificate):
    """A general licence for everything on the certificate."""
    return licence_for(certificate, type="GENERAL")


@remembered
def voyage(life, certificate, licence):
    return Voyage(life.drafter, life.signatory, certificate, licence)


@remembered
def received(voyage):
    return voyage.received()


@pytest.fixture
def rows(certificate, licence):
    """`rows({...}, {...})`: a CSV; each row gives what differs from a good one of an invoice of its own."""

    def make(*given, head=import_columns.NAMES):
        table = [head]
        for number, row in enumerate(given, start=1):
            good = {
                "certificate": certificate.reference,
                "licence": licence.number,
                "invoice_number": f"INV-{number}",
                "line": "1",
                "batch": f"H-{number}",
                "weight_kg": "1",
            }
            table.append([{**good, **row}.get(name, "") for name in head])
        return sheets.csv_of(table)

    return make
