"""The delivery verification certificate: only of what is received, from the ledger, sealed, registered, verified."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from documents import storing
from euc import verification
from euc.models.certificate import today
from shipments import balance_papers, delivery, delivery_printing, services
from shipments.models import BalancePaper
from shipments.services import LotPlan, Receipt
from tests.documents import poppler
from tests.remembering import remembered
from tests.shipments.test_balance_papers import ADDRESS, print_it
from tests.shipments.voyage import KG, STORE
from workflow import events
from workflow.engine import NotAllowed, WrongStatus


@remembered
def arrived(voyage):
    """A hundred kilograms of which one came damaged, and five in another lot."""
    consignment = voyage.cleared(LotPlan(1, 100 * KG, 1000, batch="H-1"), LotPlan(2, 5 * KG, 50))
    receipts = [Receipt(1, 99 * KG, 990, KG, 10), Receipt(2, 5 * KG + 7, 50)]
    services.receive(
        consignment=consignment,
        by=voyage.drafter,
        on=today(),
        place=STORE,
        receipts=receipts,
        receipt_number="GRN-7",
    )
    return consignment


def short(voyage):
    """Ninety-eight of a hundred kilograms arrived."""
    consignment = voyage.cleared(LotPlan(1, 100 * KG, 1000))
    voyage.receive(consignment, lot1=2 * KG)
    return consignment


class TestContent:
    def test_tells_every_gram_and_who_confirmed_it(self, arrived, drafter):
        found = delivery.content(arrived)
        first, second = found["lines"]
        assert (first["shipped_mg"], first["received_mg"], first["damaged_mg"]) == (100 * KG, 99 * KG, KG)
        assert (second["received_mg"], second["found_mg"], second["short_mg"]) == (5 * KG + 7, 7, 0)
        assert (found["difference_mg"], found["stores"]) == (0, [STORE])
        assert found["total"]["received_pieces"] == 1040
        assert found["licence"] == arrived.licence.number
        assert [(act["what"], act["name"]) for act in found["confirmed"]] == [
            ("receive", str(drafter.person))
        ]

    def test_does_not_follow_what_became_of_it_later(self, arrived, voyage):
        before = delivery.content(arrived)
        voyage.move(arrived.lots()[0], "issue", 10 * KG, 100)
        assert delivery.content(arrived) == before

    def test_of_a_reconciled_one_names_both_who_confirmed(self, voyage):
        reconciled = voyage.reconciled(LotPlan(1, KG, 10))
        assert [act["what"] for act in delivery.content(reconciled)["confirmed"]] == ["receive", "reconcile"]

    def test_shows_what_did_not_arrive_once_it_is_reconciled(self, voyage, signatory):
        consignment = short(voyage)
        with pytest.raises(WrongStatus, match="Reconcile"):
            delivery.content(consignment)
        services.reconcile(consignment=consignment, by=signatory)
        (line,) = delivery.content(consignment)["lines"]
        assert (line["received_mg"], line["short_mg"]) == (98 * KG, 2 * KG)

    @pytest.mark.parametrize("status", ["PLANNED", "DECLARED", "DEPARTED", "CLEARED", "LOST", "CANCELLED"])
    def test_refuses_what_is_not_received(self, voyage, status):
        with pytest.raises(WrongStatus, match="once the goods are received"):
            delivery.content(voyage.in_status(status))

    def test_refuses_one_that_was_lost_on_the_way_even_when_reconciled(self, voyage, signatory):
        lost = voyage.lost()
        services.reconcile(consignment=lost, by=signatory)
        with pytest.raises(WrongStatus, match="Nothing of it"):
            delivery.content(lost)


class TestAsk:
    def test_numbers_the_papers_of_each_consignment(self, arrived, voyage, drafter, officer, monkeypatch):
        first = balance_papers.ask_delivery(consignment=arrived, by=drafter)
        assert balance_papers.ask_delivery(consignment=arrived, by=officer) == first
        print_it(monkeypatch)
        other = voyage.received(LotPlan(1, KG, 10))
        numbers = [
            balance_papers.ask_delivery(consignment=each, by=drafter).number for each in (arrived, other)
        ]
        assert (first.number, numbers) == (1, [2, 1])

    @pytest.mark.parametrize("who", ["stranger", "auditor", "analyst"])
    def test_is_for_the_importer_and_officers(self, arrived, who, request):
        with pytest.raises(NotAllowed):
            balance_papers.ask_delivery(consignment=arrived, by=request.getfixturevalue(who))

    def test_leaves_nothing_where_it_is_refused(self, voyage, drafter):
        with pytest.raises(WrongStatus):
            balance_papers.ask_delivery(consignment=voyage.cleared(), by=drafter)
        assert not BalancePaper.objects.exists()

    def test_the_database_knows_which_papers_have_a_consignment(self, arrived, drafter):
        paper = balance_papers.ask_delivery(consignment=arrived, by=drafter)
        for wrong in ({"consignment": None}, {"kind": "BALANCE"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                BalancePaper.objects.filter(pk=paper.pk).update(**wrong)


class TestPrinted:
    def test_is_one_page_with_every_fact_and_the_same_bytes(self, arrived, drafter, tmp_path):
        content = balance_papers.ask_delivery(consignment=arrived, by=drafter).content
        pdf = delivery_printing.delivery_pdf(content=content, verify_url=ADDRESS)
        assert pdf == delivery_printing.delivery_pdf(content=content, verify_url=ADDRESS)
        text = "".join(poppler.text(pdf, tmp_path).split())
        words = (arrived.reference, arrived.certificate.reference, arrived.licence.number, arrived.boe_number)
        for said in (*words, "到货核验证明", "99.000", "GRN-7", STORE, str(drafter.person), ADDRESS):
            assert "".join(said.split()) in text, said
        assert poppler.pages(pdf, tmp_path) == 1

    def test_sums_what_would_be_too_long(self, arrived, drafter, tmp_path):
        content = balance_papers.ask_delivery(consignment=arrived, by=drafter).content
        line = {**content["lines"][0], "description": "Arc segment " * 20}
        others = {
            name: {"name": f"{name} Private Limited", "name_zh": ""} for name in ("consignee", "end_user")
        }
        content = content | others
        for count in (delivery_printing.MOST_ROWS, delivery_printing.MOST_ROWS + 1):
            pdf = delivery_printing.delivery_pdf(
                content={**content, "lines": [line] * count}, verify_url=ADDRESS
            )
            assert f"{count}lotstogether" in "".join(poppler.text(pdf, tmp_path).split())
            assert poppler.pages(pdf, tmp_path) == 1

    def test_is_registered_and_verified_as_of_its_certificate(self, arrived, drafter, monkeypatch, client):
        balance_papers.ask_delivery(consignment=arrived, by=drafter)
        print_it(monkeypatch)
        paper = BalancePaper.objects.get()
        assert paper.document.kind == verification.DELIVERY
        assert verification.of_document(paper.document).reference == arrived.certificate.reference
        pdf = storing.read(paper.document.file)
        page = client.post("/verify/", {"file": SimpleUploadedFile("d.pdf", pdf)}).content.decode()
        assert "Genuine and in force" in page
        assert [event.action for event in events.about(paper)] == ["ask", "seal"]


class TestPages:
    def test_ask_wait_and_fetch(self, client_for, arrived, drafter, analyst, monkeypatch):
        path = f"/consignments/{arrived.slug}/delivery/"
        client = client_for(drafter)
        assert f'href="{path}"' in client.get(f"/consignments/{arrived.slug}/").content.decode()
        assert "99.000" in client.get(path).content.decode()
        assert client.post(path + "paper/").headers["Location"] == path
        assert f'hx-get="{path}paper/progress/"' in client.get(path).content.decode()
        assert client.get(path + "papers/1.pdf").status_code == 404
        print_it(monkeypatch)
        assert "hx-get" not in client.get(path + "paper/progress/").content.decode()
        file = client_for(analyst).get(path + "papers/1.pdf")
        assert f"{arrived.slug}-delivery-1.pdf" in file.headers["Content-Disposition"]
        assert "Make a signed page" not in client_for(analyst).get(path).content.decode()

    def test_say_why_not(self, client_for, voyage, drafter, stranger):
        path = f"/consignments/{voyage.cleared().slug}/delivery/"
        answer = client_for(drafter).get(path)
        assert (answer.status_code, "paper/" in answer.content.decode()) == (409, False)
        assert "once the goods are received" in answer.content.decode()
        refused = client_for(drafter).post(path + "paper/", follow=True).content.decode()
        assert "once the goods are received" in refused
        for tail in ("", "paper/progress/", "papers/1.pdf"):
            assert client_for(stranger).get(path + tail).status_code == 404

    def test_are_read_by_programs(self, client_for, arrived, voyage, drafter, stranger):
        address = "/api/v1/consignments/{}/delivery/"
        said = client_for(drafter).get(address.format(arrived.slug)).json()
        assert (said["lines"][0]["received_mg"], said["difference_mg"]) == (99 * KG, 0)
        assert client_for(drafter).get(address.format(voyage.cleared().slug)).status_code == 409
        assert client_for(stranger).get(address.format(arrived.slug)).status_code == 404
