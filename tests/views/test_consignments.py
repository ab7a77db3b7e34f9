"""Pages of consignments, stock and balances: who sees what, what is refused beside its field, how many queries."""

from datetime import UTC, datetime

import pytest
import time_machine

from euc.models.certificate import today
from shipments import services
from shipments.models import Consignment, Posting
from shipments.services import LotPlan
from tests.euc.life import Life
from tests.remembering import remembered
from tests.shipments.voyage import KG, STORE, Voyage, licence_for

PLANNED_LOT = {
    "lots-TOTAL_FORMS": "1",
    "lots-INITIAL_FORMS": "0",
    "lots-0-line": "1",
    "lots-0-weight_mg": "10",
    "lots-0-batch": "H-1",
}


def day():
    return f"{today():%d-%m-%Y}"


@remembered
def voyage(drafter, signatory, officer, senior, platform):
    certificate = Life(drafter, signatory, officer, senior, None).issued()
    return Voyage(drafter, signatory, certificate, licence_for(certificate))


def at(consignment, tail=""):
    return f"/consignments/{consignment.slug}/{tail}"


class TestPlan:
    def path(self, voyage):
        return f"/certificates/{voyage.certificate.slug}/consignments/new/"

    def test_saves_what_was_typed(self, client_for, voyage, drafter):
        body = {
            **PLANNED_LOT,
            "licence": voyage.licence.pk,
            "invoice_number": "INV-9",
            "port_of_entry": "innsa1",
        }
        answer = client_for(drafter).post(self.path(voyage), body)
        assert answer.status_code == 302
        made = Consignment.objects.get()
        assert (made.invoice_number, made.port_of_entry, made.licence) == ("INV-9", "INNSA1", voyage.licence)
        assert [lot.weight_mg for lot in made.lots()] == [10 * KG]

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"containers": "MSCU1234567"}, "check digit of container MSCU1234567 is wrong"),
            ({"containers": "123"}, "four letters"),
            (
                {"mode": "AIR", "transport_document": "160-12345679"},
                "check digit of this air waybill is wrong",
            ),
            ({"port_of_entry": "Mumbai"}, "form INNSA1"),
            ({"port_of_loading": "Ningbo"}, "UN/LOCODE"),
            ({"invoice_date": "31-02-2026"}, "no such day"),
            ({"packages": "1e3"}, "without an exponent"),
            ({"lots-0-weight_mg": "1_000"}, "digits 0 to 9"),
            ({"lots-0-line": ""}, "This is needed."),
            ({"lots-0-value": "5"}, "Choose the currency"),
            ({"without_licence": "free"}, "not both"),
            ({"lots-TOTAL_FORMS": "x"}, "ManagementForm"),
        ],
    )
    def test_refuses_beside_the_field_and_keeps_what_was_typed(
        self, client_for, voyage, drafter, given, words
    ):
        body = {**PLANNED_LOT, "licence": voyage.licence.pk, "invoice_number": "KEPT-9", **given}
        answer = client_for(drafter).post(self.path(voyage), body)
        assert answer.status_code == 422
        shown = answer.content.decode()
        assert words in shown
        assert "KEPT-9" in shown
        assert not Consignment.objects.exists()

    def test_is_no_strangers_and_no_officers(self, client_for, voyage, stranger, officer):
        assert client_for(stranger).get(self.path(voyage)).status_code == 404
        assert client_for(officer).get(self.path(voyage)).status_code == 403


class TestSteps:
    @pytest.mark.parametrize(
        "status", ["PLANNED", "BOOKED", "DECLARED", "RELEASED", "DEPARTED", "ENTERED", "CLEARED"]
    )
    def test_every_button_leads_to_its_page(self, client_for, voyage, signatory, status):
        consignment = getattr(voyage, status.lower())(LotPlan(1, KG))
        client = client_for(signatory)
        shown = client.get(at(consignment))
        links = [step["url"] for step in shown.context["steps"]]
        assert links
        for link in links:
            assert client.get(link).status_code == 200, link

    def test_asks_again_beside_the_field(self, client_for, voyage, drafter):
        consignment = voyage.departed(LotPlan(1, KG))
        body = {"on": day(), "boe_type": "X", "boe_number": "77", "port_of_entry": "INNSA1", "entered-1": "1"}
        answer = client_for(drafter).post(at(consignment, "enter/"), body)
        assert answer.status_code == 422
        assert "names the one it was warehoused under" in answer.content.decode()
        answer = client_for(drafter).post(at(consignment, "enter/"), {**body, "boe_type": "H"})
        assert answer.status_code == 302
        assert Consignment.objects.get().boe_number == "0000077"

    def test_says_what_remains(self, client_for, voyage, drafter):
        consignment = voyage.planned(LotPlan(1, voyage.certificate.goods.get(number=1).net_weight_mg + 1))
        answer = client_for(drafter).post(at(consignment, "book/"))
        assert answer.status_code == 409
        assert "kg left" in answer.content.decode()

    def test_not_now_is_said_on_the_page(self, client_for, voyage, drafter):
        answer = client_for(drafter).get(at(voyage.planned(LotPlan(1, KG)), "receive/"))
        assert answer.status_code == 409
        assert "while it is planned" in answer.content.decode()


