"""Invented certificates in bulk are rows the product would have written."""

import pytest
from django.core.management import call_command

from benchmarks import population
from documents import keys
from euc import demonstration, workflow
from euc.models import Certificate, Revision, Undertaking

TOTAL = 100


@pytest.fixture
def filled(db, settings, tmp_path):
    settings.VAR_DIR, settings.FILES_DIR = tmp_path, tmp_path / "files"
    keys.make()
    call_command("load_reference", verbosity=0)
    demonstration.load()
    population.fill(TOTAL)
    return Certificate.objects.filter(pk__gte=1_000_000)


class TestFill:
    def test_makes_the_mix_with_documents_where_something_was_issued(self, filled):
        statuses = list(filled.values_list("status", flat=True))
        assert {status: statuses.count(status) for status in population.MIX} == population.MIX
        documented = filled.filter(document__isnull=False)
        assert set(documented.values_list("status", flat=True)) <= workflow.WAS_ISSUED
        assert documented.count() == population.MIX["ISSUED"] + population.MIX["REVOKED"]

    def test_gives_each_its_own_words(self, filled, client):
        issued = filled.filter(status=workflow.ISSUED).select_related("importer", "document")[0]
        revision = Revision.objects.get(certificate=issued)
        assert revision.content["reference"] == issued.reference
        assert issued.importer.iec in issued.reference
        undertaking = Undertaking.objects.get(certificate=issued)
        assert undertaking.reference == revision.content["undertakings"][0]["reference"]
        assert issued.document.reference == issued.reference
        answer = client.get(f"/v/{issued.token}/")
        assert answer.status_code == 200
        assert issued.reference in answer.content.decode()

    def test_spreads_them_over_importers(self, filled):
        owners = list(filled.values_list("importer_id", flat=True))
        assert len(set(owners)) > 80
        assert max(map(owners.count, owners)) == TOTAL // population.SHARE_OF_THE_LARGEST
