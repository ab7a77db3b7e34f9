"""Pages and JSON of verification visits: who sees what, what is refused beside its field, how many queries."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from euc.models.certificate import today
from shipments import accounts, visit_law
from shipments.models import Sample, Visit
from shipments.services import LotPlan
from tests.documents.samples import png
from tests.euc.life import Life
from tests.remembering import remembered
from tests.shipments.test_visits import held, planned, weigh
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


@remembered
def lot(voyage):
    return voyage.received(LotPlan(1, 100 * KG, 1000, batch="H-1")).lots()[0]


@remembered
def visit(lot, voyage, officer):
    return planned(voyage.certificate, officer, lots=[lot])


def at(visit, tail=""):
    return f"/visits/{visit.slug}/{tail}"


class TestSchedule:
    def path(self, voyage):
        return f"/certificates/{voyage.certificate.slug}/visits/new/"

    def test_plans_what_was_typed(self, client_for, voyage, lot, officer):
        page = client_for(officer).get(self.path(voyage)).content.decode()
        assert "H-1" in page
        body = {
            "place": "Chakan",
            "planned_on": day(),
            "asked_by": "DGFT",
            "purpose": "Look",
            "lots": [lot.pk],
        }
        answer = client_for(officer).post(self.path(voyage), body)
        made = Visit.objects.get()
        assert answer.headers["Location"] == at(made)
        assert (made.asked_by, list(made.lots.all())) == ("DGFT", [lot])

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"planned_on": "31-02-2026"}, "no such day"),
            ({"planned_on": "01-01-2020"}, "This day is over."),
            ({"place": ""}, "This field is required"),
            ({"asked_by": "NOBODY"}, "valid choice"),
            ({"lots": ["999999"]}, "999999"),
            ({"lots": ["x'"]}, "valid"),
        ],
    )
    def test_refuses_beside_the_field(self, client_for, voyage, lot, officer, given, words):
        body = {"place": "Chakan", "planned_on": day(), "asked_by": "DGFT", "purpose": "Typed before"} | given
        answer = client_for(officer).post(self.path(voyage), body)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert "Typed before" in answer.content.decode()
        assert not Visit.objects.exists()


class TestSample:
    def test_shows_the_difference_that_the_ledger_makes(self, client_for, visit, lot, officer, drafter):
        holding = lot.holdings.get(account=accounts.ON_HAND)
        body = {"key": "k", "found_mg": "99.5", "found_pieces": "995", "remark": "Box open"}
        answer = client_for(officer).post(at(visit, f"samples/{holding.pk}/"), {**body, "booked_mg": "1"})
        assert answer.status_code == 302
        assert Sample.objects.get().booked_mg == 100 * KG
        page = client_for(drafter).get(at(visit)).content.decode()
        assert "-0.500 kg" in page.replace("−", "-")
        assert "Box open" in page

    @pytest.mark.parametrize("given", [{"found_mg": "-1"}, {"found_mg": "x"}, {"found_pieces": "1e3"}])
    def test_refuses_beside_the_field(self, client_for, visit, lot, officer, given):
        holding = lot.holdings.get(account=accounts.ON_HAND)
        body = {"key": "k", "found_mg": "1", "found_pieces": "1"} | given
        assert client_for(officer).post(at(visit, f"samples/{holding.pk}/"), body).status_code == 422
        assert not Sample.objects.exists()

    def test_is_of_a_place_of_this_visit(self, client_for, visit, lot, officer):
        supplier = lot.holdings.get(account=accounts.SUPPLIER)
        assert client_for(officer).get(at(visit, f"samples/{supplier.pk}/")).status_code == 404


class TestSteps:
    def test_say_what_is_open_and_keep_what_was_typed(self, client_for, visit, officer):
        answer = client_for(officer).post(
            at(visit, "conclude/"), {"held_on": day(), "findings": "Typed text"}
        )
        assert answer.status_code == 422
        assert "H-1 has not been sampled" in answer.content.decode()
        assert "Typed text" in answer.content.decode()

    def test_lead_from_visit_to_closed(self, client_for, visit, lot, officer, drafter, senior):
        weigh(visit, lot.holdings.get(account=accounts.ON_HAND), officer)
        steps = [
            (officer, "conclude", {"held_on": day(), "findings": "A box was open"}),
            (officer, "demand-action", {"action": "Close it", "due_on": day()}),
            (drafter, "answer", {"answer": "Closed it"}),
            (senior, "close", {"reason": "Seen"}),
        ]
        for by, verb, body in steps:
            assert client_for(by).post(at(visit, f"{verb}/"), body).status_code == 302, verb
        visit.refresh_from_db()
        assert visit.status == visit_law.CLOSED

    def test_are_refused_to_who_held_it(self, client_for, visit, lot, officer):
        weigh(visit, lot.holdings.get(account=accounts.ON_HAND), officer)
        held(visit, officer)
        assert client_for(officer).get(at(visit, "close/")).status_code == 409
        assert client_for(officer).post(at(visit, "close/"), {"reason": "Seen"}).status_code == 403


class TestFiles:
    def test_are_checked_shown_and_fetched(self, client_for, visit, officer, drafter, analyst):
        file = SimpleUploadedFile("store.png", png(), "image/png")
        answer = client_for(officer).post(at(visit, "files/"), {"file": file, "caption": "The store"})
        assert answer.status_code == 302
        made = visit.files.get()
        fetched = client_for(drafter).get(at(visit, f"files/{made.pk}/"))
        assert fetched.headers["Content-Disposition"] == 'attachment; filename="store.png"'
        drawn = client_for(drafter).get(at(visit, f"files/{made.pk}/picture/?small"))
        assert drawn.headers["Content-Type"] == "image/jpeg"
        assert client_for(analyst).get(at(visit, f"files/{made.pk}/")).status_code == 403
        assert "The store" not in client_for(analyst).get(at(visit)).content.decode()

    @pytest.mark.parametrize(
        ("content", "words"), [(b"", "empty"), (b"MZ\x90", "Only PDF"), (b"%PDF-1.7 broken", "damaged")]
    )
    def test_are_refused_beside_the_field(self, client_for, visit, officer, content, words):
        file = SimpleUploadedFile("x.png", content, "image/png")
        answer = client_for(officer).post(at(visit, "files/"), {"file": file})
        assert answer.status_code == 422
        assert words in answer.content.decode()


class TestList:
    def test_costs_the_same_for_many(self, client_for, voyage, officer, drafter):
        def cost():
            with CaptureQueriesContext(connection) as seen:
                assert client_for(drafter).get("/visits/").status_code == 200
            return len(seen)

        planned(voyage.certificate, officer)
        before = cost()
        for _ in range(4):
            planned(voyage.certificate, officer)
        assert cost() == before

    def test_narrows_to_what_is_overdue(self, client_for, voyage, officer):
        visit = planned(voyage.certificate, officer)
        assert visit.reference not in client_for(officer).get("/visits/?overdue=on").content.decode()
        assert visit.reference in client_for(officer).get("/visits/?status=SCHEDULED").content.decode()


class TestApi:
    def test_shows_samples_with_their_variance(self, client_for, visit, lot, officer, drafter, stranger):
        weigh(visit, lot.holdings.get(account=accounts.ON_HAND), officer)
        found = client_for(drafter).get(f"/api/v1/visits/{visit.slug}/").json()
        assert [row["variance_mg"] for row in found["samples"]] == [-KG]
        assert found["certificates"] == [visit.certificates.get().reference]
        assert client_for(drafter).get("/api/v1/visits/").json()["results"][0]["status"] == "SCHEDULED"
        assert client_for(stranger).get(f"/api/v1/visits/{visit.slug}/").status_code == 404