class TestReaders:
    @pytest.mark.parametrize("who", ["officer", "senior", "auditor", "analyst"])
    def test_see_what_is_booked_and_never_what_is_planned(self, client_for, voyage, who, request):
        client = client_for(request.getfixturevalue(who))
        planned, booked = voyage.planned(LotPlan(1, KG)), voyage.booked(LotPlan(1, KG))
        assert client.get(at(planned)).status_code == 404
        assert client.get(at(booked)).status_code == 200
        listed = client.get("/consignments/").content.decode()
        assert booked.reference in listed
        assert planned.reference not in listed

    def test_strangers_see_nothing(self, client_for, voyage, stranger):
        received = voyage.received(LotPlan(1, KG))
        lot = received.lots()[0]
        client = client_for(stranger)
        balance = f"/certificates/{voyage.certificate.slug}/balance"
        for path in (
            at(received),
            f"/stock/lots/{lot.pk}/",
            f"{balance}/",
            f"{balance}.csv",
            f"{balance}.json",
        ):
            assert client.get(path).status_code == 404, path
        for path in ("/consignments/", "/stock/"):
            assert voyage.certificate.reference not in client.get(path).content.decode()


class TestStock:
    def test_moves_and_corrects(self, client_for, voyage, drafter):
        lot = voyage.received(LotPlan(1, KG, 10)).lots()[0]
        holding = lot.holdings.get(account="ON_HAND")
        client, path = client_for(drafter), f"/stock/places/{holding.pk}/issue/"
        key = client.get(path).context["form"]["key"].value()
        body = {"key": key, "weight_mg": "0.4", "pieces": "4", "happened_on": day(), "document": "WO-1"}
        for _ in range(2):  # the second is the same form sent again
            assert client.post(path, body).status_code == 302
        posting = Posting.objects.get(verb="issue")
        assert posting.weight_mg == 400_000
        shown = client.get(f"/stock/lots/{lot.pk}/").content.decode()
        assert f"In production · {STORE}" in shown
        assert client.post(f"/stock/postings/{posting.pk}/reverse/", {"reason": ""}).status_code == 422
        assert client.post(f"/stock/postings/{posting.pk}/reverse/", {"reason": "wrong"}).status_code == 302
        assert "reversed" in client.get(f"/stock/lots/{lot.pk}/").content.decode()

    def test_refuses_beside_the_field(self, client_for, voyage, drafter):
        lot = voyage.received(LotPlan(1, KG, 10)).lots()[0]
        path = f"/stock/places/{lot.holdings.get(account='ON_HAND').pk}/issue/"
        answer = client_for(drafter).post(
            path, {"key": "k", "weight_mg": "2", "happened_on": day(), "document": "W"}
        )
        assert answer.status_code == 409
        assert "holds 1.000 kg and 10 pieces" in answer.content.decode()
        answer = client_for(drafter).post(
            path, {"key": "k", "weight_mg": "1", "happened_on": "01-01-2020", "document": "W"}
        )
        assert answer.status_code == 422
        assert "between the goods receipt" in answer.content.decode()

    def test_counts(self, client_for, voyage, drafter):
        lot = voyage.received(LotPlan(1, KG, 10)).lots()[0]
        path = f"/stock/places/{lot.holdings.get(account='ON_HAND').pk}/count/"
        body = {
            "key": "k",
            "counted_mg": "0.9",
            "counted_pieces": "9",
            "happened_on": day(),
            "witness": "S. Witness",
        }
        assert "Say why the count differs." in client_for(drafter).post(path, body).content.decode()
        assert client_for(drafter).post(path, {**body, "reason": "scale"}).status_code == 302
        assert lot.holdings.get(account="ON_HAND").weight_mg == 900_000

    @pytest.mark.parametrize("verb", ["sell", "nonsense"])
    def test_knows_no_other_way(self, client_for, voyage, drafter, verb):
        lot = voyage.received(LotPlan(1, KG, 10)).lots()[0]
        holding = lot.holdings.get(account="ON_HAND")
        assert client_for(drafter).get(f"/stock/places/{holding.pk}/{verb}/").status_code == 404


