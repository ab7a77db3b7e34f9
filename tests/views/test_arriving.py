"""Arriving documents on the pages: files taken in, proposals with their differences, confirmed by one or by many."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from euc import demonstration
from shipments.models import ArrivingDocument, Consignment
from shipments.services import LotPlan
from tests.euc.life import Life
from tests.remembering import remembered
from tests.shipments.voyage import KG, Voyage, licence_for

LIST = "/consignments/documents/"
HEAD = "invoice_number,contract_number,exporter_name,description,hs,batch,weight_kg,pieces,value,currency\n"
BULK = f"{LIST}confirm/"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@remembered
def voyage(drafter, signatory, officer, senior, platform):
    certificate = Life(drafter, signatory, officer, senior, None).issued()
    return Voyage(drafter, signatory, certificate, licence_for(certificate))


@pytest.fixture
def client(client_for, drafter):
    return client_for(drafter)


def row(voyage, number="INV-1", weight="100", **given):
    arc, certificate = demonstration.GOODS, voyage.certificate
    said = {"contract": certificate.po_number, "exporter": certificate.exporter_name, **given}
    cells = (
        number,
        said["contract"],
        said["exporter"],
        f"NdFeB arc segment {arc['grade']}",
        arc["cn_hs"],
        "H-1",
    )
    return ",".join(f'"{cell}"' for cell in (*cells, weight, "9000", "7000", "USD")) + "\n"


def upload(client, text, name="papers.csv"):
    return client.post(LIST, {"file": SimpleUploadedFile(name, text.encode(), "text/csv")}, follow=True)


def shown(answer):
    return answer.content.decode()


class TestList:
    def test_begins_empty(self, client):
        assert "nothing waits to be confirmed" in shown(client.get(LIST))

    def test_shows_what_was_taken_in_and_what_it_belongs_to(self, client, voyage):
        answer = upload(client, HEAD + row(voyage) + row(voyage, "INV-2", contract="PO-OTHER"))
        assert "2 documents were taken in." in shown(answer)
        first, second = answer.context["rows"]
        assert (second["document"].number, second["best"].is_sure) == ("INV-1", True)
        assert (first["document"].number, [point.name for point in first["best"].differences]) == (
            "INV-2",
            ["contract"],
        )
        assert answer.context["sure"] == 1

    def test_names_the_consignment_that_carries_the_invoice(self, client, voyage):
        sailing = voyage.departed(LotPlan(1, 100 * KG))
        upload(client, HEAD + row(voyage, sailing.invoice_number))
        assert f"Invoice: {sailing.reference}" in shown(client.get(LIST))

    def test_tells_what_does_not_hold_and_keeps_the_rest(self, client, voyage):
        answer = upload(client, HEAD + row(voyage) + row(voyage, "INV-2", weight="1e3"))
        assert answer.status_code == 422
        assert "What was not taken in" in shown(answer)
        assert [problem[0] for problem in answer.context["problems"]] == [3]
        assert ArrivingDocument.objects.get().number == "INV-1"

    def test_says_that_a_document_was_here_before(self, client, voyage):
        upload(client, HEAD + row(voyage))
        assert "1 document was here before." in shown(upload(client, HEAD + row(voyage)))
        assert ArrivingDocument.objects.count() == 1

    @pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04no workbook", b"\xff\xfe\x00", b"{"])
    def test_refuses_other_files_beside_the_field(self, client, content):
        answer = client.post(LIST, {"file": SimpleUploadedFile("x.csv", content)})
        assert answer.status_code == 422
        assert answer.context["form"].errors["file"]

    def test_narrows(self, client, voyage):
        upload(client, HEAD + row(voyage))
        assert len(client.get(f"{LIST}?kind=INVOICE").context["rows"]) == 1
        assert client.get(f"{LIST}?kind=PACKING_LIST").context["rows"] == []
        assert client.get(f"{LIST}?state=CONFIRMED").context["rows"] == []
        assert len(client.get(f"{LIST}?state=").context["rows"]) == 1

    def test_costs_the_same_for_many(self, client, voyage, drafter, queries_of):
        upload(client, HEAD + row(voyage))
        before = queries_of(drafter, LIST)
        upload(client, HEAD + "".join(row(voyage, f"INV-{n}") for n in range(2, 12)))
        assert queries_of(drafter, LIST) == before

    @pytest.mark.parametrize("ending", ["csv", "xlsx", "json", "txt"])
    def test_offers_examples(self, client, ending):
        answer = client.get(f"{LIST}example.{ending}")
        assert answer.headers["Content-Disposition"].endswith(f'"arriving-documents.{ending}"')
        assert client.get(f"{LIST}example.pdf").status_code == 404


class TestOne:
    def test_shows_both_sides(self, client, voyage):
        upload(client, HEAD + row(voyage, contract="PO-OTHER", number="INV-9"))
        document = ArrivingDocument.objects.get()
        page = shown(client.get(f"{LIST}{document.pk}/"))
        assert "PO-OTHER" in page
        assert voyage.certificate.po_number in page
        assert "differs" in page

    def test_confirms_with_the_line_that_was_chosen(self, client, voyage):
        upload(client, HEAD + row(voyage))
        document = ArrivingDocument.objects.get()
        key = f"{voyage.certificate.pk}-0"
        answer = client.post(f"{LIST}{document.pk}/", {"to": key, "line-1": "1"}, follow=True)
        made = Consignment.objects.get()
        assert (made.invoice_number, made.lots()[0].weight_mg) == ("INV-1", 100 * KG)
        assert f"{made.reference}: confirmed." in shown(answer)
        assert "Taken from" in shown(answer)
        settled = shown(client.get(f"{LIST}{document.pk}/"))
        assert made.reference in settled
        assert client.post(f"{LIST}{document.pk}/", {"to": key, "line-1": "1"}).status_code == 409
        assert Consignment.objects.count() == 1

    @pytest.mark.parametrize(
        ("given", "status"),
        [({"line-1": "7"}, 422), ({"line-1": ""}, 422), ({"to": "0-0"}, 409), ({"to": ""}, 409)],
    )
    def test_refuses_what_does_not_fit(self, client, voyage, given, status):
        upload(client, HEAD + row(voyage))
        body = {"to": f"{voyage.certificate.pk}-0", "line-1": "1", **given}
        assert client.post(f"{LIST}{ArrivingDocument.objects.get().pk}/", body).status_code == status
        assert not Consignment.objects.exists()

    def test_files_a_bill_of_entry(self, client, voyage):
        sailing = voyage.departed(LotPlan(1, 100 * KG))
        text = "boe_number,boe_on,boe_type,port_of_entry,invoice_number,description,weight_kg\n"
        text += f"37232,{sailing.released_on:%d-%m-%Y},H,INNSA1,{sailing.invoice_number},NdFeB arc,100\n"
        upload(client, text)
        document = ArrivingDocument.objects.get()
        page = shown(client.get(f"{LIST}{document.pk}/"))
        assert "Confirm and file the Bill of Entry" in page
        key = f"{voyage.certificate.pk}-{sailing.pk}"
        client.post(f"{LIST}{document.pk}/", {"to": key, "line-1": "1"})
        sailing.refresh_from_db()
        assert (sailing.status, sailing.boe_number) == ("ENTERED", "0037232")

    def test_says_when_nothing_fits(self, client, drafter):
        upload(client, "boe_number,boe_on,boe_type,port_of_entry,weight_kg\n37232,01-11-2026,H,INNSA1,1\n")
        document = ArrivingDocument.objects.get()
        assert "Nothing here fits it" in shown(client.get(f"{LIST}{document.pk}/"))
        assert client.post(f"{LIST}{document.pk}/", {"to": ""}).status_code == 409

    def test_is_set_aside_with_a_reason_and_taken_up(self, client, voyage):
        upload(client, HEAD + row(voyage))
        document = ArrivingDocument.objects.get()
        aside = f"{LIST}{document.pk}/aside/"
        assert client.post(aside, {"reason": ""}).status_code == 422
        assert client.post(aside, {"reason": "Samples"}).status_code == 302
        assert client.post(aside, {"reason": "Samples"}).status_code == 409
        assert "Samples" in shown(client.get(f"{LIST}{document.pk}/"))
        client.post(f"{LIST}{document.pk}/take-up/")
        document.refresh_from_db()
        assert document.is_waiting

    def test_is_nobody_elses(self, client, client_for, voyage, stranger, officer):
        upload(client, HEAD + row(voyage))
        path = f"{LIST}{ArrivingDocument.objects.get().pk}/"
        assert client_for(stranger).get(path).status_code == 404
        assert client_for(officer).get(path).status_code == 403


class TestBulk:
    def test_confirms_what_was_ticked_and_tells_the_rest(self, client, voyage):
        upload(client, HEAD + row(voyage) + row(voyage, "INV-2", contract="PO-OTHER"))
        sure, doubtful = ArrivingDocument.objects.order_by("pk")
        key = f"{voyage.certificate.pk}-0"
        answer = client.post(BULK, {"confirm": [f"{sure.pk}:{key}", f"{doubtful.pk}:{key}"]}, follow=True)
        assert "1 document was confirmed." in shown(answer)
        assert "not sure any more" in shown(answer)
        assert Consignment.objects.get().invoice_number == "INV-1"

    @pytest.mark.parametrize("ticked", [[], ["x"], ["999:1-0"], ["²:1-0"]])
    def test_of_nothing_does_nothing(self, client, voyage, ticked):
        answer = client.post(BULK, {"confirm": ticked}, follow=True)
        assert "Nothing was ticked." in shown(answer)

    def test_leaves_the_documents_of_others(self, client, client_for, voyage, stranger):
        upload(client, HEAD + row(voyage))
        document = ArrivingDocument.objects.get()
        client_for(stranger).post(BULK, {"confirm": [f"{document.pk}:{voyage.certificate.pk}-0"]})
        document.refresh_from_db()
        assert document.is_waiting
