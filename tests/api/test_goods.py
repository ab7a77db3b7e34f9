"""Licence cases, consignments and balances in JSON: the same scope as the pages, constant queries."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from euc.models.certificate import today
from licensing import services as licences
from licensing.licence_facts import LicenceFacts
from shipments.services import LotPlan
from tests.euc.life import Life
from tests.remembering import remembered
from tests.shipments.voyage import KG, Voyage, licence_for


@remembered
def voyage(library, drafter, signatory, officer, senior, platform):
    certificate = Life(drafter, signatory, officer, senior, None).issued()
    return Voyage(drafter, signatory, certificate, licence_for(certificate))


class TestConsignments:
    def test_show_papers_and_lots(self, client_for, voyage, analyst):
        received = voyage.received(LotPlan(1, KG, 10, batch="H-1"))
        found = client_for(analyst).get(f"/api/v1/consignments/{received.slug}/").json()
        assert (found["status"], found["certificate"]) == ("RECEIVED", voyage.certificate.reference)
        assert found["lots"] == [
            {"lot": 1, "line": 1, "batch": "H-1", "weight_mg": KG, "pieces": 10, "entered_mg": KG}
        ]

    def test_planned_ones_are_the_importers_alone(self, client_for, voyage, officer, drafter):
        planned = voyage.planned(LotPlan(1, KG))
        assert client_for(officer).get(f"/api/v1/consignments/{planned.slug}/").status_code == 404
        assert client_for(drafter).get(f"/api/v1/consignments/{planned.slug}/").status_code == 200

    def test_lists_cost_the_same_for_many(self, client_for, voyage, drafter):
        def cost():
            with CaptureQueriesContext(connection) as seen:
                assert client_for(drafter).get("/api/v1/consignments/").status_code == 200
            return len(seen)

        voyage.booked(LotPlan(1, KG))
        before = cost()
        for _ in range(4):
            voyage.booked(LotPlan(1, KG))
        assert cost() == before


class TestCases:
    def test_show_reports_and_the_licence(self, client_for, voyage, analyst, stranger):
        case = licences.open_case(certificate=voyage.certificate, by=voyage.drafter)
        facts = LicenceFacts("26-AA-9", today(), today(), {1: 5 * KG})
        licences.report(case=case, by=voyage.drafter, claimed="ISSUED", claimed_on=today(), licence=facts)
        path = f"/api/v1/licence-cases/{case.slug}/"
        found = client_for(analyst).get(path).json()
        assert found["status"] == "ISSUED"
        assert [report["claimed"] for report in found["reports"]] == ["ISSUED"]
        assert found["licence"]["lines"][0]["left_mg"] == 5 * KG
        assert client_for(stranger).get(path).status_code == 404
        assert client_for(stranger).get("/api/v1/licence-cases/").json()["results"] == []


class TestBalance:
    def test_adds_up(self, client_for, voyage, officer, stranger):
        voyage.received(LotPlan(1, KG, 10))
        path = f"/api/v1/certificates/{voyage.certificate.slug}/balance/"
        found = client_for(officer).get(path).json()
        assert found["difference_mg"] == 0
        assert {place["account"]: place["weight_mg"] for place in found["lines"][0]["where"]}["ON_HAND"] == KG
        assert client_for(stranger).get(path).status_code == 404