class TestBalance:
    def test_is_one_table_in_three_forms(self, client_for, voyage, analyst):
        lot = voyage.received(LotPlan(1, 100 * KG, 10)).lots()[0]
        voyage.move(lot, "issue", 40 * KG)
        client, path = client_for(analyst), f"/certificates/{voyage.certificate.slug}/balance"
        page = client.get(f"{path}/").content.decode()
        assert "60.000 kg" in page
        assert "<svg" in page
        data = client.get(f"{path}.json").json()
        assert {row["account"]: row["weight_mg"] for row in data["lines"][0]["where"]}["ON_HAND"] == 60 * KG
        table = client.get(f"{path}.csv").content.decode("utf-8-sig")
        assert f"In store,{STORE},{60 * KG}" in table

    def test_gives_spreadsheets_no_formula(self, client_for, voyage, drafter):
        lot = voyage.received(LotPlan(1, KG, 10)).lots()[0]
        voyage.move(lot, "sample", 1000, to_place="=HYPERLINK(1)")
        table = (
            client_for(drafter).get(f"/certificates/{voyage.certificate.slug}/balance.csv").content.decode()
        )
        assert ",'=HYPERLINK(1)," in table


class TestQueries:
    def test_are_as_many_for_one_as_for_twenty(self, queries_of, voyage, drafter):
        voyage.received(LotPlan(1, KG))
        paths = ("/consignments/", "/stock/", "/consignments/new/")
        before = [queries_of(drafter, path) for path in paths]
        for _ in range(6):
            voyage.received(LotPlan(1, KG))
        assert [queries_of(drafter, path) for path in paths] == before


class TestLabels:
    def test_carry_a_code_that_opens_the_lot(self, client_for, voyage, drafter, settings):
        lot = voyage.received(LotPlan(1, KG, 10, batch="H-9")).lots()[0]
        shown = client_for(drafter).get(f"/stock/lots/{lot.pk}/labels/?copies=3").content.decode()
        assert shown.count("label-title") == 3
        assert shown.count(f"<title>{settings.SITE_URL}/stock/lots/{lot.pk}/</title>") == 3
        assert "H-9" in shown
        assert voyage.certificate.reference in shown

    @pytest.mark.parametrize("copies", ["0", "121", "x", "1e9"])
    def test_refuse_beside_the_field(self, client_for, voyage, drafter, copies):
        lot = voyage.received(LotPlan(1, KG, 10)).lots()[0]
        answer = client_for(drafter).get(f"/stock/lots/{lot.pk}/labels/", {"copies": copies})
        assert answer.status_code == 422
        assert "field-copies" in answer.content.decode() or "id_copies" in answer.content.decode()

    def test_are_not_those_of_another(self, client_for, voyage, stranger):
        lot = voyage.received(LotPlan(1, KG, 10)).lots()[0]
        assert client_for(stranger).get(f"/stock/lots/{lot.pk}/labels/").status_code == 404


class TestQuery:
    @pytest.fixture(autouse=True)
    def in_the_morning(self):
        """When it is the same day in India and in China."""
        with time_machine.travel(datetime.now(UTC).replace(hour=4, minute=30)):
            yield

    def test_the_page_counts_the_days_to_answer(self, client_for, voyage, drafter):
        consignment = voyage.declared(LotPlan(1, KG))
        services.query(consignment=consignment, by=drafter, on=today(), reason="Dy?")
        shown = client_for(drafter).get(at(consignment)).content.decode()
        assert "The exporter answers by" in shown
        assert "working day 0 of 7 in China" in shown
        services.release(consignment=consignment, by=drafter, on=today())
        assert "The exporter answers by" not in client_for(drafter).get(at(consignment)).content.decode()
