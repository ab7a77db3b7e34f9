"""Pages and JSON of incidents: what is told before, who sees what, what is refused beside its field."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from euc.models.certificate import today
from shipments import accounts
from shipments.models import Incident
from shipments.services import LotPlan
from tests.euc.life import Life
from tests.remembering import remembered
from tests.shipments.test_incidents import decided, report
from tests.shipments.voyage import KG, Voyage, licence_for


def day():
    return f"{today():%d-%m-%Y}"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@remembered
def voyage(drafter, signatory, officer, senior, platform):
    certificate = Life(drafter, signatory, officer, senior, None).issued()
    return Voyage(drafter, signatory, certificate, licence_for(certificate))


def new(voyage):
    return f"/certificates/{voyage.certificate.slug}/incidents/new/"


def at(incident, tail=""):
    return f"/incidents/{incident.slug}/{tail}"


def typed(**given):
    known = {
        "key": "k",
        "kind": "TAMPERING",
        "weight_mg": "2",
        "happened_on": day(),
        "description": "A seal was cut",
    }
    return known | given


class TestReport:
    def test_says_before_what_it_suspends(self, client_for, voyage, officer, drafter):
        booked = voyage.booked(LotPlan(1, KG))
        page = client_for(officer).get(new(voyage)).content.decode()
        assert "nothing more is booked or released" in page
        assert booked.reference in page
        assert "is not posted" in page
        assert "it can be reversed" in client_for(drafter).get(new(voyage)).content.decode()

    def test_keeps_what_was_typed_and_posts_the_loss(self, client_for, voyage, drafter):
        lot = voyage.received(LotPlan(1, 100 * KG, 1000, batch="H-1")).lots()[0]
        store = lot.holdings.get(account=accounts.ON_HAND)
        body = typed(kind="THEFT", holding=store.pk, pieces="20", told_to="Police station, FIR 12 (invented)")
        answer = client_for(drafter).post(new(voyage), body)
        made = Incident.objects.get()
        assert answer.headers["Location"] == at(made)
        page = client_for(drafter).get(at(made)).content.decode()
        assert "posted as lost or stolen" in page
        assert f"/stock/postings/{made.posting_id}/reverse/" in page

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"kind": "THEFT"}, "Say from which lot and place"),
            ({"kind": "FIRE"}, "valid choice"),
            ({"happened_on": "31-02-2026"}, "no such day"),
            ({"happened_on": "31-12-2099"}, "lies in the future"),
            ({"weight_mg": "1e3"}, "without an exponent"),
            ({"weight_mg": "0"}, "has-error"),
            ({"holding": "x'"}, "valid choice"),
            ({"description": ""}, "This field is required"),
        ],
    )
    def test_refuses_beside_the_field(self, client_for, voyage, drafter, given, words):
        answer = client_for(drafter).post(new(voyage), typed(told_to="Typed before") | given)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert words in page or words == "has-error"
        assert "Typed before" in page
        assert not Incident.objects.exists()

    def test_refuses_more_than_is_there_and_loses_nothing(self, client_for, voyage, drafter):
        lot = voyage.received(LotPlan(1, 100 * KG, 1000)).lots()[0]
        store = lot.holdings.get(account=accounts.ON_HAND)
        body = typed(kind="LOSS", holding=store.pk, weight_mg="101")
        answer = client_for(drafter).post(new(voyage), body)
        assert answer.status_code == 409
        assert "In store" in answer.content.decode()
        assert "A seal was cut" in answer.content.decode()
        assert not Incident.objects.exists()


class TestSteps:
    def test_lead_to_a_decision_that_frees_the_draws(self, client_for, voyage, officer, senior):
        booked = voyage.booked(LotPlan(1, KG))
        incident = report(voyage.certificate, officer)
        assert client_for(officer).post(at(incident, "take-up/"), {"reason": "We asked"}).status_code == 302
        assert client_for(officer).get(at(incident, "close/")).status_code == 409
        page = client_for(senior).get(at(incident, "close/")).content.decode()
        assert "every other answer frees them" in page
        assert booked.reference in page
        body = {"outcome": "UNFOUNDED", "reason": "A wrong count"}
        assert client_for(senior).post(at(incident, "close/"), body).status_code == 302
        incident.refresh_from_db()
        assert not incident.is_holding

    def test_need_an_outcome(self, client_for, voyage, officer, senior):
        incident = report(voyage.certificate, officer)
        client_for(officer).post(at(incident, "take-up/"), {"reason": "We asked"})
        assert client_for(senior).post(at(incident, "close/"), {"reason": "x"}).status_code == 422


class TestBalancePage:
    def test_says_that_draws_are_held(self, client_for, voyage, officer, drafter, senior):
        path = f"/certificates/{voyage.certificate.slug}/balance/"
        incident = report(voyage.certificate, officer)
        page = client_for(drafter).get(path).content.decode()
        assert "Draws are held" in page
        assert incident.reference in page
        decided(incident, officer, senior, "UNFOUNDED")
        assert "Draws are held" not in client_for(drafter).get(path).content.decode()

    def test_refuses_a_booking_in_words(self, client_for, voyage, officer, drafter):
        planned = voyage.planned(LotPlan(1, KG))
        incident = report(voyage.certificate, officer)
        answer = client_for(drafter).post(f"/consignments/{planned.slug}/book/", {})
        assert answer.status_code == 409
        assert incident.reference in answer.content.decode()


class TestList:
    def test_costs_the_same_for_many(self, client_for, voyage, officer, drafter):
        def cost():
            with CaptureQueriesContext(connection) as seen:
                assert client_for(drafter).get("/incidents/").status_code == 200
            return len(seen)

        report(voyage.certificate, officer)
        before = cost()
        for number in range(4):
            report(voyage.certificate, officer, key=f"n{number}")
        assert cost() == before

    def test_narrows(self, client_for, voyage, officer):
        incident = report(voyage.certificate, officer)
        for query, is_there in (("holding=on", True), ("kind=LOSS", False), ("status=OPEN", True)):
            page = client_for(officer).get(f"/incidents/?{query}").content.decode()
            assert (incident.reference in page) is is_there, query


class TestApi:
    def test_shows_what_holds_draws(self, client_for, voyage, officer, analyst, stranger):
        incident = report(voyage.certificate, officer)
        found = client_for(analyst).get(f"/api/v1/incidents/{incident.slug}/").json()
        assert (found["is_holding"], found["lot"], found["kind"]) == (True, None, "DIVERSION")
        assert client_for(stranger).get("/api/v1/incidents/").json()["results"] == []
        assert client_for(stranger).get(f"/api/v1/incidents/{incident.slug}/").status_code == 404
